package models

// SubsidyType is a kind of training or assessment subsidy that a claim names. The list is data: the rules change every few years.
type SubsidyType struct {
	Code string    `json:"code"` // SKILL_UPGRADE …
	Name LocalText `json:"name"`
}
