package phone

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/internal/photo"
	"huisheng/models"
)

// maxWords is how many bytes of words the form of a complaint may have: 2000 characters and the rest.
const maxWords = 64 << 10

var errBrokenForm = models.NewError(models.KindInvalid, "body_incomplete", "内容没有传完整，请重新提交。", "The form did not arrive completely; please send it again.")

// complaintForm is the form of a complaint as it arrives. The script sends photos before, one by one, and names them; without it they come with the form.
type complaintForm struct {
	values url.Values
	files  []models.FileID
	failed *models.Error // what is wrong with a photo
}

func (f complaintForm) submission() complaint.Submission {
	return complaint.Submission{
		Category: f.values.Get("category"), Text: f.values.Get("text"), Visibility: models.Visibility(f.values.Get("visibility")),
		Contact: f.values.Get("contact"), Key: f.values.Get("key"), Files: f.files, Regulator: f.values.Get("regulator") != "",
	}
}

func (h *Phone) readComplaint(c *fiber.Ctx, claims respond.Claims) (f complaintForm, err error) {
	media, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	switch {
	case err == nil && media == fiber.MIMEApplicationForm:
		raw, err := io.ReadAll(io.LimitReader(web.Body(c), maxWords))
		if err != nil {
			return f, broken(err)
		}
		if f.values, err = url.ParseQuery(string(raw)); err != nil {
			return f, broken(err)
		}
	case err == nil && media == fiber.MIMEMultipartForm:
		f.values = url.Values{}
		if err := h.readParts(c, claims, multipart.NewReader(web.Body(c), params["boundary"]), &f); err != nil {
			return f, err
		}
	default:
		return f, errBrokenForm
	}
	named := make([]models.FileID, 0, len(f.values["file"]))
	for _, id := range f.values["file"] {
		named = append(named, models.FileID(id))
	}
	f.files = append(named, f.files...)
	return f, nil
}

// readParts reads words and photos in their order: the form's key comes before its photos. One photo at a time is in memory.
func (h *Phone) readParts(c *fiber.Ctx, claims respond.Claims, parts *multipart.Reader, f *complaintForm) error {
	words := int64(maxWords)
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // a body that is cut off wraps it
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if part.FileName() == "" {
			raw, err := io.ReadAll(io.LimitReader(part, words))
			if err != nil {
				return broken(err)
			}
			words -= int64(len(raw))
			f.values.Add(part.FormName(), string(raw))
			continue
		}
		if part.FormName() != "photo" || f.failed != nil || len(f.files) >= models.MaxComplaintFiles {
			continue // the reader skips what is left of it
		}
		raw, err := io.ReadAll(io.LimitReader(part, photo.MaxBytes+1))
		if err != nil {
			return broken(err)
		}
		if err := h.addTo(c, claims, f, raw); err != nil {
			return err
		}
	}
}

// addTo stores a photo under a key made of the form's own and the content, so that the form sent again names the same photos.
func (h *Phone) addTo(c *fiber.Ctx, claims respond.Claims, f *complaintForm, raw []byte) error {
	sum := sha256.Sum256(raw)
	id, err := h.addPhoto(c, claims, raw, f.values.Get("key")+"/"+hex.EncodeToString(sum[:12]))
	var x *models.Error
	if errors.As(err, &x) && x.Kind != models.KindInternal && x.Kind != models.KindUnavailable {
		f.failed = x
		return nil
	}
	if err == nil {
		f.files = append(f.files, id)
	}
	return err
}

func (h *Phone) addPhoto(c *fiber.Ctx, claims respond.Claims, raw []byte, key string) (models.FileID, error) {
	return h.d.App.Complaints.AddFile(c.UserContext(), claims, complaint.Upload{Content: bytes.NewReader(raw), Size: int64(len(raw)), Key: key})
}

// AddPhoto takes one photo from the script, as the whole body, and gives its id to name in the complaint.
func (h *Phone) AddPhoto(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	raw, err := io.ReadAll(io.LimitReader(web.Body(c), photo.MaxBytes+1))
	if err != nil {
		return broken(err)
	}
	id, err := h.addPhoto(c, web.Respondent[respond.Claims](c), raw, c.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"id": id})
}

// broken is a body that did not arrive as what it says it is; if it was too large, the frame has said so already.
func broken(err error) error {
	if errors.As(err, new(*models.Error)) {
		return err
	}
	return errBrokenForm.Because(fmt.Errorf("read form: %w", err))
}
