package roster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"huisheng/models"
)

// conclude finishes the result once all rows are through: what concerns the file, and what concerns many rows at once.
func (r *run) conclude() error {
	if r.result.Rows == 0 {
		return ErrNoRows
	}
	list := r.filings.warnings()
	unused := map[string]bool{}
	for _, n := range r.summary.Notes {
		if n.Column != "" {
			unused[n.Column] = true
			continue
		}
		list = append(list, models.RowIssue{Row: n.Row, Code: n.Code, Message: n.Message})
	}
	for _, h := range r.summary.Headings {
		switch {
		case h == "":
		case unused[h]:
			r.result.Ignored = append(r.result.Ignored, short(h))
		default:
			r.result.Recognised = append(r.result.Recognised, short(h))
		}
	}
	slices.SortStableFunc(list, func(a, b models.RowIssue) int { return cmp.Compare(a.Row, b.Row) })
	r.result.WarningsTotal += len(list)
	all := append(list, r.result.Warnings...) // these first: each speaks of more than one cell
	r.result.Warnings = all[:min(len(all), models.MaxIssues)]
	return r.rejected.close()
}

// finish writes down how the import ended.
func (r *run) finish(ctx context.Context, p models.Principal, failed error) (models.ImportResult, error) {
	r.imp.UpdatedAt, r.imp.State, r.imp.Rows = r.s.now(), models.ImportDone, r.result.Rows
	r.imp.Chunks = r.rejected.out.parts
	r.imp.Result = &r.result
	detail := map[string]string{"state": "done"}
	for name, n := range map[string]int{
		"rows": r.result.Rows, "created": r.result.Created, "updated": r.result.Updated, "unchanged": r.result.Unchanged, "rejected": r.result.Rejected,
	} {
		detail[name] = strconv.Itoa(n)
	}
	if failed != nil {
		fault := faultOf(failed)
		r.imp.State, r.imp.Result, r.imp.Chunks, r.imp.Failure = models.ImportFailed, nil, 0, &fault
		detail["state"], detail["code"] = "failed", fault.Code
	}
	err := r.s.store.UpdateImport(ctx, r.imp)
	if e := r.s.record(ctx, p, r.imp, detail); e != nil {
		err = errors.Join(err, e)
	}
	if failed != nil {
		if err != nil {
			r.s.log.Error("the end of an import was not written down", "import", r.imp.ID, "error", err)
		}
		return models.ImportResult{}, fmt.Errorf("import %s: %w", r.imp.ID, failed)
	}
	if err != nil {
		return models.ImportResult{}, fmt.Errorf("import %s: %w", r.imp.ID, err)
	}
	return r.result, nil
}

// faultOf is what a reader is told later; the words of errors that are not ours stay in the log.
func faultOf(err error) models.ImportFault {
	var known *models.Error
	if errors.As(err, &known) && known.Kind != models.KindInternal && known.Kind != models.KindUnavailable {
		return models.ImportFault{Code: known.Code, Message: known.Message}
	}
	return models.ImportFault{Code: "interrupted", Message: "导入中途停了，请重新上传同一个文件，已导入的不会重复。"}
}
