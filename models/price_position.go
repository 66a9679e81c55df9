package models

import "slices"

// minPriceOrgs is the fewest organisations whose prices for an occupation and level make a median to compare with.
const minPriceOrgs = 3

// PriceBook is what organisations publish now: by organisation, and for each occupation and level the median of the organisations' prices.
type PriceBook struct {
	own     map[OrgID]map[Slice]int64
	medians map[Slice]int64
}

// NewPriceBook makes the book of price lists. Free and fully funded courses are left out; an organisation with several courses for one occupation and
// level counts with their median.
func NewPriceBook(lists []PriceList) PriceBook {
	b := PriceBook{own: map[OrgID]map[Slice]int64{}, medians: map[Slice]int64{}}
	all := map[Slice][]int64{}
	for _, l := range lists {
		own := map[Slice][]int64{}
		for _, p := range l.Current.Items {
			if p.Yuan > 0 {
				s := Slice{Occupation: FoldName(p.Occupation), Level: p.Level}
				own[s] = append(own[s], p.Yuan)
			}
		}
		b.own[l.Org] = make(map[Slice]int64, len(own))
		for s, prices := range own {
			b.own[l.Org][s] = medianOf(prices)
			all[s] = append(all[s], b.own[l.Org][s])
		}
	}
	for s, prices := range all {
		if len(prices) >= minPriceOrgs {
			b.medians[s] = medianOf(prices)
		}
	}
	return b
}

// medianOf gives the middle amount, or the mean of the two in the middle, half up to a yuan.
func medianOf(list []int64) int64 {
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2] + 1) / 2
}

// Published gives the median of an organisation's own published prices; false without any.
func (b PriceBook) Published(org OrgID) (yuan int64, ok bool) {
	var all []int64
	for _, p := range b.own[org] {
		all = append(all, p)
	}
	if len(all) == 0 {
		return 0, false
	}
	return medianOf(all), true
}

// Position gives the cell of an organisation's price position: over its occupations and levels with something to compare, own price ÷ median.
func (b PriceBook) Position(org OrgID) Cell {
	var c Cell
	for s, own := range b.own[org] {
		if m := b.medians[s]; m > 0 {
			c.N++
			c.Sum += ratio(own, 100*cents, m)
		}
	}
	return c
}
