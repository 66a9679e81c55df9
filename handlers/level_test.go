package handlers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/registry"
	"huisheng/internal/demo"
	"huisheng/models"
)

// Which levels a school may assess follows from its type (notice, and 3.5 of the domain's facts), whatever its filing letter says. A sheet has one student of each
// level; those above are refused by row and column, in the reader's language, and the others are taken.
func TestASchoolMayOnlyAssessTheLevelsOfItsType(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	levels := []string{"五级", "四级", "三级", "二级", "一级"}
	usccs := []string{"12440000MB2TE5T3XR", "52440000MJ8TE5T21H", "51440000MJ8TE5T48C", "91440101MA5TE5T07H", "91440300MA5TE5T158", "91350100M000100Y43"}
	people := demo.People(7, len(levels))
	for i, x := range []struct {
		subtype string
		allowed int // how many levels, from the lowest
	}{{"tech_school", 2}, {"senior_tech_school", 3}, {"technician_college", 4}, {"secondary_voc", 2}, {"higher_voc", 3}, {"applied_univ", 4}} {
		made, err := s.app.Registry.Create(context.Background(), models.Principal{Role: models.RoleProvince}, registry.NewOrg{
			Kind: models.OrgSchool, Name: "合成学校" + x.subtype, USCC: usccs[i], Division: "440106", Affiliation: models.AffiliationCity, Subtype: x.subtype, Filing: demo.Filing(),
		})
		require.NoError(t, err)
		token, _ := s.account("school-"+strings.ReplaceAll(x.subtype, "_", "-"), models.RoleOperator, "440100", made.Org.ID)
		sheet := "姓名,证件号码,手机号码,专业,技能等级,毕业日期\n"
		for j, level := range levels {
			sheet += fmt.Sprintf("%s,%s,%s,电气自动化,%s,2026-07-01\n", people[j].Name, people[j].Document, people[j].Phone, level)
		}
		body, kind := upload(t, sheet)
		for _, query := range []string{"?dry_run=true", ""} {
			res := s.do("POST", "/api/v1/orgs/"+string(made.Org.ID)+"/roster"+query, token, body, "Content-Type", kind).object(200)
			require.EqualValues(t, x.allowed, res["created"], "%s %v", x.subtype, res["errors"])
			require.EqualValues(t, len(levels)-x.allowed, res["rejected"])
			var rows []any
			for _, e := range res["errors"].([]any) {
				if e := e.(object); e["code"] == "level_not_allowed" {
					require.Equal(t, "技能等级", e["column"])
					require.Contains(t, e["message"], "只能评")
					rows = append(rows, e["row"])
				}
			}
			want := []any{}
			for row := x.allowed + 2; row < len(levels)+2; row++ {
				want = append(want, float64(row))
			}
			require.ElementsMatch(t, want, rows, x.subtype)
		}
		list := s.do("GET", "/api/v1/orgs/"+string(made.Org.ID)+"/records", token, nil).object(200)["items"].([]any)
		require.Len(t, list, x.allowed)
	}
}
