package handlers_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// makeReports does what is due, as the worker would.
func (s *server) makeReports() {
	s.t.Helper()
	s.clock.Add(models.ReportSettle + time.Second)
	_, err := s.app.Reports.MakeDue(context.Background())
	require.NoError(s.t, err)
	_, err = s.app.Reports.CheckDue(context.Background())
	require.NoError(s.t, err)
}

// reports makes a report, reads it while it is made and after, takes it home and has it verified.
func (v *visitor) reports(tokens map[string]string, org string) {
	c, o := tokens["c"], tokens["o"]
	made := v.ok(202, "POST", "/api/v1/reports", c, object{"org": org, "period": "2026Q4"}).object(202)
	path := "/api/v1/reports/" + made["id"].(string)
	v.ok(200, "GET", path, c, nil)
	v.makeReports()
	v.ok(200, "GET", path, c, nil)
	v.ok(200, "GET", path, o, nil)
	v.ok(200, "GET", path+".xlsx", o, nil)
	v.ok(200, "GET", path+".json", o, nil)
	v.ok(202, "POST", path+"/verify", c, nil)
	v.ok(200, "GET", path, c, nil)
	v.makeReports()
	v.ok(200, "GET", path, c, nil)
	v.ok(200, "GET", path+".xlsx", c, nil)
	v.ok(200, "GET", path+".json", c, nil)
	v.ok(202, "POST", "/api/v1/reports", tokens["p"], object{"region": "440000", "kind": "enterprise", "period": "2026"})
	v.ok(200, "GET", "/api/v1/reports?limit=1", tokens["p"], nil)
	v.ok(200, "GET", "/api/v1/reports?org="+org+"&kind=enterprise&period=2026Q4", o, nil)
	v.makeReports()
}

func TestReportsByHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, operator := s.enterprise()
	city, elsewhere := s.city("440100"), s.city("440300")
	s.answered(org, 7)
	s.do("POST", "/api/v1/reports", operator, object{"org": org, "period": "2026Q4"}).problem(403, "forbidden")
	s.do("POST", "/api/v1/reports", elsewhere, object{"org": org, "period": "2026Q4"}).problem(404, "not_found")
	s.do("POST", "/api/v1/reports", city, object{"period": "2026Q4"}).problem(400, "report_place")
	s.do("POST", "/api/v1/reports", city, object{"org": org, "period": "2027Q1"}).problem(400, "invalid")
	made := s.do("POST", "/api/v1/reports", city, object{"org": org, "period": "2026Q4"}).object(202)
	require.Equal(t, "building", made["state"])
	require.Equal(t, made["id"], s.do("POST", "/api/v1/reports", city, object{"org": org, "period": "2026Q4"}).object(202)["id"])
	path := "/api/v1/reports/" + made["id"].(string)
	s.do("GET", path+".xlsx", city, nil).problem(409, "report_building")
	s.do("GET", path, operator, nil).problem(404, "not_found")
	s.makeReports()
	got := s.do("GET", path, city, nil).object(200)
	require.Equal(t, "ready", got["state"])
	require.Equal(t, 7.0, item(t, got, "E1a")["n"])
	require.Equal(t, 0.0, item(t, got, "E1a")["quality"].(object)["flagged"])
	require.Equal(t, 7.0, got["inputs"].(object)["responses"])

	raw := s.do("GET", path+".json", city, nil)
	var whole struct {
		SHA256 string          `json:"sha256"`
		Report json.RawMessage `json:"report"`
	}
	require.NoError(t, json.Unmarshal(raw.body, &whole))
	sum := sha256.Sum256(whole.Report)
	require.Equal(t, got["sha256"], hex.EncodeToString(sum[:]))
	require.Equal(t, whole.SHA256, got["sha256"])

	own := s.do("GET", path, operator, nil)
	require.Equal(t, 7.0, item(t, own.object(200), "E1a")["n"])
	for _, word := range []string{"quality", "inputs", "flagged", "verification"} {
		require.NotContains(t, string(own.body), word)
		require.NotContains(t, string(s.do("GET", path+".json", operator, nil).body), word)
	}
	s.do("POST", path+"/verify", operator, nil).problem(403, "forbidden")
	s.do("GET", path, elsewhere, nil).problem(404, "not_found")
	s.do("GET", path+".xlsx", elsewhere, nil).problem(404, "not_found")
	require.Equal(t, "running", s.do("POST", path+"/verify", city, nil).object(202)["state"])
	s.makeReports()
	check := s.do("GET", path, city, nil).object(200)["verification"].(object)
	require.Equal(t, "matches", check["result"].(object)["verdict"])
	log := s.do("GET", "/api/v1/audit?action=export", city, nil).object(200)["items"].([]any)
	require.NotEmpty(t, log)
	require.Equal(t, "report/"+made["id"].(string), log[0].(object)["object"])
}
