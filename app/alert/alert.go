// Package alert tells regulators of what nobody has complained about: it counts the answers of each round that carry a flag, keeps the list, and
// records who has seen what. An alert never says who answered.
package alert

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/models"
	"huisheng/models/store"
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	ident   *ident.Idents
	audit   *audit.Log
	now     port.Clock

	mu   sync.Mutex // protects seen
	seen map[models.BatchID]store.Changed[models.BatchID]
}

// New makes the service.
func New(s *store.Store, c *catalog.Catalog, i *ident.Idents, a *audit.Log, now port.Clock) *Service {
	return &Service{store: s, catalog: c, ident: i, audit: a, now: now, seen: map[models.BatchID]store.Changed[models.BatchID]{}}
}

const (
	markName = "alerts"
	// overlap is how far behind the clock the watermark stays: longer than a request may take from its time stamp to being durable.
	overlap = 2 * time.Minute
	tries   = 5
	memory  = 100_000 // batches that a process remembers; after that it counts some once more
)

// Refresh is one pass of the job: it counts the flagged answers of the rounds in which something was answered, corrected or withdrawn since the
// watermark. Counting again gives the same, so that any number of processes may do it. It gives how many alerts changed.
func (s *Service) Refresh(ctx context.Context) (int, error) {
	start := s.now()
	mark, err := s.store.FindMark(ctx, markName)
	if err != nil {
		return 0, err
	}
	list, err := s.store.ResponsesSince(ctx, mark.At)
	if err != nil {
		return 0, err
	}
	n := 0
	var errs []error
	for _, c := range list {
		if s.known(c) {
			continue
		}
		changed, err := s.count(ctx, c.ID)
		if n += changed; err != nil {
			errs = append(errs, fmt.Errorf("alerts of batch %s: %w", c.ID, err))
			continue
		}
		s.remember(c)
	}
	if err := errors.Join(errs...); err != nil {
		return n, err
	}
	more, err := s.fees(ctx, mark.At)
	if n += more; err != nil {
		return n, err
	}
	return n, s.store.AdvanceMark(ctx, markName, start.Add(-overlap).Truncate(time.Minute))
}

func (s *Service) known(c store.Changed[models.BatchID]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.seen[c.ID]
	return ok && old.N == c.N && old.Revisions == c.Revisions && old.Last.Equal(c.Last)
}

func (s *Service) remember(c store.Changed[models.BatchID]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= memory {
		clear(s.seen)
	}
	s.seen[c.ID] = c
}

// forms are those whose answers a round of an organisation of a kind may hold.
func (s *Service) forms(kind models.OrgKind) (codes []string) {
	for _, q := range s.catalog.Questionnaires() {
		if q.Kind == kind && !slices.Contains(codes, q.Code) {
			codes = append(codes, q.Code)
		}
	}
	return codes
}

func (s *Service) count(ctx context.Context, id models.BatchID) (int, error) {
	b, err := s.store.FindBatch(ctx, models.SystemScope(), id)
	if errors.Is(err, models.ErrNotFound) { // answers of a round that is gone
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	changed := 0
	for _, k := range s.catalog.AlertKinds() {
		var n int64
		for _, form := range s.forms(b.Kind) {
			values := s.catalog.FlaggedAnswers(form, k)
			if len(values) == 0 {
				continue
			}
			more, err := s.store.CountAnswers(ctx, id, form, values)
			if err != nil {
				return changed, err
			}
			n += more
		}
		did, err := s.recount(ctx, b, k.Code, n)
		if err != nil {
			return changed, err
		}
		if did {
			changed++
		}
	}
	return changed, nil
}

// recount stores how many say so now; false when that was known.
func (s *Service) recount(ctx context.Context, b models.Batch, kind string, n int64) (bool, error) {
	a := models.Alert{
		ID: s.ident.Derive("alert", kind, string(b.ID)), Kind: kind, Org: b.Org, OrgName: b.OrgName, OrgKind: b.Kind, Region: b.Region, Batch: b.ID,
	}
	return s.put(ctx, a, n > 0, func(a models.Alert, now time.Time) models.Alert {
		if a.N == n {
			return a
		}
		return a.Recounted(n, now)
	})
}

// put stores what change makes of an alert as it is; one that is not there yet is made of first, if there is anything to say. False when nothing changed.
func (s *Service) put(ctx context.Context, first models.Alert, anything bool, change func(models.Alert, time.Time) models.Alert) (bool, error) {
	for range tries {
		now := s.now().Truncate(time.Millisecond)
		a, err := s.store.FindAlert(ctx, models.SystemScope(), first.ID)
		switch {
		case errors.Is(err, models.ErrNotFound):
			if !anything {
				return false, nil
			}
			a = first
			a.CreatedAt = now
		case err != nil:
			return false, err
		}
		next := change(a, now)
		if a.Version > 0 && next == a {
			return false, nil
		}
		next.Version++
		if err := s.store.PutAlert(ctx, next); !errors.Is(err, models.ErrConflict) {
			return err == nil, err
		}
	}
	return false, models.ErrConflict
}

// List gives the alerts in p's scope.
func (s *Service) List(ctx context.Context, p models.Principal, f store.AlertFilter, page models.Page) (models.List[models.Alert], error) {
	if err := official(p); err != nil {
		return models.List[models.Alert]{}, err
	}
	if _, ok := s.catalog.AlertKind(f.Kind); f.Kind != "" && !ok {
		return models.List[models.Alert]{}, models.ErrInvalid.WithFields(models.FieldError{Field: "kind", Code: "unknown", Message: "没有这种提醒。"})
	}
	return s.store.ListAlerts(ctx, p.Scope(), f, page)
}

func official(p models.Principal) error {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return models.ErrForbidden
	}
	return nil
}

// maxNote is the most characters of a note.
const maxNote = 500

// Acknowledge records that an official has seen an alert and what they do about it. When more people say the same later, it opens again.
func (s *Service) Acknowledge(ctx context.Context, p models.Principal, id, note string) (models.Alert, error) {
	if err := official(p); err != nil {
		return models.Alert{}, err
	}
	if note = strings.TrimSpace(note); note == "" || utf8.RuneCountInString(note) > maxNote {
		return models.Alert{}, models.ErrInvalid.WithFields(models.FieldError{Field: "note", Code: "length", Message: "请写明怎么处理，不超过500个字。"})
	}
	for range tries {
		a, err := s.store.FindAlert(ctx, p.Scope(), id)
		if err != nil {
			return a, err
		}
		if !a.Open && a.Note == note {
			return a, nil
		}
		err = s.audit.Record(ctx, audit.Entry{
			By: p, Action: models.AuditAlert, Object: "alert/" + a.ID, Org: a.Org, Region: a.Region, Detail: map[string]string{"kind": a.Kind},
		})
		if err != nil {
			return a, err
		}
		a = a.Acknowledged(p, note, s.now().Truncate(time.Millisecond))
		a.Version++
		if err := s.store.PutAlert(ctx, a); !errors.Is(err, models.ErrConflict) {
			return a, err
		}
	}
	return models.Alert{}, models.ErrConflict
}
