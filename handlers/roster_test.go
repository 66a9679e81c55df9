package handlers_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/internal/demo"
	"huisheng/models"
)

// form is a multipart body with files by field name.
func form(t testing.TB, fields ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		p, err := w.CreateFormFile(fields[i], "名单.xlsx")
		require.NoError(t, err)
		_, err = io.WriteString(p, fields[i+1])
		require.NoError(t, err)
	}
	require.NoError(t, w.WriteField("remark", "忽略"))
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

func (s *server) upload(path, token string, fields ...string) reply {
	s.t.Helper()
	body, contentType := form(s.t, fields...)
	return s.do("POST", path, token, body, "Content-Type", contentType)
}

func rosterCSV(t testing.TB, people []demo.Person) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, demo.RosterCSV(&b, models.OrgEnterprise, people))
	return b.String()
}

func (s *server) enterprise() (models.OrgID, string) {
	s.t.Helper()
	org := s.org(models.OrgEnterprise, "91440101MA5TE5T07H", "440106", models.AffiliationCity)
	token, _ := s.account("operator", models.RoleOperator, "440100", org)
	return org, token
}

func TestRosterByHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, token := s.enterprise()
	base := "/api/v1/orgs/" + string(org)
	people := demo.People(1, 120)
	people[7].Phone = "12"
	raw := rosterCSV(t, people)

	dry := s.upload(base+"/roster?dry_run=true", token, "file", raw).object(200)
	require.Equal(t, true, dry["dry_run"])
	require.EqualValues(t, 119, dry["created"])
	require.Empty(t, s.do("GET", base+"/records", token, nil).object(200)["items"])

	res := s.upload(base+"/roster", token, "file", raw).object(200)
	require.EqualValues(t, []any{120.0, 119.0, 0.0, 0.0, 1.0}, []any{res["rows"], res["created"], res["updated"], res["unchanged"], res["rejected"]})
	require.EqualValues(t, []any{object{"row": 9.0, "column": "手机号码", "code": "phone_format", "message": models.ErrPhoneFormat.Message}}, res["errors"])

	file := s.do("GET", res["rejected_file"].(string), token, nil)
	require.Equal(t, 200, file.StatusCode)
	require.Equal(t, "no-store", file.Header.Get("Cache-Control"))
	rows := sheetRows(t, file.body)
	require.Len(t, rows, 2)
	require.Equal(t, people[7].Document, rows[1][4])

	state := s.do("GET", base+"/roster/imports/"+res["import"].(string), token, nil).object(200)
	require.Equal(t, "done", state["state"])
	require.EqualValues(t, 120, state["rows"])
	require.EqualValues(t, 119, state["result"].(object)["created"])
	list := s.do("GET", base+"/roster/imports?limit=1", token, nil).object(200)
	require.Equal(t, res["import"], list["items"].([]any)[0].(object)["import"])
	require.NotEmpty(t, list["next"])

	page := s.do("GET", base+"/records?limit=100", token, nil).object(200)
	require.Len(t, page["items"], 100)
	page = s.do("GET", base+"/records?limit=100&after="+page["next"].(string), token, nil).object(200)
	require.Len(t, page["items"], 19)
	require.Empty(t, page["next"])
	found := s.do("GET", base+"/records?q="+people[0].Certificate, token, nil).object(200)["items"].([]any)
	require.Len(t, found, 1)
	one := found[0].(object)
	require.Equal(t, "138****"+people[0].Phone[7:], one["phone"])
	require.NotContains(t, one, "invited")
	for _, secret := range []string{people[0].Document, people[0].Name, people[0].Phone} {
		require.NotContains(t, string(s.do("GET", base+"/records?limit=200", token, nil).body), secret)
	}
	record := base + "/records/" + one["id"].(string)
	require.Equal(t, "138****9999", s.do("PATCH", record, token, object{"phone": "138 0000 9999"}).object(200)["phone"])
	p := s.do("PATCH", record, token, object{"phone": "123"}).problem(400, "invalid")
	require.Equal(t, "phone", p["errors"].([]any)[0].(object)["field"])

	other := s.org(models.OrgEnterprise, "91440300MA5TE5T158", "440305", models.AffiliationCity)
	stranger, _ := s.account("stranger", models.RoleOperator, "440300", other)
	s.upload(base+"/roster", stranger, "file", raw).problem(404, "not_found")
	s.do("GET", base+"/records", stranger, nil).problem(404, "not_found")
	s.do("PATCH", record, stranger, object{"phone": "13800009999"}).problem(404, "not_found")
	s.do("GET", res["rejected_file"].(string), stranger, nil).problem(404, "not_found")
	s.do("GET", base+"/records", s.city("440300"), nil).problem(404, "not_found")
	require.Len(t, s.do("GET", base+"/records?limit=200", s.city("440100"), nil).object(200)["items"], 119)
}

func TestBadUploads(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, token := s.enterprise()
	path := "/api/v1/orgs/" + string(org) + "/roster"
	field := func(o object) string { return o["errors"].([]any)[0].(object)["field"].(string) }

	require.Equal(t, "file", field(s.do("POST", path, token, object{}).problem(400, "not_multipart")))
	require.Equal(t, "file", field(s.upload(path, token).problem(400, "file_missing")))
	require.Equal(t, "file", field(s.upload(path, token, "roster", "x").problem(400, "file_missing")))
	require.Equal(t, "file", field(s.upload(path, token, "file", "").problem(400, "file_empty")))
	require.Equal(t, "file", field(s.upload(path, token, "file", "a", "file", "b").problem(400, "file_several")))
	require.Equal(t, "file", field(s.upload(path, token, "file", "\x89PNG\r\n\x1a\n\x00\x00\x00").problem(400, "file_not_table")))
	p := s.upload(path, token, "file", "姓名,手机号码\n张三,13800000001\n").problem(400, "columns_missing")
	require.Equal(t, "file", field(p))
	require.Contains(t, p["detail"], "证件号码")
	require.Equal(t, "dry_run", field(s.upload(path+"?dry_run=maybe", token, "file", "x").problem(400, "invalid")))

	body, contentType := form(t, "file", rosterCSV(t, demo.People(1, 3)))
	s.do("POST", path, token, body[:len(body)/2], "Content-Type", contentType).problem(400, "not_multipart")
	s.do("POST", path, token, body, "Content-Type", "multipart/form-data").problem(400, "not_multipart")
	s.do("POST", path, token, strings.Repeat("x", 1<<20), "Content-Type", contentType).problem(400, "not_multipart")
	require.Empty(t, s.do("GET", "/api/v1/orgs/"+string(org)+"/records", token, nil).object(200)["items"])
}

// A file above the limit is refused with 413 also when its length was not announced.
func TestUploadAboveTheLimit(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, token := s.enterprise()
	path := s.url + "/api/v1/orgs/" + string(org) + "/roster"
	body, contentType := form(t, "file", "姓名\n")
	head, tail, _ := strings.Cut(body, "姓名\n")
	big := io.LimitReader(rand.Reader, 65<<20)
	req, err := http.NewRequest("POST", path, io.MultiReader(strings.NewReader(head), big, strings.NewReader(tail)))
	require.NoError(t, err)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	reply{Response: res, t: t, body: raw}.problem(413, "body_too_large")
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, token := s.enterprise()
	for _, kind := range []string{"enterprise", "school", "social_org"} {
		r := s.do("GET", "/api/v1/roster-templates/"+kind+".xlsx", token, nil)
		require.Equal(t, 200, r.StatusCode, string(r.body))
		require.Contains(t, r.Header.Get("Content-Disposition"), url.PathEscape("模板.xlsx"))
		require.NotEmpty(t, sheetRows(t, r.body))
	}
	s.do("GET", "/api/v1/roster-templates/other.xlsx", token, nil).problem(404, "not_found")
}

// What lies in an upload is personal data: nothing of it may be left in a folder, not even while it is being read.
func TestUploadLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := newServer(t)
	org, token := s.enterprise()
	s.upload("/api/v1/orgs/"+string(org)+"/roster", token, "file", rosterCSV(t, demo.People(1, 500))).object(200)
	s.upload("/api/v1/orgs/"+string(org)+"/roster", token, "file", "x").problem(400, "header_not_found")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left, fmt.Sprint(left))
}

func sheetRows(t testing.TB, raw []byte) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	return rows
}
