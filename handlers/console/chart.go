package console

import (
	"fmt"
	"html/template"
	"strings"

	"huisheng/models"
)

// The drawing's own units; the page scales it.
const (
	chartWidth  = 300.0
	chartLeft   = 4.0
	chartSpan   = chartWidth - 2*chartLeft
	chartBar    = 10.0
	whiskerAt   = 18.0
	chartHeight = 38.0
)

// chart draws a figure between 0 and 100 as a bar, with the 95 % interval as a whisker. Other units have no natural end and get no drawing. What it shows stands
// beside it in words, and in its label for who cannot see it.
func chart(v models.IndicatorValue, label string, axis bool) template.HTML {
	unit := models.IndicatorUnit(v.Unit)
	if v.Value == nil || unit != models.UnitPercent && unit != models.UnitScore {
		return ""
	}
	at := func(x float64) float64 { return chartLeft + chartSpan*min(max(x, 0), 100)/100 }
	height := chartHeight
	if !axis {
		height = whiskerAt + 4
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" role="img" aria-label="%s" viewBox="0 0 %.0f %.0f">`, template.HTMLEscapeString(label), chartWidth, height)
	fmt.Fprintf(&b, `<rect class="track" x="%.1f" y="2" width="%.1f" height="%.1f" rx="3"/>`, chartLeft, chartSpan, chartBar)
	fmt.Fprintf(&b, `<rect class="fill" x="%.1f" y="2" width="%.1f" height="%.1f" rx="3"/>`, chartLeft, at(*v.Value)-chartLeft, chartBar)
	if v.Low != nil && v.High != nil {
		low, high := at(*v.Low), at(*v.High)
		fmt.Fprintf(&b, `<path class="whisker" d="M%.1f %.1fH%.1fM%.1f %.1fv6M%.1f %.1fv6"/>`, low, whiskerAt, high, low, whiskerAt-3, high, whiskerAt-3)
	}
	if axis {
		fmt.Fprintf(&b, `<text x="%.1f" y="35">0</text><text x="%.1f" y="35" text-anchor="middle">50</text><text x="%.1f" y="35" text-anchor="end">100</text>`,
			at(0), at(50), at(100))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers and an escaped label
}
