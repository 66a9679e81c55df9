package console

import (
	"huisheng/models"
)

// square is a city on the map of the province: a square among its neighbours, the darker the higher its figure.
type square struct {
	Name, URL string // no name: no city lies here
	Value     string // in words; empty: there is none
	Shade     int    // 1 to shades; 0: no figure, or over too few people to be set beside others
	Few       bool
}

// shades is how many steps from pale to dark there are.
const shades = 5

// cityMap is the map with its legend.
type cityMap struct {
	Title     string
	Squares   []square // row by row, models.MapColumns in each
	Low, High string   // what the palest and the darkest stand for; empty: nothing is shaded
	Few       bool     // some stand on too few people
}

// measured is a city's figure for the map.
type measured struct {
	URL, Words string
	Value      *float64
	Few        bool
}

// mapOf draws the map. Shades divide the way from the lowest to the highest evenly; what stands on few people is named and not shaded.
func (h *Console) mapOf(l lang, title string, of func(region string) measured, words func(float64) string) cityMap {
	t := cityMap{Title: title, Squares: make([]square, models.MapColumns*models.MapRows)}
	var low, high float64
	shown := 0
	by := map[string]measured{}
	for _, r := range h.app.Catalog.Regions() {
		m := of(r.Code)
		by[r.Code] = m
		if r.IsProvince() || m.Value == nil || m.Few {
			continue
		}
		if shown == 0 || *m.Value < low {
			low = *m.Value
		}
		if shown == 0 || *m.Value > high {
			high = *m.Value
		}
		shown++
	}
	for _, r := range h.app.Catalog.Regions() {
		if r.IsProvince() {
			continue
		}
		m := by[r.Code]
		x := square{Name: l.say(r.Name, r.English), URL: m.URL, Value: m.Words, Few: m.Few}
		if m.Value != nil && !m.Few {
			x.Shade = shade(*m.Value, low, high)
		}
		t.Few = t.Few || m.Few
		t.Squares[r.At.Row*models.MapColumns+r.At.Column] = x
	}
	if shown > 0 {
		t.Low, t.High = words(low), words(high)
	}
	return t
}

// shade gives the step of a value; the middle one when all are the same.
func shade(v, low, high float64) int {
	if high <= low {
		return (shades + 1) / 2
	}
	return min(1+int((v-low)/(high-low)*shades), shades)
}
