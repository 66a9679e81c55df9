package console

import (
	"errors"
	"io"
	"mime/multipart"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/outreach"
	"huisheng/handlers/web"
	"huisheng/internal/sheet"
	"huisheng/models"
)

// claimCheck is what the page shows before a claim is sent: who will be invited, who not and why, and everything to send it with.
type claimCheck struct {
	Input    outreach.ClaimInput
	Subsidy  string
	Pick     string
	Numbers  string
	Action   string // with the filters, which say who "everybody found" is
	Accepted int
	Rejected []models.Refusal
}

// checkClaim shows what a claim would do, before its list is frozen.
func (h *Console) checkClaim(c *fiber.Ctx, f form, in outreach.ClaimInput) error {
	accepted, rejected, err := h.app.Outreach.Preview(c.UserContext(), web.Principal(c), in)
	if err != nil {
		return h.claimRefused(c, f, err)
	}
	d := claimCheck{
		Input: in, Subsidy: h.subsidy(langOf(c), in.SubsidyType), Pick: f.Value("pick"), Numbers: strings.Join(in.Certificates, "\n"),
		Action: here(c, c.Query("after")), Accepted: accepted, Rejected: rejected,
	}
	if d.Pick == pickAll {
		d.Input.Records = nil // the address says who
	}
	return h.render(c, "claim-check", page{Title: say(c, "核对名单", "Check the list"), Data: d})
}

// claimRefused shows the form again with what was wrong.
func (h *Console) claimRefused(c *fiber.Ctx, f form, err error) error {
	rejected := refusedPeople(err)
	if err := f.refused(c, err); err != nil {
		return err
	}
	if why := f.Bad("records"); why != "" {
		f.Wrong["records"] = say(c, "名单是空的，请先选人。", "The list is empty. Please pick people first.")
	}
	return h.claim(c, f, rejected)
}

// numberHeadings are what the column of certificate numbers may be called in an uploaded list.
var numberHeadings = []models.LocalText{{Zh: "证书编号", En: "certificate number"}, {Zh: "证书号码", En: "certificate no"}, {Zh: "证书号", En: "certificate"}}

// listed reads the certificate numbers of an uploaded list: the column so called, or the first column of a file without headings.
func listed(c *fiber.Ctx, head *multipart.FileHeader) ([]string, error) {
	file, err := head.Open()
	if err != nil {
		return nil, models.ErrUnavailable.Because(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	r, err := sheet.Open(file, head.Size, head.Filename, sheet.Options{MaxSize: 8 << 20, MaxRows: models.MaxClaimPeople + 50})
	if err != nil {
		return nil, err
	}
	rows, err := r.Rows(c.UserContext(), shown(r.Sheets()))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // it was only read
	var list []string
	column := -1
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if at := numberColumn(row); column < 0 && at >= 0 {
			column, list = at, nil
			continue
		}
		if v := strings.TrimSpace(row.At(max(column, 0)).Text); v != "" {
			list = append(list, v)
		}
	}
}

// shown is the first table that is not hidden.
func shown(list []sheet.Sheet) sheet.Sheet {
	for _, s := range list {
		if !s.Hidden {
			return s
		}
	}
	return list[0] // a file has at least one
}

func numberColumn(row *sheet.Row) int {
	for i := range row.Cells {
		for _, name := range numberHeadings {
			if text := strings.TrimSpace(row.Cells[i].Text); strings.EqualFold(text, name.Zh) || strings.EqualFold(text, name.En) {
				return i
			}
		}
	}
	return -1
}
