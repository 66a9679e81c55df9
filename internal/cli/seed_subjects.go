package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"huisheng/app/contact"
	"huisheng/app/declare"
	"huisheng/app/indicator"
	"huisheng/app/outreach"
	"huisheng/app/respond"
	"huisheng/app/roster"
	"huisheng/app/supervise"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/models"
)

// The demo school has students whose internship has just ended, some whose internship ends soon, and graduates of half a year ago; the demo social
// organisation has trainees who claim for themselves.
const (
	demoSchoolSeed = 2
	demoSocialSeed = 3
	demoInterns    = 24
	demoSoon       = 12
	demoGraduates  = 12
	demoTrainees   = 16
	demoPlaced     = "2026-05-18" // it is part of what a record is: seeding on another day must meet the same ones
)

func demoOperator(org models.Org) models.Principal {
	return models.Principal{Account: "seed", Name: "演示", Role: models.RoleOperator, Org: org.ID}
}

func seedSchool(ctx context.Context, p *parts, org models.Org) error {
	people := demo.People(demoSchoolSeed, demoInterns+demoSoon+demoGraduates)
	today := models.DateOf(p.app.Clock())
	for i := range people {
		s := &people[i]
		s.Certificate = ""
		switch {
		case i < demoInterns:
			s.InternStart, s.InternEnd, s.GraduatesOn = demoPlaced, string(today.AddDays(-i%6)), ""
		case i < demoInterns+demoSoon:
			s.InternStart, s.InternEnd, s.GraduatesOn = demoPlaced, string(today.AddDays(5+i%20)), ""
		default:
			s.InternStart, s.InternEnd, s.GraduatesOn = "", "", string(models.Offset{Months: -6, Days: -i % 10}.After(today))
		}
	}
	people[demoInterns-1].Document = demo.Document("440100", time.Date(2011, 3, 8, 0, 0, 0, 0, time.UTC), 15) // raises an alert
	if err := importDemo(ctx, p, org, people); err != nil {
		return err
	}
	for i, company := range []string{"示例机械有限公司", "示例汽车服务有限公司", "示例电子厂"} {
		in := contact.Input{Company: company, Name: []string{"陈师傅", "林主管", "何经理"}[i], Phone: fmt.Sprintf("1390000%04d", 1001+i)}
		if _, err := p.app.Contacts.Add(ctx, demoOperator(org), org.ID, in); err != nil {
			return fmt.Errorf("contact: %w", err)
		}
	}
	if _, err := p.app.Outreach.Schedule(ctx, org); err != nil {
		return fmt.Errorf("schedule: %w", err)
	}
	alliance := models.Principal{Account: "seed", Name: "联盟演示", Role: models.RoleAlliance}
	_, err := p.app.Indicators.Declare(ctx, alliance, org.ID, models.PeriodsOf(p.app.Clock())[3], indicator.Declaration{
		Values: map[string]float64{models.FigureEnrolment: 1260, models.FigureAssessment: 55, models.FigureComplaintRate: 0.4}, Source: "联盟院校统计（演示）",
	})
	return err
}

func importDemo(ctx context.Context, p *parts, org models.Org, people []demo.Person) error {
	var file bytes.Buffer
	if err := demo.RosterXLSX(&file, org.Kind, people); err != nil {
		return err
	}
	_, err := p.app.Roster.Import(ctx, demoOperator(org), org.ID, roster.File{
		Content: bytes.NewReader(file.Bytes()), Size: int64(file.Len()), Name: "示例名册.xlsx",
	}, false, nil)
	if err != nil {
		return fmt.Errorf("roster: %w", err)
	}
	return nil
}

func seedSocial(ctx context.Context, p *parts, org models.Org) error {
	prices := declare.PricesInput{Source: "机构官网收费公示（演示）"}
	for _, o := range demo.Filing().Occupations {
		for i, level := range []string{"5", "4", "3"} {
			prices.Items = append(prices.Items, models.Price{Occupation: o.Name, OccupationCode: o.Code, Level: level, Course: o.Name + "技能提升班", Yuan: int64(800 + 400*i)})
		}
	}
	if _, err := p.app.Declare.DeclarePrices(ctx, demoOperator(org), org.ID, prices); err != nil {
		return fmt.Errorf("prices: %w", err)
	}
	_, err := p.app.Indicators.Declare(ctx, demoOperator(org), org.ID, models.QuarterOf(p.app.Clock()), indicator.Declaration{
		Values: map[string]float64{models.FigureEnrolment: 86, models.FigureAssessment: 40, models.FigureCoursePrice: 1100}, Source: "招生系统（演示）",
	})
	if err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	for i, person := range demo.People(demoSocialSeed, demoTrainees) {
		person.IssuedOn = string(models.DateOf(p.app.Clock()).AddDays(-i % 20)) // fresh, so that this quarter has something to show
		region := []string{"440300", "440300", "440300", "440100"}[i%4]
		_, err := p.app.Outreach.Claim(ctx, province(), outreach.ClaimInput{
			No: fmt.Sprintf("DEMO-SOC-%04d", i+1), Org: org.ID, SubsidyType: "SKILL_UPGRADE", ClaimedAt: "2026-11-20",
			Trainee: &models.Trainee{
				Name: person.Name, Document: person.Document, Phone: person.Phone, Occupation: person.Occupation, OccupationCode: person.OccupationCode,
				Level: person.Level, Certificate: "S" + person.Certificate[1:], IssuedOn: person.IssuedOn, ExamSite: person.ExamSite, ExamRegion: region, Course: person.Course,
			},
		})
		if err != nil && !errors.Is(err, models.ErrClaimDiffers) { // seeded on another day, with another date of issue
			return fmt.Errorf("trainee %d: %w", i+1, err)
		}
	}
	return nil
}

// seedPolicy drafts a policy to look at and to try, if there is none at all. It is a draft: thresholds are for the province to set.
func seedPolicy(ctx context.Context, p *parts) error {
	who := models.Principal{Account: "seed", Name: "演示", Role: models.RoleProvince, Region: models.Province}
	list, err := p.app.Supervise.Policies(ctx, who, models.Page{Limit: 1})
	if err != nil || len(list.Items) > 0 {
		return err
	}
	rule := func(id, indicator string, threshold float64, measure models.MeasureKind) models.Rule {
		return models.Rule{
			ID: id, Kind: models.OrgEnterprise, Indicator: indicator, PeriodKind: models.PeriodQuarter, Comparison: models.Below, Threshold: threshold,
			MinN: models.LowSample, MinResponse: 20, Measure: measure,
		}
	}
	_, err = p.app.Supervise.DraftPolicy(ctx, who, supervise.PolicyInput{
		Code: "demo", Name: "评价质量监管办法（演示草稿）", Basis: "演示用，没有依据文件；正式阈值由省里确定", WaitDays: supervise.DefaultWait,
		Rules: []models.Rule{rule("watch", "E1a", 70, models.MeasureWatch), rule("rectify", "E1a", 60, models.MeasureRectify)},
	})
	return err
}

// answerAsContact answers as a company's contact: by the one-time code that went to the same phone.
func answerAsContact(ctx context.Context, p *parts, inv models.Invitation, e respond.Entry) error {
	if _, err := p.app.Respond.Enter(ctx, e); err != nil {
		return err
	}
	ids := ident.New(p.box)
	o, err := p.store.FindOneTime(ctx, ids.OneTime("contact/"+string(inv.ID)))
	if err != nil {
		return err
	}
	e.OTP = ids.Tokens.OneTime(o.ID, o.Nonce)
	a, err := p.app.Respond.Enter(ctx, e)
	if err != nil {
		return err
	}
	answers := demo.Happy(a.Questionnaire)
	answers["company"] = inv.About.Company
	return submitAs(ctx, p, a, answers)
}

func submitAs(ctx context.Context, p *parts, a respond.Admission, answers models.Answers) error {
	c, err := p.app.Respond.Session(a.RespondentToken)
	if err != nil {
		return err
	}
	_, _, err = p.app.Respond.Submit(ctx, c, respond.Submission{
		Consents: models.Consents{Notice: a.Questionnaire.Notice.Version, Wage: true}, Answers: answers, StartedAt: time.Now().Add(-2 * time.Minute),
	})
	return err
}

// cannotAnswer says that somebody has answered already, or has just been sent a code.
func cannotAnswer(err error) bool {
	return errors.Is(err, models.ErrAlreadyAnswer) || errors.Is(err, models.ErrOTPTooSoon)
}
