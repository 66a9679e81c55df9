package roster_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/app/audit"
	"huisheng/app/roster"
	"huisheng/config/catalog"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

// bed is one deployment with one organisation of each kind.
type bed struct {
	*roster.Service
	store *store.Store
	box   *seal.Box
	ids   *ident.Idents
	audit *audit.Log
	clock *testkit.Clock
	org   models.Org // the enterprise
	who   models.Principal
}

func newBed(t testing.TB) *bed {
	t.Helper()
	cat, err := catalog.Load()
	require.NoError(t, err)
	b := &bed{store: testkit.Store(t), box: testkit.Box(t), clock: testkit.NewClock()}
	b.ids = testkit.Ident(b.box)
	log := slog.New(slog.DiscardHandler)
	b.audit = audit.New(b.store, b.box, b.clock.Now, log)
	b.Service = roster.New(roster.Deps{Store: b.store, Catalog: cat, Box: b.box, Ident: b.ids, Audit: b.audit, Clock: b.clock.Now, Log: log})
	b.org = b.make(t, "ent", models.OrgEnterprise)
	b.who = operator(b.org)
	return b
}

func (b *bed) make(t testing.TB, id string, kind models.OrgKind) models.Org {
	t.Helper()
	o := models.Org{ID: models.OrgID(id), Kind: kind, Name: "示例机构" + id, USCC: id, Region: "440100", Division: "440106", Filing: demo.Filing()}
	require.NoError(t, b.store.CreateOrg(context.Background(), o))
	return o
}

func operator(o models.Org) models.Principal {
	return models.Principal{Account: models.AccountID("op-" + o.ID), Role: models.RoleOperator, Org: o.ID, Region: o.Region}
}

func file(raw []byte) roster.File {
	return roster.File{Content: bytes.NewReader(raw), Size: int64(len(raw)), Name: "名单.xlsx"}
}

func xlsx(t testing.TB, kind models.OrgKind, people []demo.Person) []byte {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, demo.RosterXLSX(&buf, kind, people))
	return buf.Bytes()
}

// table is a roster whose cells a test changes before it becomes a file.
type table [][]string

func rows(people []demo.Person) table { return demo.RosterRows(models.OrgEnterprise, people) }

// set writes into the cell of a person (from 0) under a heading.
func (r table) set(person int, heading, value string) table {
	for c, h := range r[0] {
		if h == heading {
			r[person+1][c] = value
			return r
		}
	}
	panic("no column " + heading)
}

func (r table) csv() []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	if err := w.WriteAll(r); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func (b *bed) load(t testing.TB, raw []byte) models.ImportResult {
	t.Helper()
	res, err := b.Import(context.Background(), b.who, b.org.ID, file(raw), false, nil)
	require.NoError(t, err)
	requireSum(t, res)
	return res
}

// requireSum: every row is counted exactly once.
func requireSum(t testing.TB, r models.ImportResult) {
	t.Helper()
	require.Equal(t, r.Rows, r.Created+r.Updated+r.Unchanged+r.Rejected)
}

func (b *bed) records(t testing.TB) []models.Record {
	t.Helper()
	list, _, err := b.store.FindRecords(context.Background(), models.SystemScope(), store.RecordFilter{}, models.Page{Limit: 100_000})
	require.NoError(t, err)
	return list
}

// rejected opens the file of rejected rows as a person's Excel would.
func (b *bed) rejected(t testing.TB, id models.ImportID) [][]string {
	t.Helper()
	r, err := b.Rejected(context.Background(), b.who, b.org.ID, id)
	require.NoError(t, err)
	raw, err := io.ReadAll(r)
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	cells, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	for r := range cells {
		for c := range cells[r] {
			formula, err := f.GetCellFormula(f.GetSheetName(0), cellName(t, c, r))
			require.NoError(t, err)
			require.Empty(t, formula)
		}
	}
	return cells
}

func cellName(t testing.TB, column, row int) string {
	t.Helper()
	name, err := excelize.CoordinatesToCellName(column+1, row+1)
	require.NoError(t, err)
	return name
}

func codes(list []models.RowIssue) string {
	var all []string
	for _, i := range list {
		all = append(all, i.Code)
	}
	return strings.Join(all, " ")
}
