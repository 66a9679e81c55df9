package models

import "slices"

// ComplaintState is where a complaint stands.
type ComplaintState string

// The life cycle: SUBMITTED → TRIAGED → (TRANSFERRED) → ACCEPTED | REFUSED → INVESTIGATING → (ORG_REPLY) → DECIDED → NOTIFIED → CLOSED, with
// WITHDRAWN, MERGED, SUSPENDED_WAITING and REVIEW beside it.
const (
	ComplaintSubmitted     ComplaintState = "SUBMITTED"
	ComplaintTriaged       ComplaintState = "TRIAGED"
	ComplaintTransferred   ComplaintState = "TRANSFERRED"
	ComplaintAccepted      ComplaintState = "ACCEPTED"
	ComplaintRefused       ComplaintState = "REFUSED"
	ComplaintInvestigating ComplaintState = "INVESTIGATING"
	ComplaintOrgReply      ComplaintState = "ORG_REPLY"
	ComplaintDecided       ComplaintState = "DECIDED"
	ComplaintNotified      ComplaintState = "NOTIFIED"
	ComplaintClosed        ComplaintState = "CLOSED"
	ComplaintWithdrawn     ComplaintState = "WITHDRAWN"
	ComplaintMerged        ComplaintState = "MERGED"
	ComplaintWaiting       ComplaintState = "SUSPENDED_WAITING"
	ComplaintReview        ComplaintState = "REVIEW"
)

// ComplaintStates lists all, in the order of a complaint's life.
func ComplaintStates() []ComplaintState {
	return []ComplaintState{
		ComplaintSubmitted, ComplaintTriaged, ComplaintTransferred, ComplaintAccepted, ComplaintInvestigating, ComplaintWaiting, ComplaintOrgReply,
		ComplaintDecided, ComplaintNotified, ComplaintReview, ComplaintRefused, ComplaintClosed, ComplaintWithdrawn, ComplaintMerged,
	}
}

// Valid says whether s is known.
func (s ComplaintState) Valid() bool { return slices.Contains(ComplaintStates(), s) }

// Open says whether an official has something to do.
func (s ComplaintState) Open() bool {
	switch s {
	case ComplaintRefused, ComplaintNotified, ComplaintClosed, ComplaintWithdrawn, ComplaintMerged:
		return false
	}
	return true
}

// OpenComplaintStates lists the states in which an official has something to do.
func OpenComplaintStates() []ComplaintState {
	return slices.DeleteFunc(ComplaintStates(), func(s ComplaintState) bool { return !s.Open() })
}

// ComplaintOutcome is what an investigation found, or how a case ended without one.
type ComplaintOutcome string

// The outcomes: 属实, 部分属实, 不属实, 无法查实, 撤回, 不予受理.
const (
	OutcomeSubstantiated    ComplaintOutcome = "SUBSTANTIATED"
	OutcomePartly           ComplaintOutcome = "PARTLY"
	OutcomeNotSubstantiated ComplaintOutcome = "NOT_SUBSTANTIATED"
	OutcomeUnverifiable     ComplaintOutcome = "UNVERIFIABLE"
	OutcomeWithdrawn        ComplaintOutcome = "WITHDRAWN"
	OutcomeRefused          ComplaintOutcome = "REFUSED"
)

// Found lists the outcomes that an official may decide.
func Found() []ComplaintOutcome {
	return []ComplaintOutcome{OutcomeSubstantiated, OutcomePartly, OutcomeNotSubstantiated, OutcomeUnverifiable}
}

// Valid says whether o is an outcome that an official may decide.
func (o ComplaintOutcome) Valid() bool { return slices.Contains(Found(), o) }

// CaseMeasure is what is done about a complaint that is true, in whole or in part.
type CaseMeasure string

// The measures: 责令整改, 约谈, 通报, 撤销/注销证书, 追回补贴, 暂停评价, 退出, 移送.
const (
	CaseMeasureRectify     CaseMeasure = "RECTIFY"
	CaseMeasureTalk        CaseMeasure = "TALK"
	CaseMeasureCirculate   CaseMeasure = "CIRCULATE"
	CaseMeasureRevokeCert  CaseMeasure = "REVOKE_CERT"
	CaseMeasureRecoverFund CaseMeasure = "RECOVER_SUBSIDY"
	CaseMeasureSuspend     CaseMeasure = "SUSPEND"
	CaseMeasureExit        CaseMeasure = "EXIT"
	CaseMeasureHandOver    CaseMeasure = "HAND_OVER"
)

// CaseMeasures lists them.
func CaseMeasures() []CaseMeasure {
	return []CaseMeasure{
		CaseMeasureRectify, CaseMeasureTalk, CaseMeasureCirculate, CaseMeasureRevokeCert, CaseMeasureRecoverFund, CaseMeasureSuspend, CaseMeasureExit, CaseMeasureHandOver,
	}
}

// Valid says whether m is known.
func (m CaseMeasure) Valid() bool { return slices.Contains(CaseMeasures(), m) }

// CaseRefusal says why a complaint is not taken up.
type CaseRefusal string

// The reasons: 不属本平台, 应走劳动监察或仲裁, 没有具体单位或事实, 超过时效, 已办结且没有新事实, 诉讼或仲裁中.
const (
	CaseRefusalOutOfScope CaseRefusal = "OUT_OF_SCOPE"
	CaseRefusalLabour     CaseRefusal = "LABOUR_DISPUTE"
	CaseRefusalVague      CaseRefusal = "NO_FACTS"
	CaseRefusalTooOld     CaseRefusal = "TOO_OLD"
	CaseRefusalRepeated   CaseRefusal = "DECIDED_BEFORE"
	CaseRefusalInCourt    CaseRefusal = "IN_COURT"
)

// CaseRefusals lists them.
func CaseRefusals() []CaseRefusal {
	return []CaseRefusal{CaseRefusalOutOfScope, CaseRefusalLabour, CaseRefusalVague, CaseRefusalTooOld, CaseRefusalRepeated, CaseRefusalInCourt}
}

// Valid says whether r is known.
func (r CaseRefusal) Valid() bool { return slices.Contains(CaseRefusals(), r) }
