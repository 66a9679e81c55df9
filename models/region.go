package models

import "strings"

// Region is the province or one of its prefecture-level cities, by its code of GB/T 2260.
type Region struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	English string `json:"english"`
	At      Place  `json:"-"` // of a city
}

// Place is a square on the map of the province, on which every city is one square beside its neighbours: column from the west and row from the north.
type Place struct{ Column, Row int }

// The map's size in squares.
const (
	MapColumns = 7
	MapRows    = 5
)

// IsProvince says whether the region is the province itself.
func (r Region) IsProvince() bool { return r.Code == Province }

// CityOf gives the city that a six-digit division code of Guangdong lies in: 440305 (a county) and 440300 both give 440300, the province
// gives itself. It judges the form alone; whether there is such a city, the catalog's list knows. ok is false for a code of another
// province or of another form.
func CityOf(code string) (city string, ok bool) {
	if len(code) != 6 || !strings.HasPrefix(code, "44") {
		return "", false
	}
	for _, r := range code {
		if r < '0' || r > '9' {
			return "", false
		}
	}
	return code[:4] + "00", true
}
