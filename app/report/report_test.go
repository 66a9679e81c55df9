package report_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app"
	"huisheng/app/port"
	"huisheng/app/report"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/internal/limit"
	"huisheng/internal/sheet"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

type doc = testkit.Doc

// kit is the whole application over a fresh database, with shortcuts that put there what other parts would.
type kit struct {
	*report.Service
	t     *testing.T
	ctx   context.Context
	app   *app.App
	store *store.Store
	db    testkit.Probe
	clock *testkit.Clock
	next  int
}

var (
	province = models.Principal{Account: "p1", Role: models.RoleProvince, Region: models.Province}
	city     = models.Principal{Account: "c1", Role: models.RoleCity, Region: "440100"}
)

const quarter = "2026Q4"

func newKit(t *testing.T) *kit {
	t.Helper()
	cfg, err := config.Load()
	require.NoError(t, err)
	cat, err := catalog.Load()
	require.NoError(t, err)
	k := &kit{t: t, ctx: context.Background(), clock: testkit.NewClock()}
	k.store, k.db = testkit.Probed(t)
	k.app = app.New(app.Deps{
		Config: cfg, Store: k.store, Catalog: cat, Box: testkit.Box(t), Queue: port.NoQueue{}, Limiter: limit.New(nil, []byte("k"), k.clock.Now),
		Clock: k.clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	k.Service = k.app.Reports
	return k
}

func (k *kit) id(prefix string) string {
	k.next++
	return fmt.Sprintf("%s%06d", prefix, k.next)
}

func (k *kit) org(region string) models.Org {
	k.t.Helper()
	now := k.clock.Now()
	o := models.Org{
		ID: models.OrgID(k.id("org")), Kind: models.OrgEnterprise, Name: "合成企业", USCC: k.id("USCC"), Division: region, Region: region,
		Affiliation: models.AffiliationCity, CreatedAt: now, UpdatedAt: now,
	}
	require.NoError(k.t, k.store.CreateOrg(k.ctx, o))
	return o
}

// round makes a batch of people who all got their message, and lets as many of them answer as there are answers.
func (k *kit) round(o models.Org, people int, overall ...string) models.Batch {
	k.t.Helper()
	now := k.clock.Now()
	b := models.Batch{
		ID: models.BatchID(k.id("batch")), Org: o.ID, OrgName: o.Name, Kind: o.Kind, Region: o.Region, State: models.BatchOpen, People: people,
		Questionnaire: models.QuestionnaireRef{Code: "ENT_PARTICIPANT", Version: "1"}, OpensAt: now, ClosesAt: now.AddDate(0, 0, 30), CreatedAt: now,
		CountsAt: now,
	}
	require.NoError(k.t, k.store.PutBatch(k.ctx, b))
	list := make([]models.Invitation, people)
	for i := range list {
		id := fmt.Sprintf("%s-%d", b.ID, i)
		list[i] = models.Invitation{
			ID: models.InvitationID(id), Batch: b.ID, Org: o.ID, Region: o.Region, Record: models.RecordID(id), Questionnaire: b.Questionnaire,
			CodeMAC: []byte(id), Delivered: true, CreatedAt: now,
		}
	}
	_, err := k.store.PutInvitations(k.ctx, list)
	require.NoError(k.t, err)
	for i, one := range overall {
		k.answer(b, i, one)
	}
	return b
}

func answers(overall string) map[string]any {
	return map[string]any{"took_part": "yes", "plan_disclosed": "yes", "raters": "two", "relevant": "fully", "fair": "very_fair", "overall": overall}
}

func answerID(b models.Batch, i int) models.ResponseID {
	return models.ResponseID(fmt.Sprintf("%s-r%d", b.ID, i))
}

func (k *kit) answer(b models.Batch, i int, overall string) {
	k.t.Helper()
	now := k.clock.Now()
	require.NoError(k.t, k.store.CreateResponse(k.ctx, models.Response{
		ID: answerID(b, i), Batch: b.ID, Org: b.Org, Region: b.Region, Anchor: b.OpensAt, Questionnaire: b.Questionnaire, Answers: answers(overall),
		Seconds: 100, SubmittedAt: now, ChangedAt: now,
	}))
}

func (k *kit) correct(b models.Batch, i int, overall string) {
	k.t.Helper()
	old, err := k.store.FindResponse(k.ctx, answerID(b, i))
	require.NoError(k.t, err)
	next, now := old, k.clock.Now()
	next.Answers, next.Revision, next.ChangedAt = answers(overall), old.Revision+1, now
	require.NoError(k.t, k.store.CorrectResponse(k.ctx, next, models.Revision{Answers: old.Answers, Until: now}))
}

func (k *kit) records(o models.Org, n, persons int) {
	k.t.Helper()
	now := k.clock.Now()
	list := make([]models.Record, n)
	for i := range list {
		list[i] = models.Record{
			ID: models.RecordID(k.id("rec")), Org: o.ID, Kind: o.Kind, Region: o.Region, Person: models.PersonID(fmt.Sprintf("p%d", i%persons)),
			Anchor: "2026-11-02", CreatedAt: now, UpdatedAt: now,
		}
	}
	_, _, err := k.store.PutRecords(k.ctx, list, nil)
	require.NoError(k.t, err)
}

func (k *kit) complaint(o models.Org, outcome models.ComplaintOutcome) models.Complaint {
	k.t.Helper()
	now := k.clock.Now()
	c := models.Complaint{
		ID: models.ComplaintID(k.id("c")), CaseNo: k.id("GD"), Org: o.ID, Region: o.Region, State: models.ComplaintDecided, AcceptedAt: now, Outcome: outcome,
		Version: 1, CreatedAt: now, ChangedAt: now,
	}
	require.NoError(k.t, k.store.CreateComplaint(k.ctx, c))
	return c
}

// made asks for a report of a region and makes it.
func (k *kit) made(q report.Request) report.Reading {
	k.t.Helper()
	r, err := k.Ask(k.ctx, province, q)
	require.NoError(k.t, err)
	return k.finished(r)
}

func (k *kit) finished(r models.Report) report.Reading {
	k.t.Helper()
	k.clock.Add(models.ReportSettle + time.Second)
	n, err := k.MakeDue(k.ctx)
	require.NoError(k.t, err)
	require.Equal(k.t, 1, n)
	got, err := k.Read(k.ctx, province, r.ID)
	require.NoError(k.t, err)
	require.Equal(k.t, models.ReportReady, got.State)
	return got
}

func (k *kit) verified(id models.ReportID) models.CheckResult {
	k.t.Helper()
	res, _, err := k.Verify(k.ctx, id, nil)
	require.NoError(k.t, err)
	return res
}

func item(t *testing.T, list []models.IndicatorValue, id string) models.IndicatorValue {
	t.Helper()
	for _, v := range list {
		if v.ID == id {
			return v
		}
	}
	t.Fatalf("no %s", id)
	return models.IndicatorValue{}
}

// peopled makes a region with two organisations where everything has happened.
func (k *kit) peopled() (o, other models.Org, b models.Batch) {
	k.t.Helper()
	o, other = k.org("440100"), k.org("440100")
	b = k.round(o, 12, "satisfied", "satisfied", "satisfied", "dissatisfied", "satisfied", "dissatisfied", "very_satisfied")
	k.round(other, 10, "dissatisfied", "dissatisfied", "satisfied", "satisfied", "satisfied", "satisfied")
	k.records(o, 20, 15)
	k.records(other, 10, 10)
	k.complaint(o, models.OutcomeSubstantiated)
	k.complaint(o, models.OutcomeNotSubstantiated)
	_, err := k.app.Indicators.Refresh(k.ctx)
	require.NoError(k.t, err)
	return o, other, b
}

var ofCity = report.Request{Region: "440100", Kind: models.OrgEnterprise, Period: quarter}

func TestAReportSaysWhatTheFiguresWere(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, _, _ := k.peopled()
	want, err := k.app.Indicators.ForRegion(k.ctx, province, "440100", models.OrgEnterprise, quarter)
	require.NoError(t, err)
	got := k.made(ofCity)
	require.Equal(t, want.Items, got.Body.Items, "the same as the figures that are kept ready, computed another way")
	require.Equal(t, 2, got.Body.Orgs)
	require.Equal(t, models.ReportInputs{Batches: 2, People: 22, Reached: 22, Responses: 13, Records: 30, Persons: 25, Accepted: 2, Substantiated: 1}, got.Body.Inputs)
	require.Equal(t, int64(13), got.Body.Quality.Judged)
	require.Len(t, got.Body.Definitions, len(got.Body.Items))
	one := k.made(report.Request{Org: o.ID, Period: quarter})
	own, err := k.app.Indicators.ForOrg(k.ctx, models.SystemScope(), o.ID, quarter)
	require.NoError(t, err)
	require.Equal(t, own.Live, one.Body.Items)

	whole, err := k.Export(k.ctx, city, got.ID)
	require.NoError(t, err)
	sum := sha256.Sum256(whole.Report)
	require.Equal(t, whole.SHA256, hex.EncodeToString(sum[:]), "anybody can check the hash")
	require.Len(t, whole.Parts, 2)
	for i, p := range got.Body.Parts {
		sum := sha256.Sum256(whole.Parts[i])
		require.Equal(t, p.SHA256, hex.EncodeToString(sum[:]))
	}
	for _, id := range []models.ReportID{got.ID, one.ID} {
		require.Equal(t, models.CheckResult{Verdict: models.VerdictMatches, HashHolds: true}, k.verified(id))
	}
	entries, err := k.app.Audit.List(k.ctx, province, models.AuditFilter{}, models.Page{Limit: 20})
	require.NoError(t, err)
	require.Equal(t, models.AuditExport, entries.Items[0].Action)
	require.Equal(t, "report/"+string(got.ID), entries.Items[0].Object)
}

// What happens after the cut-off belongs into the next report, and the first still matches.
func TestLateAnswersAndCorrectionsLeaveAReportAlone(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, _, b := k.peopled()
	r, err := k.Ask(k.ctx, city, ofCity)
	require.NoError(t, err)
	k.clock.Add(time.Second) // after the cut-off, before it is made
	k.answer(b, 7, "dissatisfied")
	k.correct(b, 0, "dissatisfied")
	first := k.finished(r)
	require.Equal(t, 13.0, *item(t, first.Body.Items, "E1a").Denominator)
	require.Equal(t, 9.0, *item(t, first.Body.Items, "E1a").Numerator, "the correction came after the cut-off")
	k.clock.Add(time.Hour)
	k.answer(b, 8, "dissatisfied")
	k.correct(b, 0, "very_dissatisfied")
	k.correct(b, 1, "very_dissatisfied")
	k.records(o, 5, 5)
	k.complaint(o, models.OutcomeSubstantiated)
	_, err = k.app.Indicators.Declare(k.ctx, models.Principal{Role: models.RoleOperator, Org: o.ID, Account: "a"}, o.ID, quarter, declared(300))
	require.NoError(t, err)
	require.NoError(t, k.store.MarkInvitationDelivered(k.ctx, "batch-none"))
	require.Equal(t, models.CheckResult{Verdict: models.VerdictMatches, HashHolds: true}, k.verified(first.ID))
	second := k.made(ofCity)
	require.Equal(t, 2, second.Version)
	require.Equal(t, first.ID, second.Replaces)
	require.Equal(t, 15.0, *item(t, second.Body.Items, "E1a").Denominator)
	require.Equal(t, models.VerdictMatches, k.verified(second.ID).Verdict)
	again, err := k.Read(k.ctx, city, first.ID)
	require.NoError(t, err)
	require.Equal(t, first.Hash, again.Hash, "the earlier one is still there as it was")
}

func TestWithdrawingIsALawfulReasonToDiffer(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, _, b := k.peopled()
	r := k.made(ofCity)
	k.clock.Add(time.Hour)
	require.NoError(t, k.store.WithdrawResponse(k.ctx, answerID(b, 3), models.Response{ChangedAt: k.clock.Now()}))
	got := k.verified(r.ID)
	require.Equal(t, models.VerdictLawful, got.Verdict)
	require.EqualValues(t, 1, got.Withdrawn)
	require.Zero(t, got.Altered+got.Missing)
	require.NotEmpty(t, got.Differences)
	// and one withdrawal does not cover somebody else's answer that was changed
	k.db.Set("responses", string(answerID(b, 4)), doc{"answers.overall": "very_dissatisfied"})
	got = k.verified(r.ID)
	require.Equal(t, models.VerdictMismatch, got.Verdict)
	require.EqualValues(t, 1, got.Altered)
	require.EqualValues(t, 1, got.Withdrawn)
}

// Whoever changes raw data in the database is found, and the figures that it moved are named.
func TestTamperingIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		tamper func(k *kit, o models.Org, b models.Batch)
		names  string // an indicator that comes out differently; empty: the hash alone is broken
		result models.CheckResult
	}{
		{"an answer turned round", func(k *kit, _ models.Org, b models.Batch) {
			k.db.Set("responses", string(answerID(b, 0)), doc{"answers.overall": "dissatisfied"})
		}, "E1a", models.CheckResult{Altered: 1}},
		{"an answer deleted", func(k *kit, _ models.Org, b models.Batch) {
			k.db.Delete("responses", doc{"_id": string(answerID(b, 3))})
		}, "E1a", models.CheckResult{Missing: 1}},
		{"an answer slipped in", func(k *kit, _ models.Org, b models.Batch) {
			var r models.Response
			k.db.First("responses", doc{"_id": string(answerID(b, 0))}, &r)
			r.ID = "slipped in"
			require.NoError(k.t, k.store.CreateResponse(k.ctx, r))
		}, "E1a", models.CheckResult{Altered: 1}},
		{"an answer made to look slow", func(k *kit, _ models.Org, b models.Batch) {
			k.db.Set("responses", string(answerID(b, 0)), doc{"seconds": 500})
		}, "", models.CheckResult{Altered: 1}},
		{"a message that never arrived", func(k *kit, _ models.Org, b models.Batch) {
			k.db.Set("invitations", fmt.Sprintf("%s-%d", b.ID, 0), doc{"delivered": false})
		}, "E1c", models.CheckResult{Missing: 1}},
		{"a record deleted", func(k *kit, o models.Org, _ models.Batch) {
			var r models.Record
			k.db.First("records", doc{"org": string(o.ID)}, &r)
			k.db.Delete("records", doc{"_id": string(r.ID)})
		}, "E4a", models.CheckResult{Missing: 1}},
		{"a complaint no longer true", func(k *kit, o models.Org, _ models.Batch) {
			var c models.Complaint
			k.db.First("complaints", doc{"org": string(o.ID), "outcome": "SUBSTANTIATED"}, &c)
			k.db.Set("complaints", string(c.ID), doc{"outcome": "NOT_SUBSTANTIATED"})
		}, "E4b", models.CheckResult{Missing: 1}},
		{"fewer people asked", func(k *kit, _ models.Org, b models.Batch) {
			k.db.Set("batches", string(b.ID), doc{"people": 7})
		}, "", models.CheckResult{Altered: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			o, _, b := k.peopled()
			r := k.made(ofCity)
			c.tamper(k, o, b)
			got := k.verified(r.ID)
			require.Equal(t, models.VerdictMismatch, got.Verdict)
			require.True(t, got.HashHolds)
			require.Equal(t, c.result.Altered, got.Altered, "altered")
			require.Equal(t, c.result.Missing, got.Missing, "missing")
			var orgs, whole []string
			for _, d := range got.Differences {
				if d.Org == o.ID {
					orgs = append(orgs, d.Indicator)
				} else {
					require.Empty(t, d.Org, "the other organisation's figures are as they were")
					whole = append(whole, d.Indicator)
				}
			}
			if c.names != "" {
				require.Contains(t, orgs, c.names)
				require.Contains(t, whole, c.names)
			}
		})
	}
}

// The report itself cannot be changed unseen either: not with its hash, and not through its parts.
func TestAChangedReportIsFound(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, _, _ := k.peopled()
	r := k.made(ofCity)
	raw := bytes.Replace(r.Report.Body, []byte(`"period":"2026Q4"`), []byte(`"period":"2026Q3"`), 1)
	sum := sha256.Sum256(raw)
	k.db.Set("reports", string(r.ID), doc{"body": raw, "hash": hex.EncodeToString(sum[:])})
	got := k.verified(r.ID)
	require.False(t, got.HashHolds, "a new hash needs the key")
	require.Equal(t, models.VerdictMismatch, got.Verdict)
	k.db.Set("reports", string(r.ID), doc{"body": r.Report.Body, "hash": r.Hash})
	require.Equal(t, models.VerdictMatches, k.verified(r.ID).Verdict)
	k.db.Delete("report_parts", doc{"org": string(o.ID)})
	require.Equal(t, models.VerdictMismatch, k.verified(r.ID).Verdict)
}

// A worker that dies half-way leaves parts that the next one does not make again, and the report is the same.
func TestMakingGoesOnAfterAnInterruption(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for range 6 {
		k.round(k.org("440100"), 6, "satisfied", "dissatisfied")
	}
	r, err := k.Ask(k.ctx, province, ofCity)
	require.NoError(t, err)
	same, err := k.Ask(k.ctx, city, ofCity)
	require.NoError(t, err)
	require.Equal(t, r.ID, same.ID, "while one is being made, asking again makes no second")
	n, err := k.MakeDue(k.ctx)
	require.NoError(t, err)
	require.Zero(t, n, "what was under way at the cut-off may still arrive")
	k.clock.Add(models.ReportSettle)
	ctx, cancel := context.WithCancel(k.ctx)
	go func() { // dies as soon as some parts are there
		for k.db.Count("report_parts", doc{}) < 2 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	_, err = k.MakeDue(ctx)
	require.Error(t, err)
	half := k.db.Count("report_parts", doc{})
	require.Less(t, half, 6)
	var first models.ReportPart
	k.db.First("report_parts", doc{}, &first)
	_, err = k.MakeDue(k.ctx)
	require.NoError(t, err)
	k.clock.Add(10 * time.Minute) // its lease
	n, err = k.MakeDue(k.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	var still models.ReportPart
	k.db.First("report_parts", doc{"_id": first.ID}, &still)
	require.Equal(t, first, still)
	require.Equal(t, models.VerdictMatches, k.verified(r.ID).Verdict)
	n, err = k.MakeDue(k.ctx)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestVerifyingInTheBackground(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, _, b := k.peopled()
	r := k.made(ofCity)
	check, err := k.AskCheck(k.ctx, city, r.ID)
	require.NoError(t, err)
	require.Equal(t, models.CheckRunning, check.State)
	_, err = k.CheckDue(k.ctx)
	require.NoError(t, err)
	got, err := k.Read(k.ctx, city, r.ID)
	require.NoError(t, err)
	require.Equal(t, models.CheckDone, got.Check.State)
	require.Equal(t, models.VerdictMatches, got.Check.Result.Verdict)
	k.db.Set("responses", string(answerID(b, 0)), doc{"answers.overall": "dissatisfied"})
	_, err = k.AskCheck(k.ctx, city, r.ID)
	require.NoError(t, err)
	_, err = k.CheckDue(k.ctx)
	require.NoError(t, err)
	got, err = k.Read(k.ctx, city, r.ID)
	require.NoError(t, err)
	require.Equal(t, models.VerdictMismatch, got.Check.Result.Verdict)
}

func TestWhoMayMakeAndReadReports(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, other, _ := k.peopled()
	operator := models.Principal{Account: "a1", Role: models.RoleOperator, Org: o.ID}
	shenzhen := models.Principal{Account: "c2", Role: models.RoleCity, Region: "440300"}
	for _, c := range []struct {
		p    models.Principal
		q    report.Request
		want error
	}{
		{operator, report.Request{Org: o.ID, Period: quarter}, models.ErrForbidden},
		{models.Principal{Role: models.RoleAlliance}, ofCity, models.ErrForbidden},
		{shenzhen, ofCity, models.ErrNotFound},
		{shenzhen, report.Request{Org: o.ID, Period: quarter}, models.ErrNotFound},
		{city, report.Request{Region: models.Province, Period: quarter}, models.ErrNotFound},
		{city, report.Request{Region: "440100", Org: o.ID, Period: quarter}, models.ErrReportPlace},
		{city, report.Request{Period: quarter}, models.ErrReportPlace},
		{city, report.Request{Region: "440100", Period: "2026Q7"}, models.ErrPeriod},
		{city, report.Request{Region: "440100", Period: "2027Q1"}, models.ErrInvalid},
		{city, report.Request{Region: "440100", Kind: "shop", Period: quarter}, models.ErrInvalid},
	} {
		_, err := k.Ask(k.ctx, c.p, c.q)
		require.ErrorIs(t, err, c.want, "%v %v", c.p.Role, c.q)
	}
	whole := k.made(ofCity)
	_, err := k.Read(k.ctx, operator, whole.ID)
	require.ErrorIs(t, err, models.ErrNotFound, "a region's report holds other organisations' figures")
	asked, err := k.Ask(k.ctx, city, report.Request{Org: o.ID, Period: quarter})
	require.NoError(t, err)
	_, err = k.Read(k.ctx, operator, asked.ID)
	require.ErrorIs(t, err, models.ErrNotFound, "not before it is ready")
	k.finished(asked)
	got, err := k.Read(k.ctx, operator, asked.ID)
	require.NoError(t, err)
	require.Nil(t, got.Body)
	require.Nil(t, got.Check)
	require.Equal(t, 7.0, *item(t, got.Released.Items, "E1a").Denominator)
	for _, v := range got.Released.Items {
		require.Nil(t, v.Quality)
	}
	export, err := k.Export(k.ctx, operator, asked.ID)
	require.NoError(t, err)
	require.Empty(t, export.Parts)
	require.NotContains(t, string(export.Report), "quality")
	require.NotContains(t, string(export.Report), "inputs")
	_, err = k.AskCheck(k.ctx, operator, asked.ID)
	require.ErrorIs(t, err, models.ErrForbidden)
	_, err = k.Read(k.ctx, models.Principal{Account: "a2", Role: models.RoleOperator, Org: other.ID}, asked.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.Read(k.ctx, shenzhen, asked.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
	list, err := k.List(k.ctx, operator, store.ReportFilter{}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	list, err = k.List(k.ctx, city, store.ReportFilter{}, models.Page{Limit: 1})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.NotEmpty(t, list.Next)
}

// rowsOf reads a sheet of a workbook with the reader that the project has for other people's files.
func rowsOf(t *testing.T, raw []byte, name string) [][]sheet.Cell {
	t.Helper()
	r, err := sheet.Open(bytes.NewReader(raw), int64(len(raw)), "report.xlsx", sheet.Options{})
	require.NoError(t, err)
	for _, s := range r.Sheets() {
		if s.Name != name {
			continue
		}
		rows, err := r.Rows(context.Background(), s)
		require.NoError(t, err)
		var out [][]sheet.Cell
		for {
			row, err := rows.Next()
			if err != nil || row == nil {
				break
			}
			out = append(out, append([]sheet.Cell(nil), row.Cells...))
		}
		return out
	}
	t.Fatalf("no sheet %s", name)
	return nil
}

func TestTheWorkbook(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, _, _ := k.peopled()
	const formula = "=HYPERLINK(\"http://x\",\"合成\")"
	k.db.Set("orgs", string(o.ID), doc{"name": formula})
	r := k.made(ofCity)
	var b bytes.Buffer
	_, err := k.WriteXLSX(k.ctx, city, r.ID, &b)
	require.NoError(t, err)
	rows := rowsOf(t, b.Bytes(), "指标")
	require.Contains(t, rows[0][0].Text, "广州市 企业 2026Q4")
	require.Equal(t, "数值", rows[2][2].Text)
	found := false
	for _, row := range rows[3:] {
		if row[0].Text == "E1a" {
			found = true
			require.Equal(t, "参评人员满意率", row[1].Text)
			require.Equal(t, sheet.Number, row[2].Kind, "a number is a number")
			require.Equal(t, "69.23", row[2].Text)
			require.Equal(t, "%", row[3].Text)
			require.Equal(t, "9", row[4].Text)
			require.Equal(t, "13", row[5].Text)
			require.Contains(t, row[9].Text, "样本少")
		}
	}
	require.True(t, found)
	orgs := rowsOf(t, b.Bytes(), "各机构")
	names := map[string]bool{}
	for _, row := range orgs[1:] {
		require.Equal(t, sheet.Text, row[0].Kind, "a formula stays words")
		names[row[0].Text] = true
	}
	require.Equal(t, map[string]bool{formula: true, "合成企业": true}, names)
	require.NotContains(t, b.String(), "<f>")
	words := rowsOf(t, b.Bytes(), "指标定义")
	require.Equal(t, "依据（粤技服〔2021〕17号）", words[0][8].Text)
	notes := rowsOf(t, b.Bytes(), "说明")
	var all string
	for _, row := range notes {
		all += row[0].Text + row[1].Text + "\n"
	}
	require.Contains(t, all, r.Hash)
	require.Contains(t, all, "答卷 13 份")
	require.NotEmpty(t, rowsOf(t, b.Bytes(), "答卷质量"))
}
