package indicator

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"huisheng/models"
)

// Declaration is what an organisation declares for a period.
type Declaration struct {
	Values  map[string]float64
	Source  string
	Version *int // the version the declarer has seen, 0 for none; nil: whatever there is
}

// mayDeclare says who declares figures: an organisation its own, the alliance those of the schools. Regulators read them.
func mayDeclare(p models.Principal) error {
	if p.Role != models.RoleOperator && p.Role != models.RoleAlliance && !p.May(models.ScopeFiguresWrite) {
		return models.ErrForbidden
	}
	return nil
}

// declarable reads the name of a period that figures are declared for.
func declarable(period string) (models.Period, error) {
	p, err := models.ParsePeriod(period)
	if err == nil && p.Kind == models.PeriodRolling {
		err = models.ErrInvalid.WithFields(models.FieldError{Field: "period", Code: "period_not_declarable", Message: "请按月、季度、年或学年填报。"})
	}
	return p, err
}

// Declare stores an organisation's figures of a period as a new version and keeps the ones before; the same again changes nothing. A
// declaration replaces all values of the period. ErrFiguresChanged when the version seen is not the newest any more, ErrNotFound out of scope.
func (s *Service) Declare(ctx context.Context, p models.Principal, org models.OrgID, period string, in Declaration) (models.Figures, error) {
	none := models.Figures{}
	if err := mayDeclare(p); err != nil {
		return none, err
	}
	per, err := declarable(period)
	if err != nil {
		return none, err
	}
	next := models.FigureVersion{Values: in.Values, Source: strings.TrimSpace(in.Source), By: p.Account, ByName: p.Name, ByRole: p.Role, At: s.now().Truncate(time.Millisecond)}
	if wrong := next.Check(); len(wrong) > 0 {
		return none, models.ErrInvalid.WithFields(wrong...)
	}
	o, err := s.store.FindOrg(ctx, p.Scope(), org)
	if err != nil {
		return none, err
	}
	for range tries {
		f, err := s.declared(ctx, p.Scope(), o, per.Name)
		if err != nil {
			return none, err
		}
		if maps.Equal(f.Current.Values, next.Values) && f.Current.Source == next.Source {
			return f, nil
		}
		if err := mayReplace(p, f.Current, in.Version); err != nil {
			return none, err
		}
		if f.Current.N > 0 {
			f.Versions = append(slices.Clone(f.Versions), f.Current)
		}
		next.N = f.Current.N + 1
		f.Current = next
		if err = s.store.PutFigures(ctx, f); !errors.Is(err, models.ErrFiguresChanged) {
			return f, err
		}
	}
	return none, models.ErrFiguresChanged
}

// mayReplace says whether p may put another version in the place of one: a school not what the alliance declared, nobody what they have not seen.
func mayReplace(p models.Principal, v models.FigureVersion, seen *int) error {
	if v.ByRole == models.RoleAlliance && p.Role == models.RoleOperator {
		return models.ErrAllianceDeclared
	}
	if seen != nil && *seen != v.N {
		return models.ErrFiguresChanged
	}
	return nil
}

// Declared reads what an organisation in p's scope declared for a period, with all earlier versions. Without any, Current has version 0.
func (s *Service) Declared(ctx context.Context, p models.Principal, org models.OrgID, period string) (models.Figures, error) {
	per, err := models.ParsePeriod(period)
	if err != nil {
		return models.Figures{}, err
	}
	o, err := s.store.FindOrg(ctx, p.Scope(), org)
	if err != nil {
		return models.Figures{}, err
	}
	return s.declared(ctx, p.Scope(), o, per.Name)
}

func (s *Service) declared(ctx context.Context, sc models.Scope, o models.Org, period string) (models.Figures, error) {
	f, err := s.store.FindFigures(ctx, sc, o.ID, period)
	if errors.Is(err, models.ErrNotFound) {
		return models.Figures{
			ID: models.RollupID(o.ID, period), Org: o.ID, Region: o.Region, Kind: o.Kind, Period: period,
			Versions: []models.FigureVersion{},
		}, nil
	}
	return f, err
}
