package roster_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"huisheng/app/roster"
	"huisheng/internal/demo"
	"huisheng/models"
)

func TestImportStoresEveryColumnSealedAndHashed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	people := demo.People(1, 2500)
	var seen []int
	res, err := b.Import(context.Background(), b.who, b.org.ID, file(xlsx(t, models.OrgEnterprise, people)), false, func(n int) { seen = append(seen, n) })
	require.NoError(t, err)
	require.Equal(t, []int{1000, 2000, 2500}, seen)
	require.Equal(t, []any{2500, 2500, 0, 0, 0}, []any{res.Rows, res.Created, res.Updated, res.Unchanged, res.Rejected}, "%+v", res.Errors)
	require.Equal(t, demo.RosterRows(models.OrgEnterprise, nil)[0], res.Recognised)

	p := people[1234]
	e164 := "+86" + p.Phone
	person := b.ids.Person(string(models.DocResidentID), p.Document)
	id := b.ids.Record(b.org.ID, person, p.Occupation, p.Level)
	r, err := b.store.FindRecord(context.Background(), models.SystemScope(), id)
	require.NoError(t, err)
	require.Equal(t, b.ids.TailMAC(id, p.Document[14:]), r.TailMAC)
	require.Equal(t, b.ids.PosterMAC(b.org.ID, p.Name, p.Document[12:]), r.PosterMAC)
	require.Equal(t, b.ids.PhoneMAC(e164), r.PhoneMAC)
	require.Equal(t, []string{p.Department, p.Post, p.Occupation, p.OccupationCode, p.Level, p.Certificate, p.IssuedOn, "PROCESS", p.AssessedOn, p.IssuedOn},
		[]string{r.Department, r.Post, r.Occupation, r.OccupationCode, r.Level, r.Certificate, r.IssuedOn, r.Method, r.AssessedOn, r.Anchor})
	require.Equal(t, b.org.Region, r.Region)
	var who models.Identity
	require.NoError(t, b.box.OpenJSON(r.Identity, "record/"+string(id), &who))
	require.Equal(t, models.Identity{Name: p.Name, DocType: "resident_id", Document: p.Document, Phone: e164}, who)
	require.Error(t, b.box.OpenJSON(r.Identity, "record/another", &who), "a seal opens only where it belongs")
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	people := demo.People(1, 1200)
	b.load(t, xlsx(t, models.OrgEnterprise, people))
	before := b.records(t)

	b.clock.Add(24 * 60 * 60 * 1e9)
	res := b.load(t, xlsx(t, models.OrgEnterprise, people))
	require.Equal(t, []int{0, 0, 1200, 0}, []int{res.Created, res.Updated, res.Unchanged, res.Rejected})
	require.Equal(t, before, b.records(t))

	people[700].Phone = "13800009999"
	res = b.load(t, xlsx(t, models.OrgEnterprise, people))
	require.Equal(t, []int{0, 1, 1199, 0}, []int{res.Created, res.Updated, res.Unchanged, res.Rejected})
	after := b.records(t)
	changed := 0
	for i := range after {
		if !bytes.Equal(before[i].PhoneMAC, after[i].PhoneMAC) {
			changed++
			require.Equal(t, before[i].CreatedAt, after[i].CreatedAt)
			require.Equal(t, before[i].Anchor, after[i].Anchor)
			require.True(t, after[i].UpdatedAt.After(before[i].UpdatedAt))
		}
	}
	require.Equal(t, 1, changed)
}

// The order of rows, the way of writing and the file format do not make another record.
func TestAMessyFileIsTheSameRoster(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	people := demo.People(5, 230)
	b.load(t, xlsx(t, models.OrgEnterprise, people))
	var messy bytes.Buffer
	require.NoError(t, demo.MessyXLSX(&messy, models.OrgEnterprise, people))
	res := b.load(t, messy.Bytes())
	require.Equal(t, []int{0, 0, 230, 0}, []int{res.Created, res.Updated, res.Unchanged, res.Rejected}, "%+v", res.Errors)
	require.Positive(t, res.RepairedTotal)

	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes(rows(people).csv())
	require.NoError(t, err)
	res = b.load(t, gbk)
	require.Equal(t, []int{0, 0, 230, 0}, []int{res.Created, res.Updated, res.Unchanged, res.Rejected}, "%+v", res.Errors)
}

func TestRejectedRowsComeBackAsAFile(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	people := demo.People(2, 6)
	sheet := rows(people).
		set(1, "证件号码", "440106199001011230").
		set(2, "姓名", `=HYPERLINK("http://example.cn","点我")`).
		set(3, "手机号码", "020-83330000").
		set(3, "技能等级", "九级").
		set(4, "证件号码", demo.Document("440100", b.clock.Now().AddDate(-14, 0, 1), 7))
	res := b.load(t, sheet.csv())
	require.Equal(t, []int{6, 2, 4}, []int{res.Rows, res.Created, res.Rejected}, "good rows are imported all the same")
	require.Equal(t, "document_check_digit name_character phone_landline level_unknown under_14", codes(res.Errors))
	require.Equal(t, 5, res.ErrorsTotal)
	require.Equal(t, []int{3, 4, 5, 5, 6}, []int{res.Errors[0].Row, res.Errors[1].Row, res.Errors[2].Row, res.Errors[3].Row, res.Errors[4].Row})
	for _, e := range res.Errors {
		require.NotContains(t, e.Message, "440106", "messages repeat no personal data")
	}
	got := b.rejected(t, res.Import)
	require.Len(t, got, 5)
	require.Equal(t, append([]string{"行号", "问题"}, sheet[0]...), got[0])
	for i, row := range []int{2, 3, 4, 5} {
		require.Equal(t, fmt.Sprint(row+1), got[i+1][0])
		require.NotEmpty(t, got[i+1][1])
		require.Equal(t, sheet[row], got[i+1][2:], "the row as it was uploaded")
	}
	require.Contains(t, got[3][1], "手机号码")
	require.Contains(t, got[3][1], "技能等级")

	b.clock.Add(roster.RejectedTTL)
	_, err := b.Rejected(context.Background(), b.who, b.org.ID, res.Import)
	require.ErrorIs(t, err, roster.ErrNoRejected)
	n, _, err := b.audit.Verify(context.Background())
	require.NoError(t, err)
	require.EqualValues(t, 3, n, "start and end of the import, and one look at the rejected rows")
}

func TestDryRunWritesNoRecords(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	people := demo.People(3, 1100)
	b.load(t, xlsx(t, models.OrgEnterprise, people[:50]))
	before := b.records(t)
	people[0].Phone = "13800008888"
	sheet := rows(people).set(10, "手机号码", "1").set(20, "证书编号", people[1].Certificate)
	dry, err := b.Import(context.Background(), b.who, b.org.ID, file(sheet.csv()), true, nil)
	require.NoError(t, err)
	require.True(t, dry.DryRun)
	require.Equal(t, before, b.records(t))
	require.Len(t, b.rejected(t, dry.Import), 3, "also a dry run gives the rows to correct")
	real := b.load(t, sheet.csv())
	require.Equal(t, []int{1050, 1, 47, 2}, []int{real.Created, real.Updated, real.Unchanged, real.Rejected})
	require.Equal(t, []int{real.Created, real.Updated, real.Unchanged, real.Rejected}, []int{dry.Created, dry.Updated, dry.Unchanged, dry.Rejected})
	require.Equal(t, real.Errors, dry.Errors)
}

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

func TestAFileThatCannotBeReadImportsNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	good := xlsx(t, models.OrgEnterprise, demo.People(8, 3000))
	for name, raw := range map[string][]byte{
		"file_empty":       {},
		"file_not_table":   []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00"),
		"header_not_found": []byte("甲,乙\n1,2\n"),
		"columns_missing":  []byte("姓名,手机号码\n张三,13800000001\n"),
		"no_rows":          rows(nil).csv(),
		"file_broken":      damaged(good),
	} {
		t.Run(name, func(t *testing.T) {
			for _, dry := range []bool{false, true} {
				_, err := b.Import(context.Background(), b.who, b.org.ID, file(raw), dry, nil)
				var e *models.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, name, e.Code)
				require.NotEmpty(t, e.English)
			}
		})
	}
	require.Empty(t, b.records(t))
	list, err := b.ListImports(context.Background(), b.who, b.org.ID, models.Page{Limit: 100})
	require.NoError(t, err)
	require.Len(t, list.Items, 12)
	require.Equal(t, models.ImportFailed, list.Items[0].State)
	require.NotEmpty(t, list.Items[0].Failure.Message)
}

// damaged flips a bit late in the packed worksheet, so that rows can be read before the damage shows.
func damaged(raw []byte) []byte {
	bad := bytes.Clone(raw)
	at := len(bad) * 9 / 10
	bad[at] ^= 0xff
	return bad
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
	require.Equal(t, []int{5000 - part, part}, []int{res.Created, res.Unchanged})
	require.Len(t, b.records(t), 5000)
}

func TestEveryKindOfOrganisation(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for _, kind := range []models.OrgKind{models.OrgSchool, models.OrgSocial} {
		o := b.make(t, string(kind), kind)
		people := demo.People(11, 40)
		raw := xlsx(t, kind, people)
		res, err := b.Import(context.Background(), operator(o), o.ID, file(raw), false, nil)
		require.NoError(t, err)
		require.Equal(t, 40, res.Created, "%+v", res.Errors)
		res, err = b.Import(context.Background(), operator(o), o.ID, file(raw), false, nil)
		require.NoError(t, err)
		require.Equal(t, 40, res.Unchanged)
		if kind == models.OrgSchool { // another internship of the same student is another record
			people[0].Company, people[0].Certificate = "示例二厂", ""
			res, err = b.Import(context.Background(), operator(o), o.ID, file(xlsx(t, kind, people)), false, nil)
			require.NoError(t, err)
			require.Equal(t, []int{1, 39}, []int{res.Created, res.Unchanged})
		}
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	other := operator(b.make(t, "ent2", models.OrgEnterprise))
	ctx := context.Background()
	res := b.load(t, rows(demo.People(12, 3)).set(0, "手机号码", "1").csv())
	id := b.records(t)[0].ID

	_, err := b.Import(ctx, other, b.org.ID, file(rows(demo.People(12, 3)).csv()), false, nil)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = b.ListRecords(ctx, other, b.org.ID, roster.Query{}, models.Page{Limit: 10})
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = b.CorrectPhone(ctx, other, b.org.ID, id, "13800000001")
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = b.CorrectPhone(ctx, other, other.Org, id, "13800000001")
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = b.FindImport(ctx, other, b.org.ID, res.Import)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = b.Rejected(ctx, other, b.org.ID, res.Import)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = b.Rejected(ctx, b.who, b.org.ID, res.Import+"/00000")
	require.ErrorIs(t, err, models.ErrNotFound, "a piece of the file is not an import")
}

func TestListAndCorrect(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ctx := context.Background()
	people := demo.People(13, 30)
	people[0].Name, people[0].Department = "欧阳小明", "独一部"
	b.load(t, rows(people).csv())

	list, err := b.ListRecords(ctx, b.who, b.org.ID, roster.Query{Department: "独一部"}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	v := list.Items[0]
	require.Equal(t, "欧阳**", v.Name)
	require.Equal(t, people[0].Document[:6]+strings.Repeat("*", 12), v.Document)
	require.Equal(t, "138****"+people[0].Phone[7:], v.Phone)
	require.Equal(t, "居民身份证", v.DocType)
	list, err = b.ListRecords(ctx, b.who, b.org.ID, roster.Query{Certificate: strings.ToLower(people[3].Certificate)}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	_, err = b.ListRecords(ctx, b.who, b.org.ID, roster.Query{Level: "九级", From: "2026-13-01"}, models.Page{Limit: 10})
	require.ErrorIs(t, err, models.ErrInvalid)

	for range 2 { // twice the same is one change
		v, err = b.CorrectPhone(ctx, b.who, b.org.ID, v.ID, " +86 138-0000-7777")
		require.NoError(t, err)
		require.Equal(t, "138****7777", v.Phone)
	}
	r, err := b.store.FindRecord(ctx, models.SystemScope(), v.ID)
	require.NoError(t, err)
	require.Equal(t, b.ids.PhoneMAC("+8613800007777"), r.PhoneMAC)
	people[0].Phone = "13800007777"
	require.Equal(t, 30, b.load(t, rows(people).csv()).Unchanged, "a correction is what an upload of the corrected roster gives")
	_, err = b.CorrectPhone(ctx, b.who, b.org.ID, v.ID, "0208333")
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "phone", e.Fields[0].Field)
}
