package roster_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/internal/demo"
	"huisheng/models"
)

func TestCertificateConflicts(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	people := demo.People(4, 4)
	b.load(t, rows(people[:2]).csv())

	t.Run("in another file", func(t *testing.T) {
		sheet := rows(people[2:]).set(0, "证书编号", people[0].Certificate)
		dry, err := b.Import(context.Background(), b.who, b.org.ID, file(sheet.csv()), true, nil)
		require.NoError(t, err)
		require.Equal(t, []int{1, 1}, []int{dry.Created, dry.Rejected})
		res := b.load(t, sheet.csv())
		require.Equal(t, []int{1, 1}, []int{res.Created, res.Rejected})
		require.Equal(t, "certificate_taken", codes(res.Errors))
		require.Equal(t, dry.Errors, res.Errors)
		require.Equal(t, 2, res.Errors[0].Row)
		require.Len(t, b.rejected(t, res.Import), 2)
	})
	t.Run("in one file", func(t *testing.T) {
		res := b.load(t, rows(people[:2]).set(1, "证书编号", people[0].Certificate).csv())
		require.Equal(t, []int{1, 1}, []int{res.Unchanged, res.Rejected})
		require.Equal(t, "certificate_duplicate", codes(res.Errors))
	})
	t.Run("by a change", func(t *testing.T) {
		res := b.load(t, rows(people[1:2]).set(0, "证书编号", people[0].Certificate).csv())
		require.Equal(t, []int{0, 1}, []int{res.Updated, res.Rejected})
		require.Equal(t, "certificate_taken", codes(res.Errors))
	})
	t.Run("another organisation may have the number", func(t *testing.T) {
		o := b.make(t, "ent2", models.OrgEnterprise)
		res, err := b.Import(context.Background(), operator(o), o.ID, file(rows(people).csv()), false, nil)
		require.NoError(t, err)
		require.Equal(t, 4, res.Created)
	})
}

// Two rows that differ in the way of writing only are one record; the second is refused, or the two would take turns with every import.
func TestTheSameRecordTwiceInAFile(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	p := demo.People(6, 1)[0]
	p.Certificate = ""
	sheet := rows([]demo.Person{p, p, p}).set(1, "职业(工种)", p.Occupation[:3]+" "+p.Occupation[3:]).set(2, "部门", "别的部门")
	for _, want := range [][]int{{1, 0, 2}, {0, 1, 2}} {
		res := b.load(t, sheet.csv())
		require.Equal(t, want, []int{res.Created, res.Unchanged, res.Rejected})
		require.Equal(t, "duplicate_row duplicate_row", codes(res.Errors))
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	people := demo.People(7, 5)
	people[1].Phone = people[0].Phone
	people[2].Occupation, people[2].OccupationCode = "制图员", ""
	people[3].Occupation, people[3].OccupationCode = "制图员", ""
	people[4].Level, people[4].Certificate = "1", "Y000044000007261000005"
	res := b.load(t, rows(people).csv())
	require.Equal(t, 5, res.Created)
	require.Equal(t, "occupation_not_filed level_not_filed shared_phone", codes(res.Warnings), "one warning for all rows with the same gap: %+v", res.Warnings)
	require.Contains(t, res.Warnings[0].Message, "共2行")
	require.Equal(t, []int{4, 6, 3}, []int{res.Warnings[0].Row, res.Warnings[1].Row, res.Warnings[2].Row})
}

func TestIdenticalImportsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	raw := xlsx(t, models.OrgEnterprise, demo.People(9, 3000))
	const n = 4
	results := make([]models.ImportResult, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			res, err := b.Import(context.Background(), b.who, b.org.ID, file(raw), false, nil)
			if err != nil {
				t.Error(err)
			}
			results[i] = res
		})
	}
	wg.Wait()
	created := 0
	for _, r := range results {
		requireSum(t, r)
		require.Zero(t, r.Rejected, "%+v", r.Errors)
		created += r.Created
	}
	require.Equal(t, 3000, created, "each record was made by exactly one of them")
	require.Len(t, b.records(t), 3000)
}

func TestAStoppedImportIsCompletedByImportingAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	raw := xlsx(t, models.OrgEnterprise, demo.People(10, 5000))
	ctx, cancel := context.WithCancel(context.Background())
	_, err := b.Import(ctx, b.who, b.org.ID, file(raw), false, func(n int) {
		if n == 2000 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	part := len(b.records(t))
	require.True(t, part >= 2000 && part < 5000, part)
	list, err := b.ListImports(context.Background(), b.who, b.org.ID, models.Page{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, "interrupted", list.Items[0].Failure.Code)
	res := b.load(t, raw)
	require.Equal(t, 5000, res.Created+res.Unchanged)
	require.GreaterOrEqual(t, res.Unchanged, part, "what was under way when the import stopped may have arrived since")
	require.Len(t, b.records(t), 5000)
}
