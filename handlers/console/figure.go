package console

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/indicator"
	"huisheng/handlers/web"
	"huisheng/models"
)

// declared is one figure that an organisation may declare.
type declared struct {
	Name, Label, Hint string
}

// declarable lists what each kind of organisation is asked for.
func declarable(l lang, k models.OrgKind) []declared {
	headcount := declared{models.FigureHeadcount, l.say("应参评职工数（人）", "Staff who should be assessed"), l.say("这个时期最后一天，在备案职业（工种）岗位上的职工人数。用来算参评率。", "Staff in the filed occupations on the last day of the period. The participation rate needs it.")}
	enrolment := declared{models.FigureEnrolment, l.say("招生规模（人）", "Enrolment (people)"), l.say("这个时期招收的人数。", "People enrolled in the period.")}
	assessed := declared{models.FigureAssessment, l.say("评价规模（人次）", "Assessments"), l.say("这个时期参加评价的人次。", "Assessments held in the period.")}
	price := declared{models.FigureCoursePrice, l.say("课程价格（元）", "Course price (yuan)"), l.say("公布的课程价格的中位数。", "The median of the published course prices.")}
	complaints := declared{models.FigureComplaintRate, l.say("投诉率（件 / 百人次）", "Complaint rate (per 100 assessments)"), l.say("联盟统计的投诉率。", "The rate as the alliance counts it.")}
	switch k {
	case models.OrgEnterprise:
		return []declared{headcount}
	case models.OrgSchool:
		return []declared{enrolment, assessed, complaints}
	}
	return []declared{enrolment, assessed, price}
}

type declareData struct {
	Org     models.Org
	Period  string
	Words   string
	Periods []periodChoice
	Items   []declared
	Figures models.Figures
	Gaps    []models.FigureGap
	Labels  map[string]string
}

// ShowFigures is the form for declared figures of a period.
func (h *Console) ShowFigures(c *fiber.Ctx) error { return h.declare(c, form{}) }

func (h *Console) declare(c *fiber.Ctx, f form) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	d := declareData{Org: org, Period: c.Query("period", models.QuarterOf(time.Now())), Items: declarable(langOf(c), org.Kind)}
	p, err := models.ParsePeriod(d.Period)
	if err != nil {
		return err
	}
	d.Words, d.Periods = langOf(c).period(p), periods(langOf(c), org.Kind, time.Now(), d.Period)
	if d.Figures, err = h.app.Indicators.Declared(c.UserContext(), web.Principal(c), org.ID, d.Period); err != nil {
		return err
	}
	if d.Gaps, err = h.app.Declare.Compare(c.UserContext(), web.Principal(c), org.ID, d.Period); err != nil {
		return err
	}
	d.Labels = map[string]string{}
	for _, item := range d.Items {
		d.Labels[item.Name] = item.Label
	}
	if f.Values == nil {
		f.Values = map[string]string{"source": d.Figures.Current.Source}
		for name, v := range d.Figures.Current.Values {
			f.Values["values."+name] = strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return h.render(c, "figures", page{Title: say(c, "申报数据", "Declared figures"), Form: f, Data: d})
}

// Declare stores the figures as a new version; what was declared before is kept.
func (h *Console) Declare(c *fiber.Ctx) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	names := []string{"source"}
	for _, d := range declarable(langOf(c), org.Kind) {
		names = append(names, "values."+d.Name)
	}
	f := typed(c, names...)
	in, err := declaration(f, c.FormValue("version"))
	if err == nil {
		_, err = h.app.Indicators.Declare(c.UserContext(), web.Principal(c), org.ID, c.Query("period"), in)
	}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.declare(c, f)
	}
	return c.Redirect("/console/figures?done=figures&period="+c.Query("period"), fiber.StatusSeeOther)
}

// declaration reads the typed numbers; what is left empty is not declared.
func declaration(f form, version string) (indicator.Declaration, error) {
	in := indicator.Declaration{Values: map[string]float64{}, Source: strings.TrimSpace(f.Value("source"))}
	if n, err := strconv.Atoi(version); err == nil {
		in.Version = &n
	}
	var wrong []models.FieldError
	for name, text := range f.Values {
		key, ok := strings.CutPrefix(name, "values.")
		text = strings.NewReplacer(",", "", "，", "", " ", "").Replace(models.HalfWidth(text))
		if !ok || text == "" {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			wrong = append(wrong, models.FieldError{Field: name, Code: "not_a_number", Message: "请填数字。"})
		}
		in.Values[key] = v
	}
	if len(wrong) > 0 {
		return in, models.ErrInvalid.WithFields(wrong...).Because(fmt.Errorf("%d fields are no numbers", len(wrong)))
	}
	return in, nil
}
