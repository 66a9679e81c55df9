package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"huisheng/models"
)

const verifyHelp = `verify report ID   recompute one report from raw data as of its cut-off
verify reports     the same for every report that is ready
verify audit       read the audit log from its first entry and say where it was changed. With --anchor SEQ:HASH, as an earlier run printed it
                   and somebody kept elsewhere, also that the log still has that entry: a tail that was cut off or made anew is found. Any number

It says what it found and ends with 1 if anything does not match. Answers that people withdrew since are a lawful reason to differ, and named as such.
`

var errMismatch = errors.New("something does not match")

// verify recomputes what was stored from what it was made of.
func verify(ctx context.Context, args []string, out, errOut io.Writer) error {
	var work func(context.Context, *parts) error
	switch {
	case len(args) == 2 && args[0] == "report":
		work = func(ctx context.Context, p *parts) error { return verifyReports(ctx, p, out, models.ReportID(args[1])) }
	case len(args) == 1 && args[0] == "reports":
		work = func(ctx context.Context, p *parts) error {
			ids, err := p.app.Reports.Ready(ctx)
			if err != nil {
				return err
			}
			return verifyReports(ctx, p, out, ids...)
		}
	case len(args) >= 1 && args[0] == "audit":
		anchors, err := readAnchors(args[1:])
		if err != nil {
			return err
		}
		work = func(ctx context.Context, p *parts) error { return verifyAudit(ctx, p, out, anchors) }
	default:
		_, _ = io.WriteString(errOut, verifyHelp)
		return errUsage
	}
	p, err := build(ctx, errOut, true)
	if err != nil {
		return err
	}
	defer p.close()
	return work(ctx, p)
}

// verifyReports goes through all of them before it fails.
func verifyReports(ctx context.Context, p *parts, out io.Writer, ids ...models.ReportID) error {
	bad := 0
	for _, id := range ids {
		r, orgs, err := p.app.Reports.Verify(ctx, id, nil)
		if err != nil {
			return fmt.Errorf("report %s: %w", id, err)
		}
		printCheck(out, id, r, orgs)
		if r.Verdict == models.VerdictMismatch {
			bad++
		}
	}
	_, _ = fmt.Fprintf(out, "%d reports verified, %d do not match\n", len(ids), bad)
	if bad > 0 {
		return errMismatch
	}
	return nil
}

func printCheck(out io.Writer, id models.ReportID, r models.CheckResult, orgs int) {
	_, _ = fmt.Fprintf(out, "report %s: %s (%d organisations recomputed)\n", id, checkWords(r), orgs)
	line := func(n int64, what string) {
		if n > 0 {
			_, _ = fmt.Fprintf(out, "  %d %s\n", n, what)
		}
	}
	if !r.HashHolds {
		_, _ = fmt.Fprintln(out, "  the stored report is not what was hashed when it was made")
	}
	line(r.Altered, "pieces of raw data are not what they were, and nothing says why")
	line(r.Missing, "pieces of raw data are gone, and nothing says why")
	line(r.Withdrawn, "answers were withdrawn since: the figures may differ, as the law wants")
	line(r.Corrected, "records were corrected since: the figures may differ")
	line(r.Outdated, "figures follow definitions that this program does not have; they were not compared")
	for _, d := range r.Differences {
		where := string(d.Org)
		if where == "" {
			where = "the whole"
		}
		if d.QualityOnly() {
			_, _ = fmt.Fprintf(out, "  %s of %s: only what it is without the answers set apart differs\n", d.Indicator, where)
			continue
		}
		_, _ = fmt.Fprintf(out, "  %s of %s: stored %s (n %s), from raw data %s (n %s)\n", d.Indicator, where, show(d.Stored), show(d.StoredN), show(d.Now), show(d.NowN))
	}
}

func checkWords(r models.CheckResult) string {
	switch r.Verdict {
	case models.VerdictMatches:
		return "matches"
	case models.VerdictLawful:
		return fmt.Sprintf("differs as lawful (%d withdrawn, %d corrected since)", r.Withdrawn, r.Corrected)
	}
	return "DOES NOT MATCH"
}

func show[T any](v *T) string {
	if v == nil {
		return "none"
	}
	return fmt.Sprint(*v)
}

// readAnchors reads --anchor SEQ:HASH, any number of times.
func readAnchors(args []string) ([]models.AuditAnchor, error) {
	var anchors []models.AuditAnchor
	flags := flag.NewFlagSet("verify audit", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("anchor", "", func(v string) error {
		seq, mac, _ := strings.Cut(v, ":")
		n, err1 := strconv.ParseInt(seq, 10, 64)
		hash, err2 := hex.DecodeString(mac)
		if err1 != nil || err2 != nil || n < 1 || len(hash) == 0 {
			return errors.New("must be SEQ:HASH as `verify audit` prints it")
		}
		anchors = append(anchors, models.AuditAnchor{Seq: n, MAC: hash})
		return nil
	})
	if err := flags.Parse(args); err != nil || flags.NArg() != 0 {
		return nil, fmt.Errorf("%w: --anchor must be SEQ:HASH as an earlier run printed it", errUsage)
	}
	return anchors, nil
}

func verifyAudit(ctx context.Context, p *parts, out io.Writer, anchors []models.AuditAnchor) error {
	n, last, err := p.app.Audit.Verify(ctx, anchors...)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d entries of the audit log follow from each other; keep this where the database's administrator does not reach:\nanchor %d:%x\n", n, n, last)
	return err
}
