package models

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// PolicyID names one version of a policy: its code and number, exit-2026@2.
type PolicyID string

// PolicyState is where a version of a policy stands.
type PolicyState string

// The states. A published version never changes; a later one of the same code replaces it from its own day on, or somebody retires it.
const (
	PolicyDraft     PolicyState = "draft"
	PolicyPublished PolicyState = "published"
	PolicyRetired   PolicyState = "retired"
)

// Policy is one version of the province's thresholds and weights. There is none by default: the notice names no number, so the program has none.
type Policy struct {
	ID            PolicyID    `bson:"_id"`
	Code          string      `bson:"code"` // the same for all versions
	N             int         `bson:"n"`    // from 1
	Name          string      `bson:"name"`
	Basis         string      `bson:"basis"` // the document that orders it, for people to look up
	State         PolicyState `bson:"state"`
	EffectiveFrom Date        `bson:"effective_from"` // periods that ended before are not judged
	WaitDays      int         `bson:"wait_days"`      // how long after a period's end its rounds may still be answered
	Rules         []Rule      `bson:"rules"`
	Weights       []Weight    `bson:"weights"`
	Revision      int         `bson:"revision"` // optimistic lock
	CreatedBy     AccountID   `bson:"created_by"`
	CreatedAt     time.Time   `bson:"created_at"`
	PublishedBy   AccountID   `bson:"published_by,omitempty"`
	PublishedAt   time.Time   `bson:"published_at,omitempty"`
	RetiredBy     AccountID   `bson:"retired_by,omitempty"`
	RetiredAt     time.Time   `bson:"retired_at,omitempty"`
	ChangedAt     time.Time   `bson:"changed_at"`
}

// Comparison is how a rule holds a figure against its threshold.
type Comparison string

// The comparisons.
const (
	Below   Comparison = "lt"
	AtMost  Comparison = "le"
	Above   Comparison = "gt"
	AtLeast Comparison = "ge"
)

// Holds says whether value stands in relation c to threshold.
func (c Comparison) Holds(value, threshold float64) bool {
	switch c {
	case Below:
		return value < threshold
	case AtMost:
		return value <= threshold
	case Above:
		return value > threshold
	case AtLeast:
		return value >= threshold
	}
	return false
}

// Valid says whether c is known.
func (c Comparison) Valid() bool { return c == Below || c == AtMost || c == Above || c == AtLeast }

// Rule proposes a measure when an indicator of a finished period crosses a threshold.
type Rule struct {
	ID          string      `bson:"id" json:"id"` // unique in the policy
	Kind        OrgKind     `bson:"kind" json:"kind"`
	Indicator   string      `bson:"indicator" json:"indicator"`
	PeriodKind  PeriodKind  `bson:"period_kind" json:"period_kind"`
	Comparison  Comparison  `bson:"comparison" json:"comparison"`
	Threshold   float64     `bson:"threshold" json:"threshold"`
	MinN        int64       `bson:"min_n" json:"min_n"`                         // at least LowSample
	MinResponse float64     `bson:"min_response_rate" json:"min_response_rate"` // percent; for figures from answers
	Measure     MeasureKind `bson:"measure" json:"measure"`
}

// Weight is one part of a policy's composite score. Inverted figures count as 100 less the value: fewer is better.
type Weight struct {
	Kind      OrgKind `bson:"kind" json:"kind"`
	Indicator string  `bson:"indicator" json:"indicator"`
	Weight    int     `bson:"weight" json:"weight"` // 1–100
	Inverted  bool    `bson:"inverted" json:"inverted"`
}

// The bounds of a policy.
const (
	MaxRules       = 50
	maxPolicyWait  = 366
	maxPolicyText  = 200
	minResponsePct = 100 / lowResponse
)

// Warning is something about a policy that is allowed and that its author should know.
type Warning struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// PolicyIDOf gives the id of one version.
func PolicyIDOf(code string, n int) PolicyID { return PolicyID(fmt.Sprintf("%s@%d", code, n)) }

// Effective says whether the version is published and its day has come.
func (p Policy) Effective(today Date) bool {
	return p.State == PolicyPublished && p.EffectiveFrom <= today
}

// Judges says whether the policy may judge a period now: it ended on or after the effective day, and its rounds have had their time.
func (p Policy) Judges(period Period, now time.Time) bool {
	return DateOf(period.End) > p.EffectiveFrom && !now.Before(period.End.AddDate(0, 0, p.WaitDays))
}

// InForce picks, of all published versions, the newest effective one of each code: a new version replaces the ones before from its day on.
func InForce(list []Policy, today Date) []Policy {
	best := map[string]Policy{}
	for _, p := range list {
		if b, ok := best[p.Code]; p.Effective(today) && (!ok || p.N > b.N) {
			best[p.Code] = p
		}
	}
	out := make([]Policy, 0, len(best))
	for _, p := range best {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Policy) int { return strings.Compare(a.Code, b.Code) })
	return out
}

// Due gives the periods of a kind that the version has to judge now, the newest first: the newest one whose time has come, and those whose time came since
// the moment up to which all were judged. A period belongs to the version of the code that was in force on its last day, see Judges.
func (p Policy) Due(kind PeriodKind, published []Policy, since, now time.Time) []Period {
	var list []Period
	period, err := LastFinished(kind, now.AddDate(0, 0, -p.WaitDays))
	for err == nil && p.Judges(period, now) {
		if slices.ContainsFunc(InForce(published, DateOf(period.End).AddDays(-1)), func(o Policy) bool { return o.ID == p.ID }) {
			list = append(list, period)
		}
		if period.End.AddDate(0, 0, p.WaitDays).Before(since) {
			break // it and those before were judged
		}
		period, err = LastFinished(kind, period.End.Add(-time.Second))
	}
	return list
}

// Definitions looks an indicator up.
type Definitions func(id string) (IndicatorDefinition, bool)

// Check says what is wrong with a policy's content.
func (p Policy) Check(defs Definitions) []FieldError {
	var wrong []FieldError
	fail := func(field, code, message string) {
		wrong = append(wrong, FieldError{Field: field, Code: code, Message: message})
	}
	if !codeOK(p.Code) {
		fail("code", "format_wrong", "代号用2到32个小写字母、数字和短横线，例如 exit-2026。")
	}
	for field, text := range map[string]string{"name": p.Name, "basis": p.Basis} {
		if n := utf8.RuneCountInString(text); n < 2 || n > maxPolicyText || !Printable(text) {
			fail(field, "length", "请用2到200个字填写，不要换行。")
		}
	}
	if p.EffectiveFrom != "" {
		if _, err := ParseDate(string(p.EffectiveFrom)); err != nil {
			fail("effective_from", "date_format", "日期的写法应为 2026-11-23。")
		}
	}
	if p.WaitDays < 0 || p.WaitDays > maxPolicyWait {
		fail("wait_days", "out_of_range", "请填写0到366天。")
	}
	if len(p.Rules)+len(p.Weights) > MaxRules {
		fail("rules", "too_many", "规则和权重合计最多50条。")
		return wrong
	}
	ids := map[string]bool{}
	for i, r := range p.Rules {
		for _, f := range r.check(defs, ids) {
			fail(fmt.Sprintf("rules[%d].%s", i, f.Field), f.Code, f.Message)
		}
		ids[r.ID] = true
	}
	return append(wrong, p.checkWeights(defs)...)
}

func codeOK(s string) bool {
	return len(s) >= 2 && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func (r Rule) check(defs Definitions, ids map[string]bool) []FieldError {
	var wrong []FieldError
	fail := func(field, code, message string) {
		wrong = append(wrong, FieldError{Field: field, Code: code, Message: message})
	}
	d, known := defs(r.Indicator)
	switch {
	case !codeOK(r.ID):
		fail("id", "format_wrong", "规则号用2到32个小写字母、数字和短横线，例如 r1。")
	case ids[r.ID]:
		fail("id", "duplicate_rule", "同一份政策里规则号不能重复。")
	}
	if !known {
		fail("indicator", "unknown", "没有这个指标，请从指标目录里选。")
	} else if d.Kind != r.Kind {
		fail("kind", "kind_mismatch", "这个指标不是这类机构的。")
	}
	if !r.PeriodKind.Valid() {
		fail("period_kind", "unknown", "周期应为 MONTH、QUARTER、YEAR、ACADEMIC_YEAR 或 ROLLING_12M。")
	}
	if !r.Comparison.Valid() {
		fail("comparison", "unknown", "比较应为 lt、le、gt 或 ge。")
	}
	if r.Threshold < 0 || r.Threshold > maxFigure || math.IsNaN(r.Threshold) {
		fail("threshold", "out_of_range", "阈值应为不小于0的数。")
	}
	if r.MinN < LowSample || r.MinN > maxFigure {
		fail("min_n", "too_small", "样本数至少30：样本不足的数据不作为监管依据。")
	}
	if r.MinResponse < minResponsePct || r.MinResponse > 100 {
		fail("min_response_rate", "too_small", "反馈率门槛应为20到100（%）：反馈率不足的数据不作为监管依据。")
	}
	if !r.Measure.Proposable() {
		fail("measure", "unknown", "措施应为 WATCH、RECTIFY、SUSPEND 或 EXIT。")
	}
	return wrong
}

func (p Policy) checkWeights(defs Definitions) []FieldError {
	var wrong []FieldError
	seen := map[string]bool{}
	for i, w := range p.Weights {
		at := fmt.Sprintf("weights[%d].", i)
		d, known := defs(w.Indicator)
		switch {
		case !known || d.Kind != w.Kind:
			wrong = append(wrong, FieldError{Field: at + "indicator", Code: "unknown", Message: "这类机构没有这个指标。"})
		case d.Unit == UnitYuan || d.Unit == UnitCount:
			wrong = append(wrong, FieldError{Field: at + "indicator", Code: "not_0_100", Message: "金额和数量不能计入综合分，只能用百分比、分数或每百人次。"})
		case seen[w.Indicator]:
			wrong = append(wrong, FieldError{Field: at + "indicator", Code: "duplicate_rule", Message: "同一个指标只能出现一次。"})
		}
		if w.Weight < 1 || w.Weight > 100 {
			wrong = append(wrong, FieldError{Field: at + "weight", Code: "out_of_range", Message: "权重为1到100的整数。"})
		}
		seen[w.Indicator] = true
	}
	return wrong
}

// Warnings names what is allowed and unwise.
func (p Policy) Warnings(defs Definitions, today Date) []Warning {
	list := []Warning{}
	for i, r := range p.Rules {
		d, _ := defs(r.Indicator)
		at := fmt.Sprintf("rules[%d].indicator", i)
		switch sanction := r.Measure == MeasureSuspend || r.Measure == MeasureExit; {
		case sanction && d.Measure.Builtin == BuiltinComplaintRate:
			list = append(list, Warning{at, "accepted_not_proven", "受理率只说明有人投诉，不说明属实；暂停和退出请用“属实投诉率”。"})
		case sanction && d.Source == SourceReported:
			list = append(list, Warning{at, "reported_figure", "这是机构或联盟申报的数据，不宜单独作为暂停和退出的依据。"})
		case sanction && d.Measure.Questionnaire == QuestionnaireDepartment:
			list = append(list, Warning{at, "own_data", "这是机构自己集中提交的评价，不宜单独作为暂停和退出的依据。"})
		}
	}
	if p.EffectiveFrom != "" && p.EffectiveFrom < today && p.State == PolicyDraft {
		list = append(list, Warning{"effective_from", "in_the_past", "生效日在今天之前：发布后会按它评判此后已结束的各期。"})
	}
	return list
}

// Valid says whether k is a kind of period.
func (k PeriodKind) Valid() bool {
	switch k {
	case PeriodMonth, PeriodQuarter, PeriodYear, PeriodAcademic, PeriodRolling:
		return true
	}
	return false
}

// LastFinished gives the last period of a kind that ended at or before a moment.
func LastFinished(k PeriodKind, at time.Time) (Period, error) {
	at = at.In(Shanghai())
	month := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, Shanghai())
	for range 24 { // at most a year and a bit back
		last := month.AddDate(0, 0, -1)
		for _, name := range append(PeriodsOf(last), "R12-"+MonthOf(last)) {
			p, err := ParsePeriod(name)
			if err != nil {
				return Period{}, err
			}
			if p.Kind == k && !p.End.After(at) {
				return p, nil
			}
		}
		month = month.AddDate(0, -1, 0)
	}
	return Period{}, ErrPeriod
}

// The errors of policies.
var (
	ErrPolicyExists    = NewError(KindConflict, "policy_draft_exists", "这个代号已有一份草稿，请先发布或作废它。", "There is a draft of this code already; publish or discard it first.")
	ErrPolicyPublished = NewError(KindConflict, "policy_published", "已发布的政策不能修改；请新建一个版本。", "A published policy never changes; make a new version.")
	ErrPolicyStep      = NewError(KindConflict, "policy_step", "这份政策现在不能这样处理，请刷新后再看。", "This is not possible in the policy's present state.")
)

// Score is the policy's composite of an organisation's figures, 0 to 100 with two decimals. False when the policy weighs nothing for this kind, or
// one of the figures is missing or stands on too few: a mean over what happens to be there would compare unlike things.
func (p Policy) Score(kind OrgKind, values []IndicatorValue) (float64, bool) {
	byID := map[string]IndicatorValue{}
	for _, v := range values {
		byID[v.ID] = v
	}
	var sum float64
	var weights int
	for _, w := range p.Weights {
		if w.Kind != kind {
			continue
		}
		v := byID[w.Indicator]
		if v.Value == nil || v.Suppressed || slices.Contains(v.Flags, FlagLowSample) {
			return 0, false
		}
		x := min(max(*v.Value, 0), 100)
		if w.Inverted {
			x = 100 - x
		}
		sum += float64(w.Weight) * x
		weights += w.Weight
	}
	if weights == 0 {
		return 0, false
	}
	return RoundHalfUp(sum/float64(weights), 2), true
}

// Crosses says whether the rule holds for a figure that may be acted on: it has a value, stands on enough people, and enough of those asked have
// answered. response is the response rate of the figure's form in percent; nil for figures that come from no form.
func (r Rule) Crosses(v IndicatorValue, response *float64) bool {
	switch {
	case v.Value == nil || v.Suppressed || v.N == nil || *v.N < max(r.MinN, LowSample):
		return false
	case slices.Contains(v.Flags, FlagLowSample) || slices.Contains(v.Flags, FlagNoFigure):
		return false
	case response != nil && *response < r.MinResponse:
		return false
	}
	return r.Comparison.Holds(*v.Value, r.Threshold)
}
