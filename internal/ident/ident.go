// Package ident derives every id and keyed look-up hash in one place. That ids are derived, not drawn, is what makes importing,
// expanding and submitting twice harmless: the second run meets the first one's documents.
package ident

import (
	"huisheng/internal/seal"
	"huisheng/internal/token"
	"huisheng/models"
)

// Idents derives ids under one set of keys. It is safe for concurrent use.
type Idents struct {
	Tokens token.Maker

	person, record, claim, batch, invitation, response, department seal.Hasher
	tail, poster, phone, code, digest, otp, pass, signal           seal.Hasher
}

// New takes the keys from box.
func New(box *seal.Box) *Idents {
	h := box.Hasher
	return &Idents{
		Tokens: token.NewMaker(box.Key("tokens")),
		person: h("person"), record: h("record"), claim: h("claim"), batch: h("batch"), invitation: h("invitation"),
		response: h("response"), department: h("department"), tail: h("tail"), poster: h("poster"), phone: h("phone"),
		code: h("code"), digest: h("digest"), otp: h("otp"), pass: h("pass"), signal: h("signal"),
	}
}

// Person is the same for one document in every organisation.
func (i *Idents) Person(docType, number string) models.PersonID {
	return models.PersonID(i.person.ID(docType, number))
}

// Record is the same for one person, occupation and level at one organisation; extra tells records of schools apart
// (the internship's company and start).
func (i *Idents) Record(org models.OrgID, p models.PersonID, occupation, level string, extra ...string) models.RecordID {
	return models.RecordID(i.record.ID(append([]string{string(org), string(p), occupation, level}, extra...)...))
}

// Claim is the same for one claim number of one organisation: another organisation cannot squat the number.
func (i *Idents) Claim(org models.OrgID, no string) models.ClaimID {
	return models.ClaimID(i.claim.ID(string(org), no))
}

// ClaimBatch is the batch of a claim.
func (i *Idents) ClaimBatch(c models.ClaimID) models.BatchID {
	return models.BatchID(i.batch.ID("claim", string(c)))
}

// PooledBatch is the round that people of one organisation join in a month (2006-01).
func (i *Idents) PooledBatch(org models.OrgID, form, region, month string) models.BatchID {
	return models.BatchID(i.batch.ID("pooled", string(org), form, region, month))
}

// PooledInvitation does not name the round, so that a person whose date moves to another month keeps link, code and at most one answer.
// subject tells the people whom an organisation asks with one form apart.
func (i *Idents) PooledInvitation(org models.OrgID, form string, subject ...string) models.InvitationID {
	return models.InvitationID(i.invitation.ID(append([]string{"pooled", string(org), form}, subject...)...))
}

// Invitation is derived from (batch, person), so expanding twice is harmless.
func (i *Idents) Invitation(b models.BatchID, p models.PersonID) models.InvitationID {
	return models.InvitationID(i.invitation.ID(string(b), string(p)))
}

// Response cannot be led back to the invitation without the key.
func (i *Idents) Response(inv models.InvitationID) models.ResponseID {
	return models.ResponseID(i.response.ID("invitation", string(inv)))
}

// EmployerResponse is what a graduate answers on the employer's behalf: one per graduate.
func (i *Idents) EmployerResponse(inv models.InvitationID) models.ResponseID {
	return models.ResponseID(i.response.ID("employer", string(inv)))
}

// StaffResponse is one per batch and phone.
func (i *Idents) StaffResponse(b models.BatchID, phoneMAC []byte) models.ResponseID {
	return models.ResponseID(i.response.ID("staff", string(b), string(phoneMAC)))
}

// Department is one employing department of a batch.
func (i *Idents) Department(b models.BatchID, name string) string {
	return i.department.ID(string(b), name)
}

// TailMAC proves the last four characters of the document of a record's person.
func (i *Idents) TailMAC(r models.RecordID, tail4 string) []byte {
	return i.tail.Sum(string(r), tail4)
}

// PosterMAC finds a person inside an organisation by normalised name and the document's last six characters.
func (i *Idents) PosterMAC(org models.OrgID, name, tail6 string) []byte {
	return i.poster.Sum(string(org), name, tail6)
}

// PhoneMAC finds a number (E.164) without storing it.
func (i *Idents) PhoneMAC(e164 string) []byte { return i.phone.Sum(e164) }

// PhoneID is PhoneMAC as a document id.
func (i *Idents) PhoneID(e164 string) string { return i.phone.ID(e164) }

// CodeMAC finds an invitation by its SMS code.
func (i *Idents) CodeMAC(code string) []byte { return i.code.Sum(code) }

// Signal gives a trace of something that comes with an answer (a phone, a network, words), which compares inside one batch and nowhere else.
func (i *Idents) Signal(b models.BatchID, what string, parts ...string) (m models.Trace) {
	copy(m[:], i.signal.Sum(append([]string{string(b), what}, parts...)...))
	return m
}

// Digest is a keyed digest of content, to tell the same request from another. Keyed, because an unkeyed hash of answers could be guessed.
func (i *Idents) Digest(parts ...string) []byte { return i.digest.Sum(parts...) }

// OneTime is the id of a one-time code for what is being opened.
func (i *Idents) OneTime(parts ...string) string { return i.otp.ID(parts...) }

// Pass is a keyed hash of a secret such as a passphrase.
func (i *Idents) Pass(parts ...string) []byte { return i.pass.Sum(parts...) }

// Derive gives an id for any other purpose, named by its first part.
func (i *Idents) Derive(parts ...string) string { return i.digest.ID(parts...) }
