package outreach_test

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/outreach"
	"huisheng/config"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

func TestWhatAnOrganisationSeesOfTheFunnel(t *testing.T) {
	org := models.Scope{Org: "o"}
	tests := []struct {
		people, submitted int
		want              int // 0: hidden
	}{
		{100, 0, 0},
		{100, 4, 0},
		{100, 5, 5},
		{100, 9, 5},
		{100, 10, 10},
		{100, 94, 90},
		{100, 95, 95},
		{100, 99, 95},
		{100, 100, 95}, // that all of them answered would name each
		{5, 5, 0},
		{9, 9, 0},
		{10, 9, 5},
		{10, 10, 5},
		{11, 4, 0},
		{0, 0, 0},
	}
	for _, tt := range tests {
		c := models.BatchCounts{People: tt.people, Invited: tt.people, Sent: tt.people, Failed: 1, Opened: tt.submitted, Verified: tt.submitted, Submitted: tt.submitted}
		v, hidden := outreach.View(org, c)
		require.Equal(t, tt.people, v.Sent)
		if tt.want == 0 {
			require.Nil(t, v.Submitted, tt)
			require.Equal(t, []string{"opened", "verified", "submitted"}, hidden)
		} else {
			require.Equal(t, tt.want, *v.Submitted, tt)
			require.Equal(t, tt.want, *v.Opened)
			require.Empty(t, hidden)
		}
		v, hidden = outreach.View(models.Scope{Region: "440100"}, c)
		require.Equal(t, tt.submitted, *v.Submitted)
		require.Empty(t, hidden)
	}
}

// No two moments tell less than MinCell people apart.
func TestTheFunnelMovesInSteps(t *testing.T) {
	last := 0
	for n := range 101 {
		v, _ := outreach.View(models.Scope{Org: "o"}, models.BatchCounts{People: 100, Invited: 100, Submitted: n})
		now := 0
		if v.Submitted != nil {
			now = *v.Submitted
		}
		require.Contains(t, []int{0, models.MinCell}, now-last)
		require.True(t, now <= n && 100-now >= models.MinCell)
		last = now
	}
}

func TestCountsAreDerived(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 9))
	list := k.invitations(id)
	k.sender.answer[models.DeliveryID(list[0].ID)+":invite"] = models.Result{Outcome: models.OutcomeNumber}
	k.deliver(false)
	k.receipt(models.Receipt{State: models.ReceiptDelivered, DeliveryID: models.DeliveryID(list[1].ID) + ":invite"})
	for _, inv := range list[2:5] {
		require.NoError(t, k.store.VerifyInvitation(k.ctx, inv.ID))
		k.answer(inv)
	}
	require.NoError(t, k.store.CreateResponse(k.ctx, models.Response{ID: "staff", Batch: id, Questionnaire: models.QuestionnaireRef{Code: "ENT_STAFF"}}))
	want := models.BatchCounts{People: 9, Invited: 9, Sent: 8, Delivered: 1, Failed: 1, Verified: 3, Submitted: 3}
	b, err := k.Batch(k.ctx, k.op, id)
	require.NoError(t, err)
	require.Equal(t, want, b.Counts)
	require.NotEqual(t, want, k.batch(id).Counts, "reading writes nothing")
	_, err = k.Count(k.ctx)
	require.NoError(t, err)
	require.Equal(t, want, k.batch(id).Counts)

	require.NoError(t, k.store.WithdrawResponse(k.ctx, k.ident.Response(list[2].ID), models.Response{ChangedAt: k.clock.Now()}))
	k.answer(list[5])
	due := k.batch(id).CountsDue
	for range 3 { // it is counted again soon after a change, and ever more rarely when nothing happens
		k.clock.Add(k.batch(id).CountsDue.Sub(k.clock.Now()))
		_, err = k.Count(k.ctx)
		require.NoError(t, err)
	}
	require.Equal(t, 4, k.batch(id).Counts.Submitted)
	require.Greater(t, k.batch(id).CountsDue.Sub(k.clock.Now()), due.Sub(k.clock.Now()))
	n, err := k.Count(k.ctx)
	require.NoError(t, err)
	require.Zero(t, n)

	k.clock.Add(40 * 24 * time.Hour)
	_, err = k.CloseDue(k.ctx)
	require.NoError(t, err)
	_, err = k.Count(k.ctx)
	require.NoError(t, err)
	k.clock.Add(4 * 24 * time.Hour)
	_, err = k.Count(k.ctx)
	require.NoError(t, err)
	k.db.Delete("responses", doc{})
	k.clock.Add(365 * 24 * time.Hour)
	n, err = k.Count(k.ctx)
	require.NoError(t, err)
	require.Zero(t, n, "not counted any more")
	b, err = k.Batch(k.ctx, k.op, id)
	require.NoError(t, err)
	require.Equal(t, 4, b.Counts.Submitted, "also when the answers were deleted on schedule")
}

func TestClosing(t *testing.T) {
	k := newKit(t)
	r, err := k.Claim(k.ctx, k.op, k.input(k.people(1, 2)))
	require.NoError(t, err)
	_, err = k.Close(k.ctx, k.op, r.Batch)
	require.ErrorIs(t, err, outreach.ErrExpanding)
	_, err = k.ExpandDue(k.ctx)
	require.NoError(t, err)
	_, err = k.Close(k.ctx, models.Principal{Role: models.RoleCity, Region: "440300"}, r.Batch)
	require.ErrorIs(t, err, models.ErrNotFound)
	for range 2 {
		b, err := k.Close(k.ctx, k.op, r.Batch)
		require.NoError(t, err)
		require.Equal(t, models.BatchClosed, b.State)
		require.Equal(t, models.AccountID("op"), b.ClosedBy, "who ended it early stays on record")
	}
	require.Equal(t, 1, k.db.Count("audit", doc{"action": models.AuditBatchChanged}))
	_, err = k.Resume(k.ctx, k.city, r.Batch)
	require.ErrorIs(t, err, models.ErrBatchClosed, "it cannot be undone")

	other := k.claim(k.people(2, 1))
	n, err := k.CloseDue(k.ctx)
	require.NoError(t, err)
	require.Zero(t, n)
	k.clock.Add(31 * 24 * time.Hour)
	_, err = k.CloseDue(k.ctx)
	require.NoError(t, err)
	require.Equal(t, models.BatchClosed, k.batch(other).State)
	require.Empty(t, k.batch(other).ClosedBy)
	require.Equal(t, models.DeliverySkipped, k.invite(other).State)
}

func TestBatchesOfAScopePageByPage(t *testing.T) {
	k := newKit(t)
	var want []models.BatchID
	for i := range 5 {
		want = append([]models.BatchID{k.claim(k.people(uint64(i+1), 1))}, want...)
		if i != 2 { // two of the same moment
			k.clock.Add(time.Second)
		}
	}
	var got []models.BatchID
	page := models.Page{Limit: 2}
	for {
		list, err := k.Batches(k.ctx, k.op, store.BatchFilter{}, page)
		require.NoError(t, err)
		for _, b := range list.Items {
			got = append(got, b.ID)
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	require.ElementsMatch(t, want, got)
	require.Equal(t, want[0], got[0])
	for _, p := range []models.Principal{{Role: models.RoleOperator, Org: "another"}, {Role: models.RoleCity, Region: "440300"}, {Role: models.RoleAlliance}, {}} {
		list, err := k.Batches(k.ctx, p, store.BatchFilter{}, models.Page{Limit: 9})
		require.NoError(t, err)
		require.Empty(t, list.Items, p)
		list, err = k.Batches(k.ctx, p, store.BatchFilter{Org: k.org.ID}, models.Page{Limit: 9})
		require.NoError(t, err)
		require.Empty(t, list.Items, p)
	}
	_, err := k.Batches(k.ctx, k.op, store.BatchFilter{}, models.Page{Limit: 2, After: "nonsense"})
	require.ErrorIs(t, err, models.ErrInvalid)
}

// What an organisation may hold in its hands never proves possession of a phone.
func TestPrintedCodesAreOfThePrintedKinds(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 1))
	inv := k.invitations(id)[0]
	personal, err := k.PersonalQR(k.ctx, k.op, inv.ID)
	require.NoError(t, err)
	poster, err := k.Poster(k.ctx, k.op, id)
	require.NoError(t, err)
	staff, err := k.StaffPoster(k.ctx, k.op, id)
	require.NoError(t, err)
	for _, tt := range []struct {
		qr   outreach.QR
		path string
		kind token.Kind
		id   string
	}{
		{personal, "/i/", token.Printed, string(inv.ID)}, {poster, "/p/", token.Poster, string(id)}, {staff, "/p/", token.Staff, string(id)},
	} {
		tok, ok := strings.CutPrefix(tt.qr.URL, "https://jnpj.example.cn"+tt.path)
		require.True(t, ok)
		kind, got, err := k.ident.Tokens.Read(tok)
		require.NoError(t, err)
		require.Equal(t, tt.kind, kind)
		require.Equal(t, tt.id, got)
	}
	stranger := models.Principal{Role: models.RoleOperator, Org: "another"}
	_, err = k.PersonalQR(k.ctx, stranger, inv.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.Poster(k.ctx, stranger, id)
	require.ErrorIs(t, err, models.ErrNotFound)

	raw, err := poster.PNG(300)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, 300, img.Bounds().Dx())
	svg, err := poster.SVG()
	require.NoError(t, err)
	require.NoError(t, xml.Unmarshal(svg, new(struct{ XMLName xml.Name })))
	require.Contains(t, string(svg), `viewBox="0 0 `)
}

func TestInviteesAreMaskedAndTellNotWhoAnswered(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 3))
	k.deliver(false)
	before, err := k.Invitees(k.ctx, k.op, store.InvitationFilter{Batch: id}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, before.Items, 3)
	for _, x := range before.Items {
		require.Contains(t, x.Name, "*")
		require.Equal(t, outreach.ReachSent, x.State)
	}
	inv := k.invitations(id)[0]
	require.NoError(t, k.store.VerifyInvitation(k.ctx, inv.ID))
	k.answer(inv)
	after, err := k.Invitees(k.ctx, k.op, store.InvitationFilter{Batch: id}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, before, after)
	_, err = k.Invitees(k.ctx, models.Principal{Role: models.RoleOperator, Org: "another"}, store.InvitationFilter{Batch: id}, models.Page{Limit: 10})
	require.ErrorIs(t, err, models.ErrNotFound)
}

func TestASchoolsMessage(t *testing.T) {
	k := newKit(t, func(c *config.Config) { c.SMS.QuietHours = "20:00-09:00" })
	school := k.org
	school.ID, school.USCC, school.Kind = "school", "another", models.OrgSchool
	require.NoError(t, k.store.CreateOrg(k.ctx, school))
	k.org, k.op.Org = school, school.ID
	id := k.claim(k.people(1, 2, func(_ int, r *models.Record, _ *models.Identity) {
		r.Occupation, r.OccupationCode, r.Department, r.Company = "", "", "", "示例电子厂"
	}))
	require.Equal(t, "SCH_INTERN", k.batch(id).Questionnaire.Code)
	require.Equal(t, 2, k.deliver(false))
	m := k.sender.messages()[0]
	require.Equal(t, "INVITE_SCHOOL", m.Template)
	require.Contains(t, m.Text, "实习")
	require.Equal(t, "示例电子厂", k.invitations(id)[0].About.Company)
	_, err := k.StaffPoster(k.ctx, k.op, id)
	require.ErrorIs(t, err, models.ErrNotFound, "staff supervision is the enterprises'")
}
