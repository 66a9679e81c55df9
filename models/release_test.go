package models

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
)

func TestReleaseSteps(t *testing.T) {
	at := func(n, peak int64) Cell { return Cell{N: n, Sum: n, Peak: peak} }
	for _, c := range []struct {
		name       string
		shown      Cell
		live       int64
		n, newPeak int64
	}{
		{"four people are nobody's business", Cell{}, 4, 0, 0},
		{"the first step has five", Cell{}, 5, 5, 5},
		{"or however many there are", Cell{}, 23, 23, 23},
		{"four more change nothing", at(5, 5), 9, 5, 5},
		{"five more do", at(5, 5), 10, 10, 10},
		{"a correction alone changes nothing", at(10, 10), 10, 10, 10},
		{"one leaving changes nothing", at(10, 10), 9, 10, 10},
		{"five leaving a crowd change nothing", at(100, 100), 95, 100, 100},
		{"five of nine leaving make it dark", at(9, 9), 4, 0, 9},
		{"four of five leaving do not: the other one could be told", at(5, 5), 1, 5, 5},
		{"all five leaving make it dark", at(5, 5), 0, 0, 5},
		{"half of a crowd leaving makes it dark", at(100, 100), 50, 0, 100},
		{"from the dark it does not come back with a few others", at(0, 9), 10, 0, 9},
		{"but with five more than ever", at(0, 9), 14, 14, 14},
	} {
		got := Release(c.shown, Cell{N: c.live, Sum: c.live})
		if got.N != c.n || got.Peak != c.newPeak {
			t.Errorf("%s: n %d peak %d, want %d and %d", c.name, got.N, got.Peak, c.n, c.newPeak)
		}
	}
}

// What is shown is a copy: people counted later must not appear in it.
func TestReleaseDoesNotShare(t *testing.T) {
	live := Cell{N: 5, Hist: map[string]int64{"a": 5}}
	shown := Release(Cell{}, live)
	live.Hist["a"]++
	if shown.Hist["a"] != 5 {
		t.Error("the released histogram follows the live one")
	}
}

// simPerson is somebody in the simulation, and whether they count for the indicator at the moment.
type simPerson struct {
	counts bool
	answer int64
	gone   bool
}

// simBatch is a batch of the simulation. shownWho remembers who, with which answer, stands behind the cell that is shown.
type simBatch struct {
	period   int
	people   []*simPerson
	shown    Cell
	shownWho map[*simPerson]int64
}

func (b *simBatch) live() Cell {
	var c Cell
	for _, p := range b.people {
		if p.counts && !p.gone {
			c.N++
			c.Sum += p.answer
		}
	}
	return c
}

// refresh is what the tally job does.
func (b *simBatch) refresh() {
	next := Release(b.shown, b.live())
	if next.N == b.shown.N && next.Sum == b.shown.Sum {
		return // a step always changes n
	}
	b.shown, b.shownWho = next, map[*simPerson]int64{}
	if next.N == 0 {
		return
	}
	for _, p := range b.people {
		if p.counts && !p.gone {
			b.shownWho[p] = p.answer
		}
	}
}

// reading is one figure as an organisation read it, and who was behind it.
type reading struct {
	what string
	cell Cell
	who  map[*simPerson]int64
}

// An organisation that reads every period at every moment, while people answer, correct and withdraw in any order, finds no two readings of one
// indicator whose difference stands on one to four people.
func TestNoDifferenceOfReadingsRevealsFewPeople(t *testing.T) {
	for seed := range uint64(60) {
		simulate(t, rand.New(rand.NewPCG(seed, 7)))
	}
}

func simulate(t *testing.T, r *rand.Rand) {
	t.Helper()
	batches := make([]*simBatch, 2+r.IntN(3))
	for i := range batches {
		batches[i] = &simBatch{period: r.IntN(3), shownWho: map[*simPerson]int64{}}
	}
	var seen []reading
	for moment := range 220 {
		b := batches[r.IntN(len(batches))]
		change(r, b)
		if r.IntN(3) > 0 { // sometimes the job is late or its process was killed
			b.refresh()
		}
		if r.IntN(20) == 0 {
			b.refresh() // twice is harmless
		}
		seen = append(seen, read(batches, moment)...)
	}
	judgeReadings(t, unique(seen))
}

// change is one thing that somebody does, or that a shift does together: answer, withdraw, correct, change to "not sure" and back.
func change(r *rand.Rand, b *simBatch) {
	if len(b.people) < 6 || r.IntN(10) < 2 {
		b.people = append(b.people, &simPerson{counts: r.IntN(8) > 0, answer: int64(r.IntN(2))})
		return
	}
	who := []*simPerson{b.people[r.IntN(len(b.people))]}
	if r.IntN(3) == 0 {
		r.Shuffle(len(b.people), func(i, j int) { b.people[i], b.people[j] = b.people[j], b.people[i] })
		who = b.people[:min(len(b.people), 4+r.IntN(6))]
	}
	what, counts := r.IntN(12), r.IntN(2) == 0
	for _, p := range who {
		switch {
		case p.gone:
			continue
		case what == 0:
			p.gone = true
		case what < 8:
			p.counts = counts
		default:
			p.answer = 1 - p.answer
		}
	}
}

// read gives what an organisation can read at a moment: each period, and all of them together.
func read(batches []*simBatch, moment int) []reading {
	var all []reading
	for period := -1; period < 3; period++ {
		one := reading{what: fmt.Sprintf("period %d at %d", period, moment), who: map[*simPerson]int64{}}
		for _, b := range batches {
			if period >= 0 && b.period != period {
				continue
			}
			one.cell.Merge(b.shown)
			maps.Copy(one.who, b.shownWho)
		}
		all = append(all, one)
	}
	return all
}

// unique drops readings of the same people and answers, so that comparing each with each stays cheap.
func unique(seen []reading) []reading {
	var kept []reading
	for _, s := range seen {
		known := false
		for _, k := range kept {
			if k.cell.N == s.cell.N && k.cell.Sum == s.cell.Sum && apart(k, s) == 0 {
				known = true
				break
			}
		}
		if !known {
			kept = append(kept, s)
		}
	}
	return kept
}

func judgeReadings(t *testing.T, seen []reading) {
	t.Helper()
	for i, a := range seen {
		if a.cell.N > 0 && a.cell.N < MinCell {
			t.Fatalf("%s shows %d people", a.what, a.cell.N)
		}
		if int(a.cell.N) != len(a.who) {
			t.Fatalf("%s: %d people shown, %d behind it", a.what, a.cell.N, len(a.who))
		}
		for _, b := range seen[:i] {
			switch n := apart(a, b); {
			case n == 0 && (a.cell.N != b.cell.N || a.cell.Sum != b.cell.Sum):
				t.Fatalf("%s and %s differ over nobody", a.what, b.what)
			case n > 0 && n < MinCell:
				t.Fatalf("%s minus %s stands on %d people", a.what, b.what, n)
			}
		}
	}
}

// apart counts the people by whom two readings differ: in only one of them, or in both with other answers.
func apart(a, b reading) int {
	n := 0
	for p, answer := range a.who {
		if other, ok := b.who[p]; !ok || other != answer {
			n++
		}
	}
	for p := range b.who {
		if _, ok := a.who[p]; !ok {
			n++
		}
	}
	return n
}
