package supervise

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"huisheng/app/audit"
	"huisheng/app/paper"
	"huisheng/models"
)

// paperWait is how long a paper waits for the step that names it.
const paperWait = 24 * time.Hour

// errPapersMany says that a statement or report has too many files.
var errPapersMany = models.FieldError{Field: "file", Code: "too_many", Message: "最多附3个文件，请去掉几个。"}

// Submit takes the organisation's words with files: its statement while it is heard, its report once it was told to rectify. The files are stored first and wait;
// the step that names them is the commit; keeping them is derived from it, see Sweep. Words that are sent again replace those before, with their files.
func (s *Service) Submit(ctx context.Context, p models.Principal, id models.MeasureID, text string, files []paper.File) (Case, error) {
	if len(files) > models.MaxReplyFiles {
		return Case{}, models.ErrInvalid.WithFields(errPapersMany)
	}
	m, err := s.store.FindMeasure(ctx, p.Scope(), id)
	if err != nil {
		return Case{}, err
	}
	in, before := Step{Action: models.ActionStatement, Text: text, Version: m.Version}, m.WordsIn
	if m.State == models.MeasureDecided {
		in.Action, before = models.ActionRectified, m.ReportIn
	}
	if err := s.may(p, m, in.Action, ""); err != nil { // before anything is stored; an organisation's steps follow from the case alone
		return Case{}, err
	}
	papers, err := paper.Read(ctx, s.photos, files)
	if err != nil {
		return Case{}, err
	}
	var ids []models.FileID
	for i, f := range papers {
		fid, err := s.putPaper(ctx, m.ID, in.Action, i, f)
		if err != nil {
			return Case{}, err
		}
		ids = append(ids, fid)
	}
	in.papers = &ids
	out, err := s.Take(ctx, p, id, in)
	if err != nil {
		return out, err
	}
	for _, fid := range ids {
		_ = s.store.KeepPaper(ctx, fid) // the case names it: the sweep does what failed here
	}
	_ = s.dropPapers(ctx, before, ids) // what is left behind goes with retention
	return out, nil
}

// dropPapers deletes those that nothing names any more.
func (s *Service) dropPapers(ctx context.Context, before, now []models.FileID) error {
	named := map[models.FileID]bool{}
	for _, id := range now {
		named[id] = true
	}
	var gone []string
	for _, id := range before {
		if !named[id] {
			gone = append(gone, string(id))
		}
	}
	return s.store.DropFiles(ctx, gone)
}

// putPaper stores a file that waits. The same again meets the first one.
func (s *Service) putPaper(ctx context.Context, m models.MeasureID, a models.MeasureAction, i int, f paper.Paper) (models.FileID, error) {
	digest := s.ident.Digest("measure paper", string(f.Content))
	id := models.FileID(s.ident.Derive("measure paper", string(m), string(a), strconv.Itoa(i), string(digest)))
	sealed, err := s.box.Seal(f.Content, paperPlace(id))
	if err != nil {
		return id, err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	err = s.store.CreateFile(ctx, models.File{ID: id, Owner: digest, Measure: m, Content: sealed, Media: f.Media, Digest: digest, CreatedAt: now, PurgeAt: now.Add(paperWait)})
	if errors.Is(err, models.ErrConflict) {
		err = nil
	}
	return id, err
}

func paperPlace(id models.FileID) string { return "file/" + string(id) }

// Paper gives the n-th file, from 1, of a case's statement or report with its media type, to an official in whose scope the case is. Looking is recorded first.
func (s *Service) Paper(ctx context.Context, p models.Principal, id models.MeasureID, of models.MeasureAction, n int) ([]byte, string, error) {
	if err := official(p); err != nil {
		return nil, "", err
	}
	m, err := s.store.FindMeasure(ctx, p.Scope(), id)
	if err != nil {
		return nil, "", err
	}
	list := map[models.MeasureAction][]models.FileID{models.ActionStatement: m.WordsIn, models.ActionRectified: m.ReportIn}[of]
	if n < 1 || n > len(list) {
		return nil, "", models.ErrNotFound
	}
	f, err := s.store.FindFile(ctx, list[n-1])
	if err != nil {
		return nil, "", err
	}
	if f.Measure != m.ID {
		return nil, "", models.ErrNotFound.Because(fmt.Errorf("file %s belongs to another case", f.ID))
	}
	err = s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditPhotoRead, Object: "measure/" + string(m.ID), Org: m.Org, Region: m.Region, Detail: map[string]string{string(of): strconv.Itoa(n)},
	})
	if err != nil {
		return nil, "", err
	}
	content, err := s.box.Open(f.Content, paperPlace(f.ID))
	return content, f.Media, err
}

// papers keeps the files that cases name although the process that took them died, and deletes those that none named in time.
func (s *Service) papers(ctx context.Context) error {
	now, after := s.now(), models.FileID("")
	var gone []string
	for {
		list, err := s.store.WaitingPapers(ctx, after, sweepAtOnce)
		if err != nil {
			return err
		}
		for _, f := range list {
			after = f.ID
			m, err := s.store.FindMeasure(ctx, models.SystemScope(), f.Measure)
			switch {
			case err != nil && !errors.Is(err, models.ErrNotFound):
				return err
			case err == nil && m.HasFile(f.ID):
				if err := s.store.KeepPaper(ctx, f.ID); err != nil {
					return err
				}
			case f.PurgeAt.Before(now):
				gone = append(gone, string(f.ID))
			}
		}
		if len(list) < sweepAtOnce {
			return s.store.DropFiles(ctx, gone)
		}
	}
}
