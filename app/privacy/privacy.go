// Package privacy is what the law on personal information asks for: data goes when its time is over, a person can have theirs erased, and what
// somebody agreed to can be shown.
package privacy

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/app/reseal"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Service carries out retention. Any number of processes may run it at once.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	box     *seal.Box
	audit   *audit.Log
	reseal  *reseal.Service
	ident   *ident.Idents
	now     port.Clock
}

// Deps is what the service needs.
type Deps struct {
	Store   *store.Store
	Catalog *catalog.Catalog
	Box     *seal.Box
	Audit   *audit.Log
	Reseal  *reseal.Service
	Clock   port.Clock
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{store: d.Store, catalog: d.Catalog, box: d.Box, audit: d.Audit, reseal: d.Reseal, ident: ident.New(d.Box), now: d.Clock}
}

// chunk is how many documents are changed before the next are looked for; passes of a run end at maxChunks, and the next run goes on.
const (
	chunk     = 500
	maxChunks = 200
)

// rule is one line of retention: what is due, and what is done with some of it.
type rule struct {
	id   string
	at   time.Time
	due  store.Due
	take func(ctx context.Context, ids []string) error
}

// rules in their order: an invitation loses first what opens it, and then what it leads to.
func (s *Service) rules() []rule {
	cut := func(id string) (at, severe time.Time) {
		r, _ := s.catalog.RetentionRule(id) // the catalog refuses to load without it
		return s.now().AddDate(0, 0, -r.Days), s.now().AddDate(0, 0, -max(r.Days, r.Severe))
	}
	tokens, _ := cut(models.RetainTokens)
	traces, _ := cut(models.RetainDeliveries)
	identity, _ := cut(models.RetainIdentity)
	wages, _ := cut(models.RetainWages)
	complaints, severe := cut(models.RetainComplaints)
	removed, _ := cut(models.RetainContactsRemoved)
	contacts, _ := cut(models.RetainContacts)
	alerts, _ := cut(models.RetainAlerts)
	papers, _ := cut(models.RetainPapers)
	return []rule{
		{models.RetainTokens, tokens, store.DueTokens(tokens), s.store.StripInvitations},
		{models.RetainDeliveries, traces, store.DueDeliveries(traces), s.store.ForgetDeliveries},
		{models.RetainIdentity, identity, store.DueIdentities(identity), func(ctx context.Context, ids []string) error { return s.unlink(ctx, ids, identity) }},
		{models.RetainWages, wages, store.DueAmounts(wages, s.formsWithAmounts()), s.band},
		{models.RetainComplaints, complaints, store.DueComplaints(complaints, severe), s.deidentify},
		{models.RetainContactsRemoved, removed, store.DueContacts(removed, true), func(ctx context.Context, ids []string) error { return s.store.EraseContacts(ctx, ids, removed) }},
		{models.RetainContacts, contacts, store.DueContacts(contacts, false), func(ctx context.Context, ids []string) error { return s.store.EraseContacts(ctx, ids, contacts) }},
		{models.RetainPapers, papers, store.DuePapers(papers), s.store.DropFiles},
		{models.RetainAlerts, alerts, store.DueAlerts(alerts), func(ctx context.Context, ids []string) error { return s.store.EraseAlerts(ctx, ids, alerts) }},
	}
}

// DryRun says what Run would do, and changes nothing. What an earlier rule of the same run makes due for a later one is not counted.
func (s *Service) DryRun(ctx context.Context) ([]models.RetentionResult, error) {
	var out []models.RetentionResult
	for _, r := range s.rules() {
		n, err := s.store.CountDue(ctx, r.due)
		if err != nil {
			return out, err
		}
		out = append(out, models.RetentionResult{Rule: r.id, Before: r.at, Found: n})
	}
	return out, nil
}

// Run takes away what is over its time, in bounded steps; a run that is broken off is gone on with by the next. What was done goes into the audit
// log: the intention before, and the numbers after. By is whoever started it by hand; nobody when its time came.
func (s *Service) Run(ctx context.Context, by models.Principal) ([]models.RetentionResult, error) {
	var out []models.RetentionResult
	for _, r := range s.rules() {
		n, err := s.run(ctx, by, r)
		out = append(out, models.RetentionResult{Rule: r.id, Before: r.at, Found: n})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func (s *Service) run(ctx context.Context, by models.Principal, r rule) (n int, err error) {
	for range maxChunks {
		ids, err := s.store.DueIDs(ctx, r.due, chunk)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		if n == 0 {
			if err := s.record(ctx, by, r, "begun", len(ids)); err != nil {
				return n, err
			}
		}
		if err := r.take(ctx, ids); err != nil {
			return n, fmt.Errorf("%s: %w", r.id, err)
		}
		n += len(ids)
		if len(ids) < chunk {
			break
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, s.record(ctx, by, r, "done", n)
}

func (s *Service) record(ctx context.Context, by models.Principal, r rule, state string, n int) error {
	return s.audit.Record(ctx, audit.Entry{
		By: by, Action: models.AuditRetention, Object: "retention/" + r.id, Region: models.Province,
		Detail: map[string]string{"state": state, "documents": strconv.Itoa(n), "before": r.at.In(models.Shanghai()).Format(time.DateOnly)},
	})
}

// unlink takes the person out of the records of invitations, unless a newer invitation still needs them, and cuts the invitations off.
func (s *Service) unlink(ctx context.Context, ids []string, before time.Time) error {
	for _, id := range ids {
		inv, err := s.store.FindInvitation(ctx, models.InvitationID(id))
		if err != nil {
			return err
		}
		newer, err := s.store.NewerInvitation(ctx, inv.Record, before)
		if err != nil {
			return err
		}
		if !newer {
			if err := s.forget(ctx, inv.Record); err != nil {
				return err
			}
		}
		if err := s.store.UnlinkInvitation(ctx, inv.ID); err != nil {
			return err
		}
	}
	return nil
}

// forget replaces a record's person by nobody: pages and files that show the record go on working.
func (s *Service) forget(ctx context.Context, r models.RecordID) error {
	nobody := models.Identity{Name: "已去标识", Document: "000000000000000000", Phone: "+8600000000000"}
	sealed, err := s.box.SealJSON(nobody, "record/"+string(r))
	if err != nil {
		return err
	}
	drawn := make([]byte, 16)
	_, _ = rand.Read(drawn) // never fails: it ends the program instead
	return s.store.EraseIdentity(ctx, r, sealed, models.PersonID("gone-"+base64.RawURLEncoding.EncodeToString(drawn)))
}

// deidentify takes words, people and photos out of complaints; category, outcome and times stay.
func (s *Service) deidentify(ctx context.Context, ids []string) error {
	for _, id := range ids {
		b, err := s.store.ComplaintBinaries(ctx, models.ComplaintID(id))
		if err != nil {
			return err
		}
		if err := s.store.DeleteFilesOf(ctx, models.ComplaintID(id)); err != nil {
			return err
		}
		blank, err := s.reseal.Blank("complaints", b, models.Erased)
		if err != nil {
			return err
		}
		remove := append(b.Texts("note"), "files", "batch", "looks")
		for _, whole := range []string{"contact", "identity"} { // who it was is not there any more, not even as a blank
			if _, there := blank[whole]; there {
				delete(blank, whole)
				remove = append(remove, whole)
			}
		}
		// Somebody may change it in between: then the next run finds it again.
		if _, err := s.store.EraseComplaint(ctx, b, blank, remove, s.now()); err != nil {
			return err
		}
	}
	return nil
}
