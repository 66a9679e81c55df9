package browser_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/app/registry"
	"huisheng/app/respond"
	"huisheng/internal/demo"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// What most offices have, and a tablet held upright.
var (
	deskScreen   = size{1366, 768, false}
	tabletScreen = size{800, 1180, false}
)

const deskPassword = "correct horse battery"

// account makes an account that may log in at once.
func (s *site) account(login string, a models.Account) {
	s.t.Helper()
	a.Login = login
	if a.Name == "" {
		a.Name = "测试账号"
	}
	_, err := s.app.Accounts.Ensure(context.Background(), a, deskPassword)
	require.NoError(s.t, err)
}

// enterprise registers an enterprise with an operator's account.
func (s *site) enterprise(name, login string) models.OrgID {
	s.t.Helper()
	made, err := s.app.Registry.Create(context.Background(), models.Principal{Account: "test", Role: models.RoleProvince}, registry.NewOrg{
		Kind: models.OrgEnterprise, Name: name, USCC: "91440101MA5TE5T07H", Division: "440100", Affiliation: models.AffiliationCity, Filing: demo.Filing(),
	})
	require.NoError(s.t, err)
	s.account(login, models.Account{Role: models.RoleOperator, Org: made.Org.ID, Region: made.Org.Region})
	return made.Org.ID
}

// desk opens the console and logs in.
func (s *site) desk(login, password string, sz size) *tab {
	s.t.Helper()
	b := openTab(s.t, sz)
	b.open(s.url + "/console")
	b.logIn(login, password)
	return b
}

func (b *tab) logIn(login, password string) {
	b.t.Helper()
	b.typeIn("#f-account", login)
	b.typeIn("#f-password", password)
	b.tapText("登录")
	b.until(func() bool { return !strings.Contains(b.at(), "/console/login") }, "still at the login")
}

// at is the address of the page, once all of it is there.
func (b *tab) at() string {
	b.t.Helper()
	return eval[string](b, `location.pathname + location.search`)
}

// tidy checks a page of the desk: accessible, nothing sideways.
func (b *tab) tidy(name string) {
	b.t.Helper()
	b.axe(name)
	b.level(name)
	b.shot("console-" + name)
}

// choose puts a file into the page's only file field, as the file dialog does.
func (b *tab) choose(file string) {
	b.t.Helper()
	b.run(chromedp.SetUploadFiles("input[type=file]", []string{file}, chromedp.ByQuery))
}

// workbook writes rows into an Excel file made by another library than ours.
func workbook(t *testing.T, name string, rows [][]string) string {
	t.Helper()
	f := excelize.NewFile()
	defer func() { require.NoError(t, f.Close()) }()
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, v := range row {
			cells[j] = v
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Sheet1", at, &cells))
	}
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, f.SaveAs(file))
	return file
}

// column finds a heading.
func column(t *testing.T, rows [][]string, heading string) int {
	t.Helper()
	for i, h := range rows[0] {
		if h == heading {
			return i
		}
	}
	require.Fail(t, "no column", heading)
	return -1
}

// follow makes a round of the newest claim of an organisation, as match needs it.
func (s *site) follow(org models.OrgID, people []demo.Person) *round {
	s.t.Helper()
	list, err := s.store.ListBatches(context.Background(), models.SystemScope(), store.BatchFilter{Org: org}, models.Page{Limit: 1})
	require.NoError(s.t, err)
	require.Len(s.t, list.Items, 1)
	r := &round{s: s, org: org, batch: list.Items[0].ID, people: people}
	require.Eventually(s.t, func() bool {
		n, err := s.store.CountInvitations(context.Background(), r.batch)
		require.NoError(s.t, err)
		return n == len(people)
	}, waitLong, waitShort)
	r.match()
	return r
}

// answer lets the i-th person fill the form by the use cases behind the API.
func (r *round) answer(i int) {
	r.s.t.Helper()
	ctx := context.Background()
	link := r.s.ids.Tokens.Make(token.Direct, string(r.ids[i]))
	a, err := r.s.app.Respond.Enter(ctx, respond.Entry{Token: link, IDTail: r.tail(i, 4), Addr: "test"})
	require.NoError(r.s.t, err)
	c, err := r.s.app.Respond.Session(a.RespondentToken)
	require.NoError(r.s.t, err)
	_, _, err = r.s.app.Respond.Submit(ctx, c, respond.Submission{
		Consents: models.Consents{Notice: a.Questionnaire.Notice.Version, Wage: true}, Answers: demo.Happy(a.Questionnaire), StartedAt: time.Now().Add(-time.Minute),
	})
	require.NoError(r.s.t, err)
}

// fillIn fills every question of a rating sheet with its first choice, from row 2 on, and gives the new file.
func fillIn(t *testing.T, raw []byte, choices []string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "评价表.xlsx")
	require.NoError(t, os.WriteFile(file, raw, 0o600))
	f, err := excelize.OpenFile(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	name := f.GetSheetName(0)
	rows, err := f.GetRows(name)
	require.NoError(t, err)
	first := len(rows[0]) - len(choices)
	for i := 1; i < len(rows); i++ {
		for j, v := range choices {
			at, err := excelize.CoordinatesToCellName(first+j+1, i+1)
			require.NoError(t, err)
			require.NoError(t, f.SetCellValue(name, at, v))
		}
	}
	require.NoError(t, f.Save())
	return file
}
