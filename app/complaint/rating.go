package complaint

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/models"
)

const maxRatingComment = 500 // characters

// Rating is what a complainant says of the handling.
type Rating struct {
	Satisfaction models.Satisfaction
	Comment      string
}

// RatingView is a rating as the official who handled the case sees it.
type RatingView struct {
	Satisfaction models.Satisfaction `json:"satisfaction"`
	Comment      string              `json:"comment,omitempty"`
	At           time.Time           `json:"at"`
}

// Rate stores the rating of a decided case, once, from whoever holds its passphrase. The same again is harmless, another one gives ErrCaseRated;
// ErrCaseNotRateable before there is a decision; else the errors of Follow.
func (s *Service) Rate(ctx context.Context, caseNo, passphrase string, in Rating) (Status, error) {
	in.Comment = strings.TrimSpace(in.Comment)
	var wrong []models.FieldError
	if !in.Satisfaction.Valid() {
		wrong = append(wrong, models.FieldError{Field: "satisfaction", Code: "unknown", Message: "请选择满意程度。"})
	}
	if utf8.RuneCountInString(in.Comment) > maxRatingComment {
		wrong = append(wrong, models.FieldError{Field: "comment", Code: "length", Message: fmt.Sprintf("请不超过%d个字。", maxRatingComment)})
	}
	if len(wrong) > 0 {
		return Status{}, models.ErrInvalid.WithFields(wrong...)
	}
	c, err := s.prove(ctx, caseNo, passphrase)
	if err != nil {
		return Status{}, err
	}
	if c.Rating == nil && !c.Rateable() {
		return Status{}, models.ErrCaseNotRateable
	}
	if c.Rating == nil {
		if c, err = s.rate(ctx, c, in); err != nil {
			return Status{}, err
		}
	}
	if err := s.sameRating(c, in); err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, c)
}

// rate stores the rating and gives the complaint as it is then, perhaps with the rating of a parallel request.
func (s *Service) rate(ctx context.Context, c models.Complaint, in Rating) (models.Complaint, error) {
	r := models.CaseRating{Satisfaction: in.Satisfaction, At: s.now()}
	if in.Comment != "" {
		var err error
		if r.Comment, err = s.box.Seal([]byte(in.Comment), place(c.ID, "rating")); err != nil {
			return c, err
		}
	}
	if err := s.store.RateComplaint(ctx, c.ID, r); err != nil && !errors.Is(err, models.ErrNotFound) {
		return c, err
	}
	return s.store.FindComplaint(ctx, models.SystemScope(), c.ID)
}

func (s *Service) sameRating(c models.Complaint, in Rating) error {
	stored, err := s.rating(c)
	if err != nil {
		return err
	}
	if stored == nil || stored.Satisfaction != in.Satisfaction || stored.Comment != in.Comment {
		return models.ErrCaseRated
	}
	return nil
}

// rating opens a complaint's rating; nil if there is none.
func (s *Service) rating(c models.Complaint) (*RatingView, error) {
	if c.Rating == nil {
		return nil, nil
	}
	v := &RatingView{Satisfaction: c.Rating.Satisfaction, At: beijing(c.Rating.At)}
	if len(c.Rating.Comment) == 0 {
		return v, nil
	}
	comment, err := s.box.Open(c.Rating.Comment, place(c.ID, "rating"))
	v.Comment = string(comment)
	return v, err
}
