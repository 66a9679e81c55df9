package store

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// The collections. Shard keys, should one replica set ever not be enough: everything that belongs to a batch by batch, records by
// org, responses by _id (a keyed hash spreads evenly), the rest stays small.
const (
	colOrgs            = "orgs"
	colAccounts        = "accounts"
	colSessions        = "sessions"
	colRecords         = "records"
	colImports         = "imports"
	colClaims          = "claims"
	colBatches         = "batches"
	colDepartments     = "departments"
	colInvitations     = "invitations"
	colDeliveries      = "deliveries"
	colPhones          = "phones"
	colOneTime         = "onetime"
	colOutbox          = "dev_outbox"
	colResponses       = "responses"
	colComplaints      = "complaints"
	colFiles           = "files"
	colCounters        = "counters"
	colRatings         = "ratings"
	colFigures         = "figures"
	colTallies         = "tallies"
	colRollups         = "rollups"
	colContacts        = "contacts"
	colMarks           = "marks"
	colAudit           = "audit"
	colCalendar        = "calendar"
	colNotices         = "notices"
	colPolicies        = "policies"
	colMeasures        = "measures"
	colDirectory       = "directory"
	colQuestionnaires  = "questionnaires" // versions published while the program ran
	colWebhooks        = "webhooks"
	colWebhookMessages = "webhook_messages"
	colAlerts          = "alerts"
	colPrices          = "prices"
	colClients         = "clients"
	colAuditHead       = "audit_head"
	colAuditIntents    = "audit_intents" // a handful at most: no index
)

// index is one line of the schema.
type index struct {
	col     string
	keys    bson.D
	unique  bool
	ttl     bool   // the field is the moment of expiry
	partial bson.D // only documents that match
}

func asc(fields ...string) bson.D {
	d := make(bson.D, len(fields))
	for i, f := range fields {
		d[i] = bson.E{Key: f, Value: 1}
	}
	return d
}

// schema is every index with the query it serves. A collection without a line is read by _id alone.
func schema() []index {
	has := func(f string) bson.D { return bson.D{{Key: f, Value: bson.D{{Key: "$exists", Value: true}}}} }
	drafts := bson.D{{Key: "state", Value: models.PolicyDraft}}
	numbered := bson.D{{Key: "seq", Value: bson.D{{Key: "$gt", Value: 0}}}}
	return []index{
		{col: colOrgs, keys: asc("uscc"), unique: true},                                               // one organisation per credit code
		{col: colOrgs, keys: asc("region", "kind", "_id")},                                            // a city's list
		{col: colOrgs, keys: asc("updated_at")},                                                       // the tally job: whose supervisor may have changed
		{col: colAccounts, keys: asc("login"), unique: true},                                          // login
		{col: colAccounts, keys: asc("org", "_id")},                                                   // an organisation's accounts
		{col: colSessions, keys: asc("expires_at"), ttl: true},                                        // ended logins go
		{col: colSessions, keys: asc("account")},                                                      // end all of an account
		{col: colRecords, keys: asc("org", "_id")},                                                    // an organisation's list, paged
		{col: colRecords, keys: asc("org", "anchor")},                                                 // complaints' and E5's denominators by period
		{col: colRecords, keys: asc("org", "certificate"), unique: true, partial: has("certificate")}, // claims by certificate; one record per number
		{col: colRecords, keys: asc("org", "intern_end"), partial: has("intern_end")},                 // whose internship ends
		{col: colRecords, keys: asc("org", "graduates_on"), partial: has("graduates_on")},             // who graduated some months ago
		{col: colImports, keys: asc("expires_at"), ttl: true},                                         // rejected rows are kept a day
		{col: colImports, keys: asc("org", "_id"), partial: has("org")},                               // an organisation's uploads
		{col: colClaims, keys: asc("state", "created_at")},                                            // the sweep for claims not expanded yet
		{col: colBatches, keys: asc("org", "created_at")},                                             // an organisation's batches
		{col: colBatches, keys: asc("region", "created_at")},                                          // a city's
		{col: colBatches, keys: asc("state", "closes_at")},                                            // closing, reminding, paused ones
		{col: colBatches, keys: asc("opens_at")},                                                      // a regulator's overview: the rounds of a period
		{col: colBatches, keys: asc("counts_due")},                                                    // whose counts to derive again
		{col: colBatches, keys: asc("counts_at")},                                                     // the tally job: where messages arrived
		{col: colBatches, keys: asc("ratings_in"), partial: has("ratings_in")},                        // the tally job: ratings handed in
		{col: colDepartments, keys: asc("batch")},                                                     // a batch's departments
		{col: colInvitations, keys: asc("code_mac"), unique: true},                                    // typed code; two people never share one
		{col: colInvitations, keys: asc("record", "questionnaire.code"), unique: true},                // one invitation per record and questionnaire, whichever claim comes first
		{col: colInvitations, keys: asc("batch", "_id")},                                              // reminders, progress
		{col: colInvitations, keys: asc("batch", "poster_mac")},                                       // poster: name and last six
		{col: colInvitations, keys: asc("retained", "closes_at")},                                     // retention
		{col: colInvitations, keys: asc("batch", "department")},                                       // a department head's list
		{col: colInvitations, keys: asc("org", "triggered_on"), partial: has("triggered_on")},         // who waits for a message of a pooled round
		{col: colDeliveries, keys: asc("state", "urgent", "due_at")},                                  // the claimer takes what is due, one-time codes apart
		{col: colDeliveries, keys: asc("batch", "state")},                                             // progress
		{col: colDeliveries, keys: asc("invitation")},                                                 // what one person was sent
		{col: colDeliveries, keys: asc("provider_id"), partial: has("provider_id")},                   // receipts
		{col: colOneTime, keys: asc("purge_at"), ttl: true},                                           // used codes go
		{col: colOneTime, keys: asc("expires_at"), partial: has("phone")},                             // typed numbers go minutes after their code's end
		{col: colOutbox, keys: asc("at")},                                                             // the developer's page, newest first
		{col: colResponses, keys: asc("batch", "changed_at")},                                         // a batch's tally
		{col: colResponses, keys: asc("changed_at")},                                                  // the tally job reads from its watermark
		{col: colComplaints, keys: asc("case_no"), unique: true},                                      // case status
		{col: colComplaints, keys: asc("region", "due_at", "case_no")},                                // a city's desk, by deadline
		{col: colComplaints, keys: asc("due_at", "case_no")},                                          // the province's
		{col: colComplaints, keys: asc("copies"), partial: has("copies")},                             // whoever looks on
		{col: colComplaints, keys: asc("check_at")},                                                   // the case job
		{col: colComplaints, keys: asc("org", "asks.id"), partial: has("asks")},                       // an organisation's questions
		{col: colComplaints, keys: asc("merged_into"), partial: has("merged_into")},                   // how many were merged
		{col: colComplaints, keys: asc("created_at")},                                                 // statistics
		{col: colNotices, keys: asc("region", "at"), partial: has("region")},                          // an official's notices
		{col: colNotices, keys: asc("org", "at"), partial: has("org")},                                // an organisation's
		{col: colNotices, keys: asc("purge_at"), ttl: true},                                           // old ones go
		{col: colComplaints, keys: asc("org", "accepted_at")},                                         // E4 by period
		{col: colComplaints, keys: asc("changed_at")},                                                 // the rollup job reads from its watermark
		{col: colFiles, keys: asc("owner"), partial: has("owner")},                                    // how many photos a session has waiting
		{col: colFiles, keys: asc("purge_at"), partial: has("purge_at")},                              // photos to keep or to delete
		{col: colRatings, keys: asc("batch", "department")},                                           // progress of a department
		{col: colRatings, keys: asc("changed_at")},                                                    // the tally job reads from its watermark
		{col: colFigures, keys: asc("current.at")},                                                    // the tally job: figures declared
		{col: colPrices, keys: asc("current.at")},                                                     // the tally job: prices published
		{col: colAlerts, keys: asc("region", "open", "_id")},                                          // a city's list
		{col: colAlerts, keys: asc("open", "_id")},                                                    // the province's
		{col: colContacts, keys: asc("org", "_id")},                                                   // a school's list
		{col: colTallies, keys: asc("org", "anchor")},                                                 // a period's tallies
		{col: colTallies, keys: asc("catalog")},                                                       // those of other definitions
		{col: colRollups, keys: asc("period", "kind", "region")},                                      // region figures
		{col: colRollups, keys: asc("kind", "computed_at")},                                           // the fee alerts: quarters computed since
		{col: colRollups, keys: asc("catalog")},                                                       // those of other definitions
		{col: colPolicies, keys: asc("code", "n")},                                                    // a code's versions
		{col: colPolicies, keys: asc("code"), unique: true, partial: drafts},                          // one draft a code
		{col: colMeasures, keys: asc("created_at")},                                                   // the province's list
		{col: colMeasures, keys: asc("region", "created_at")},                                         // a city's
		{col: colMeasures, keys: asc("org", "seq"), unique: true, partial: numbered},                  // an organisation's decisions are one chain
		{col: colMeasures, keys: asc("org", "created_at")},                                            // an organisation's cases
		{col: colMeasures, keys: asc("changed_at")},                                                   // webhooks: decisions since
		{col: colClaims, keys: asc("expanded_at"), partial: has("expanded_at")},                       // webhooks: expansions since
		{col: colWebhookMessages, keys: asc("state", "due_at")},                                       // what is due
		{col: colWebhookMessages, keys: asc("webhook", "created_at")},                                 // an endpoint's messages
		{col: colWebhookMessages, keys: asc("purge_at"), ttl: true},                                   // old ones go
		{col: colMeasures, keys: asc("measure", "decision.rectify_by")},                               // times to rectify that passed
		{col: colMeasures, keys: asc("state", "unsure")},                                              // deadlines beyond the calendar
		{col: colDirectory, keys: asc("state", "created_at")},                                         // the public list
		{col: colDirectory, keys: asc("org", "created_at")},                                           // an organisation's entries
		{col: colDirectory, keys: asc("response"), partial: has("response")},                          // whose consent an entry rests on
		{col: colDirectory, keys: asc("consents.response"), partial: has("consents")},                 // and those it rests on beside others
		{col: colAudit, keys: asc("object", "_id")},                                                   // what happened to one thing
		{col: colAudit, keys: asc("actor", "_id")},                                                    // what one account did
		{col: colAudit, keys: asc("region", "_id")},                                                   // a city's part of the log; the whole is read by _id
	}
}

// indexTime is how long making the indexes may take: a new one over millions of documents takes minutes.
const indexTime = 2 * time.Hour

// ensureIndexes makes what is missing; the server does it online and several processes may do it at once.
func (s *Store) ensureIndexes(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, indexTime) // instead of the timeout of every operation
	defer cancel()
	byCol := map[string][]mongo.IndexModel{}
	var order []string
	for _, x := range append(schema(), reportSchema()...) {
		o := options.Index()
		if x.unique {
			o.SetUnique(true)
		}
		if x.ttl {
			o.SetExpireAfterSeconds(0)
		}
		if x.partial != nil {
			o.SetPartialFilterExpression(x.partial)
		}
		if byCol[x.col] == nil {
			order = append(order, x.col)
		}
		byCol[x.col] = append(byCol[x.col], mongo.IndexModel{Keys: x.keys, Options: o})
	}
	for _, name := range order {
		if _, err := s.col(name).Indexes().CreateMany(ctx, byCol[name]); err != nil {
			return fmt.Errorf("mongodb: indexes of %s: %w", name, err)
		}
	}
	return nil
}
