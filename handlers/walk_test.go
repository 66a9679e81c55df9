package handlers_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/token"
	"huisheng/models"
)

// visit goes once through everything that the API can do. The clock stands between two seconds, so that a time with a fraction shows.
func visit(t *testing.T, prepare ...func(*visitor)) (*visitor, map[string]string) {
	t.Helper()
	s := newServer(t)
	s.clock.Add(1234567 * time.Microsecond)
	doc, _ := s.contract()
	v := &visitor{server: s, doc: doc, good: map[string]request{}}
	for _, f := range prepare {
		f(v)
	}
	tokens := map[string]string{"p": s.province(), "c": s.city("440100")}
	tokens["a"], _ = s.account("alliance", models.RoleAlliance, models.Province, "")
	org := v.desk(tokens)
	batch, inv, people := v.round(tokens, org)
	v.person(tokens, batch, inv, people)
	v.departments(tokens["o"], batch)
	v.endings(tokens, org, batch)
	v.reports(tokens, org)
	v.supervision(tokens, org)
	v.school(tokens)
	v.trainee(tokens)
	return v, tokens
}

// desk registers an organisation, makes its operator and looks at everything that officials look at.
func (v *visitor) desk(tokens map[string]string) (org string) {
	p, c := tokens["p"], tokens["c"]
	org = v.ok(201, "POST", "/api/v1/orgs", c, object{
		"kind": "enterprise", "name": "契约测试企业", "uscc": "91440101MA5TE5T07H", "region": "440100", "affiliation": "city", "subtype": "", "filing": demo.Filing(),
	}).object(201)["id"].(string)
	v.ok(200, "PATCH", "/api/v1/orgs/"+org, c, object{"name": "契约测试集团", "subtype": "龙头企业", "filing": demo.Filing()})
	made := v.ok(201, "POST", "/api/v1/orgs/"+org+"/accounts", c, object{"account": "boss-1", "name": "经办人"}).object(201)
	official := v.ok(201, "POST", "/api/v1/accounts", p, object{"account": "gz-2", "name": "新同事", "role": "city", "region": "440100", "password": password}).object(201)
	v.ok(200, "PATCH", "/api/v1/accounts/"+official["id"].(string), p, object{"name": "老同事", "disabled": true, "reset_password": true})
	in := v.ok(200, "POST", "/api/v1/auth/login", "", object{"account": "boss-1", "password": made["initial_password"], "otp": ""}).object(200)
	v.ok(204, "POST", "/api/v1/auth/password", in["access_token"].(string), object{"current_password": made["initial_password"], "new_password": password})
	again := v.ok(200, "POST", "/api/v1/auth/refresh", "", object{"refresh_token": in["refresh_token"]}).object(200)
	v.ok(204, "POST", "/api/v1/auth/logout", "", object{"refresh_token": again["refresh_token"]})
	tokens["o"], _ = v.login("boss-1", password)
	v.security(tokens, official["id"].(string))
	for _, path := range []string{"/orgs?kind=enterprise", "/orgs/" + org, "/auth/me", "/indicator-definitions?kind=school", "/roster-templates/social_org.xlsx"} {
		v.ok(200, "GET", "/api/v1"+path, tokens["o"], nil)
	}
	for _, path := range []string{"/accounts?limit=2", "/orgs/" + org + "/accounts", "/audit?limit=5", "/sending", "/quality-rules"} {
		v.ok(200, "GET", "/api/v1"+path, p, nil)
	}
	v.ok(204, "POST", "/api/v1/sending/resume", c, nil)
	v.ok(200, "GET", "/api/v1/calendar", tokens["o"], nil)
	v.ok(200, "PUT", "/api/v1/calendar/2027?dry_run=true", p, year2027())
	v.ok(200, "GET", "/api/v1/message-templates", c, nil)
	v.ok(200, "GET", "/api/v1/questionnaires", c, nil)
	words := v.ok(200, "GET", "/api/v1/questionnaires/SCH_GRADUATE/versions/latest", c, nil).object(200)["words"].(map[string]any)
	words["base"], words["title"] = "1", object{"zh": "毕业生就业情况反馈", "en": "Graduates' feedback on work"}
	v.ok(201, "POST", "/api/v1/questionnaires/SCH_GRADUATE/versions", p, words)
	return org
}

// security sets up a second factor and takes it away, ends logins, and lets a machine in.
func (v *visitor) security(tokens map[string]string, other string) {
	p, o := tokens["p"], tokens["o"]
	setup := v.ok(200, "POST", "/api/v1/auth/otp", o, object{"current_password": password}).object(200)
	codes := v.ok(200, "POST", "/api/v1/auth/otp/confirm", o, object{"otp": v.code(setup["secret"])}).object(200)["recovery_codes"].([]any)
	require.Len(v.t, codes, 10)
	v.clock.Add(time.Minute)
	v.ok(204, "POST", "/api/v1/auth/otp/remove", o, object{"current_password": password, "otp": v.code(setup["secret"])})
	extra, _ := v.login("boss-1", password)
	list := v.ok(200, "GET", "/api/v1/auth/sessions", extra, nil).object(200)["items"].([]any)
	require.GreaterOrEqual(v.t, len(list), 2)
	v.ok(204, "DELETE", "/api/v1/auth/sessions/"+list[0].(object)["id"].(string), extra, nil)
	v.ok(200, "GET", "/api/v1/accounts/"+other+"/sessions", p, nil)
	v.ok(204, "DELETE", "/api/v1/accounts/"+other+"/sessions", p, nil)
	made := v.ok(201, "POST", "/api/v1/clients", p, object{"name": "补贴平台", "scopes": []string{"claims:write", "orgs:read"}, "region": "440100", "org": "", "kind": ""}).object(201)
	path := "/api/v1/clients/" + made["id"].(string)
	again := v.ok(200, "POST", path+"/rotate", p, object{"grace_hours": 1}).object(200)
	for _, key := range []any{made["key"], again["key"]} {
		require.Equal(v.t, 200, v.do("GET", "/api/v1/orgs", key.(string), nil).StatusCode)
	}
	v.ok(200, "GET", "/api/v1/clients?limit=1", p, nil)
	v.ok(204, "DELETE", path, p, nil)
}

// code is what an authenticator app shows.
func (v *visitor) code(secret any) string {
	code, err := totp.GenerateCode(secret.(string), v.clock.Now())
	require.NoError(v.t, err)
	return code
}

// round uploads a roster with a row that cannot be taken, and starts a round of feedback.
func (v *visitor) round(tokens map[string]string, org string) (batch, inv string, people []demo.Person) {
	o, base := tokens["o"], "/api/v1/orgs/"+org
	people = demo.People(31, 13)
	people[12].Phone = "12"
	raw := rosterCSV(v.t, people)
	people = people[:12]
	file, kind := upload(v.t, raw)
	res := v.ok(200, "POST", base+"/roster?dry_run=false", o, file, "Content-Type", kind).object(200)
	v.ok(200, "GET", base+"/roster/imports", o, nil)
	v.ok(200, "GET", base+"/roster/imports/"+res["import"].(string), o, nil)
	v.ok(200, "GET", res["rejected_file"].(string), o, nil)
	records := v.ok(200, "GET", base+"/records?limit=200", o, nil).object(200)["items"].([]any)
	require.Len(v.t, records, 12)
	claim := v.ok(202, "POST", "/api/v1/claims", o, object{
		"claim_no": "C-1", "org": org, "subsidy_type": "SKILL_ASSESSMENT", "claimed_at": "2026-11-20", "certificates": append(certificates(people), "Y000044000001265999999"),
	}).object(202)
	batch = claim["batch"].(string)
	require.NoError(v.t, v.app.Outreach.Expand(context.Background(), models.BatchID(batch)))
	path := "/api/v1/batches/" + batch
	list := v.ok(200, "GET", path+"/invitations", o, nil).object(200)["items"].([]any)
	inv = list[0].(object)["id"].(string)
	failed := list[1].(object)
	require.NoError(v.t, v.store.MarkInvitationFailed(context.Background(), models.InvitationID(failed["id"].(string))))
	v.ok(200, "PATCH", base+"/records/"+failed["record"].(string), o, object{"phone": "13800009999"})
	v.ok(202, "POST", "/api/v1/invitations/"+failed["id"].(string)+"/resend", o, nil)
	for _, at := range []string{"/poster", "/poster.png?size=256", "/poster.svg", "/staff-poster.png", "/staff-poster.svg"} {
		v.ok(200, "GET", path+at, o, nil)
	}
	v.ok(200, "GET", "/api/v1/invitations/"+inv+"/qr.png", o, nil)
	v.ok(200, "GET", "/api/v1/invitations/"+inv+"/qr.svg", o, nil)
	v.ok(200, "POST", path+"/pause", tokens["c"], object{"reason": "核实名单"})
	v.ok(200, "POST", path+"/resume", tokens["c"], nil)
	for _, who := range []string{tokens["p"], o} {
		v.ok(200, "GET", path, who, nil)
		v.ok(200, "GET", "/api/v1/batches?state=open", who, nil)
	}
	return batch, inv, people
}

// person answers, corrects, complains with a photo and follows the case to its rating.
func (v *visitor) person(tokens map[string]string, batch, inv string, people []demo.Person) {
	ctx := context.Background()
	invitation, err := v.store.FindInvitation(ctx, models.InvitationID(inv))
	require.NoError(v.t, err)
	record, err := v.store.FindRecord(ctx, models.SystemScope(), invitation.Record)
	require.NoError(v.t, err)
	var who models.Identity
	require.NoError(v.t, v.box.OpenJSON(record.Identity, "record/"+string(record.ID), &who))
	in := object{"token": ident.New(v.box).Tokens.Make(token.Direct, inv), "id_tail": who.Document[len(who.Document)-4:]}
	tokens["respondent"] = v.ok(200, "POST", "/api/v1/respond/session", "", in).object(200)["respondent_token"].(string)
	me := tokens["respondent"]
	poster := ident.New(v.box).Tokens.Make(token.Poster, batch)
	v.ok(202, "POST", "/api/v1/respond/session", "", object{"poster": poster, "name": people[0].Name, "id_tail": people[0].Document[12:]})
	q, _ := v.app.Catalog.Latest("ENT_PARTICIPANT")
	body := object{"consents": object{"notice": q.Notice.Version, "wage": true, "lang": "zh"}, "answers": demo.Happy(q), "started_at": v.clock.Now().Format(time.RFC3339)}
	v.ok(201, "POST", "/api/v1/respond/feedback", me, body, "Idempotency-Key", "conformance-1")
	v.ok(200, "PATCH", "/api/v1/respond/feedback", me, body)
	v.ok(200, "GET", "/api/v1/respond/feedback", me, nil)
	file, kind := upload(v.t, picture(v.t, 80))
	photo := v.ok(201, "POST", "/api/v1/respond/files", me, file, "Content-Type", kind, "Idempotency-Key", "conformance-2").object(201)["id"]
	filed := v.ok(201, "POST", "/api/v1/respond/complaints", me, object{
		"category": "FEE_VIOLATION", "text": "每人交了三百元，没有收据。", "visibility": "real_name", "contact": "微信", "files": []any{photo},
	}, "Idempotency-Key", "conformance-3").object(201)
	at, pass := "/api/v1/cases/"+filed["case_no"].(string), []string{"X-Case-Passphrase", filed["passphrase"].(string)}
	v.ok(200, "GET", at, "", nil, pass...)
	c := tokens["c"]
	id := v.ok(200, "GET", "/api/v1/complaints?state=SUBMITTED", c, nil).object(200)["items"].([]any)[0].(object)["id"].(string)
	v.clock.Add(1234567 * time.Microsecond)
	v.handle(tokens, id, at, pass)
	v.ok(200, "GET", "/api/v1/complaints/"+id+"/files/1", c, nil)
	v.ok(200, "POST", at+"/rating", "", object{"satisfaction": "satisfied", "comment": "办得快"}, pass...)
	v.ok(200, "GET", at, "", nil, pass...)
	v.ok(200, "GET", "/api/v1/complaints/"+id, c, nil)
	v.ok(200, "GET", "/api/v1/complaints", c, nil)
}

// handle takes a case through its steps, with everybody who has a part in it.
func (v *visitor) handle(tokens map[string]string, id, at string, pass []string) {
	c, o, path := tokens["c"], tokens["o"], "/api/v1/complaints/"+id
	step := func(in object) {
		v.t.Helper()
		in["reason"] = "依规办理。"
		v.ok(200, "POST", path+"/transitions", c, in)
	}
	step(object{"action": "triage", "category": "FEE_VIOLATION", "severe": true})
	step(object{"action": "accept"})
	v.ok(200, "POST", path+"/identity", c, object{"reason_code": "contact", "reason": "打电话核实收据"})
	step(object{"action": "wait"})
	v.ok(200, "POST", at+"/supplements", "", object{"text": "收据在车间主任那里。"}, pass...)
	step(object{"action": "extend", "days": 5})
	step(object{"action": "ask_org", "facts": "请说明评价收费的项目和标准。"})
	require.NoError(v.t, v.app.Complaints.Sweep(context.Background()))
	ask := v.ok(200, "GET", "/api/v1/asks", o, nil).object(200)["items"].([]any)[0].(object)["id"].(string)
	v.ok(200, "GET", "/api/v1/asks/"+ask, o, nil)
	v.ok(200, "GET", "/api/v1/notices", o, nil)
	body, kind := replyBody(v.t, "收费按公布的标准。", "%PDF-1.4 x")
	v.ok(200, "POST", "/api/v1/asks/"+ask+"/reply", o, body, "Content-Type", kind)
	v.ok(200, "GET", path+"/asks/"+ask+"/files/1", c, nil)
	notice := v.ok(200, "GET", "/api/v1/notices", c, nil).object(200)["items"].([]any)[0].(object)["id"]
	v.ok(204, "POST", "/api/v1/notices/seen", c, object{"id": notice})
	step(object{"action": "decide", "outcome": "PARTLY", "measures": []string{"RECTIFY"}})
	step(object{"action": "notify"})
	v.ok(200, "POST", at+"/review", "", object{"text": "没有退钱。"}, pass...)
	v.ok(200, "GET", path, tokens["p"], nil)
	v.ok(200, "POST", path+"/transitions", tokens["p"], object{"action": "decide", "reason": "复查属实。", "outcome": "SUBSTANTIATED", "measures": []string{"RECTIFY"}})
	v.ok(200, "POST", path+"/transitions", tokens["p"], object{
		"action": "notify", "reason": "已告知。", "outcome": "", "measures": []string{}, "reason_code": "", "category": "", "severe": false, "region": "",
		"into": "", "days": 0, "account": "", "facts": "",
	})
	v.ok(200, "GET", "/api/v1/complaint-statistics?period=2026Q4", c, nil)
	v.ok(200, "GET", "/api/v1/complaints?open=true&severe=true&category=FEE_VIOLATION&region=440100&case_no=TS&due_before=2027-03-01", c, nil)
	v.withdrawn(tokens["respondent"])
}

// replyBody is an organisation's answer with one file.
func replyBody(t testing.TB, text, content string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	require.NoError(t, w.WriteField("text", text))
	part, err := w.CreateFormFile("file", "说明.pdf")
	require.NoError(t, err)
	_, err = io.WriteString(part, content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

// withdrawn files another complaint and takes it back.
func (v *visitor) withdrawn(me string) {
	filed := v.ok(201, "POST", "/api/v1/respond/complaints", me, object{
		"category": "OTHER", "text": "没有人理会。", "visibility": "anonymous", "about_regulator": true,
	}, "Idempotency-Key", "conformance-4").object(201)
	v.ok(200, "POST", "/api/v1/cases/"+filed["case_no"].(string)+"/withdraw", "", nil, "X-Case-Passphrase", filed["passphrase"].(string))
}

// departments rates people by link and by sheet, and hands the ratings in.
func (v *visitor) departments(o, batch string) {
	path := "/api/v1/batches/" + batch + "/ratings"
	link := v.ok(200, "GET", path, o, nil).object(200)["items"].([]any)[0].(object)["link"].(string)
	head := "/api/v1/ratings/department/" + link[strings.LastIndex(link, "/")+1:]
	person := v.ok(200, "GET", head, "", nil).object(200)["items"].([]any)[0].(object)["invitation"].(string)
	q, _ := v.app.Catalog.Latest("ENT_DEPT")
	v.ok(204, "PUT", head+"/"+person, "", object{"answers": demo.Happy(q)})
	v.ok(200, "GET", head, "", nil)
	sheet := v.ok(200, "GET", path+".xlsx", o, nil)
	file, kind := upload(v.t, string(sheet.body))
	v.ok(200, "POST", path+"?dry_run=true", o, file, "Content-Type", kind)
	v.ok(200, "POST", path+"/submit", o, nil)
	v.ok(200, "GET", path, o, nil)
}

// endings declares figures, reads the indicators and closes what was begun.
func (v *visitor) endings(tokens map[string]string, org, batch string) {
	o, path := tokens["o"], "/api/v1/orgs/"+org+"/figures/2026Q4"
	v.ok(200, "GET", path, o, nil)
	v.ok(200, "PUT", path, o, object{"values": object{"headcount": 80}, "source": "人事台账", "version": 0})
	v.ok(200, "PUT", path, o, object{"values": object{"headcount": 81}, "source": "人事台账"})
	v.ok(200, "GET", path, o, nil)
	for range 2 { // before anything was computed, and after
		v.ok(200, "GET", "/api/v1/indicators/orgs/"+org+"?period=2026Q4", o, nil)
		v.ok(200, "GET", "/api/v1/indicators/orgs/"+org+"?period=R12-2026-11", tokens["c"], nil)
		v.ok(200, "GET", "/api/v1/indicators/regions/440100?kind=enterprise&period=2026Q4", tokens["c"], nil)
		v.ok(200, "GET", "/api/v1/indicators/regions/440100?occupation=6-31-01-03&level=4", tokens["c"], nil)
		v.ok(200, "GET", "/api/v1/indicators/orgs/"+org+"?occupation=6-31-01-03&level=4", o, nil)
		v.ok(200, "GET", "/api/v1/indicators/orgs/"+org+"/comparison?period=2026Q4", o, nil)
		v.ok(200, "GET", "/api/v1/indicators/orgs/"+org+"/trend?id=E1a&periods=2026Q3,2026Q4", o, nil)
		_, err := v.app.Indicators.Refresh(context.Background())
		require.NoError(v.t, err)
	}
	v.ok(202, "POST", "/api/v1/batches/"+batch+"/remind", o, nil)
	v.ok(204, "DELETE", "/api/v1/respond/feedback", tokens["respondent"], nil)
	v.ok(204, "DELETE", "/api/v1/respond/data", tokens["respondent"], nil)
	v.ok(200, "GET", "/api/v1/respond/feedback", tokens["respondent"], nil)
	v.ok(200, "POST", "/api/v1/batches/"+batch+"/close", o, nil)
	v.ok(200, "GET", "/api/v1/batches/"+batch+"/progress", o, nil) // ends, because the batch is closed
	v.ok(200, "GET", "/api/v1/audit?limit=200", tokens["p"], nil)
}

// year2027 is an invented year of holidays.
func year2027() object {
	day := func(name string, rest ...string) object {
		return object{"name": name, "rest": rest, "work": []string{}}
	}
	return object{"notice_no": "国办发明电〔2026〕9号", "url": "https://www.gov.cn/", "replace": false, "days": []object{
		day("元旦", "2027-01-01"), day("春节", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10"), day("清明节", "2027-04-05"),
		day("劳动节", "2027-05-01", "2027-05-03", "2027-05-04"), day("国庆节", "2027-10-01", "2027-10-04", "2027-10-05"),
	}}
}
