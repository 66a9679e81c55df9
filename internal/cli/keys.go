package cli

import (
	"context"
	"fmt"
	"io"

	"huisheng/internal/seal"
)

// keys makes a key file. It never overwrites one: losing the keys loses the data.
func keys(_ context.Context, args []string, out, _ io.Writer) error {
	if len(args) != 2 || args[0] != "init" {
		return fmt.Errorf("keys init FILE: %w", errUsage)
	}
	if _, err := seal.Load(args[1], false); err == nil {
		return fmt.Errorf("%s holds keys already; nothing was changed", args[1])
	}
	if _, err := seal.Load(args[1], true); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "Keys are in %s. Keep a copy in a safe place: without them no sealed value can be read and no link works.\n", args[1])
	return err
}
