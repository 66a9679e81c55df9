package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"huisheng/models"
)

// retention takes away what is over its time, or says what that would be. Workers do the same every night.
func retention(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("retention", flag.ContinueOnError)
	flags.SetOutput(errOut)
	dry := flags.Bool("dry-run", false, "say what would be done and change nothing")
	if err := flags.Parse(args); err != nil || flags.NArg() != 0 {
		return errUsage
	}
	p, err := build(ctx, errOut, true)
	if err != nil {
		return err
	}
	defer p.close()
	var results []models.RetentionResult
	if *dry {
		results, err = p.app.Privacy.DryRun(ctx)
	} else {
		results, err = p.app.Privacy.Run(ctx, byHand())
	}
	printRetention(p, results, *dry, out)
	return err
}

func printRetention(p *parts, results []models.RetentionResult, dry bool, out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	what := "CHANGED"
	if dry {
		what = "WOULD CHANGE"
	}
	_, _ = fmt.Fprintf(w, "RULE\tOLDER THAN\t%s\tTHEN\n", what)
	done := map[string]bool{}
	for _, r := range results {
		rule, _ := p.app.Catalog.RetentionRule(r.Rule)
		done[r.Rule] = true
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", r.Rule, r.Before.In(models.Shanghai()).Format(time.DateOnly), r.Found, rule.Then.En)
	}
	for _, rule := range p.app.Catalog.Retention() {
		if !done[rule.ID] {
			_, _ = fmt.Fprintf(w, "%s\t—\t—\t%s\n", rule.ID, rule.Then.En)
		}
	}
	_ = w.Flush() // a terminal that is gone reads nothing
}
