package privacy_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/app/privacy"
	"huisheng/app/reseal"
	"huisheng/app/respond"
	"huisheng/config/catalog"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

type kit struct {
	*privacy.Service
	t     *testing.T
	ctx   context.Context
	store *store.Store
	probe testkit.Probe
	box   *seal.Box
	audit *audit.Log
	now   time.Time
}

func newKit(t *testing.T) *kit {
	t.Parallel()
	c, err := catalog.Load()
	require.NoError(t, err)
	clock := testkit.NewClock()
	s, probe := testkit.Probed(t)
	k := &kit{t: t, ctx: context.Background(), store: s, probe: probe, box: testkit.Box(t), now: clock.Now()}
	k.audit = audit.New(s, k.box, clock.Now, slog.New(slog.DiscardHandler))
	k.Service = privacy.New(privacy.Deps{Store: s, Catalog: c, Box: k.box, Audit: k.audit, Reseal: reseal.New(s, k.box, clock.Now), Clock: clock.Now})
	return k
}

func (k *kit) seal(text, place string) []byte {
	c, err := k.box.Seal([]byte(text), place)
	require.NoError(k.t, err)
	return c
}

func (k *kit) graduate() *models.Questionnaire {
	c, err := catalog.Load()
	require.NoError(k.t, err)
	q, _ := c.Latest("SCH_GRADUATE")
	return q
}

func (k *kit) record(id string) {
	k.probe.Insert("records", testkit.Doc{
		"_id": id, "org": "o", "certificate": "cert-" + id, "person": "same-person", "identity": k.seal(`{"n":"欧阳建国","d":"440101199001010015","p":"+8613800138000"}`, "record/"+id),
		"tail_mac": []byte("t"), "phone_mac": []byte("p"), "occupation": "电工",
	})
}

// invite asks the record's person in a round that ended so many days ago.
func (k *kit) invite(id, record string, days int) {
	k.probe.Insert("invitations", testkit.Doc{
		"_id": id, "record": record, "questionnaire": testkit.Doc{"code": id}, "code_mac": []byte("code-" + id), "tail_mac": []byte("t"), "phone_mac": []byte("p"),
		"closes_at": k.now.AddDate(0, 0, -days), "batch": "b",
	})
}

func (k *kit) results(list []models.RetentionResult, err error) map[string]int {
	require.NoError(k.t, err)
	m := map[string]int{}
	for _, r := range list {
		m[r.Rule] = r.Found
	}
	return m
}

func (k *kit) doc(collection, id string) string {
	var m map[string]any
	k.probe.First(collection, testkit.Doc{"_id": id}, &m)
	raw, err := json.Marshal(m)
	require.NoError(k.t, err)
	return string(raw)
}

func TestRetention(t *testing.T) {
	k := newKit(t)
	for _, r := range []string{"old", "kept"} {
		k.record(r)
	}
	k.invite("fresh", "r9", 29)
	k.invite("closed", "r8", 31)
	k.invite("old", "old", 731)
	k.invite("older", "kept", 800) // the same person was asked again a year ago
	k.invite("newer", "kept", 365)
	k.probe.Insert("responses", testkit.Doc{"_id": "r", "answers": testkit.Doc{"fair": "yes"}})
	for id, days := range map[string]int{"d1": 179, "d2": 181} {
		k.probe.Insert("deliveries", testkit.Doc{"_id": id, "done_at": k.now.AddDate(0, 0, -days), "provider_id": "p-" + id, "note": "DELIVRD", "phone_mac": []byte("p")})
	}
	for id, c := range map[string]struct {
		state  models.ComplaintState
		years  int
		severe bool
	}{"c-open": {models.ComplaintInvestigating, 9, false}, "c-4": {models.ComplaintClosed, 4, false}, "c-6": {models.ComplaintClosed, 6, false}, "c-6s": {models.ComplaintClosed, 6, true}, "c-11s": {models.ComplaintClosed, 11, true}} {
		k.probe.Insert("complaints", testkit.Doc{
			"_id": id, "case_no": id, "state": c.state, "severe": c.severe, "category": "FEE_VIOLATION", "outcome": "SUBSTANTIATED", "version": 3, "changed_at": k.now.AddDate(-c.years, 0, 0),
			"body": k.seal("收了我三百元", "complaint/"+id+"/text"), "contact": k.seal("13800138000", "complaint/"+id+"/contact"), "identity": k.seal("欧阳", "complaint/"+id+"/identity"),
			"rating": testkit.Doc{"stars": 4, "comment": k.seal("慢", "complaint/"+id+"/rating")}, "timeline": []any{testkit.Doc{"state": "DECIDED", "note": "已退您的钱"}}, "files": []any{"f-" + id},
		})
		k.probe.Insert("files", testkit.Doc{"_id": "f-" + id, "complaint": id, "content": k.seal("jpeg", "file/f-"+id)})
	}
	for id, days := range map[string]int{"w-new": 364, "w-old": 366, "w-alone": 400} {
		secrets := `{"income_exact":6543,"comment":"班长很好"}`
		if id == "w-alone" {
			secrets = `{"income_exact":6543}`
		}
		k.probe.Insert("responses", testkit.Doc{
			"_id": id, "questionnaire": k.graduate().Ref(), "submitted_at": k.now.AddDate(0, 0, -days), "revision": 1,
			"answers": testkit.Doc{"income": "from_6000"}, "texts": k.seal(secrets, "response/"+id),
			"history": []any{testkit.Doc{"texts": k.seal(`{"income_exact":6000}`, "response/"+id), "until": k.now}},
		})
	}
	k.contactsAndAlerts()
	before := k.doc("invitations", "old")
	dry := k.results(k.DryRun(k.ctx))
	require.Equal(t, map[string]int{models.RetainTokens: 4, models.RetainDeliveries: 1, models.RetainIdentity: 0, models.RetainWages: 2, models.RetainComplaints: 2, models.RetainContactsRemoved: 1, models.RetainContacts: 1, models.RetainAlerts: 1, models.RetainPapers: 1}, dry)
	require.Equal(t, before, k.doc("invitations", "old"), "a dry run changes nothing")

	done := k.results(k.Run(k.ctx, models.Principal{}))
	require.Equal(t, map[string]int{models.RetainTokens: 4, models.RetainDeliveries: 1, models.RetainIdentity: 2, models.RetainWages: 2, models.RetainComplaints: 2, models.RetainContactsRemoved: 1, models.RetainContacts: 1, models.RetainAlerts: 1, models.RetainPapers: 1}, done)
	require.Equal(t, map[string]int{models.RetainTokens: 0, models.RetainDeliveries: 0, models.RetainIdentity: 0, models.RetainWages: 0, models.RetainComplaints: 0, models.RetainContactsRemoved: 0, models.RetainContacts: 0, models.RetainAlerts: 0, models.RetainPapers: 0}, k.results(k.Run(k.ctx, models.Principal{})), "once")

	require.Equal(t, 1, k.probe.Count("invitations", testkit.Doc{"_id": "fresh", "tail_mac": testkit.Doc{"$exists": true}, "retained": nil}))
	require.Equal(t, 1, k.probe.Count("invitations", testkit.Doc{"_id": "closed", "tail_mac": testkit.Doc{"$exists": false}, "record": "r8"}), "closed a month ago: it opens nothing, and still leads to its record")
	require.Equal(t, 1, k.probe.Count("invitations", testkit.Doc{"_id": "old", "record": "gone/old"}))
	r, err := k.store.FindRecord(k.ctx, models.SystemScope(), "old")
	require.NoError(t, err)
	require.NotEqual(t, models.PersonID("same-person"), r.Person)
	require.Empty(t, r.TailMAC)
	require.Equal(t, "电工", r.Occupation)
	var who models.Identity
	require.NoError(t, k.box.OpenJSON(r.Identity, "record/old", &who), "pages that show the record go on working")
	require.NotContains(t, who.Name, "欧阳")
	kept, err := k.store.FindRecord(k.ctx, models.SystemScope(), "kept")
	require.NoError(t, err)
	require.Equal(t, models.PersonID("same-person"), kept.Person, "a newer round still needs it")
	require.Equal(t, 1, k.probe.Count("responses", testkit.Doc{"answers.fair": "yes"}), "answers stay")
	require.Equal(t, 1, k.probe.Count("deliveries", testkit.Doc{"provider_id": testkit.Doc{"$exists": true}}))

	for id, erased := range map[string]bool{"c-open": false, "c-4": false, "c-6": true, "c-6s": false, "c-11s": true} {
		c, err := k.store.FindComplaint(k.ctx, models.SystemScope(), models.ComplaintID(id))
		require.NoError(t, err)
		text, err := k.box.Open(c.Body, "complaint/"+id+"/text")
		require.NoError(t, err)
		require.Equal(t, erased, string(text) == models.Erased, id)
		require.Equal(t, erased, len(c.Contact) == 0 && len(c.Identity) == 0 && c.Timeline[0].Note == "", id)
		require.Equal(t, erased, k.probe.Count("files", testkit.Doc{"complaint": id}) == 0, id)
		require.Equal(t, models.OutcomeSubstantiated, c.Outcome, "what was found stays")
	}
	k.contactsAndAlertsAfter()
	list, err := k.audit.List(k.ctx, models.Principal{Role: models.RoleProvince}, models.AuditFilter{Action: models.AuditRetention}, models.Page{Limit: 20})
	require.NoError(t, err)
	for id, want := range map[models.ResponseID]string{"w-new": `{"income_exact":6543,"comment":"班长很好"}`, "w-old": `{"comment":"班长很好"}`, "w-alone": ""} {
		r, err := k.store.FindResponse(k.ctx, id)
		require.NoError(t, err)
		require.Equal(t, "from_6000", r.Answers["income"], "the band stays")
		require.Equal(t, want == "", len(r.Texts) == 0)
		if want != "" {
			text, err := k.box.Open(r.Texts, "response/"+string(id))
			require.NoError(t, err)
			require.JSONEq(t, want, string(text))
		}
		require.Equal(t, id != "w-new", len(r.History[0].Texts) == 0)
	}
	require.Len(t, list.Items, 18, "begun and done, by rule")
	require.Equal(t, "1", list.Items[0].Detail["documents"])
}

// contactsAndAlerts puts companies' contacts and alerts of different ages.
func (k *kit) contactsAndAlerts() {
	for id, c := range map[string]struct {
		days    int
		removed bool
	}{"k-off-new": {29, true}, "k-off-old": {31, true}, "k-new": {729, false}, "k-old": {731, false}} {
		require.NoError(k.t, k.store.PutContact(k.ctx, models.Contact{
			ID: models.ContactID(id), Org: "o", Company: "示例公司", Identity: k.seal(`{"n":"欧阳建国","p":"+8613800138000"}`, "contact/"+id), PhoneMAC: []byte("p"),
			Since: "2020-01-01", Removed: c.removed, CreatedAt: k.now.AddDate(0, 0, -c.days), UpdatedAt: k.now.AddDate(0, 0, -c.days),
		}))
	}
	for id, days := range map[string]int{"p-new": 1825, "p-old": 1827} {
		k.probe.Insert("files", testkit.Doc{"_id": id, "measure": "m", "content": k.seal("pdf", "file/"+id), "created_at": k.now.AddDate(0, 0, -days)})
	}
	for id, days := range map[string]int{"a-new": 1825, "a-old": 1827} {
		require.NoError(k.t, k.store.PutAlert(k.ctx, models.Alert{
			ID: id, Kind: models.AlertUnderage, Org: "o", Record: "r1", Company: "示例公司", N: 1, Note: "已通知欧阳建国的家长", SeenName: "李某", SeenBy: "acc", Version: 1,
			CreatedAt: k.now.AddDate(0, 0, -days), ChangedAt: k.now.AddDate(0, 0, -days),
		}))
	}
}

// contactsAndAlertsAfter: what is over its time names nobody, is asked no more, and stays so that nobody is asked or told twice.
func (k *kit) contactsAndAlertsAfter() {
	for id, gone := range map[models.ContactID]bool{"k-off-new": false, "k-off-old": true, "k-new": false, "k-old": true} {
		c, err := k.store.FindContact(k.ctx, models.SystemScope(), id)
		require.NoError(k.t, err)
		require.Equal(k.t, gone, len(c.Identity) == 0 && len(c.PhoneMAC) == 0 && c.Removed, id)
		require.Equal(k.t, models.Date("2020-01-01"), c.Since)
	}
	require.Equal(k.t, 1, k.probe.Count("files", testkit.Doc{"measure": "m", "_id": "p-new"}))
	require.Zero(k.t, k.probe.Count("files", testkit.Doc{"_id": "p-old"}))
	for id, gone := range map[string]bool{"a-new": false, "a-old": true} {
		a, err := k.store.FindAlert(k.ctx, models.SystemScope(), id)
		require.NoError(k.t, err)
		require.Equal(k.t, gone, a.Record == "" && a.Company == "" && a.Note == "" && a.SeenName == "" && a.SeenBy == "", id)
		require.Equal(k.t, int64(1), a.N)
	}
}

func TestErasureOnRequest(t *testing.T) {
	k := newKit(t)
	k.record("r")
	k.invite("inv", "r", -20)
	k.probe.Insert("responses", testkit.Doc{"_id": "resp", "batch": "b", "answers": testkit.Doc{"fair": "yes"}, "texts": []byte("sealed"), "history": []any{testkit.Doc{"answers": testkit.Doc{"fair": "no"}}}, "revision": 1})
	for id, state := range map[string]models.DeliveryState{"inv:remind1": models.DeliveryDue, "inv:invite": models.DeliveryDelivered} {
		k.probe.Insert("deliveries", testkit.Doc{"_id": id, "invitation": "inv", "state": state, "urgent": false})
	}
	c := respond.Claims{Invitation: "inv", Response: "resp", Batch: "b", Org: "o", Region: "440100"}
	for range 2 { // twice is harmless
		require.NoError(t, k.Erase(k.ctx, c))
		require.Equal(t, 1, k.probe.Count("responses", testkit.Doc{"_id": "resp", "withdrawn": true, "answers": testkit.Doc{}, "texts": testkit.Doc{"$exists": false}, "history": testkit.Doc{"$exists": false}}))
		require.Equal(t, 1, k.probe.Count("invitations", testkit.Doc{"_id": "inv", "tail_mac": testkit.Doc{"$exists": false}, "phone_mac": testkit.Doc{"$exists": false}}))
		require.Equal(t, 1, k.probe.Count("deliveries", testkit.Doc{"state": models.DeliverySkipped}))
		require.Equal(t, 1, k.probe.Count("deliveries", testkit.Doc{"state": models.DeliveryDelivered}))
		require.Equal(t, 1, k.probe.Count("phones", testkit.Doc{"opted_out": true}))
	}
	require.NoError(t, k.Erase(k.ctx, respond.Claims{Invitation: "inv", Response: "never", Batch: "b"}), "whoever has not answered has a right to it too")
	list, err := k.audit.List(k.ctx, models.Principal{Role: models.RoleProvince}, models.AuditFilter{Action: models.AuditErasure}, models.Page{Limit: 20})
	require.NoError(t, err)
	require.NotEmpty(t, list.Items)
	for _, e := range list.Items {
		require.Equal(t, "batch/b", e.Object, "the log does not say whose")
		require.Empty(t, e.Detail)
	}
}
