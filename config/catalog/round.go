package catalog

import (
	"strings"

	"huisheng/models"
)

// Round finds the rule of a kind of pooled round.
func (c *Catalog) Round(t models.BatchTrigger) (models.RoundRule, bool) {
	for _, r := range c.rounds {
		if r.Trigger == t {
			return r, true
		}
	}
	return models.RoundRule{}, false
}

// ExamCity gives the city that supervises an exam site: the site's own, unless the list of exceptions names another (深汕特别合作区). Empty when
// neither is known.
func (c *Catalog) ExamCity(site, division string) string {
	for _, s := range c.sites {
		if strings.Contains(site, s.contains) {
			return s.supervisor
		}
	}
	city, ok := c.CityOf(division)
	if !ok || city.IsProvince() {
		return ""
	}
	return city.Code
}

// siteRule is one exception.
type siteRule struct{ contains, supervisor string }

type roundsFile struct {
	Rounds []located[roundEntry] `yaml:"rounds"`
	Sites  []located[siteEntry]  `yaml:"sites"`
}

type roundEntry struct {
	Trigger       located[string] `yaml:"trigger"`
	Questionnaire located[string] `yaml:"questionnaire"`
	Template      located[string] `yaml:"template"`
	Send          offsetEntry     `yaml:"send"`
	From          offsetEntry     `yaml:"from"`
	Until         offsetEntry     `yaml:"until"`
	OpenDays      int             `yaml:"open_days"`
	Every         offsetEntry     `yaml:"every"`
}

type offsetEntry struct {
	Months int `yaml:"months"`
	Days   int `yaml:"days"`
}

func (o offsetEntry) offset() models.Offset { return models.Offset(o) }

type siteEntry struct {
	Contains   located[string] `yaml:"contains"`
	Supervisor located[string] `yaml:"supervisor"`
	Why        string          `yaml:"why"` // for the reader of the file
}

// rounds comes after what it refers to.
func (l *loader) rounds() {
	raw, f, ok := read[roundsFile](l, "rounds.yaml")
	if !ok {
		return
	}
	judge := len(l.errs) == 0 // with a broken questionnaire or template every reference to it would be reported as well
	seen := map[string]bool{}
	for _, entry := range raw.Rounds {
		f.code("round", entry.Value.Trigger, entry.Line, lowerCode, seen)
		l.cat.rounds = append(l.cat.rounds, f.round(entry, judge))
	}
	for _, t := range []models.BatchTrigger{models.TriggerInternshipEnd, models.TriggerGraduation, models.TriggerEmployer, models.TriggerTraineeClaim} {
		if !seen[string(t)] {
			f.report(0, "has no round %q", t)
		}
	}
	for _, entry := range raw.Sites {
		s := entry.Value
		city, known := models.CityOf(s.Supervisor.Value)
		if s.Contains.Value == "" || !known || city != s.Supervisor.Value {
			f.report(entry.Line, "site %q: supervisor %q is no city code of Guangdong (44xx00)", s.Contains.Value, s.Supervisor.Value)
		}
		l.cat.sites = append(l.cat.sites, siteRule{contains: s.Contains.Value, supervisor: s.Supervisor.Value})
	}
}

func (f *file) round(entry located[roundEntry], judge bool) models.RoundRule {
	raw := entry.Value
	r := models.RoundRule{
		Trigger: models.BatchTrigger(raw.Trigger.Value), Questionnaire: raw.Questionnaire.Value, Template: raw.Template.Value,
		Send: raw.Send.offset(), From: raw.From.offset(), Until: raw.Until.offset(), OpenDays: raw.OpenDays, Every: raw.Every.offset(),
	}
	if _, ok := f.l.cat.latest[r.Questionnaire]; judge && !ok {
		f.report(line(raw.Questionnaire.Line, entry.Line), "round %q: questionnaire %q does not exist", r.Trigger, r.Questionnaire)
	}
	if _, ok := f.l.cat.templates[r.Template]; judge && !ok {
		f.report(line(raw.Template.Line, entry.Line), "round %q: template %q does not exist", r.Trigger, r.Template)
	}
	const day = models.Date("2027-03-15")
	if r.From.After(day) > r.Send.After(day) || r.Send.After(day) > r.Until.After(day) {
		f.report(entry.Line, "round %q: days must be from ≤ send ≤ until", r.Trigger)
	}
	if r.OpenDays < 1 || r.OpenDays > 365 {
		f.report(entry.Line, "round %q: open_days must be 1 to 365", r.Trigger)
	}
	if r.Every != (models.Offset{}) && r.Every.After(day) <= day {
		f.report(entry.Line, "round %q: every must lie ahead", r.Trigger)
	}
	return r
}
