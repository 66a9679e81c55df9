package models

import "testing"

func TestCityOf(t *testing.T) {
	for _, tt := range []struct {
		code, city string
		ok         bool
	}{
		{"440305", "440300", true},
		{"440300", "440300", true},
		{"440000", "440000", true},
		{"441900", "441900", true},
		{"445224", "445200", true},
		{"110101", "", false},
		{"4403", "", false},
		{"44030x", "", false},
		{"", "", false},
		{"4403050", "", false},
	} {
		if city, ok := CityOf(tt.code); city != tt.city || ok != tt.ok {
			t.Errorf("%q lies in %q %v, want %q %v", tt.code, city, ok, tt.city, tt.ok)
		}
	}
}
