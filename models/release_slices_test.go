package models

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"
)

// slicedPerson is somebody of the simulation with an occupation and level.
type slicedPerson struct {
	simPerson
	slice Slice
}

// slicedBatch is a batch of the simulation, tallied by the product's own code. who remembers who stands behind each group's cell.
type slicedBatch struct {
	batch  Batch
	period int
	people []*slicedPerson
	tally  Tally
	who    map[Slice]map[*slicedPerson]int64
}

func (b *slicedBatch) refresh(defs []IndicatorDefinition) {
	groups := map[Slice]GroupFacts{}
	for _, p := range b.people {
		if !p.counts || p.gone {
			continue
		}
		slice := b.batch.Narrow(p.slice)
		g := groups[slice]
		if g.Answers == nil {
			g.Answers = map[string]Cell{}
		}
		g.Answers["A"] = Cell{N: g.Answers["A"].N + 1, Sum: g.Answers["A"].Sum + p.answer, Version: "1"}
		groups[slice] = g
	}
	before := b.shown()
	b.tally = NewTally(b.tally, BatchFacts{Batch: b.batch, Groups: groups}, defs, "c", time.Time{})
	for slice, cell := range b.shown() {
		if old := before[slice]; cell.N == old.N && cell.Sum == old.Sum {
			continue // a step always changes n
		}
		b.who[slice] = map[*slicedPerson]int64{}
		for _, p := range b.people {
			if cell.N > 0 && p.counts && !p.gone && b.groupOf(p) == slice {
				b.who[slice][p] = p.answer
			}
		}
	}
}

// groupOf gives the slice under which a person's answers are released; the zero one is the rest.
func (b *slicedBatch) groupOf(p *slicedPerson) Slice {
	for _, s := range b.batch.Slices {
		if s.Slice == p.slice && s.Group {
			return s.Slice
		}
	}
	return Slice{}
}

func (b *slicedBatch) shown() map[Slice]Cell {
	cells := map[Slice]Cell{}
	if b.tally.Rest != nil {
		cells[Slice{}] = b.tally.Rest.Cells["A"]
	}
	for _, part := range b.tally.Slices {
		if part.Shown != nil {
			cells[part.Slice] = part.Shown.Cells["A"]
		}
	}
	return cells
}

// slicedReading is one figure that the organisation can read at a moment: a filter and a period, and who is behind it.
type slicedReading map[*slicedPerson]int64

// readSliced reads every filter and period through the product's code and checks what is shown against who is behind it.
func readSliced(t *testing.T, batches []*slicedBatch, defs []IndicatorDefinition) []slicedReading {
	t.Helper()
	var all []slicedReading
	for period := -1; period < 2; period++ {
		var facts RollupFacts
		for _, b := range batches {
			if period < 0 || b.period == period {
				facts.Tallies = append(facts.Tallies, b.tally)
			}
		}
		_, total := facts.Cells(defs)
		parts := facts.Slices(defs)
		for _, filter := range []Slice{{}, {Occupation: "x"}, {Occupation: "y"}, {Level: "4"}, {Level: "3"}, {Occupation: "x", Level: "4"}, {Occupation: "y", Level: "4"}, {Occupation: "y", Level: "3"}} {
			cell := total["A"]
			if !filter.IsZero() {
				cell = Cell{}
				for _, part := range parts {
					if part.Within(filter) {
						cell.Merge(part.Shown["A"])
					}
				}
			}
			reading := slicedReading{}
			for _, b := range batches {
				if period >= 0 && b.period != period {
					continue
				}
				for group, who := range b.who {
					if filter.IsZero() || !group.IsZero() && group.Within(filter) {
						maps.Copy(reading, who)
					}
				}
			}
			if cell.N > 0 && cell.N < MinCell || int(cell.N) != len(reading) {
				t.Fatalf("filter %v shows %d people, %d behind it", filter, cell.N, len(reading))
			}
			if v := defs[0].ReleasedValue(cell, nil); v.Suppressed != (cell.N == 0) {
				t.Fatalf("filter %v over %d people: %+v", filter, cell.N, v)
			}
			all = append(all, reading)
		}
	}
	return all
}

// support counts the people of whom a combination of readings says anything: whose answer or presence does not cancel out.
func support(readings []slicedReading, factors []int64) int {
	present, answer := map[*slicedPerson]int64{}, map[*slicedPerson]int64{}
	for i, reading := range readings {
		for p, a := range reading {
			present[p] += factors[i]
			answer[p] += factors[i] * a
		}
	}
	n := 0
	for p := range present {
		if present[p] != 0 || answer[p] != 0 {
			n++
		}
	}
	return n
}

// An organisation reads every occupation, level, both, neither, in every period and at every moment, and adds and subtracts what it read at one
// moment, or at two, with whatever factors. Whatever comes out says something about nobody or about five people at least.
func TestNoCombinationOfSlicesRevealsFewPeople(t *testing.T) {
	for seed := range uint64(25) {
		combine(t, rand.New(rand.NewPCG(seed, 9)))
	}
}

func combine(t *testing.T, r *rand.Rand) {
	t.Helper()
	defs := []IndicatorDefinition{rateOf("A")}
	known := []BatchSlice{
		{Slice: Slice{"x", "4"}, People: 40, Group: true},
		{Slice: Slice{"y", "4"}, People: 30, Group: true},
		{Slice: Slice{"y", "3"}, People: 21, Group: true},
		{Slice: Slice{"x", "3"}, People: 6}, // too small: in the rest
	}
	batches := make([]*slicedBatch, 2+r.IntN(2))
	for i := range batches {
		batches[i] = &slicedBatch{period: r.IntN(2), who: map[Slice]map[*slicedPerson]int64{}, batch: Batch{ID: BatchID(rune('a' + i)), Slices: known[:1+r.IntN(len(known))]}}
	}
	var moments [][]slicedReading
	for range 150 {
		b := batches[r.IntN(len(batches))]
		for range 1 + r.IntN(3) {
			changeSliced(r, b)
		}
		if r.IntN(3) > 0 {
			b.refresh(defs)
		}
		moments = append(moments, readSliced(t, batches, defs))
	}
	for range 400 {
		readings := moments[r.IntN(len(moments))]
		if r.IntN(2) == 0 {
			readings = append(readings[:len(readings):len(readings)], moments[r.IntN(len(moments))]...)
		}
		factors := make([]int64, len(readings))
		for range 1 + r.IntN(6) {
			factors[r.IntN(len(factors))] = r.Int64N(5) - 2
		}
		if n := support(readings, factors); n > 0 && n < MinCell {
			t.Fatalf("factors %v say something about %d people", factors, n)
		}
	}
}

// changeSliced is something that somebody, or a shift together, does.
func changeSliced(r *rand.Rand, b *slicedBatch) {
	slices := []Slice{{"x", "4"}, {"y", "4"}, {"y", "3"}, {"x", "3"}, {"z", "5"}}
	if len(b.people) < 10 || r.IntN(3) > 0 {
		b.people = append(b.people, &slicedPerson{simPerson{counts: r.IntN(8) > 0, answer: r.Int64N(2)}, slices[r.IntN(len(slices))]})
		return
	}
	p := b.people[r.IntN(len(b.people))]
	switch r.IntN(4) {
	case 0:
		p.gone = true
	case 1:
		p.counts = !p.counts
	default:
		p.answer = 1 - p.answer
	}
}

func TestSlicesOfAList(t *testing.T) {
	var c SliceCounter
	for range 20 {
		c.Add(Slice{"6-31-01-03", "4"}, "电工", 1)
	}
	c.Add(Slice{"6-31-01-03", "3"}, "电工", 19)
	c.Add(Slice{"护理", "5"}, "护理", 4)
	c.Add(Slice{}, "", 50)
	b := Batch{Slices: c.Slices(true)}
	if len(b.Slices) != 2 || !b.Slices[0].Group || b.Slices[1].Group || b.Slices[0].Level != "4" {
		t.Fatalf("got %+v", b.Slices)
	}
	if b.Narrow(Slice{"6-31-01-03", "3"}).IsZero() || !b.Narrow(Slice{"护理", "5"}).IsZero() {
		t.Error("an answer carries its slice exactly where five people of the batch share it")
	}
	if growing := c.Slices(false); growing[0].Group {
		t.Error("a round that grows has groups")
	}
	for i := range 300 {
		c.Add(Slice{Occupation: string(rune('a' + i)), Level: "4"}, "", 5)
	}
	if got := c.Slices(true); len(got) != MaxSlices || got[0].People != 20 {
		t.Errorf("%d slices", len(got))
	}
}

// A tally stored before there were groups goes on where it was: what was shown stays shown, all of it in the rest.
func TestOldTalliesGoOn(t *testing.T) {
	defs := []IndicatorDefinition{rateOf("A")}
	old := Tally{ID: "b", Version: 3, Released: map[string]Cell{"A": {N: 7, Sum: 4, Peak: 9, Version: "1"}}}
	facts := BatchFacts{Batch: Batch{ID: "b"}, Groups: map[Slice]GroupFacts{{}: {Answers: map[string]Cell{"A": {N: 12, Sum: 1, Version: "1"}}}}}
	next := NewTally(old, facts, defs, "c", time.Time{})
	if got := next.Released["A"]; got.N != 7 || got.Sum != 4 {
		t.Errorf("twelve people are not five more than nine: %+v", got)
	}
	facts.Groups[Slice{}].Answers["A"] = Cell{N: 14, Sum: 2, Version: "1"}
	next = NewTally(next, facts, defs, "c", time.Time{})
	if got := next.Released["A"]; got.N != 14 || next.Rest.Cells["A"].Peak != 14 || next.Version != 5 {
		t.Errorf("got %+v, %+v", got, next.Rest)
	}
}
