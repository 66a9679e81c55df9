package console

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// ExportCompare gives the comparison that the same address shows as a page, whole, as a spreadsheet or as text for one.
func (h *Console) ExportCompare(c *fiber.Ctx) error {
	d, who := h.compareFilter(c)
	if len(d.All) == 0 {
		return models.ErrNotFound
	}
	var rows []compared
	var err error
	if d.By == "org" {
		rows, err = h.ranked(c, who, d)
	} else if err = h.compare(c, who, &d); err == nil {
		rows = d.Rows
	}
	if err != nil {
		return err
	}
	l := langOf(c)
	table := [][]string{{
		l.say("名次", "Place"), l.say("名称", "Name"), l.text(d.Indicator.Title), l.say("单位", "Unit"), l.say("95%区间", "95% interval"), l.say("样本", "Sample"),
		l.say("比上期", "Since the period before"), l.say("说明", "Remarks"), l.say("时期", "Period"),
	}}
	for _, r := range rows {
		place := ""
		if r.Place > 0 {
			place = strconv.Itoa(r.Place)
		}
		remark := r.Figure.None
		if r.Figure.Few {
			remark = l.say("样本少，不排名", "few answers, not ranked")
		}
		table = append(table, []string{place, r.Name, r.Figure.Value, r.Figure.Unit, r.Figure.Interval, r.Figure.Sample, r.Change, remark, d.Period})
	}
	name := d.Indicator.ID + "-" + d.Period
	if strings.HasSuffix(c.Path(), ".csv") {
		return sendCSV(c, name, table)
	}
	return sendXLSX(c, name, table)
}

// sendCSV writes text that spreadsheets open in the right encoding and of which they compute nothing.
func sendCSV(c *fiber.Ctx, name string, table [][]string) error {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	for _, row := range table {
		for i, cell := range row {
			row[i] = inert(cell)
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	c.Attachment(name + ".csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.Send(b.Bytes())
}

// inert keeps a spreadsheet from taking a cell for a formula. A cell of xlsx is text by its type; in csv only an apostrophe says so.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func sendXLSX(c *fiber.Ctx, name string, table [][]string) error {
	var b bytes.Buffer
	w, err := sheet.NewWriter(&b, langOf(c).say("指标对比", "Comparison"), []int{8, 36, 14, 16, 18, 10, 12, 24, 14})
	if err != nil {
		return err
	}
	for _, row := range table {
		if err := w.WriteRow(row); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.Attachment(name + ".xlsx")
	c.Set(fiber.HeaderContentType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	return c.Send(b.Bytes())
}
