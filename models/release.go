package models

import "maps"

// Release gives the cell that an organisation may see next, from the one it sees now and the live one. It is how one batch's indicator comes
// into the organisation's view: in steps of at least MinCell people.
//
//   - It rises to live when live.N ≥ Peak + MinCell, where Peak is the largest n it ever showed (0 at first, so the first step has n ≥ 5).
//   - It goes dark (n = 0) when at least MinCell of the people it stands on have left, and they are at least half: the rest may be few, and
//     most of what is shown was withdrawn. It comes back by the first rule.
//   - Otherwise it stays. A correction alone never moves it, and neither do fewer than five people, whatever they do.
//
// Why no subtraction leads to fewer than five people. The cells ever shown for one batch and indicator are S₁, S₂, …, and each Sᵢ₊₁ stands on at
// least five people more than every one before it: so at least five people of Sᵢ₊₁ are not in Sᵢ, nor does a cell come back with a few people
// exchanged, which a rule that compares with the last cell alone would allow (ten people, five of them gone, five others come: the first and the
// third cell stand on five people each and may differ by one). Nothing shown (n = 0) is a state as well, and its distance to every Sᵢ is at least
// five. Whatever an organisation reads, in whatever period and at whatever moment, is a sum of such cells over batches, and batches do not share
// people's answers. So the difference of two readings is, batch by batch, nothing at all or at least five people; and any other sum of readings,
// with whatever factors, is one of the steps Sᵢ₊₁ − Sᵢ, each of which stands on five people who came and whoever left or corrected meanwhile.
//
// What it does not give is written in docs/design/002-step-release.md.
func Release(released, live Cell) Cell {
	switch left := released.N - live.N; {
	case live.N >= released.Peak+MinCell:
		next := live
		next.Hist = maps.Clone(live.Hist)
		next.Peak, next.Dropped = live.N, 0
		return next
	case left >= MinCell && left >= live.N:
		return Cell{Peak: released.Peak}
	}
	return released
}

// releaseAll is Release for each indicator of a batch. An indicator that is not counted any more goes dark.
func releaseAll(released, live map[string]Cell) map[string]Cell {
	next := make(map[string]Cell, len(live))
	for id, c := range live {
		next[id] = Release(released[id], c)
	}
	for id, c := range released {
		if _, counted := live[id]; !counted && c.Peak > 0 {
			next[id] = Cell{Peak: c.Peak}
		}
	}
	return next
}
