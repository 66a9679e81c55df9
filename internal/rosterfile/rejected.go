package rosterfile

import (
	"io"
	"strconv"
	"strings"

	"huisheng/internal/sheet"
)

// The columns that RejectedWriter adds. Parse passes over them, so that the corrected file can be uploaded as it is.
const (
	rejectedLine    = "行号"
	rejectedProblem = "问题"
)

// RejectedWriter writes the rows that were refused into a workbook, as a stream: the line in the original file, what is wrong, and the
// original cells. Every cell is written as text, so no content can act as a formula and no number loses digits.
type RejectedWriter struct {
	out   *sheet.Writer
	cells []string
}

// NewRejectedWriter starts the workbook; headings come from Options.OnHeader.
func NewRejectedWriter(w io.Writer, headings []string) (*RejectedWriter, error) {
	widths := []int{8, 60}
	for range headings {
		widths = append(widths, 20)
	}
	out, err := sheet.NewWriter(w, "未导入的行", widths)
	if err != nil {
		return nil, err
	}
	r := &RejectedWriter{out: out}
	return r, r.write(rejectedLine, rejectedProblem, headings)
}

// Write adds a row with its errors; the other issues are left out. It does nothing if there is no error.
func (r *RejectedWriter) Write(row Row, issues []Issue) error {
	var problems []string
	for _, i := range issues {
		if i.Severity != SeverityError {
			continue
		}
		if i.Column != "" {
			problems = append(problems, i.Column+"："+i.Message)
		} else {
			problems = append(problems, i.Message)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return r.write(strconv.Itoa(row.Line), strings.Join(problems, "\n"), row.Cells)
}

func (r *RejectedWriter) write(line, problem string, cells []string) error {
	r.cells = append(append(r.cells[:0], line, problem), cells...)
	return r.out.WriteRow(r.cells)
}

// Close finishes the workbook; it does not close the underlying writer.
func (r *RejectedWriter) Close() error { return r.out.Close() }
