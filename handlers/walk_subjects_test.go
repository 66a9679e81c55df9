package handlers_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/registry"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// students are synthetic students whose internship ended a few days ago and who graduated some months ago; the last was fifteen when it began.
func students(n int) []demo.Person {
	people := demo.People(51, n)
	for i := range people {
		people[i].Level, people[i].Certificate = "4", ""
		people[i].InternStart, people[i].InternEnd, people[i].GraduatesOn = "2026-05-20", "2026-11-20", "2026-05-25"
	}
	people[n-1].Document = demo.Document("440100", time.Date(2010, 9, 1, 0, 0, 0, 0, time.UTC), 7)
	return people
}

// otp gives the one-time code that is under way; nothing sends messages here.
func (s *server) otp(subject string) string {
	s.t.Helper()
	ids := ident.New(s.box)
	o, err := s.store.FindOneTime(context.Background(), ids.OneTime(subject))
	require.NoError(s.t, err)
	return ids.Tokens.OneTime(o.ID, o.Nonce)
}

// direct is the personal link's token.
func (s *server) direct(id models.InvitationID) string {
	return ident.New(s.box).Tokens.Make(token.Direct, string(id))
}

// enter opens an invitation's link as its owner.
func (v *visitor) enter(inv models.Invitation) string {
	v.t.Helper()
	record, err := v.store.FindRecord(context.Background(), models.SystemScope(), inv.Record)
	require.NoError(v.t, err)
	var who models.Identity
	require.NoError(v.t, v.box.OpenJSON(record.Identity, "record/"+string(record.ID), &who))
	in := object{"token": v.direct(inv.ID), "id_tail": who.Document[len(who.Document)-4:]}
	return v.ok(200, "POST", "/api/v1/respond/session", "", in).object(200)["respondent_token"].(string)
}

// filed is an organisation with a filing letter.
func (s *server) filed(kind models.OrgKind, name, uscc, subtype string) models.OrgID {
	s.t.Helper()
	got, err := s.app.Registry.Create(context.Background(), models.Principal{Role: models.RoleProvince}, registry.NewOrg{
		Kind: kind, Name: name, USCC: uscc, Division: "440104", Affiliation: models.AffiliationCity, Subtype: subtype, Filing: demo.Filing(),
	})
	require.NoError(s.t, err)
	return got.Org.ID
}

// school goes through what a school, its students and a company's contact do, and what the regulator is told.
func (v *visitor) school(tokens map[string]string) {
	ctx, t := context.Background(), v.t
	id := v.filed(models.OrgSchool, "示例技工学校", "12440000MB2TE5T3XR", "tech_school")
	o, _ := v.account("school-walk", models.RoleOperator, "440100", id)
	base := "/api/v1/orgs/" + string(id)
	var csv bytes.Buffer
	require.NoError(t, demo.RosterCSV(&csv, models.OrgSchool, students(8)))
	file, kind := upload(t, csv.String())
	res := v.ok(200, "POST", base+"/roster", o, file, "Content-Type", kind).object(200)
	require.EqualValues(t, 8, res["created"], "%v", res["errors"])
	contact := object{"company": "示例电子有限公司", "uscc": "91440101MA5TE5T07H", "name": "陈示例", "phone": "13800007777"}
	made := v.ok(201, "POST", base+"/contacts", o, contact).object(201)
	require.Equal(t, made, v.ok(201, "POST", base+"/contacts", o, contact).object(201), "the same contact again is the same")
	require.NotContains(t, made["phone"], "0000")
	require.Len(t, v.ok(200, "GET", base+"/contacts", o, nil).object(200)["items"], 1)
	_, err := v.app.Outreach.ScheduleDue(ctx)
	require.NoError(t, err)

	v.contact(o)
	v.graduate(o)
	v.alliance(tokens["a"], o, id, "12440000MB2TE5T3XR")
	_, err = v.app.Alerts.Refresh(ctx)
	require.NoError(t, err)
	c := tokens["c"]
	list := v.ok(200, "GET", "/api/v1/alerts?open=true&kind=underage_intern", c, nil).object(200)["items"].([]any)
	require.Len(t, list, 1)
	first := list[0].(object)
	require.Equal(t, "2026-05-20", first["day"])
	done := v.ok(200, "POST", "/api/v1/alerts/"+first["id"].(string)+"/acknowledge", c, object{"note": "已通知学校召回学生。"}).object(200)
	require.Equal(t, false, done["open"])
	v.ok(200, "GET", "/api/v1/alerts", tokens["p"], nil)
	require.Equal(t, 404, v.do("POST", "/api/v1/alerts/"+first["id"].(string)+"/acknowledge", v.city("440300"), object{"note": "别的市"}).StatusCode)
	v.ok(204, "DELETE", base+"/contacts/"+made["id"].(string), o, nil)
}

// roundOf gives the only round of a form, and its invitations.
func (v *visitor) roundOf(o, form string) (models.Batch, []models.Invitation) {
	v.t.Helper()
	for _, b := range v.ok(200, "GET", "/api/v1/batches?limit=50", o, nil).object(200)["items"].([]any) {
		if b.(object)["questionnaire"].(object)["code"] == form {
			batch, err := v.store.FindBatch(context.Background(), models.SystemScope(), models.BatchID(b.(object)["id"].(string)))
			require.NoError(v.t, err)
			list, err := v.store.ListInvitations(context.Background(), models.SystemScope(), store.InvitationFilter{Batch: batch.ID}, models.Page{Limit: 100})
			require.NoError(v.t, err)
			return batch, list.Items
		}
	}
	v.t.Fatalf("no round of %s", form)
	return models.Batch{}, nil
}

func (v *visitor) form(code string) (body object) {
	q, ok := v.app.Catalog.Latest(code)
	require.True(v.t, ok)
	return object{"consents": object{"notice": q.Notice.Version, "wage": true}, "answers": demo.Happy(q)}
}

// contact is asked without a document: the one-time code to the same phone lets them in, and they may not answer as the student.
func (v *visitor) contact(o string) {
	b, list := v.roundOf(o, "SCH_EMPLOYER")
	require.Equal(v.t, models.TriggerEmployer, b.Trigger)
	require.Len(v.t, list, 1)
	in := object{"token": v.direct(list[0].ID)}
	sent := v.ok(202, "POST", "/api/v1/respond/session", "", in).object(202)
	require.Equal(v.t, "*********77", sent["phone"])
	in["otp"] = "000000"
	require.Equal(v.t, 401, v.do("POST", "/api/v1/respond/session", "", in).StatusCode)
	in["otp"] = v.otp("contact/" + string(list[0].ID))
	me := v.ok(200, "POST", "/api/v1/respond/session", "", in).object(200)["respondent_token"].(string)
	body := v.form("SCH_EMPLOYER")
	body["answers"].(models.Answers)["company"] = "示例电子有限公司"
	body["answers"].(models.Answers)["role"] = "student"
	listed := body["answers"].(models.Answers)["list_company"]
	delete(body["answers"].(models.Answers), "list_company")
	wrong := v.do("POST", "/api/v1/respond/feedback", me, body, "Idempotency-Key", "employer-0001")
	require.Equal(v.t, 400, wrong.StatusCode)
	require.Contains(v.t, string(wrong.body), "wrong_role")
	body["answers"].(models.Answers)["role"], body["answers"].(models.Answers)["list_company"] = "hr", listed
	v.ok(201, "POST", "/api/v1/respond/feedback", me, body, "Idempotency-Key", "employer-0001")
}

// graduate answers, and then speaks for the employer, apart from the contacts.
func (v *visitor) graduate(o string) {
	t := v.t
	b, list := v.roundOf(o, "SCH_GRADUATE")
	require.Equal(t, models.TriggerGraduation, b.Trigger)
	require.Len(t, list, 8)
	me := v.enter(list[0])
	require.Equal(t, 409, v.do("POST", "/api/v1/respond/employer", me, object{}).StatusCode, "first their own answers")
	mine := v.form("SCH_GRADUATE")
	delete(mine["answers"].(models.Answers), "income_exact") // one of the eight is too young to be asked
	v.ok(201, "POST", "/api/v1/respond/feedback", me, mine, "Idempotency-Key", "graduate-0001")
	proxy := v.ok(200, "POST", "/api/v1/respond/employer", me, object{}).object(200)["respondent_token"].(string)
	body := v.form("SCH_EMPLOYER")
	body["answers"].(models.Answers)["company"] = "示例电子有限公司"
	require.Equal(t, 400, v.do("POST", "/api/v1/respond/feedback", proxy, body, "Idempotency-Key", "graduate-0002").StatusCode)
	body["answers"].(models.Answers)["role"] = "student"
	delete(body["answers"].(models.Answers), "list_company")
	v.ok(201, "POST", "/api/v1/respond/feedback", proxy, body, "Idempotency-Key", "graduate-0002")
	require.Equal(t, 409, v.do("POST", "/api/v1/respond/employer", me, object{}).StatusCode, "once")
	counts, err := v.store.CountBatch(context.Background(), b)
	require.NoError(t, err)
	require.Equal(t, 1, counts.Submitted, "what is said on the employer's behalf is not the graduate's own answer")
}

// trainee claims through the subsidy platform and gets a link at once; the organisation never does.
func (v *visitor) trainee(tokens map[string]string) {
	t := v.t
	id := v.filed(models.OrgSocial, "示例评价中心", "52440000MJ8TE5T21H", "")
	o, _ := v.account("social-walk", models.RoleOperator, "440100", id)
	p := demo.People(61, 2)
	claim := func(no string, person demo.Person) object {
		return object{"claim_no": no, "org": id, "subsidy_type": "SKILL_UPGRADE", "claimed_at": "2026-11-22", "trainee": object{
			"name": person.Name, "document": person.Document, "phone": person.Phone, "occupation": person.Occupation, "occupation_code": person.OccupationCode,
			"level": person.Level, "certificate": "S" + person.Certificate[1:], "issued_on": person.IssuedOn, "exam_site": "示例考点", "exam_region": "440300", "course": "示例课程",
			"document_type": "",
		}}
	}
	made := v.ok(202, "POST", "/api/v1/claims", tokens["p"], claim("T-1", p[0])).object(202)
	require.Equal(t, made, v.ok(202, "POST", "/api/v1/claims", tokens["p"], claim("T-1", p[0])).object(202), "the same claim, the same link")
	require.Equal(t, 409, v.do("POST", "/api/v1/claims", tokens["p"], claim("T-1", p[1])).StatusCode)
	link := made["link"].(string)
	mine := v.ok(202, "POST", "/api/v1/claims", o, claim("T-2", p[1])).object(202)
	require.NotContains(t, mine, "link", "an organisation never gets a person's link")
	require.Equal(t, made["batch"], mine["batch"], "both join the round of the month and the exam's city")
	require.NotContains(t, v.ok(202, "POST", "/api/v1/claims", o, claim("T-1", p[0])).object(202), "link")

	me := v.ok(200, "POST", "/api/v1/respond/session", "", object{"token": link[strings.LastIndex(link, "/")+1:], "id_tail": p[0].Document[14:]}).object(200)
	v.ok(201, "POST", "/api/v1/respond/feedback", me["respondent_token"].(string), v.form("SOC_TRAINEE"), "Idempotency-Key", "trainee-0001")
	v.declares(tokens, id, o)
	// The exam was in Shenzhen: its bureau sees the round, Guangzhou's does not.
	require.Equal(t, 200, v.do("GET", "/api/v1/batches/"+made["batch"].(string), v.city("440300"), nil).StatusCode)
	require.Equal(t, 404, v.do("GET", "/api/v1/batches/"+made["batch"].(string), tokens["c"], nil).StatusCode)
}

func TestSchoolsAndTrainees(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	doc, _ := s.contract()
	v := &visitor{server: s, doc: doc, good: map[string]request{}}
	tokens := map[string]string{"p": s.province(), "c": s.city("440100")}
	tokens["a"], _ = s.account("alliance", models.RoleAlliance, models.Province, "")
	v.school(tokens)
	v.trainee(tokens)
}

// declares goes through prices and figures, by form and by sheet, and looks at the gaps.
func (v *visitor) declares(tokens map[string]string, id models.OrgID, o string) {
	t, base := v.t, "/api/v1/orgs/"+string(id)
	v.ok(200, "GET", base+"/prices", o, nil)
	list := object{"source": "官网2026年收费公示", "version": 0, "items": []any{
		object{"occupation": "电工", "occupation_code": "6-31-01-03", "level": "四级", "course": "中级电工", "price": 1200}, object{"occupation": "焊工", "level": "5", "price": 800},
	}}
	made := v.ok(200, "PUT", base+"/prices", o, list).object(200)
	require.EqualValues(t, 1000, made["median"])
	require.EqualValues(t, 1, made["version"])
	delete(list, "version")
	require.EqualValues(t, 1, v.ok(200, "PUT", base+"/prices", o, list).object(200)["version"], "the same again changes nothing")
	sheet := func(text string) (string, []string) {
		file, kind := upload(t, text)
		return file, []string{"Content-Type", kind}
	}
	file, header := sheet("职业(工种),技能等级,课程名称,价格(元)\n电工,四级,中级电工,1300\n焊工,九级,焊接,abc\n")
	res := v.ok(200, "POST", base+"/prices/upload?source=x&dry_run=false", o, file, header...).object(200)
	require.EqualValues(t, 1, res["rejected"])
	first := res["errors"].([]any)[0].(object)
	require.EqualValues(t, 3, first["row"])
	require.Equal(t, "价格(元)", first["column"])
	require.EqualValues(t, 1, v.ok(200, "GET", base+"/prices", o, nil).object(200)["version"], "a list with a wrong row is not published")
	file, header = sheet("职业(工种),技能等级,课程名称,价格(元)\n电工,四级,中级电工,1300\n")
	require.EqualValues(t, 1, v.ok(200, "POST", base+"/prices/upload?source=官网", o, file, header...).object(200)["updated"])
	require.Len(t, v.ok(200, "GET", base+"/prices", tokens["p"], nil).object(200)["versions"], 1)

	v.ok(200, "PUT", base+"/figures/2026Q4", o, object{"values": object{"course_price": 1500}, "source": "自报"})
	for _, g := range v.ok(200, "GET", base+"/figures/2026Q4/gaps", o, nil).object(200)["items"].([]any) {
		if g := g.(object); g["name"] == "course_price" {
			require.EqualValues(t, 200, g["gap"])
		}
	}
	for _, name := range []string{"school", "prices"} {
		v.ok(200, "GET", "/api/v1/declaration-templates/"+name+".xlsx", o, nil)
	}
}

// alliance declares for a school by sheet; the school cannot change it, and both see the gap.
func (v *visitor) alliance(a, o string, id models.OrgID, uscc string) {
	t, base := v.t, "/api/v1/orgs/"+string(id)
	text := "统一社会信用代码,机构名称,时期,招生规模(人),评价规模(人次),投诉率,数据出处\n" + uscc + ",示例技工学校,AY2026,900,20,0.5,联盟2026年统计\n" +
		"91440101MA5TE5T07H,别的企业,AY2026,1,1,1,不归联盟\n" + uscc + ",示例技工学校,2026年末,9,,,写错时期\n"
	file, kind := upload(t, text)
	dry := v.ok(200, "POST", "/api/v1/figures/upload?dry_run=true", a, file, "Content-Type", kind).object(200)
	require.EqualValues(t, 1, dry["created"])
	require.EqualValues(t, 2, dry["rejected"], "%v", dry)
	require.EqualValues(t, 0, v.ok(200, "GET", base+"/figures/AY2026", o, nil).object(200)["version"], "a dry run stores nothing")
	v.ok(200, "POST", "/api/v1/figures/upload", a, file, "Content-Type", kind)
	again := v.ok(200, "POST", "/api/v1/figures/upload", a, file, "Content-Type", kind).object(200)
	require.EqualValues(t, 1, again["unchanged"])
	seen := v.ok(200, "GET", base+"/figures/AY2026", o, nil).object(200)
	require.Equal(t, "alliance", seen["role"])
	require.Equal(t, 409, v.do("PUT", base+"/figures/AY2026", o, object{"values": object{"enrolment_count": 1}, "source": "学校"}).StatusCode)
	for _, g := range v.ok(200, "GET", base+"/figures/AY2026/gaps", a, nil).object(200)["items"].([]any) {
		if g := g.(object); g["name"] == "assessment_count" {
			require.EqualValues(t, 12, g["gap"], "twenty reported, eight on the roster")
		}
	}
	require.NotEmpty(t, v.ok(200, "GET", base+"/schedule", o, nil).object(200)["items"])
}
