package cli

import (
	"context"
	"flag"
	"io"
	"time"

	"huisheng/config"
	"huisheng/internal/bench"
)

// benchmark measures this very program: it starts itself as a server.
func benchmark(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(errOut)
	var o bench.Options
	flags.StringVar(&o.JSON, "json", "", "also write the table to this file")
	flags.StringVar(&o.Only, "only", "", "comma-separated parts of row names, such as submit,import")
	flags.IntVar(&o.Rounds, "rounds", 5, "pairs of measurements")
	flags.DurationVar(&o.For, "for", 4*time.Second, "length of one timed measurement")
	flags.IntVar(&o.People, "people", 100_000, "size of the claim and of the imported file")
	flags.IntVar(&o.Answers, "answers", 1_000_000, "answers stored when figures are read")
	flags.IntVar(&o.Invitations, "invitations", 1_000_000, "invitations stored when pages are read")
	soak := flags.Duration("soak", 0, "instead: hold a steady rate for so long and watch times and memory")
	s := bench.SoakOptions{}
	flags.IntVar(&s.Submits, "submits", 100, "with -soak: submissions a second")
	flags.IntVar(&s.Reads, "reads", 500, "with -soak: page reads a second")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	if *soak > 0 {
		s.For = *soak
		return bench.Soak(ctx, cfg, s, out)
	}
	return bench.Run(ctx, cfg, o, out)
}
