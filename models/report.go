package models

import "time"

// ReportID names a report; derived from what it is about and its version, so that asking twice at once makes one.
type ReportID string

// ReportState is where a report stands.
type ReportState string

// A report is asked for by one write and made by a job; once ready it never changes.
const (
	ReportBuilding ReportState = "building"
	ReportReady    ReportState = "ready"
)

// ReportSettle is how long after its cut-off the making of a report begins: longer than any request under way then may take to become durable.
const ReportSettle = 10 * time.Second

// Report is an immutable snapshot of the figures of a region or an organisation over a period, as of its cut-off. What it says is the JSON in Body and
// in the bodies of its parts, one for each organisation; Hash is the SHA-256 of Body, which holds the hashes of the parts.
type Report struct {
	ID        ReportID    `bson:"_id"`
	Scope     string      `bson:"scope"` // ReportScope: whose, which kind, which period
	Of        string      `bson:"of"`    // region code, the province's for everybody; empty for one organisation's
	Org       OrgID       `bson:"org,omitempty"`
	Name      string      `bson:"name"`   // of the organisation or region when it was asked for
	Region    string      `bson:"region"` // who may read it besides the province
	Kind      OrgKind     `bson:"kind"`
	Period    string      `bson:"period"`
	Version   int         `bson:"version"` // 1 for the first of its scope
	Replaces  ReportID    `bson:"replaces,omitempty"`
	Cut       time.Time   `bson:"cut"`
	By        AccountID   `bson:"by"`
	State     ReportState `bson:"state"`
	CreatedAt time.Time   `bson:"created_at"`

	// Making it.
	Orgs       []OrgID   `bson:"orgs"` // frozen by the first worker; nil: not yet
	Done       int       `bson:"done"` // parts made so far, for people to watch
	LeaseUntil time.Time `bson:"lease_until"`
	Trouble    string    `bson:"trouble,omitempty"` // the last attempt's error in short; it is tried again

	// Made.
	Body       []byte    `bson:"body,omitempty"`
	Hash       string    `bson:"hash,omitempty"`
	MAC        []byte    `bson:"mac,omitempty"`      // keyed, of id and hash: a body and a hash changed together are found
	Released   []byte    `bson:"released,omitempty"` // one organisation's: the JSON that it may read itself
	Catalog    string    `bson:"catalog,omitempty"`
	ComputedAt time.Time `bson:"computed_at,omitempty"`
}

// ReportScope is what versions of a report share.
func ReportScope(of string, org OrgID, kind OrgKind, period string) string {
	return of + "|" + string(org) + "|" + string(kind) + "|" + period
}

// ReportPart is the part of a report about one organisation.
type ReportPart struct {
	ID      string            `bson:"_id"` // report|org
	Report  ReportID          `bson:"report"`
	Org     OrgID             `bson:"org"`
	Empty   bool              `bson:"empty"` // nothing happened there; it is not in the report
	Body    []byte            `bson:"body"`
	Hash    string            `bson:"hash"`
	Cells   map[string]Cell   `bson:"cells"`   // what a region's figures are merged from
	Flagged map[string]Cell   `bson:"flagged"` //
	Pins    map[string][]byte `bson:"pins"`    // see Pins
}

// ReportPartID is the id of an organisation's part.
func ReportPartID(r ReportID, org OrgID) string { return string(r) + "|" + string(org) }

// ReportInputs says from how much something was computed.
type ReportInputs struct {
	Batches       int64 `json:"batches"`
	People        int64 `json:"people"`  // invited
	Reached       int64 `json:"reached"` // of those, by the operator's receipt or because the page was opened
	Responses     int64 `json:"responses"`
	Ratings       int64 `json:"ratings"`
	Records       int64 `json:"records"`
	Persons       int64 `json:"persons"` // behind the records, in each organisation
	Accepted      int64 `json:"complaints_accepted"`
	Substantiated int64 `json:"complaints_substantiated"`
	Declared      int64 `json:"declared_figures"`
}

// Add adds o to in.
func (in *ReportInputs) Add(o ReportInputs) {
	in.Batches += o.Batches
	in.People += o.People
	in.Reached += o.Reached
	in.Responses += o.Responses
	in.Ratings += o.Ratings
	in.Records += o.Records
	in.Persons += o.Persons
	in.Accepted += o.Accepted
	in.Substantiated += o.Substantiated
	in.Declared += o.Declared
}

// IsZero says whether there was nothing to compute from.
func (in ReportInputs) IsZero() bool { return in == ReportInputs{} }

// ReportBatch is one round of a part.
type ReportBatch struct {
	Batch         BatchID          `json:"batch"`
	Questionnaire QuestionnaireRef `json:"questionnaire"`
	OpensAt       string           `json:"opens_at"`
	People        int              `json:"people"`
	Skipped       int              `json:"skipped"`
	Responses     int64            `json:"responses"`
	Reached       int64            `json:"reached"`
	Ratings       int64            `json:"ratings"`
}

// ReportPartBody is what a part says.
type ReportPartBody struct {
	Org     OrgID            `json:"org"`
	Name    string           `json:"name"`
	Region  string           `json:"region"`
	Inputs  ReportInputs     `json:"inputs"`
	Quality Quality          `json:"quality"`
	Items   []IndicatorValue `json:"items"`
	Batches []ReportBatch    `json:"batches"`
}

// ReportBody is what a report says.
type ReportBody struct {
	Schema      int                   `json:"schema"`
	ID          ReportID              `json:"id"`
	Region      string                `json:"region,omitempty"`
	Org         OrgID                 `json:"org,omitempty"`
	Name        string                `json:"name"`
	Kind        OrgKind               `json:"kind"`
	Period      string                `json:"period"`
	Start       string                `json:"start"`
	End         string                `json:"end"` // exclusive
	Cut         string                `json:"cut"`
	Version     int                   `json:"version"`
	Replaces    ReportID              `json:"replaces,omitempty"`
	ComputedAt  string                `json:"computed_at"`
	Catalog     string                `json:"catalog"`
	Definitions []IndicatorDefinition `json:"definitions"`
	Orgs        int                   `json:"orgs"` // with anything to count
	Inputs      ReportInputs          `json:"inputs"`
	Quality     Quality               `json:"quality"`
	Items       []IndicatorValue      `json:"items"`
	Parts       []ReportPartHash      `json:"parts"`
}

// ReportPartHash names a part by its content.
type ReportPartHash struct {
	Org    OrgID  `json:"org"`
	SHA256 string `json:"sha256"`
}

// ReleasedBody is what an organisation may read of a report about itself: the figures in the form in which it saw them when the report was made.
type ReleasedBody struct {
	ID         ReportID         `json:"id"`
	Org        OrgID            `json:"org"`
	Name       string           `json:"name"`
	Kind       OrgKind          `json:"kind"`
	Period     string           `json:"period"`
	Version    int              `json:"version"`
	ComputedAt string           `json:"computed_at"`
	Items      []IndicatorValue `json:"items"`
}

// The errors of reports.
var (
	ErrReportBuilding = NewError(KindConflict, "report_building", "报告还在生成，请稍后再看。", "The report is still being made; please look again in a moment.")
	ErrReportPlace    = NewError(KindInvalid, "report_place", "请在机构和地区中选一个。", "Choose either an organisation or a region.")
)
