package roster

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"huisheng/internal/rosterfile"
	"huisheng/models"
)

// digestVersion is part of every digest: raising it makes the next import of each roster write all records anew.
const digestVersion = "record/1"

// build makes the record of a judged row, without the moments that depend on whether it is stored already (see dated).
func (s *Service) build(org models.Org, row *rosterfile.Row) (models.Record, error) {
	who := models.Identity{Name: row.Name, DocType: row.DocType, Document: row.Document, Phone: row.Phone}
	person := s.ident.Person(row.DocType, row.Document)
	r := models.Record{
		ID: s.recordID(org, person, row), Org: org.ID, Kind: org.Kind, Region: org.Region, Person: person,
		Department: row.Department, Post: row.Post, Occupation: row.Occupation, OccupationCode: row.OccupationCode, Level: row.Level,
		Certificate: row.Certificate, IssuedOn: row.IssuedOn, Method: row.Method, AssessedOn: row.AssessedOn,
		Major: row.Major, Class: row.Class, StudentNo: row.StudentNo, Company: row.InternCompany, CompanyPost: row.InternPost,
		InternStart: row.InternStart, InternEnd: row.InternEnd, GraduatesOn: row.GraduatesOn,
		ExamSite: row.ExamSite, ExamRegion: row.ExamSiteRegion, Course: row.Course,
	}
	document := models.Document{Type: models.DocumentType(row.DocType), Number: row.Document}
	r.TailMAC = s.ident.TailMAC(r.ID, document.Tail(4))
	r.PosterMAC = s.ident.PosterMAC(org.ID, models.NormalizeName(row.Name), document.Tail(6))
	return r, s.identify(&r, who)
}

// recordID is the same for the same person, occupation and level, however the occupation's name is spaced; a name is preferred to the code
// because rosters may leave the code out. Students are told apart by internship, because a school's roster names no occupation.
func (s *Service) recordID(org models.Org, person models.PersonID, row *rosterfile.Row) models.RecordID {
	occupation := models.FoldName(row.Occupation)
	if occupation == "" {
		occupation = row.OccupationCode
	}
	if org.Kind == models.OrgSchool {
		return s.ident.Record(org.ID, person, occupation, row.Level, models.FoldName(row.InternCompany), row.InternStart)
	}
	return s.ident.Record(org.ID, person, occupation, row.Level)
}

// identify puts the identity and all that follows from it into the record.
func (s *Service) identify(r *models.Record, who models.Identity) error {
	raw, err := json.Marshal(who)
	if err != nil {
		return fmt.Errorf("encode identity: %w", err)
	}
	if r.Identity, err = s.box.Seal(raw, identityPlace(r.ID)); err != nil {
		return fmt.Errorf("seal identity: %w", err)
	}
	r.PhoneMAC = nil
	if who.Phone != "" {
		r.PhoneMAC = s.ident.PhoneMAC(who.Phone)
	}
	r.Digest = s.digest(r, who)
	return nil
}

// digest is over everything an upload can change, and over where the record belongs, so that moving the organisation to another regulator
// reaches its records with the next import.
func (s *Service) digest(r *models.Record, who models.Identity) []byte {
	return s.ident.Digest(digestVersion, string(r.Kind), r.Region, who.Name, who.DocType, who.Document, who.Phone,
		r.Department, r.Post, r.Occupation, r.OccupationCode, r.Level, r.Certificate, r.IssuedOn, r.Method, r.AssessedOn,
		r.Major, r.Class, r.StudentNo, r.Company, r.CompanyPost, r.InternStart, r.InternEnd, r.GraduatesOn,
		r.ExamSite, r.ExamRegion, r.Course)
}

// dated fills in when the record was made and changed, and the day that puts it into a period.
func dated(r *models.Record, created, now time.Time) {
	r.CreatedAt, r.UpdatedAt = created, now
	switch {
	case r.IssuedOn != "":
		r.Anchor = r.IssuedOn
	case r.AssessedOn != "":
		r.Anchor = r.AssessedOn
	default:
		r.Anchor = created.In(models.Shanghai()).Format(time.DateOnly)
	}
}

// identity opens a record's seal.
func (s *Service) identity(r *models.Record) (who models.Identity, err error) {
	if err := s.box.OpenJSON(r.Identity, identityPlace(r.ID), &who); err != nil {
		return who, fmt.Errorf("identity of record %s: %w", r.ID, err)
	}
	return who, nil
}

// assessedDay is the day on which the filing letter must have been valid.
func assessedDay(row *rosterfile.Row) string {
	if row.IssuedOn != "" {
		return row.IssuedOn
	}
	return row.AssessedOn
}

func joined(parts ...string) string { return strings.Join(parts, "\x00") }

// region reads where an exam took place: a division code of the province, or a city's name with or without 市.
func (s *Service) region(text string) (code string, ok bool) {
	text = models.FoldName(text)
	if _, ok := s.catalog.CityOf(text); ok {
		return text, true
	}
	name := strings.TrimSuffix(strings.TrimPrefix(text, "广东省"), "市")
	for _, r := range s.catalog.Regions() {
		if !r.IsProvince() && strings.TrimSuffix(r.Name, "市") == name {
			return r.Code, true
		}
	}
	return "", false
}
