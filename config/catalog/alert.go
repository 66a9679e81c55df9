package catalog

import (
	"slices"
	"strconv"

	"huisheng/models"
)

// AlertKinds lists the kinds of alert.
func (c *Catalog) AlertKinds() []models.AlertKind { return c.alerts }

// AlertKind finds a kind of alert by code.
func (c *Catalog) AlertKind(code string) (models.AlertKind, bool) {
	for _, k := range c.alerts {
		if k.Code == code {
			return k, true
		}
	}
	return models.AlertKind{}, false
}

// FlaggedAnswers gives, by question, the answers of a form that raise a kind of alert, over all versions of the form.
func (c *Catalog) FlaggedAnswers(form string, k models.AlertKind) map[string][]string {
	found := map[string][]string{}
	for _, q := range c.questionnaires {
		if q.Code != form {
			continue
		}
		for _, question := range q.Questions {
			for _, o := range question.Options {
				if o.Flag != "" && slices.Contains(k.Flags, o.Flag) && !slices.Contains(found[question.ID], o.Value) {
					found[question.ID] = append(found[question.ID], o.Value)
				}
			}
		}
	}
	return found
}

type alertsFile struct {
	Alerts []located[alertEntry] `yaml:"alerts"`
}

type alertEntry struct {
	Code  located[string]   `yaml:"code"`
	Zh    located[string]   `yaml:"zh"`
	En    located[string]   `yaml:"en"`
	Flags []located[string] `yaml:"flags"`
}

// alerts comes after the questionnaires, whose every flag it must know.
func (l *loader) alerts() {
	judge := len(l.errs) == 0 // with a broken questionnaire its flags would be missed as well
	raw, f, ok := read[alertsFile](l, "alerts.yaml")
	if !ok {
		return
	}
	seen, used := map[string]bool{}, map[string]bool{}
	flags := l.flags()
	for _, entry := range raw.Alerts {
		a := entry.Value
		f.code("alert", a.Code, entry.Line, lowerCode, seen)
		what := "alert " + strconv.Quote(a.Code.Value)
		f.complete(what, words{Zh: a.Zh, En: a.En}, entry.Line)
		k := models.AlertKind{Code: a.Code.Value, Text: models.LocalText{Zh: a.Zh.Value, En: a.En.Value}}
		for _, flag := range a.Flags {
			if judge && !flags[flag.Value] {
				f.report(flag.Line, "%s: no answer has the flag %q", what, flag.Value)
			}
			used[flag.Value] = true
			k.Flags = append(k.Flags, flag.Value)
		}
		l.cat.alerts = append(l.cat.alerts, k)
	}
	for flag := range flags {
		if judge && !f.bad && !used[flag] {
			f.report(0, "no alert has the flag %q", flag)
		}
	}
	for _, code := range []string{models.AlertUnderage, models.AlertFeeGap, models.AlertRectifyLate} {
		if !seen[code] {
			f.report(0, "has no alert %q", code)
		}
	}
}

// flags is every flag that some answer has.
func (l *loader) flags() map[string]bool {
	all := map[string]bool{}
	for _, q := range l.cat.questionnaires {
		for _, question := range q.Questions {
			for _, o := range question.Options {
				if o.Flag != "" {
					all[o.Flag] = true
				}
			}
		}
	}
	return all
}
