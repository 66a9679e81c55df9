package catalog

import (
	"regexp"

	"huisheng/models"
)

// Retention lists how long which data is kept.
func (c *Catalog) Retention() []models.RetentionRule { return c.retention }

// RetentionRule finds a rule by id.
func (c *Catalog) RetentionRule(id string) (models.RetentionRule, bool) {
	for _, r := range c.retention {
		if r.ID == id {
			return r, true
		}
	}
	return models.RetentionRule{}, false
}

type retentionFile struct {
	Rules []located[retentionEntry] `yaml:"rules"`
}

type retentionEntry struct {
	ID     located[string] `yaml:"id"`
	Days   located[int]    `yaml:"days"`
	Severe located[int]    `yaml:"severe_days"`
	Zh     located[string] `yaml:"zh"`
	En     located[string] `yaml:"en"`
	ThenZh located[string] `yaml:"then_zh"`
	ThenEn located[string] `yaml:"then_en"`
}

var ruleID = regexp.MustCompile(`^[a-z_]{3,40}$`)

func (l *loader) retention() {
	raw, f, ok := read[retentionFile](l, "retention.yaml")
	if !ok {
		return
	}
	seen := map[string]bool{}
	for _, entry := range raw.Rules {
		r := entry.Value
		f.code("retention rule", r.ID, entry.Line, ruleID, seen)
		name, then := words{Zh: r.Zh, En: r.En}, words{Zh: r.ThenZh, En: r.ThenEn}
		f.complete("retention rule "+r.ID.Value, name, entry.Line)
		f.complete("what follows "+r.ID.Value, then, entry.Line)
		if d := r.Days.Value; d < 0 || d > 36525 || r.Severe.Value < 0 || r.Severe.Value != 0 && r.Severe.Value < d {
			f.report(line(r.Days.Line, entry.Line), "days must be 0 to 36525, and severe_days no fewer than days")
		}
		l.cat.retention = append(l.cat.retention, models.RetentionRule{
			ID: r.ID.Value, Name: name.text(), Then: then.text(), Days: r.Days.Value, Severe: r.Severe.Value,
		})
	}
	for _, id := range []string{models.RetainTokens, models.RetainDeliveries, models.RetainIdentity, models.RetainWages, models.RetainComplaints, models.RetainContactsRemoved, models.RetainContacts, models.RetainAlerts, models.RetainPapers} {
		if r, ok := l.cat.RetentionRule(id); !ok || r.Days == 0 {
			f.report(0, "rule %s needs a number of days", id)
		}
	}
}
