package roster

import (
	"context"
	"time"

	"huisheng/internal/rosterfile"
	"huisheng/internal/sheet"
	"huisheng/models"
)

// run is one import under way. Its fields belong to the last stage, but for the first four, which do not change.
type run struct {
	s        *Service
	org      models.Org
	dry      bool
	now      time.Time
	imp      models.Import
	progress func(rows int)
	reported time.Time
	result   models.ImportResult
	summary  rosterfile.Summary // of the first stage; read when all stages are through
	filings  *filings
	twice    *twice
	rejected *rejects
}

func (s *Service) newRun(ctx context.Context, o models.Org, p models.Principal, dry bool, progress func(rows int)) *run {
	now := s.now()
	if progress == nil {
		progress = func(int) {}
	}
	r := &run{
		s: s, org: o, dry: dry, progress: progress, now: now, reported: now, filings: newFilings(s.catalog, o), twice: newTwice(),
		imp: models.Import{
			ID: models.ImportID(models.NewID()), Org: o.ID, Kind: o.Kind, Region: o.Region, By: p.Account, DryRun: dry,
			State: models.ImportRunning, CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(importTTL),
		},
	}
	r.rejected = &rejects{out: &sealedWriter{ctx: ctx, s: s, id: r.imp.ID, expires: now.Add(RejectedTTL)}}
	r.result = models.ImportResult{
		Errors: []models.RowIssue{}, Repaired: []models.RowIssue{}, Warnings: []models.RowIssue{}, Recognised: []string{}, Ignored: []string{},
		DryRun: dry, Import: r.imp.ID,
	}
	return r
}

// all reads the file twice: the first time only to know that it can be read to its end, so that a damaged one leaves nothing half done.
func (r *run) all(ctx context.Context, file File) error {
	reader, err := sheet.Open(file.Content, file.Size, file.Name, sheet.Options{})
	if err != nil {
		return err
	}
	if !r.dry {
		check := newStages(ctx)
		check.run(func() error {
			_, err := r.parse(check.ctx, reader, nil, func(rosterfile.Row, []rosterfile.Issue) error { return nil })
			return err
		})
		if err := check.wait(); err != nil {
			return err
		}
	}
	st := newStages(ctx)
	first := make(chan chunk)
	st.run(func() error { defer close(first); return r.read(st, reader, first) })
	built := st.through(first, func(c chunk) error { return st.halves(c, r.build) })
	known := st.through(built, func(c chunk) error { return r.compare(st.ctx, c) })
	settle := r.put
	if r.dry {
		settle = r.pretend
	}
	settled := st.abreast(known, func(c chunk) error { return settle(st.ctx, c) })
	st.run(func() error {
		for c := range settled {
			if err := r.tally(st.ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err := st.wait(); err != nil {
		return err
	}
	return r.conclude()
}

// ErrNoRows says that a roster has a heading and nobody below it.
var ErrNoRows = models.NewError(models.KindInvalid, "no_rows", "表头下面没有人员，请填写后再上传。", "There is nobody below the heading.")

func (r *run) parse(ctx context.Context, reader *sheet.Reader, onHeader func([]string) error, each func(rosterfile.Row, []rosterfile.Issue) error) (rosterfile.Summary, error) {
	c := r.s.catalog
	return rosterfile.Parse(ctx, reader, r.org.Kind, rosterfile.Options{
		ParseLevel:  func(text string) (string, bool) { l, ok := c.Level(text); return l.Code, ok },
		ParseMethod: func(text string) (string, bool) { m, ok := c.Method(text); return m.Code, ok },
		ParseRegion: r.s.region, Province: models.Province[:2], Now: r.now, OnHeader: onHeader,
	}, each)
}
