package respond

import (
	"context"
	"errors"
	"slices"

	"huisheng/models"
)

// The employer's form is filled in by a company's contact, or by a graduate on the company's behalf. The two are kept apart by the answer to this question,
// which must fit who is answering.
const (
	employerForm = "SCH_EMPLOYER"
	graduateForm = "SCH_GRADUATE"
	roleQuestion = "role"
	roleStudent  = "student"
)

// enterContact lets a company's contact in, who proves no document: the one-time code goes to the phone that the link or code went to.
func (s *Service) enterContact(ctx context.Context, e Entry, inv models.Invitation) (Admission, error) {
	subject := "contact/" + string(inv.ID)
	if e.OTP == "" {
		return s.codeOnItsWay(ctx, subject, &inv)
	}
	if err := s.otp.VerifyOneTime(ctx, subject, e.OTP); err != nil {
		return Admission{}, err
	}
	if err := s.store.VerifyInvitation(ctx, inv.ID); err != nil {
		return Admission{}, err
	}
	return s.admitInvited(ctx, inv, models.ChannelDirect)
}

// phoneOf gives the number of an invited person, for the hint where a one-time code went.
func (s *Service) phoneOf(ctx context.Context, inv models.Invitation) (string, error) {
	if inv.Contact == "" {
		who, err := s.person(ctx, inv.Record)
		return who.Phone, err
	}
	c, err := s.store.FindContact(ctx, models.SystemScope(), inv.Contact)
	if err != nil {
		return "", err
	}
	var who models.Identity
	err = s.box.OpenJSON(c.Identity, "contact/"+string(c.ID), &who)
	return who.Phone, err
}

// person opens who a record is about.
func (s *Service) person(ctx context.Context, id models.RecordID) (who models.Identity, err error) {
	record, err := s.store.FindRecord(ctx, models.SystemScope(), id)
	if err != nil {
		return who, err
	}
	return who, s.box.OpenJSON(record.Identity, "record/"+string(id), &who)
}

// ErrNoEmployer says that there is no employer to speak for.
var ErrNoEmployer = models.NewError(models.KindConflict, "no_employer", "提交毕业生反馈，并且在单位上班的，才可以代单位填写评价。", "Only graduates who have answered, and who work for an employer, can speak for it.")

// working are the answers to the graduate's question about their situation with which there is an employer.
func working() []string { return []string{"employed"} }

// MayFillForEmployer says whether somebody with these answers has an employer to speak for.
func MayFillForEmployer(c Claims, answers models.Answers) error {
	status, _ := answers["status"].(string)
	if c.Form.Code != graduateForm || c.Invitation == "" || !slices.Contains(working(), status) {
		return ErrNoEmployer
	}
	return nil
}

// ForEmployer gives a graduate who has answered a session to fill in the employer's form on the company's behalf. It counts in the graduate's own
// round, apart from what contacts say, and a person can do it once.
func (s *Service) ForEmployer(ctx context.Context, c Claims) (Admission, error) {
	mine, err := s.store.FindResponse(ctx, c.Response)
	if errors.Is(err, models.ErrNotFound) || err == nil && mine.Withdrawn {
		return Admission{}, ErrNoEmployer
	}
	if err != nil {
		return Admission{}, err
	}
	if err := MayFillForEmployer(c, mine.Answers); err != nil {
		return Admission{}, err
	}
	form, ok := s.catalog.Latest(employerForm)
	if !ok {
		return Admission{}, models.ErrNotFound
	}
	about, err := s.About(ctx, c)
	if err != nil {
		return Admission{}, err
	}
	c.Response, c.Form, c.Channel = s.ident.EmployerResponse(c.Invitation), form.Ref(), models.ChannelGraduate
	return s.admit(ctx, c, about)
}

// checkRole says whether the role that somebody names fits who they are: only a graduate answers as the student, and never as the company.
func checkRole(c Claims, answers map[string]any) []models.FieldError {
	role, _ := answers[roleQuestion].(string)
	switch {
	case c.Form.Code != employerForm || (role == roleStudent) == (c.Channel == models.ChannelGraduate):
		return nil
	case c.Channel == models.ChannelGraduate:
		return []models.FieldError{{Field: "answers." + roleQuestion, Code: "wrong_role", Message: "您是代单位填写，请选「学生本人代填」。"}}
	}
	return []models.FieldError{{Field: "answers." + roleQuestion, Code: "wrong_role", Message: "请选您在单位的身份。"}}
}
