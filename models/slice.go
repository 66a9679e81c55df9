package models

import (
	"cmp"
	"slices"
)

const (
	// MinSlice is the fewest people of a batch who share an occupation and level before an answer carries them: otherwise a dump of answers
	// beside a list of people would tell whose some of them are.
	MinSlice = MinCell
	// MinGroup is the fewest invited people of an occupation and level whose figures an organisation sees apart. Below, hardly any would ever
	// fill a step of MinCell.
	MinGroup = 20
	// MaxSlices bounds a tally's document; smaller slices of a batch with more go into the rest.
	MaxSlices = 100
)

// Slice is what figures can be narrowed to: an occupation, by its code or, where the roster has none, its name (for a school its major), and a
// level. The zero Slice is everybody of whom neither is kept.
type Slice struct {
	Occupation string `bson:"occupation,omitempty" json:"occupation"`
	Level      string `bson:"level,omitempty" json:"level"`
}

// SliceOf gives the slice of a record.
func SliceOf(r Record) Slice {
	return Slice{Occupation: cmp.Or(r.OccupationCode, r.Occupation, r.Major), Level: r.Level}
}

// IsZero says whether s is everybody else; it also keeps an empty slice out of stored documents.
func (s Slice) IsZero() bool { return s == Slice{} }

// Within says whether s belongs to a filter, in which an empty field means any.
func (s Slice) Within(filter Slice) bool {
	return (filter.Occupation == "" || s.Occupation == filter.Occupation) && (filter.Level == "" || s.Level == filter.Level)
}

// BatchSlice is one slice of a batch, fixed when its list was frozen. Of a pooled round, which grows, it is what was counted last.
type BatchSlice struct {
	Slice  `bson:",inline"`
	Name   string `bson:"name,omitempty"` // of the occupation or major
	People int    `bson:"people"`
	Group  bool   `bson:"group,omitempty"` // the organisation sees its figures apart; never so in a round that grows
}

// Narrow gives s if the batch keeps it apart, else the rest. It decides what an answer carries.
func (b Batch) Narrow(s Slice) Slice {
	for _, known := range b.Slices {
		if known.Slice == s {
			return s
		}
	}
	return Slice{}
}

// SliceCounter counts the people of a list by slice.
type SliceCounter struct{ by map[Slice]*BatchSlice }

// Add counts n people of a slice; name is the occupation's.
func (c *SliceCounter) Add(s Slice, name string, n int) {
	if s.IsZero() {
		return
	}
	if c.by == nil {
		c.by = map[Slice]*BatchSlice{}
	}
	b := c.by[s]
	if b == nil {
		b = &BatchSlice{Slice: s, Name: name}
		c.by[s] = b
	}
	b.People += n
}

// Slices gives the slices that are large enough, the largest first. frozen says that nobody joins the list later: only then may the
// organisation see the large ones apart.
func (c *SliceCounter) Slices(frozen bool) []BatchSlice {
	var list []BatchSlice
	for _, b := range c.by {
		if b.People >= MinSlice {
			b.Group = frozen && b.People >= MinGroup
			list = append(list, *b)
		}
	}
	slices.SortFunc(list, func(a, b BatchSlice) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Occupation, b.Occupation), cmp.Compare(a.Level, b.Level))
	})
	return list[:min(len(list), MaxSlices)]
}
