// Package audit keeps the log of who did what. Entries are only ever added; each carries a keyed hash over itself and the one before, so that
// an entry that was changed, removed or slipped in by somebody with access to the database is found by Verify.
package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"huisheng/app/port"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Log is the audit log. It is safe for concurrent use, also by several processes on one database.
type Log struct {
	store  *store.Store
	hasher seal.Hasher
	heads  seal.Hasher
	now    port.Clock
	log    *slog.Logger

	// One entry at a time in this process: the order is one, and processes that race cost retries. A channel, so that waiting ends with the context.
	turn chan struct{}
	tail models.AuditEntry // the newest entry known to this process; guarded by turn
}

// New makes the log.
func New(s *store.Store, box *seal.Box, now port.Clock, log *slog.Logger) *Log {
	return &Log{store: s, hasher: box.Hasher("audit"), heads: box.Hasher("audit/head"), now: now, log: log, turn: make(chan struct{}, 1)}
}

// Entry is what is recorded. Object is a kind and an id (org/01h…). Detail holds ids, codes and numbers, never a person's name, number or words.
type Entry struct {
	By     models.Principal // zero: the system itself
	Action models.AuditAction
	Object string
	Org    models.OrgID // the organisation concerned, if any
	Region string       // who supervises what is concerned; empty: the actor's region
	Detail map[string]string
}

// attempts bounds how often an entry is tried under the next number; each failure means that another process recorded one.
const attempts = 200

// Record adds an entry and returns once it is durable. A use case records what it is about to do and then does it: a crash in between leaves an
// entry for something that did not happen, never the other way round. When the entry cannot be recorded, it must not go on.
func (l *Log) Record(ctx context.Context, e Entry) error {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return fmt.Errorf("record %s: %w", e.Action, ctx.Err())
	}
	if e.Region == "" {
		e.Region = e.By.Region
	}
	x := models.AuditEntry{
		At: l.now().Truncate(time.Millisecond).UTC(), Actor: e.By.Account, Role: e.By.Role, Action: e.Action, Object: e.Object,
		Org: e.Org, Region: e.Region, Detail: e.Detail,
	}
	if err := l.intend(ctx, x); err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	for range attempts {
		err := l.append(ctx, &x)
		if err == nil {
			// The process's own log is a second place: a chain that was cut off at its end, or made anew with a stolen key, no longer agrees with it.
			l.log.Info("audit", "seq", x.Seq, "action", x.Action, "mac", hex.EncodeToString(x.MAC))
			if err := l.store.AdvanceAuditHead(ctx, models.AuditHead{Seq: x.Seq, MAC: x.MAC, Seal: l.headSeal(x.Seq, x.MAC)}); err != nil {
				l.log.Warn("the audit log's head lags behind; the next entry moves it", "seq", x.Seq, "error", err)
			}
			return nil
		}
		if !errors.Is(err, models.ErrConflict) {
			return fmt.Errorf("record %s: %w", e.Action, err)
		}
	}
	return fmt.Errorf("record %s: no free number in %d attempts", e.Action, attempts)
}

// append tries the number after the newest known entry. After a failure of any sort the newest is read anew.
func (l *Log) append(ctx context.Context, x *models.AuditEntry) error {
	if l.tail.Seq == 0 {
		last, err := l.store.LastAuditEntry(ctx)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		l.tail = last
	}
	x.Seq = l.tail.Seq + 1
	x.MAC = l.mac(*x, l.tail.MAC)
	if err := l.store.CreateAuditEntry(ctx, *x); err != nil {
		l.tail = models.AuditEntry{}
		return err
	}
	l.tail = *x
	return nil
}

// mac is the keyed hash of an entry after the one with the hash before.
func (l *Log) mac(e models.AuditEntry, before []byte) []byte {
	parts := []string{
		strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.At.UnixMilli(), 10), string(e.Actor), string(e.Role), string(e.Action), e.Object,
		string(e.Org), e.Region, string(before),
	}
	return l.hasher.Sum(append(parts, sorted(e.Detail)...)...)
}

// List shows the entries that concern what p may see, newest first. After is the number of the last entry of the page before.
func (l *Log) List(ctx context.Context, p models.Principal, f models.AuditFilter, page models.Page) (models.List[models.AuditEntry], error) {
	var before int64
	if page.After != "" {
		n, err := strconv.ParseInt(page.After, 10, 64)
		if err != nil || n < 1 {
			return models.List[models.AuditEntry]{}, models.ErrInvalid.WithFields(models.FieldError{
				Field: "after", Code: "wrong_value", Message: "after 请原样填写上一页的 next。",
			})
		}
		before = n
	}
	list, err := l.store.ListAudit(ctx, p.Scope(), f, before, page.Limit+1)
	if err != nil {
		return models.List[models.AuditEntry]{}, err
	}
	return models.NewList(list, page, func(e models.AuditEntry) string { return strconv.FormatInt(e.Seq, 10) }), nil
}

// Broken says where the log does not hold: the first number whose entry is missing, changed or out of place, and how that shows.
type Broken struct {
	Seq int64
	Why string
}

// Error implements error.
func (b *Broken) Error() string {
	return fmt.Sprintf("audit log is broken at entry %d: %s", b.Seq, b.Why)
}

// Verify reads the whole log and gives how many entries it holds and its last hash; *Broken at the first entry that does not follow from the ones
// before. The head mark shows a log that was cut off at its end. Whoever can write the database can also put an old head mark back: against that
// serve anchors, places in the log that earlier runs wrote down where the database's administrator does not reach, and the processes' own logs,
// which have every entry's number and hash.
func (l *Log) Verify(ctx context.Context, anchors ...models.AuditAnchor) (n int64, last []byte, err error) {
	head, err := l.store.FindAuditHead(ctx)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return 0, nil, err
	}
	noHead := err != nil
	if !noHead {
		if !bytes.Equal(head.Seal, l.headSeal(head.Seq, head.MAC)) {
			return 0, nil, &Broken{Seq: head.Seq, Why: "the head mark was forged"}
		}
		anchors = append(slices.Clone(anchors), models.AuditAnchor{Seq: head.Seq, MAC: head.MAC})
	}
	expected := make(map[int64][]byte, len(anchors))
	for _, a := range anchors {
		if was, ok := expected[a.Seq]; ok && !bytes.Equal(was, a.MAC) { // the head mark must not hide what an anchor says of the same entry
			return 0, nil, &Broken{Seq: a.Seq, Why: whyAnother}
		}
		expected[a.Seq] = a.MAC
	}
	if n, last, err = l.walk(ctx, expected); err != nil {
		return n, last, err
	}
	for seq := range expected {
		if seq > n {
			return n, last, &Broken{Seq: n + 1, Why: fmt.Sprintf("it ends here, but had come to %d", seq)}
		}
	}
	if noHead && n > 0 {
		return n, last, &Broken{Seq: n, Why: "the head mark is missing"}
	}
	return n, last, nil
}

const whyAnother = "it was another one when its hash was written down"

// walk follows the chain; expected has the hashes that some entries are known to have had.
func (l *Log) walk(ctx context.Context, expected map[int64][]byte) (n int64, last []byte, err error) {
	const batch = 1000
	for {
		list, err := l.store.AuditAfter(ctx, n, batch)
		if err != nil {
			return n, last, err
		}
		for _, e := range list {
			switch want, known := expected[e.Seq]; {
			case e.Seq != n+1:
				return n, last, &Broken{Seq: n + 1, Why: "it is missing"}
			case !bytes.Equal(e.MAC, l.mac(e, last)):
				return n, last, &Broken{Seq: n + 1, Why: "it was changed, moved or slipped in"}
			case known && !bytes.Equal(want, e.MAC):
				return n, last, &Broken{Seq: n + 1, Why: whyAnother}
			}
			n, last = e.Seq, e.MAC
		}
		if len(list) < batch {
			return n, last, nil
		}
	}
}

func (l *Log) headSeal(seq int64, mac []byte) []byte {
	return l.heads.Sum(strconv.FormatInt(seq, 10), string(mac))
}

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]string, 0, 2*len(m))
	for _, k := range keys {
		out = append(out, k, m[k])
	}
	return out
}
