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
	chartBar    = 12.0
	chartHeight = 34.0
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
		height = chartBar + 4
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" role="img" aria-label="%s" viewBox="0 0 %.0f %.0f">`, template.HTMLEscapeString(label), chartWidth, height)
	fmt.Fprintf(&b, `<rect class="track" x="%.1f" y="2" width="%.1f" height="%.1f" rx="3"/>`, chartLeft, chartSpan, chartBar)
	fmt.Fprintf(&b, `<rect class="fill" x="%.1f" y="2" width="%.1f" height="%.1f" rx="3"/>`, chartLeft, at(*v.Value)-chartLeft, chartBar)
	if v.Low != nil && v.High != nil {
		low, high, mid := at(*v.Low), at(*v.High), 2+chartBar/2
		fmt.Fprintf(&b, `<path class="halo" d="M%.1f %.1fH%.1f"/><path class="whisker" d="M%.1f %.1fH%.1fM%.1f %.1fv8M%.1f %.1fv8"/>`,
			low, mid, high, low, mid, high, low, mid-4, high, mid-4)
	}
	if axis {
		fmt.Fprintf(&b, `<text x="%.1f" y="30">0</text><text x="%.1f" y="30" text-anchor="middle">50</text><text x="%.1f" y="30" text-anchor="end">100</text>`,
			at(0), at(50), at(100))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers and an escaped label
}
