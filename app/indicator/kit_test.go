package indicator_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/indicator"
	"huisheng/config/catalog"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

// kit is figures over a fresh database, with shortcuts that put there what other parts of the system would.
type kit struct {
	*indicator.Service
	t     *testing.T
	ctx   context.Context
	store *store.Store
	cat   *catalog.Catalog
	box   *seal.Box
	clock *testkit.Clock
	next  int

	// Ways around the store.
	change func(col string, filter, fields object)
	drop   func(col string)
	count  func(col string, filter object) int64
}

type object = map[string]any

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, ctx: context.Background(), cat: loadCatalog(t), box: testkit.Box(t), clock: testkit.NewClock()}
	st, raw := testkit.Raw(t)
	k.store = st
	k.change = func(col string, filter, fields object) {
		_, err := raw.Collection(col).UpdateMany(k.ctx, filter, object{"$set": fields})
		require.NoError(t, err)
	}
	k.drop = func(col string) { require.NoError(t, raw.Collection(col).Drop(k.ctx)) }
	k.count = func(col string, filter object) int64 {
		n, err := raw.Collection(col).CountDocuments(k.ctx, filter)
		require.NoError(t, err)
		return n
	}
	k.restart()
	return k
}

// restart is another process: it remembers nothing.
func (k *kit) restart() { k.Service = indicator.New(k.store, k.cat, k.box, k.clock.Now) }

func (k *kit) id(prefix string) string {
	k.next++
	return fmt.Sprintf("%s%06d", prefix, k.next)
}

func (k *kit) org(region string) models.Org {
	k.t.Helper()
	o := models.Org{ID: models.OrgID(k.id("org")), Kind: models.OrgEnterprise, Name: "合成企业", USCC: k.id("USCC"), Division: region, Region: region, Affiliation: models.AffiliationCity}
	require.NoError(k.t, k.store.CreateOrg(k.ctx, o))
	return o
}

// batch makes a batch of people who all got their message, opened at the given moment.
func (k *kit) batch(o models.Org, people int, opens time.Time) models.Batch {
	k.t.Helper()
	b := models.Batch{
		ID: models.BatchID(k.id("batch")), Org: o.ID, OrgName: o.Name, Kind: o.Kind, Region: o.Region, State: models.BatchOpen, People: people,
		Questionnaire: models.QuestionnaireRef{Code: "ENT_PARTICIPANT", Version: "1"}, OpensAt: opens, ClosesAt: opens.AddDate(0, 0, 30), CreatedAt: opens,
		Counts: models.BatchCounts{People: people}, CountsAt: k.clock.Now(),
	}
	require.NoError(k.t, k.store.PutBatch(k.ctx, b))
	list := make([]models.Invitation, people)
	for i := range list {
		n := strconv.Itoa(i)
		list[i] = models.Invitation{
			ID: k.invitation(b, i), Batch: b.ID, Org: o.ID, Region: o.Region, Record: models.RecordID(string(b.ID) + n), Questionnaire: b.Questionnaire,
			CodeMAC: []byte(string(b.ID) + n), Delivered: true,
		}
	}
	refused, err := k.store.PutInvitations(k.ctx, list)
	require.NoError(k.t, err)
	require.Empty(k.t, refused)
	return b
}

func (k *kit) invitation(b models.Batch, i int) models.InvitationID {
	return models.InvitationID(fmt.Sprintf("%s-inv-%d", b.ID, i))
}

// response is an answer of the batch's person i (or of staff member i) as the respondent's side would store it.
func (k *kit) response(b models.Batch, form string, i int, a answers) models.Response {
	now := k.clock.Now()
	return models.Response{
		ID: models.ResponseID(fmt.Sprintf("%s-%s-%d", b.ID, form, i)), Batch: b.ID, Org: b.Org, Region: b.Region, Anchor: b.OpensAt,
		Questionnaire: models.QuestionnaireRef{Code: form, Version: "1"}, Answers: a, SubmittedAt: now, ChangedAt: now,
	}
}

func (k *kit) submit(b models.Batch, form string, from int, list ...answers) {
	k.t.Helper()
	for i, a := range list {
		require.NoError(k.t, k.store.CreateResponse(k.ctx, k.response(b, form, from+i, a)))
	}
}

// correct replaces the answers of person i.
func (k *kit) correct(b models.Batch, form string, i int, a answers) {
	k.t.Helper()
	r := k.response(b, form, i, a)
	old, err := k.store.FindResponse(k.ctx, r.ID)
	require.NoError(k.t, err)
	r.Revision = old.Revision + 1
	require.NoError(k.t, k.store.CorrectResponse(k.ctx, r, models.Revision{Answers: old.Answers, Until: r.ChangedAt}))
}

func (k *kit) refresh() int {
	k.t.Helper()
	n, err := k.Refresh(k.ctx)
	require.NoError(k.t, err)
	return n
}

func (k *kit) read(sc models.Scope, o models.Org, period string) map[string]models.IndicatorValue {
	k.t.Helper()
	r, err := k.ForOrg(k.ctx, sc, o.ID, period)
	require.NoError(k.t, err)
	return byID(r.View(sc))
}

// all reads as a regulator, own as the organisation.
func (k *kit) all(o models.Org, period string) map[string]models.IndicatorValue {
	return k.read(models.SystemScope(), o, period)
}

func (k *kit) own(o models.Org, period string) map[string]models.IndicatorValue {
	return k.read(models.Scope{Org: o.ID}, o, period)
}

func (k *kit) complaint(o models.Org, state models.ComplaintState, accepted time.Time, outcome models.ComplaintOutcome) models.Complaint {
	k.t.Helper()
	c := models.Complaint{
		ID: models.ComplaintID(k.id("c")), CaseNo: k.id("GD"), Org: o.ID, Region: o.Region, State: state, AcceptedAt: accepted, Outcome: outcome,
		Version: 1, CreatedAt: k.clock.Now(), ChangedAt: k.clock.Now(),
	}
	require.NoError(k.t, k.store.CreateComplaint(k.ctx, c))
	return c
}

// records puts n records of the given number of people on a day, as an upload that ended now.
func (k *kit) records(o models.Org, n, persons int, day string) {
	k.t.Helper()
	now := k.clock.Now()
	list := make([]models.Record, n)
	for i := range list {
		list[i] = models.Record{
			ID: models.RecordID(k.id("r")), Org: o.ID, Kind: o.Kind, Region: o.Region, Person: models.PersonID(fmt.Sprintf("p%d", i%persons)),
			Anchor: day, CreatedAt: now, UpdatedAt: now,
		}
	}
	_, _, err := k.store.PutRecords(k.ctx, list, nil)
	require.NoError(k.t, err)
	require.NoError(k.t, k.store.CreateImport(k.ctx, models.Import{
		ID: models.ImportID(k.id("i")), Org: o.ID, State: models.ImportDone, CreatedAt: now, UpdatedAt: now, ExpiresAt: now.AddDate(0, 0, 30),
	}))
}

func (k *kit) declare(o models.Org, period string, headcount float64) models.Figures {
	k.t.Helper()
	f, err := k.Declare(k.ctx, models.Principal{Role: models.RoleOperator, Org: o.ID, Account: "a1"}, o.ID, period,
		indicator.Declaration{Values: map[string]float64{"headcount": headcount}, Source: "人事系统在岗名册"})
	require.NoError(k.t, err)
	return f
}

// randomPerson answers a form at random, now and then with "not sure", and seldom took no part.
func randomPerson(r *rand.Rand, q *models.Questionnaire) answers {
	a := answers{}
	for _, question := range q.Questions {
		switch {
		case question.Type == models.QuestionText || question.Type == models.QuestionPick || question.Consent != "" && r.IntN(3) == 0:
			continue
		case question.ShowIf != nil && !slices.ContainsFunc(question.ShowIf.In, func(v string) bool { return a[question.ShowIf.Question] == v }):
			continue
		case question.Type == models.QuestionNumber:
			if r.IntN(3) > 0 {
				a[question.ID] = []int64{0, 1200, 1250, 3000 + r.Int64N(9000), 200_000}[r.IntN(5)]
			}
			continue
		case question.Type == models.QuestionRating:
			a[question.ID] = 1 + r.Int64N(5)
			continue
		}
		a[question.ID] = question.Options[r.IntN(len(question.Options))].Value
		if question.ID == "took_part" && r.IntN(4) > 0 {
			a[question.ID] = "yes"
		}
		if a["took_part"] == "no" {
			break
		}
	}
	return a
}
