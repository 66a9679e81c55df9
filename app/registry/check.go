package registry

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"huisheng/models"
)

const (
	maxName        = 100 // characters
	maxSubtype     = 40
	maxLetter      = 60
	maxOccupations = 500
)

// check says what is wrong with an organisation, and brings its filing into the form that is kept.
func (s *Service) check(o *models.Org) (fields []models.FieldError) {
	add := func(name, code, message string) { fields = append(fields, field(name, code, message)) }
	if !o.Kind.Valid() {
		add("kind", "wrong_value", "机构类型应为 enterprise、school 或 social_org。")
	}
	if !text(o.Name, 2, maxName) {
		add("name", "wrong_format", fmt.Sprintf("请填写 2 到 %d 个字的机构名称。", maxName))
	}
	if _, ok := s.catalog.CityOf(o.Division); !ok {
		add("region", "unknown_region", "请填写广东省内的六位行政区划代码，例如 440106。")
	}
	if !o.Affiliation.Valid() {
		add("affiliation", "wrong_value", "隶属关系应为 city（市属）、provincial（省属）或 central（驻粤央企）。")
	} else if o.Affiliation == models.AffiliationCity && o.Division == models.Province {
		add("region", "city_needed", "市属机构请填写所在市的行政区划代码。")
	}
	if !text(o.Subtype, 0, maxSubtype) {
		add("subtype", "wrong_format", fmt.Sprintf("机构细类最多 %d 个字。", maxSubtype))
	}
	return append(fields, s.checkFiling(&o.Filing)...)
}

func (s *Service) checkFiling(f *models.Filing) (fields []models.FieldError) {
	add := func(name, code, message string) { fields = append(fields, field("filing."+name, code, message)) }
	if !text(f.LetterNo, 0, maxLetter) {
		add("letter_no", "wrong_format", fmt.Sprintf("备案函编号最多 %d 个字。", maxLetter))
	}
	for _, d := range [][2]string{{"valid_from", f.ValidFrom}, {"valid_to", f.ValidTo}} {
		if _, err := models.ParseDate(d[1]); d[1] != "" && err != nil {
			add(d[0], "wrong_date", "日期应写作 2026-11-23，并且确有这一天。")
		}
	}
	if f.ValidFrom != "" && f.ValidTo != "" && f.ValidTo < f.ValidFrom {
		add("valid_to", "before_start", "有效期的结束不能早于开始。")
	}
	if len(f.Occupations) > maxOccupations {
		add("occupations", "too_many", fmt.Sprintf("一份备案最多 %d 个职业（工种）。", maxOccupations))
		return fields
	}
	if f.Occupations == nil {
		f.Occupations = []models.FiledOccupation{} // [] in answers, not null
	}
	for i := range f.Occupations {
		fields = append(fields, s.checkOccupation(fmt.Sprintf("filing.occupations[%d]", i), &f.Occupations[i])...)
	}
	return fields
}

func (s *Service) checkOccupation(at string, o *models.FiledOccupation) (fields []models.FieldError) {
	o.Name, o.Code = strings.TrimSpace(o.Name), strings.TrimSpace(o.Code)
	if !text(o.Name, 1, maxName) {
		fields = append(fields, field(at+".name", "wrong_format", "请填写职业（工种）名称。"))
	}
	if !text(o.Code, 0, maxSubtype) {
		fields = append(fields, field(at+".code", "wrong_format", "职业编码太长了。"))
	}
	if len(o.Levels) == 0 {
		fields = append(fields, field(at+".levels", "required", "请填写备案的技能等级。"))
	}
	for i, written := range o.Levels {
		l, ok := s.catalog.Level(written)
		if !ok {
			fields = append(fields, field(fmt.Sprintf("%s.levels[%d]", at, i), "unknown_level", "技能等级代码应为 A、5、4、3、2、1、T 或 C。"))
		}
		o.Levels[i] = l.Code
	}
	return fields
}

// text says whether s is printable and has between least and most characters.
func text(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && models.Printable(s)
}

func field(name, code, message string) models.FieldError {
	return models.FieldError{Field: name, Code: code, Message: message}
}

// valueField locates what is wrong with one typed value.
func valueField(name string, err error) models.FieldError {
	var v *models.ValueError
	if errors.As(err, &v) {
		return field(name, v.Code, v.Message)
	}
	return field(name, "wrong_format", "格式不对，请核对。")
}

// checkDelegation judges the city that complaints go to instead of the province.
func (s *Service) checkDelegation(o models.Org) []models.FieldError {
	if o.DelegatedTo == "" {
		return nil
	}
	if r, ok := s.catalog.Region(o.DelegatedTo); !ok || r.IsProvince() {
		return []models.FieldError{field("delegated_to", "unknown_region", "请填写受委托的地级市的六位行政区划代码，例如 440100。")}
	}
	if o.Kind != models.OrgEnterprise || o.Affiliation == models.AffiliationCity {
		return []models.FieldError{field("delegated_to", "not_delegable", "只有省属企业和驻粤央企可以委托地市监管。")}
	}
	return nil
}
