package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/roster"
	"huisheng/handlers/web"
	"huisheng/models"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// The errors of uploading.
var (
	errNotForm  = models.NewError(models.KindInvalid, "not_multipart", "请用 multipart/form-data 上传，文件放在 file 一项里。", "Send multipart/form-data with the file in the part named file.")
	errNoFile   = models.NewError(models.KindInvalid, "file_missing", "没有收到文件，请选择文件后再上传。", "No file was received.")
	errTwoFiles = models.NewError(models.KindInvalid, "file_several", "一次只能上传一个文件。", "Only one file at a time.")
)

// importView is the outcome of an import as callers see it.
type importView struct {
	models.ImportResult
	RejectedFile string `json:"rejected_file,omitempty"`
}

func importOf(org models.OrgID, r models.ImportResult) importView {
	v := importView{ImportResult: r}
	if r.Rejected > 0 {
		v.RejectedFile = "/api/v1/orgs/" + url.PathEscape(string(org)) + "/roster/imports/" + string(r.Import) + "/rejected.xlsx"
	}
	return v
}

// ImportRoster takes in a roster: multipart with one part `file`. ?dry_run=true only says what would happen. It answers when all rows are through.
func (h *API) ImportRoster(c *fiber.Ctx) error {
	dry, err := flag(c, "dry_run")
	if err != nil {
		return err
	}
	file, done, err := upload(c)
	if err != nil {
		return err
	}
	defer done()
	org := models.OrgID(c.Params("org"))
	res, err := h.app.Roster.Import(c.UserContext(), web.Principal(c), org, file, dry, nil)
	if err != nil {
		return inFile(err)
	}
	return c.JSON(importOf(org, res))
}

// flag reads a boolean of the query.
func flag(c *fiber.Ctx, name string) (bool, error) {
	s := c.Query(name)
	if s == "" {
		return false, nil
	}
	v, err := strconv.ParseBool(s)
	if err != nil {
		return false, models.ErrInvalid.WithFields(models.FieldError{Field: name, Code: "wrong_value", Message: name + " 应为 true 或 false。"})
	}
	return v, nil
}

// inFile says of an error about the uploaded file which field it is about.
func inFile(err error) error {
	var e *models.Error
	if !errors.As(err, &e) || len(e.Fields) > 0 || !slices.Contains([]models.Kind{models.KindInvalid, models.KindTooLarge, models.KindUnsupported}, e.Kind) {
		return err
	}
	return e.WithFields(models.FieldError{Field: "file", Code: e.Code, Message: e.Message})
}

// upload takes the part `file` out of the body as it arrives. It goes into a file without a name, which vanishes with the process whatever happens to it:
// a roster is personal data, and sixty megabytes of it are not for the memory. done frees it.
func upload(c *fiber.Ctx) (file roster.File, done func(), err error) {
	media, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || media != fiber.MIMEMultipartForm || params["boundary"] == "" {
		return file, nil, inFile(errNotForm)
	}
	spool, err := nameless()
	if err != nil {
		return file, nil, err
	}
	file.Content = spool
	file.Name, file.Size, err = onlyFile(multipart.NewReader(web.Body(c), params["boundary"]), spool)
	if err != nil {
		_ = spool.Close() // the upload's error says more
		return file, nil, err
	}
	return file, func() { _ = spool.Close() }, nil // nothing was to be kept
}

// onlyFile copies the one part `file` of a form.
func onlyFile(parts *multipart.Reader, to io.Writer) (name string, size int64, err error) {
	found := false
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // a body that is cut off wraps it
			break
		}
		if err != nil {
			return "", 0, broken(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue // a form's other fields
		}
		if found {
			return "", 0, inFile(errTwoFiles)
		}
		found, name = true, part.FileName()
		if size, err = io.Copy(to, part); err != nil {
			return "", 0, broken(err)
		}
	}
	if !found {
		return "", 0, inFile(errNoFile)
	}
	return name, size, nil
}

// nameless makes a temporary file that only this process can reach.
func nameless() (*os.File, error) {
	f, err := os.CreateTemp("", "huisheng-*") // mode 0600
	if err != nil {
		return nil, models.ErrUnavailable.Because(err)
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close() // the removal's error says more
		return nil, models.ErrUnavailable.Because(err)
	}
	return f, nil
}

// broken is a body that is no proper multipart; if it was too large or did not arrive, the frame has said so already.
func broken(err error) error {
	var known *models.Error
	if errors.As(err, &known) {
		return err
	}
	return inFile(errNotForm.Because(err))
}

// importStateView is how far an import is.
type importStateView struct {
	Import    models.ImportID     `json:"import"`
	State     models.ImportState  `json:"state"`
	DryRun    bool                `json:"dry_run"`
	Rows      int                 `json:"rows"` // so far
	Result    *importView         `json:"result,omitempty"`
	Failure   *models.ImportFault `json:"failure,omitempty"`
	CreatedAt web.Time            `json:"created_at"`
	UpdatedAt web.Time            `json:"updated_at"`
}

func importStateOf(i models.Import) importStateView {
	v := importStateView{
		Import: i.ID, State: i.State, DryRun: i.DryRun, Rows: i.Rows, Failure: i.Failure, CreatedAt: web.Time(i.CreatedAt), UpdatedAt: web.Time(i.UpdatedAt),
	}
	if i.Result != nil {
		result := importOf(i.Org, *i.Result)
		v.Result = &result
	}
	return v
}

// ListImports lists the uploads of the last thirty days, newest first.
func (h *API) ListImports(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Roster.ListImports(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, func(i models.Import) importStateView {
		v := importStateOf(i)
		if v.Result != nil { // a list gives the counts; the lists inside are the import's own page
			short := v.Result.Brief()
			v.Result = &importView{ImportResult: short, RejectedFile: v.Result.RejectedFile}
		}
		return v
	}))
}

// ShowImport says how far an import is, or what came of it.
func (h *API) ShowImport(c *fiber.Ctx) error {
	i, err := h.app.Roster.FindImport(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), models.ImportID(c.Params("import")))
	if err != nil {
		return err
	}
	return c.JSON(importStateOf(i))
}

// DownloadRejected gives the rows that were not imported, as they were uploaded, each with what is wrong.
func (h *API) DownloadRejected(c *fiber.Ctx) error {
	r, err := h.app.Roster.Rejected(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), models.ImportID(c.Params("import")))
	if err != nil {
		return err
	}
	attachment(c, "未导入的行.xlsx")
	return c.SendStream(patient{r, c.Context().Conn()})
}

// attachment makes the answer an Excel file to save; nothing may keep a copy.
func attachment(c *fiber.Ctx, name string) {
	c.Set(fiber.HeaderContentType, xlsxType)
	c.Set(fiber.HeaderContentDisposition, "attachment; filename=\"roster.xlsx\"; filename*=UTF-8''"+url.PathEscape(name))
	c.Set(fiber.HeaderCacheControl, "no-store")
}

// patient gives the client more time with each piece that it has taken; the server's own deadline is for a whole answer.
type patient struct {
	r    io.Reader
	conn net.Conn
}

// Read implements io.Reader.
func (p patient) Read(b []byte) (int, error) {
	if err := p.conn.SetWriteDeadline(time.Now().Add(web.DefaultTimeout)); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// RosterTemplate gives the workbook that an organisation of a kind fills in.
func (h *API) RosterTemplate(c *fiber.Ctx) error {
	kind := models.OrgKind(c.Params("kind"))
	name, ok := map[models.OrgKind]string{
		models.OrgEnterprise: "企业评价人员名册模板.xlsx", models.OrgSchool: "院校学生名册模板.xlsx", models.OrgSocial: "社评组织考生名册模板.xlsx",
	}[kind]
	if !ok {
		return models.ErrNotFound
	}
	var b bytes.Buffer
	if err := h.app.Roster.WriteTemplate(&b, kind); err != nil {
		return err
	}
	attachment(c, name)
	return c.Send(b.Bytes())
}
