package models

import (
	"maps"
	"time"
)

// Tally is what one batch adds up to, by indicator id. Live is everything, recomputed from raw data whenever it changes, for regulators.
// Released is what the organisation may see: the sum of the batch's groups, each of which moves only by Release, so that neither two periods,
// two slices nor two moments can be subtracted to reveal fewer than MinCell people. What was shown (Rest, Slices[].Shown) is the one derived
// thing that cannot be computed again: what was shown stays shown. Keep it in backups.
type Tally struct {
	ID         BatchID         `bson:"_id"`
	Org        OrgID           `bson:"org"`
	Region     string          `bson:"region"`
	Kind       OrgKind         `bson:"kind"`
	Anchor     time.Time       `bson:"anchor"` // when the batch opened: its period
	Live       map[string]Cell `bson:"live"`
	Released   map[string]Cell `bson:"released"`
	Flagged    map[string]Cell `bson:"flagged"`        // of Live, the answers that quality sets apart: for regulators
	Quality    Quality         `bson:"quality"`        // for regulators
	Rest       *Shown          `bson:"rest,omitempty"` // the group of all who have none of their own; nil: stored before there were groups
	Slices     []SliceTally    `bson:"slices,omitempty"`
	Answered   Stepped         `bson:"answered"` // people who answered, all groups
	Opened     Stepped         `bson:"opened"`   // people without a receipt from the operator who opened the page all the same, all groups
	Catalog    string          `bson:"catalog"`  // hash of the definitions used; another one makes the tally stale
	Version    int64           `bson:"version"`  // optimistic lock
	ComputedAt time.Time       `bson:"computed_at"`
}

// SliceTally is the part of a tally of one occupation and level.
type SliceTally struct {
	Slice `bson:",inline"`
	Name  string          `bson:"name,omitempty"`
	Live  map[string]Cell `bson:"live"`
	Shown *Shown          `bson:"shown,omitempty"` // nil: too small, these people are in the rest
}

// Shown is what an organisation saw last of one group of a batch.
type Shown struct {
	Cells    map[string]Cell `bson:"cells"`
	Answered Cell            `bson:"answered"`
	Opened   Cell            `bson:"opened"`
}

// Stepped is a number of people beside the number that the organisation may know.
type Stepped struct {
	Live     int64 `bson:"live"`
	Released Cell  `bson:"released"`
}

// GroupFacts is what the figures of some of a batch's people are computed from.
type GroupFacts struct {
	Answers   map[string]Cell // from AnswerCounter, ratings included once they were handed in
	Delivered int64           // invitations that the operator confirmed
	Opened    int64           // invitations opened without such a receipt
}

func (g *GroupFacts) merge(o GroupFacts) {
	if g.Answers == nil {
		g.Answers = map[string]Cell{}
	}
	MergeCells(g.Answers, o.Answers)
	g.Delivered += o.Delivered
	g.Opened += o.Opened
}

// BatchFacts is what a tally is computed from besides its definitions.
type BatchFacts struct {
	Batch  Batch
	Groups map[Slice]GroupFacts // disjoint; the zero slice is everybody else
	Rated  int64                // ratings handed in

	Flagged map[string]Cell // from QualitySifter
	Quality Quality         // from QualitySifter
}

// NewTally computes a batch's next tally from the previous one (zero: there is none) and the facts as they are now. Only what is shown depends
// on the previous one.
func NewTally(previous Tally, f BatchFacts, defs []IndicatorDefinition, catalog string, now time.Time) Tally {
	b := f.Batch
	t := Tally{
		ID: b.ID, Org: b.Org, Region: b.Region, Kind: b.Kind, Anchor: b.OpensAt, Live: map[string]Cell{}, Released: map[string]Cell{},
		Catalog: catalog, Version: previous.Version + 1, ComputedAt: now, Flagged: f.Flagged, Quality: f.Quality,
	}
	g := grouping{t: &t, defs: defs, form: b.Questionnaire.Code}
	var rest GroupFacts
	for slice, facts := range f.Groups {
		if b.Narrow(slice).IsZero() {
			rest.merge(facts)
			g.live(facts)
		}
	}
	for _, s := range b.Slices {
		facts := f.Groups[s.Slice]
		part := SliceTally{Slice: s.Slice, Name: s.Name, Live: g.live(facts)}
		if s.Group {
			part.Shown = g.step(previous.shownOf(s.Slice), facts)
		} else {
			rest.merge(facts)
		}
		t.Slices = append(t.Slices, part)
	}
	t.Rest = g.step(previous.shownRest(), rest)
	for _, d := range defs {
		if d.Measure.Builtin == BuiltinDepartmentCoverage {
			t.Live[d.ID] = versioned(Cell{N: int64(b.People - b.Skipped), Sum: f.Rated}, d)
			t.Released[d.ID] = t.Live[d.ID]
		}
	}
	return t
}

// shownRest gives what was shown of the rest. A tally from before there were groups has all its people there.
func (t Tally) shownRest() Shown {
	if t.Rest != nil {
		return *t.Rest
	}
	return Shown{Cells: t.Released, Answered: t.Answered.Released, Opened: t.Opened.Released}
}

func (t Tally) shownOf(s Slice) Shown {
	for _, part := range t.Slices {
		if part.Slice == s && part.Shown != nil {
			return *part.Shown
		}
	}
	return Shown{}
}

// grouping adds up the groups of a tally.
type grouping struct {
	t    *Tally
	defs []IndicatorDefinition
	form string // the batch's own: the one that invitations ask for
}

// live gives the live cells of a group and adds them to the batch's.
func (g grouping) live(f GroupFacts) map[string]Cell {
	cells := maps.Clone(f.Answers)
	if cells == nil {
		cells = map[string]Cell{}
	}
	for _, d := range g.defs {
		if d.Measure.Builtin != BuiltinResponseRate {
			continue
		}
		answered := cells[d.ID].Sum
		delete(cells, d.ID)
		if d.Measure.Questionnaire != g.form { // the form of another kind of batch
			continue
		}
		cells[d.ID] = versioned(Cell{N: f.Delivered + f.Opened, Sum: answered}, d)
		g.t.Answered.Live += answered
	}
	g.t.Opened.Live += f.Opened
	MergeCells(g.t.Live, cells)
	return cells
}

// step moves what is shown of a group and adds it to what the organisation sees of the batch. It sees the operator's receipts, and the ratings of
// its own departments, as they are.
func (g grouping) step(previous Shown, f GroupFacts) *Shown {
	next := Shown{Answered: previous.Answered, Opened: Release(previous.Opened, Cell{N: f.Opened})}
	stepped, exact := map[string]Cell{}, map[string]Cell{}
	for _, d := range g.defs {
		switch {
		case d.Measure.Builtin == BuiltinResponseRate:
			if d.Measure.Questionnaire == g.form {
				next.Answered = Release(previous.Answered, Cell{N: f.Answers[d.ID].Sum})
				exact[d.ID] = versioned(Cell{N: f.Delivered + next.Opened.N, Sum: next.Answered.N}, d)
			}
		case d.Measure.Type == MeasureBuiltin:
		case d.OwnData():
			exact[d.ID] = f.Answers[d.ID]
		default:
			stepped[d.ID] = f.Answers[d.ID]
		}
	}
	next.Cells = releaseAll(previous.Cells, stepped)
	maps.Copy(next.Cells, exact)
	MergeCells(g.t.Released, next.Cells)
	g.t.Answered.Released.Merge(next.Answered)
	g.t.Opened.Released.Merge(next.Opened)
	return &next
}

func versioned(c Cell, d IndicatorDefinition) Cell {
	if c.N > 0 {
		c.Version = d.Version
	}
	return c
}
