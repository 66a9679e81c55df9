package models

import "time"

// CheckState is where the verification of a report stands.
type CheckState string

// The states of a verification.
const (
	CheckRunning CheckState = "running"
	CheckDone    CheckState = "done"
)

// CheckVerdict is what a verification found.
type CheckVerdict string

// The verdicts. Lawful: people withdrew, or records were corrected since, so that the figures can differ; nothing speaks of tampering.
const (
	VerdictMatches  CheckVerdict = "matches"
	VerdictLawful   CheckVerdict = "lawful"
	VerdictMismatch CheckVerdict = "mismatch"
)

// ReportCheck is one verification of a report: it was recomputed from raw data as of its cut-off.
type ReportCheck struct {
	ID         string      `bson:"_id"` // the report's id: the newest verification of it
	Report     ReportID    `bson:"report"`
	State      CheckState  `bson:"state"`
	By         AccountID   `bson:"by,omitempty"`
	AskedAt    time.Time   `bson:"asked_at"`
	LeaseUntil time.Time   `bson:"lease_until"`
	Done       int         `bson:"done"` // parts recomputed so far
	Result     CheckResult `bson:"result"`
	DoneAt     time.Time   `bson:"done_at,omitempty"`
}

// CheckResult is what a verification found, in numbers and names.
type CheckResult struct {
	Verdict     CheckVerdict `bson:"verdict" json:"verdict"`
	HashHolds   bool         `bson:"hash_holds" json:"hash_holds"`
	Withdrawn   int64        `bson:"withdrawn" json:"withdrawn"` // answers withdrawn since, and deleted
	Corrected   int64        `bson:"corrected" json:"corrected"` // records and complaints changed since in the open
	Altered     int64        `bson:"altered" json:"altered"`     // raw data that is not what it was, without a trace of why
	Missing     int64        `bson:"missing" json:"missing"`     // raw data that is gone, without a trace of why
	Outdated    int64        `bson:"outdated" json:"outdated"`   // figures by definitions that this program does not have
	Differences []Difference `bson:"differences" json:"differences"`
}

// Difference is one figure that comes out differently. Org is empty for the whole report's.
type Difference struct {
	Org       OrgID    `bson:"org,omitempty" json:"org,omitempty"`
	Indicator string   `bson:"indicator" json:"indicator"`
	Stored    *float64 `bson:"stored" json:"stored"`
	Now       *float64 `bson:"now" json:"now"`
	StoredN   *int64   `bson:"stored_n" json:"stored_n"`
	NowN      *int64   `bson:"now_n" json:"now_n"`
}

// QualityOnly says whether the figure itself comes out the same, and only what it is without the answers set apart differs.
func (d Difference) QualityOnly() bool {
	same := (d.Stored == nil) == (d.Now == nil) && (d.Stored == nil || *d.Stored == *d.Now)
	return same && (d.StoredN == nil) == (d.NowN == nil) && (d.StoredN == nil || *d.StoredN == *d.NowN)
}

// Judge draws the conclusion.
func (r *CheckResult) Judge() {
	switch {
	case !r.HashHolds, r.Altered > 0, r.Missing > 0:
		r.Verdict = VerdictMismatch
	case len(r.Differences) == 0:
		r.Verdict = VerdictMatches
	case r.Withdrawn > 0, r.Corrected > 0:
		r.Verdict = VerdictLawful
	default:
		r.Verdict = VerdictMismatch
	}
}
