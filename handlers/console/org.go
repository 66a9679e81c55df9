package console

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/registry"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// ListOrgs is the list of organisations in the reader's scope.
func (h *Console) ListOrgs(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	who := web.Principal(c)
	f := store.OrgFilter{Kind: models.OrgKind(c.Query("kind")), Region: c.Query("region"), Name: strings.TrimSpace(c.Query("name"))}
	list, err := h.app.Registry.List(c.UserContext(), who, f, at)
	if err != nil {
		return err
	}
	first := ""
	if at.After != "" {
		first = "/console/orgs"
	}
	return h.render(c, "orgs", page{Title: say(c, "评价机构", "Organisations"), Data: map[string]any{
		"List": list, "Filter": f, "First": first, "Next": newer(c, list.Next), "Desk": official(who), "Regions": h.regionNames(langOf(c)),
		"Province": who.Role == models.RoleProvince, "Filtered": f.Kind != "" || f.Region != "" || f.Name != "",
	}})
}

// orgChoice is what a form lets an official choose an organisation from: as many as fit a list, found by how their names begin.
type orgChoice struct {
	Items []models.Org
	Find  string // how their names begin
	More  bool   // there are others
}

// mostChoices is how long a list to choose from may be.
const mostChoices = 200

// orgChoice reads the organisations to choose from; the chosen one is among them.
func (h *Console) orgChoice(c *fiber.Ctx, chosen models.OrgID) (orgChoice, error) {
	ctx, who, find := c.UserContext(), web.Principal(c), strings.TrimSpace(c.Query("find"))
	list, err := h.app.Registry.List(ctx, who, store.OrgFilter{Name: find}, models.Page{Limit: mostChoices})
	if err != nil {
		return orgChoice{}, err
	}
	out := orgChoice{Items: list.Items, Find: find, More: list.Next != ""}
	known := func(o models.Org) bool { return o.ID == chosen }
	if chosen != "" && !slices.ContainsFunc(out.Items, known) {
		if o, err := h.app.Registry.Find(ctx, who, chosen); err == nil { // otherwise it is not theirs to choose
			out.Items = append(out.Items, o)
		}
	}
	return out, nil
}

func official(p models.Principal) bool {
	return p.Role == models.RoleProvince || p.Role == models.RoleCity
}

func (h *Console) regionNames(l lang) map[string]string {
	m := map[string]string{}
	for _, r := range h.app.Catalog.Regions() {
		m[r.Code] = l.say(r.Name, r.English)
	}
	return m
}

func (h *Console) regionName(l lang, code string) string {
	if r, ok := h.app.Catalog.Region(code); ok {
		return l.say(r.Name, r.English)
	}
	return code
}

// orgFields are the fields of the form of an organisation, named as the API names them.
var orgFields = []string{
	"kind", "name", "uscc", "region", "affiliation", "subtype", "delegated_to", "filing.letter_no", "filing.valid_from", "filing.valid_to", "occupations",
}

type orgForm struct {
	Org      models.Org // zero for a new one
	New      bool
	Kinds    []models.OrgKind
	Subtypes map[models.OrgKind][]models.OrgSubtype
	Regions  []models.Region
	Delegate bool     // the province may hand complaints about it to a city
	Other    []string // what is wrong in the lines of occupations
}

// ShowNewOrg is the form for filing an organisation.
func (h *Console) ShowNewOrg(c *fiber.Ctx) error {
	f := form{Values: map[string]string{"affiliation": string(models.AffiliationCity)}}
	if who := web.Principal(c); who.Role == models.RoleCity {
		f.Values["region"] = who.Region
	}
	return h.orgForm(c, f, models.Org{})
}

func (h *Console) orgForm(c *fiber.Ctx, f form, o models.Org) error {
	d := orgForm{
		Org: o, New: o.ID == "", Kinds: []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial},
		Subtypes: map[models.OrgKind][]models.OrgSubtype{}, Regions: h.app.Catalog.Regions(), Other: f.Other(orgFields...),
	}
	for _, k := range d.Kinds {
		if list := h.app.Catalog.Subtypes(k); len(list) > 0 {
			d.Subtypes[k] = list
		}
	}
	d.Delegate = !d.New && web.Principal(c).Role == models.RoleProvince && o.Kind == models.OrgEnterprise && o.Affiliation != models.AffiliationCity
	title := say(c, "登记评价机构", "Register an organisation")
	if !d.New {
		title = say(c, "修改机构信息", "Change the organisation")
	}
	return h.render(c, "org-form", page{Title: title, Form: f, Data: d})
}

// CreateOrg files an organisation.
func (h *Console) CreateOrg(c *fiber.Ctx) error {
	f := typed(c, orgFields...)
	in := registry.NewOrg{
		Kind: models.OrgKind(f.Value("kind")), Name: f.Value("name"), USCC: f.Value("uscc"), Division: f.Value("region"),
		Affiliation: models.Affiliation(f.Value("affiliation")), Subtype: f.Value("subtype"), Filing: filingOf(f),
	}
	made, err := h.app.Registry.Create(c.UserContext(), web.Principal(c), in)
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.orgForm(c, f, models.Org{})
	}
	return back(c, orgURL(made.Org.ID), "org")
}

// filingOf reads the letter from the form; its occupations stand one on a line: code, name, levels.
func filingOf(f form) models.Filing {
	return models.Filing{
		LetterNo: strings.TrimSpace(f.Value("filing.letter_no")), ValidFrom: f.Value("filing.valid_from"), ValidTo: f.Value("filing.valid_to"),
		Occupations: readOccupations(f.Value("occupations")),
	}
}

var occupationCode = regexp.MustCompile(`^\d+(-\d+)+$`)

// readOccupations reads lines such as "6-18-01-01 车工 五级、四级、三级": an optional code, the name, and the levels as the last word.
func readOccupations(text string) []models.FiledOccupation {
	list := []models.FiledOccupation{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		var o models.FiledOccupation
		if occupationCode.MatchString(words[0]) {
			o.Code, words = words[0], words[1:]
		}
		if n := len(words); n > 1 {
			o.Levels = strings.FieldsFunc(words[n-1], func(r rune) bool { return strings.ContainsRune(",，、;；", r) })
			words = words[:n-1]
		}
		o.Name = strings.Join(words, " ")
		list = append(list, o)
	}
	return list
}

func (h *Console) occupationLines(l lang, f models.Filing) string {
	var b strings.Builder
	for _, o := range f.Occupations {
		names := make([]string, len(o.Levels))
		for i, code := range o.Levels {
			names[i] = levelName(h.app.Catalog, l, code)
		}
		b.WriteString(strings.TrimSpace(o.Code+" "+o.Name) + " " + strings.Join(names, l.say("、", ", ")) + "\n")
	}
	return b.String()
}

func orgURL(id models.OrgID) string { return "/console/orgs/" + url.PathEscape(string(id)) }

type orgData struct {
	Org         models.Org
	Desk        bool
	Occupations string
	Supervisor  string
	Accounts    models.List[models.Account]
	First, Next string // pages of the accounts
	Batches     []batchRow
	Initial     string // an initial password, shown this once
	For         string // whose it is
}

// ShowOrg is one organisation.
func (h *Console) ShowOrg(c *fiber.Ctx) error { return h.org(c, page{}, orgData{}) }

// org shows the organisation of the address. p and d hold what is shown beside it: a form, a password.
func (h *Console) org(c *fiber.Ctx, p page, d orgData) error {
	who, ctx := web.Principal(c), c.UserContext()
	var err error
	if d.Org, err = h.app.Registry.Find(ctx, who, models.OrgID(c.Params("org"))); err != nil {
		return err
	}
	d.Desk, d.Occupations, d.Supervisor = official(who), h.occupationLines(langOf(c), d.Org.Filing), h.regionName(langOf(c), d.Org.Region)
	if d.Desk {
		at, err := web.Page(c)
		if err != nil {
			return err
		}
		if d.Accounts, err = h.app.Accounts.ListOf(ctx, who, d.Org.ID, at); err != nil {
			return err
		}
		if d.Next = newerAt(c, orgURL(d.Org.ID), d.Accounts.Next); at.After != "" {
			d.First = orgURL(d.Org.ID)
		}
		list, err := h.app.Outreach.Batches(ctx, who, store.BatchFilter{Org: d.Org.ID}, models.Page{Limit: onHome})
		if err != nil {
			return err
		}
		d.Batches = batchRows(who, list.Items)
	}
	p.Title, p.Self, p.Data = d.Org.Name, orgURL(d.Org.ID), d
	return h.render(c, "org", p)
}

// ShowEditOrg is the form for changing an organisation.
func (h *Console) ShowEditOrg(c *fiber.Ctx) error {
	o, err := h.app.Registry.Find(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")))
	if err != nil {
		return err
	}
	return h.orgForm(c, form{Values: map[string]string{
		"kind": string(o.Kind), "name": o.Name, "uscc": o.USCC, "region": o.Division, "affiliation": string(o.Affiliation), "subtype": o.Subtype, "delegated_to": o.DelegatedTo,
		"filing.letter_no": o.Filing.LetterNo, "filing.valid_from": o.Filing.ValidFrom, "filing.valid_to": o.Filing.ValidTo,
		"occupations": h.occupationLines(langOf(c), o.Filing),
	}}, o)
}

// UpdateOrg changes name, subtype and filing letter; who an organisation is stays.
func (h *Console) UpdateOrg(c *fiber.Ctx) error {
	who, id := web.Principal(c), models.OrgID(c.Params("org"))
	f := typed(c, orgFields...)
	name, subtype, filing := f.Value("name"), f.Value("subtype"), filingOf(f)
	change := registry.Change{Name: &name, Subtype: &subtype, Filing: &filing}
	if who.Role == models.RoleProvince && c.FormValue("delegation") != "" { // the form had the list
		to := f.Value("delegated_to")
		change.Delegated = &to
	}
	_, err := h.app.Registry.Update(c.UserContext(), who, id, change)
	if err == nil {
		return back(c, orgURL(id), "org")
	}
	if err := f.refused(c, err); err != nil {
		return err
	}
	o, err := h.app.Registry.Find(c.UserContext(), who, id)
	if err != nil {
		return err
	}
	return h.orgForm(c, f, o)
}
