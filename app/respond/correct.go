package respond

import (
	"context"
	"errors"
	"time"

	"huisheng/internal/seal"
	"huisheng/models"
)

// maxRevisions bounds a response's history: nobody changes their mind a hundred times, a script does.
const maxRevisions = 50

// Correct replaces the answers of a submitted response until the batch closes and keeps the earlier ones. The same correction again changes nothing.
func (s *Service) Correct(ctx context.Context, c Claims, in Submission) (Receipt, error) {
	now := s.now()
	if err := s.gate.open(ctx, c, now); err != nil {
		return Receipt{}, err
	}
	next, err := s.build(c, in, now)
	if err != nil {
		return Receipt{}, err
	}
	signals := next.Signals
	for range 5 { // a lost race reads again
		old, err := s.store.FindResponse(ctx, c.Response)
		if errors.Is(err, models.ErrNotFound) {
			return Receipt{}, models.ErrNoResponse
		}
		if err != nil {
			return Receipt{}, err
		}
		r := Receipt{Receipt: s.receiptOf(old.ID), SubmittedAt: old.SubmittedAt}
		if same, err := s.sameAnswers(old, next.Digest); err != nil || same {
			return r, err
		}
		if old.Revision >= maxRevisions || old.Withdrawn {
			return Receipt{}, models.ErrConflict
		}
		next.Revision = old.Revision + 1
		if next.Signals, err = s.corrected(old, signals); err != nil {
			return Receipt{}, err
		}
		err = s.store.CorrectResponse(ctx, next, models.Revision{Answers: old.Answers, Texts: old.Texts, Consents: old.Consents, Signals: old.Signals, Until: now})
		if !errors.Is(err, models.ErrConflict) {
			return r, err
		}
	}
	return Receipt{}, models.ErrConflict
}

// sameAnswers compares the stored answers, which may have been corrected since, with a digest.
func (s *Service) sameAnswers(old models.Response, digest []byte) (bool, error) {
	all, err := s.open(old)
	if err != nil {
		return false, err
	}
	return string(s.digest(old.ID, all, old.Consents)) == string(digest), nil
}

// open puts what is sealed back among the answers.
func (s *Service) open(r models.Response) (models.Answers, error) {
	all := make(models.Answers, len(r.Answers)+1)
	for k, v := range r.Answers {
		if n, ok := v.(int32); ok { // the driver reads small integers as int32
			v = int64(n)
		}
		all[k] = v
	}
	if len(r.Texts) == 0 {
		return all, nil
	}
	var secret map[string]any
	if err := s.box.OpenJSON(r.Texts, models.SecretsPlace(r.ID), &secret); err != nil {
		return nil, err
	}
	for k, v := range secret {
		if n, ok := v.(float64); ok { // answers are whole numbers
			v = int64(n)
		}
		all[k] = v
	}
	return all, nil
}

// Words opens the free text of an answer, by question; an answer without any gives none.
func Words(box *seal.Box, r models.Response) (map[string]string, error) {
	if len(r.Texts) == 0 {
		return nil, nil
	}
	var secrets map[string]any
	if err := box.OpenJSON(r.Texts, models.SecretsPlace(r.ID), &secrets); err != nil {
		return nil, err
	}
	words := make(map[string]string, len(secrets))
	for id, v := range secrets {
		if w, ok := v.(string); ok { // an exact amount is none
			words[id] = w
		}
	}
	return words, nil
}

// Mine gives a person their own answers back, to look at or to correct.
type Mine struct {
	Receipt     string          `json:"receipt"`
	SubmittedAt time.Time       `json:"submitted_at"`
	Answers     models.Answers  `json:"answers"`
	Consents    models.Consents `json:"consents"`
	Withdrawn   bool            `json:"withdrawn"`
	Revision    int             `json:"revision"`
}

// Own reads the respondent's own response, or ErrNoResponse.
func (s *Service) Own(ctx context.Context, c Claims) (Mine, error) {
	r, err := s.store.FindResponse(ctx, c.Response)
	if errors.Is(err, models.ErrNotFound) {
		return Mine{}, models.ErrNoResponse
	}
	if err != nil {
		return Mine{}, err
	}
	all, err := s.open(r)
	if err != nil {
		return Mine{}, err
	}
	return Mine{Receipt: s.receiptOf(r.ID), SubmittedAt: r.SubmittedAt, Answers: all, Consents: r.Consents, Withdrawn: r.Withdrawn, Revision: r.Revision}, nil
}

// Withdraw takes consent back: the answers are deleted and leave every later figure. Withdrawing twice is harmless; answering again is not possible.
func (s *Service) Withdraw(ctx context.Context, c Claims) error {
	return s.store.WithdrawResponse(ctx, c.Response, models.Response{ChangedAt: s.now()})
}
