// Package respond is what happens between opening a link and holding a receipt: proving who one is, answering, correcting, withdrawing.
//
// A respondent's session is a signed token that carries everything a submission needs, so that the hot path is: check the token, validate
// against the questionnaire in memory, insert one document. Who answered is nowhere written: a response's id is a keyed hash of the invitation.
package respond

import (
	"context"
	"errors"
	"time"

	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/access"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// SessionTTL is how long a person may take between proving who they are and submitting; never beyond the batch's end.
const SessionTTL = 2 * time.Hour

// OneTimeCodes sends and checks one-time codes; outreach implements it.
type OneTimeCodes interface {
	// SendOneTime sends a code to the roster's phone of inv, or pretends to when inv is nil.
	SendOneTime(ctx context.Context, subject string, inv *models.Invitation) error
	// SendOneTimeTo sends a code to a phone the person typed.
	SendOneTimeTo(ctx context.Context, subject, phone string) error
	// VerifyOneTime counts the try and gives ErrWrongOTP unless the code is right.
	VerifyOneTime(ctx context.Context, subject, code string) error
}

// Service holds the use cases of a respondent. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	box     *seal.Box
	ident   *ident.Idents
	signer  *access.Signer
	otp     OneTimeCodes
	limiter port.Limiter
	now     port.Clock
	gate    *gate

	penalties penalties
}

// Deps is what the service needs.
type Deps struct {
	Store   *store.Store
	Catalog *catalog.Catalog
	Box     *seal.Box
	Ident   *ident.Idents
	Signer  *access.Signer // for audience "respondent"
	OTP     OneTimeCodes
	Limiter port.Limiter
	Clock   port.Clock
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		store: d.Store, catalog: d.Catalog, box: d.Box, ident: d.Ident, signer: d.Signer,
		otp: d.OTP, limiter: d.Limiter, now: d.Clock, gate: newGate(d.Store, d.Clock),
	}
}

// Claims is what a respondent's token carries. It names no person.
type Claims struct {
	Invitation models.InvitationID     `json:"inv,omitempty"` // empty for staff supervision
	Response   models.ResponseID       `json:"res"`
	Batch      models.BatchID          `json:"bat"`
	Org        models.OrgID            `json:"org"`
	Region     string                  `json:"reg"`
	Form       models.QuestionnaireRef `json:"frm"`
	Anchor     int64                   `json:"anc"` // Unix seconds
	Closes     int64                   `json:"cls"`
	Channel    models.Channel          `json:"chn"`
	Entered    int64                   `json:"ent,omitempty"` // Unix seconds
	Early      bool                    `json:"erl,omitempty"` // see models.Signals
	Phone      []byte                  `json:"phn,omitempty"` // models.Trace of the phone, for this batch alone
	Slice      *models.Slice           `json:"slc,omitempty"` // occupation and level, if enough people share them
	Young      bool                    `json:"yng,omitempty"` // under models.AgeOfWages, and the form asks for an exact wage
}

// Session parses a respondent's token. ErrSessionEnded for anything but a valid one.
func (s *Service) Session(token string) (Claims, error) {
	c, _, err := access.Parse[Claims](s.signer, token)
	if err != nil {
		return Claims{}, models.ErrSessionEnded.Because(err)
	}
	return c, nil
}

// Receipt is what a person keeps.
type Receipt struct {
	Receipt     string    `json:"receipt"`
	SubmittedAt time.Time `json:"submitted_at"`
}

// receiptOf derives the receipt from the response's id: nothing to store, the same for every repeat, and no way back.
func (s *Service) receiptOf(id models.ResponseID) string {
	const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	sum := s.ident.Digest("receipt", string(id))
	b := make([]byte, 0, 12)
	for i := range 10 {
		if i == 5 {
			b = append(b, '-')
		}
		b = append(b, letters[int(sum[i])%len(letters)])
	}
	return string(b)
}

// Submission is one filled form.
type Submission struct {
	Consents  models.Consents
	Answers   map[string]any
	StartedAt time.Time // zero if unknown
	Addr      string    // where it came from and with which browser: only traces of them are kept, see models.Signals
	Agent     string
}

// Submit stores a response and returns once it is durable: one insert, no read. The same submission again gives the first receipt
// (replayed true); another one for the same invitation gives ErrResponseDiffers. ErrInvalid lists every wrong answer.
func (s *Service) Submit(ctx context.Context, c Claims, in Submission) (r Receipt, replayed bool, err error) {
	now := s.now()
	if err := s.gate.open(ctx, c, now); err != nil {
		return Receipt{}, false, err
	}
	resp, err := s.build(c, in, now)
	if err != nil {
		return Receipt{}, false, err
	}
	err = s.store.CreateResponse(ctx, resp)
	if errors.Is(err, models.ErrConflict) {
		return s.replay(ctx, resp)
	}
	if err != nil {
		return Receipt{}, false, err
	}
	return Receipt{Receipt: s.receiptOf(resp.ID), SubmittedAt: resp.SubmittedAt}, false, nil
}

// replay answers a second submission from what the first one left.
func (s *Service) replay(ctx context.Context, resp models.Response) (Receipt, bool, error) {
	first, err := s.store.FindResponse(ctx, resp.ID)
	if err != nil {
		return Receipt{}, false, err
	}
	r := Receipt{Receipt: s.receiptOf(first.ID), SubmittedAt: first.SubmittedAt}
	if string(first.Digest) != string(resp.Digest) {
		return Receipt{}, false, models.ErrResponseDiffers.With("receipt", r.Receipt).
			With("submitted_at", r.SubmittedAt.In(models.Shanghai()).Format(time.RFC3339))
	}
	return r, true, nil
}

// build validates a submission and makes the document of it.
func (s *Service) build(c Claims, in Submission, now time.Time) (models.Response, error) {
	q, err := s.Form(c)
	if err != nil {
		return models.Response{}, err
	}
	clean, wrong := q.Validate(in.Answers, in.Consents)
	if len(wrong) == 0 {
		wrong = checkRole(c, clean)
	}
	if len(wrong) > 0 {
		return models.Response{}, models.ErrInvalid.WithFields(wrong...)
	}
	consents := q.Proof(in.Consents)
	answers, texts, err := s.split(q, c.Response, clean)
	if err != nil {
		return models.Response{}, err
	}
	signals, err := s.signals(q, c, in, clean)
	if err != nil {
		return models.Response{}, err
	}
	r := models.Response{
		ID: c.Response, Batch: c.Batch, Org: c.Org, Region: c.Region, Questionnaire: c.Form, Anchor: time.Unix(c.Anchor, 0),
		Channel: c.Channel, Answers: answers, Texts: texts, Consents: consents, Seconds: seconds(in.StartedAt, c, now), Signals: signals,
		Digest: s.digest(c.Response, clean, in.Consents), SubmittedAt: now, ChangedAt: now,
	}
	if c.Slice != nil {
		r.Slice = *c.Slice
	}
	return r, nil
}

// digest tells the same submission from another. Bound to the response, so that two people's equal answers and words cannot be seen to be equal.
func (s *Service) digest(id models.ResponseID, clean models.Answers, consents models.Consents) []byte {
	return s.ident.Digest(string(id), string(models.Canonical(clean, consents)))
}

// split takes out of the answers what is to be sealed: words, because what a person writes may name people, and exact amounts of money, of which
// only the band beside them is counted.
func (s *Service) split(q *models.Questionnaire, id models.ResponseID, clean models.Answers) (answers map[string]any, sealed []byte, err error) {
	answers, secret := make(map[string]any, len(clean)), map[string]any{}
	for k, v := range clean {
		answers[k] = v
	}
	for _, question := range q.Questions {
		if v, ok := clean[question.ID]; ok && secretAnswer(question) && v != "" {
			secret[question.ID] = v
			delete(answers, question.ID)
		}
	}
	if len(secret) == 0 {
		return clean, nil, nil
	}
	sealed, err = s.box.SealJSON(secret, models.SecretsPlace(id))
	return answers, sealed, err
}

// secretAnswer says whether the database must not show the answer to a question.
func secretAnswer(q models.Question) bool {
	switch q.Type {
	case models.QuestionText, models.QuestionPick:
		return true
	case models.QuestionNumber:
		return q.Consent == models.ConsentWage
	}
	return false
}

// Form gives the questions that a session's person is asked: those under age are not asked for an exact wage.
func (s *Service) Form(c Claims) (*models.Questionnaire, error) {
	q, ok := s.catalog.Questionnaire(c.Form.Code, c.Form.Version)
	switch {
	case !ok:
		return nil, models.ErrNotFound.With("questionnaire", c.Form)
	case c.Young:
		return q.ForYoung(), nil
	}
	return q, nil
}
