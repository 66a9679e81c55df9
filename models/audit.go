package models

import "time"

// AuditAction names what was done.
type AuditAction string

// The actions that are recorded.
const (
	AuditLogin           AuditAction = "login"
	AuditLoginFailed     AuditAction = "login_failed"
	AuditAccountLocked   AuditAction = "account_locked"
	AuditLogout          AuditAction = "logout"
	AuditTokenReused     AuditAction = "refresh_token_reused"
	AuditPasswordChanged AuditAction = "password_changed"
	AuditAccountCreated  AuditAction = "account_created"
	AuditAccountChanged  AuditAction = "account_changed"
	AuditOTPChanged      AuditAction = "otp_changed"    // second factor set up, removed, reset, recovery code used: see detail
	AuditSessionEnded    AuditAction = "session_ended"  // by its owner from elsewhere, or by an administrator
	AuditClientChanged   AuditAction = "client_changed" // machine client made, key rotated, revoked: see detail
	AuditRetention       AuditAction = "retention"      // data whose time is over: see detail
	AuditErasure         AuditAction = "erasure"        // a person had their own data erased
	AuditOrgCreated      AuditAction = "org_created"
	AuditOrgChanged      AuditAction = "org_changed"
	AuditImport          AuditAction = "import"
	AuditRecordChanged   AuditAction = "record_changed" // see detail for the field
	AuditClaim           AuditAction = "claim"
	AuditBatchChanged    AuditAction = "batch_changed"   // paused, resumed, closed, reminded, sent again: see detail
	AuditContact         AuditAction = "contact_changed" // a company's contact registered or removed
	AuditAlert           AuditAction = "alert_acknowledged"
	AuditFigures         AuditAction = "figures_declared" // figures or prices, by hand or by file
	AuditExport          AuditAction = "export"
	AuditReport          AuditAction = "report" // asked for, ready, verified: see detail
	AuditIdentityRead    AuditAction = "identity_read"
	AuditDecision        AuditAction = "decision"
	AuditPhotoRead       AuditAction = "photo_read"      // a photo of a complaint
	AuditCalendar        AuditAction = "calendar_import" // a year's holidays
	AuditKeysChanged     AuditAction = "keys_changed"    // made, promoted, resealed, retired: see detail
	AuditPolicy          AuditAction = "policy"          // drafted, published, retired: see detail
	AuditMeasure         AuditAction = "measure"         // a step of supervision: see detail
	AuditWebhook         AuditAction = "webhook"         // an endpoint made, changed, its secret replaced, switched off: see detail
	AuditDirectory       AuditAction = "directory"       // the directory of recognising enterprises: see detail
	AuditQuestionnaire   AuditAction = "questionnaire_published"
	AuditUnknown         AuditAction = "outcome_unknown" // whoever recorded an entry did not live to say what came of it: see detail for its number
)

// AuditActions lists all, for whoever searches.
func AuditActions() []AuditAction {
	return []AuditAction{
		AuditLogin, AuditLoginFailed, AuditAccountLocked, AuditLogout, AuditTokenReused, AuditPasswordChanged, AuditAccountCreated,
		AuditAccountChanged, AuditOTPChanged, AuditSessionEnded, AuditClientChanged, AuditRetention, AuditErasure, AuditOrgCreated,
		AuditOrgChanged, AuditImport, AuditRecordChanged, AuditClaim, AuditBatchChanged, AuditContact, AuditAlert, AuditFigures,
		AuditExport, AuditReport, AuditIdentityRead, AuditDecision, AuditPhotoRead, AuditCalendar, AuditKeysChanged, AuditPolicy,
		AuditMeasure, AuditWebhook, AuditDirectory, AuditQuestionnaire, AuditUnknown,
	}
}

// AuditEntry is one line of the audit log. It says who did what to which object, by ids; it never holds a person's name, number or words. Seq counts
// from 1 without a gap, and MAC is a keyed hash over the line and the MAC before it, so that a line that was changed, removed or slipped in is found.
type AuditEntry struct {
	Seq    int64             `bson:"_id"`
	At     time.Time         `bson:"at"`              // whole milliseconds, as the database keeps them
	Actor  AccountID         `bson:"actor,omitempty"` // empty: the system
	Role   Role              `bson:"role,omitempty"`
	Action AuditAction       `bson:"action"`
	Object string            `bson:"object,omitempty"` // kind and id: org/01h…
	Org    OrgID             `bson:"org,omitempty"`    // the organisation concerned
	Region string            `bson:"region,omitempty"` // who supervises what is concerned
	Detail map[string]string `bson:"detail,omitempty"`
	MAC    []byte            `bson:"mac"`
}

// AuditHead says how far the log has come, so that a log that was cut off at its end is found. It may lag behind by an entry after a crash.
type AuditHead struct {
	ID   string `bson:"_id"` // there is one
	Seq  int64  `bson:"seq"`
	MAC  []byte `bson:"mac"`  // of that entry
	Seal []byte `bson:"seal"` // keyed hash of both
}

// AuditIntent is left while what an entry announces is being done, and taken away when whoever does it knows what came of it. One that stays is of a
// process that ended in between.
type AuditIntent struct {
	ID     string      `bson:"_id"`
	At     time.Time   `bson:"at"` // the entry's own time
	Actor  AccountID   `bson:"actor,omitempty"`
	Action AuditAction `bson:"action"`
	Object string      `bson:"object,omitempty"`
}

// AuditAnchor is a place in the log that was written down elsewhere: a later log must still have it.
type AuditAnchor struct {
	Seq int64
	MAC []byte
}

// AuditFilter narrows a list of audit entries; empty fields narrow nothing.
type AuditFilter struct {
	Action AuditAction
	Actor  AccountID
	Org    OrgID
	Object string
	From   time.Time
	Until  time.Time
}
