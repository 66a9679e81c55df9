package roster

import (
	"cmp"
	"context"

	"huisheng/internal/rosterfile"
	"huisheng/models"
)

// underage says whether a student was under 16 when the internship began, which is forbidden whatever the student says. A roster that leaves the beginning
// out is judged by its end: whoever is too young then was too young before.
func underage(row *rosterfile.Row) (models.Date, bool) {
	placed := models.Date(cmp.Or(row.InternStart, row.InternEnd))
	return placed, placed != "" && models.YoungerThan(row.Document, models.InternAge, placed.Start())
}

// alerts tells the regulator of the underage interns of a chunk. It comes before the records are written and again with every upload, so that a process
// that dies leaves none out; the alert's id follows from the record.
func (r *run) alerts(ctx context.Context, c chunk) error {
	if r.org.Kind != models.OrgSchool {
		return nil
	}
	var list []models.Alert
	for i := range c {
		j := &c[i]
		if j.fate == refused {
			continue
		}
		if placed, young := underage(&j.row); young {
			list = append(list, models.Alert{
				ID: r.s.ident.Derive("alert", models.AlertUnderage, string(j.record.ID)), Kind: models.AlertUnderage, Org: r.org.ID, OrgName: r.org.Name,
				OrgKind: r.org.Kind, Region: r.org.Region, Record: j.record.ID, Company: j.row.InternCompany, Day: placed, N: 1, Open: true, Version: 1,
				CreatedAt: r.now, ChangedAt: r.now,
			})
		}
	}
	return r.s.store.RaiseAlerts(ctx, list)
}
