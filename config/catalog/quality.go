package catalog

import (
	"strconv"

	"huisheng/models"
)

// QualityRules lists the reasons for which an answer is set apart, in the order in which they are shown.
func (c *Catalog) QualityRules() []models.QualityRule { return c.quality }

type qualityFile struct {
	Rules []located[qualityEntry] `yaml:"rules"`
}

type qualityEntry struct {
	Code       located[string] `yaml:"code"`
	Zh         located[string] `yaml:"zh"`
	En         located[string] `yaml:"en"`
	Hint       words           `yaml:"hint"`
	Seconds    int             `yaml:"seconds"`
	Questions  int             `yaml:"questions"`
	Answers    int             `yaml:"answers"`
	Minutes    int             `yaml:"minutes"`
	Characters int             `yaml:"characters"`
}

func (l *loader) quality() {
	raw, f, ok := read[qualityFile](l, "quality.yaml")
	if !ok {
		return
	}
	seen := map[string]bool{}
	for _, entry := range raw.Rules {
		f.code("rule", entry.Value.Code, entry.Line, upperCode, seen)
		l.cat.quality = append(l.cat.quality, f.qualityRule(entry))
	}
}

// needs says which thresholds a rule works by: those that it has must be positive, all others absent.
func needs(r models.QualityRule) (known bool, given, wanted [5]bool) {
	given = [5]bool{r.Seconds > 0, r.Questions > 0, r.Answers > 1, r.Minutes > 0, r.Characters > 0}
	switch r.Code {
	case models.QualityTooFast:
		wanted = [5]bool{true, false, false, false, false}
	case models.QualityStraight:
		wanted = [5]bool{true, true, false, false, false}
	case models.QualitySameWords:
		wanted = [5]bool{false, false, true, false, true}
	case models.QualityOneDevice, models.QualityOneNetwork:
		wanted = [5]bool{false, false, true, true, false}
	case models.QualityOnePhone:
		wanted = [5]bool{false, false, true, false, false}
	case models.QualityBeforeSending:
	default:
		return false, given, wanted
	}
	return true, given, wanted
}

func (f *file) qualityRule(entry located[qualityEntry]) models.QualityRule {
	raw, what := entry.Value, "rule "+strconv.Quote(entry.Value.Code.Value)
	f.complete(what, words{Zh: raw.Zh, En: raw.En}, entry.Line)
	f.complete(what+" hint", raw.Hint, entry.Line)
	r := models.QualityRule{
		Code: raw.Code.Value, Text: models.LocalText{Zh: raw.Zh.Value, En: raw.En.Value}, Hint: raw.Hint.text(),
		Seconds: raw.Seconds, Questions: raw.Questions, Answers: raw.Answers, Minutes: raw.Minutes, Characters: raw.Characters,
	}
	known, given, wanted := needs(r)
	switch {
	case !known:
		f.report(entry.Line, "%s is no rule that the judge knows", what)
	case given != wanted:
		f.report(entry.Line, "%s: its thresholds are not those that it works by", what)
	}
	return r
}
