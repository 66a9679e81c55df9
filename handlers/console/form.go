package console

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// form is what somebody typed, and what is wrong with it.
type form struct {
	Error  string            // about the form as a whole
	Wrong  map[string]string // by field
	Values map[string]string
}

// Value gives what was typed into a field.
func (f form) Value(name string) string { return f.Values[name] }

// Bad gives what is wrong with a field; empty if nothing.
func (f form) Bad(name string) string { return f.Wrong[name] }

// Other lists what is wrong with fields that the page does not show, so that no reason gets lost.
func (f form) Other(shown ...string) []string {
	var list []string
	for name, why := range f.Wrong {
		known := false
		for _, s := range shown {
			known = known || s == name
		}
		if !known {
			list = append(list, why)
		}
	}
	return list
}

// typed keeps the named fields of a request for showing the form again. Passwords and the like are not named.
func typed(c *fiber.Ctx, names ...string) form {
	f := form{Values: make(map[string]string, len(names))}
	for _, n := range names {
		f.Values[n] = c.FormValue(n)
	}
	return f
}

// sure asks before something is done that people would not want by mistake; the same form comes back with sure=yes and the fields named.
func (h *Console) sure(c *fiber.Ctx, question, to string, fields ...string) error {
	return h.render(c, "confirm", page{Title: say(c, "请确认", "Please confirm"), Form: typed(c, fields...), Self: to, Data: map[string]any{
		"Question": question, "Text": "", "Back": to, "Button": say(c, "确定", "Confirm"), "Action": "",
	}})
}

// refused fills in what a use case found wrong and sets the status. An error that the person cannot mend is given back: it is for the error page.
func (f *form) refused(c *fiber.Ctx, err error) error {
	var e *models.Error
	if !errors.As(err, &e) || e.Kind == models.KindInternal || e.Kind == models.KindNotFound || e.Kind == models.KindUnavailable {
		return err
	}
	status := fiber.StatusUnprocessableEntity
	switch e.Kind {
	case models.KindConflict:
		status = fiber.StatusConflict
	case models.KindForbidden:
		status = fiber.StatusForbidden
	case models.KindTooMany:
		status = fiber.StatusTooManyRequests
	}
	c.Status(status)
	l := langOf(c)
	f.Error, f.Wrong = l.text(models.LocalText{Zh: e.Message, En: e.English}), make(map[string]string, len(e.Fields))
	for _, w := range l.wrongs(e.Fields) {
		if _, seen := f.Wrong[w.Field]; !seen {
			f.Wrong[w.Field] = w.Message
		}
	}
	return nil
}

// wrongs gives what is wrong with fields in the language.
func (l lang) wrongs(fields []models.FieldError) []models.FieldError {
	list := make([]models.FieldError, len(fields))
	for i, f := range fields {
		f.Message = f.In(string(l))
		list[i] = f
	}
	return list
}

// wrong says in the language what a thing that knows its English says is wrong: a row of a file, a refusal, a failed import.
func (l lang) wrong(what interface{ In(lang string) string }) string { return what.In(string(l)) }
