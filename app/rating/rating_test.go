package rating_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/app/rating"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/testkit"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// woken remembers which jobs were woken.
type woken struct {
	mu   sync.Mutex // protects list
	list []string
}

func (w *woken) Wake(_ context.Context, job port.Job, id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, string(job)+" "+id)
}

type kit struct {
	*rating.Service
	t     *testing.T
	ctx   context.Context
	store *store.Store
	ids   *ident.Idents
	clock *testkit.Clock
	queue *woken
	audit *audit.Log
	batch models.Batch
	me    models.Principal
	// people are the invitations: two in 装配车间, one in 质检部, one without a department.
	people []models.Invitation
}

// newKit makes a batch of four people. The names are made up.
func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, ctx: context.Background(), store: testkit.Store(t), clock: testkit.NewClock(), queue: &woken{}}
	box := testkit.Box(t)
	k.ids = ident.New(box)
	cat, err := catalog.Load()
	require.NoError(t, err)
	k.audit = audit.New(k.store, box, k.clock.Now, slog.New(slog.DiscardHandler))
	k.Service = rating.New(rating.Deps{
		Store: k.store, Catalog: cat, Box: box, Ident: k.ids, Audit: k.audit, Queue: k.queue, Clock: k.clock.Now, BaseURL: "https://x.example",
	})
	now := k.clock.Now()
	k.batch = models.Batch{
		ID: k.ids.ClaimBatch("c"), Org: "org", OrgName: "合成企业", Kind: models.OrgEnterprise, Region: "440100", People: 4, OpensAt: now, ClosesAt: now.AddDate(0, 0, 30),
		State: models.BatchOpen, CreatedAt: now, Questionnaire: models.QuestionnaireRef{Code: "ENT_PARTICIPANT", Version: "1"},
	}
	require.NoError(t, k.store.PutBatch(k.ctx, k.batch))
	k.me = models.Principal{Account: "a1", Role: models.RoleOperator, Org: "org", Region: "440100"}
	var records []models.Record
	var departments []models.Department
	for i, p := range [][2]string{{"甲一", "装配车间"}, {"乙二", "装配车间"}, {"=丙三", "质检部"}, {"丁四", ""}} {
		person := models.PersonID(fmt.Sprintf("p%d", i))
		id := k.ids.Record("org", person, "钳工", "4")
		sealed, err := box.SealJSON(models.Identity{Name: p[0]}, "record/"+string(id))
		require.NoError(t, err)
		records = append(records, models.Record{ID: id, Org: "org", Region: "440100", Person: person, Identity: sealed, Department: p[1], Anchor: "2026-11-01"})
		inv := models.Invitation{
			ID: k.ids.Invitation(k.batch.ID, person), Batch: k.batch.ID, Org: "org", Region: "440100", Record: id, Questionnaire: k.batch.Questionnaire,
			About: models.About{OrgName: "合成企业", Occupation: "钳工", Level: "4"}, CodeMAC: []byte(person),
		}
		if p[1] != "" {
			inv.Department = k.ids.Department(k.batch.ID, p[1])
			departments = append(departments, models.Department{ID: inv.Department, Batch: k.batch.ID, Org: "org", Name: p[1]})
		}
		k.people = append(k.people, inv)
	}
	_, _, err = k.store.PutRecords(k.ctx, records, nil)
	require.NoError(t, err)
	require.NoError(t, k.store.PutDepartments(k.ctx, departments))
	_, err = k.store.PutInvitations(k.ctx, k.people)
	require.NoError(t, err)
	return k
}

// full is one complete rating.
func full() map[string]any {
	return map[string]any{
		"still_here": "here", "job_consistent": "same", "level_met": "meets", "quality": float64(5), "efficiency": float64(4), "safety": float64(5),
		"teamwork": float64(3), "mentoring": "sometimes", "improved": "a_little", "promises": "both", "took_part_scoring": "yes", "accept_result": "satisfied",
	}
}

func (k *kit) department(i int) rating.DepartmentID {
	return rating.DepartmentID(k.people[i].Department)
}

func TestRatingByPhone(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p, err := k.Progress(k.ctx, k.me, k.batch.ID)
	require.NoError(t, err)
	require.Equal(t, 4, p.People)
	require.Zero(t, p.Rated)
	require.Len(t, p.Departments, 3)
	require.Empty(t, p.Departments[2].Department, "people without a department come last")
	require.Empty(t, p.Departments[2].Link)
	link, ok := strings.CutPrefix(p.Departments[0].Link, "https://x.example/d/")
	require.True(t, ok)
	id, err := k.Enter(link)
	require.NoError(t, err)
	_, err = k.Enter(k.ids.Tokens.Make(token.Direct, string(id)))
	require.ErrorIs(t, err, models.ErrBadToken, "another kind of token")
	_, err = k.Enter("x")
	require.ErrorIs(t, err, models.ErrBadToken)

	list, err := k.List(k.ctx, k.department(0))
	require.NoError(t, err)
	require.Equal(t, "装配车间", list.Department.Name)
	require.Len(t, list.Form.Questions, 12)
	require.Equal(t, []string{"乙二", "甲一"}, []string{list.People[0].Name, list.People[1].Name}, "by name")
	require.Nil(t, list.People[0].Answers)
	require.NoError(t, k.Save(k.ctx, k.department(0), k.people[0].ID, full()))
	require.NoError(t, k.Save(k.ctx, k.department(0), k.people[0].ID, full()), "the same again")
	changed := full()
	changed["level_met"] = "exceeds"
	require.NoError(t, k.Save(k.ctx, k.department(0), k.people[0].ID, changed))
	stored, err := k.store.FindRatings(k.ctx, []models.InvitationID{k.people[0].ID})
	require.NoError(t, err)
	require.Equal(t, 1, stored[k.people[0].ID].Revision)
	require.Equal(t, models.ViaPhone, stored[k.people[0].ID].Via)
	list, err = k.List(k.ctx, k.department(0))
	require.NoError(t, err)
	require.Equal(t, "exceeds", list.People[1].Answers["level_met"])

	require.ErrorIs(t, k.Save(k.ctx, k.department(2), k.people[0].ID, full()), models.ErrNotToRate, "somebody of another department")
	require.ErrorIs(t, k.Save(k.ctx, k.department(0), "nobody", full()), models.ErrNotToRate)
	require.ErrorIs(t, k.Save(k.ctx, "nobody", k.people[0].ID, full()), models.ErrNotFound)
	bad := full()
	bad["quality"], bad["salary"] = float64(6), "x"
	delete(bad, "promises")
	err = k.Save(k.ctx, k.department(0), k.people[1].ID, bad)
	require.ErrorIs(t, err, models.ErrInvalid)
	var problem *models.Error
	require.ErrorAs(t, err, &problem)
	require.Len(t, problem.Fields, 3)

	entries, err := k.audit.List(k.ctx, models.Principal{Role: models.RoleProvince}, models.AuditFilter{Action: models.AuditIdentityRead}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, entries.Items, 2, "each look at names is recorded")
}

func TestHandingIn(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, err := k.HandIn(k.ctx, k.me, k.batch.ID)
	require.ErrorIs(t, err, models.ErrRatingsEmpty)
	require.NoError(t, k.Save(k.ctx, k.department(0), k.people[0].ID, full()))
	city := models.Principal{Role: models.RoleCity, Region: "440100"}
	for _, p := range []models.Principal{city, {Role: models.RoleOperator, Org: "other"}} {
		_, err = k.HandIn(k.ctx, p, k.batch.ID)
		require.Error(t, err)
		_, err = k.Upload(k.ctx, p, k.batch.ID, rating.File{}, false)
		require.Error(t, err)
		require.Error(t, k.WriteSheet(k.ctx, p, k.batch.ID, io.Discard))
	}
	seen, err := k.Progress(k.ctx, city, k.batch.ID)
	require.NoError(t, err)
	require.Equal(t, 1, seen.Rated)
	require.Empty(t, seen.Departments[0].Link, "the link is the organisation's")
	_, err = k.Progress(k.ctx, models.Principal{Role: models.RoleCity, Region: "440300"}, k.batch.ID)
	require.ErrorIs(t, err, models.ErrNotFound)

	var wg sync.WaitGroup
	results := make([]error, 4)
	for i := range results {
		wg.Go(func() { _, results[i] = k.HandIn(k.ctx, k.me, k.batch.ID) })
	}
	wg.Wait()
	won := slices.DeleteFunc(results, func(err error) bool { return err != nil })
	require.Len(t, won, 1, "handed in once")
	require.Equal(t, []string{"tally " + string(k.batch.ID)}, k.queue.list)
	p, err := k.Progress(k.ctx, k.me, k.batch.ID)
	require.NoError(t, err)
	require.False(t, p.HandedIn.IsZero())
	require.ErrorIs(t, k.Save(k.ctx, k.department(0), k.people[1].ID, full()), models.ErrRatingsIn)
	_, err = k.Upload(k.ctx, k.me, k.batch.ID, k.sheet(nil), false)
	require.ErrorIs(t, err, models.ErrRatingsIn)
	list, err := k.List(k.ctx, k.department(0))
	require.NoError(t, err)
	require.False(t, list.HandedIn.IsZero())
}

// download gives the sheet's rows.
func (k *kit) download() (*excelize.File, [][]string) {
	k.t.Helper()
	var b bytes.Buffer
	require.NoError(k.t, k.WriteSheet(k.ctx, k.me, k.batch.ID, &b))
	f, err := excelize.OpenReader(&b)
	require.NoError(k.t, err)
	rows, err := f.GetRows("用工部门评价")
	require.NoError(k.t, err)
	return f, rows
}

// sheet downloads the sheet, lets fill change it as a person would in a spreadsheet program, and gives it back as a file.
func (k *kit) sheet(fill func(put func(row int, heading, text string), f *excelize.File)) rating.File {
	k.t.Helper()
	f, rows := k.download()
	if fill != nil {
		fill(func(row int, heading, text string) {
			column := slices.IndexFunc(rows[0], func(h string) bool { return strings.Contains(h, heading) })
			require.GreaterOrEqual(k.t, column, 0, heading)
			at, err := excelize.CoordinatesToCellName(column+1, row)
			require.NoError(k.t, err)
			require.NoError(k.t, f.SetCellStr("用工部门评价", at, text))
		}, f)
	}
	var b bytes.Buffer
	require.NoError(k.t, f.Write(&b))
	return rating.File{Content: bytes.NewReader(b.Bytes()), Size: int64(b.Len()), Name: "评价.xlsx"}
}

// inWords is full as a person picks it from the lists.
func inWords() map[string]string {
	return map[string]string{
		"还在本部门": "在", "岗位和认定的工种": "一致", "够得上这个等级": "达到", "工作质量": "5", "工作效率": "４分", "守规程": "5", "团结协作": "3",
		"带徒弟": "有时", "表现提高": "有一点", "兑现": "都兑现", "参与打分": "参与了", "认可": "满意",
	}
}

func fillRow(put func(int, string, string), row int, words map[string]string) {
	for heading, text := range words {
		put(row, heading, text)
	}
}

func TestTheSheet(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	f, rows := k.download()
	require.Len(t, rows, 5)
	require.Equal(t, []string{"编号（请勿修改）", "姓名", "部门", "职业（工种）", "等级", "1 该员工现在还在本部门吗？"}, rows[0][:6])
	require.Len(t, rows[0], 17)
	names := map[string]string{}
	for _, r := range rows[1:] {
		names[r[1]] = r[2]
		require.Equal(t, "钳工", r[3])
		require.Contains(t, r[4], "四级")
	}
	require.Equal(t, map[string]string{"甲一": "装配车间", "乙二": "装配车间", "=丙三": "质检部", "丁四": ""}, names)
	lists, err := f.GetDataValidations("用工部门评价")
	require.NoError(t, err)
	require.Len(t, lists, 12, "a drop-down list for each question")
	require.Equal(t, `"在,调走了,离职了"`, lists[0].Formula1)
	require.Equal(t, "F2:F1048576", lists[0].Sqref)
}

func TestUploadingTheSheet(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	rowOf := map[string]int{}
	_, rows := k.download()
	for i, r := range rows {
		rowOf[r[1]] = i + 1
	}
	fill := func(put func(int, string, string), _ *excelize.File) {
		fillRow(put, rowOf["甲一"], inWords())
		put(rowOf["=丙三"], "还在本部门", "离职了")
		wrong := inWords()
		wrong["工作质量"], wrong["带徒弟"] = "9", "偶尔"
		delete(wrong, "认可")
		fillRow(put, rowOf["丁四"], wrong)
	}
	file := k.sheet(fill)
	dry, err := k.Upload(k.ctx, k.me, k.batch.ID, file, true)
	require.NoError(t, err)
	require.True(t, dry.DryRun)
	n, err := k.store.CountRatings(k.ctx, k.batch.ID)
	require.NoError(t, err)
	require.Zero(t, n, "a dry run stores nothing")
	got, err := k.Upload(k.ctx, k.me, k.batch.ID, file, false)
	require.NoError(t, err)
	require.Equal(t, []int{4, 2, 0, 0, 1, 1}, []int{got.Rows, got.Created, got.Updated, got.Unchanged, got.Blank, got.Rejected})
	require.Equal(t, 3, got.ErrorsTotal)
	codes := map[string]string{}
	for _, e := range got.Errors {
		require.Equal(t, rowOf["丁四"], e.Row)
		codes[e.Column] = e.Code
		require.True(t, strings.HasPrefix(e.Message, "请填写："), e.Message)
	}
	require.Equal(t, map[string]string{"工作质量": "out_of_range", "能带徒弟或解决难题吗？": "not_an_option", "对评价结果认可吗？": "required"}, codes)
	stored, err := k.store.FindRatings(k.ctx, []models.InvitationID{k.people[0].ID, k.people[2].ID})
	require.NoError(t, err)
	want := models.Answers{}
	for id, v := range full() {
		if x, ok := v.(float64); ok {
			v = int64(x)
		}
		want[id] = v
	}
	require.Equal(t, want, models.Answers(stored[k.people[0].ID].Answers))
	require.Equal(t, models.Answers{"still_here": "left"}, models.Answers(stored[k.people[2].ID].Answers))
	require.Equal(t, models.ViaSheet, stored[k.people[0].ID].Via)

	again, err := k.Upload(k.ctx, k.me, k.batch.ID, k.sheet(nil), false) // the sheet comes with what is stored
	require.NoError(t, err)
	require.Equal(t, []int{4, 0, 0, 2, 2, 0}, []int{again.Rows, again.Created, again.Updated, again.Unchanged, again.Blank, again.Rejected})
	better, err := k.Upload(k.ctx, k.me, k.batch.ID, k.sheet(func(put func(int, string, string), _ *excelize.File) {
		put(rowOf["甲一"], "够得上这个等级", "超过")
	}), false)
	require.NoError(t, err)
	require.Equal(t, 1, better.Updated)
}

func TestUploadingWhatIsNotTheSheet(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	csv := func(lines ...string) rating.File {
		s := strings.Join(lines, "\n")
		return rating.File{Content: strings.NewReader(s), Size: int64(len(s)), Name: "x.csv"}
	}
	heading := "编号,still_here,job_consistent,level_met,quality,efficiency,safety,teamwork,mentoring,improved,promises,took_part_scoring,accept_result"
	_, err := k.Upload(k.ctx, k.me, k.batch.ID, csv("姓名,部门", "甲一,装配车间"), false)
	require.ErrorIs(t, err, rating.ErrNoHeading)
	_, err = k.Upload(k.ctx, k.me, k.batch.ID, csv("编号,still_here", "x,在"), false)
	require.ErrorIs(t, err, rating.ErrNoQuestion)
	id := string(k.people[0].ID)
	row := ",here,same,meets,5,4,5,3,sometimes,a_little,both,yes,Satisfied"
	got, err := k.Upload(k.ctx, k.me, k.batch.ID, csv("评价表", heading, "nobody"+row, id+row, id+row, row, ",,,"), false)
	require.NoError(t, err)
	require.Equal(t, 1, got.Created)
	require.Equal(t, 3, got.Rejected)
	codes := map[string]int{}
	for _, e := range got.Errors {
		codes[e.Code] = e.Row
	}
	require.Equal(t, []string{"duplicate_row", "key_missing", "not_to_rate"}, slices.Sorted(maps.Keys(codes)))
	require.Equal(t, map[string]int{"not_to_rate": 3, "duplicate_row": 5, "key_missing": 6}, codes)

	school := k.batch
	school.ID, school.Kind = "school", models.OrgSchool
	require.NoError(t, k.store.PutBatch(k.ctx, school))
	_, err = k.Progress(k.ctx, k.me, school.ID)
	require.ErrorIs(t, err, models.ErrNoRatings)
}
