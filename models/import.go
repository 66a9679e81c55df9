package models

import "time"

// ImportID names one upload of a roster.
type ImportID string

// ImportState says how far an upload is.
type ImportState string

// The states. An upload whose process died stays running in the database and reads as interrupted after ImportSilence.
const (
	ImportRunning     ImportState = "running"
	ImportDone        ImportState = "done"
	ImportFailed      ImportState = "failed"
	ImportInterrupted ImportState = "interrupted"
)

// ImportSilence is how long a running upload may be silent before it counts as interrupted; it reports about once a second.
const ImportSilence = time.Minute

// MaxIssues is the most issues of one sort that a result lists; the file of rejected rows has all of them.
const MaxIssues = 1000

// Import is one upload of a roster (名单): where it stands, and in the end what came of it. It names nobody.
type Import struct {
	ID        ImportID      `bson:"_id"`
	Org       OrgID         `bson:"org"`
	Kind      OrgKind       `bson:"kind"`
	Region    string        `bson:"region"`
	By        AccountID     `bson:"by"`
	DryRun    bool          `bson:"dry_run"`
	State     ImportState   `bson:"state"`
	Rows      int           `bson:"rows"` // read so far
	Result    *ImportResult `bson:"result,omitempty"`
	Failure   *ImportFault  `bson:"failure,omitempty"`
	Chunks    int           `bson:"chunks"` // parts of the sealed file of rejected rows; 0: there is none
	CreatedAt time.Time     `bson:"created_at"`
	UpdatedAt time.Time     `bson:"updated_at"`
	ExpiresAt time.Time     `bson:"expires_at"` // TTL index
}

// StateAt is the state as a reader should see it at a moment.
func (i Import) StateAt(now time.Time) ImportState {
	if i.State == ImportRunning && now.Sub(i.UpdatedAt) > ImportSilence {
		return ImportInterrupted
	}
	return i.State
}

// ImportFault says why nothing, or not everything, of an upload could be read.
type ImportFault struct {
	Code    string `bson:"code" json:"code"`
	Message string `bson:"message" json:"message"`
}

// ImportResult is what came of a roster: every row is counted exactly once as created, updated, unchanged or rejected. Good rows are imported
// even when others are rejected; in a dry run the counts say what an import would do.
type ImportResult struct {
	Rows      int `bson:"rows" json:"rows"`
	Created   int `bson:"created" json:"created"`
	Updated   int `bson:"updated" json:"updated"`
	Unchanged int `bson:"unchanged" json:"unchanged"`
	Rejected  int `bson:"rejected" json:"rejected"`

	Errors        []RowIssue `bson:"errors" json:"errors"` // at most MaxIssues of each sort are listed, all are counted
	ErrorsTotal   int        `bson:"errors_total" json:"errors_total"`
	Repaired      []RowIssue `bson:"repaired" json:"repaired"`
	RepairedTotal int        `bson:"repaired_total" json:"repaired_total"`
	Warnings      []RowIssue `bson:"warnings" json:"warnings"`
	WarningsTotal int        `bson:"warnings_total" json:"warnings_total"`

	Recognised []string `bson:"recognised" json:"recognised"` // headings that were understood, as they stand in the file
	Ignored    []string `bson:"ignored" json:"ignored"`       // headings that were not

	DryRun bool     `bson:"dry_run" json:"dry_run"`
	Import ImportID `bson:"import" json:"import"`
}

// Brief is the result without its lists.
func (r ImportResult) Brief() ImportResult {
	r.Errors, r.Repaired, r.Warnings = []RowIssue{}, []RowIssue{}, []RowIssue{}
	return r
}

// RowIssue locates something in an uploaded file. Row is as the spreadsheet numbers it. The message is Chinese and repeats no personal data.
type RowIssue struct {
	Row     int    `bson:"row" json:"row"`
	Column  string `bson:"column" json:"column"`
	Code    string `bson:"code" json:"code"`
	Message string `bson:"message" json:"message"`
}
