package models

import "time"

// Figures are an organisation's declared figures for one period, with who declared them; every change keeps the versions before.
type Figures struct {
	ID       string          `bson:"_id"` // org|period
	Org      OrgID           `bson:"org"`
	Region   string          `bson:"region"`
	Period   string          `bson:"period"`
	Current  FigureVersion   `bson:"current"`
	Versions []FigureVersion `bson:"versions"` // earlier ones, oldest first
}

// FigureVersion is one declaration. Values are by name: headcount (应参评职工数, persons), enrolment, assessed …
type FigureVersion struct {
	N      int                `bson:"n" json:"version"`
	Values map[string]float64 `bson:"values" json:"values"`
	Source string             `bson:"source" json:"source"` // where the organisation took it from, in words
	By     AccountID          `bson:"by" json:"-"`
	At     time.Time          `bson:"at" json:"at"`
}

// FigureHeadcount is the number of employees in posts of the filed occupations on the period's last day: E5's denominator.
const FigureHeadcount = "headcount"
