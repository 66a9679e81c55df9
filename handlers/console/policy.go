package console

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/supervise"
	"huisheng/handlers/web"
	"huisheng/models"
)

// policyRows is how many rules and weights the editor has room for at once; saving makes room for more.
const policyRows = 3

// ListPolicies shows every version of every policy.
func (h *Console) ListPolicies(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Supervise.Policies(c.UserContext(), web.Principal(c), at)
	if err != nil {
		return err
	}
	return h.render(c, "policies", page{Title: say(c, "监管政策", "Policies"), Data: map[string]any{
		"Rows": list.Items, "First": "", "Next": newer(c, list.Next), "Province": web.Principal(c).Role == models.RoleProvince,
	}})
}

type policyData struct {
	P        supervise.PolicyView
	Titles   map[string]models.LocalText
	Province bool
	Tried    bool // the preview was asked for
	Preview  []supervise.Preview
}

// ShowPolicy is one version, with the preview of what it would propose today when asked for (?try=1).
func (h *Console) ShowPolicy(c *fiber.Ctx) error { return h.policy(c, form{}) }

func (h *Console) policy(c *fiber.Ctx, f form) error {
	who := web.Principal(c)
	p, err := h.app.Supervise.Policy(c.UserContext(), who, models.PolicyID(c.Params("policy")))
	if err != nil {
		return err
	}
	d := policyData{P: p, Titles: map[string]models.LocalText{}, Province: who.Role == models.RoleProvince, Tried: c.Query("try") != ""}
	for _, kind := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
		for _, i := range h.app.Catalog.Indicators(kind) {
			d.Titles[i.ID] = i.Title
		}
	}
	if d.Tried && who.Role != models.RoleOperator {
		if d.Preview, err = h.app.Supervise.Preview(c.UserContext(), who, p.ID, ""); err != nil {
			return err
		}
	}
	return h.render(c, "policy", page{Title: p.Name, Form: f, Self: policyURL(p.ID), Data: d})
}

func policyURL(id models.PolicyID) string { return "/console/policies/" + url.PathEscape(string(id)) }

// ShowPolicyForm is the editor: an empty one, or that of a draft.
func (h *Console) ShowPolicyForm(c *fiber.Ctx) error {
	id := models.PolicyID(c.Params("policy"))
	if id == "" {
		return h.policyForm(c, form{Values: map[string]string{"wait_days": strconv.Itoa(supervise.DefaultWait)}}, "")
	}
	p, err := h.app.Supervise.Policy(c.UserContext(), web.Principal(c), id)
	if err != nil {
		return err
	}
	return h.policyForm(c, policyTyped(p), id)
}

// policyTyped writes a policy into the fields of the editor.
func policyTyped(p supervise.PolicyView) form {
	v := map[string]string{
		"code": p.Code, "name": p.Name, "basis": p.Basis, "effective_from": string(p.EffectiveFrom), "wait_days": strconv.Itoa(p.WaitDays),
		"revision": strconv.Itoa(p.Revision),
	}
	for i, r := range p.Rules {
		at := fmt.Sprintf("rules[%d].", i)
		v[at+"id"], v[at+"indicator"], v[at+"period_kind"], v[at+"comparison"] = r.ID, r.Indicator, string(r.PeriodKind), string(r.Comparison)
		v[at+"threshold"], v[at+"min_n"] = strconv.FormatFloat(r.Threshold, 'f', -1, 64), strconv.FormatInt(r.MinN, 10)
		v[at+"min_response_rate"], v[at+"measure"] = strconv.FormatFloat(r.MinResponse, 'f', -1, 64), string(r.Measure)
	}
	for i, w := range p.Weights {
		at := fmt.Sprintf("weights[%d].", i)
		v[at+"indicator"], v[at+"weight"] = w.Indicator, strconv.Itoa(w.Weight)
		if w.Inverted {
			v[at+"inverted"] = "yes"
		}
	}
	return form{Values: v}
}

func (h *Console) policyForm(c *fiber.Ctx, f form, id models.PolicyID) error {
	count := func(prefix string) []int {
		n := policyRows
		for i := range models.MaxRules {
			if f.Value(fmt.Sprintf("%s[%d].indicator", prefix, i)) != "" {
				n = max(n, i+2)
			}
		}
		out := make([]int, n)
		for i := range out {
			out[i] = i
		}
		return out
	}
	var indicators []models.IndicatorDefinition
	for _, kind := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
		indicators = append(indicators, h.app.Catalog.Indicators(kind)...)
	}
	return h.render(c, "policy-form", page{Title: say(c, "编辑监管政策", "Edit a policy"), Form: f, Self: c.Path(), Data: map[string]any{
		"ID": id, "Rules": count("rules"), "Weights": count("weights"), "Indicators": indicators,
		"Periods":     []models.PeriodKind{models.PeriodQuarter, models.PeriodMonth, models.PeriodYear, models.PeriodAcademic, models.PeriodRolling},
		"Comparisons": []models.Comparison{models.Below, models.AtMost, models.Above, models.AtLeast},
		"Measures":    []models.MeasureKind{models.MeasureWatch, models.MeasureRectify, models.MeasureSuspend, models.MeasureExit},
	}})
}

// SavePolicy stores what the editor holds as a draft.
func (h *Console) SavePolicy(c *fiber.Ctx) error {
	f, in := h.typedPolicy(c)
	revision, _ := strconv.Atoi(f.Value("revision")) // none: a new one
	id := models.PolicyID(c.Params("policy"))
	var p supervise.PolicyView
	var err error
	if id == "" {
		p, err = h.app.Supervise.DraftPolicy(c.UserContext(), web.Principal(c), in)
	} else {
		p, err = h.app.Supervise.EditPolicy(c.UserContext(), web.Principal(c), id, revision, in)
	}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.policyForm(c, f, id)
	}
	return back(c, policyURL(p.ID), "policy")
}

// typedPolicy reads the editor. A row without an indicator is an empty one; what is no number is judged as one that cannot be.
func (h *Console) typedPolicy(c *fiber.Ctx) (form, supervise.PolicyInput) {
	f := typed(c, "code", "name", "basis", "effective_from", "wait_days", "revision")
	number := func(name string) float64 {
		x, err := strconv.ParseFloat(strings.TrimSpace(f.Value(name)), 64)
		if err != nil {
			return -1
		}
		return x
	}
	in := supervise.PolicyInput{Code: f.Value("code"), Name: f.Value("name"), Basis: f.Value("basis"), EffectiveFrom: models.Date(f.Value("effective_from")), WaitDays: int(number("wait_days"))}
	for i := range models.MaxRules {
		at := fmt.Sprintf("rules[%d].", i)
		for _, n := range []string{"id", "indicator", "period_kind", "comparison", "threshold", "min_n", "min_response_rate", "measure"} {
			f.Values[at+n] = c.FormValue(at + n)
		}
		if f.Value(at+"indicator") == "" {
			continue
		}
		d, _ := h.app.Catalog.Indicator(f.Value(at + "indicator"))
		id := f.Value(at + "id")
		if id == "" {
			id = "r" + strconv.Itoa(i+1)
		}
		in.Rules = append(in.Rules, models.Rule{
			ID: id, Kind: d.Kind, Indicator: f.Value(at + "indicator"), PeriodKind: models.PeriodKind(f.Value(at + "period_kind")),
			Comparison: models.Comparison(f.Value(at + "comparison")), Threshold: number(at + "threshold"), MinN: int64(number(at + "min_n")),
			MinResponse: number(at + "min_response_rate"), Measure: models.MeasureKind(f.Value(at + "measure")),
		})
	}
	for i := range models.MaxRules {
		at := fmt.Sprintf("weights[%d].", i)
		for _, n := range []string{"indicator", "weight", "inverted"} {
			f.Values[at+n] = c.FormValue(at + n)
		}
		if f.Value(at+"indicator") == "" {
			continue
		}
		d, _ := h.app.Catalog.Indicator(f.Value(at + "indicator"))
		in.Weights = append(in.Weights, models.Weight{Kind: d.Kind, Indicator: f.Value(at + "indicator"), Weight: int(number(at + "weight")), Inverted: f.Value(at+"inverted") == "yes"})
	}
	return f, in
}

// MovePolicy publishes, retires or discards a version, after asking.
func (h *Console) MovePolicy(c *fiber.Ctx) error {
	f := typed(c, "do", "revision", "effective_from")
	id := models.PolicyID(c.Params("policy"))
	revision, _ := strconv.Atoi(f.Value("revision")) // none: whatever it is now
	ctx, who := c.UserContext(), web.Principal(c)
	ask, known := map[string]models.LocalText{
		"publish": {Zh: "发布后不能修改，只能由新版本替代或停用。确定发布吗？", En: "Once published it never changes; a new version can replace it, or you can retire it. Publish?"},
		"retire":  {Zh: "停用后不再提出新的建议，已提出的不受影响。确定停用吗？", En: "Once retired it proposes nothing new; what it has proposed stays. Retire?"},
		"discard": {Zh: "草稿作废后不能找回。确定作废吗？", En: "A discarded draft cannot be brought back. Discard?"},
	}[f.Value("do")]
	if !known {
		return models.ErrInvalid
	}
	if c.FormValue("sure") == "" {
		return h.render(c, "confirm", page{Title: say(c, "请确认", "Please confirm"), Form: f, Self: policyURL(id), Data: map[string]any{
			"Question": langOf(c).text(ask), "Text": "", "Back": policyURL(id), "Button": say(c, "确定", "Yes"), "Action": "",
		}})
	}
	var err error
	to := policyURL(id)
	switch f.Value("do") {
	case "publish":
		_, err = h.app.Supervise.PublishPolicy(ctx, who, id, revision, models.Date(f.Value("effective_from")))
	case "retire":
		_, err = h.app.Supervise.RetirePolicy(ctx, who, id, revision)
	case "discard":
		err, to = h.app.Supervise.DiscardDraft(ctx, who, id, revision), "/console/policies"
	}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.policy(c, f)
	}
	return back(c, to, "policy")
}
