package console

import (
	"fmt"
	"html/template"
	"strings"
)

// drawTrend draws the lines of a trend. Lines differ by dashes and marks too, not by colour alone.
func drawTrend(label string, labels []string, lines []series, low, top float64) template.HTML {
	x := func(i int) float64 {
		if len(labels) == 1 {
			return trendLeft + (trendWidth-trendLeft-trendRight)/2
		}
		return trendLeft + float64(i)*(trendWidth-trendLeft-trendRight)/float64(len(labels)-1)
	}
	y := func(v float64) float64 {
		return trendTop + (trendHeight-trendTop-trendBottom)*(1-min(max((v-low)/(top-low), 0), 1))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="trend" role="img" aria-label="%s" viewBox="0 0 %.0f %.0f">`, template.HTMLEscapeString(label), trendWidth, trendHeight)
	for i := range 5 {
		v := low + (top-low)*float64(i)/4
		fmt.Fprintf(&b, `<path class="grid" d="M%.1f %.1fH%.1f"/><text x="%.1f" y="%.1f" text-anchor="end">%s</text>`,
			trendLeft, y(v), trendWidth-trendRight, trendLeft-6, y(v)+4, number(v))
	}
	step := (len(labels) + 7) / 8 // as many labels as have room
	for i, s := range labels {
		if (len(labels)-1-i)%step != 0 {
			continue
		}
		anchor := "middle"
		if i == len(labels)-1 && len(labels) > 1 {
			anchor = "end"
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x(i), trendHeight-10, anchor, template.HTMLEscapeString(s))
	}
	if len(lines) > 0 {
		drawBand(&b, lines[0], x, y)
	}
	for n := len(lines) - 1; n >= 0; n-- { // the main line on top
		drawLine(&b, n, lines[n], x, y)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers and escaped labels
}

// drawBand draws the interval of the main line as whiskers.
func drawBand(b *strings.Builder, s series, x func(int) float64, y func(float64) float64) {
	for i := range s.Low {
		if i < len(s.High) && s.Low[i] != nil && s.High[i] != nil {
			fmt.Fprintf(b, `<path class="whisker" d="M%.1f %.1fV%.1fm-4 0h8M%.1f %.1fh8"/>`, x(i), y(*s.Low[i]), y(*s.High[i]), x(i)-4, y(*s.Low[i]))
		}
	}
}

// drawLine draws one line with its marks; a missing value leaves a gap.
func drawLine(b *strings.Builder, n int, s series, x func(int) float64, y func(float64) float64) {
	var path, marks strings.Builder
	pen := "M"
	for i, v := range s.Values {
		if v == nil {
			pen = "M"
			continue
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", pen, x(i), y(*v))
		pen = "L"
		if n == 0 {
			fmt.Fprintf(&marks, `<circle class="mark" cx="%.1f" cy="%.1f" r="4"/>`, x(i), y(*v))
		}
	}
	if path.Len() > 0 {
		fmt.Fprintf(b, `<path class="line line%d" d="%s"/>%s`, min(n, 2), path.String(), marks.String())
	}
}
