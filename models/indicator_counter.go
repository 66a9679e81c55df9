package models

import "slices"

// AnswerCounter counts the answers of one batch for a set of indicators, each slice apart. Any order of the same people gives the same cells. It
// is not safe for concurrent use.
type AnswerCounter struct {
	defs   []IndicatorDefinition
	limits WageLimits
	cells  map[Slice][]Cell
}

// NewAnswerCounter starts counting for those of defs that are about answers.
func NewAnswerCounter(defs []IndicatorDefinition, l WageLimits) *AnswerCounter {
	c := &AnswerCounter{limits: l, cells: map[Slice][]Cell{}}
	for _, d := range defs {
		if d.Measure.Questionnaire != "" {
			c.defs = append(c.defs, d)
		}
	}
	return c
}

// Add counts one person of a slice.
func (c *AnswerCounter) Add(s Slice, q *Questionnaire, a Answers) {
	cells := c.cells[s]
	if cells == nil {
		cells = make([]Cell, len(c.defs))
		c.cells[s] = cells
	}
	for i := range c.defs {
		c.defs[i].Add(&cells[i], q, a, c.limits)
	}
}

// Forms lists the codes of the questionnaires that matter.
func (c *AnswerCounter) Forms() []string {
	var codes []string
	for _, d := range c.defs {
		if !slices.Contains(codes, d.Measure.Questionnaire) {
			codes = append(codes, d.Measure.Questionnaire)
		}
	}
	return codes
}

// Questions lists the ids of the questions whose answers matter, whichever form they are in.
func (c *AnswerCounter) Questions() map[string]bool {
	ids := map[string]bool{}
	for _, d := range c.defs {
		for _, id := range d.Measure.Items() {
			if id != "" {
				ids[id] = true
			}
		}
		for id := range d.Measure.Eligible {
			ids[id] = true
		}
	}
	return ids
}

// Secrets lists, by form, the questions whose answers matter and are sealed in the database: exact wages.
func (c *AnswerCounter) Secrets() map[string][]string {
	all := map[string][]string{}
	for _, d := range c.defs {
		if d.Measure.Wage {
			all[d.Measure.Questionnaire] = append(all[d.Measure.Questionnaire], d.Measure.Question)
		}
	}
	return all
}

// Cells gives what was counted so far, by slice and indicator id.
func (c *AnswerCounter) Cells() map[Slice]map[string]Cell {
	all := make(map[Slice]map[string]Cell, len(c.cells))
	for slice, cells := range c.cells {
		all[slice] = make(map[string]Cell, len(c.defs))
		for i, d := range c.defs {
			all[slice][d.ID] = cells[i]
		}
	}
	return all
}
