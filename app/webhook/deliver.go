package webhook

import (
	"context"
	"errors"
	"time"

	"huisheng/internal/webhook"
	"huisheng/models"
)

const (
	attemptTime = 25 * time.Second
	// perEndpoint is how many messages one endpoint is sent at once, so that a slow one does not hold up the others.
	perEndpoint = 2
	maxPause    = 30 * time.Second
	// patience is how long an endpoint may take nothing before it is switched off.
	patience     = 5 * 24 * time.Hour
	keepArrived  = 30 * 24 * time.Hour
	keepDead     = 90 * 24 * time.Hour
	statusGone   = 410
	statusMany   = 429
	statusAbsent = 503
)

// Next claims one message that is due; false when there is none. Hand it to Send. A process that ends in between leaves it to be claimed
// again when its lease is over.
func (s *Service) Next(ctx context.Context) (models.WebhookMessage, bool, error) {
	now := s.now()
	m, err := s.store.ClaimWebhookMessage(ctx, now, now.Add(s.lease), s.leave(now))
	if errors.Is(err, models.ErrNotFound) {
		return m, false, nil
	}
	if err == nil {
		s.begin(m.Webhook)
	}
	return m, err == nil, err
}

// leave names the endpoints that get nothing more right now: those that failed a moment ago, and those that are being sent enough.
func (s *Service) leave(now time.Time) (list []models.WebhookID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, until := range s.pause {
		if now.Before(until) {
			list = append(list, id)
		} else {
			delete(s.pause, id)
		}
	}
	for id, n := range s.busy {
		if n >= perEndpoint {
			list = append(list, id)
		}
	}
	return list
}

func (s *Service) begin(id models.WebhookID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy[id]++
}

func (s *Service) end(id models.WebhookID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[id]--; s.busy[id] <= 0 {
		delete(s.busy, id)
	}
}

func (s *Service) forget(id models.WebhookID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pause, id)
}

// Send makes one attempt at a claimed message and records what became of it. It ends what it has begun when ctx ends.
func (s *Service) Send(ctx context.Context, m models.WebhookMessage) error {
	defer s.end(m.Webhook)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTime)
	defer cancel()
	w, err := s.store.FindWebhook(ctx, m.Webhook)
	switch {
	case errors.Is(err, models.ErrNotFound): // removed meanwhile
		return s.finish(ctx, m, models.WebhookDead, models.WebhookAttempt{At: s.now(), Error: "webhook_removed"})
	case err != nil:
		return err
	case !w.Enabled:
		m.State, m.DueAt = models.WebhookHeld, s.now()
		_, err := s.store.UpdateWebhookMessage(ctx, m, models.WebhookAttempt{At: s.now(), Error: "webhook_disabled"})
		return err
	}
	began := s.now()
	signatures, err := s.sign(w, m, began)
	if err != nil {
		return err
	}
	from := time.Now()
	a := s.poster.Post(ctx, w.URL, m.Event, began, signatures, m.Body)
	attempt := models.WebhookAttempt{At: began, Status: a.Status, Error: a.Reason, Millis: time.Since(from).Milliseconds()}
	if a.OK() {
		if err := s.finish(ctx, m, models.WebhookDelivered, attempt); err != nil {
			return err
		}
		s.forget(w.ID)
		return s.store.WebhookArrived(ctx, w.ID, s.now())
	}
	return s.failed(ctx, w, m, attempt, a)
}

// sign signs with every secret that is valid.
func (s *Service) sign(w models.Webhook, m models.WebhookMessage, at time.Time) (list []string, err error) {
	for _, x := range w.ValidSecrets(at) {
		secret, err := s.box.Open(x.Sealed, place(w.ID))
		if err != nil {
			return nil, err
		}
		signature, err := webhook.Sign(string(secret), m.Event, at, m.Body)
		if err != nil {
			return nil, err
		}
		list = append(list, signature)
	}
	return list, nil
}

func (s *Service) finish(ctx context.Context, m models.WebhookMessage, state models.WebhookState, a models.WebhookAttempt) error {
	now := s.now()
	m.State, m.DueAt, m.DoneAt, m.PurgeAt = state, now, now, now.Add(keepArrived)
	if state == models.WebhookDead {
		m.PurgeAt = now.Add(keepDead)
	}
	_, err := s.store.UpdateWebhookMessage(ctx, m, a)
	return err
}

// failed plans the next attempt, or gives the message up. An endpoint that says it is gone, or has taken nothing for days, is switched off.
func (s *Service) failed(ctx context.Context, w models.Webhook, m models.WebhookMessage, attempt models.WebhookAttempt, a webhook.Answer) error {
	now := s.now()
	wait, again := models.WebhookWait(m.Attempts)
	if (a.Status == statusMany || a.Status == statusAbsent) && a.Wait > wait {
		wait = a.Wait
	}
	s.rest(w.ID, now.Add(min(max(wait, time.Second), maxPause)))
	var err error
	switch {
	case a.Status == statusGone:
		m.State, m.DueAt = models.WebhookHeld, now
		_, err = s.store.UpdateWebhookMessage(ctx, m, attempt)
	case again:
		m.DueAt = now.Add(wait)
		_, err = s.store.UpdateWebhookMessage(ctx, m, attempt)
	default:
		err = s.finish(ctx, m, models.WebhookDead, attempt)
	}
	if err != nil {
		return err
	}
	if err := s.store.WebhookFailed(ctx, w.ID, now); err != nil {
		return err
	}
	switch {
	case a.Status == statusGone:
		return s.switchOff(ctx, w, models.WebhookGone)
	case !w.Failing.IsZero() && now.Sub(w.Failing) >= patience:
		return s.switchOff(ctx, w, models.WebhookFailing)
	}
	return nil
}

func (s *Service) rest(id models.WebhookID, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pause[id] = until
}

// switchOff stops sending to an endpoint and holds its messages until somebody switches it on again. The list of endpoints says why.
func (s *Service) switchOff(ctx context.Context, w models.Webhook, why string) error {
	if err := s.record(ctx, models.Principal{}, w, "disabled_"+why); err != nil {
		return err
	}
	done, err := s.store.SwitchOffWebhook(ctx, w.ID, why, s.now())
	if err != nil {
		return err
	}
	if done {
		s.log.WarnContext(ctx, "a webhook was switched off", "webhook", w.ID, "why", why)
	}
	w.Enabled = false
	return s.settleHeld(ctx, w)
}

// Sweep holds the messages of endpoints that are off and frees those of endpoints that are on, where a crash left it undone.
func (s *Service) Sweep(ctx context.Context) error {
	list, err := s.store.ListWebhooks(ctx, models.Page{Limit: allHooks})
	if err != nil {
		return err
	}
	var errs []error
	for _, w := range list.Items {
		from, to := models.WebhookHeld, models.WebhookDue
		if !w.Enabled {
			from, to = to, from
		}
		errs = append(errs, s.store.MoveWebhookMessages(ctx, w.ID, from, to, s.now()))
	}
	return errors.Join(errs...)
}
