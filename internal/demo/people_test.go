package demo_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/internal/demo"
	"huisheng/models"
)

func TestPeopleAreValidDistinctAndTheSameAgain(t *testing.T) {
	t.Parallel()
	const n = 20_000
	people := demo.People(3, n)
	require.Equal(t, people[:500], demo.People(3, 500))
	documents, phones, numbers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range people {
		d, err := models.ParseDocument("", p.Document)
		require.NoError(t, err, p.Document)
		require.Equal(t, models.DocResidentID, d.Type)
		require.True(t, strings.HasPrefix(p.Document, "44") && p.Document[4:6] == "00", "a real person has a county's code")
		year := p.Document[6:10]
		require.True(t, year >= "1966" && year <= "2006", year)
		phone, err := models.ParsePhone(p.Phone)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(phone, "+861380000") || strings.HasPrefix(phone, "+861380001") || strings.HasPrefix(phone, "+861380002"), phone)
		_, err = models.ParsePersonName(p.Name)
		require.NoError(t, err)
		_, err = models.ParseOccupationCode(p.OccupationCode)
		require.NoError(t, err)
		require.Empty(t, models.CertificateWarnings(p.Certificate, p.Level, 2026, "44"))
		documents[p.Document], phones[p.Phone], numbers[p.Certificate] = true, true, true
	}
	require.Len(t, documents, n)
	require.Len(t, phones, n)
	require.Len(t, numbers, n)
	for _, p := range demo.People(4, n) {
		require.False(t, documents[p.Document], "seeds have nobody in common")
	}
	for _, p := range people[:200] {
		require.Equal(t, models.FilingCovers, demo.Filing().Covers(p.OccupationCode, p.Occupation, p.Level, p.IssuedOn))
	}
}

func TestRosterFiles(t *testing.T) {
	t.Parallel()
	people := demo.People(1, 120)
	for _, kind := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
		var clean, messy bytes.Buffer
		require.NoError(t, demo.RosterXLSX(&clean, kind, people))
		require.NoError(t, demo.MessyXLSX(&messy, kind, people))
		rows := read(t, &clean)
		require.Equal(t, demo.RosterRows(kind, people), rows)
		rows = read(t, &messy)
		require.Equal(t, []string{"序号", "姓 名"}, rows[2][:2])
		require.Len(t, rows, 3+120+2, "title, empty row, headings, people, empty rows")
	}
}

func read(t *testing.T, b *bytes.Buffer) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(b)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows("Sheet1")
	require.NoError(t, err)
	return rows
}
