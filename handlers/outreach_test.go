package handlers_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/demo"
	"huisheng/models"
)

// claimed makes an enterprise with n people on its roster, filed for what they were assessed in, and posts a claim for them.
func (s *server) claimed(n int) (org models.OrgID, token string, people []demo.Person, claim object) {
	s.t.Helper()
	org, token = s.enterprise()
	ctx := context.Background()
	o, err := s.store.FindOrg(ctx, models.SystemScope(), org)
	require.NoError(s.t, err)
	was := o.UpdatedAt
	o.Filing = demo.Filing()
	require.NoError(s.t, s.store.ReplaceOrg(ctx, o, was))
	people = demo.People(1, n)
	s.upload("/api/v1/orgs/"+string(org)+"/roster", token, "file", rosterCSV(s.t, people)).object(200)
	claim = object{"claim_no": "SL-1", "org": org, "subsidy_type": "SKILL_UPGRADE", "claimed_at": "2026-11-20", "certificates": certificates(people)}
	return org, token, people, claim
}

func certificates(people []demo.Person) []string {
	var list []string
	for _, p := range people {
		list = append(list, p.Certificate)
	}
	return list
}

func TestAClaimByHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, token, people, claim := s.claimed(12)
	claim["certificates"] = append(certificates(people), "Y000044000001260999999")
	got := s.do("POST", "/api/v1/claims", token, claim).object(202)
	require.Equal(t, "SL-1", got["claim"])
	require.EqualValues(t, 12, got["accepted"])
	rejected := got["rejected"].([]any)
	require.Len(t, rejected, 1)
	require.Equal(t, "not_found", rejected[0].(object)["code"])
	require.Equal(t, "Y000044000001260999999", rejected[0].(object)["certificate"])
	require.NotEmpty(t, rejected[0].(object)["message"])
	require.Equal(t, got, s.do("POST", "/api/v1/claims", token, claim).object(202))
	claim["certificates"] = certificates(people[:3])
	s.do("POST", "/api/v1/claims", token, claim).problem(409, "claim_differs")
	claim["claim_no"], claim["certificates"] = "SL-2", []string{"nobody"}
	nobody := s.do("POST", "/api/v1/claims", token, claim).problem(400, "claim_empty")
	require.Len(t, nobody["rejected"], 1)
	claim["persons"] = 3
	s.do("POST", "/api/v1/claims", token, claim).problem(400, "invalid")

	batch := "/api/v1/batches/" + got["batch"].(string)
	b := s.do("GET", batch, token, nil).object(200)
	require.Equal(t, "expanding", b["state"])
	require.Equal(t, "2026-12-24T00:00:00+08:00", b["closes_at"])
	s.do("POST", batch+"/close", token, nil).problem(409, "batch_expanding")
	_, err := s.app.Outreach.ExpandDue(context.Background())
	require.NoError(t, err)
	s.clock.Add(2 * time.Second)
	b = s.do("GET", batch, token, nil).object(200)
	require.Equal(t, "open", b["state"])
	counts := b["counts"].(object)
	require.EqualValues(t, 12, counts["people"])
	require.EqualValues(t, 12, counts["invited"])
	require.Nil(t, counts["submitted"])
	require.ElementsMatch(t, []any{"opened", "verified", "submitted"}, b["hidden"])
	seen := s.do("GET", batch, s.city("440100"), nil).object(200)
	require.EqualValues(t, 0, seen["counts"].(object)["submitted"])
	require.Empty(t, seen["hidden"])
	s.do("GET", batch, s.city("440300"), nil).problem(404, "not_found")
	list := s.do("GET", "/api/v1/batches?limit=1", token, nil).object(200)
	require.Len(t, list["items"], 1)

	people0 := s.do("GET", batch+"/invitations", token, nil).object(200)["items"].([]any)
	require.Len(t, people0, 12)
	one := people0[0].(object)
	require.Equal(t, "waiting", one["state"])
	require.Contains(t, one["name"], "*")
	for _, private := range []string{"opened", "verified", "submitted", "code", "link", "token", "phone"} {
		require.NotContains(t, one, private)
	}
	s.do("GET", batch+"/invitations?state=answered", token, nil).problem(400, "invalid")
	s.do("POST", "/api/v1/invitations/"+one["id"].(string)+"/resend", token, nil).problem(409, "phone_not_corrected")

	s.do("POST", batch+"/pause", token, object{"reason": "x"}).problem(403, "forbidden")
	s.do("POST", batch+"/pause", s.province(), object{"reason": ""}).problem(400, "invalid")
	require.Equal(t, "paused", s.do("POST", batch+"/pause", s.province(), object{"reason": "核实名单"}).object(200)["state"])
	require.Equal(t, "open", s.do("POST", batch+"/resume", s.province(), nil).object(200)["state"])
	require.Equal(t, "closed", s.do("POST", batch+"/close", token, nil).object(200)["state"])
	s.do("POST", batch+"/remind", token, nil).problem(410, "closed")
}

func TestPrintedCodesByHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, token, _, claim := s.claimed(1)
	got := s.do("POST", "/api/v1/claims", token, claim).object(202)
	_, err := s.app.Outreach.ExpandDue(context.Background())
	require.NoError(t, err)
	batch := "/api/v1/batches/" + got["batch"].(string)
	inv := s.do("GET", batch+"/invitations", token, nil).object(200)["items"].([]any)[0].(object)["id"].(string)
	for _, path := range []string{batch + "/poster", batch + "/staff-poster", "/api/v1/invitations/" + inv + "/qr"} {
		r := s.do("GET", path+".png?size=256", token, nil)
		require.Equal(t, 200, r.StatusCode, path)
		require.Equal(t, "image/png", r.Header.Get("Content-Type"))
		require.Contains(t, r.Header.Get("Content-Disposition"), `.png"`)
		img, err := png.Decode(bytes.NewReader(r.body))
		require.NoError(t, err)
		require.Equal(t, 256, img.Bounds().Dx())
		r = s.do("GET", path+".svg", token, nil)
		require.Equal(t, 200, r.StatusCode)
		require.Equal(t, "image/svg+xml", r.Header.Get("Content-Type"))
		require.True(t, strings.HasPrefix(string(r.body), "<svg "))
		s.do("GET", path+".png?size=9", token, nil).problem(400, "invalid")
		s.do("GET", path+".png", s.city("440300"), nil).problem(404, "not_found")
	}
}

// The stream gives the batch at once, then again when something changes, and ends when it is closed.
func TestProgressAsEvents(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, token, _, claim := s.claimed(3)
	got := s.do("POST", "/api/v1/claims", token, claim).object(202)
	path := "/api/v1/batches/" + got["batch"].(string)
	s.do("GET", "/api/v1/batches/nothing/progress", token, nil).problem(404, "not_found")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path+"/progress", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	require.Equal(t, 200, res.StatusCode)
	require.Contains(t, res.Header.Get("Content-Type"), "text/event-stream")
	lines := bufio.NewScanner(res.Body)
	next := func() object {
		t.Helper()
		for lines.Scan() {
			if raw, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var o object
				require.NoError(t, json.Unmarshal([]byte(raw), &o))
				return o
			}
		}
		return nil
	}
	require.Equal(t, "expanding", next()["state"])
	_, err = s.app.Outreach.ExpandDue(context.Background())
	require.NoError(t, err)
	s.clock.Add(2 * time.Second) // the counts are remembered for a second
	b := next()
	for b["counts"].(object)["invited"] != 3.0 {
		b = next()
	}
	require.Equal(t, "open", b["state"])
	s.do("POST", path+"/close", token, nil).object(200)
	for b["state"] != "closed" {
		b = next()
		require.NotNil(t, b)
	}
	require.Nil(t, next(), "it ends")
}

func TestReceiptsNeedTheSecretAddress(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, path := range []string{"console/x", "aliyun/" + s.app.Outreach.ReceiptSecret("aliyun"), "aliyun/x"} {
		s.do("POST", "/api/v1/receipts/"+path, "", `[]`).problem(404, "not_found")
	}
	got := s.do("GET", "/api/v1/sending", s.province(), nil).object(200)
	require.Equal(t, false, got["halted"])
	require.Contains(t, got["receipts_url"], "/api/v1/receipts/console/"+s.app.Outreach.ReceiptSecret("console"))
	require.NotContains(t, s.do("GET", "/api/v1/sending", s.city("440100"), nil).object(200), "receipts_url")
	s.do("POST", "/api/v1/sending/resume", s.city("440100"), nil).object(204)
}

func TestTheDevelopersOutbox(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ctx := context.Background()
	for i, m := range []models.OutboxMessage{
		{ID: "a", To: "+8613800000001", Channel: "console", Template: "INVITE", Text: "【签名】<script>", Code: "7K3M9Q", Link: "http://x/i/1", Batch: "b1"},
		{ID: "b", To: "+8613800000002", Batch: "b2"},
		{ID: "c", To: "+8613800000002", Batch: "b1"},
	} {
		m.At = s.clock.Now().Add(time.Duration(i) * time.Minute)
		require.NoError(t, s.store.Outbox().Put(ctx, m))
	}
	items := func(query string) (to []string) {
		t.Helper()
		for _, m := range s.do("GET", "/dev/outbox.json"+query, "", nil).object(200)["items"].([]any) {
			to = append(to, m.(object)["at"].(string)[11:19]+m.(object)["to"].(string)[12:])
		}
		return to
	}
	require.Equal(t, []string{"10:02:0002", "10:01:0002", "10:00:0001"}, items(""))
	require.Equal(t, []string{"10:02:0002", "10:00:0001"}, items("?batch=b1"))
	require.Equal(t, []string{"10:02:0002", "10:01:0002"}, items("?to=13800000002"))
	first := s.do("GET", "/dev/outbox.json?to=%2B8613800000001", "", nil).object(200)["items"].([]any)[0].(object)
	require.Equal(t, object{
		"to": "+8613800000001", "channel": "console", "template": "INVITE", "text": "【签名】<script>", "code": "7K3M9Q", "link": "http://x/i/1", "batch": "b1",
		"at": "2026-11-23T10:00:00+08:00",
	}, first)
	page := s.do("GET", "/dev/outbox", "", nil)
	require.Equal(t, 200, page.StatusCode)
	require.Contains(t, string(page.body), "7K3M9Q")
	require.NotContains(t, string(page.body), "<script>")
}
