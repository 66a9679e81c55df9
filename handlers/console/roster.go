package console

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/roster"
	"huisheng/handlers/web"
	"huisheng/models"
)

// shownIssues is how many bad cells a page lists; the file of rejected rows has all of them.
const shownIssues = 200

type rosterData struct {
	Org    models.Org
	List   models.List[roster.RecordView]
	Filter string // whether the list is narrowed
	First  string
	Next   string
	Levels []models.Level
	// Uploads, to be found again, a few at a time.
	Before  []models.Import
	Earlier string // where the next few are
	Paging  bool   // these are not the latest
}

// ShowRoster is the page for uploading a roster, and the list of what is stored.
func (h *Console) ShowRoster(c *fiber.Ctx) error { return h.roster(c, form{}) }

func (h *Console) roster(c *fiber.Ctx, f form) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	d := rosterData{Org: org, Levels: h.app.Catalog.Levels()}
	if d.List, err = h.records(c, org.ID, &f); err != nil {
		return err
	}
	before, err := h.app.Roster.ListImports(c.UserContext(), web.Principal(c), org.ID, models.Page{Limit: onHome, After: c.Query("uploads")})
	if err != nil {
		return err
	}
	if d.Before = before.Items; before.Next != "" {
		d.Earlier = "/console/roster?uploads=" + url.QueryEscape(before.Next) + "#uploads"
	}
	d.Paging = c.Query("uploads") != ""
	d.Next = newer(c, d.List.Next)
	if c.Query("after") != "" {
		d.First = "/console/roster"
	}
	for _, name := range recordFilters {
		d.Filter += c.Query(name)
	}
	return h.render(c, "roster", page{Title: say(c, "名册", "Roster"), Form: f, Data: d})
}

var recordFilters = []string{"certificate", "department", "occupation", "level", "from", "until"}

// query reads the filters of a list of records from the address.
func query(c *fiber.Ctx) roster.Query {
	return roster.Query{
		Certificate: c.Query("certificate"), Department: c.Query("department"), Occupation: c.Query("occupation"), Level: c.Query("level"),
		From: c.Query("from"), Until: c.Query("until"),
	}
}

// records reads the list by the filters of the address. A wrong filter is said at the form, and gives an empty list.
func (h *Console) records(c *fiber.Ctx, org models.OrgID, f *form) (models.List[roster.RecordView], error) {
	none := models.List[roster.RecordView]{}
	at, err := web.Page(c)
	if err != nil {
		return none, err
	}
	q := query(c)
	if f.Values == nil {
		f.Values = map[string]string{}
	}
	for i, v := range []string{q.Certificate, q.Department, q.Occupation, q.Level, q.From, q.Until} {
		f.Values[recordFilters[i]] = v
	}
	list, err := h.app.Roster.ListRecords(c.UserContext(), web.Principal(c), org, q, at)
	if err != nil {
		return none, f.refused(c, err)
	}
	return list, nil
}

var errNoFile = models.ErrInvalid.WithFields(models.FieldError{Field: "file", Code: "file_missing", Message: "请先选择文件。"})

// UploadRoster takes a roster without scripts: the whole form at once, then the page of what came of it. With scripts the page sends the file to the API and
// shows the same result in place.
func (h *Console) UploadRoster(c *fiber.Ctx) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	res, err := h.importFile(c, org.ID)
	if err != nil {
		f := form{}
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.roster(c, f)
	}
	return c.Redirect("/console/roster/imports/"+string(res.Import), fiber.StatusSeeOther)
}

func (h *Console) importFile(c *fiber.Ctx, org models.OrgID) (models.ImportResult, error) {
	head, err := c.FormFile("file")
	if err != nil {
		return models.ImportResult{}, errNoFile.Because(err)
	}
	file, err := head.Open()
	if err != nil {
		return models.ImportResult{}, models.ErrUnavailable.Because(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	in := roster.File{Content: file, Size: head.Size, Name: head.Filename}
	return h.app.Roster.Import(c.UserContext(), web.Principal(c), org, in, c.FormValue("do") != "import", nil)
}

type importData struct {
	Org    models.Org
	Import models.Import
	Result models.ImportResult
	Bad    badCells
	More   int // bad cells that are not listed
}

// ShowImport is what came of one upload.
func (h *Console) ShowImport(c *fiber.Ctx) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	d := importData{Org: org}
	if d.Import, err = h.app.Roster.FindImport(c.UserContext(), web.Principal(c), org.ID, models.ImportID(c.Params("import"))); err != nil {
		return err
	}
	if d.Import.Result != nil {
		d.Result = *d.Import.Result
		list := d.Result.Errors[:min(len(d.Result.Errors), shownIssues)]
		d.Bad, d.More = badCellsOf(langOf(c), list), d.Result.ErrorsTotal-len(list)
	}
	return h.render(c, "import", page{Title: say(c, "上传结果", "Result of the upload"), Data: d})
}
