package demo

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"huisheng/models"
)

// column is one column of a roster: its heading, and what stands in it.
type column struct {
	heading string
	messy   string // a heading that people write instead; empty: the same
	value   func(p Person) string
}

// columns gives the headings of design for one kind of organisation.
func columns(kind models.OrgKind) []column {
	list := []column{
		{"姓名", "姓 名", func(p Person) string { return p.Name }},
		{"证件类型", "", func(p Person) string { return p.DocType.Name() }},
		{"证件号码", "身份证号", func(p Person) string { return p.Document }},
		{"手机号码", "联系电话", func(p Person) string { return p.Phone }},
	}
	level := column{"技能等级", "等级", func(p Person) string { return p.Level }}
	certificate := column{"证书编号", "证书号", func(p Person) string { return p.Certificate }}
	occupation := column{"职业(工种)", "职业（工种）", func(p Person) string { return p.Occupation }}
	code := column{"职业编码", "", func(p Person) string { return p.OccupationCode }}
	issued := column{"发证日期", "取证日期", func(p Person) string { return p.IssuedOn }}
	switch kind {
	case models.OrgSchool:
		return append(list,
			column{"学号", "", func(p Person) string { return p.StudentNo }},
			column{"专业", "", func(p Person) string { return p.Major }},
			column{"班级", "", func(p Person) string { return p.Class }},
			column{"实习单位", "", func(p Person) string { return p.Company }},
			column{"实习岗位", "", func(p Person) string { return p.CompanyPost }},
			column{"实习开始日期", "", func(p Person) string { return p.InternStart }},
			column{"实习结束日期", "", func(p Person) string { return p.InternEnd }},
			column{"毕业日期", "", func(p Person) string { return p.GraduatesOn }},
			level, certificate)
	case models.OrgSocial:
		certificate.value = func(p Person) string { return "S" + p.Certificate[1:] }
		return append(list, occupation, code, level, certificate, issued,
			column{"考点", "考试地点", func(p Person) string { return p.ExamSite }},
			column{"考点区划", "", func(p Person) string { return p.ExamRegion }},
			column{"课程名称", "", func(p Person) string { return p.Course }})
	}
	return append(list,
		column{"部门", "车间", func(p Person) string { return p.Department }},
		column{"岗位", "", func(p Person) string { return p.Post }},
		occupation, code, level, certificate, issued,
		column{"评价方式", "", func(p Person) string { return p.Method }},
		column{"评价日期", "", func(p Person) string { return p.AssessedOn }})
}

// RosterRows gives a clean roster: the headings, then one row a person.
func RosterRows(kind models.OrgKind, people []Person) [][]string {
	cols := columns(kind)
	rows := make([][]string, 0, len(people)+1)
	head := make([]string, len(cols))
	for i, c := range cols {
		head[i] = c.heading
	}
	rows = append(rows, head)
	for _, p := range people {
		rows = append(rows, values(cols, p))
	}
	return rows
}

func values(cols []column, p Person) []string {
	row := make([]string, len(cols))
	for i, c := range cols {
		row[i] = c.value(p)
	}
	return row
}

// RosterCSV writes a clean roster as CSV in UTF-8.
func RosterCSV(w io.Writer, kind models.OrgKind, people []Person) error {
	if err := csv.NewWriter(w).WriteAll(RosterRows(kind, people)); err != nil {
		return fmt.Errorf("write demo csv: %w", err)
	}
	return nil
}

// RosterXLSX writes a clean roster as an Excel file, in little memory however many people there are.
func RosterXLSX(w io.Writer, kind models.OrgKind, people []Person) error {
	cols := columns(kind)
	return writeXLSX(w, func(put func(cells []any) error) error {
		head := make([]any, len(cols))
		for i, c := range cols {
			head[i] = c.heading
		}
		if err := put(head); err != nil {
			return err
		}
		for _, p := range people {
			if err := put(cells(values(cols, p))); err != nil {
				return err
			}
		}
		return nil
	})
}

// MessyXLSX writes the roster as offices really hand it in: a title above the headings, other words for them, a number and a remark column that mean
// nothing here, empty rows, spaces inside phone numbers, a small x, full-width digits, four ways of writing a day and four of a level. Every row
// is valid all the same.
func MessyXLSX(w io.Writer, kind models.OrgKind, people []Person) error {
	cols := columns(kind)
	return writeXLSX(w, func(put func(cells []any) error) error {
		head := []any{"序号"}
		for _, c := range cols {
			head = append(head, cmp.Or(c.messy, c.heading))
		}
		for _, row := range [][]any{{"2026年技能人才评价人员名单"}, {}, append(head, "备注")} {
			if err := put(row); err != nil {
				return err
			}
		}
		for i, p := range people {
			row := append([]any{i + 1}, cells(messy(cols, p, i))...)
			if err := put(append(row, "")); err != nil {
				return err
			}
			if i%50 == 49 {
				if err := put(nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// messy writes one person's values in the ways that people write them.
func messy(cols []column, p Person, i int) []string {
	row := values(cols, p)
	for c, col := range cols {
		v := row[c]
		switch {
		case col.heading == "姓名" && i%7 == 0:
			row[c] = " " + v + "　"
		case col.heading == "证件类型" && i%2 == 0:
			row[c] = "身份证"
		case col.heading == "证件号码" && i%5 == 0:
			row[c] = strings.ToLower(v) + " "
		case col.heading == "手机号码":
			row[c] = []string{v, v[:3] + " " + v[3:7] + " " + v[7:], "+86" + v, v[:3] + "-" + v[3:7] + "-" + v[7:]}[i%4]
		case col.heading == "技能等级":
			row[c] = []string{v, levelNames[v], strings.Split(levelNames[v], "/")[0], fullWidth(v)}[i%4]
		case strings.HasSuffix(col.heading, "日期"):
			row[c] = messyDay(v, i)
		}
	}
	return row
}

var levelNames = map[string]string{"5": "五级/初级工", "4": "四级/中级工", "3": "三级/高级工", "2": "二级/技师"}

func messyDay(day string, i int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format([]string{time.DateOnly, "2006/1/2", "2006.01.02", "2006年1月2日"}[i%4])
}

func fullWidth(digits string) string {
	return strings.Map(func(r rune) rune { return r + 0xfee0 }, digits)
}

func cells(values []string) []any {
	row := make([]any, len(values))
	for i, v := range values {
		row[i] = v
	}
	return row
}

// writeXLSX streams the rows that fill puts into the first sheet.
func writeXLSX(w io.Writer, fill func(put func(cells []any) error) error) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("close demo roster: %w", e)
		}
	}()
	sheet, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return fmt.Errorf("start demo roster: %w", err)
	}
	n := 0
	err = fill(func(row []any) error {
		n++
		if err := sheet.SetRow("A"+strconv.Itoa(n), row); err != nil {
			return fmt.Errorf("write row %d of demo roster: %w", n, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := sheet.Flush(); err != nil {
		return fmt.Errorf("finish demo roster: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write demo roster: %w", err)
	}
	return nil
}
