package roster

import (
	"context"
	"errors"
	"strings"
	"time"

	"huisheng/app/audit"
	"huisheng/models"
	"huisheng/models/store"
)

// RecordView is a record as pages and callers see it: who it is about only as far as it takes to tell colleagues apart. It does not say
// whether the person was invited or answered.
type RecordView struct {
	ID       models.RecordID `json:"id"`
	Name     string          `json:"name"`     // 张*
	DocType  string          `json:"doc_type"` // in Chinese
	Document string          `json:"document"` // the beginning only
	Phone    string          `json:"phone"`    // 138****0001

	Department     string `json:"department,omitempty"`
	Post           string `json:"post,omitempty"`
	Occupation     string `json:"occupation,omitempty"`
	OccupationCode string `json:"occupation_code,omitempty"`
	Level          string `json:"level,omitempty"`
	Certificate    string `json:"certificate,omitempty"`
	IssuedOn       string `json:"issued_on,omitempty"`
	Method         string `json:"method,omitempty"`
	AssessedOn     string `json:"assessed_on,omitempty"`

	StudentNo   string `json:"student_no,omitempty"`
	Major       string `json:"major,omitempty"`
	Class       string `json:"class,omitempty"`
	Company     string `json:"company,omitempty"`
	CompanyPost string `json:"company_post,omitempty"`
	InternStart string `json:"intern_start,omitempty"`
	InternEnd   string `json:"intern_end,omitempty"`
	GraduatesOn string `json:"graduates_on,omitempty"`

	ExamSite   string `json:"exam_site,omitempty"`
	ExamRegion string `json:"exam_region,omitempty"`
	Course     string `json:"course,omitempty"`

	UpdatedAt time.Time `json:"updated_at"`
}

// Query narrows a list of records; empty fields do not.
type Query struct {
	Certificate string // its beginning, as somebody typed it
	Department  string
	Occupation  string
	Level       string // code or name
	From, Until string // the day that puts a record into a period, 2006-01-02, inclusive
}

// ListRecords lists an organisation's records by id, masked.
func (s *Service) ListRecords(ctx context.Context, p models.Principal, org models.OrgID, q Query, page models.Page) (models.List[RecordView], error) {
	if _, err := s.store.FindOrg(ctx, p.Scope(), org); err != nil {
		return models.List[RecordView]{}, err
	}
	f, err := s.filter(org, q)
	if err != nil {
		return models.List[RecordView]{}, err
	}
	list, next, err := s.store.FindRecords(ctx, p.Scope(), f, page)
	if err != nil {
		return models.List[RecordView]{}, err
	}
	views := make([]RecordView, len(list))
	for i := range list {
		if views[i], err = s.view(&list[i]); err != nil {
			return models.List[RecordView]{}, err
		}
	}
	return models.List[RecordView]{Items: views, Next: next}, nil
}

// HasRecords says whether an organisation has any record.
func (s *Service) HasRecords(ctx context.Context, p models.Principal, org models.OrgID) (bool, error) {
	return s.store.HasRecords(ctx, p.Scope(), org)
}

func (s *Service) filter(org models.OrgID, q Query) (store.RecordFilter, error) {
	f := store.RecordFilter{
		Org: org, Certificate: models.FoldName(q.Certificate), Department: strings.TrimSpace(q.Department), Occupation: strings.TrimSpace(q.Occupation),
		From: q.From, Until: q.Until,
	}
	var wrong []models.FieldError
	if q.Level != "" {
		l, ok := s.catalog.Level(q.Level)
		if !ok {
			wrong = append(wrong, models.FieldError{Field: "level", Code: "level_unknown", Message: "不认识这个技能等级。"})
		}
		f.Level = l.Code
	}
	for _, d := range [][2]string{{"from", q.From}, {"until", q.Until}} {
		if _, err := models.ParseDate(d[1]); d[1] != "" && err != nil {
			wrong = append(wrong, models.FieldError{Field: d[0], Code: "wrong_date", Message: "日期应写作 2026-11-23，并且确有这一天。"})
		}
	}
	if len(wrong) > 0 {
		return f, models.ErrInvalid.WithFields(wrong...)
	}
	return f, nil
}

func (s *Service) view(r *models.Record) (RecordView, error) {
	who, err := s.identity(r)
	if err != nil {
		return RecordView{}, err
	}
	t := models.DocumentType(who.DocType)
	return RecordView{
		ID: r.ID, Name: models.MaskName(who.Name), DocType: t.Name(), Document: models.Document{Type: t, Number: who.Document}.Mask(),
		Phone: models.MaskPhone(who.Phone), Department: r.Department, Post: r.Post, Occupation: r.Occupation, OccupationCode: r.OccupationCode,
		Level: r.Level, Certificate: r.Certificate, IssuedOn: r.IssuedOn, Method: r.Method, AssessedOn: r.AssessedOn,
		StudentNo: r.StudentNo, Major: r.Major, Class: r.Class, Company: r.Company, CompanyPost: r.CompanyPost, InternStart: r.InternStart,
		InternEnd: r.InternEnd, GraduatesOn: r.GraduatesOn, ExamSite: r.ExamSite, ExamRegion: r.ExamRegion, Course: r.Course, UpdatedAt: r.UpdatedAt,
	}, nil
}

// attempts is how often a correction is tried against others who change the same record.
const attempts = 5

// CorrectPhone gives a record another phone number. The same number again changes nothing. An upload of the old roster later brings the old
// number back: the roster is what the organisation vouches for.
func (s *Service) CorrectPhone(ctx context.Context, p models.Principal, org models.OrgID, id models.RecordID, phone string) (RecordView, error) {
	number, err := models.ParsePhone(phone)
	var wrong *models.ValueError
	if errors.As(err, &wrong) {
		return RecordView{}, models.ErrInvalid.WithFields(models.FieldError{Field: "phone", Code: wrong.Code, Message: wrong.Message})
	}
	if err != nil {
		return RecordView{}, err
	}
	for range attempts {
		var r models.Record
		r, err = s.correct(ctx, p, org, id, number)
		if err == nil {
			return s.view(&r)
		}
		if !errors.Is(err, models.ErrConflict) {
			break
		}
	}
	return RecordView{}, err
}

func (s *Service) correct(ctx context.Context, p models.Principal, org models.OrgID, id models.RecordID, number string) (models.Record, error) {
	r, err := s.store.FindRecord(ctx, p.Scope(), id)
	if err != nil {
		return r, err
	}
	if r.Org != org {
		return r, models.ErrNotFound
	}
	who, err := s.identity(&r)
	if err != nil || who.Phone == number {
		return r, err
	}
	before := r.Digest
	who.Phone = number
	if err := s.identify(&r, who); err != nil {
		return r, err
	}
	r.UpdatedAt = s.now()
	err = s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditRecordChanged, Object: "record/" + string(id), Org: org, Region: r.Region, Detail: map[string]string{"field": "phone"},
	})
	if err != nil {
		return r, err
	}
	return r, s.store.UpdateRecordPhone(ctx, p.Scope(), r, before)
}
