package console

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"strings"
)

// plot is a drawing with its table, for {{template "chart" .}}. Bars and boxes are drawn inside the table, a trend above it. What is drawn can always be read as
// text, works without scripts and prints; colours and strokes come from the style sheet.
type plot struct {
	Title string
	Note  string   // how to read it, one sentence
	Head  []string // of the table's columns; the first names the rows
	Rows  []plotRow
	Drawn string        // heading of the drawn column; empty: the drawing stands above the table
	SVG   template.HTML // the drawing above the table
	Data  string        // the same for the script that makes a trend pleasanter
	Empty string        // why there is nothing to draw
	lines []string      // names of a trend's lines
}

// names are a trend's lines, for its legend; one line needs none.
func (p plot) names() []string {
	if len(p.lines) < 2 {
		return nil
	}
	return p.lines
}

type plotRow struct {
	Label string
	SVG   template.HTML
	Cells []string
	None  string // why there are no numbers; instead of the cells
	Mine  bool   // the line that the page is about
}

// bar is one line of a distribution or a comparison.
type bar struct {
	Label string
	Value *float64 // nil: None says why
	Count string   // beside it, such as "12 of 40"; may be empty
	None  string
	Mine  bool
}

// bars draws values from 0 to most (0: the largest) as bars, in the order given.
func (l lang) bars(title, unit string, most float64, list []bar) plot {
	p := plot{Title: title, Drawn: l.say("图", "Drawn"), Head: []string{"", l.say("数值", "Value")}}
	counted, free := false, most == 0
	for _, b := range list {
		counted = counted || b.Count != ""
		if free && b.Value != nil {
			most = max(most, *b.Value)
		}
	}
	if counted {
		p.Head = append(p.Head, l.say("人数", "Count"))
	}
	for _, b := range list {
		row := plotRow{Label: b.Label, None: b.None, Mine: b.Mine}
		if b.Value != nil {
			row.SVG = stretched(fmt.Sprintf(`<rect class="track" width="100" height="10"/><rect class="fill" width="%s" height="10"/>`, at(*b.Value, 0, most)))
			row.Cells = []string{withUnit(number(*b.Value), unit)}
			if counted {
				row.Cells = append(row.Cells, b.Count)
			}
		} else if row.None == "" {
			row.None = "—"
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// box is one line of quartiles.
type box struct {
	Label            string
	Low, Middle, Top *float64 // the quartiles: a quarter is under Low, half under Middle, three quarters under Top
	N                string
	None             string
	Mine             bool
}

// boxes draws quartiles on one scale.
func (l lang) boxes(title, unit string, list []box) plot {
	p := plot{
		Title: title, Drawn: l.say("图", "Drawn"),
		Head: []string{
			"", l.say("四分之一的人低于", "A quarter is under"), l.say("一半的人低于", "Half is under"), l.say("四分之三的人低于", "Three quarters are under"),
			l.say("人数", "Count"),
		},
		Note: l.say("方框是中间一半的人，粗线是正中间的人。", "The box is the middle half, the thick line is the middle person."),
	}
	low, top := math.Inf(1), math.Inf(-1)
	for _, b := range list {
		if b.Low != nil && b.Top != nil {
			low, top = min(low, *b.Low), max(top, *b.Top)
		}
	}
	pad := max((top-low)/8, 1)
	low, top = max(0, low-pad), top+pad
	for _, b := range list {
		row := plotRow{Label: b.Label, None: b.None, Mine: b.Mine}
		if b.Low != nil && b.Middle != nil && b.Top != nil {
			x, m, y := at(*b.Low, low, top), at(*b.Middle, low, top), at(*b.Top, low, top)
			row.SVG = stretched(fmt.Sprintf(`<path class="axis" d="M0 5H100"/><path class="box" d="M%[1]s 1H%[3]sV9H%[1]sZ"/><path class="mid" d="M%[2]s 1V9"/>`, x, m, y))
			row.Cells = []string{withUnit(number(*b.Low), unit), withUnit(number(*b.Middle), unit), withUnit(number(*b.Top), unit), b.N}
		} else if row.None == "" {
			row.None = "—"
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// at places a value on a drawing that is 100 wide.
func at(v, low, top float64) string {
	if top <= low {
		return "0"
	}
	return fmt.Sprintf("%.2f", 100*min(max((v-low)/(top-low), 0), 1))
}

// stretched is a drawing that fills its cell; the numbers stand in the cells beside it, so nothing is read out for it.
func stretched(inner string) template.HTML {
	return template.HTML(`<svg class="cell" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">` + inner + `</svg>`) //nolint:gosec // numbers
}

// withUnit writes a value with its unit: % close to it, words apart.
func withUnit(v, unit string) string {
	if unit == "" || unit == "%" {
		return v + unit
	}
	return v + " " + unit
}

// series is one line of a trend: a value for each label, nil where there is none.
type series struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"`
	Low    []*float64 `json:"low,omitempty"` // the interval; may be nil
	High   []*float64 `json:"high,omitempty"`
	None   []string   `json:"-"` // why there is no value; may be nil
	N      []string   `json:"-"` // samples; may be nil
}

// Sizes of a trend's drawing, in its own units; the page scales it.
const (
	trendWidth, trendHeight                      = 640.0, 240.0
	trendLeft, trendRight, trendTop, trendBottom = 44.0, 12.0, 12.0, 30.0
)

// trend draws lines over periods. The first series is what the page is about and shows its interval; the others are for comparison. A gap stays a gap.
func (l lang) trend(title, unit string, labels []string, lines []series) plot {
	p := plot{Title: title, Head: []string{l.say("时期", "Period")}}
	for i, s := range lines {
		p.Head, p.lines = append(p.Head, s.Name), append(p.lines, s.Name)
		if i == 0 && s.Low != nil {
			p.Head = append(p.Head, l.say("95%区间", "95% interval"))
		}
		if i == 0 && s.N != nil {
			p.Head = append(p.Head, l.say("样本", "Sample"))
		}
	}
	for i, label := range labels {
		p.Rows = append(p.Rows, plotRow{Label: label, Cells: trendCells(i, unit, lines)})
	}
	low, top, some := span(lines)
	if !some {
		p.Empty = l.say("还没有可以画的数字。", "There is nothing to draw yet.")
		return p
	}
	if unit == "%" {
		low, top = 0, 100
	}
	p.SVG = drawTrend(l.trendLabel(title, unit, labels, lines), labels, lines, low, top)
	raw, err := json.Marshal(map[string]any{"labels": labels, "lines": lines, "unit": unit, "low": low, "top": top, "period": p.Head[0]})
	if err == nil { // numbers and texts: it cannot fail
		p.Data = string(raw)
	}
	return p
}

func trendCells(i int, unit string, lines []series) []string {
	var cells []string
	for j, s := range lines {
		switch {
		case i < len(s.Values) && s.Values[i] != nil:
			cells = append(cells, withUnit(number(*s.Values[i]), unit))
		case i < len(s.None) && s.None[i] != "":
			cells = append(cells, s.None[i])
		default:
			cells = append(cells, "—")
		}
		if j == 0 && s.Low != nil {
			cells = append(cells, interval(s, i))
		}
		if j == 0 && s.N != nil {
			cells = append(cells, s.N[i])
		}
	}
	return cells
}

func interval(s series, i int) string {
	if i >= len(s.Low) || i >= len(s.High) || s.Low[i] == nil || s.High[i] == nil {
		return "—"
	}
	return number(*s.Low[i]) + "–" + number(*s.High[i])
}

// span is the range that all lines need, with air; some is false when there is no value at all.
func span(lines []series) (low, top float64, some bool) {
	low, top = math.Inf(1), math.Inf(-1)
	for _, s := range lines {
		for _, list := range [][]*float64{s.Values, s.Low, s.High} {
			for _, v := range list {
				if v != nil {
					low, top, some = min(low, *v), max(top, *v), true
				}
			}
		}
	}
	pad := max((top-low)/8, 1)
	return max(0, low-pad), top + pad, some
}

// trendLabel says the first and last value of the main line, for who cannot see the drawing.
func (l lang) trendLabel(title, unit string, labels []string, lines []series) string {
	var said []string
	for i, v := range lines[0].Values {
		if v != nil && i < len(labels) {
			said = append(said, labels[i]+" "+withUnit(number(*v), unit))
		}
	}
	if len(said) > 2 {
		said = []string{said[0], said[len(said)-1]}
	}
	return title + l.say("：", ": ") + strings.Join(said, " → ")
}
