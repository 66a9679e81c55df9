package phone

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/models"
)

// answerField is how the form names the field of a question.
const answerField = "a."

// SendFeedback takes the form. A script gets JSON (201 with the receipt, or a problem document) and sends again by itself until it has one of them; a plain
// form is led to the receipt, or shown again with what is wrong. Either way the same answers sent twice count once.
func (h *Phone) SendFeedback(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	claims := web.Respondent[respond.Claims](c)
	in := h.submission(c, claims)
	correct := c.FormValue("correct") != ""
	r, err := h.send(c, claims, in, correct)
	if byScript := strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON); byScript {
		if err != nil {
			return err
		}
		return c.Status(fiber.StatusCreated).JSON(fiber.Map{"receipt": r.Receipt, "next": doneAfter(correct)})
	}
	var x *models.Error
	switch {
	case err == nil:
		return c.Redirect(doneAfter(correct), fiber.StatusSeeOther)
	case errors.Is(err, models.ErrResponseDiffers):
		return c.Redirect(donePath+"?differs=1", fiber.StatusSeeOther)
	case errors.As(err, &x) && x.Kind == models.KindInvalid && len(x.Fields) > 0:
		return h.formAgain(c, claims, in, correct, x)
	}
	return err
}

func doneAfter(correct bool) string {
	if correct {
		return donePath + "?changed=1"
	}
	return donePath
}

func (h *Phone) formAgain(c *fiber.Ctx, claims respond.Claims, in respond.Submission, correct bool, x *models.Error) error {
	v, err := h.newForm(c, claims, correct)
	if err != nil {
		return err
	}
	if !in.StartedAt.IsZero() {
		v.Started = in.StartedAt.Format(time.RFC3339)
	}
	f := filling{notice: in.Consents.Notice != "", wage: c.FormValue("wage"), answers: in.Answers}
	return h.showForm(c, statusOf(x), claims, v, f, x.Fields)
}

// send submits or corrects. Without a script, people can answer what the form would have skipped, and cannot take back a choice once made; what the use case refuses for
// that reason alone is left out and sent again.
func (h *Phone) send(c *fiber.Ctx, claims respond.Claims, in respond.Submission, correct bool) (respond.Receipt, error) {
	r, err := h.sendOnce(c, claims, in, correct)
	var x *models.Error
	if errors.As(err, &x) && x.Kind == models.KindInvalid && prune(in.Answers, x.Fields) {
		return h.sendOnce(c, claims, in, correct)
	}
	return r, err
}

func (h *Phone) sendOnce(c *fiber.Ctx, claims respond.Claims, in respond.Submission, correct bool) (respond.Receipt, error) {
	if correct {
		return h.d.App.Respond.Correct(c.UserContext(), claims, in)
	}
	r, _, err := h.d.App.Respond.Submit(c.UserContext(), claims, in)
	return r, err
}

// prune takes out the answers that were refused only because they were not asked for, and says whether there were any.
func prune(answers map[string]any, fields []models.FieldError) (pruned bool) {
	for _, f := range fields {
		switch f.Code {
		case "hidden", "after_end", "consent_required":
			delete(answers, strings.TrimPrefix(f.Field, "answers."))
			pruned = true
		}
	}
	return pruned
}

// submission reads the form. What is no number where one is asked stays text, and the use case says what is wrong with it.
func (h *Phone) submission(c *fiber.Ctx, claims respond.Claims) respond.Submission {
	in := respond.Submission{
		Consents: models.Consents{Notice: c.FormValue("notice"), Wage: c.FormValue("wage") == "yes", Lang: c.FormValue("lang")},
		Addr:     c.IP(), Agent: c.Get(fiber.HeaderUserAgent),
	}
	if t, err := time.Parse(time.RFC3339, c.FormValue("started_at")); err == nil {
		in.StartedAt = t
	}
	q, _ := h.d.App.Respond.Form(claims) // nil: the use case says what is wrong
	in.Answers = answersOf(c, q)
	return in
}

// answersOf reads the answers of a form; q may be nil.
func answersOf(c *fiber.Ctx, q *models.Questionnaire) map[string]any {
	answers := map[string]any{}
	c.Context().PostArgs().VisitAll(func(k, v []byte) {
		if id, ok := strings.CutPrefix(string(k), answerField); ok && len(v) > 0 {
			answers[id] = answerOf(q, id, string(v))
		}
	})
	return answers
}

func answerOf(q *models.Questionnaire, id, value string) any {
	if q == nil {
		return value
	}
	question := q.Question(id)
	if question == nil || question.Type != models.QuestionNumber && question.Type != models.QuestionRating {
		return value
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); err == nil {
		return n
	}
	return value
}
