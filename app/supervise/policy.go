package supervise

import (
	"context"
	"strconv"
	"strings"
	"time"

	"huisheng/app/audit"
	"huisheng/models"
)

// PolicyInput is the content of a policy as its author writes it.
type PolicyInput struct {
	Code          string
	Name          string
	Basis         string
	EffectiveFrom models.Date
	WaitDays      int
	Rules         []models.Rule
	Weights       []models.Weight
}

// DefaultWait is how many days after a period's end its figures are judged, unless the policy says otherwise: a round stays open so long.
const DefaultWait = 30

// PolicyView is a version with what its author should know about it.
type PolicyView struct {
	models.Policy
	InForce  bool
	Warnings []models.Warning
}

func (s *Service) view(p models.Policy, inForce map[models.PolicyID]bool) PolicyView {
	return PolicyView{Policy: p, InForce: inForce[p.ID], Warnings: p.Warnings(s.catalog.Indicator, s.today())}
}

func (s *Service) inForce(ctx context.Context) (map[models.PolicyID]bool, error) {
	list, err := s.store.PublishedPolicies(ctx)
	if err != nil {
		return nil, err
	}
	out := map[models.PolicyID]bool{}
	for _, p := range models.InForce(list, s.today()) {
		out[p.ID] = true
	}
	return out, nil
}

// Policies lists the versions, newest first. Drafts are the province's alone; what is published everybody who may be measured by it can read.
func (s *Service) Policies(ctx context.Context, p models.Principal, page models.Page) (models.List[PolicyView], error) {
	out := models.List[PolicyView]{Items: []PolicyView{}}
	list, err := s.store.ListPolicies(ctx, p.Role == models.RoleProvince, page)
	if err != nil {
		return out, err
	}
	inForce, err := s.inForce(ctx)
	for _, x := range list.Items {
		out.Items = append(out.Items, s.view(x, inForce))
	}
	out.Next = list.Next
	return out, err
}

// Policy reads one version; a draft is not found by others than the province.
func (s *Service) Policy(ctx context.Context, p models.Principal, id models.PolicyID) (PolicyView, error) {
	x, err := s.store.FindPolicy(ctx, id)
	if err != nil {
		return PolicyView{}, err
	}
	if x.State == models.PolicyDraft && p.Role != models.RoleProvince {
		return PolicyView{}, models.ErrNotFound
	}
	inForce, err := s.inForce(ctx)
	return s.view(x, inForce), err
}

// DraftPolicy makes the next version of a code as a draft. The province alone.
func (s *Service) DraftPolicy(ctx context.Context, p models.Principal, in PolicyInput) (PolicyView, error) {
	if p.Role != models.RoleProvince {
		return PolicyView{}, models.ErrForbidden
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	x := models.Policy{State: models.PolicyDraft, Revision: 1, CreatedBy: p.Account, CreatedAt: now, ChangedAt: now}
	if err := s.fill(&x, in); err != nil {
		return PolicyView{}, err
	}
	n, err := s.store.LatestPolicyNumber(ctx, x.Code)
	if err != nil {
		return PolicyView{}, err
	}
	x.N = n + 1
	x.ID = models.PolicyIDOf(x.Code, x.N)
	if err := s.recordPolicy(ctx, p, x, "draft"); err != nil {
		return PolicyView{}, err
	}
	return s.view(x, nil), s.store.CreatePolicy(ctx, x)
}

// fill takes the content over and checks it.
func (s *Service) fill(x *models.Policy, in PolicyInput) error {
	x.Code, x.Name, x.Basis = strings.TrimSpace(in.Code), strings.TrimSpace(in.Name), strings.TrimSpace(in.Basis)
	x.EffectiveFrom, x.WaitDays, x.Rules, x.Weights = in.EffectiveFrom, in.WaitDays, in.Rules, in.Weights
	if x.Rules == nil {
		x.Rules = []models.Rule{}
	}
	if x.Weights == nil {
		x.Weights = []models.Weight{}
	}
	if wrong := x.Check(s.catalog.Indicator); len(wrong) > 0 {
		return models.ErrInvalid.WithFields(wrong...)
	}
	return nil
}

// EditPolicy replaces a draft's content. revision is that of the draft as it was read, 0 for whatever it is now. The code stays.
func (s *Service) EditPolicy(ctx context.Context, p models.Principal, id models.PolicyID, revision int, in PolicyInput) (PolicyView, error) {
	x, err := s.draft(ctx, p, id, revision)
	if err != nil {
		return PolicyView{}, err
	}
	if in.Code != "" && in.Code != x.Code {
		return PolicyView{}, models.ErrInvalid.WithFields(models.FieldError{Field: "code", Code: "immutable", Message: "代号不能修改；请作废草稿后另建。"})
	}
	in.Code = x.Code
	if err := s.fill(&x, in); err != nil {
		return PolicyView{}, err
	}
	x.Revision, x.ChangedAt = x.Revision+1, s.now().UTC().Truncate(time.Millisecond)
	if err := s.recordPolicy(ctx, p, x, "edit"); err != nil {
		return PolicyView{}, err
	}
	return s.view(x, nil), s.store.UpdatePolicy(ctx, x, models.PolicyDraft)
}

// draft reads a draft to be changed.
func (s *Service) draft(ctx context.Context, p models.Principal, id models.PolicyID, revision int) (models.Policy, error) {
	if p.Role != models.RoleProvince {
		return models.Policy{}, models.ErrForbidden
	}
	x, err := s.store.FindPolicy(ctx, id)
	switch {
	case err != nil:
		return x, err
	case x.State != models.PolicyDraft:
		return x, models.ErrPolicyPublished
	case revision != 0 && revision != x.Revision:
		return x, models.ErrConflict
	}
	return x, nil
}

// PublishPolicy puts a draft into force from its effective day on; from then on it never changes.
func (s *Service) PublishPolicy(ctx context.Context, p models.Principal, id models.PolicyID, revision int, effective models.Date) (PolicyView, error) {
	x, err := s.draft(ctx, p, id, revision)
	if err != nil {
		return PolicyView{}, err
	}
	if effective != "" {
		x.EffectiveFrom = effective
	}
	wrong := x.Check(s.catalog.Indicator)
	if x.EffectiveFrom == "" {
		wrong = append(wrong, models.FieldError{Field: "effective_from", Code: "required", Message: "请填写生效日期，例如 2027-01-01。"})
	}
	if len(x.Rules)+len(x.Weights) == 0 {
		wrong = append(wrong, models.FieldError{Field: "rules", Code: "required", Message: "至少要有一条规则或一个权重，才能发布。"})
	}
	if len(wrong) > 0 {
		return PolicyView{}, models.ErrInvalid.WithFields(wrong...)
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	x.State, x.PublishedBy, x.PublishedAt, x.ChangedAt, x.Revision = models.PolicyPublished, p.Account, now, now, x.Revision+1
	if err := s.recordPolicy(ctx, p, x, "publish"); err != nil {
		return PolicyView{}, err
	}
	if err := s.store.UpdatePolicy(ctx, x, models.PolicyDraft); err != nil {
		return PolicyView{}, err
	}
	inForce, err := s.inForce(ctx)
	return s.view(x, inForce), err
}

// RetirePolicy ends a published version: it proposes nothing any more. What it has proposed stays.
func (s *Service) RetirePolicy(ctx context.Context, p models.Principal, id models.PolicyID, revision int) (PolicyView, error) {
	if p.Role != models.RoleProvince {
		return PolicyView{}, models.ErrForbidden
	}
	x, err := s.store.FindPolicy(ctx, id)
	switch {
	case err != nil:
		return PolicyView{}, err
	case x.State != models.PolicyPublished:
		return PolicyView{}, models.ErrPolicyStep
	case revision != 0 && revision != x.Revision:
		return PolicyView{}, models.ErrConflict
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	x.State, x.RetiredBy, x.RetiredAt, x.ChangedAt, x.Revision = models.PolicyRetired, p.Account, now, now, x.Revision+1
	if err := s.recordPolicy(ctx, p, x, "retire"); err != nil {
		return PolicyView{}, err
	}
	return s.view(x, nil), s.store.UpdatePolicy(ctx, x, models.PolicyPublished)
}

// DiscardDraft removes a draft.
func (s *Service) DiscardDraft(ctx context.Context, p models.Principal, id models.PolicyID, revision int) error {
	x, err := s.draft(ctx, p, id, revision)
	if err != nil {
		return err
	}
	if err := s.recordPolicy(ctx, p, x, "discard"); err != nil {
		return err
	}
	return s.store.DeleteDraft(ctx, x.ID, x.Revision)
}

func (s *Service) recordPolicy(ctx context.Context, p models.Principal, x models.Policy, step string) error {
	return s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditPolicy, Object: "policy/" + string(x.ID),
		Detail: map[string]string{"step": step, "revision": strconv.Itoa(x.Revision), "rules": strconv.Itoa(len(x.Rules))},
	})
}
