package complaint

import (
	"cmp"
	"context"
	"slices"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

// Stats are the figures of the complaints filed in a period. What stands on fewer than five is hidden from everybody who does not see the cases themselves.
type Stats struct {
	Period     string     `json:"period"`
	Total      StatRow    `json:"total"`
	ByCategory []StatRow  `json:"by_category"`
	ByRegion   []StatRow  `json:"by_region"`
	Ratings    RatingStat `json:"ratings"`
}

// StatRow is one line. Nil figures are hidden.
type StatRow struct {
	Key           string   `json:"key"`
	Filed         *int     `json:"filed"`
	Severe        *int     `json:"severe"`
	Anonymous     *int     `json:"anonymous"`
	Accepted      *int     `json:"accepted"`
	Refused       *int     `json:"refused"`
	Withdrawn     *int     `json:"withdrawn"`
	Merged        *int     `json:"merged"`
	Substantiated *int     `json:"substantiated"`
	Partly        *int     `json:"partly"`
	Unfounded     *int     `json:"not_substantiated"`
	Unverifiable  *int     `json:"unverifiable"`
	Open          *int     `json:"open"`
	Overdue       *int     `json:"overdue"`      // a deadline has passed and nothing is done yet
	MissedOnce    *int     `json:"missed"`       // a deadline was missed at any time
	MedianDays    *float64 `json:"median_days"`  // working days from filing to being told
	SlowestTenth  *float64 `json:"p90_days"`     // nine of ten were faster
	Suppressed    bool     `json:"suppressed"`   // fewer than five: hidden from this reader
	Ended         *int     `json:"ended"`        // how many the days stand on
	Satisfaction  *float64 `json:"satisfaction"` // percent of the rated ones, satisfied or better
}

// RatingStat is how complainants rated the handling.
type RatingStat struct {
	N     *int                        `json:"n"`
	Count map[models.Satisfaction]int `json:"count"`
}

// tallyRow counts one line.
type tallyRow struct {
	n              [13]int
	days           []float64
	rated, content int
}

const (
	tFiled = iota
	tSevere
	tAnonymous
	tAccepted
	tRefused
	tWithdrawn
	tMerged
	tSubstantiated
	tPartly
	tUnfounded
	tUnverifiable
	tOverdue
	tMissed
)

// Stats counts the complaints on a desk. The alliance sees those of schools, as figures alone.
func (s *Service) Stats(ctx context.Context, p models.Principal, period models.Period) (Stats, error) {
	if p.Role != models.RoleAlliance {
		if err := officialsOnly(p); err != nil {
			return Stats{}, err
		}
	}
	total, categories, regions := &tallyRow{}, map[string]*tallyRow{}, map[string]*tallyRow{}
	ratings := map[models.Satisfaction]int{}
	cal, now := s.calendar.Current(ctx).Calendar, s.now()
	err := s.store.CaseFigures(ctx, desk(p), period.Start, period.End, func(f store.CaseFigure) {
		for _, row := range []*tallyRow{total, rowOf(categories, f.Category), rowOf(regions, f.Region)} {
			row.add(f, cal, now)
		}
		if f.Rating != nil {
			ratings[f.Rating.Satisfaction]++
		}
	})
	if err != nil {
		return Stats{}, err
	}
	hide := p.Role == models.RoleAlliance
	out := Stats{Period: period.Name, Total: total.row("", hide), ByCategory: rows(categories, hide), ByRegion: rows(regions, hide)}
	if n := total.rated; !hide || n >= fewPeople {
		out.Ratings = RatingStat{N: &n, Count: ratings}
	}
	return out, nil
}

func rowOf(m map[string]*tallyRow, key string) *tallyRow {
	if m[key] == nil {
		m[key] = &tallyRow{}
	}
	return m[key]
}

func (t *tallyRow) add(f store.CaseFigure, cal *models.Calendar, now time.Time) {
	for i, yes := range map[int]bool{
		tFiled: true, tSevere: f.Severe, tAnonymous: f.Visibility == models.VisibilityAnonymous, tAccepted: !f.AcceptedAt.IsZero() && f.State != models.ComplaintMerged,
		tRefused: f.Outcome == models.OutcomeRefused, tWithdrawn: f.Outcome == models.OutcomeWithdrawn, tMerged: f.State == models.ComplaintMerged,
		tSubstantiated: f.Outcome == models.OutcomeSubstantiated, tPartly: f.Outcome == models.OutcomePartly,
		tUnfounded: f.Outcome == models.OutcomeNotSubstantiated, tUnverifiable: f.Outcome == models.OutcomeUnverifiable,
		tOverdue: f.DueKind != models.DueNothing && f.DueKind != models.DueWaiting && !now.Before(f.Due), tMissed: len(f.Escalations) > 0,
	} {
		if yes {
			t.n[i]++
		}
	}
	if !f.EndedAt.IsZero() && f.State != models.ComplaintMerged && f.Outcome != models.OutcomeWithdrawn {
		days, _ := cal.CountWorkdays(models.DateOf(f.CreatedAt), models.DateOf(f.EndedAt))
		t.days = append(t.days, float64(days))
	}
	if f.Rating != nil {
		t.rated++
		if v := f.Rating.Satisfaction; v == models.VerySatisfied || v == models.Satisfied || v == models.Acceptable {
			t.content++
		}
	}
}

// row gives the figures, or none of a line that stands on fewer than five.
func (t *tallyRow) row(key string, hide bool) StatRow {
	if hide && t.n[tFiled] < fewPeople {
		return StatRow{Key: key, Suppressed: true}
	}
	at := func(i int) *int { return &t.n[i] }
	ended, open := len(t.days), t.n[tFiled]-len(t.days)-t.n[tMerged]-t.n[tWithdrawn]
	out := StatRow{
		Key: key, Filed: at(tFiled), Severe: at(tSevere), Anonymous: at(tAnonymous), Accepted: at(tAccepted), Refused: at(tRefused), Withdrawn: at(tWithdrawn),
		Merged: at(tMerged), Substantiated: at(tSubstantiated), Partly: at(tPartly), Unfounded: at(tUnfounded), Unverifiable: at(tUnverifiable), Open: &open,
		Overdue: at(tOverdue), MissedOnce: at(tMissed), Ended: &ended,
	}
	if ended > 0 {
		slices.Sort(t.days)
		out.MedianDays, out.SlowestTenth = quantile(t.days, 0.5), quantile(t.days, 0.9)
	}
	if t.rated > 0 {
		share := 100 * float64(t.content) / float64(t.rated)
		out.Satisfaction = &share
	}
	return out
}

// quantile of sorted values: the smallest that at least the share does not exceed.
func quantile(sorted []float64, share float64) *float64 {
	i := int(share*float64(len(sorted))+0.999999) - 1
	return &sorted[min(max(i, 0), len(sorted)-1)]
}

func rows(m map[string]*tallyRow, hide bool) []StatRow {
	list := make([]StatRow, 0, len(m))
	for key, t := range m {
		list = append(list, t.row(key, hide))
	}
	slices.SortFunc(list, func(a, b StatRow) int {
		return cmp.Or(-cmp.Compare(val(a.Filed), val(b.Filed)), cmp.Compare(a.Key, b.Key))
	})
	return list
}

func val(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
