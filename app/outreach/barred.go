package outreach

import (
	"context"

	"huisheng/models"
)

// notBarred refuses a new claim of an organisation that is suspended or has left the list. People who were invited before answer and complain as
// ever: their voice does not depend on how their organisation stands. Nor does a worker's subsidy: a trainee's own claim, which does not come from
// the organisation, goes on.
func (s *Service) notBarred(ctx context.Context, p models.Principal, org models.Org, alone bool) error {
	if alone && p.Role != models.RoleOperator {
		return nil
	}
	last, err := s.store.LastDecision(ctx, org.ID)
	if err != nil {
		return err
	}
	if standing := last.StandingAfter(); standing.Barred() {
		return models.ErrBarred.With("standing", standing)
	}
	return nil
}
