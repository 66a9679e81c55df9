package declare

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"

	"huisheng/app/indicator"
	"huisheng/models"
	"huisheng/models/store"
)

// UploadFigures declares what a sheet says, one row an organisation and period, also when other rows are rejected; with dry it only says what would
// happen. An empty cell leaves what was declared before. The same sheet again changes nothing.
func (s *Service) UploadFigures(ctx context.Context, p models.Principal, f File, dry bool) (Uploaded, error) {
	if p.Role != models.RoleOperator && p.Role != models.RoleAlliance {
		return Uploaded{}, models.ErrForbidden
	}
	all := []string{colUSCC, colOrg, colPeriod, colSource}
	for _, heading := range figureColumns() {
		all = append(all, heading)
	}
	lines, err := read(ctx, f, []string{colUSCC, colPeriod, colSource}, all)
	if err != nil {
		return Uploaded{}, err
	}
	u := Uploaded{Errors: []models.RowIssue{}, DryRun: dry}
	seen := map[string]int{}
	for _, l := range lines {
		u.Rows++
		key := l.cells[colUSCC] + "|" + l.cells[colPeriod]
		if first, twice := seen[key]; twice {
			u.reject(l.number, models.RowIssue{Column: colPeriod, Code: "duplicate_row", Message: "与第" + strconv.Itoa(first) + "行是同一机构、同一时期。"})
			continue
		}
		seen[key] = l.number
		if err := s.figureLine(ctx, p, l, &u); err != nil {
			return u, err
		}
	}
	return u, nil
}

// figureLine judges one row and stores it; an error is one that the whole sheet fails by.
func (s *Service) figureLine(ctx context.Context, p models.Principal, l line, u *Uploaded) error {
	org, issue, err := s.orgOf(ctx, p, l)
	if err != nil {
		return err
	}
	if issue != nil {
		u.reject(l.number, *issue)
		return nil
	}
	per, values, issues := figuresAt(org.Kind, l)
	if len(issues) > 0 {
		u.reject(l.number, issues...)
		return nil
	}
	old, err := s.Indicators.Declared(ctx, p, org.ID, per.Name)
	if err != nil {
		return err
	}
	merged := maps.Clone(old.Current.Values)
	if merged == nil {
		merged = map[string]float64{}
	}
	maps.Copy(merged, values)
	next := models.FigureVersion{Values: merged, Source: l.cells[colSource]}
	if wrong := next.Check(); len(wrong) > 0 {
		u.reject(l.number, located(wrong)...)
		return nil
	}
	if old.Current.N > 0 && old.Current.Source == next.Source && maps.Equal(old.Current.Values, merged) {
		u.Unchanged++
		return nil
	}
	if old.Current.ByRole == models.RoleAlliance && p.Role == models.RoleOperator {
		u.reject(l.number, models.RowIssue{Column: colPeriod, Code: models.ErrAllianceDeclared.Code, Message: models.ErrAllianceDeclared.Message})
		return nil
	}
	if !u.DryRun {
		issue, err := s.declare(ctx, p, org, per.Name, indicator.Declaration{Values: merged, Source: next.Source, Version: &old.Current.N})
		if err != nil {
			return err
		}
		if issue != nil {
			u.reject(l.number, *issue)
			return nil
		}
	}
	u.count(old.Current.N == 0)
	return nil
}

// count notes a row that was taken.
func (u *Uploaded) count(first bool) {
	if first {
		u.Created++
		return
	}
	u.Updated++
}

// figuresAt reads a row's figures and their period.
func figuresAt(kind models.OrgKind, l line) (models.Period, map[string]float64, []models.RowIssue) {
	values, issues := figuresOf(kind, l)
	per, err := models.ParsePeriod(l.cells[colPeriod])
	if err != nil || per.Kind == models.PeriodRolling {
		issues = append(issues, models.RowIssue{Column: colPeriod, Code: "period_invalid", Message: "时期写法应为 2026、2026Q4、2026-11 或 AY2026。"})
	}
	return per, values, issues
}

// declare stores the figures of one row; an issue says that somebody else declared meanwhile.
func (s *Service) declare(ctx context.Context, p models.Principal, org models.Org, period string, in indicator.Declaration) (*models.RowIssue, error) {
	if err := s.record(ctx, p, org, map[string]string{"what": "figures", "period": period}); err != nil {
		return nil, err
	}
	_, err := s.Indicators.Declare(ctx, p, org.ID, period, in)
	if errors.Is(err, models.ErrFiguresChanged) {
		return &models.RowIssue{Column: colPeriod, Code: models.ErrFiguresChanged.Code, Message: models.ErrFiguresChanged.Message}, nil
	}
	return nil, err
}

// orgOf finds the organisation of a row in the caller's scope.
func (s *Service) orgOf(ctx context.Context, p models.Principal, l line) (models.Org, *models.RowIssue, error) {
	code, _, err := models.ParseUSCC(l.cells[colUSCC])
	if err != nil {
		return models.Org{}, &models.RowIssue{Column: colUSCC, Code: "uscc_invalid", Message: "统一社会信用代码不对，请核对。"}, nil
	}
	list, err := s.Store.ListOrgs(ctx, p.Scope(), store.OrgFilter{USCC: code}, models.Page{Limit: 1})
	if err != nil {
		return models.Org{}, nil, err
	}
	if len(list.Items) == 0 {
		return models.Org{}, &models.RowIssue{Column: colUSCC, Code: "org_not_found", Message: "没有这个机构，或不归您填报。"}, nil
	}
	return list.Items[0], nil, nil
}

// figuresOf reads the figures of a row. A figure that this kind of organisation does not declare is an error, not silence.
func figuresOf(kind models.OrgKind, l line) (map[string]float64, []models.RowIssue) {
	values := map[string]float64{}
	var issues []models.RowIssue
	may := map[string]bool{}
	for _, name := range models.FigureNames(kind) {
		may[name] = true
	}
	for name, heading := range figureColumns() {
		text, ok := l.cells[heading]
		if !ok {
			continue
		}
		v, ok := number(text)
		switch {
		case !may[name]:
			issues = append(issues, models.RowIssue{Column: heading, Code: "not_declared", Message: "这类机构不填报这一项。"})
		case !ok:
			issues = append(issues, models.RowIssue{Column: heading, Code: "not_a_number", Message: "请填数字。"})
		default:
			values[name] = v
		}
	}
	if len(values) == 0 && len(issues) == 0 {
		issues = append(issues, models.RowIssue{Column: colPeriod, Code: "value_missing", Message: "这一行没有填任何数据。"})
	}
	return values, issues
}

// located turns wrong fields of a declaration into places of the sheet.
func located(wrong []models.FieldError) []models.RowIssue {
	names := figureColumns()
	issues := make([]models.RowIssue, len(wrong))
	for i, w := range wrong {
		column := colSource
		if name, ok := strings.CutPrefix(w.Field, "values."); ok {
			column = names[name]
		}
		issues[i] = models.RowIssue{Column: column, Code: w.Code, Message: w.Message}
	}
	return issues
}

// UploadPrices publishes the list of a sheet as a new version. A list is one thing: with a single wrong row nothing is published.
func (s *Service) UploadPrices(ctx context.Context, p models.Principal, org models.OrgID, f File, source string, dry bool) (Uploaded, error) {
	if p.Role != models.RoleOperator {
		return Uploaded{}, models.ErrForbidden
	}
	old, err := s.Prices(ctx, p, org)
	if err != nil {
		return Uploaded{}, err
	}
	lines, err := read(ctx, f, []string{colOccupation, colLevel, colPrice}, []string{colOccupation, colCode, colLevel, colCourse, colPrice})
	if err != nil {
		return Uploaded{}, err
	}
	u := Uploaded{Errors: []models.RowIssue{}, DryRun: dry, Rows: len(lines)}
	items := make([]models.Price, 0, len(lines))
	for _, l := range lines {
		price, issues := s.priceOf(l)
		if len(issues) > 0 {
			u.reject(l.number, issues...)
			continue
		}
		items = append(items, price)
	}
	if u.Rejected > 0 {
		return u, nil
	}
	next := models.PriceVersion{Items: s.tidy(items), Source: strings.TrimSpace(source)}
	if wrong := next.Check(); len(wrong) > 0 {
		return u, models.ErrInvalid.WithFields(wrong...)
	}
	switch {
	case old.Current.N > 0 && old.Current.Equal(next):
		u.Unchanged = len(items)
		return u, nil
	case old.Current.N == 0:
		u.Created = len(items)
	default:
		u.Updated = len(items)
	}
	if !dry {
		_, err = s.DeclarePrices(ctx, p, org, PricesInput{Items: items, Source: source, Version: &old.Current.N})
	}
	return u, err
}

func (s *Service) priceOf(l line) (models.Price, []models.RowIssue) {
	p := models.Price{Occupation: l.cells[colOccupation], OccupationCode: l.cells[colCode], Level: l.cells[colLevel], Course: l.cells[colCourse]}
	var issues []models.RowIssue
	v, ok := number(l.cells[colPrice])
	if !ok || v != float64(int64(v)) {
		issues = append(issues, models.RowIssue{Column: colPrice, Code: "not_a_number", Message: "价格请填整数元，免费填0。"})
		v = 0
	}
	p.Yuan = int64(v)
	columns := map[string]string{"occupation": colOccupation, "occupation_code": colCode, "level": colLevel, "course": colCourse, "price": colPrice}
	for _, w := range s.tidy([]models.Price{p})[0].Check() {
		issues = append(issues, models.RowIssue{Column: columns[w.Field], Code: w.Code, Message: w.Message})
	}
	return p, issues
}
