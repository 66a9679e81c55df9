package api

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/app/paper"
	"huisheng/handlers/web"
	"huisheng/internal/photo"
	"huisheng/models"
)

// ListAsks lists what officials ask the operator's organisation.
func (h *API) ListAsks(c *fiber.Ctx) error {
	list, err := h.app.Complaints.Asked(c.UserContext(), web.Principal(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"items": list, "next": ""})
}

// ShowAsk shows one question.
func (h *API) ShowAsk(c *fiber.Ctx) error {
	a, err := h.app.Complaints.ReadAsk(c.UserContext(), web.Principal(c), models.AskID(c.Params("ask")))
	if err != nil {
		return err
	}
	return c.JSON(a)
}

// ReplyToAsk takes the organisation's answer: multipart with the part `text` and up to three parts `file`.
func (h *API) ReplyToAsk(c *fiber.Ctx) error {
	text, files, done, err := replyForm(c)
	defer done()
	if err != nil {
		return err
	}
	a, err := h.app.Complaints.Reply(c.UserContext(), web.Principal(c), models.AskID(c.Params("ask")), text, files)
	if err != nil {
		return inFile(err)
	}
	return c.JSON(a)
}

// replyForm reads a reply. Files lie in nameless temporary files, so that a large one is not in memory twice.
func replyForm(c *fiber.Ctx) (text string, files []complaint.ReplyFile, done func(), err error) {
	var spools []*os.File
	done = func() {
		for _, f := range spools {
			_ = f.Close() // nothing was to be kept
		}
	}
	media, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || media != fiber.MIMEMultipartForm || params["boundary"] == "" {
		return "", nil, done, inFile(errNotForm)
	}
	parts := multipart.NewReader(web.Body(c), params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // a body that is cut off wraps it
			return text, files, done, nil
		}
		if err != nil {
			return "", nil, done, broken(err)
		}
		if part.FileName() == "" {
			if part.FormName() != "text" {
				continue
			}
			raw, err := io.ReadAll(io.LimitReader(part, maxReplyText))
			if err != nil {
				return "", nil, done, broken(err)
			}
			text = string(raw)
			continue
		}
		spool, err := nameless()
		if err != nil {
			return "", nil, done, err
		}
		spools = append(spools, spool)
		n, err := io.Copy(spool, io.LimitReader(part, photo.MaxBytes+1))
		if err != nil {
			return "", nil, done, broken(err)
		}
		if files = append(files, complaint.ReplyFile{Content: spool, Size: n}); len(files) > models.MaxReplyFiles+1 {
			return text, files, done, nil // the use case says that these are too many
		}
	}
}

// maxReplyText is how many bytes of text a reply's form may have.
const maxReplyText = 32 << 10

// ShowReplyFile gives the n-th file of a reply, from 1, to be saved: what an organisation sends is not shown inside our pages.
func (h *API) ShowReplyFile(c *fiber.Ctx) error {
	n, err := c.ParamsInt("n")
	if err != nil {
		return models.ErrNotFound
	}
	content, media, err := h.app.Complaints.Paper(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")), models.AskID(c.Params("ask")), n)
	if err != nil {
		return err
	}
	return saved(c, content, media, fmt.Sprintf("reply-%d", n))
}

// saved sends a file that somebody else made, to be saved and not shown, whatever is in it.
func saved(c *fiber.Ctx, content []byte, media, name string) error {
	end := "pdf"
	if media != paper.MediaPDF {
		media, end = paper.MediaJPEG, "jpg"
	}
	c.Set(fiber.HeaderContentType, media)
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s.%s"`, name, end))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.Send(content)
}

// noticeView is a notice as callers see it.
type noticeView struct {
	ID        string             `json:"id"`
	Kind      models.NoticeKind  `json:"kind"`
	Complaint models.ComplaintID `json:"complaint,omitempty"`
	CaseNo    string             `json:"case_no,omitempty"`
	Ask       models.AskID       `json:"ask,omitempty"`
	DueAt     web.Time           `json:"due_at"` // null: nothing is due
	DueKind   models.DueKind     `json:"due_kind,omitempty"`
	Level     int                `json:"level"`
	At        web.Time           `json:"at"`
}

// ListNotices lists what the reader's desk is to be told.
func (h *API) ListNotices(c *fiber.Ctx) error {
	list, err := h.app.Complaints.Notices(c.UserContext(), web.Principal(c))
	if err != nil {
		return err
	}
	items := make([]noticeView, len(list))
	for i, n := range list {
		items[i] = noticeView{
			ID: n.ID, Kind: n.Kind, Complaint: n.Complaint, CaseNo: n.CaseNo, Ask: n.Ask, DueAt: web.Time(n.Due), DueKind: n.DueKind, Level: n.Level,
			At: web.Time(n.At.Truncate(time.Second)),
		}
	}
	return c.JSON(fiber.Map{"items": items, "next": ""})
}

type seenInput struct {
	ID string `json:"id"`
}

// SeenNotice takes a notice off the desk.
func (h *API) SeenNotice(c *fiber.Ctx) error {
	in, err := web.Bind[seenInput](c)
	if err != nil {
		return err
	}
	if err := h.app.Complaints.Seen(c.UserContext(), web.Principal(c), in.ID); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
