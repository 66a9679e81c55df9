package models

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// Typed ids, so that a batch cannot be passed where an organisation is wanted.
type (
	// OrgID names an organisation.
	OrgID string
	// AccountID names an operator's or official's account.
	AccountID string
	// RecordID names one assessment record; derived from organisation, person, occupation and level, so a second import meets it again.
	RecordID string
	// ClaimID names a subsidy claim; derived from organisation and claim number.
	ClaimID string
	// BatchID names a batch of invitations; 16 bytes in base64url, because it travels in tokens.
	BatchID string
	// InvitationID names an invitation; 16 bytes in base64url, derived from (batch, person).
	InvitationID string
	// DeliveryID names one message to one phone; derived from what it is for, so that planning twice is harmless.
	DeliveryID string
	// ResponseID names a response; a keyed hash of the invitation, so that a dump of responses alone leads to nobody.
	ResponseID string
	// ComplaintID names a complaint.
	ComplaintID string
	// ContactID names a company's contact of a school; derived from school, company and phone.
	ContactID string
	// PersonID is a keyed hash of document type and number; the same person has the same id in every organisation.
	PersonID string
)

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID gives a fresh id of 26 characters that sorts by time of making (48 bits of milliseconds, 80 random bits).
func NewID() string {
	var b [16]byte
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(time.Now().UnixMilli()))
	copy(b[:6], ms[2:])
	_, _ = rand.Read(b[6:]) // crypto/rand.Read never fails: it ends the program instead
	return strings.ToLower(idEncoding.EncodeToString(b[:]))
}
