package api

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/models"
)

type sessionInput struct {
	Token  string `json:"token"`
	Code   string `json:"code"`
	Poster string `json:"poster"`
	IDTail string `json:"id_tail"`
	Name   string `json:"name"`
	Phone  string `json:"phone"`
	OTP    string `json:"otp"`
}

// OpenRespondentSession lets a person in by link, code or poster: 200 with a respondent token, or 202 when a one-time code is on its way.
func (h *API) OpenRespondentSession(c *fiber.Ctx) error {
	in, err := web.Bind[sessionInput](c)
	if err != nil {
		return err
	}
	a, err := h.app.Respond.Enter(c.UserContext(), respond.Entry{
		Token: in.Token, Code: in.Code, Poster: in.Poster, IDTail: in.IDTail, Name: in.Name, Phone: in.Phone, OTP: in.OTP, Addr: c.IP(),
	})
	if err != nil {
		return err
	}
	if a.OTPRequired {
		return c.Status(fiber.StatusAccepted).JSON(fiber.Map{"otp_required": true, "phone": a.Phone})
	}
	return c.JSON(admitted(c, a))
}

// FillForEmployer gives a graduate who has answered a session to fill in the employer's form on the company's behalf.
func (h *API) FillForEmployer(c *fiber.Ctx) error {
	a, err := h.app.Respond.ForEmployer(c.UserContext(), web.Respondent[respond.Claims](c))
	if err != nil {
		return err
	}
	return c.JSON(admitted(c, a))
}

func admitted(c *fiber.Ctx, a respond.Admission) fiber.Map {
	return fiber.Map{
		"respondent_token": a.RespondentToken, "questionnaire": a.Questionnaire.Localized(web.Lang(c)), "about": a.About, "closes_at": web.Time(a.ClosesAt),
	}
}

type feedbackInput struct {
	Consents  models.Consents `json:"consents"`
	Answers   map[string]any  `json:"answers"`
	StartedAt string          `json:"started_at"`
}

func (in feedbackInput) submission() (respond.Submission, error) {
	s := respond.Submission{Consents: in.Consents, Answers: in.Answers}
	if in.StartedAt == "" {
		return s, nil
	}
	t, err := time.Parse(time.RFC3339, in.StartedAt)
	if err != nil {
		return s, models.ErrInvalid.WithFields(models.FieldError{Field: "started_at", Code: "time_format", Message: "时间格式应为 2026-11-23T09:00:00+08:00。"})
	}
	s.StartedAt = t
	return s, nil
}

// SubmitFeedback stores the answers: 201 with the receipt, also for the same submission sent again (then with Idempotent-Replayed: true).
func (h *API) SubmitFeedback(c *fiber.Ctx) error {
	if err := needIdempotencyKey(c); err != nil {
		return err
	}
	claims, in, err := h.feedback(c)
	if err != nil {
		return err
	}
	r, replayed, err := h.app.Respond.Submit(c.UserContext(), claims, in)
	if err != nil {
		return err
	}
	if replayed {
		c.Set("Idempotent-Replayed", "true")
	}
	return c.Status(fiber.StatusCreated).JSON(receiptView(r))
}

// needIdempotencyKey insists on the header, so that every client is built to send a retry with the key of the first try.
func needIdempotencyKey(c *fiber.Ctx) error {
	if n := len(strings.TrimSpace(c.Get("Idempotency-Key"))); n < 8 || n > 128 {
		return models.ErrInvalid.WithFields(models.FieldError{
			Field: "Idempotency-Key", Code: "required", Message: "请求头 Idempotency-Key 应为 8 到 128 个字符，重试时保持不变。",
		})
	}
	return nil
}

func (h *API) feedback(c *fiber.Ctx) (respond.Claims, respond.Submission, error) {
	claims := web.Respondent[respond.Claims](c)
	in, err := web.Bind[feedbackInput](c)
	if err != nil {
		return claims, respond.Submission{}, err
	}
	s, err := in.submission()
	s.Addr, s.Agent = c.IP(), c.Get(fiber.HeaderUserAgent)
	return claims, s, err
}

// CorrectFeedback replaces the answers until the batch closes.
func (h *API) CorrectFeedback(c *fiber.Ctx) error {
	claims, in, err := h.feedback(c)
	if err != nil {
		return err
	}
	r, err := h.app.Respond.Correct(c.UserContext(), claims, in)
	if err != nil {
		return err
	}
	return c.JSON(receiptView(r))
}

// OwnFeedback gives a person their own answers back.
func (h *API) OwnFeedback(c *fiber.Ctx) error {
	m, err := h.app.Respond.Own(c.UserContext(), web.Respondent[respond.Claims](c))
	if err != nil {
		return err
	}
	m.SubmittedAt = shown(m.SubmittedAt)
	return c.JSON(m)
}

// WithdrawFeedback deletes a person's answers.
func (h *API) WithdrawFeedback(c *fiber.Ctx) error {
	if err := h.app.Respond.Withdraw(c.UserContext(), web.Respondent[respond.Claims](c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// EraseMine deletes what is kept of a person, as far as nobody has a duty to keep it.
func (h *API) EraseMine(c *fiber.Ctx) error {
	if err := h.app.Privacy.Erase(c.UserContext(), web.Respondent[respond.Claims](c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func receiptView(r respond.Receipt) fiber.Map {
	return fiber.Map{"receipt": r.Receipt, "submitted_at": web.Time(r.SubmittedAt)}
}

// shown is a moment as callers see it, like web.Time: Beijing time, whole seconds.
func shown(t time.Time) time.Time { return t.In(models.Shanghai()).Truncate(time.Second) }
