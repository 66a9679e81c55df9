package roster

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"huisheng/internal/rosterfile"
	"huisheng/internal/sheet"
	"huisheng/models"
	"huisheng/models/store"
)

// read is the first stage: rows become chunks, with everything that one file alone can tell.
func (r *run) read(st *stages, reader *sheet.Reader, out chan<- chunk) error {
	c := make(chunk, 0, chunkRows)
	summary, err := r.parse(st.ctx, reader, r.rejected.head, func(row rosterfile.Row, issues []rosterfile.Issue) error {
		row.Cells = slices.Clone(row.Cells)
		j := judged{row: row, issues: slices.Clone(issues)}
		if !rosterfile.Refused(issues) {
			j.fate = create
		}
		c = append(c, j)
		if len(c) < chunkRows {
			return nil
		}
		full := c
		c = make(chunk, 0, chunkRows)
		return st.send(out, full)
	})
	if err != nil {
		return err
	}
	if len(c) > 0 {
		if err := st.send(out, c); err != nil {
			return err
		}
	}
	r.summary = summary
	return nil
}

// build is the second stage: ids, hashes and the seal of one row.
func (r *run) build(j *judged) (err error) {
	if j.fate == refused {
		return nil
	}
	if models.YoungerThan(j.row.Document, models.AgeOfConsent, r.now) {
		j.refuse("证件号码", string(models.RefusedMinor), "未满14周岁，不能采集信息，请核对证件号码。")
		return nil
	}
	if why := r.filings.forbids(j.row.Level); why != "" {
		j.refuse("技能等级", "level_not_allowed", why)
		return nil
	}
	if placed, young := underage(&j.row); young && r.org.Kind == models.OrgSchool {
		j.issues = append(j.issues, rosterfile.Issue{
			Row: j.row.Line, Column: "实习开始日期", Code: models.AlertUnderage, Severity: rosterfile.SeverityWarning,
			Message: fmt.Sprintf("%s开始实习时未满%d周岁，不允许安排实习，已提醒主管的人社部门。", placed, models.InternAge),
		})
	}
	j.record, err = r.s.build(r.org, &j.row)
	return err
}

// compare is the third stage: what is stored already.
func (r *run) compare(ctx context.Context, c chunk) error {
	ids := make([]models.RecordID, 0, len(c))
	for i := range c {
		if j := &c[i]; j.fate != refused && !r.twice.refuse(j) {
			ids = append(ids, j.record.ID)
		}
	}
	stored, err := r.s.store.FindRecordDigests(ctx, ids)
	if err != nil {
		return err
	}
	for i := range c {
		j := &c[i]
		if j.fate == refused {
			continue
		}
		d, there := stored[j.record.ID]
		switch {
		case !there:
			dated(&j.record, r.now, r.now)
		case bytes.Equal(d.Digest, j.record.Digest):
			j.fate = same
		default:
			j.fate = change
			dated(&j.record, d.CreatedAt, r.now)
		}
	}
	return nil
}

// put is the fourth stage: what is new or changed goes to the database, two chunks at a time, which keeps it busy while the next rows are read.
func (r *run) put(ctx context.Context, c chunk) error {
	if err := r.alerts(ctx, c); err != nil {
		return err
	}
	var created, changed []models.Record
	var ofCreated, ofChanged []*judged
	for i := range c {
		switch j := &c[i]; j.fate {
		case create:
			created, ofCreated = append(created, j.record), append(ofCreated, j)
		case change:
			changed, ofChanged = append(changed, j.record), append(ofChanged, j)
		}
	}
	if len(created)+len(changed) == 0 {
		return nil
	}
	a, b, err := r.s.store.PutRecords(ctx, created, changed)
	if err != nil {
		return err
	}
	for i, outcome := range a {
		ofCreated[i].settle(outcome)
	}
	for i, outcome := range b {
		ofChanged[i].settle(outcome)
	}
	return nil
}

// settle corrects the fate by what really happened: another import may have been at work.
func (j *judged) settle(outcome store.PutOutcome) {
	switch outcome {
	case store.PutCreated:
		j.fate = create
	case store.PutUpdated:
		j.fate = change
	case store.PutUnchanged:
		j.fate = same
	case store.PutCertificateTaken:
		j.takenCertificate()
	}
}

func (j *judged) takenCertificate() {
	j.refuse("证书编号", models.ErrCertificateTaken.Code, "这个证书编号已属于本机构的另一条评价记录，请核对证书编号。")
}

// pretend finds the numbers that others have, as put would.
func (r *run) pretend(ctx context.Context, c chunk) error {
	var writing []*judged
	var numbers []string
	for i := range c {
		if j := &c[i]; j.fate == create || j.fate == change {
			writing = append(writing, j)
			if j.record.Certificate != "" {
				numbers = append(numbers, j.record.Certificate)
			}
		}
	}
	holders, err := r.s.store.FindCertificateHolders(ctx, r.org.ID, numbers)
	if err != nil {
		return err
	}
	holds := make(map[models.RecordID]string, len(holders))
	for number, id := range holders {
		holds[id] = number
	}
	for _, j := range writing { // a holder that gets another number in this chunk leaves its own free
		if number, ok := holds[j.record.ID]; ok && number != j.record.Certificate {
			delete(holders, number)
		}
	}
	for _, j := range writing {
		if holder, held := holders[j.record.Certificate]; held && holder != j.record.ID {
			j.takenCertificate()
		}
	}
	return nil
}

// tally is the last stage: the counts, the file of rejected rows, the progress.
func (r *run) tally(ctx context.Context, c chunk) error {
	for i := range c {
		if err := r.count(&c[i]); err != nil {
			return err
		}
	}
	return r.report(ctx)
}

// count adds a row to the result.
func (r *run) count(j *judged) error {
	res := &r.result
	res.Rows++
	switch j.fate {
	case refused:
		res.Rejected++
	case create:
		res.Created++
	case change:
		res.Updated++
	case same:
		res.Unchanged++
	}
	for _, i := range j.issues {
		switch {
		case i.Severity == rosterfile.SeverityError:
			keep(&res.Errors, &res.ErrorsTotal, i)
		case j.fate == refused: // the errors come first; what else there is shows when they are mended
		case i.Severity == rosterfile.SeverityRepaired:
			keep(&res.Repaired, &res.RepairedTotal, i)
		default:
			keep(&res.Warnings, &res.WarningsTotal, i)
		}
	}
	if j.fate == refused {
		return r.rejected.write(j)
	}
	r.filings.look(&j.row)
	return nil
}

func keep(list *[]models.RowIssue, total *int, i rosterfile.Issue) {
	*total++
	if len(*list) < models.MaxIssues {
		*list = append(*list, models.RowIssue{Row: i.Row, Column: short(i.Column), Code: i.Code, Message: i.Message})
	}
}

// short cuts a heading: a file may hold one of any length, and a result repeats it a thousand times.
func short(heading string) string {
	const most = 40
	if utf8.RuneCountInString(heading) <= most {
		return heading
	}
	return string([]rune(heading)[:most]) + "…"
}

// report tells how far the import is: the caller after each chunk, the database once a second.
func (r *run) report(ctx context.Context) error {
	r.progress(r.result.Rows)
	now := r.s.now()
	if now.Sub(r.reported) < time.Second {
		return nil
	}
	r.reported = now
	r.imp.Rows, r.imp.UpdatedAt = r.result.Rows, now
	return r.s.store.UpdateImport(ctx, r.imp)
}
