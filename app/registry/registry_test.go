package registry

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/config/catalog"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

var (
	province  = models.Principal{Account: "p", Role: models.RoleProvince, Region: models.Province}
	guangzhou = models.Principal{Account: "c1", Role: models.RoleCity, Region: "440100"}
	shenzhen  = models.Principal{Account: "c3", Role: models.RoleCity, Region: "440300"}
	alliance  = models.Principal{Account: "a", Role: models.RoleAlliance, Region: models.Province}
)

// Synthetic credit codes with both check characters right.
var codes = []string{"91440101MA5TE5T07H", "91440300MA5TE5T158", "52440000MJ8TE5T21H", "12440000MB2TE5T3XR", "51440000MJ8TE5T48C"}

func service(t *testing.T) (*Service, context.Context) {
	t.Parallel()
	c, err := catalog.Load()
	require.NoError(t, err)
	s, clock := testkit.Store(t), testkit.NewClock()
	return New(s, c, audit.New(s, testkit.Box(t), clock.Now, slog.New(slog.DiscardHandler)), clock.Now), context.Background()
}

func enterprise() NewOrg {
	return NewOrg{
		Kind: models.OrgEnterprise, Name: "广州回声测试制造有限公司", USCC: codes[0], Division: "440106", Affiliation: models.AffiliationCity,
		Filing: models.Filing{
			LetterNo: "粤技备〔2025〕1号", ValidFrom: "2025-01-01", ValidTo: "2027-12-31",
			Occupations: []models.FiledOccupation{{Code: "6-18-01-01", Name: "车工", Levels: []string{"5", "四级", "3"}}},
		},
	}
}

func TestRegisterAndSupervisor(t *testing.T) {
	s, ctx := service(t)
	got, err := s.Create(ctx, guangzhou, enterprise())
	require.NoError(t, err)
	require.Equal(t, "440100", got.Org.Region)
	require.Equal(t, "440106", got.Org.Division)
	require.Empty(t, got.Warnings)
	require.Equal(t, []string{"5", "4", "3"}, got.Org.Filing.Occupations[0].Levels, "a level may be written out; its code is kept")
	read, err := s.Find(ctx, guangzhou, got.Org.ID)
	require.NoError(t, err)
	require.Equal(t, got.Org, read)

	_, err = s.Create(ctx, province, enterprise())
	require.ErrorIs(t, err, models.ErrOrgExists)

	central := enterprise()
	central.USCC, central.Affiliation = codes[1], models.AffiliationCentral
	_, err = s.Create(ctx, guangzhou, central)
	require.ErrorIs(t, err, models.ErrOutsideJurisdiction)
	got, err = s.Create(ctx, province, central)
	require.NoError(t, err)
	require.Equal(t, models.Province, got.Org.Region)
	_, err = s.Find(ctx, guangzhou, got.Org.ID)
	require.ErrorIs(t, err, models.ErrNotFound, "in Guangzhou, but the province supervises it")
	for to, want := range map[string]error{"440300": nil, "440000": models.ErrInvalid, "44030": models.ErrInvalid, "": nil} {
		changed, err := s.Update(ctx, province, got.Org.ID, Change{Delegated: &to})
		require.ErrorIs(t, err, want, to)
		if want == nil {
			require.Equal(t, to, changed.DelegatedTo)
		}
	}
	to := "440300"
	_, err = s.Update(ctx, guangzhou, read.ID, Change{Delegated: &to})
	require.ErrorIs(t, err, models.ErrForbidden, "the province says so")
	_, err = s.Update(ctx, province, read.ID, Change{Delegated: &to})
	require.ErrorIs(t, err, models.ErrInvalid, "a city's own enterprise")

	elsewhere := enterprise()
	elsewhere.USCC, elsewhere.Division = codes[2], "440305"
	_, err = s.Create(ctx, guangzhou, elsewhere)
	require.ErrorIs(t, err, models.ErrOutsideJurisdiction)
	_, err = s.Create(ctx, models.Principal{Role: models.RoleOperator, Org: "o"}, elsewhere)
	require.ErrorIs(t, err, models.ErrForbidden)
}

func TestWhatIsRefused(t *testing.T) {
	s, ctx := service(t)
	for name, c := range map[string]struct {
		change func(*NewOrg)
		field  string
		code   string
	}{
		"kind":             {func(o *NewOrg) { o.Kind = "factory" }, "kind", "wrong_value"},
		"name":             {func(o *NewOrg) { o.Name = " 甲 " }, "name", "wrong_format"},
		"name turned":      {func(o *NewOrg) { o.Name = "甲\u202e乙丙" }, "name", "wrong_format"},
		"name long":        {func(o *NewOrg) { o.Name = strings.Repeat("长", 101) }, "name", "wrong_format"},
		"uscc check digit": {func(o *NewOrg) { o.USCC = "91440101MA5TE5T07J" }, "uscc", "uscc_check_digit"},
		"uscc length":      {func(o *NewOrg) { o.USCC = "914401" }, "uscc", "uscc_length"},
		"region form":      {func(o *NewOrg) { o.Division = "4401" }, "region", "unknown_region"},
		"other province":   {func(o *NewOrg) { o.Division = "110105" }, "region", "unknown_region"},
		"no such city":     {func(o *NewOrg) { o.Division = "449901" }, "region", "unknown_region"},
		"city's at large":  {func(o *NewOrg) { o.Division = "440000" }, "region", "city_needed"},
		"affiliation":      {func(o *NewOrg) { o.Affiliation = "" }, "affiliation", "wrong_value"},
		"subtype":          {func(o *NewOrg) { o.Subtype = strings.Repeat("x", 41) }, "subtype", "wrong_format"},
		"date":             {func(o *NewOrg) { o.Filing.ValidTo = "2026-02-30" }, "filing.valid_to", "wrong_date"},
		"date form":        {func(o *NewOrg) { o.Filing.ValidFrom = "2025/1/1" }, "filing.valid_from", "wrong_date"},
		"dates turned":     {func(o *NewOrg) { o.Filing.ValidTo = "2024-01-01" }, "filing.valid_to", "before_start"},
		"level":            {func(o *NewOrg) { o.Filing.Occupations[0].Levels[1] = "9" }, "filing.occupations[0].levels[1]", "unknown_level"},
		"no level":         {func(o *NewOrg) { o.Filing.Occupations[0].Levels = nil }, "filing.occupations[0].levels", "required"},
		"occupation":       {func(o *NewOrg) { o.Filing.Occupations[0].Name = "" }, "filing.occupations[0].name", "wrong_format"},
		"too many":         {func(o *NewOrg) { o.Filing.Occupations = make([]models.FiledOccupation, 501) }, "filing.occupations", "too_many"},
	} {
		in := enterprise()
		c.change(&in)
		_, err := s.Create(ctx, province, in)
		var e *models.Error
		require.ErrorAs(t, err, &e, name)
		require.Equal(t, models.KindInvalid, e.Kind, name)
		require.Len(t, e.Fields, 1, name)
		require.Equal(t, c.field, e.Fields[0].Field, name)
		require.Equal(t, c.code, e.Fields[0].Code, name)
	}
	list, err := s.List(ctx, province, store.OrgFilter{}, models.Page{Limit: 1})
	require.NoError(t, err)
	require.Empty(t, list.Items, "nothing is half done")
}

func TestOddCodeWarnsOnly(t *testing.T) {
	s, ctx := service(t)
	in := enterprise()
	in.USCC = "91440101ma5te5t08l" // right check character, but not of the organisation number inside
	got, err := s.Create(ctx, province, in)
	require.NoError(t, err)
	require.Equal(t, "91440101MA5TE5T08L", got.Org.USCC)
	require.Len(t, got.Warnings, 1)
}

func TestEachSeesItsOwn(t *testing.T) {
	s, ctx := service(t)
	made := map[string]models.Org{}
	for i, o := range []struct {
		name, division string
		kind           models.OrgKind
		affiliation    models.Affiliation
	}{
		{"广州甲公司", "440106", models.OrgEnterprise, models.AffiliationCity},
		{"深圳乙学校", "440305", models.OrgSchool, models.AffiliationCity},
		{"广东丙学校", "440106", models.OrgSchool, models.AffiliationProvincial},
		{"广州丁机构", "440112", models.OrgSocial, models.AffiliationCity},
	} {
		got, err := s.Create(ctx, province, NewOrg{Kind: o.kind, Name: o.name, USCC: codes[i], Division: o.division, Affiliation: o.affiliation})
		require.NoError(t, err)
		made[o.name] = got.Org
	}
	names := func(p models.Principal, f store.OrgFilter) (list []string) {
		page := models.Page{Limit: 2}
		for {
			got, err := s.List(ctx, p, f, page)
			require.NoError(t, err)
			for _, o := range got.Items {
				list = append(list, o.Name)
			}
			if page.After = got.Next; got.Next == "" {
				return list
			}
		}
	}
	operator := models.Principal{Role: models.RoleOperator, Org: made["广州甲公司"].ID}
	all := store.OrgFilter{}
	require.Len(t, names(province, all), 4)
	require.ElementsMatch(t, []string{"广州甲公司", "广州丁机构"}, names(guangzhou, all))
	require.Equal(t, []string{"深圳乙学校"}, names(shenzhen, all))
	require.ElementsMatch(t, []string{"深圳乙学校", "广东丙学校"}, names(alliance, all))
	require.Equal(t, []string{"广州甲公司"}, names(operator, all))
	require.Empty(t, names(models.Principal{}, all))
	require.Empty(t, names(models.Principal{Role: models.RoleCity}, all), "a city account without a city")

	require.ElementsMatch(t, []string{"广州甲公司", "广州丁机构"}, names(province, store.OrgFilter{Name: "广州"}))
	require.Empty(t, names(province, store.OrgFilter{Name: ".*"}), "a name, not a pattern")
	require.Empty(t, names(alliance, store.OrgFilter{Kind: models.OrgEnterprise}), "a filter does not widen the scope")
	require.Empty(t, names(guangzhou, store.OrgFilter{Region: "440300"}))
	_, err := s.List(ctx, province, store.OrgFilter{Kind: "x"}, models.Page{Limit: 2})
	require.ErrorIs(t, err, models.ErrInvalid)

	for who, p := range map[string]models.Principal{"city": guangzhou, "operator": operator} {
		_, err := s.Find(ctx, p, made["深圳乙学校"].ID)
		require.ErrorIs(t, err, models.ErrNotFound, who)
	}
	name := "新名字"
	_, err = s.Update(ctx, guangzhou, made["深圳乙学校"].ID, Change{Name: &name})
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = s.Update(ctx, operator, made["广州甲公司"].ID, Change{Name: &name})
	require.ErrorIs(t, err, models.ErrForbidden)
}

func TestChangesAreNotLost(t *testing.T) {
	s, ctx := service(t)
	got, err := s.Create(ctx, province, enterprise())
	require.NoError(t, err)
	id := got.Org.ID
	var done, conflict atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			subtype := "leading_enterprise"
			switch _, err := s.Update(ctx, province, id, Change{Subtype: &subtype}); {
			case err == nil:
				done.Add(1)
			case models.ErrConflict.Is(err):
				conflict.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 8, done.Load()+conflict.Load())
	require.Positive(t, done.Load())

	filing := models.Filing{LetterNo: "粤技备〔2026〕2号", Occupations: []models.FiledOccupation{{Name: "钳工", Levels: []string{"1"}}}}
	o, err := s.Update(ctx, guangzhou, id, Change{Filing: &filing})
	require.NoError(t, err)
	require.Equal(t, "钳工", o.Filing.Occupations[0].Name)
	require.Equal(t, "leading_enterprise", o.Subtype)
	empty := ""
	_, err = s.Update(ctx, guangzhou, id, Change{Name: &empty})
	require.ErrorIs(t, err, models.ErrInvalid)
}
