// Package declare takes in what organisations and the alliance declare of themselves: figures of a period and published course prices, by form or by
// sheet, each with source and author, each version kept. It sets what was declared beside what the platform computes.
package declare

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"huisheng/app/audit"
	"huisheng/app/indicator"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/models"
	"huisheng/models/store"
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// Deps is what the service needs.
type Deps struct {
	Store      *store.Store
	Catalog    *catalog.Catalog
	Audit      *audit.Log
	Indicators *indicator.Service
	Clock      port.Clock
}

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

const tries = 5

// ErrNoPrices says that only social organisations publish prices.
var ErrNoPrices = models.NewError(models.KindInvalid, "only_social_org", "只有社会培训评价组织需要填报课程价格。", "Only social organisations publish course prices.")

// PricesInput is a price list as declared. Levels may be written as people write them.
type PricesInput struct {
	Items   []models.Price
	Source  string
	Version *int // the version the declarer has seen, 0 for none; nil: whatever there is
}

// Prices reads an organisation's price list; version 0 means none yet.
func (s *Service) Prices(ctx context.Context, p models.Principal, id models.OrgID) (models.PriceList, error) {
	org, err := s.Store.FindOrg(ctx, p.Scope(), id)
	if err != nil {
		return models.PriceList{}, err
	}
	return s.prices(ctx, org)
}

func (s *Service) prices(ctx context.Context, org models.Org) (models.PriceList, error) {
	l, err := s.Store.FindPrices(ctx, models.SystemScope(), org.ID)
	if errors.Is(err, models.ErrNotFound) {
		return models.PriceList{ID: org.ID, Org: org.ID, Region: org.Region, Kind: org.Kind, Versions: []models.PriceVersion{}}, nil
	}
	return l, err
}

// DeclarePrices publishes a list as a new version; the same again changes nothing.
func (s *Service) DeclarePrices(ctx context.Context, p models.Principal, id models.OrgID, in PricesInput) (models.PriceList, error) {
	if p.Role != models.RoleOperator {
		return models.PriceList{}, models.ErrForbidden
	}
	org, err := s.Store.FindOrg(ctx, p.Scope(), id)
	if err != nil {
		return models.PriceList{}, err
	}
	if org.Kind != models.OrgSocial {
		return models.PriceList{}, ErrNoPrices
	}
	next := models.PriceVersion{
		Items: s.tidy(in.Items), Source: strings.TrimSpace(in.Source), By: p.Account, ByName: p.Name, ByRole: p.Role, At: s.Clock().Truncate(time.Millisecond),
	}
	if wrong := next.Check(); len(wrong) > 0 {
		return models.PriceList{}, models.ErrInvalid.WithFields(wrong...)
	}
	for range tries {
		l, err := s.prices(ctx, org)
		if err != nil {
			return l, err
		}
		if l.Current.N > 0 && l.Current.Equal(next) {
			return l, nil
		}
		if in.Version != nil && *in.Version != l.Current.N {
			return l, models.ErrPricesChanged
		}
		if l.Current.N > 0 {
			l.Versions = append(slices.Clone(l.Versions), l.Current)
		}
		next.N = l.Current.N + 1
		l.Current = next
		if err := s.record(ctx, p, org, map[string]string{"what": "prices"}); err != nil {
			return l, err
		}
		if err := s.Store.PutPrices(ctx, l); !errors.Is(err, models.ErrPricesChanged) {
			return l, err
		}
	}
	return models.PriceList{}, models.ErrPricesChanged
}

func (s *Service) record(ctx context.Context, p models.Principal, org models.Org, detail map[string]string) error {
	return s.Audit.Record(ctx, audit.Entry{By: p, Action: models.AuditFigures, Object: "org/" + string(org.ID), Org: org.ID, Region: org.Region, Detail: detail})
}

// tidy brings levels into codes; one that is none becomes empty, which Check names.
func (s *Service) tidy(items []models.Price) []models.Price {
	out := slices.Clone(items)
	for i := range out {
		p := &out[i]
		l, _ := s.Catalog.Level(p.Level)
		p.Level, p.Occupation, p.Course, p.OccupationCode = l.Code, strings.TrimSpace(p.Occupation), strings.TrimSpace(p.Course), strings.TrimSpace(p.OccupationCode)
	}
	return out
}

// Compare sets what was declared for a period beside what the platform computes. An organisation is shown no complaint rate over fewer than five records.
func (s *Service) Compare(ctx context.Context, p models.Principal, id models.OrgID, period string) ([]models.FigureGap, error) {
	per, err := models.ParsePeriod(period)
	if err != nil {
		return nil, err
	}
	org, err := s.Store.FindOrg(ctx, p.Scope(), id)
	if err != nil {
		return nil, err
	}
	declared, err := s.Indicators.Declared(ctx, p, id, period)
	if err != nil {
		return nil, err
	}
	from, until := per.Days()
	records, err := s.Store.CountRecords(ctx, id, from, until)
	if err != nil {
		return nil, err
	}
	accepted, _, err := s.Store.CountComplaints(ctx, id, per.Start, per.End)
	if err != nil {
		return nil, err
	}
	computed := map[string]float64{models.FigureAssessment: float64(records.Records)}
	if records.Records > 0 && (!p.Scope().IsOrg() || records.Records >= models.MinCell) {
		computed[models.FigureComplaintRate] = models.HundredthsUp(100*float64(accepted), float64(records.Records))
	}
	list, err := s.prices(ctx, org)
	if err != nil {
		return nil, err
	}
	if median, n := list.Current.Median(); n > 0 {
		computed[models.FigureCoursePrice] = median
	}
	return models.FigureGaps(org.Kind, declared.Current.Values, computed, map[string]string{
		models.FigureAssessment: "records", models.FigureComplaintRate: "complaints", models.FigureCoursePrice: "prices",
	}), nil
}
