package models

import "time"

// ConsentNotice is the notice before the first question, beside the separate consents such as ConsentWage.
const ConsentNotice = "notice"

// Agreement is one text that somebody agreed to, and whether the words that we have are the ones whose hash was kept with the answer.
type Agreement struct {
	Consent string `json:"consent"`           // notice, or the id of a separate consent
	Version string `json:"version,omitempty"` // of the notice
	Hash    string `json:"hash"`              // SHA-256 of the words as shown, kept with the answer
	Text    string `json:"text"`              // the words of that version in that language, as this program has them
	Proven  bool   `json:"proven"`            // Hash is the hash of Text
}

// ConsentEvidence is what somebody agreed to by one submission: the first, or a later correction.
type ConsentEvidence struct {
	Response      ResponseID       `json:"response"`
	Revision      int              `json:"revision"` // from 0
	Org           OrgID            `json:"org"`
	Batch         BatchID          `json:"batch"`
	Questionnaire QuestionnaireRef `json:"questionnaire"`
	Language      string           `json:"language"`
	AgreedAt      time.Time        `json:"agreed_at"`
	Wage          bool             `json:"wage"` // whether money questions were agreed to; without, none was asked
	Withdrawn     bool             `json:"withdrawn"`
	Agreements    []Agreement      `json:"agreements"`
}

// Proven says whether every text is the one that was shown.
func (e ConsentEvidence) Proven() bool {
	for _, a := range e.Agreements {
		if !a.Proven {
			return false
		}
	}
	return len(e.Agreements) > 0
}

// Evidence lays out what was agreed to with each submission of a response, the first one first. q is its questionnaire in the version that was answered.
func (q *Questionnaire) Evidence(r Response) []ConsentEvidence {
	var list []ConsentEvidence
	at := r.SubmittedAt
	add := func(c Consents) {
		list = append(list, ConsentEvidence{
			Response: r.ID, Revision: len(list), Org: r.Org, Batch: r.Batch, Questionnaire: r.Questionnaire, Language: q.shownIn(c), AgreedAt: at, Wage: c.Wage,
			Withdrawn: r.Withdrawn, Agreements: q.agreed(c),
		})
	}
	for _, was := range r.History {
		add(was.Consents)
		at = was.Until // when the next one took its place
	}
	add(r.Consents)
	return list
}

func (q *Questionnaire) shownIn(c Consents) string {
	if c.Lang == "" {
		return q.Lang
	}
	return c.Lang
}

func (q *Questionnaire) agreed(c Consents) []Agreement {
	list := []Agreement{{Consent: ConsentNotice, Version: c.Notice, Hash: c.NoticeHash, Text: q.Notice.TextIn.in(c.Lang, q.Notice.Text)}}
	for _, x := range q.Consents {
		if x.ID == ConsentWage && c.Wage {
			list = append(list, Agreement{Consent: x.ID, Hash: c.WageHash, Text: x.TextIn.in(c.Lang, x.Text)})
		}
	}
	for i := range list {
		list[i].Proven = list[i].Hash == hashText(list[i].Text) && (list[i].Consent != ConsentNotice || list[i].Version == q.Notice.Version)
	}
	return list
}

// ConsentQuery names whose consents are looked for: one response's, or those of everything that an invitation led to.
type ConsentQuery struct {
	Response   ResponseID
	Invitation InvitationID
}
