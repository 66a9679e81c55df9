package console

import (
	"slices"

	"huisheng/models"
)

// badCells is a file's table cut down to what is wrong: its bad rows, and the columns that have a bad cell. What stands in the cells is personal and is not
// shown; the file of wrong rows has it.
type badCells struct {
	Columns []string
	Rows    []badRow
}

type badRow struct {
	Row   int
	Whole string   // what is wrong with the row as a whole
	Cells []string // by column; empty: nothing wrong
}

// badCellsOf sorts what was found wrong into a table, in the order found.
func badCellsOf(l lang, issues []models.RowIssue) badCells {
	var t badCells
	for _, i := range issues {
		if i.Column != "" && !slices.Contains(t.Columns, i.Column) {
			t.Columns = append(t.Columns, i.Column)
		}
	}
	at := map[int]int{}
	for _, i := range issues {
		n, seen := at[i.Row]
		if !seen {
			n = len(t.Rows)
			at[i.Row] = n
			t.Rows = append(t.Rows, badRow{Row: i.Row, Cells: make([]string, len(t.Columns))})
		}
		words := l.wrong(i)
		if column := slices.Index(t.Columns, i.Column); column >= 0 {
			t.Rows[n].Cells[column] = joined(l, t.Rows[n].Cells[column], words)
		} else {
			t.Rows[n].Whole = joined(l, t.Rows[n].Whole, words)
		}
	}
	return t
}

func joined(l lang, a, b string) string {
	if a == "" {
		return b
	}
	return a + l.say("", " ") + b
}
