package models

import (
	"slices"
	"testing"
)

func TestRoute(t *testing.T) {
	for name, x := range map[string]struct {
		in     RouteInput
		owner  string
		reason RouteReason
		copies []string
	}{
		"a city's enterprise":                {RouteInput{Kind: OrgEnterprise, Affiliation: AffiliationCity, City: "440100", Site: "440100"}, "440100", RouteRegistered, nil},
		"a provincial enterprise":            {RouteInput{Kind: OrgEnterprise, Affiliation: AffiliationProvincial, City: "440100", Site: Province}, Province, RouteProvincial, nil},
		"a central one, delegated":           {RouteInput{Kind: OrgEnterprise, Affiliation: AffiliationCentral, City: "440100", Delegated: "440300"}, "440300", RouteDelegated, nil},
		"delegation is for enterprises":      {RouteInput{Kind: OrgSchool, Affiliation: AffiliationProvincial, City: "440100", Delegated: "440300"}, Province, RouteProvincial, nil},
		"a city's social org by exam site":   {RouteInput{Kind: OrgSocial, Affiliation: AffiliationCity, City: "440100", Site: "441900"}, "441900", RouteExamSite, nil},
		"without a site, where it is":        {RouteInput{Kind: OrgSocial, Affiliation: AffiliationCity, City: "440100"}, "440100", RouteRegistered, nil},
		"the province's, the site looks on":  {RouteInput{Kind: OrgSocial, Affiliation: AffiliationProvincial, City: "440100", Site: "441900"}, Province, RouteProvincial, []string{"441900"}},
		"a school":                           {RouteInput{Kind: OrgSchool, Affiliation: AffiliationCity, City: "440600"}, "440600", RouteRegistered, nil},
		"a ministry's school":                {RouteInput{Kind: OrgSchool, Affiliation: AffiliationCentral, City: "440600"}, "440600", RouteRegistered, nil},
		"a province's school":                {RouteInput{Kind: OrgSchool, Affiliation: AffiliationProvincial, City: "440600"}, Province, RouteProvincial, nil},
		"severe: the province has a copy":    {RouteInput{Kind: OrgEnterprise, Affiliation: AffiliationCity, City: "440100", Severe: true}, "440100", RouteRegistered, []string{Province}},
		"retaliation":                        {RouteInput{Kind: OrgEnterprise, Affiliation: AffiliationCity, City: "440100", Severe: true, Upper: true}, Province, RouteRetaliation, nil},
		"about the regulator, nobody below":  {RouteInput{Kind: OrgSocial, Affiliation: AffiliationProvincial, City: "440100", Site: "441900", AboutRegulator: true}, Province, RouteRegulator, nil},
		"retaliation at a provincial org":    {RouteInput{Kind: OrgSocial, Affiliation: AffiliationProvincial, Site: "441900", Upper: true, Severe: true}, Province, RouteRetaliation, nil},
		"an organisation that is not known":  {RouteInput{Site: "440300"}, "440300", RouteUnknownOrg, nil},
		"nothing is known at all":            {RouteInput{}, Province, RouteProvincial, nil},
		"a city's enterprise without a city": {RouteInput{Kind: OrgEnterprise, Affiliation: AffiliationCity}, Province, RouteProvincial, nil},
	} {
		owner, reason, copies := Route(x.in)
		if owner != x.owner || reason != x.reason || !slices.Equal(copies, x.copies) {
			t.Errorf("%s: %s by %s, copies %v", name, owner, reason, copies)
		}
	}
}
