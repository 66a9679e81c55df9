package outreach

import (
	"context"
	"time"

	"huisheng/app/port"
	"huisheng/models"
)

// haltFor is how long all sending stands still after a provider said that the account may send no more; then it is tried again.
const haltFor = 15 * time.Minute

// HaltMark is where that is remembered, for all processes.
const HaltMark = "sending_halted"

// Halt says whether all sending stands still, until when and why.
type Halt struct {
	Active bool
	Until  time.Time
	Reason string
}

// Sending is how messages go out, for officials. ReceiptsURL is where the provider pushes receipts to; only the province sees it.
type Sending struct {
	Channel     string
	Halt        Halt
	ReceiptsURL string
}

// Sending says how messages go out. Officials only.
func (s *Service) Sending(ctx context.Context, p models.Principal) (Sending, error) {
	if err := official(p); err != nil {
		return Sending{}, err
	}
	h, err := s.Halted(ctx)
	out := Sending{Channel: s.cfg.SMS.Channel, Halt: h}
	if p.Role == models.RoleProvince {
		out.ReceiptsURL = s.cfg.BaseURL + "/api/v1/receipts/" + out.Channel + "/" + s.ReceiptSecret(out.Channel)
	}
	return out, err
}

func (s *Service) halt(ctx context.Context, r models.Result) error {
	until := s.now().Add(haltFor)
	s.seeHalt(until)
	return s.store.SetMark(ctx, HaltMark, until, r.Outcome.Label()+" "+r.Code)
}

// Halted says whether all sending stands still.
func (s *Service) Halted(ctx context.Context) (Halt, error) {
	m, err := s.store.FindMark(ctx, HaltMark)
	return Halt{Active: s.now().Before(m.At), Until: m.At, Reason: m.Note}, err
}

// haltSeen is how long the claimer believes what it read of the halt.
const haltSeen = 500 * time.Millisecond

// standsStill is Halted for the claimer: one read in half a second, however many messages go out.
func (s *Service) standsStill(ctx context.Context) (bool, error) {
	s.mu.Lock()
	until, seen := s.haltUntil, s.haltRead
	s.mu.Unlock()
	if time.Since(seen) < haltSeen {
		return s.now().Before(until), nil
	}
	h, err := s.Halted(ctx)
	if err == nil {
		s.seeHalt(h.Until)
	}
	return h.Active, err
}

func (s *Service) seeHalt(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.haltUntil, s.haltRead = until, time.Now()
}

// ResumeSending lets messages go out again before the halt ends by itself. Officials only.
func (s *Service) ResumeSending(ctx context.Context, p models.Principal) error {
	if err := official(p); err != nil {
		return err
	}
	if err := s.store.SetMark(ctx, HaltMark, s.now(), ""); err != nil {
		return err
	}
	s.seeHalt(s.now())
	s.queue.Wake(ctx, port.JobDeliver, "")
	return nil
}
