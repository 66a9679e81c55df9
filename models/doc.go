// Package models says what things are: the nouns of skill-level assessment feedback (organisations, records, claims,
// batches, invitations, deliveries, responses, complaints, indicators), their states, and the rules that are true of one value alone.
//
// It is pure: it imports the standard library only, so that a rule written here means the same to a page, an API
// call, a job and a test. What needs several values, the clock or the queue lives in app; what must hold under
// concurrency is an index or a conditional update in models/store.
package models
