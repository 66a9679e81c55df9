package complaint_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/complaint"
	"huisheng/models"
	"huisheng/models/store"
)

var (
	province = models.Principal{Account: "p1", Role: models.RoleProvince, Region: models.Province}
	city     = models.Principal{Account: "c1", Role: models.RoleCity, Region: "440100"}
	mate     = models.Principal{Account: "c2", Role: models.RoleCity, Region: "440100"}
	shenzhen = models.Principal{Account: "s1", Role: models.RoleCity, Region: "440300"}
	boss     = models.Principal{Account: "o1", Role: models.RoleOperator, Org: "org", Region: "440100"}
)

// complain files an anonymous complaint and gives it with its passphrase.
func (k *kit) complain(category string, change ...func(*complaint.Submission)) (models.Complaint, complaint.Filed) {
	k.t.Helper()
	in := complaint.Submission{Category: category, Text: "没有看我的操作，张三主任让我交三百元。", Visibility: models.VisibilityAnonymous, Key: models.NewID()}
	for _, f := range change {
		f(&in)
	}
	filed, err := k.File(k.t.Context(), k.mine, in)
	require.NoError(k.t, err)
	return k.byNo(filed.CaseNo), filed
}

func (k *kit) byNo(no string) models.Complaint {
	k.t.Helper()
	c, err := k.store.FindComplaintByCase(k.t.Context(), no)
	require.NoError(k.t, err)
	return c
}

func (k *kit) take(p models.Principal, c models.Complaint, t complaint.Transition) complaint.Summary {
	k.t.Helper()
	s, err := k.try(p, c, t)
	require.NoError(k.t, err, "%s", t.Action)
	return s
}

func (k *kit) try(p models.Principal, c models.Complaint, t complaint.Transition) (complaint.Summary, error) {
	if t.Reason == "" {
		t.Reason = "依规办理。"
	}
	return k.Take(k.t.Context(), p, c.ID, t)
}

func step(a models.ComplaintAction) complaint.Transition { return complaint.Transition{Action: a} }

func (k *kit) ask(c models.Complaint) complaint.AskForOrg {
	k.t.Helper()
	k.take(city, c, complaint.Transition{Action: models.ActionAskOrg, Facts: "请说明十月考评员是怎样安排的。"})
	list, err := k.Asked(k.t.Context(), boss)
	require.NoError(k.t, err)
	require.NotEmpty(k.t, list)
	require.True(k.t, list[0].Open)
	return list[0]
}

func (k *kit) notices(p models.Principal) (kinds []string) {
	k.t.Helper()
	list, err := k.Notices(k.t.Context(), p)
	require.NoError(k.t, err)
	for _, n := range list {
		kinds = append(kinds, string(n.Kind))
	}
	return kinds
}

func (k *kit) until(day models.Date, hour int) {
	k.clock.Add(day.Start().Add(time.Duration(hour) * time.Hour).Sub(k.clock.Now()))
}

// An organisation learns what an official wrote and nothing else: no number of the case, no name, no word, no hour.
func TestWhatAnOrganisationSees(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, filed := k.complain("UNFAIR_SCORING")
	k.take(city, c, step(models.ActionAccept))
	a := k.ask(c)
	seen := fmt.Sprintf("%+v", a)
	for _, secret := range []string{filed.CaseNo, string(c.ID), "张三", "三百元", "10:00", filed.Passphrase} {
		require.NotContains(t, seen, secret)
	}
	require.EqualValues(t, "2026-11-23", a.AskedOn)
	require.EqualValues(t, "2026-12-02", a.ReplyBy, "seven working days")
	list, err := k.Notices(ctx, boss)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Empty(t, list[0].Complaint)
	require.Empty(t, list[0].CaseNo)
	require.EqualValues(t, "2026-11-23", models.DateOf(list[0].At))
	require.Zero(t, list[0].At.Sub(models.DateOf(list[0].At).Start()), "rounded to the day")

	other := models.Principal{Account: "o2", Role: models.RoleOperator, Org: "another"}
	_, err = k.ReadAsk(ctx, other, a.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.Reply(ctx, other, a.ID, "不是我们的事。", nil)
	require.ErrorIs(t, err, models.ErrNotFound)
	for _, p := range []models.Principal{boss, {Account: "a", Role: models.RoleAlliance}} {
		_, _, err = k.List(ctx, p, store.ComplaintFilter{}, "", 10)
		require.ErrorIs(t, err, models.ErrForbidden)
		_, err = k.Read(ctx, p, c.ID)
		require.ErrorIs(t, err, models.ErrForbidden)
	}
}

func TestAnOrganisationRepliesOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, filed := k.complain("UNFAIR_SCORING")
	k.take(city, c, step(models.ActionAccept))
	a := k.ask(c)
	_, err := k.try(city, c, complaint.Transition{Action: models.ActionAskOrg, Facts: "再问一个问题可以吗"})
	require.ErrorIs(t, err, models.ErrAskOpen)
	pdf := func(s string) complaint.ReplyFile {
		return complaint.ReplyFile{Content: bytes.NewReader([]byte("%PDF-1.7 " + s)), Size: int64(9 + len(s))}
	}
	bad := complaint.ReplyFile{Content: strings.NewReader("MZ program"), Size: 10}
	_, err = k.Reply(ctx, boss, a.ID, "考评员名单见附件。", []complaint.ReplyFile{bad})
	require.ErrorIs(t, err, models.ErrPaperType)
	done, err := k.Reply(ctx, boss, a.ID, "考评员名单见附件。", []complaint.ReplyFile{pdf("a"), pdf("b")})
	require.NoError(t, err)
	require.Equal(t, 2, done.Files)
	require.False(t, done.Open)
	_, err = k.Reply(ctx, boss, a.ID, "考评员名单见附件。", []complaint.ReplyFile{pdf("a"), pdf("b")})
	require.NoError(t, err, "the same again")
	_, err = k.Reply(ctx, boss, a.ID, "另一种说法，不一样。", nil)
	require.ErrorIs(t, err, models.ErrNoAsk)
	require.Equal(t, models.ComplaintOrgReply, k.byNo(filed.CaseNo).State)
	require.Equal(t, 2, k.db.Count("files", nil))
	require.Zero(t, k.db.Count("files", exists("purge_at")))
	require.Equal(t, []string{"replied"}, k.notices(city))
	require.Empty(t, k.notices(boss))

	content, media, err := k.Paper(ctx, city, c.ID, a.ID, 2)
	require.NoError(t, err)
	require.Equal(t, "%PDF-1.7 b", string(content))
	require.Equal(t, "application/pdf", media)
	_, _, err = k.Paper(ctx, shenzhen, c.ID, a.ID, 1)
	require.ErrorIs(t, err, models.ErrNotFound)
	status, err := k.Follow(ctx, filed.CaseNo, filed.Passphrase)
	require.NoError(t, err)
	require.Equal(t, models.ActionOrgReply, status.Timeline[len(status.Timeline)-1].Action)
	d, err := k.Read(ctx, city, c.ID)
	require.NoError(t, err)
	require.Equal(t, "考评员名单见附件。", d.Asks[0].Reply.Text)
}

// A reply that was cut off between its files and the step is taken up again; what nobody named is deleted.
func TestACrashInAReplyLosesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, filed := k.complain("UNFAIR_SCORING")
	k.take(city, c, step(models.ActionAccept))
	a := k.ask(c)
	before := k.byNo(filed.CaseNo)
	files := []complaint.ReplyFile{{Content: bytes.NewReader([]byte("%PDF-1.7")), Size: 8}}
	_, err := k.Reply(ctx, boss, a.ID, "说明见附件。", files)
	require.NoError(t, err)
	fid := k.byNo(filed.CaseNo).Asks[0].Reply.Files[0]
	k.db.Set("files", string(fid), map[string]any{"purge_at": k.clock.Now().Add(time.Hour), "owner": []byte("x")}) // not kept yet
	k.clock.Add(25 * time.Hour)
	require.NoError(t, k.KeepFiles(ctx))
	require.Zero(t, k.db.Count("files", exists("purge_at")), "the case names it")

	k.db.Set("complaints", string(c.ID), map[string]any{"state": before.State, "version": before.Version, "asks.0.reply": nil}) // killed before the step
	k.db.Set("files", string(fid), map[string]any{"purge_at": k.clock.Now().Add(time.Hour), "owner": []byte("x")})
	_, err = k.Reply(ctx, boss, a.ID, "说明见附件。", files)
	require.NoError(t, err)
	require.Equal(t, 1, k.db.Count("files", nil))
	require.Zero(t, k.db.Count("files", exists("purge_at")))
}

// The clock runs: warnings at 60 and 90 percent, then the province is told; each notice once, however often the job runs and whoever runs it.
func TestWarningsAndEscalation(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, filed := k.complain("UNFAIR_SCORING") // Monday 23 November, accept by Monday 30
	sweep := func() {
		t.Helper()
		for range 2 {
			require.NoError(t, k.Sweep(ctx))
		}
	}
	sweep()
	require.Empty(t, k.notices(city))
	k.until("2026-11-26", 1)
	sweep()
	require.Equal(t, []string{"due"}, k.notices(city))
	k.until("2026-11-30", 23)
	sweep()
	require.Equal(t, []string{"due"}, k.notices(city), "the 60 percent notice is superseded")
	require.Equal(t, 2, k.db.Count("notices", nil))
	require.Empty(t, k.notices(province))
	k.until("2026-12-01", 0)
	sweep()
	late := k.byNo(filed.CaseNo)
	require.Equal(t, []string{models.Province}, late.Copies)
	require.Len(t, late.Escalations, 1)
	require.Equal(t, models.DueAccept, late.Escalations[0].Kind)
	require.Equal(t, []string{"breach"}, k.notices(city))
	require.Contains(t, k.notices(province), "breach")
	version := late.Version
	k.until("2026-12-02", 9)
	sweep()
	require.Equal(t, version, k.byNo(filed.CaseNo).Version, "told once")
	status, err := k.Follow(ctx, filed.CaseNo, filed.Passphrase)
	require.NoError(t, err)
	require.Equal(t, models.ActionEscalate, status.Timeline[len(status.Timeline)-1].Action, "and the complainant reads that too")
	k.take(city, c, step(models.ActionAccept))
	require.Empty(t, k.notices(city), "a step ends the notice")
	items, _, err := k.List(ctx, city, store.ComplaintFilter{DueBefore: k.clock.Now()}, "", 10)
	require.NoError(t, err)
	require.Empty(t, items)
}

// Killed between the step and what follows from it: the job makes up for it, once.
func TestAStepWithoutItsConsequencesIsMadeUp(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, filed := k.complainByName("CERT_ISSUE")
	k.take(city, c, step(models.ActionAccept))
	require.Equal(t, 1, k.db.Count("deliveries", nil))
	k.take(city, c, complaint.Transition{Action: models.ActionWait, Reason: "请告诉我们证书编号。"})
	require.Equal(t, 2, k.db.Count("deliveries", nil))
	// as if the process had died right after each write
	require.Equal(t, 2, k.db.Delete("deliveries", nil))
	k.db.Set("complaints", string(c.ID), map[string]any{"told": 1, "check_at": k.clock.Now()})
	for range 3 {
		require.NoError(t, k.Sweep(ctx))
	}
	require.Equal(t, 2, k.db.Count("deliveries", nil))
	require.Equal(t, 1, k.db.Count("deliveries", map[string]any{"template": "COMPLAINT_ACK"}))
	require.Equal(t, 3, k.byNo(filed.CaseNo).Told)
	// retention has removed the messages: they are not sent again
	require.Equal(t, 2, k.db.Delete("deliveries", nil))
	k.db.Set("complaints", string(c.ID), map[string]any{"check_at": k.clock.Now()})
	require.NoError(t, k.Sweep(ctx))
	require.Zero(t, k.db.Count("deliveries", nil))
}

// A message names neither the case nor the complaint in anything that can be read, and an anonymous complaint gets none.
func TestMessagesLeadNowhere(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	anonymous, _ := k.complain("CERT_ISSUE")
	k.take(city, anonymous, step(models.ActionAccept))
	require.Zero(t, k.db.Count("deliveries", nil))
	named, filed := k.complainByName("CERT_ISSUE")
	k.take(city, named, step(models.ActionAccept))
	var d models.Delivery
	k.db.First("deliveries", nil, &d)
	plain := fmt.Sprintf("%+v", d)
	for _, s := range []string{string(named.ID), filed.CaseNo} {
		require.NotContains(t, plain, s)
	}
	require.Zero(t, d.CreatedAt.Minute()+d.CreatedAt.Second()+d.DueAt.Minute())
	require.Empty(t, d.PhoneMAC)
	no, phone, err := k.Addressee(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, filed.CaseNo, no)
	require.Regexp(t, `^\+861\d{10}$`, phone)
}

func TestIdentityOnlyForAReasonAndAlwaysRecorded(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, _ := k.complainByName("CERT_ISSUE")
	for _, bad := range []struct {
		code   models.LookReason
		reason string
	}{{"", "打电话核实情况"}, {"contact", ""}, {"curious", "打电话核实情况"}, {"contact", "看看"}} {
		_, err := k.OpenIdentity(ctx, city, c.ID, bad.code, bad.reason)
		require.ErrorIs(t, err, models.ErrInvalid)
	}
	_, err := k.OpenIdentity(ctx, shenzhen, c.ID, models.LookContact, "打电话核实情况")
	require.ErrorIs(t, err, models.ErrNotFound)
	require.Zero(t, k.db.Count("audit", map[string]any{"action": models.AuditIdentityRead}))
	who, err := k.OpenIdentity(ctx, city, c.ID, models.LookContact, "打电话核实情况")
	require.NoError(t, err)
	require.NotEmpty(t, who.Name)
	require.Equal(t, "合成联系方式", who.Contact)
	require.Equal(t, 1, who.Look)
	var e models.AuditEntry
	k.db.First("audit", map[string]any{"action": models.AuditIdentityRead}, &e)
	require.Equal(t, "complaint/"+string(c.ID), e.Object)
	require.Equal(t, map[string]string{"reason": "contact", "look": "1"}, e.Detail)
	d, err := k.Read(ctx, city, c.ID)
	require.NoError(t, err)
	require.Len(t, d.Looks, 1)

	anonymous, _ := k.complain("CERT_ISSUE")
	_, err = k.OpenIdentity(ctx, city, anonymous.ID, models.LookContact, "打电话核实情况")
	require.ErrorIs(t, err, models.ErrAnonymousLook)
}

// What one case of an anonymous complaint holds leads to nobody: neither the batch, nor the session, nor the phone, nor the photo's past.
func TestAnAnonymousComplaintHoldsNoJoinKey(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	photo := k.photo("photo-key-1")
	c, _ := k.complain("CERT_ISSUE", func(in *complaint.Submission) { in.Files = []models.FileID{photo} })
	var doc map[string]any
	k.db.First("complaints", map[string]any{"_id": c.ID}, &doc)
	for _, absent := range []string{"batch", "identity", "contact", "invitation", "record", "response"} {
		require.NotContains(t, doc, absent)
	}
	require.NotContains(t, fmt.Sprint(doc), "response-of-one")
	var f map[string]any
	k.db.First("files", map[string]any{"_id": photo}, &f)
	require.NotContains(t, f, "owner")
	require.NotContains(t, fmt.Sprint(f), "response-of-one")
}

func TestWhomItConcernsSeesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, _ := k.complain("UNFAIR_SCORING")
	k.take(city, c, complaint.Transition{Action: models.ActionStepAside, Reason: "我的亲属在这家单位。"})
	_, err := k.Read(ctx, city, c.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
	list, _, err := k.List(ctx, city, store.ComplaintFilter{}, "", 10)
	require.NoError(t, err)
	require.Empty(t, list)
	k.take(mate, c, step(models.ActionAccept))

	about, _ := k.complain("OTHER", func(in *complaint.Submission) { in.Regulator = true })
	require.Equal(t, models.Province, about.Region)
	require.Empty(t, about.Copies)
	_, err = k.Read(ctx, mate, about.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
}

func TestSevereOnesAreCopiedAndLookedAtSoon(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, _ := k.complain("PROCESS_FRAUD")
	require.Equal(t, []string{models.Province}, c.Copies)
	require.Equal(t, models.DueLook, c.DueKind)
	require.EqualValues(t, "2026-11-24", models.DateOf(c.Due.Add(-time.Second)))
	require.NoError(t, k.Sweep(ctx))
	require.Contains(t, k.notices(province), "severe")
	sum := k.take(city, c, complaint.Transition{Action: models.ActionTriage, Category: "UNFAIR_SCORING"})
	require.False(t, sum.Severe)
	require.Equal(t, models.DueAccept, sum.DueKind)
}

func TestMergedCountsOnceAndFollowsTheOther(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	a, first := k.complain("UNFAIR_SCORING")
	b, second := k.complainByName("UNFAIR_SCORING")
	for _, c := range []models.Complaint{a, b} {
		k.take(city, c, step(models.ActionAccept))
	}
	_, err := k.try(city, b, complaint.Transition{Action: models.ActionMerge, Into: "TS0000000000"})
	require.ErrorIs(t, err, models.ErrMergeTarget)
	_, err = k.try(city, b, complaint.Transition{Action: models.ActionMerge, Into: second.CaseNo})
	require.ErrorIs(t, err, models.ErrMergeTarget)
	k.take(city, b, complaint.Transition{Action: models.ActionMerge, Into: first.CaseNo})
	require.Equal(t, 1, k.byNo(first.CaseNo).Merged)
	_, err = k.try(city, a, complaint.Transition{Action: models.ActionMerge, Into: second.CaseNo})
	require.ErrorIs(t, err, models.ErrMergeTarget)
	accepted, proven, err := k.store.CountComplaints(ctx, "org", k.clock.Now().AddDate(0, -1, 0), k.clock.Now().AddDate(0, 1, 0))
	require.NoError(t, err)
	require.EqualValues(t, []int64{1, 0}, []int64{accepted, proven})
	k.take(city, a, complaint.Transition{Action: models.ActionDecide, Outcome: models.OutcomeSubstantiated, Reason: "只给甲看的话", Measures: []models.CaseMeasure{models.CaseMeasureRectify}})
	k.take(city, a, step(models.ActionNotify))
	status, err := k.Follow(ctx, second.CaseNo, second.Passphrase)
	require.NoError(t, err)
	require.True(t, status.Joined)
	require.Equal(t, models.ComplaintNotified, status.State)
	require.Equal(t, models.OutcomeSubstantiated, status.Outcome)
	require.NotContains(t, fmt.Sprintf("%+v", status), "只给甲看的话")
	require.Equal(t, 2, k.db.Count("deliveries", nil), "the acknowledgement, and the news of the other case")
	_, proven, err = k.store.CountComplaints(ctx, "org", k.clock.Now().AddDate(0, -1, 0), k.clock.Now().AddDate(0, 1, 0))
	require.NoError(t, err)
	require.EqualValues(t, 1, proven)
}

func TestWithdrawing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	plain, p := k.complain("UNFAIR_SCORING")
	severe, s := k.complain("PROCESS_FRAUD")
	for _, c := range []models.Complaint{plain, severe} {
		k.take(city, c, step(models.ActionAccept))
	}
	for _, f := range []complaint.Filed{p, s} {
		for range 2 {
			status, err := k.Withdraw(ctx, f.CaseNo, f.Passphrase)
			require.NoError(t, err)
			require.Equal(t, models.ComplaintWithdrawn, status.State)
		}
	}
	_, err := k.try(city, plain, step(models.ActionContinue))
	require.ErrorIs(t, err, models.ErrNotContinued)
	require.Equal(t, models.ComplaintInvestigating, k.take(city, severe, step(models.ActionContinue)).State)
	n, _, err := k.store.CountComplaints(ctx, "org", k.clock.Now().AddDate(0, -1, 0), k.clock.Now().AddDate(0, 1, 0))
	require.NoError(t, err)
	require.EqualValues(t, 2, n, "withdrawn ones stay counted")
	_, err = k.Withdraw(ctx, p.CaseNo, "AAAA-BBBB-CCCC")
	require.ErrorIs(t, err, models.ErrCaseUnknown)
}

// Waiting for the complainant ends with the answer, or by itself after ten working days.
func TestWaiting(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	c, filed := k.complain("UNFAIR_SCORING")
	k.take(city, c, step(models.ActionAccept))
	was := k.byNo(filed.CaseNo).ResolveBy
	require.Equal(t, models.ComplaintWaiting, k.take(city, c, step(models.ActionWait)).State)
	k.until("2026-11-25", 10)
	for range 2 {
		status, err := k.Supplement(ctx, filed.CaseNo, filed.Passphrase, "是十月十二号下午那一场。")
		require.NoError(t, err)
		require.Equal(t, models.ComplaintAccepted, status.State)
	}
	got := k.byNo(filed.CaseNo)
	require.Len(t, got.Supplements, 1)
	require.Equal(t, 2, got.Stops[0].Days)
	require.Equal(t, 48*time.Hour, got.ResolveBy.Sub(was))
	require.Contains(t, k.notices(city), "added")
	k.take(city, c, step(models.ActionWait))
	k.until("2027-01-15", 9)
	require.NoError(t, k.Sweep(ctx))
	got = k.byNo(filed.CaseNo)
	require.Equal(t, models.ComplaintAccepted, got.State)
	require.Equal(t, 10, got.Waited())
	require.EqualValues(t, "2026-12-07", models.DateOf(got.Stops[1].To), "it ended when it ended, not when the job ran")
}

// The desk is sorted by deadline and paged by cursor; nothing is shown twice or left out.
func TestTheDeskByDeadline(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	want := map[string]bool{}
	for i := range 7 {
		category := []string{"UNFAIR_SCORING", "PROCESS_FRAUD", "OTHER"}[i%3]
		c, filed := k.complain(category)
		want[filed.CaseNo] = true
		if i == 4 {
			k.take(city, c, complaint.Transition{Action: models.ActionRefuse, Refusal: models.CaseRefusalLabour})
		}
		k.clock.Add(20 * time.Hour)
	}
	var last time.Time
	after := ""
	for range 10 {
		items, next, err := k.List(ctx, city, store.ComplaintFilter{}, after, 2)
		require.NoError(t, err)
		for _, i := range items {
			require.True(t, want[i.CaseNo], "%s twice", i.CaseNo)
			delete(want, i.CaseNo)
			due := models.NoDue()
			if i.DueAt != nil {
				due = *i.DueAt
			}
			require.False(t, due.Before(last))
			last = due
		}
		if after = next; next == "" {
			break
		}
	}
	require.Empty(t, want)
	_, _, err := k.List(ctx, city, store.ComplaintFilter{}, "garbage", 2)
	require.ErrorIs(t, err, models.ErrInvalid)
	severe, _, err := k.List(ctx, city, store.ComplaintFilter{Severe: true, Open: true}, "", 10)
	require.NoError(t, err)
	require.Len(t, severe, 1, "the other one is refused")
	none, _, err := k.List(ctx, shenzhen, store.ComplaintFilter{}, "", 10)
	require.NoError(t, err)
	require.Empty(t, none)
	stats, err := k.Stats(ctx, city, mustPeriod(t, "2026Q4"))
	require.NoError(t, err)
	require.Equal(t, 7, *stats.Total.Filed)
	require.Equal(t, 1, *stats.Total.Refused)
	require.Equal(t, 6, *stats.Total.Open)
	hidden, err := k.Stats(ctx, models.Principal{Account: "a", Role: models.RoleAlliance}, mustPeriod(t, "2026Q4"))
	require.NoError(t, err)
	require.True(t, hidden.Total.Suppressed, "no school has a case")
}

func mustPeriod(t *testing.T, s string) models.Period {
	t.Helper()
	p, err := models.ParsePeriod(s)
	require.NoError(t, err)
	return p
}

// A year that is imported moves the deadlines of open cases back, in the job's next pass, and none forward.
func TestAnImportedYearMovesDeadlines(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	k.until("2026-12-21", 10)
	c, filed := k.complain("UNFAIR_SCORING")
	require.True(t, c.Provisional)
	require.NoError(t, k.Sweep(ctx))
	y := models.CalendarYear{Year: 2027, Number: "国办发明电〔2026〕9号", Days: []models.Festival{
		{Name: "元旦", Rest: []models.Date{"2027-01-01"}},
		{Name: "春节", Rest: []models.Date{"2027-02-05", "2027-02-08", "2027-02-09"}},
		{Name: "清明节", Rest: []models.Date{"2027-04-05"}},
		{Name: "劳动节", Rest: []models.Date{"2027-05-01", "2027-05-03"}},
		{Name: "国庆节", Rest: []models.Date{"2027-10-01", "2027-10-04"}},
	}}
	_, err := k.calendar.Import(ctx, province, y, false, false)
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, k.Sweep(ctx))
	}
	got := k.byNo(filed.CaseNo)
	require.False(t, got.Provisional)
	require.EqualValues(t, "2027-01-11", models.DateOf(c.ResolveBy.Add(-time.Second)))
	require.EqualValues(t, "2027-01-12", models.DateOf(got.ResolveBy.Add(-time.Second)), "1 January is off")
	require.Equal(t, c.AcceptBy.UTC(), got.AcceptBy.UTC())
}
