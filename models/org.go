package models

import (
	"slices"
	"time"
)

// OrgKind is the kind of assessment body.
type OrgKind string

// The three kinds of assessment body of 粤技服〔2021〕17号.
const (
	OrgEnterprise OrgKind = "enterprise"
	OrgSchool     OrgKind = "school"
	OrgSocial     OrgKind = "social_org"
)

// Valid says whether k is a known kind.
func (k OrgKind) Valid() bool { return k == OrgEnterprise || k == OrgSchool || k == OrgSocial }

// Affiliation says who files and supervises the organisation.
type Affiliation string

// The affiliations: 市属, 省属, 驻粤央企.
const (
	AffiliationCity       Affiliation = "city"
	AffiliationProvincial Affiliation = "provincial"
	AffiliationCentral    Affiliation = "central"
)

// Valid says whether a is known.
func (a Affiliation) Valid() bool {
	return a == AffiliationCity || a == AffiliationProvincial || a == AffiliationCentral
}

// Province is the division code of Guangdong, the supervising region of everything the province supervises itself.
const Province = "440000"

// Org is a filed assessment body (评价机构).
type Org struct {
	ID          OrgID       `bson:"_id" json:"id"`
	Kind        OrgKind     `bson:"kind" json:"kind"`
	Name        string      `bson:"name" json:"name"`
	USCC        string      `bson:"uscc" json:"uscc"`         // 统一社会信用代码, unique
	Division    string      `bson:"division" json:"region"`   // where it is registered: six digits of GB/T 2260
	Region      string      `bson:"region" json:"supervisor"` // who supervises it: a city, or 440000
	Affiliation Affiliation `bson:"affiliation" json:"affiliation"`
	DelegatedTo string      `bson:"delegated_to,omitempty" json:"delegated_to,omitempty"` // the city that the province delegated supervision to (省属、央企)
	Subtype     string      `bson:"subtype,omitempty" json:"subtype,omitempty"`
	Filing      Filing      `bson:"filing" json:"filing"`
	CreatedAt   time.Time   `bson:"created_at" json:"created_at"`
	UpdatedAt   time.Time   `bson:"updated_at" json:"updated_at"`
}

// Filing is the letter (备案函) that lets the body assess: which occupations at which levels, and from when to when.
type Filing struct {
	LetterNo    string            `bson:"letter_no" json:"letter_no"`
	Occupations []FiledOccupation `bson:"occupations" json:"occupations"`
	ValidFrom   string            `bson:"valid_from,omitempty" json:"valid_from,omitempty"` // 2006-01-02, inclusive
	ValidTo     string            `bson:"valid_to,omitempty" json:"valid_to,omitempty"`     // inclusive
}

// FiledOccupation is one line of a filing letter.
type FiledOccupation struct {
	Code   string   `bson:"code,omitempty" json:"code,omitempty"`
	Name   string   `bson:"name" json:"name"`
	Levels []string `bson:"levels" json:"levels"` // level codes: A 5 4 3 2 1 T C
}

// SupervisorOf gives who supervises an organisation by 属地 rules: the city where it is registered when it is a city's,
// otherwise the province.
func SupervisorOf(a Affiliation, city string) string {
	if a == AffiliationCity && city != "" {
		return city
	}
	return Province
}

// FilingVerdict says whether a filing covers an assessment; empty means it does.
type FilingVerdict string

// Why a filing does not cover an assessment.
const (
	FilingCovers     FilingVerdict = ""
	FilingOccupation FilingVerdict = "occupation_not_filed"
	FilingLevel      FilingVerdict = "level_not_filed"
	FilingExpired    FilingVerdict = "filing_not_valid"
)

// Covers judges one occupation and level on a day (2006-01-02; empty skips the dates). An occupation matches by code
// when both sides have one, else by name. An empty list of occupations covers nothing.
func (f Filing) Covers(code, name, level, on string) FilingVerdict {
	if on != "" && (f.ValidFrom != "" && on < f.ValidFrom || f.ValidTo != "" && on > f.ValidTo) {
		return FilingExpired
	}
	for _, o := range f.Occupations {
		if code != "" && o.Code != "" && code != o.Code || (code == "" || o.Code == "") && name != o.Name {
			continue
		}
		if slices.Contains(o.Levels, level) {
			return FilingCovers
		}
		return FilingLevel
	}
	return FilingOccupation
}

// ErrOrgExists says that the credit code is registered already.
var ErrOrgExists = NewError(KindConflict, "org_exists", "这个统一社会信用代码的机构已经存在。", "An organisation with this credit code exists already.")

// ErrOutsideJurisdiction says that a city tried to register what another authority supervises.
var ErrOutsideJurisdiction = NewError(KindForbidden, "outside_jurisdiction", "市级账号只能登记本市的市属机构；省属机构和央企由省里登记。", "A city registers its own city's organisations only; the province registers provincial and central ones.")
