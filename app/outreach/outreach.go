// Package outreach turns a subsidy claim into people who were asked: it judges the list, freezes it, expands it into invitations, sends the
// messages, reminds who has not answered, and reports how far a batch is.
//
// Everything that must survive a crash is one document write under a derived id, so each step may be interrupted anywhere and run again.
// A message is claimed by a lease, its outcome is recorded after the provider has answered, and what nobody can tell is unknown until
// the provider was asked. Who answered is not stored with the invitation; where it matters the response's keyed id is looked up.
package outreach

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// chunk is how many people one step of a long job takes: a round trip's cost vanishes in it, and little is repeated after a crash.
const chunk = 1000

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	box     *seal.Box
	ident   *ident.Idents
	audit   *audit.Log
	sender  models.Sender
	roster  Admitter
	queue   port.Queue
	now     port.Clock
	cfg     config.Config
	quiet   config.Quiet
	log     *slog.Logger
	name    string // of this process, in leases
	cases   Cases

	mu        sync.Mutex // protects what follows
	counts    map[models.BatchID]counted
	haltUntil time.Time
	haltRead  time.Time // when haltUntil was last read
}

// Deps is what the service needs.
type Deps struct {
	Store   *store.Store
	Catalog *catalog.Catalog
	Box     *seal.Box
	Ident   *ident.Idents
	Audit   *audit.Log
	Sender  models.Sender // the channel; nil in a process that sends nothing
	Roster  Admitter      // takes in people who claim for themselves
	Queue   port.Queue
	Clock   port.Clock
	Config  config.Config
	Log     *slog.Logger // nil: slog.Default
	Cases   Cases        // whom messages about complaints go to; nil where there are none
}

// New makes the service. Config must have passed its Validate.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	quiet, err := config.ParseQuiet(d.Config.SMS.QuietHours)
	if err != nil {
		panic("outreach: quiet hours were not validated: " + err.Error())
	}
	return &Service{
		store: d.Store, catalog: d.Catalog, box: d.Box, ident: d.Ident, audit: d.Audit, sender: d.Sender, queue: d.Queue, roster: d.Roster,
		now: d.Clock, cfg: d.Config, quiet: quiet, log: d.Log, name: models.NewID(), cases: d.Cases, counts: map[models.BatchID]counted{},
	}
}

// holder is this process claiming something now.
func (s *Service) holder(now time.Time, d time.Duration) store.Holder {
	return store.Holder{Name: s.name, Now: now, Until: now.Add(d)}
}

// identity opens the seal of a record's person. Callers use it for sending and masking only and let go of it at once.
func (s *Service) identity(r models.Record) (models.Identity, error) {
	var who models.Identity
	err := s.box.OpenJSON(r.Identity, "record/"+string(r.ID), &who)
	return who, err
}

// official gives ErrForbidden to everybody but the regulators.
func official(p models.Principal) error {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return models.ErrForbidden
	}
	return nil
}

// recordChange puts what p does to a batch into the audit log, before it is done.
func (s *Service) recordChange(ctx context.Context, p models.Principal, b models.Batch, what, why string) error {
	detail := map[string]string{"what": what}
	if why != "" {
		detail["why"] = why
	}
	return s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditBatchChanged, Object: "batch/" + string(b.ID), Org: b.Org, Region: b.Region, Detail: detail,
	})
}

// batchInScope reads a batch that p may see.
func (s *Service) batchInScope(ctx context.Context, p models.Principal, id models.BatchID) (models.Batch, error) {
	return s.store.FindBatch(ctx, p.Scope(), id)
}
