package phone

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
)

// messageView is a page that says what happened and what to do next.
type messageView struct {
	page
	Lines    []string
	Fields   []string
	Code     bool // offer typing a code
	Complain bool // offer complaining: there is a session for it
	Retry    string
}

// ShowError shows an error to a person: what happened in plain words, and what to do next. It is the frame's hook for browsers.
func (h *Phone) ShowError(c *fiber.Ctx, status int, e *models.Error) error {
	v := messageView{page: h.newPage(c, "", "/f")}
	switch e.Code {
	case "closed":
		v.say("m.closed", "m.closed.1", "m.closed.2")
		v.Complain = e.Extra["respondent_token"] != nil
	case "locked":
		v.Title = "m.locked"
		v.Lines = []string{v.text("m.locked.1", v.lockedUntil(e)), v.text("m.locked.2")}
	case "bad_token":
		v.say("m.bad_token", "m.bad_token.1", "m.bad_token.2")
		v.Code = true
	case "session_ended":
		v.say("m.session_ended", "m.session_ended.1", "m.session_ended.2")
		v.Code = true
	case "no_such_address", "not_found":
		v.say("m.missing", "m.missing.1")
		v.Code = true
	default:
		h.explain(c, status, e, &v)
	}
	return h.show(c, status, "message", v)
}

// explain words what has no page of its own.
func (h *Phone) explain(c *fiber.Ctx, status int, e *models.Error, v *messageView) {
	if c.Method() == fiber.MethodGet {
		v.Retry = c.Path()
	}
	switch {
	case status == fiber.StatusTooManyRequests:
		v.Title, v.Lines = "m.slow", []string{v.errorText(e)}
		if s, ok := e.Extra["retry_after"]; ok {
			v.Lines = []string{v.text("m.slow.1", fmt.Sprint(s))}
		}
	case status == fiber.StatusServiceUnavailable:
		v.say("m.down", "m.down.1")
	case status >= fiber.StatusInternalServerError:
		v.Title, v.Lines = "m.failed", []string{v.text("m.failed.1", web.RequestID(c))}
	default:
		v.Title, v.Lines = "m.other", []string{v.errorText(e)}
		for _, f := range e.Fields {
			v.Fields = append(v.Fields, v.fieldText(f))
		}
	}
}

func (v *messageView) say(title string, lines ...string) {
	v.Title = title
	for _, l := range lines {
		v.Lines = append(v.Lines, v.text(l))
	}
}

// lockedUntil words the moment in the error's member locked_until: the time of day is enough for half an hour.
func (v *messageView) lockedUntil(e *models.Error) string {
	s, _ := e.Extra["locked_until"].(string)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t = v.h.d.App.Clock().Add(models.TailLock)
	}
	return t.In(models.Shanghai()).Add(time.Minute - time.Second).Format("15:04") // never a minute too early
}

// errorText gives an error in the page's language.
func (p page) errorText(e *models.Error) string {
	s := e.Message
	if p.Lang != chinese && e.English != "" { // errors of the API have these two languages
		s = e.English
	}
	if left, ok := e.Extra["attempts_left"].(int); ok {
		if p.Lang != chinese { // Chinese sentences stand without a space
			s += " "
		}
		s += p.text("entry.tries", left)
	}
	return s
}

// fieldText gives what is wrong with a field in the page's language.
func (p page) fieldText(f models.FieldError) string {
	if s, err := p.T("wrong." + f.Code); err == nil && p.Lang != chinese {
		return s
	}
	return f.Message
}

// statusOf is the status of a page that shows its form again with what was wrong.
func statusOf(e *models.Error) int {
	switch e.Kind {
	case models.KindUnauthenticated:
		return fiber.StatusUnauthorized
	case models.KindTooMany:
		return fiber.StatusTooManyRequests
	case models.KindNotFound:
		return fiber.StatusNotFound
	case models.KindTooLarge:
		return fiber.StatusRequestEntityTooLarge
	case models.KindUnsupported:
		return fiber.StatusUnsupportedMediaType
	}
	return fiber.StatusBadRequest
}
