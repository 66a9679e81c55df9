package models

// RouteRule is the version of the rule that Route follows. Another rule gets another version, so that it stays known by which a case was sent.
const RouteRule = "2026-1"

// RouteReason says why a region handles a complaint.
type RouteReason string

// The reasons of the rule, of officials (transfer, assigned by the province, taken over on a breach) and of the complainant (review).
const (
	RouteRegulator   RouteReason = "about_regulator"
	RouteRetaliation RouteReason = "retaliation"
	RouteDelegated   RouteReason = "delegated"
	RouteRegistered  RouteReason = "registered_city"
	RouteExamSite    RouteReason = "exam_site"
	RouteProvincial  RouteReason = "provincial_org"
	RouteUnknownOrg  RouteReason = "batch_region"
	RouteTransfer    RouteReason = "transfer"
	RouteAssigned    RouteReason = "assigned"
	RouteReview      RouteReason = "review"
)

// RouteInput is what decides who handles a complaint.
type RouteInput struct {
	AboutRegulator bool
	Upper          bool // the category always goes to the upper level
	Severe         bool
	Kind           OrgKind // empty: the organisation is not registered
	Affiliation    Affiliation
	City           string // where the organisation is registered
	Delegated      string // the city that the province delegated its supervision to
	Site           string // the city of the exam site, or of the round
}

// Route decides who handles a complaint (属地): the owner with the reason, and who gets a copy to look on. It is a pure function: RouteRule names it.
func Route(in RouteInput) (owner string, reason RouteReason, copies []string) {
	owner, reason = routeOwner(in)
	switch {
	case in.AboutRegulator:
		return owner, reason, nil // nobody below is told
	case in.Severe && owner != Province:
		copies = append(copies, Province)
	case in.Kind == OrgSocial && owner == Province && in.Site != "" && in.Site != Province && !in.Upper:
		copies = append(copies, in.Site)
	}
	return owner, reason, copies
}

func routeOwner(in RouteInput) (string, RouteReason) {
	city := func(code string, reason RouteReason) (string, RouteReason) {
		if code == "" || code == Province {
			return Province, RouteProvincial
		}
		return code, reason
	}
	switch {
	case in.AboutRegulator:
		return Province, RouteRegulator
	case in.Upper:
		return Province, RouteRetaliation
	case in.Kind == "":
		return city(in.Site, RouteUnknownOrg)
	case in.Kind == OrgEnterprise && in.Delegated != "":
		return city(in.Delegated, RouteDelegated)
	case in.Kind == OrgSocial && in.Affiliation == AffiliationCity && in.Site != "" && in.Site != Province:
		return city(in.Site, RouteExamSite)
	case in.Affiliation == AffiliationCity || in.Kind == OrgSchool && in.Affiliation != AffiliationProvincial:
		return city(in.City, RouteRegistered)
	}
	return Province, RouteProvincial
}
