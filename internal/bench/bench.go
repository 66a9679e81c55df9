// Package bench measures the hot paths of a running server beside the bare driver, in one run and alternating, so that the figures are
// ratios on the same machine at the same minute. It starts the server as a process of its own and stops it again.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Options say how much to measure. Zero values take the full run.
type Options struct {
	JSON        string        // also write the table to this file
	Rounds      int           // pairs of measurements, default 5
	For         time.Duration // length of one timed measurement, default 4s
	People      int           // size of the expanded claim and the imported file, default 100 000
	Answers     int           // stored answers when figures are read, default 1 000 000
	Invitations int           // stored invitations when pages are read, default 1 000 000
	Only        string        // comma-separated parts of row names; empty: all
}

// Row is one line of the table. Ratio is ours against the ceiling in the sense of the target.
type Row struct {
	Name    string  `json:"name"`
	Ceiling string  `json:"ceiling"`
	Ours    string  `json:"ours"`
	Ratio   float64 `json:"ratio"`
	Target  string  `json:"target"`
	Met     bool    `json:"met"`
	Note    string  `json:"note,omitempty"`
}

// env is what every row needs.
type env struct {
	cfg   config.Config
	opt   Options
	out   io.Writer
	store *store.Store
	db    *mongo.Database // the bare driver, on a database of its own
	box   *seal.Box
	ids   *ident.Idents
	cat   *catalog.Catalog
	srv   *server
	made  []*world
}

// Run measures all rows and prints the table. It works in databases of its own and drops them.
func Run(ctx context.Context, cfg config.Config, opt Options, out io.Writer) error {
	opt = withDefaults(opt)
	e, err := open(ctx, cfg, opt, out)
	if err != nil {
		return err
	}
	defer e.close()
	var rows []Row
	for _, part := range []struct {
		name string
		run  func(context.Context, *env) ([]Row, error)
	}{{"submit", submit}, {"open link", openLink}, {"expand", expand}, {"import", importFile}, {"figures", figures}, {"console", console}} {
		if !wanted(opt.Only, part.name) {
			continue
		}
		_, _ = fmt.Fprintf(out, "measuring: %s …\n", part.name)
		got, err := part.run(ctx, e)
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		rows = append(rows, got...)
	}
	rows = append(rows, e.memory())
	printTable(out, rows)
	if opt.JSON == "" {
		return nil
	}
	raw, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	if err := os.WriteFile(opt.JSON, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("write json: %w", err)
	}
	return nil
}

func withDefaults(o Options) Options {
	if o.Rounds == 0 {
		o.Rounds = 5
	}
	if o.For == 0 {
		o.For = 4 * time.Second
	}
	if o.People == 0 {
		o.People = models.MaxClaimPeople
	}
	if o.Answers == 0 {
		o.Answers = 1_000_000
	}
	if o.Invitations == 0 {
		o.Invitations = 1_000_000
	}
	return o
}

func wanted(only, name string) bool {
	if only == "" {
		return true
	}
	return slices.ContainsFunc(strings.Split(only, ","), func(p string) bool { return strings.Contains(name, strings.TrimSpace(p)) })
}

// open prepares databases, keys and the server process.
func open(ctx context.Context, cfg config.Config, opt Options, out io.Writer) (*env, error) {
	dir, err := os.MkdirTemp("", "huisheng-bench-")
	if err != nil {
		return nil, fmt.Errorf("temporary folder: %w", err)
	}
	name := "bench_" + models.NewID()
	cfg.Database, cfg.KeysFile, cfg.Env = name, filepath.Join(dir, "keys.json"), "dev"
	e := &env{cfg: cfg, opt: opt, out: out}
	if e.box, err = seal.Load(cfg.KeysFile, true); err != nil {
		return nil, err
	}
	e.ids = ident.New(e.box)
	if e.cat, err = catalog.Load(); err != nil {
		return nil, err
	}
	if e.store, err = store.Open(ctx, cfg.MongoURI, name); err != nil {
		return nil, err
	}
	journal := true
	bare, err := mongo.Connect(options.Client().ApplyURI(cfg.MongoURI).SetMaxPoolSize(100).SetRetryWrites(false).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal})) // as durable as the store's
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	e.db = bare.Database(name + "_bare")
	if e.srv, err = startServer(ctx, cfg, dir); err != nil {
		return nil, err
	}
	return e, e.prepare(ctx)
}

func (e *env) close() {
	e.srv.stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, w := range e.made {
		w.end(ctx)
	}
	_ = e.db.Drop(ctx) // a leftover database is only untidy
	_ = e.store.DropDatabase(ctx)
	_ = e.db.Client().Disconnect(ctx)
	_ = e.store.Close(ctx)
	_ = os.RemoveAll(filepath.Dir(e.cfg.KeysFile))
}

func (e *env) memory() Row {
	peak, idle := e.srv.peakMB(), e.srv.idleMB
	for _, w := range e.made {
		peak, idle = max(peak, w.srv.peakMB()), max(idle, w.srv.idleMB)
	}
	return Row{
		Name: "memory of serve, peak of the whole run", Ceiling: "–", Ours: fmt.Sprintf("%d MB (%d MB at the start)", peak, idle),
		Target: "≤ 60 MB idle, ≤ 200 MB (import ≤ 300 MB)", Met: idle <= 60 && peak <= 300,
	}
}

func printTable(out io.Writer, rows []Row) {
	_, _ = fmt.Fprintf(out, "\n| What | Ceiling | Huisheng | Ratio | To reach | Met |\n|---|---|---|---|---|---|\n")
	for _, r := range rows {
		met := "yes"
		if !r.Met {
			met = "NO"
		}
		ratio := "–"
		if r.Ratio > 0 {
			ratio = fmt.Sprintf("%.2f", r.Ratio)
		}
		_, _ = fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s |\n", r.Name, r.Ceiling, r.Ours, ratio, r.Target, met)
		if r.Note != "" {
			_, _ = fmt.Fprintf(out, "| ↳ %s | | | | | |\n", r.Note)
		}
	}
}

func median[T int64 | float64 | time.Duration](v []T) T {
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}
