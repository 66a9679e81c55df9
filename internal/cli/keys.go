package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"huisheng/app/audit"
	"huisheng/app/reseal"
	"huisheng/internal/seal"
	"huisheng/models"
)

const keysHelp = `keys init [--provider P] [--hash H] FILE   make the key file of a new deployment; it never overwrites one
keys list                                 which keys there are, and what each still seals
keys rotate [--provider P]                add a key and seal new values with it from now on; serving goes on
keys add [--provider P], promote ID       the same in two steps, where several machines have copies of the file: add, copy, promote, copy
keys reseal                               seal everything with the primary key; serving goes on, and a broken-off run goes on where it stood
keys retire ID                            forget a key that seals nothing any more; refused as long as it does

P is tink-aes256-gcm (default) or sm4-gcm; H is hmac-sha256 (default) or hmac-sm3, for the life of the data.
All but init work on HUISHENG_KEYS_FILE and the database.
`

// keys is about the key file and what is sealed with its keys.
func keys(ctx context.Context, args []string, out, errOut io.Writer) error {
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	work := map[string]func(context.Context, *parts, []string, io.Writer) error{
		"list": keysList, "rotate": keysRotate, "add": keysAdd, "promote": keysPromote, "reseal": keysReseal, "retire": keysRetire,
	}[verb]
	switch {
	case verb == "init":
		return keysInit(args, out)
	case work == nil:
		_, _ = io.WriteString(errOut, keysHelp)
		return errUsage
	}
	p, err := build(ctx, errOut, true)
	if err != nil {
		return err
	}
	defer p.close()
	return work(ctx, p, args, out)
}

// keysInit makes a key file. It never overwrites one: losing the keys loses the data.
func keysInit(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("keys init", flag.ContinueOnError)
	provider := flags.String("provider", seal.ProviderTink, "")
	hash := flags.String("hash", string(seal.HashSHA256), "")
	flags.SetOutput(io.Discard)
	if flags.Parse(args) != nil || flags.NArg() != 1 {
		return fmt.Errorf("keys init FILE: %w", errUsage)
	}
	path := flags.Arg(0)
	k, err := seal.MakeKeys(*provider, seal.HashAlgorithm(*hash), time.Now())
	if err != nil {
		return err
	}
	if err := seal.CreateFile(path, k); errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists already; nothing was changed", path)
	} else if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Keys are in %s. Keep a copy in a safe place: without them no sealed value can be read and no link works.\n", path)
	return err
}

// keyProvider reads --provider; without it, the kind of the primary key.
func keyProvider(p *parts, args []string) (string, error) {
	k, err := seal.ReadFile(p.cfg.KeysFile)
	if err != nil {
		return "", err
	}
	now, _ := k.Find(k.Primary)
	flags := flag.NewFlagSet("keys", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	provider := flags.String("provider", now.Provider, "")
	if flags.Parse(args) != nil || flags.NArg() != 0 {
		return "", errUsage
	}
	return *provider, nil
}

func keysRotate(ctx context.Context, p *parts, args []string, out io.Writer) error {
	provider, err := keyProvider(p, args)
	if err != nil {
		return err
	}
	var id seal.KeyID
	err = seal.EditFile(p.cfg.KeysFile, func(k *seal.Keys) error {
		if id, err = k.Add(provider, time.Now()); err != nil {
			return err
		}
		if err := recordKeys(ctx, p, "rotate", id); err != nil {
			return err
		}
		return k.Promote(id, time.Now())
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Key %s seals from now on; processes follow within %s. Copy the key file to its safe place, then run `keys reseal`.\n", id, p.cfg.KeysPoll)
	return err
}

func keysAdd(ctx context.Context, p *parts, args []string, out io.Writer) error {
	provider, err := keyProvider(p, args)
	if err != nil {
		return err
	}
	var id seal.KeyID
	err = seal.EditFile(p.cfg.KeysFile, func(k *seal.Keys) error {
		if id, err = k.Add(provider, time.Now()); err != nil {
			return err
		}
		return recordKeys(ctx, p, "add", id)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Key %s can open and does not seal yet. When every machine has the file: `keys promote %s`.\n", id, id)
	return err
}

func keysPromote(ctx context.Context, p *parts, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errUsage
	}
	id := seal.KeyID(args[0])
	err := seal.EditFile(p.cfg.KeysFile, func(k *seal.Keys) error {
		if err := k.Promote(id, time.Now()); err != nil {
			return err
		}
		return recordKeys(ctx, p, "promote", id)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Key %s seals from now on.\n", id)
	return err
}

func keysReseal(ctx context.Context, p *parts, args []string, out io.Writer) error {
	if len(args) != 0 {
		return errUsage
	}
	if err := recordKeys(ctx, p, "reseal", p.box.Primary()); err != nil {
		return err
	}
	total := 0
	err := p.app.Reseal.Run(ctx, func(x reseal.Progress) {
		state := "…"
		if x.Done {
			state, total = "done", total+x.Resealed
		}
		_, _ = fmt.Fprintf(out, "%-14s %d documents, %d values resealed, %d changed meanwhile %s\n", x.Collection, x.Documents, x.Resealed, x.Changed, state)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Everything is sealed with key %s (%d values were not).\n", p.box.Primary(), total)
	return err
}

func keysRetire(ctx context.Context, p *parts, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errUsage
	}
	id := seal.KeyID(args[0])
	err := seal.EditFile(p.cfg.KeysFile, func(k *seal.Keys) error {
		key, ok := k.Find(id)
		if !ok {
			return fmt.Errorf("there is no key %s", id)
		}
		if err := p.app.Reseal.MayRetire(ctx, key); err != nil {
			return err
		}
		if err := recordKeys(ctx, p, "retire", id); err != nil {
			return err
		}
		return k.Retire(id)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Key %s is gone. Backups from before the resealing open only with a copy of the key file from then.\n", id)
	return err
}

func keysList(ctx context.Context, p *parts, args []string, out io.Writer) error {
	if len(args) != 0 {
		return errUsage
	}
	k, err := seal.ReadFile(p.cfg.KeysFile)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "KEY\tPROVIDER\tMADE\tSEALS NEW\tVALUES\n") // errors come out of Flush
	for _, x := range k.Sealing {
		uses, err := p.app.Reseal.Uses(ctx, x.ID)
		if err != nil {
			return err
		}
		n := 0
		for _, one := range uses {
			n += one
		}
		made := "unknown"
		if !x.Made.IsZero() {
			made = x.Made.In(models.Shanghai()).Format(time.DateOnly)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\n", x.ID, x.Provider, made, strings.Repeat("yes", btoi(x.ID == k.Primary)), n)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("list keys: %w", err)
	}
	_, err = fmt.Fprintf(out, "ids and look-up hashes: %s, root made with the file; they cannot be rotated without giving every document another id\n", k.Hash)
	return err
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// recordKeys writes down what is about to happen to the keys: intent before effect, so that nothing happens unrecorded.
func recordKeys(ctx context.Context, p *parts, what string, id seal.KeyID) error {
	return p.app.Audit.Record(ctx, audit.Entry{
		By: byHand(), Action: models.AuditKeysChanged, Object: "key/" + string(id), Region: models.Province, Detail: map[string]string{"what": what},
	})
}
