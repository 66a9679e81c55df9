// Package reseal moves what is sealed in the database from old keys to the primary one while everything goes on, and tells what a key still seals.
package reseal

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"huisheng/app/port"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// place says where a sealed value belongs: the additional data that it was sealed with. path is the value's own, with its positions in lists.
type place func(doc store.Binaries, path string) string

// places is every sealed field there is: collection and path, a position in a list written as *. A field that is missing here is found by Run
// and by Uses, which look at all binary values whatever their field, and a test fails on it.
func places() map[string]place {
	whole := func(prefix, suffix string) place {
		return func(doc store.Binaries, _ string) string { return prefix + doc.ID + suffix }
	}
	return map[string]place{
		"records.identity":              whole("record/", ""),
		"imports.sealed":                importPart,
		"responses.texts":               whole("response/", ""),
		"responses.history.*.texts":     whole("response/", ""),
		"responses.signals":             whole("signals/", ""),
		"responses.history.*.signals":   whole("signals/", ""),
		"complaints.body":               whole("complaint/", "/text"),
		"complaints.contact":            whole("complaint/", "/contact"),
		"complaints.identity":           whole("complaint/", "/identity"),
		"complaints.rating.comment":     whole("complaint/", "/rating"),
		"complaints.supplements.*.body": whole("complaint/", "/"+string(models.ActionSupplement)),
		"complaints.review.reason":      whole("complaint/", "/"+string(models.ActionReview)),
		"complaints.asks.*.facts":       askPart("facts"),
		"complaints.asks.*.reply.text":  askPart("reply"),
		"contacts.identity":             whole("contact/", ""),
		"deliveries.about":              whole("delivery/", ""),
		"measures.statement":            whole("measure/", "/statement"),
		"measures.report":               whole("measure/", "/report"),
		"webhooks.secrets.*.sealed":     whole("webhook/", ""),
		"files.content":                 whole("file/", ""),
		"onetime.phone":                 func(doc store.Binaries, _ string) string { return "onetime/" + doc.ID + "/" + doc.Text("nonce") },
		"accounts.second.secret":        whole("account/", "/otp"),
		"accounts.enrolling.secret":     whole("account/", "/otp"),
	}
}

// askPart: a question to an organisation is sealed under its own id, which stands beside it in the complaint.
func askPart(part string) place {
	return func(doc store.Binaries, path string) string {
		parts := strings.Split(path, ".") // asks.0.facts
		return "ask/" + doc.Text(parts[0], parts[1], "id") + "/" + part
	}
}

// importPart: the piece 00012 of an upload is sealed as its piece 12.
func importPart(doc store.Binaries, _ string) string {
	id, part, _ := strings.Cut(doc.ID, "/")
	return "import/" + id + "/" + cmpZero(strings.TrimLeft(part, "0"))
}

func cmpZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

var position = regexp.MustCompile(`\.\d+(\.|$)`)

// field names the field of a value, the positions in lists written as *.
func field(collection, path string) string {
	return collection + "." + position.ReplaceAllString(path, ".*$1")
}

// Service reseals. Any number of processes may do so at once; they share what is left.
type Service struct {
	store *store.Store
	box   *seal.Box
	now   port.Clock
}

// New makes the service.
func New(s *store.Store, box *seal.Box, now port.Clock) *Service {
	return &Service{store: s, box: box, now: now}
}

// Progress is how far one collection is.
type Progress struct {
	Collection string
	Documents  int // looked at
	Resealed   int // values
	Changed    int // values that somebody changed meanwhile; they were sealed anew by whoever did, or the next pass takes them
	Done       bool
}

// maxPasses bounds how often the data is walked: a process that has not read the key file yet may seal with the old key behind the walker's back.
const maxPasses = 5

// watermarkEvery is after how many documents a run notes how far it is.
const watermarkEvery = 500

// Run seals every value with the primary key, until a whole pass finds nothing to do. A run that was broken off goes on where it stood. tell is
// called as it goes on.
func (s *Service) Run(ctx context.Context, tell func(Progress)) error {
	if len(s.box.Keys()) < 2 {
		return nil // nothing can be sealed with another key
	}
	for range maxPasses {
		clean := true
		names, err := s.store.Collections(ctx)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(slices.Values(names)) {
			nothing, err := s.collection(ctx, name, tell)
			if err != nil {
				return err
			}
			clean = clean && nothing
		}
		if clean {
			return nil
		}
	}
	return fmt.Errorf("values are still being sealed with other keys than %s: is there a process that has not read the key file again?", s.box.Primary())
}

// collection walks one collection from where the last run stood. nothing: the whole of it was walked, and all was sealed with the primary key.
func (s *Service) collection(ctx context.Context, name string, tell func(Progress)) (nothing bool, err error) {
	mark := "reseal/" + string(s.box.Primary()) + "/" + name
	m, err := s.store.FindMark(ctx, mark)
	if err != nil {
		return false, err
	}
	p, known := Progress{Collection: name}, places()
	err = s.store.WalkBinaries(ctx, name, m.Note, minSealed, func(doc store.Binaries) error {
		p.Documents++
		if err := s.document(ctx, doc, known, &p); err != nil {
			return err
		}
		if p.Documents%watermarkEvery == 0 {
			tell(p)
			return s.store.SetMark(ctx, mark, s.now(), doc.ID)
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	p.Done = true
	if p.Documents > 0 {
		tell(p)
	}
	// The next pass, and the next run, begin at the beginning: what was sealed with an old key behind this walk is to be found.
	return m.Note == "" && p.Resealed+p.Changed == 0, s.store.SetMark(ctx, mark, s.now(), "")
}

// minSealed is shorter than any sealed value: mark, key id, nonce and tag.
const minSealed = 5 + 12 + 16

func (s *Service) document(ctx context.Context, doc store.Binaries, known map[string]place, p *Progress) error {
	for _, v := range doc.Values {
		id, sealed := seal.KeyOf(v.Value)
		if !sealed || id == s.box.Primary() || !slices.Contains(s.box.Keys(), id) {
			continue
		}
		at := field(p.Collection, v.Path)
		where := known[at]
		if where == nil {
			return fmt.Errorf("%s is sealed with key %s, but is not in the table of sealed fields: nobody knows where it belongs", at, id)
		}
		next, _, err := s.box.Reseal(v.Value, where(doc, v.Path))
		if err != nil {
			return fmt.Errorf("%s of %s: %w", at, doc.ID, err)
		}
		done, err := s.store.ReplaceBinary(ctx, p.Collection, doc.ID, v.Path, v.Value, next)
		if err != nil {
			return err
		}
		if done {
			p.Resealed++
		} else {
			p.Changed++
		}
	}
	return nil
}

// Blank gives, by path, a sealed text for every sealed value of a document, to be put in its place.
func (s *Service) Blank(collection string, doc store.Binaries, text string) (map[string][]byte, error) {
	out, known := map[string][]byte{}, places()
	for _, v := range doc.Values {
		if _, sealed := seal.KeyOf(v.Value); !sealed || len(v.Value) < minSealed {
			continue
		}
		at := field(collection, v.Path)
		where := known[at]
		if where == nil {
			continue // a hash that happens to begin like a sealed value
		}
		blank, err := s.box.Seal([]byte(text), where(doc, v.Path))
		if err != nil {
			return nil, err
		}
		out[v.Path] = blank
	}
	return out, nil
}

// Uses counts, by field, the values that are sealed with a key. It looks at every binary value of every collection.
func (s *Service) Uses(ctx context.Context, id seal.KeyID) (map[string]int, error) {
	names, err := s.store.Collections(ctx)
	if err != nil {
		return nil, err
	}
	uses := map[string]int{}
	for _, name := range names {
		err := s.store.WalkBinaries(ctx, name, "", minSealed, func(doc store.Binaries) error {
			for _, v := range doc.Values {
				if with, ok := seal.KeyOf(v.Value); ok && with == id {
					uses[field(name, v.Path)]++
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return uses, nil
}

// grace is how long a key must have been out of use for sealing before it may go: every process has read the key file again by then.
const grace = time.Minute

// MayRetire says why a key must stay: it seals new values, did so a moment ago, or still seals something.
func (s *Service) MayRetire(ctx context.Context, k seal.Key) error {
	if k.ID == s.box.Primary() {
		return fmt.Errorf("key %s seals new values: rotate first", k.ID)
	}
	if left := grace - s.now().Sub(k.Demoted); !k.Demoted.IsZero() && left > 0 {
		return fmt.Errorf("key %s was the primary one until a moment ago; a process may still seal with it. Try again in %d seconds", k.ID, int(left/time.Second)+1)
	}
	uses, err := s.Uses(ctx, k.ID)
	if err != nil {
		return err
	}
	if len(uses) == 0 {
		return nil
	}
	var list []string
	for _, f := range slices.Sorted(maps.Keys(uses)) {
		list = append(list, fmt.Sprintf("%d in %s", uses[f], f))
	}
	return models.ErrConflict.Because(fmt.Errorf("key %s still seals %s; run `keys reseal`", k.ID, strings.Join(list, ", ")))
}
