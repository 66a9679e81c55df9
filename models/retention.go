package models

import "time"

// RetentionRule says how long one kind of data is kept. What happens then is code, under the rule's id; how long is data of the catalog.
type RetentionRule struct {
	ID     string
	Name   LocalText
	Then   LocalText // what happens
	Days   int       // after the moment that Name tells; 0: kept for good, or another mechanism's
	Severe int       // days for what is severe, if another number
}

// The ids of rules that the retention job carries out.
const (
	RetainTokens     = "invitation_tokens" // what opens an invitation
	RetainDeliveries = "delivery_traces"   // what the provider said of a message
	RetainIdentity   = "response_identity" // who was asked
	RetainWages      = "wage_exact"        // exact amounts of money
	RetainComplaints = "complaints"        // who complained, and in which words

	RetainContactsRemoved = "contacts_removed" // companies' contacts that a school took off
	RetainContacts        = "contacts"         // those it did not
	RetainAlerts          = "alerts"           // whom an alert is about
	RetainPapers          = "measure_papers"   // what organisations sent along with a statement or report
)

// RetentionResult is what one rule did, or would do.
type RetentionResult struct {
	Rule   string
	Before time.Time // older than this
	Found  int       // documents; of a real run, how many were changed
}

// Erased stands where a sealed value was once its time was over.
const Erased = "（已按保存期限删除）"
