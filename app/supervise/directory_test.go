package supervise_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/supervise"
	"huisheng/models"
	"huisheng/models/store"
)

// answer stores an employer's answer as the respondents' side would.
func (k *kit) answer(o models.Org, id, company, role, consent string, withdrawn bool) {
	k.t.Helper()
	texts, err := k.box.SealJSON(map[string]string{"company": company}, "response/"+id)
	require.NoError(k.t, err)
	require.NoError(k.t, k.store.CreateResponse(k.ctx, models.Response{
		ID: models.ResponseID(id), Batch: "b", Org: o.ID, Region: o.Region, Questionnaire: models.QuestionnaireRef{Code: "SCH_EMPLOYER", Version: "1"},
		Answers: map[string]any{"role": role, "list_company": consent}, Texts: texts, Withdrawn: withdrawn, SubmittedAt: k.clock.Now(), ChangedAt: k.clock.Now(),
	}))
}

func (k *kit) read() int {
	k.t.Helper()
	n, err := k.ReadEmployers(k.ctx)
	require.NoError(k.t, err)
	return n
}

func (k *kit) public() []models.DirectoryEntry {
	k.t.Helper()
	list, err := k.PublicDirectory(k.ctx, "", models.Page{Limit: 50})
	require.NoError(k.t, err)
	return list.Items
}

func TestEmployersReachTheDirectory(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org(models.OrgSchool, "12440000MB2TE5T3XR")
	k.answer(o, "r1", "合成精密制造有限公司", "hr", "yes", false)
	k.answer(o, "r2", "合成精密制造有限公司", "mentor", "yes", false) // a second contact of the same company
	k.answer(o, "r3", "另一家公司", "student", "yes", false)     // a student cannot consent for it
	k.answer(o, "r4", "第三家公司", "hr", "no", false)
	k.answer(o, "r5", "第四家公司", "hr", "yes", true)
	require.Equal(t, 2, k.read(), "one is made, and rests on a second consent")
	require.Zero(t, k.read(), "read again, nothing changes")
	require.Empty(t, k.public(), "an official lists it")

	list, err := k.Directory(k.ctx, city("1"), store.DirectoryFilter{}, false, models.Page{Limit: 50})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	e := list.Items[0]
	_, err = k.TakeEntry(k.ctx, operator(o), e.ID, models.DirectoryList, "请列入。", 0)
	require.ErrorIs(t, err, models.ErrForbidden)
	e, err = k.TakeEntry(k.ctx, city("1"), e.ID, models.DirectoryList, "已核对。", e.Version)
	require.NoError(t, err)
	require.Len(t, k.public(), 1)

	// A third contact consents a week later; two withdraw, and it stays, confirmed when the one that is left said so. With the last it goes.
	first := k.clock.Now()
	k.clock.Add(7 * 24 * time.Hour)
	k.answer(o, "r6", "合成精密制造有限公司", "supervisor", "yes", false)
	require.Equal(t, 1, k.read())
	require.True(t, k.public()[0].ConfirmedAt.Equal(k.clock.Now()))
	withdraw := func(id models.ResponseID) {
		k.clock.Add(10 * time.Minute)
		require.NoError(t, k.store.WithdrawResponse(k.ctx, id, models.Response{ChangedAt: k.clock.Now()}))
		require.Equal(t, 1, k.read())
		require.Zero(t, k.read())
	}
	withdraw("r6")
	require.Len(t, k.public(), 1, "two consents stand")
	require.True(t, k.public()[0].ConfirmedAt.Equal(first), "the newest of those that stand")
	withdraw("r1")
	require.Len(t, k.public(), 1, "one stands")
	withdraw("r2")
	require.Empty(t, k.public())

	k.clock.Add(time.Hour) // somebody of the company consents again: an official decides again
	k.answer(o, "r7", "合成精密制造有限公司", "hr", "yes", false)
	require.Equal(t, 1, k.read())
	require.Empty(t, k.public())
	e, err = k.DirectoryEntry(k.ctx, city("1"), e.ID)
	require.NoError(t, err)
	require.Equal(t, models.DirectoryProposed, e.State)
}

func TestAskedAgainAfterAYear(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.social()
	in := supervise.DirectoryInput{Org: o.ID, Enterprise: "合成电子有限公司", USCC: "91440101MA5TE5T07H", Occupations: []string{"电工"}, Evidence: "签有协议。"}
	_, err := k.ProposeEntry(k.ctx, operator(o), in)
	require.ErrorIs(t, err, models.ErrInvalid, "no entry without the enterprise's consent")
	in.Consented = true
	e, err := k.ProposeEntry(k.ctx, operator(o), in)
	require.NoError(t, err)
	in.Enterprise = "另一个写法"
	_, err = k.ProposeEntry(k.ctx, operator(o), in)
	require.ErrorIs(t, err, models.ErrDirectoryExists, "the credit code tells that it is the same")
	_, err = k.TakeEntry(k.ctx, city("1"), e.ID, models.DirectoryList, "已核对。", 0)
	require.NoError(t, err)

	due := func() int {
		list, err := k.Directory(k.ctx, city("1"), store.DirectoryFilter{}, true, models.Page{Limit: 50})
		require.NoError(t, err)
		return len(list.Items)
	}
	require.Zero(t, due())
	k.clock.Add(366 * 24 * time.Hour)
	require.Equal(t, 1, due())
	_, err = k.TakeEntry(k.ctx, operator(o), e.ID, models.DirectoryConfirm, "企业再次确认。", 0)
	require.NoError(t, err)
	require.Zero(t, due())
	k.answer(o, "r1", "91440101MA5TE5T07H", "hr", "yes", false) // a contact consents beside the letter, and withdraws: the letter stands
	require.Equal(t, 1, k.read())
	k.clock.Add(time.Hour)
	require.NoError(t, k.store.WithdrawResponse(k.ctx, "r1", models.Response{ChangedAt: k.clock.Now()}))
	require.Equal(t, 1, k.read())
	require.Len(t, k.public(), 1)
	_, err = k.TakeEntry(k.ctx, operator(o), e.ID, models.DirectoryWithdraw, "企业撤回同意。", 0)
	require.NoError(t, err)
	require.Empty(t, k.public())
	k.answer(o, "r0", "91440101MA5TE5T07H", "hr", "no", false)
	require.Zero(t, k.read())
	require.Empty(t, k.public())
}
