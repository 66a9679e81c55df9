// Package webhook tells other systems, above all the subsidy platform, what happened.
//
// Nothing is sent from where it happens. A job derives events from what is stored, with ids that follow from it, and writes one message for each
// endpoint; another delivers them, again and again under the same id until the receiver takes them or two and a half days are over. So an event
// is told at least once, whatever process dies when, and a receiver that remembers ids takes it exactly once.
//
// No event says who answered, what, or that a certain person did: a number of receipts comes in steps of five, by round and never by person. A
// subsidy that could be made to wait for an answer would be an answer under pressure.
package webhook

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/internal/webhook"
	"huisheng/models"
	"huisheng/models/store"
)

// Poster makes one attempt at an address.
type Poster interface {
	CheckURL(url string) error
	Post(ctx context.Context, url, id string, at time.Time, signatures []string, body string) webhook.Answer
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store  *store.Store
	box    *seal.Box
	ident  *ident.Idents
	audit  *audit.Log
	queue  port.Queue
	poster Poster
	lease  time.Duration // how long a message under way is left alone
	now    port.Clock
	log    *slog.Logger

	mu    sync.Mutex // protects what follows
	busy  map[models.WebhookID]int
	pause map[models.WebhookID]time.Time // endpoints that failed a moment ago
	known map[models.WebhookMessageID]bool
}

// Deps is what the service needs.
type Deps struct {
	Store  *store.Store
	Box    *seal.Box
	Ident  *ident.Idents
	Audit  *audit.Log
	Queue  port.Queue
	Poster Poster
	Lease  time.Duration // longer than an attempt takes; a shorter one only makes messages come twice
	Clock  port.Clock
	Log    *slog.Logger
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		store: d.Store, box: d.Box, ident: d.Ident, audit: d.Audit, queue: d.Queue, poster: d.Poster, lease: max(d.Lease, time.Second), now: d.Clock, log: d.Log,
		busy: map[models.WebhookID]int{}, pause: map[models.WebhookID]time.Time{}, known: map[models.WebhookMessageID]bool{},
	}
}

// Input is an endpoint as somebody writes it.
type Input struct {
	URL     string
	Note    string
	Events  []models.WebhookType
	Enabled *bool // nil: as it is; a new one is on
}

const (
	maxNote = 200
	// overlapTime is how long messages carry both signatures after a secret was replaced.
	overlapTime = 24 * time.Hour
)

func provinceOnly(p models.Principal) error {
	if p.Role != models.RoleProvince {
		return models.ErrForbidden
	}
	return nil
}

// List lists the endpoints.
func (s *Service) List(ctx context.Context, p models.Principal, page models.Page) (models.List[models.Webhook], error) {
	if err := provinceOnly(p); err != nil {
		return models.List[models.Webhook]{}, err
	}
	return s.store.ListWebhooks(ctx, page)
}

// Find reads one endpoint.
func (s *Service) Find(ctx context.Context, p models.Principal, id models.WebhookID) (models.Webhook, error) {
	if err := provinceOnly(p); err != nil {
		return models.Webhook{}, err
	}
	return s.store.FindWebhook(ctx, id)
}

// Create makes an endpoint. The secret is given this once.
func (s *Service) Create(ctx context.Context, p models.Principal, in Input) (w models.Webhook, secret string, err error) {
	if err := provinceOnly(p); err != nil {
		return w, "", err
	}
	if err := s.check(&in); err != nil {
		return w, "", err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	w = models.Webhook{
		ID: models.WebhookID(models.NewID()), URL: in.URL, Note: in.Note, Events: in.Events, Enabled: in.Enabled == nil || *in.Enabled, Revision: 1,
		By: p.Account, CreatedAt: now, ChangedAt: now,
	}
	if secret, err = s.addSecret(&w, now); err != nil {
		return w, "", err
	}
	if err := s.record(ctx, p, w, "create"); err != nil {
		return w, "", err
	}
	return w, secret, s.store.CreateWebhook(ctx, w)
}

func (s *Service) addSecret(w *models.Webhook, now time.Time) (string, error) {
	secret := webhook.NewSecret()
	sealed, err := s.box.Seal([]byte(secret), place(w.ID))
	w.Secrets = append([]models.WebhookSecret{{Sealed: sealed, MadeAt: now}}, w.Secrets...)
	return secret, err
}

func place(id models.WebhookID) string { return "webhook/" + string(id) }

func (s *Service) check(in *Input) error {
	var wrong []models.FieldError
	in.URL, in.Note = strings.TrimSpace(in.URL), strings.TrimSpace(in.Note)
	if err := s.poster.CheckURL(in.URL); err != nil {
		message := map[string]string{
			"url_invalid":   "请填写完整的网址，例如 https://btpt.example.gov.cn/hooks，不带账号和 #。",
			"url_not_https": "只能推送到 https 地址。",
		}[err.Error()]
		if message == "" {
			message = "不能推送到内网、本机或保留的地址；确需推送到政务内网，请运维人员设置 HUISHENG_WEBHOOK_PRIVATE。"
		}
		wrong = append(wrong, models.FieldError{Field: "url", Code: err.Error(), Message: message})
	}
	if utf8.RuneCountInString(in.Note) > maxNote || !models.Printable(in.Note) {
		wrong = append(wrong, models.FieldError{Field: "note", Code: "length", Message: "说明请写在200字以内，不要换行。"})
	}
	if len(in.Events) == 0 {
		in.Events = models.WebhookTypes()
	}
	for _, e := range in.Events {
		if !slices.Contains(models.WebhookTypes(), e) {
			wrong = append(wrong, models.FieldError{Field: "events", Code: "unknown", Message: "事件应为 claim.expanded、response.received、batch.closed 或 measure.decided。"})
			break
		}
	}
	slices.Sort(in.Events)
	in.Events = slices.Compact(in.Events)
	if len(wrong) > 0 {
		return models.ErrInvalid.WithFields(wrong...)
	}
	return nil
}

// Update changes an endpoint. Switching it on sends what was held meanwhile.
func (s *Service) Update(ctx context.Context, p models.Principal, id models.WebhookID, revision int, in Input) (models.Webhook, error) {
	w, err := s.at(ctx, p, id, revision)
	if err != nil {
		return w, err
	}
	if in.URL == "" {
		in.URL = w.URL
	}
	if in.Events == nil {
		in.Events = w.Events
	}
	if err := s.check(&in); err != nil {
		return w, err
	}
	w.URL, w.Note, w.Events = in.URL, in.Note, in.Events
	if in.Enabled != nil {
		w.Enabled, w.Why, w.Failing = *in.Enabled, "", time.Time{}
	}
	if err := s.save(ctx, p, &w, "change"); err != nil {
		return w, err
	}
	return w, s.settleHeld(ctx, w)
}

// settleHeld sets an endpoint's messages aside while it is off and makes them due again when it is on; the sweep does what a crash leaves.
func (s *Service) settleHeld(ctx context.Context, w models.Webhook) error {
	if w.Enabled {
		s.forget(w.ID)
		defer s.queue.Wake(ctx, port.JobWebhook, "")
		return s.store.MoveWebhookMessages(ctx, w.ID, models.WebhookHeld, models.WebhookDue, s.now())
	}
	return s.store.MoveWebhookMessages(ctx, w.ID, models.WebhookDue, models.WebhookHeld, s.now())
}

// at reads an endpoint to be changed.
func (s *Service) at(ctx context.Context, p models.Principal, id models.WebhookID, revision int) (models.Webhook, error) {
	w, err := s.Find(ctx, p, id)
	if err == nil && revision != 0 && revision != w.Revision {
		return w, models.ErrConflict
	}
	return w, err
}

func (s *Service) save(ctx context.Context, p models.Principal, w *models.Webhook, step string) error {
	w.Revision, w.ChangedAt = w.Revision+1, s.now().UTC().Truncate(time.Millisecond)
	if err := s.record(ctx, p, *w, step); err != nil {
		return err
	}
	return s.store.UpdateWebhook(ctx, *w)
}

// Rotate gives a new secret, shown this once. For a day every message carries the signatures of both, so that the receiver can change over.
func (s *Service) Rotate(ctx context.Context, p models.Principal, id models.WebhookID) (w models.Webhook, secret string, err error) {
	if w, err = s.at(ctx, p, id, 0); err != nil {
		return w, "", err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	w.Secrets = w.ValidSecrets(now)[:1]
	w.Secrets[0].ValidTo = now.Add(overlapTime)
	if secret, err = s.addSecret(&w, now); err != nil {
		return w, "", err
	}
	return w, secret, s.save(ctx, p, &w, "rotate")
}

// Delete removes an endpoint.
func (s *Service) Delete(ctx context.Context, p models.Principal, id models.WebhookID) error {
	w, err := s.at(ctx, p, id, 0)
	if err != nil {
		return err
	}
	if err := s.record(ctx, p, w, "delete"); err != nil {
		return err
	}
	return s.store.DeleteWebhook(ctx, id)
}

// Messages lists what an endpoint was told, newest first.
func (s *Service) Messages(ctx context.Context, p models.Principal, id models.WebhookID, state models.WebhookState, page models.Page) (models.List[models.WebhookMessage], error) {
	if _, err := s.Find(ctx, p, id); err != nil {
		return models.List[models.WebhookMessage]{}, err
	}
	return s.store.ListWebhookMessages(ctx, id, state, page)
}

// Redeliver sends a message again, whatever became of it.
func (s *Service) Redeliver(ctx context.Context, p models.Principal, id models.WebhookID, m models.WebhookMessageID) (models.WebhookMessage, error) {
	w, err := s.Find(ctx, p, id)
	if err != nil {
		return models.WebhookMessage{}, err
	}
	if _, err := s.store.FindWebhookMessage(ctx, id, m); err != nil {
		return models.WebhookMessage{}, err
	}
	if !w.Enabled {
		return models.WebhookMessage{}, models.ErrWebhookOff
	}
	if err := s.record(ctx, p, w, "redeliver"); err != nil {
		return models.WebhookMessage{}, err
	}
	if _, err := s.store.RedeliverWebhookMessage(ctx, id, m, s.now()); err != nil {
		return models.WebhookMessage{}, err
	}
	s.forget(id)
	s.queue.Wake(ctx, port.JobWebhook, "")
	return s.store.FindWebhookMessage(ctx, id, m)
}

// Test plans a message that says nothing, to try an endpoint.
func (s *Service) Test(ctx context.Context, p models.Principal, id models.WebhookID) (models.WebhookMessage, error) {
	w, err := s.Find(ctx, p, id)
	if err != nil {
		return models.WebhookMessage{}, err
	}
	if !w.Enabled {
		return models.WebhookMessage{}, models.ErrWebhookOff
	}
	m, err := s.message(w, event{kind: models.WebhookTest, key: models.NewID(), at: s.now(), data: map[string]any{"webhook": w.ID}})
	if err != nil {
		return m, err
	}
	if err := s.record(ctx, p, w, "test"); err != nil {
		return m, err
	}
	_, err = s.store.PutWebhookMessages(ctx, []models.WebhookMessage{m})
	s.queue.Wake(ctx, port.JobWebhook, "")
	return m, err
}

func (s *Service) record(ctx context.Context, p models.Principal, w models.Webhook, step string) error {
	return s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditWebhook, Object: "webhook/" + string(w.ID), Region: models.Province,
		Detail: map[string]string{"step": step, "revision": strconv.Itoa(w.Revision)},
	})
}
