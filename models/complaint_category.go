package models

import "slices"

// ComplaintCategory is one kind of complaint, with its time limits in working days from submission.
type ComplaintCategory struct {
	Code        string    `json:"code"`
	Text        LocalText `json:"text"` // as a worker would say it
	Severe      bool      `json:"severe"`
	Upper       bool      `json:"-"` // always goes to the province
	Offered     bool      `json:"-"` // a complainant may choose it; false: only the regulator's desk uses it
	Kinds       []OrgKind `json:"-"` // the kinds of organisation it is about; empty: all
	LookDays    int       `json:"look_days"`
	AcceptDays  int       `json:"accept_days"`
	ResolveDays int       `json:"resolve_days"`
}

// About says whether the category is one for organisations of that kind.
func (c ComplaintCategory) About(kind OrgKind) bool {
	return len(c.Kinds) == 0 || slices.Contains(c.Kinds, kind)
}
