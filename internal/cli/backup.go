package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"huisheng/config"
	"huisheng/models/store"
)

// backup writes every document into a file while the deployment goes on working. The file appears under its name only when it is whole.
func backup(ctx context.Context, args []string, out, errOut io.Writer) (err error) {
	if len(args) != 1 {
		return fmt.Errorf("backup FILE: %w", errUsage)
	}
	s, err := openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	partial := args[0] + ".partial"
	file, err := os.OpenFile(partial, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // whoever starts the program names the file
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	err = s.Backup(ctx, file, tell(errOut))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	if err := os.Rename(partial, args[0]); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s holds a whole backup. It does not hold the keys: keep %s elsewhere, without it nobody can read the sealed fields.\n", args[0], "HUISHENG_KEYS_FILE")
	return err
}

// restore fills an empty database with a backup; --check only says whether the file is whole and what it holds.
func restore(ctx context.Context, args []string, out, errOut io.Writer) (err error) {
	only := len(args) == 2 && args[0] == "--check"
	if !only && len(args) != 1 {
		return fmt.Errorf("restore [--check] FILE: %w", errUsage)
	}
	file, err := os.Open(args[len(args)-1])
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer func() { _ = file.Close() }()   // it only read
	lines, err := store.CheckBackup(file) // the whole file first, so that a broken one changes nothing
	if err != nil {
		return err
	}
	if only {
		return table(out, lines)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	s, err := openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	if err := s.Restore(ctx, file, tell(errOut)); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "restored; start serve and worker with the key file that belongs to this backup")
	return err
}

func openStore(ctx context.Context) (*store.Store, error) {
	cfg, err := config.Load()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, cfg.MongoURI, cfg.Database)
}

func tell(out io.Writer) func(store.BackupLine) {
	return func(l store.BackupLine) { _, _ = fmt.Fprintf(out, "  %s: %d\n", l.Collection, l.Documents) }
}

func table(out io.Writer, lines []store.BackupLine) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%.16s\n", l.Collection, l.Documents, l.Sum)
	}
	return w.Flush()
}
