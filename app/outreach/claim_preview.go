package outreach

import (
	"context"

	"huisheng/models"
)

// Preview says who would be invited by a claim and who not, and why. It stores nothing, so that an office may look before the list is frozen. What it says
// may have changed by the time the claim is posted; the claim judges again.
func (s *Service) Preview(ctx context.Context, p models.Principal, in ClaimInput) (accepted int, rejected []models.Refusal, err error) {
	if err := mayClaim(p, in.Org); err != nil {
		return 0, nil, err
	}
	if in, err = s.checkClaim(in); err != nil {
		return 0, nil, err
	}
	org, err := s.store.FindOrg(ctx, p.Scope(), in.Org)
	if err != nil {
		return 0, nil, err
	}
	var c models.Claim
	if err = s.judge(ctx, org, in, &c); err == nil && len(c.Records) == 0 {
		err = models.ErrClaimEmpty.With("rejected", explain(c.Rejected))
	}
	return len(c.Records), explain(c.Rejected), err
}
