package console

import (
	"mime/multipart"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/handlers/web"
	"huisheng/models"
)

// askRow is one question to the organisation.
type askRow struct {
	complaint.AskForOrg
	About string
}

func (h *Console) askRow(l lang, a complaint.AskForOrg) askRow {
	return askRow{AskForOrg: a, About: h.about(l, a.Category)}
}

// ListAsks lists what officials ask the operator's organisation, open ones first.
func (h *Console) ListAsks(c *fiber.Ctx) error {
	list, err := h.app.Complaints.Asked(c.UserContext(), web.Principal(c))
	if err != nil {
		return err
	}
	from, until := stretch(c, len(list))
	rows := make([]askRow, 0, until-from)
	for _, a := range list[from:until] {
		rows = append(rows, h.askRow(langOf(c), a))
	}
	first, next := around(c, from, until, len(list))
	return h.render(c, "asks", page{Title: say(c, "需要我们答复的投诉", "Complaints we have to answer"), Data: map[string]any{"Rows": rows, "First": first, "Next": next}})
}

// ShowAsk is one question with the form of the reply.
func (h *Console) ShowAsk(c *fiber.Ctx) error { return h.ask(c, form{}) }

func (h *Console) ask(c *fiber.Ctx, f form) error {
	a, err := h.app.Complaints.ReadAsk(c.UserContext(), web.Principal(c), models.AskID(c.Params("ask")))
	if err != nil {
		return err
	}
	return h.render(c, "ask", page{Title: say(c, "答复", "Reply"), Form: f, Data: h.askRow(langOf(c), a)})
}

// ReplyToAsk takes the reply. It is sent once, so it needs its tick.
func (h *Console) ReplyToAsk(c *fiber.Ctx) error {
	f := typed(c, "text", "sure")
	if f.Value("sure") == "" {
		err := models.ErrInvalid.WithFields(models.FieldError{Field: "sure", Code: "not_sure", Message: "这一步不能撤回，请先勾选确认。"})
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.ask(c, f)
	}
	files, done, err := replyFiles(c)
	defer done()
	if err != nil {
		return err
	}
	id := models.AskID(c.Params("ask"))
	if _, err := h.app.Complaints.Reply(c.UserContext(), web.Principal(c), id, f.Value("text"), files); err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.ask(c, f)
	}
	return back(c, "/console/asks/"+url.PathEscape(string(id)), "reply")
}

// replyFiles opens the files of a form; empty fields have none.
func replyFiles(c *fiber.Ctx) (list []complaint.ReplyFile, done func(), err error) {
	var open []multipart.File
	done = func() {
		for _, f := range open {
			_ = f.Close() // nothing was to be kept
		}
	}
	m, err := c.MultipartForm()
	if err != nil {
		return nil, done, models.ErrInvalid.Because(err)
	}
	for _, head := range m.File["file"] {
		if head.Size == 0 {
			continue
		}
		f, err := head.Open()
		if err != nil {
			return nil, done, models.ErrInvalid.Because(err)
		}
		open = append(open, f)
		list = append(list, complaint.ReplyFile{Content: f, Size: head.Size})
	}
	return list, done, nil
}
