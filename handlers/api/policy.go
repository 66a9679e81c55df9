package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/supervise"
	"huisheng/handlers/web"
	"huisheng/models"
)

type policyView struct {
	ID            models.PolicyID    `json:"id"`
	Code          string             `json:"code"`
	Number        int                `json:"number"`
	Name          string             `json:"name"`
	Basis         string             `json:"basis"`
	State         models.PolicyState `json:"state"`
	InForce       bool               `json:"in_force"`
	EffectiveFrom *models.Date       `json:"effective_from"`
	WaitDays      int                `json:"wait_days"`
	Rules         []models.Rule      `json:"rules"`
	Weights       []models.Weight    `json:"weights"`
	Warnings      []models.Warning   `json:"warnings"`
	Revision      int                `json:"revision"`
	CreatedAt     web.Time           `json:"created_at"`
	PublishedAt   web.Time           `json:"published_at"`
	RetiredAt     web.Time           `json:"retired_at"`
}

func policyOf(p supervise.PolicyView) policyView {
	v := policyView{
		ID: p.ID, Code: p.Code, Number: p.N, Name: p.Name, Basis: p.Basis, State: p.State, InForce: p.InForce, WaitDays: p.WaitDays, Rules: p.Rules,
		Weights: p.Weights, Warnings: p.Warnings, Revision: p.Revision, CreatedAt: web.Time(p.CreatedAt), PublishedAt: web.Time(p.PublishedAt),
		RetiredAt: web.Time(p.RetiredAt),
	}
	if p.EffectiveFrom != "" {
		v.EffectiveFrom = &p.EffectiveFrom
	}
	return v
}

type policyInput struct {
	Code          string          `json:"code"`
	Name          string          `json:"name"`
	Basis         string          `json:"basis"`
	EffectiveFrom models.Date     `json:"effective_from"`
	WaitDays      *int            `json:"wait_days"`
	Rules         []models.Rule   `json:"rules"`
	Weights       []models.Weight `json:"weights"`
	Revision      int             `json:"revision"` // when editing: of the draft as it was read
}

func (in policyInput) content() supervise.PolicyInput {
	wait := supervise.DefaultWait
	if in.WaitDays != nil {
		wait = *in.WaitDays
	}
	return supervise.PolicyInput{
		Code: in.Code, Name: in.Name, Basis: in.Basis, EffectiveFrom: in.EffectiveFrom, WaitDays: wait, Rules: in.Rules, Weights: in.Weights,
	}
}

// ListPolicies lists the versions of policies, newest first; drafts for the province alone.
func (h *API) ListPolicies(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Supervise.Policies(c.UserContext(), web.Principal(c), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, policyOf))
}

// ShowPolicy shows one version.
func (h *API) ShowPolicy(c *fiber.Ctx) error {
	p, err := h.app.Supervise.Policy(c.UserContext(), web.Principal(c), models.PolicyID(c.Params("policy")))
	if err != nil {
		return err
	}
	return c.JSON(policyOf(p))
}

// DraftPolicy makes the next version of a code as a draft.
func (h *API) DraftPolicy(c *fiber.Ctx) error {
	in, err := web.Bind[policyInput](c)
	if err != nil {
		return err
	}
	p, err := h.app.Supervise.DraftPolicy(c.UserContext(), web.Principal(c), in.content())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, "/api/v1/policies/"+string(p.ID))
	return c.Status(fiber.StatusCreated).JSON(policyOf(p))
}

// EditPolicy replaces a draft's content.
func (h *API) EditPolicy(c *fiber.Ctx) error {
	in, err := web.Bind[policyInput](c)
	if err != nil {
		return err
	}
	p, err := h.app.Supervise.EditPolicy(c.UserContext(), web.Principal(c), models.PolicyID(c.Params("policy")), in.Revision, in.content())
	if err != nil {
		return err
	}
	return c.JSON(policyOf(p))
}

type policyStepInput struct {
	Action        string      `json:"action"` // publish, retire
	EffectiveFrom models.Date `json:"effective_from"`
	Revision      int         `json:"revision"`
}

// MovePolicy publishes a draft or retires a published version.
func (h *API) MovePolicy(c *fiber.Ctx) error {
	in, err := web.Bind[policyStepInput](c)
	if err != nil {
		return err
	}
	ctx, who, id := c.UserContext(), web.Principal(c), models.PolicyID(c.Params("policy"))
	var p supervise.PolicyView
	switch in.Action {
	case "publish":
		p, err = h.app.Supervise.PublishPolicy(ctx, who, id, in.Revision, in.EffectiveFrom)
	case "retire":
		p, err = h.app.Supervise.RetirePolicy(ctx, who, id, in.Revision)
	default:
		err = models.ErrInvalid.WithFields(models.FieldError{Field: "action", Code: "unknown", Message: "action 应为 publish 或 retire。"})
	}
	if err != nil {
		return err
	}
	return c.JSON(policyOf(p))
}

// DiscardDraft removes a draft; a published version stays for ever.
func (h *API) DiscardDraft(c *fiber.Ctx) error {
	if err := h.app.Supervise.DiscardDraft(c.UserContext(), web.Principal(c), models.PolicyID(c.Params("policy")), 0); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

type previewView struct {
	Org         models.OrgID    `json:"org"`
	OrgName     string          `json:"org_name"`
	Kind        models.OrgKind  `json:"kind"`
	Region      string          `json:"region"`
	Standing    models.Standing `json:"standing"`
	Hits        []hitView       `json:"hits"`
	Score       *float64        `json:"score"`
	ScorePeriod string          `json:"score_period"`
}

type hitView struct {
	Rule    models.Rule           `json:"rule"`
	Period  string                `json:"period"`
	Figure  models.IndicatorValue `json:"figure"`
	Measure *models.MeasureKind   `json:"measure"` // what would be proposed; null: it stands there already
}

// PreviewPolicy says for which organisations a policy would propose something today, and their composite score; nothing is stored.
func (h *API) PreviewPolicy(c *fiber.Ctx) error {
	list, err := h.app.Supervise.Preview(c.UserContext(), web.Principal(c), models.PolicyID(c.Params("policy")), c.Query("period"))
	if err != nil {
		return err
	}
	out := models.List[previewView]{Items: []previewView{}}
	for _, p := range list {
		v := previewView{
			Org: p.Org.ID, OrgName: p.Org.Name, Kind: p.Org.Kind, Region: p.Org.Region, Standing: p.Standing, Score: p.Score, ScorePeriod: p.Period,
			Hits: []hitView{},
		}
		for _, hit := range p.Hits {
			x := hitView{Rule: hit.Rule, Period: hit.Period, Figure: hit.Figure}
			if hit.Measure != "" {
				x.Measure = &hit.Measure
			}
			v.Hits = append(v.Hits, x)
		}
		out.Items = append(out.Items, v)
	}
	return c.JSON(out)
}
