package audit

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"huisheng/models"
)

// Every entry comes before what it announces, so a process that is killed in between leaves an entry for something that may not have happened. While a
// request is under way its entries have an intent beside them; the request takes them away when it knows what came of it. What stays is found by Sweep, which
// says so in the log itself: the reader then knows which entries to hold against the objects.

// acts are the intents of one request.
type acts struct {
	mu  sync.Mutex // protects ids
	ids []string
}

type actsKey struct{}

// Track makes Record leave intents for what is recorded with the context. settle takes them away: call it when the outcome is known, and not when it is not.
func (l *Log) Track(ctx context.Context) (tracked context.Context, settle func()) {
	a := &acts{}
	return context.WithValue(ctx, actsKey{}, a), func() {
		a.mu.Lock()
		ids := a.ids
		a.ids = nil
		a.mu.Unlock()
		if len(ids) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second) // also when the request's time is over
		defer cancel()
		if err := l.store.DeleteAuditIntents(ctx, ids); err != nil {
			l.log.Warn("an outcome that is known will be called unknown", "error", err)
		}
	}
}

// intend leaves an intent for an entry, if somebody will settle it.
func (l *Log) intend(ctx context.Context, x models.AuditEntry) error {
	a, ok := ctx.Value(actsKey{}).(*acts)
	if !ok {
		return nil
	}
	in := models.AuditIntent{ID: models.NewID(), At: x.At, Actor: x.Actor, Action: x.Action, Object: x.Object}
	if err := l.store.CreateAuditIntent(ctx, in); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids = append(a.ids, in.ID)
	return nil
}

// Sweep adds an entry for each that is older than settle, which is longer than any request may take, and that nobody said the outcome of: outcome_unknown, with the number of the one it is about. A sweep that is killed is gone on with
// by the next, which says nothing again; two at the very same moment may say so twice, and never the less.
func (l *Log) Sweep(ctx context.Context, settle time.Duration) (found int, err error) {
	list, err := l.store.AuditIntentsBefore(ctx, l.now().Add(-settle), 500)
	if err != nil {
		return 0, err
	}
	for _, in := range list {
		said, err := l.unknown(ctx, in)
		if err != nil {
			return found, fmt.Errorf("intent %s: %w", in.ID, err)
		}
		if said {
			found++
		}
		if err := l.store.DeleteAuditIntents(ctx, []string{in.ID}); err != nil {
			return found, err
		}
	}
	return found, nil
}

// unknown says that the outcome of an intent's entry is unknown, unless the log says so already. An intent without an entry is of a process that ended before it
// recorded, and so did nothing.
func (l *Log) unknown(ctx context.Context, in models.AuditIntent) (bool, error) {
	// A millisecond holds few entries of one actor about one object, each perhaps with an intent of its own.
	f := models.AuditFilter{Action: in.Action, Actor: in.Actor, Object: in.Object, From: in.At, Until: in.At.Add(time.Millisecond)}
	list, err := l.store.ListAudit(ctx, models.SystemScope(), f, 0, 100)
	if err != nil || len(list) == 0 {
		return false, err
	}
	said, err := l.store.ListAudit(ctx, models.SystemScope(), models.AuditFilter{Action: models.AuditUnknown, Object: in.Object, From: in.At}, 0, 1000)
	if err != nil {
		return false, err
	}
	for _, e := range list {
		detail := map[string]string{"seq": strconv.FormatInt(e.Seq, 10), "action": string(e.Action)}
		if slices.ContainsFunc(said, func(s models.AuditEntry) bool { return s.Detail["seq"] == detail["seq"] }) {
			continue
		}
		return true, l.Record(context.WithoutCancel(ctx), Entry{Action: models.AuditUnknown, Object: e.Object, Org: e.Org, Region: e.Region, Detail: detail})
	}
	return false, nil
}
