// Package questionnaire publishes new versions of questionnaires while the program runs. Those built in are the first; a published one stands beside
// them, never changes, and is checked as they are.
package questionnaire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/models"
	"huisheng/models/store"
)

// heard is how often a process looks for versions that another one published; well within models.PublishLead.
const heard = 10 * time.Second

// Service publishes versions and keeps the catalog up to date with them. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	audit   *audit.Log
	now     port.Clock
	log     *slog.Logger

	mu    sync.Mutex // protects what follows; one load at a time, so that an older list never takes the place of a newer one
	known map[models.QuestionnaireRef]models.QuestionnaireVersion
}

// New makes the service. Load it before anybody asks for a questionnaire.
func New(s *store.Store, c *catalog.Catalog, a *audit.Log, now port.Clock, log *slog.Logger) *Service {
	return &Service{store: s, catalog: c, audit: a, now: now, log: log, known: map[models.QuestionnaireRef]models.QuestionnaireVersion{}}
}

// Load reads the published versions and makes them known to the catalog. A version that does not pass its checks is left out and logged: it passed them
// when it was published, so the program has changed since.
func (s *Service) Load(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, err := s.store.QuestionnaireVersions(ctx)
	if err != nil {
		return err
	}
	if len(list) == len(s.known) { // versions are only ever added
		return nil
	}
	published := make([]catalog.Published, len(list))
	known := make(map[models.QuestionnaireRef]models.QuestionnaireVersion, len(list))
	for i, v := range list {
		published[i] = catalog.Published{Source: v.Source, From: v.From}
		known[models.QuestionnaireRef{Code: v.Code, Version: v.Version}] = v
	}
	if err := s.catalog.Adopt(published); err != nil {
		s.log.ErrorContext(ctx, "published questionnaires do not fit this program and are left out", "error", err)
	}
	s.known = known
	return nil
}

// Keep loads again and again until ctx ends, so that what another process published is known here.
func (s *Service) Keep(ctx context.Context) {
	tick := time.NewTicker(heard)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Load(ctx); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "published questionnaires could not be read; going by those known", "error", err)
			}
		}
	}
}

// State says whether a version is used.
type State string

// The states of a version.
const (
	Coming State = "coming" // published, and in use within a minute
	InUse  State = "in_use" // by new batches
	Past   State = "past"   // by batches that began with it
)

// Edition is one version of a questionnaire.
type Edition struct {
	*models.Questionnaire
	State       State
	PublishedAt time.Time // zero: it came with the program
	By          models.AccountID
}

// List lists every version, by code and rising version.
func (s *Service) List() []Edition {
	var list []Edition
	for _, q := range s.catalog.Questionnaires() {
		list = append(list, s.edition(q))
	}
	return list
}

// Find finds a version; version "latest" is the newest that there is.
func (s *Service) Find(code, version string) (Edition, error) {
	q, ok := s.catalog.Questionnaire(code, version)
	if version == "latest" {
		q, ok = s.catalog.Newest(code)
	}
	if !ok {
		return Edition{}, models.ErrNotFound
	}
	return s.edition(q), nil
}

func (s *Service) edition(q *models.Questionnaire) Edition {
	s.mu.Lock()
	published := s.known[q.Ref()]
	s.mu.Unlock()
	v := Edition{Questionnaire: q, State: Past, PublishedAt: published.PublishedAt, By: published.By}
	latest, _ := s.catalog.Latest(q.Code)
	switch {
	case latest != nil && latest.Ref() == q.Ref():
		v.State = InUse
	case s.now().Before(published.From):
		v.State = Coming
	}
	return v
}

// Draft gives what a version would be, without keeping it. ErrInvalid says what is wrong with the words, ErrVersionOutdated that base is not the newest
// version any more, ErrNothingChanged that w says the same.
func (s *Service) Draft(code, base string, w models.Wording) (*models.Questionnaire, error) {
	newest, ok := s.catalog.Newest(code)
	switch {
	case !ok:
		return nil, models.ErrNotFound
	case newest.Version != base:
		return nil, models.ErrVersionOutdated
	}
	next, wrong := newest.Reword(w, s.now())
	if len(wrong) > 0 {
		return nil, models.ErrInvalid.WithFields(wrong...)
	}
	source, err := catalog.Source(next)
	if err != nil {
		return nil, err
	}
	if same, err := catalog.Source(newest.Next()); err != nil || same == source {
		return nil, errors.Join(err, models.ErrNothingChanged)
	}
	checked, err := s.catalog.Check(source)
	if err != nil {
		return nil, models.ErrInvalid.WithFields(models.FieldError{Field: "questions", Code: "broken", Message: "新版本没有通过检查，请核对改动。"}).Because(err)
	}
	return checked, nil
}

// Publish makes a draft the newest version of its questionnaire for every process. New batches use it within a minute; batches that began with an older one
// go on with that.
func (s *Service) Publish(ctx context.Context, p models.Principal, code, base string, w models.Wording) (Edition, error) {
	if p.Role != models.RoleProvince {
		return Edition{}, models.ErrForbidden
	}
	q, err := s.Draft(code, base, w)
	if err != nil {
		return Edition{}, err
	}
	source, err := catalog.Source(q)
	if err != nil {
		return Edition{}, err
	}
	err = s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditQuestionnaire, Object: "questionnaire/" + q.Code + "/" + q.Version, Region: models.Province,
		Detail: map[string]string{"base": base, "notice": q.Notice.Version},
	})
	if err != nil {
		return Edition{}, err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	err = s.store.PublishQuestionnaire(ctx, models.QuestionnaireVersion{
		ID: q.Code + "/" + q.Version, Code: q.Code, Version: q.Version, Source: source, By: p.Account, PublishedAt: now, From: now.Add(models.PublishLead),
	})
	if errors.Is(err, models.ErrConflict) {
		err = models.ErrVersionOutdated // somebody else was first
	}
	if err != nil {
		return Edition{}, err
	}
	if err := s.Load(ctx); err != nil {
		return Edition{}, fmt.Errorf("adopt what was published: %w", err)
	}
	return s.Find(q.Code, q.Version)
}
