package roster

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"huisheng/internal/rosterfile"
	"huisheng/models"
	"huisheng/models/store"
)

// Admit puts one person into an organisation's records as somebody else than the organisation vouches for them: the subsidy platform, when the person
// claims. A record that is there keeps its columns; only the phone follows, because the platform has it from the person. The same again changes nothing.
func (s *Service) Admit(ctx context.Context, p models.Principal, org models.Org, t models.Trainee) (models.Record, error) {
	row, wrong := s.rowOf(t)
	if len(wrong) > 0 {
		return models.Record{}, models.ErrInvalid.WithFields(wrong...)
	}
	r, err := s.build(org, &row)
	if err != nil {
		return r, err
	}
	_, err = s.store.FindRecord(ctx, models.SystemScope(), r.ID)
	if errors.Is(err, models.ErrNotFound) {
		dated(&r, s.now(), s.now())
		outcome, _, err := s.store.PutRecords(ctx, []models.Record{r}, nil)
		if err != nil {
			return r, err
		}
		if outcome[0] == store.PutCertificateTaken {
			return r, models.ErrCertificateTaken.WithFields(traineeField("certificate", models.ErrCertificateTaken.Code, "这个证书编号已属于本机构的另一条评价记录，请核对职业和等级。"))
		}
		return r, nil
	}
	if err != nil {
		return r, err
	}
	if _, err := s.CorrectPhone(ctx, p, org.ID, r.ID, row.Phone); err != nil {
		return r, err
	}
	return s.store.FindRecord(ctx, models.SystemScope(), r.ID)
}

func traineeField(name, code, message string) models.FieldError {
	return models.FieldError{Field: "trainee." + name, Code: code, Message: message}
}

// rowOf judges what was posted as the roster's parser judges a row, and names every wrong field.
func (s *Service) rowOf(t models.Trainee) (row rosterfile.Row, wrong []models.FieldError) {
	fail := func(field string, err error) {
		var v *models.ValueError
		if errors.As(err, &v) {
			wrong = append(wrong, traineeField(field, v.Code, v.Message))
		}
	}
	var err error
	row.Name, err = models.ParsePersonName(t.Name)
	fail("name", err)
	d, err := models.ParseDocumentAt(t.DocumentType, t.Document, s.now())
	fail("document", err)
	row.DocType, row.Document = string(d.Type), d.Number
	row.Phone, err = models.ParsePhone(t.Phone)
	fail("phone", err)
	if level, ok := s.catalog.Level(t.Level); ok {
		row.Level = level.Code
	} else {
		wrong = append(wrong, traineeField("level", "level_unknown", "不认识这个技能等级，请填 5、4、3、2、1 或五级/初级工等写法。"))
	}
	if t.Certificate != "" {
		row.Certificate, err = models.ParseCertificate(t.Certificate)
		fail("certificate", err)
	}
	if t.OccupationCode != "" {
		row.OccupationCode, err = models.ParseOccupationCode(t.OccupationCode)
		fail("occupation_code", err)
	}
	if t.IssuedOn != "" {
		if _, err := models.ParseDate(t.IssuedOn); err != nil {
			wrong = append(wrong, traineeField("issued_on", "wrong_date", "日期应写作 2026-11-23，并且确有这一天。"))
		}
		row.IssuedOn = t.IssuedOn
	}
	if t.ExamRegion != "" {
		region, ok := s.region(t.ExamRegion)
		if !ok {
			wrong = append(wrong, traineeField("exam_region", "region_unknown", "请填写六位行政区划代码或地级市名称。"))
		}
		row.ExamSiteRegion = region
	}
	row.Occupation, row.ExamSite, row.Course = strings.TrimSpace(t.Occupation), strings.TrimSpace(t.ExamSite), strings.TrimSpace(t.Course)
	if row.Occupation == "" {
		wrong = append(wrong, traineeField("occupation", "value_missing", "请填写职业（工种）名称。"))
	}
	for name, text := range map[string]string{"occupation": row.Occupation, "exam_site": row.ExamSite, "course": row.Course} {
		if utf8.RuneCountInString(text) > 100 || !models.Printable(text) {
			wrong = append(wrong, traineeField(name, "text_too_long", "最多100个字，不要换行。"))
		}
	}
	if len(wrong) == 0 && models.YoungerThan(row.Document, models.AgeOfConsent, s.now()) {
		wrong = append(wrong, traineeField("document", string(models.RefusedMinor), "未满14周岁，不能采集信息。"))
	}
	return row, wrong
}
