package roster_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/roster"
	"huisheng/internal/demo"
	"huisheng/models"
)

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
