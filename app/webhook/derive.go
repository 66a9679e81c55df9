package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"huisheng/app/port"
	"huisheng/models"
)

const (
	mark = "webhook"
	// overlap is how far behind the clock the watermark stays: longer than a write may take from its time stamp to being durable.
	overlap  = 2 * time.Minute
	maxKnown = 50_000
	allHooks = 200
	// step is how many receipts of a round are told at once; see docs/design/002.
	step = models.MinCell
)

// event is something that happened. key makes its id, together with its kind: the same thing derived again is the same event.
type event struct {
	kind models.WebhookType
	key  string
	at   time.Time
	data map[string]any
	hour bool // only the hour of it is told
}

// Derive finds what happened since the watermark and plans a message for each endpoint that wants to know. What was planned before is met again and
// stays. It gives how many messages are new.
func (s *Service) Derive(ctx context.Context) (int, error) {
	list, err := s.store.ListWebhooks(ctx, models.Page{Limit: allHooks})
	if err != nil || len(list.Items) == 0 {
		return 0, err
	}
	start := s.now()
	m, err := s.store.FindMark(ctx, mark)
	if err != nil {
		return 0, err
	}
	if m.At.IsZero() { // nobody listened before the first endpoint
		m.At = slices.MinFunc(list.Items, func(a, b models.Webhook) int { return a.CreatedAt.Compare(b.CreatedAt) }).CreatedAt
	}
	var events []event
	for _, find := range []func(context.Context, time.Time) ([]event, error){s.claims, s.batches, s.measures} {
		found, err := find(ctx, m.At)
		if err != nil {
			return 0, err
		}
		events = append(events, found...)
	}
	n, err := s.plan(ctx, list.Items, events)
	if err != nil {
		return n, err
	}
	if n > 0 {
		s.queue.Wake(ctx, port.JobWebhook, "")
	}
	return n, s.store.AdvanceMark(ctx, mark, start.Add(-overlap))
}

// plan writes the messages that are not there yet.
func (s *Service) plan(ctx context.Context, hooks []models.Webhook, events []event) (int, error) {
	var list []models.WebhookMessage
	var errs []error
	for _, w := range hooks {
		for _, e := range events {
			if !slices.Contains(w.Events, e.kind) || e.at.Before(w.CreatedAt) {
				continue
			}
			m, err := s.message(w, e)
			errs = append(errs, err)
			if err == nil && !s.knows(m.ID) {
				list = append(list, m)
			}
		}
	}
	if len(list) == 0 {
		return 0, errors.Join(errs...)
	}
	n, err := s.store.PutWebhookMessages(ctx, list)
	if err == nil {
		s.remember(list)
	}
	return n, errors.Join(append(errs, err)...)
}

// message is what one endpoint is told about an event.
func (s *Service) message(w models.Webhook, e event) (models.WebhookMessage, error) {
	told := e.at
	if e.hour {
		told = told.Truncate(time.Hour)
	}
	body, err := json.Marshal(map[string]any{"type": e.kind, "timestamp": rfc(told), "data": e.data})
	if err != nil {
		return models.WebhookMessage{}, fmt.Errorf("webhook: encode %s: %w", e.kind, err)
	}
	id := s.ident.Derive("webhook", string(e.kind), e.key)
	m := models.WebhookMessage{
		ID: models.WebhookMessageID(s.ident.Derive("webhook-message", string(w.ID), id)), Event: "msg_" + id, Webhook: w.ID, Type: e.kind,
		Body: string(body), State: models.WebhookDue, DueAt: s.now(), Log: []models.WebhookAttempt{}, CreatedAt: s.now().UTC().Truncate(time.Millisecond),
	}
	if !w.Enabled {
		m.State = models.WebhookHeld
	}
	return m, nil
}

func rfc(t time.Time) string { return t.In(models.Shanghai()).Format("2006-01-02T15:04:05Z07:00") }

// claims: every person of a claim has an invitation.
func (s *Service) claims(ctx context.Context, from time.Time) ([]event, error) {
	list, err := s.store.ClaimsExpandedSince(ctx, from)
	events := make([]event, 0, len(list))
	for _, c := range list {
		events = append(events, event{kind: models.WebhookClaimExpanded, key: string(c.ID), at: c.ExpandedAt, data: map[string]any{
			"claim": c.ID, "claim_no": c.No, "org": c.Org, "batch": c.Batch, "subsidy_type": c.SubsidyType, "accepted": c.People,
		}})
	}
	return events, err
}

// batches: receipts have come in, a round is over. Of receipts it tells how many, in steps; of the last one or of all it never tells. What it
// says of a round that is over follows the same rule.
func (s *Service) batches(ctx context.Context, from time.Time) ([]event, error) {
	list, err := s.store.BatchesCountedSince(ctx, from)
	var events []event
	for _, b := range list {
		received := rounded(b.Counts.Submitted, b.Counts.Invited)
		data := map[string]any{"batch": b.ID, "claim": b.Claim, "claim_no": b.ClaimNo, "org": b.Org, "received": received}
		if received > 0 {
			events = append(events, event{
				kind: models.WebhookResponseReceived, key: string(b.ID) + "/" + strconv.Itoa(received), at: b.CountsAt, data: data, hour: true,
			})
		}
		if b.StateAt(s.now()) == models.BatchClosed {
			at := b.ClosesAt
			if !b.ClosedAt.IsZero() && b.ClosedAt.Before(at) {
				at = b.ClosedAt
			}
			events = append(events, event{kind: models.WebhookBatchClosed, key: string(b.ID), at: at, data: map[string]any{
				"batch": b.ID, "claim": b.Claim, "claim_no": b.ClaimNo, "org": b.Org, "invited": b.Counts.Invited, "early": at.Before(b.ClosesAt),
			}})
		}
	}
	return events, err
}

// rounded gives a number of receipts in steps, stopping a step short of everybody: that all, or all but one, have answered names each of them.
func rounded(received, of int) int {
	return max(min(received, of-step)/step*step, 0)
}

// measures: a decision about an organisation has been made, or it was suspended pending inquiry.
func (s *Service) measures(ctx context.Context, from time.Time) ([]event, error) {
	list, err := s.store.MeasuresChangedSince(ctx, from)
	var events []event
	for _, m := range list {
		data := map[string]any{"measure": m.ID, "org": m.Org, "org_name": m.OrgName, "uscc": m.USCC, "kind": m.Kind, "from": m.From, "to": m.To, "state": m.State}
		switch {
		case m.State == models.MeasureDecided && m.Decision != nil:
			data["decision_no"] = m.Decision.No
			events = append(events, event{kind: models.WebhookMeasureDecided, key: string(m.ID), at: m.Decision.At, data: data})
		case m.State == models.MeasureDismissed:
			data["to"] = m.StandingAfter()
			events = append(events, event{kind: models.WebhookMeasureDecided, key: string(m.ID), at: m.ChangedAt, data: data})
		case m.Interim:
			events = append(events, event{kind: models.WebhookMeasureDecided, key: string(m.ID) + "/interim", at: m.NotedAt, data: data})
		}
	}
	return events, err
}

func (s *Service) knows(id models.WebhookMessageID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[id]
}

// remember spares the next passes, which read the overlap again, from planning the same.
func (s *Service) remember(list []models.WebhookMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) > maxKnown {
		clear(s.known)
	}
	for _, m := range list {
		s.known[m.ID] = true
	}
}
