package roster_test

import (
	"bytes"
	"context"
	"fmt"
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

func TestAFileThatCannotBeReadImportsNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	people := demo.People(8, 15_000)
	for name, raw := range map[string][]byte{
		"file_empty":       {},
		"file_not_table":   []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00"),
		"header_not_found": []byte("甲,乙\n1,2\n"),
		"columns_missing":  []byte("姓名,手机号码\n张三,13800000001\n"),
		"no_rows":          rows(nil).csv(),
		"file_broken":      damaged(xlsx(t, models.OrgEnterprise, people)),
		"cell_too_long":    bytes.Replace(rows(people).csv(), []byte(people[12_000].Document), []byte(`"`+people[12_000].Document), 1), // after thousands of good rows
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
	require.Zero(t, len(b.records(t)))
	list, err := b.ListImports(context.Background(), b.who, b.org.ID, models.Page{Limit: 100})
	require.NoError(t, err)
	require.Len(t, list.Items, 14)
	require.Equal(t, models.ImportFailed, list.Items[0].State)
	require.NotEmpty(t, list.Items[0].Failure.Message)
}

// damaged flips bits late in the packed worksheet.
func damaged(raw []byte) []byte {
	bad := bytes.Clone(raw)
	bad[len(bad)*9/10] ^= 0xff
	return bad
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
