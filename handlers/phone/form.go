package phone

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/models"
)

// formView is the questionnaire: all of it in one form, which the script shows a screen at a time.
type formView struct {
	page
	About         template.HTML
	Notice        []noticeLine
	NoticeVersion string
	Agreed        bool
	Steps         []step
	Started, Key  string // when the form was first shown, and the key that stays the same for every try to send it
	Draft         string // under which name the phone keeps what is not sent yet
	Until         int64  // when the phone may forget it, in milliseconds
	Correct       bool   // changes a response that was sent before
	Problem       string
	Wrongs        []wrong
}

// noticeLine is one line of the notice: what it is about, and what it says.
type noticeLine struct{ Head, Text string }

// wrong is a question that needs another look, for the list above the form.
type wrong struct{ ID, Text string }

// step is one screen: a question, or the separate consent before the first question about money.
type step struct {
	page
	models.Question
	Agree    string // text of the separate consent; empty for a question
	Number   int
	Value    string // chosen or typed before
	Error    string
	Only     string // without a script: when to answer
	Stop     string // without a script: when to stop
	Ratings  []int64
	ShowIn   string // values of the question it depends on, separated by spaces
	EndsWith string
	Range    string // what to say to a number that does not fit
	Yes, No  bool   // consent given or refused before
}

// ShowForm shows the questionnaire of a session; to whoever has answered, the receipt, unless they want to correct.
func (h *Phone) ShowForm(c *fiber.Ctx) error {
	claims := web.Respondent[respond.Claims](c)
	mine, answered, err := h.own(c, claims)
	if err != nil {
		return err
	}
	correct := c.Query("correct") != ""
	if answered && (!correct || mine.Withdrawn) {
		return c.Redirect(donePath, fiber.StatusSeeOther)
	}
	if err := h.d.App.Respond.Open(c.UserContext(), claims); err != nil {
		return err
	}
	v, err := h.newForm(c, claims, answered)
	if err != nil {
		return err
	}
	filled := filling{notice: answered, answers: map[string]any(mine.Answers)}
	if answered {
		filled.wage = h.wageOf(claims, mine)
	}
	return h.showForm(c, fiber.StatusOK, claims, v, filled, nil)
}

// wageOf tells what somebody said when asked whether they may be asked about money: nothing, if the form ended before.
func (h *Phone) wageOf(claims respond.Claims, mine respond.Mine) string {
	if mine.Consents.Wage {
		return "yes"
	}
	passed := false
	if q, err := h.d.App.Respond.Form(claims); err == nil {
		for _, question := range q.Questions {
			passed = passed || question.Consent == models.ConsentWage
			if passed && mine.Answers[question.ID] != nil {
				return "no"
			}
		}
	}
	return ""
}

// filling is what somebody has filled in so far.
type filling struct {
	notice  bool
	wage    string // yes, no or empty
	answers map[string]any
}

func (h *Phone) newForm(c *fiber.Ctx, claims respond.Claims, correct bool) (formView, error) {
	v := formView{page: h.newPage(c, "site.tag", formPath), Correct: correct, Started: h.d.App.Clock().In(models.Shanghai()).Format(time.RFC3339), Key: models.NewID()}
	v.Now, v.Until = true, claims.Closes*1000
	v.Draft = keptName(claims, fmt.Sprint("draft ", correct))
	if correct {
		v.Title, v.Self = "form.correcting", formPath+"?correct=1"
	}
	about, err := h.d.App.Respond.About(c.UserContext(), claims)
	if err != nil {
		return v, err
	}
	v.About, err = v.about(about, h.kindOf(claims.Form))
	return v, err
}

// keptName is under which name a phone keeps something of one person's: not the id itself, because what a phone keeps should lead nowhere.
func keptName(claims respond.Claims, what string) string {
	sum := sha256.Sum256([]byte(what + " " + string(claims.Response)))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// showForm renders the form with what was filled in and what is wrong with it.
func (h *Phone) showForm(c *fiber.Ctx, status int, claims respond.Claims, v formView, f filling, wrongs []models.FieldError) error {
	original, err := h.d.App.Respond.Form(claims)
	if err != nil {
		return err
	}
	return h.showQuestionnaire(c, status, original, v, f, wrongs)
}

func (h *Phone) showQuestionnaire(c *fiber.Ctx, status int, original *models.Questionnaire, v formView, f filling, wrongs []models.FieldError) error {
	q := original.Localized(v.Lang)
	v.Agreed, v.NoticeVersion = f.notice, q.Notice.Version
	for line := range strings.SplitSeq(q.Notice.Text, "\n") {
		v.Notice = append(v.Notice, splitNotice(line))
	}
	v.Steps, v.Wrongs, v.Problem = v.steps(&q, f, wrongs)
	return h.show(c, status, "form", v)
}

// splitNotice takes the head off a line of the notice, as in 谁在问：…
func splitNotice(line string) noticeLine {
	for _, colon := range []string{"：", ": "} {
		if head, text, ok := strings.Cut(line, colon); ok && len(head) < 60 {
			return noticeLine{head, text}
		}
	}
	return noticeLine{"", line}
}

// steps puts a questionnaire into screens, with what was filled in and what is wrong with it. What is wrong but not with a question comes apart.
func (p page) steps(q *models.Questionnaire, f filling, fields []models.FieldError) (list []step, wrongs []wrong, problem string) {
	errs := map[string]string{}
	for _, w := range fields {
		id, isAnswer := strings.CutPrefix(w.Field, "answers.")
		if !isAnswer {
			problem = p.fieldText(w)
			continue
		}
		errs[id] = p.fieldText(w)
	}
	asked := false
	for i, question := range q.Questions {
		if question.Consent == models.ConsentWage && !asked {
			asked = true
			list = append(list, step{page: p, Agree: consentText(q), Question: models.Question{ID: models.ConsentWage}, Yes: f.wage == "yes", No: f.wage == "no"})
		}
		s := p.step(q, question, i+1)
		if a := f.answers[question.ID]; a != nil {
			s.Value = fmt.Sprint(a)
		}
		if s.Error = errs[question.ID]; s.Error != "" {
			wrongs = append(wrongs, wrong{s.ID, p.text("wrong.question", fmt.Sprint(s.Number), s.Error)})
		}
		list = append(list, s)
	}
	return list, wrongs, problem
}

// step is the screen of one question.
func (p page) step(q *models.Questionnaire, question models.Question, number int) step {
	s := step{page: p, Question: question, Number: number, EndsWith: strings.Join(question.Ends, " ")}
	if question.Type == models.QuestionRating {
		for n := *question.Min; n <= *question.Max; n++ {
			s.Ratings = append(s.Ratings, n)
		}
	}
	if question.Type == models.QuestionNumber {
		if s.Range = p.text("wrong.wrong_type"); question.Min != nil && question.Max != nil {
			s.Range = p.text("form.range", *question.Min, *question.Max)
		}
	}
	if question.ShowIf != nil {
		s.ShowIn = strings.Join(question.ShowIf.In, " ")
		s.Only = p.text("form.only", optionTexts(q.Question(question.ShowIf.Question), question.ShowIf.In))
	}
	if len(question.Ends) > 0 {
		s.Stop = p.text("form.stop", optionTexts(&question, question.Ends))
	}
	return s
}

// consentText is the wording of the separate consent, which every questionnaire with a question about money has.
func consentText(q *models.Questionnaire) string {
	for _, t := range q.Consents {
		if t.ID == models.ConsentWage {
			return t.Text
		}
	}
	return models.ConsentWage
}

func optionTexts(q *models.Question, values []string) string {
	var list []string
	for _, o := range q.Options {
		if slices.Contains(values, o.Value) {
			list = append(list, o.Text)
		}
	}
	return strings.Join(list, " / ")
}
