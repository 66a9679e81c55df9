package supervise

import (
	"context"
	"time"

	"huisheng/models"
)

// Exit is one line of the public list of organisations that have left: what everybody may know, and nothing else.
type Exit struct {
	Name         string
	USCC         string
	Kind         models.OrgKind
	Region       string
	Voluntary    bool
	DecisionNo   string
	DecidedAt    time.Time
	ReinstatedAt time.Time // zero: not
	ReinstatedNo string
}

// Exits is the public list, newest first. An organisation that was let in again stays on it, with the day: the list tells what happened.
func (s *Service) Exits(ctx context.Context, page models.Page) (models.List[Exit], error) {
	out := models.List[Exit]{Items: []Exit{}}
	list, err := s.store.ListPublicExits(ctx, page)
	if err != nil || len(list.Items) == 0 {
		return out, err
	}
	orgs := make([]models.OrgID, len(list.Items))
	for i, m := range list.Items {
		orgs[i] = m.Org
	}
	again, err := s.store.Reinstatements(ctx, orgs)
	if err != nil {
		return out, err
	}
	for _, m := range list.Items {
		e := Exit{
			Name: m.OrgName, USCC: m.USCC, Kind: m.OrgKind, Region: m.Region, Voluntary: m.Kind == models.MeasureLeave,
			DecisionNo: m.Decision.No, DecidedAt: m.Decision.At,
		}
		next := 0 // the reinstatement that follows this exit, not one of a later exit
		for _, r := range again {
			if r.Org == m.Org && r.Seq > m.Seq && (next == 0 || r.Seq < next) {
				next, e.ReinstatedAt, e.ReinstatedNo = r.Seq, r.Decision.At, r.Decision.No
			}
		}
		out.Items = append(out.Items, e)
	}
	out.Next = list.Next
	return out, nil
}
