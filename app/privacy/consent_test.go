package privacy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/testkit"
	"huisheng/models"
)

// What somebody agreed to is shown with the words and their proof, for the first submission and the correction after it; words that are not those whose hash
// was kept are said to be unproven; and whoever looked stands in the log before they saw anything.
func TestConsentsAreShownAndProven(t *testing.T) {
	k := newKit(t)
	c, err := catalog.Load()
	require.NoError(t, err)
	q, _ := c.Latest("ENT_PARTICIPANT")
	ids := ident.New(k.box)
	inv := models.InvitationID("inv-1")
	id := ids.Response(inv)
	first := q.Proof(models.Consents{Notice: q.Notice.Version, Lang: "en"})
	then := q.Proof(models.Consents{Notice: q.Notice.Version, Wage: true})
	consents := func(c models.Consents) testkit.Doc {
		return testkit.Doc{"lang": c.Lang, "notice": c.Notice, "notice_hash": c.NoticeHash, "wage": c.Wage, "wage_hash": c.WageHash}
	}
	corrected := k.now.Add(1e12)
	k.probe.Insert("responses", testkit.Doc{
		"_id": string(id), "org": "o", "batch": "b", "questionnaire": q.Ref(), "consents": consents(then),
		"submitted_at": k.now, "history": []any{testkit.Doc{"consents": consents(first), "until": corrected}},
	})
	by := models.Principal{Account: "os/inspector", Role: models.RoleProvince, Region: models.Province}
	list, err := k.Consents(k.ctx, by, models.ConsentQuery{Invitation: inv})
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.True(t, list[0].Proven() && list[1].Proven())
	require.Equal(t, "en", list[0].Language)
	require.Equal(t, q.Notice.TextIn["en"], list[0].Agreements[0].Text)
	require.Len(t, list[0].Agreements, 1)
	require.WithinDuration(t, k.now, list[0].AgreedAt, 0)
	require.Equal(t, "zh", list[1].Language)
	require.Equal(t, q.Notice.Text, list[1].Agreements[0].Text)
	require.Len(t, list[1].Agreements, 2, "money questions were agreed to with the correction")
	require.WithinDuration(t, corrected, list[1].AgreedAt, 0)

	page, err := k.audit.List(k.ctx, by, models.AuditFilter{Actor: "os/inspector", Action: models.AuditExport}, models.Page{Limit: 5})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Equal(t, "invitation/inv-1", page.Items[0].Object)

	k.probe.Set("responses", string(id), testkit.Doc{"consents.wage_hash": first.NoticeHash})
	list, err = k.Consents(k.ctx, by, models.ConsentQuery{Response: id})
	require.NoError(t, err)
	require.True(t, list[0].Proven())
	require.False(t, list[1].Proven(), "other words than those that were shown")
	_, err = k.Consents(k.ctx, by, models.ConsentQuery{Response: "nobody"})
	require.ErrorIs(t, err, models.ErrNoResponse)
}
