package outreach_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/app/outreach"
	"huisheng/app/port"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

type doc = testkit.Doc

// kit is one deployment with an enterprise and its operator, a recording sender and a clock to set.
type kit struct {
	*outreach.Service
	t       *testing.T
	ctx     context.Context
	store   *store.Store
	db      testkit.Probe
	box     *seal.Box
	ident   *ident.Idents
	clock   *testkit.Clock
	sender  *recorder
	deps    outreach.Deps
	org     models.Org
	op      models.Principal
	city    models.Principal
	claimed int
}

func newKit(t *testing.T, change ...func(*config.Config)) *kit {
	t.Helper()
	t.Parallel()
	cfg := config.Config{
		Env: "dev", BaseURL: "https://jnpj.example.cn", BatchDays: 30, ReminderDays: []int{3, 10}, LeaseDuration: 30 * time.Second,
		SMS: config.SMS{Signature: "广东技能评价", Site: "jnpj.example.cn", QuietHours: "none", DailyCap: 1, MonthlyCap: 6, Workers: 4, SettleAfter: 10 * time.Minute},
	}
	for _, f := range change {
		f(&cfg)
	}
	cat, err := catalog.Load()
	require.NoError(t, err)
	k := &kit{t: t, ctx: t.Context(), box: testkit.Box(t), clock: testkit.NewClock()}
	k.store, k.db = testkit.Probed(t)
	k.ident, k.sender = testkit.Ident(k.box), &recorder{answer: map[models.DeliveryID]models.Result{}, receipts: map[models.DeliveryID]models.Receipt{}}
	k.deps = outreach.Deps{
		Store: k.store, Catalog: cat, Box: k.box, Ident: k.ident, Sender: k.sender, Queue: port.NoQueue{}, Clock: k.clock.Now, Config: cfg,
		Audit: audit.New(k.store, k.box, k.clock.Now, slog.New(slog.DiscardHandler)), Log: slog.New(slog.DiscardHandler),
	}
	k.Service = outreach.New(k.deps)
	k.org = models.Org{
		ID: models.OrgID(models.NewID()), Kind: models.OrgEnterprise, Name: "示例电器有限公司", USCC: models.NewID(), Division: "440106", Region: "440100",
		Affiliation: models.AffiliationCity, Filing: demo.Filing(),
	}
	require.NoError(t, k.store.CreateOrg(k.ctx, k.org))
	k.op = models.Principal{Account: "op", Role: models.RoleOperator, Org: k.org.ID}
	k.city = models.Principal{Account: "city", Role: models.RoleCity, Region: "440100"}
	return k
}

// people puts n records into the roster; change may alter each before it is stored.
func (k *kit) people(seed uint64, n int, change ...func(i int, r *models.Record, who *models.Identity)) []models.RecordID {
	k.t.Helper()
	list := make([]models.Record, n)
	ids := make([]models.RecordID, n)
	for i, p := range demo.People(seed, n) {
		who := models.Identity{Name: p.Name, DocType: string(p.DocType), Document: p.Document, Phone: "+86" + p.Phone}
		r := models.Record{
			Org: k.org.ID, Kind: k.org.Kind, Region: k.org.Region, Person: k.ident.Person(who.DocType, who.Document), Department: p.Department,
			Occupation: p.Occupation, OccupationCode: p.OccupationCode, Level: p.Level, Certificate: p.Certificate, IssuedOn: p.IssuedOn,
			Method: p.Method, AssessedOn: p.AssessedOn, Anchor: p.IssuedOn,
		}
		for _, f := range change {
			f(i, &r, &who)
		}
		list[i] = k.sealed(r, who)
		ids[i] = list[i].ID
	}
	for from := 0; from < n; from += 1000 {
		_, _, err := k.store.PutRecords(k.ctx, list[from:min(from+1000, n)], nil)
		require.NoError(k.t, err)
	}
	return ids
}

// sealed fills in what follows from the identity, as the roster does.
func (k *kit) sealed(r models.Record, who models.Identity) models.Record {
	k.t.Helper()
	r.ID = k.ident.Record(r.Org, r.Person, r.OccupationCode, r.Level, r.Certificate)
	raw, err := k.box.SealJSON(who, "record/"+string(r.ID))
	require.NoError(k.t, err)
	r.Identity, r.TailMAC = raw, k.ident.TailMAC(r.ID, who.Document[len(who.Document)-4:])
	r.PosterMAC, r.Digest = k.ident.PosterMAC(r.Org, who.Name, who.Document[len(who.Document)-6:]), k.ident.Digest(string(r.ID))
	if r.PhoneMAC = nil; who.Phone != "" {
		r.PhoneMAC = k.ident.PhoneMAC(who.Phone)
	}
	return r
}

func (k *kit) input(ids []models.RecordID) outreach.ClaimInput {
	k.claimed++
	return outreach.ClaimInput{
		No: fmt.Sprintf("SL-%d", k.claimed), Org: k.org.ID, SubsidyType: "SKILL_UPGRADE", ClaimedAt: "2026-11-20", Records: ids,
	}
}

// claim posts a claim for ids and expands it.
func (k *kit) claim(ids []models.RecordID) models.BatchID {
	k.t.Helper()
	r, err := k.Claim(k.ctx, k.op, k.input(ids))
	require.NoError(k.t, err)
	_, err = k.ExpandDue(k.ctx)
	require.NoError(k.t, err)
	return r.Batch
}

func (k *kit) batch(id models.BatchID) models.Batch {
	k.t.Helper()
	b, err := k.store.FindBatch(k.ctx, models.SystemScope(), id)
	require.NoError(k.t, err)
	return b
}

func (k *kit) invitations(b models.BatchID) []models.Invitation {
	k.t.Helper()
	list, err := k.store.ListInvitations(k.ctx, models.SystemScope(), store.InvitationFilter{Batch: b}, models.Page{Limit: 100_000})
	require.NoError(k.t, err)
	return list.Items
}

func (k *kit) delivery(id models.DeliveryID) models.Delivery {
	k.t.Helper()
	d, err := k.store.FindDelivery(k.ctx, id)
	require.NoError(k.t, err)
	return d
}

// invite is the first message of the batch's only invitation.
func (k *kit) invite(b models.BatchID) models.Delivery {
	k.t.Helper()
	list := k.invitations(b)
	require.Len(k.t, list, 1)
	return k.delivery(models.DeliveryID(list[0].ID) + ":invite")
}

// deliver sends what is due and gives how many messages it claimed.
func (k *kit) deliver(urgent bool) int {
	k.t.Helper()
	for n := 0; ; n++ {
		d, ok, err := k.NextDelivery(k.ctx, urgent)
		require.NoError(k.t, err)
		if !ok {
			return n
		}
		require.NoError(k.t, k.Send(k.ctx, d))
	}
}

// answer stores a response of an invited person.
func (k *kit) answer(inv models.Invitation) {
	k.t.Helper()
	now := k.clock.Now()
	require.NoError(k.t, k.store.CreateResponse(k.ctx, models.Response{
		ID: k.ident.Response(inv.ID), Batch: inv.Batch, Org: inv.Org, Questionnaire: inv.Questionnaire, SubmittedAt: now, ChangedAt: now,
	}))
}

// recorder is a channel that notes what it is given and answers as told, by default that all went well.
type recorder struct {
	mu       sync.Mutex
	sent     []models.Message
	asked    []models.DeliveryID
	usual    models.Result
	answer   map[models.DeliveryID]models.Result
	receipts map[models.DeliveryID]models.Receipt
	pause    time.Duration
}

func (r *recorder) Name() string { return "recorder" }

func (r *recorder) Send(_ context.Context, m models.Message) models.Result {
	time.Sleep(r.pause)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, m)
	if a, ok := r.answer[m.ID]; ok {
		return a
	}
	if r.usual.Outcome != "" {
		return r.usual
	}
	return models.Result{Outcome: models.OutcomeSent, ProviderID: fmt.Sprintf("p-%s-%d", m.ID, len(r.sent)), Code: "OK"}
}

func (r *recorder) Lookup(_ context.Context, m models.Message, _ time.Time) models.Receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, m.ID)
	if a, ok := r.receipts[m.ID]; ok {
		return a
	}
	return models.Receipt{State: models.ReceiptNotFound, DeliveryID: m.ID}
}

// messages gives what was sent so far.
func (r *recorder) messages() []models.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]models.Message(nil), r.sent...)
}

// to gives how many messages went to each phone.
func (r *recorder) to() map[string]int {
	n := map[string]int{}
	for _, m := range r.messages() {
		n[m.Phone]++
	}
	return n
}

// ReadReceipts and Acknowledgement make the recorder a channel whose provider pushes: one delivery id a line.
func (r *recorder) ReadReceipts(_ map[string][]string, body []byte) ([]models.Receipt, error) {
	if len(body) == 0 {
		return nil, errors.New("empty")
	}
	var list []models.Receipt
	for id := range strings.Lines(string(body)) {
		list = append(list, models.Receipt{State: models.ReceiptDelivered, DeliveryID: models.DeliveryID(strings.TrimSpace(id))})
	}
	return list, nil
}

func (r *recorder) Acknowledgement() string { return `{"code":0}` }
