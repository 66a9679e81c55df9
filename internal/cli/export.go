package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"huisheng/models"
)

const exportHelp = `export report ID FILE   write a report to FILE: a workbook if it ends in .xlsx, JSON if it ends in .json. It never overwrites one.
`

// export writes what is stored for people outside.
func export(ctx context.Context, args []string, out, errOut io.Writer) error {
	if len(args) != 3 || args[0] != "report" || filepath.Ext(args[2]) != ".xlsx" && filepath.Ext(args[2]) != ".json" {
		_, _ = io.WriteString(errOut, exportHelp)
		return errUsage
	}
	p, err := build(ctx, errOut, true)
	if err != nil {
		return err
	}
	defer p.close()
	f, err := os.OpenFile(args[2], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(exportReport(ctx, p, models.ReportID(args[1]), f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(args[2]))
	}
	_, err = fmt.Fprintln(out, "written to", args[2])
	return err
}

func exportReport(ctx context.Context, p *parts, id models.ReportID, f *os.File) error {
	if filepath.Ext(f.Name()) == ".xlsx" {
		_, err := p.app.Reports.WriteXLSX(ctx, byHand(), id, f)
		return err
	}
	whole, err := p.app.Reports.Export(ctx, byHand(), id)
	if err != nil {
		return err
	}
	e := json.NewEncoder(f)
	e.SetEscapeHTML(false)
	return e.Encode(whole)
}
