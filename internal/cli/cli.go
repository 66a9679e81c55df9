// Package cli is the command line and the wiring: it reads the configuration, builds every part once, and hands them to each other. Nothing else
// knows all the parts.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"
)

// command is one subcommand.
type command struct {
	name string
	help string
	run  func(ctx context.Context, args []string, out, errOut io.Writer) error
}

func commands() []command {
	return []command{
		{"serve", "answer HTTP on HUISHENG_ADDR; --with-worker also does the background work in this process", serve},
		{"worker", "do the background work: expand claims, send messages, compute indicators", worker},
		{"seed", "--demo: create the demo province (development only); --admin LOGIN: create the first province account", seed},
		{"keys", "init FILE, list, rotate, add, promote, reseal, retire: the keys that seal personal data (`huisheng keys` tells more)", keys},
		{"verify", "report ID, reports, audit [--anchor SEQ:HASH]: recompute what was stored from raw data, and say whether it matches", verify},
		{"export", "report ID FILE: write a report as a workbook (.xlsx) or JSON (.json)", export},
		{"consents", "response ID, invitation ID: which words somebody agreed to, when, and the proof by their hash", consents},
		{"retention", "take away personal data whose time is over; --dry-run only says what that is", retention},
		{"bench", "measure the hot paths beside the bare driver and print a table; --json FILE writes it too", benchmark},
		{"backup", "FILE: write every document into a file, while serving; the keys are not in it", backup},
		{"restore", "[--check] FILE: fill an empty database with a backup, or only look whether the file is whole", restore},
		{"healthcheck", "ask the server on HUISHENG_ADDR whether it is ready; for containers", healthcheck},
	}
}

// Main runs one subcommand and gives the exit code: 0 done, 1 failed, 2 wrong usage. SIGINT and SIGTERM end it gracefully.
func Main(args []string, out, errOut io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		usage(out)
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		if err := c.run(ctx, args[1:], out, errOut); err != nil {
			_, _ = fmt.Fprintf(errOut, "huisheng %s: %v\n", c.name, err)
			if errors.Is(err, errUsage) {
				return 2
			}
			return 1
		}
		return 0
	}
	_, _ = fmt.Fprintf(errOut, "huisheng: no command %q\n", args[0])
	usage(errOut)
	return 2
}

var errUsage = errors.New("wrong usage; see `huisheng help`")

func usage(w io.Writer) {
	_, _ = fmt.Fprintln(w, "Huisheng (回声): feedback on skill-level assessments\n\nusage: huisheng COMMAND [options]")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-12s %s\n", c.name, c.help)
	}
	_, _ = fmt.Fprintln(w, "\nEvery setting comes from the environment; config.example.env lists them with their defaults.")
}
