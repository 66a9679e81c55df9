package roster

import (
	"context"
	"strconv"
	"time"

	"huisheng/app/audit"
	"huisheng/models"
)

// Import judges every row of a file and stores the good ones; with dryRun it only says what would happen. progress, which may be nil, is told
// the rows done so far, one thousand at a time. The result lists every problem with its row; the file of the rejected rows is kept for a day.
//
// Errors about the file as a whole (not a table, no heading, too large, damaged) mean that nothing was imported. Any other error may leave
// some rows imported: importing the same file again completes it.
func (s *Service) Import(
	ctx context.Context, p models.Principal, org models.OrgID, file File, dryRun bool, progress func(rows int),
) (models.ImportResult, error) {
	o, err := s.store.FindOrg(ctx, p.Scope(), org)
	if err != nil {
		return models.ImportResult{}, err
	}
	if err := s.enter(ctx); err != nil {
		return models.ImportResult{}, err
	}
	defer func() { <-s.slots }()
	r := s.newRun(ctx, o, p, dryRun, progress)
	if err := s.record(ctx, p, r.imp, map[string]string{"state": "started", "dry_run": strconv.FormatBool(dryRun)}); err != nil {
		return models.ImportResult{}, err
	}
	if err := s.store.CreateImport(ctx, r.imp); err != nil {
		return models.ImportResult{}, err
	}
	err = r.all(ctx, file)
	// Its outcome is written down also when the client has gone or the time is over.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return r.finish(end, p, err)
}

// How many imports one process does at once, which bounds its memory, and how long another one waits for its turn.
const (
	maxImports = 3
	maxWait    = 30 * time.Second
)

// ErrImportBusy says that as many imports as one process does at once are under way.
var ErrImportBusy = models.NewError(models.KindUnavailable, "import_busy", "正在处理其他机构的名单，请过一分钟再上传。", "Other rosters are being imported; please upload again in a minute.")

func (s *Service) enter(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-wait.Done():
		return ErrImportBusy.Because(wait.Err())
	}
}

func (s *Service) record(ctx context.Context, p models.Principal, imp models.Import, detail map[string]string) error {
	return s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditImport, Object: "import/" + string(imp.ID), Org: imp.Org, Region: imp.Region, Detail: detail,
	})
}
