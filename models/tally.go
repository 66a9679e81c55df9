package models

import (
	"maps"
	"time"
)

// Tally is what one batch adds up to, by indicator id. Live is everything, recomputed from raw data whenever it changes, for regulators.
// Released is what the organisation may see: it moves only by Release, so that neither two periods nor two moments can be subtracted to reveal
// fewer than MinCell people. Released is the one derived thing that cannot be computed again: what was shown stays shown. Keep it in backups.
type Tally struct {
	ID         BatchID         `bson:"_id"`
	Org        OrgID           `bson:"org"`
	Region     string          `bson:"region"`
	Kind       OrgKind         `bson:"kind"`
	Anchor     time.Time       `bson:"anchor"` // when the batch opened: its period
	Live       map[string]Cell `bson:"live"`
	Released   map[string]Cell `bson:"released"`
	Flagged    map[string]Cell `bson:"flagged"`  // of Live, the answers that quality sets apart: for regulators
	Quality    Quality         `bson:"quality"`  // for regulators
	Answered   Stepped         `bson:"answered"` // people who answered
	Opened     Stepped         `bson:"opened"`   // people without a receipt from the operator who opened the page all the same
	Catalog    string          `bson:"catalog"`  // hash of the definitions used; another one makes the tally stale
	Version    int64           `bson:"version"`  // optimistic lock
	ComputedAt time.Time       `bson:"computed_at"`
}

// Stepped is a number of people beside the number that the organisation may know.
type Stepped struct {
	Live     int64 `bson:"live"`
	Released Cell  `bson:"released"`
}

func (s Stepped) step(live int64) Stepped {
	return Stepped{Live: live, Released: Release(s.Released, Cell{N: live})}
}

// BatchFacts is what a tally is computed from besides its definitions.
type BatchFacts struct {
	Batch     Batch
	Answers   map[string]Cell // from AnswerCounter, ratings included once they were handed in
	Delivered int64           // invitations that the operator confirmed
	Opened    int64           // invitations opened without such a receipt
	Rated     int64           // ratings handed in
	Flagged   map[string]Cell // from QualitySifter
	Quality   Quality         // from QualitySifter
}

// NewTally computes a batch's next tally from the previous one (zero: there is none) and the facts as they are now. Only Released depends on
// the previous one.
func NewTally(previous Tally, f BatchFacts, defs []IndicatorDefinition, catalog string, now time.Time) Tally {
	b := f.Batch
	t := Tally{
		ID: b.ID, Org: b.Org, Region: b.Region, Kind: b.Kind, Anchor: b.OpensAt, Live: maps.Clone(f.Answers), Released: map[string]Cell{},
		Catalog: catalog, Version: previous.Version + 1, ComputedAt: now, Answered: previous.Answered, Opened: previous.Opened.step(f.Opened),
		Flagged: f.Flagged, Quality: f.Quality,
	}
	if t.Live == nil {
		t.Live = map[string]Cell{}
	}
	stepped := map[string]Cell{}
	exact := map[string]Cell{}
	for _, d := range defs {
		switch {
		case d.Measure.Builtin == BuiltinResponseRate:
			t.reach(d, f, exact)
		case d.Measure.Builtin == BuiltinDepartmentCoverage:
			t.Live[d.ID] = versioned(Cell{N: int64(b.People - b.Skipped), Sum: f.Rated}, d)
			exact[d.ID] = t.Live[d.ID]
		case d.Measure.Type == MeasureBuiltin:
		case d.OwnData():
			exact[d.ID] = t.Live[d.ID]
		default:
			stepped[d.ID] = t.Live[d.ID]
		}
	}
	t.Released = releaseAll(previous.Released, stepped)
	maps.Copy(t.Released, exact)
	return t
}

// reach fills in the response rate: people who answered over invitations reached. The organisation knows the operator's receipts; of those who
// answered, and of those who opened the page without a receipt, it knows in steps.
func (t *Tally) reach(d IndicatorDefinition, f BatchFacts, released map[string]Cell) {
	if f.Batch.Questionnaire.Code != d.Measure.Questionnaire { // the form of another kind of batch
		delete(t.Live, d.ID)
		return
	}
	answered := t.Live[d.ID].Sum
	t.Answered = t.Answered.step(answered)
	t.Live[d.ID] = versioned(Cell{N: f.Delivered + f.Opened, Sum: answered}, d)
	released[d.ID] = versioned(Cell{N: f.Delivered + t.Opened.Released.N, Sum: t.Answered.Released.N}, d)
}

func versioned(c Cell, d IndicatorDefinition) Cell {
	if c.N > 0 {
		c.Version = d.Version
	}
	return c
}
