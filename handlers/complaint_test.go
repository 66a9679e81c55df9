package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/internal/ident"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// respondents lets n people of one batch in by their links and gives their tokens.
func (s *server) respondents(n int) (tokens []string) {
	s.t.Helper()
	_, operator, people, claim := s.claimed(n)
	got := s.do("POST", "/api/v1/claims", operator, claim).object(202)
	_, err := s.app.Outreach.ExpandDue(context.Background())
	require.NoError(s.t, err)
	list := s.do("GET", "/api/v1/batches/"+got["batch"].(string)+"/invitations", operator, nil).object(200)["items"].([]any)
	require.Len(s.t, list, n)
	ids := ident.New(s.box)
	for _, item := range list {
		link := ids.Tokens.Make(token.Direct, item.(object)["id"].(string))
		for _, p := range people { // whose link it is, their last four digits say
			in := object{"token": link, "id_tail": p.Document[len(p.Document)-4:]}
			if r := s.do("POST", "/api/v1/respond/session", "", in); r.StatusCode == 200 {
				tokens = append(tokens, r.object(200)["respondent_token"].(string))
				break
			}
		}
	}
	require.Len(s.t, tokens, n)
	return tokens
}

// picture is a plain JPEG; each shade is another picture.
func picture(t *testing.T, shade byte) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 40, 20))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	img.SetGray(0, 0, color.Gray{Y: 255 - shade})
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	return b.String()
}

func (s *server) addFile(token, key, content string) reply {
	s.t.Helper()
	body, contentType := form(s.t, "file", content)
	return s.do("POST", "/api/v1/respond/files", token, body, "Content-Type", contentType, "Idempotency-Key", key)
}

func (s *server) complain(token, key string, more object) reply {
	s.t.Helper()
	in := object{"category": "UNFAIR_SCORING", "text": "打分的人没有看我的操作。", "visibility": "anonymous"}
	for k, v := range more {
		in[k] = v
	}
	return s.do("POST", "/api/v1/respond/complaints", token, in, "Idempotency-Key", key)
}

func TestPhotosOfAComplaint(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	tokens := s.respondents(2)
	mine, other := tokens[0], tokens[1]
	ids := make([]string, 4)
	for i := range ids {
		ids[i] = s.addFile(mine, "photo-key-"+string(rune('a'+i)), picture(t, byte(40*i))).object(201)["id"].(string)
	}
	require.Equal(t, ids[0], s.addFile(mine, "photo-key-a", picture(t, 0)).object(201)["id"], "a retry gives the same id")
	s.addFile(mine, "photo-key-a", picture(t, 9)).problem(409, "file_differs")
	foreign := s.addFile(other, "photo-key-a", picture(t, 0)).object(201)["id"].(string)
	require.NotEqual(t, ids[0], foreign)

	s.complain(mine, "complaint-1", object{"files": ids}).problem(400, "invalid")
	s.complain(mine, "complaint-1", object{"files": []string{ids[0], ids[0]}}).problem(400, "invalid")
	p := s.complain(mine, "complaint-1", object{"files": []string{ids[0], foreign}}).problem(404, "file_unknown")
	require.Equal(t, "files[1]", p["errors"].([]any)[0].(object)["field"])
	s.complain(mine, "complaint-1", object{"files": []string{"nonsense"}}).problem(404, "file_unknown")

	var wg sync.WaitGroup
	filed := make([]object, 10)
	for i := range filed {
		wg.Go(func() { filed[i] = s.complain(mine, "complaint-1", object{"files": ids[:3]}).object(201) })
	}
	wg.Wait()
	for _, f := range filed {
		require.Equal(t, filed[0]["case_no"], f["case_no"])
		require.Equal(t, filed[0]["passphrase"], f["passphrase"])
	}
	s.complain(mine, "complaint-1", object{"files": ids[:2]}).problem(409, "complaint_differs")
	s.complain(mine, "complaint-2", object{"files": ids[:1]}).problem(404, "file_unknown")
	require.Equal(t, ids[0], s.addFile(mine, "photo-key-a", picture(t, 0)).object(201)["id"], "also late")

	city := s.city("440100")
	list := s.do("GET", "/api/v1/complaints", city, nil).object(200)["items"].([]any)
	require.Len(t, list, 1)
	at := "/api/v1/complaints/" + list[0].(object)["id"].(string)
	require.EqualValues(t, 3, s.do("GET", at, city, nil).object(200)["files"])
	for i, n := range []string{"1", "2", "3"} {
		r := s.do("GET", at+"/files/"+n, city, nil)
		require.Equal(t, 200, r.StatusCode)
		require.Equal(t, "image/jpeg", r.Header.Get("Content-Type"))
		require.Equal(t, `inline; filename="photo-`+n+`.jpg"`, r.Header.Get("Content-Disposition"))
		require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
		require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
		img, err := jpeg.Decode(bytes.NewReader(r.body))
		require.NoError(t, err)
		shade, _, _, _ := img.At(20, 10).RGBA()
		require.InDelta(t, 40*i, shade>>8, 3, "in the order of the complaint")
	}
	for _, n := range []string{"0", "4", "-1", "x", "99999999999999999999"} {
		s.do("GET", at+"/files/"+n, city, nil).problem(404, "not_found")
	}
	s.do("GET", at+"/files/1", s.city("440300"), nil).problem(404, "not_found")
	log := s.do("GET", "/api/v1/audit?action=photo_read", city, nil).object(200)["items"].([]any)
	require.Len(t, log, 3)
	status := s.do("GET", "/api/v1/cases/"+filed[0]["case_no"].(string), "", nil, "X-Case-Passphrase", filed[0]["passphrase"].(string)).object(200)
	require.NotContains(t, status, "files")
}

func TestWhatIsNoPhotoIsRefusedInPlainWords(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	mine := s.respondents(1)[0]
	good := picture(t, 7)
	for name, c := range map[string]struct {
		content, code string
		status        int
	}{
		"text":  {"hello", "photo_type", 415},
		"svg":   {"<svg/>", "photo_type", 415},
		"gif":   {"GIF89a........", "photo_type", 415},
		"heic":  {"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00", "photo_heic", 415},
		"cut":   {good[:len(good)/2], "photo_broken", 400},
		"large": {good + strings.Repeat("x", 8<<20), "photo_large", 413},
		"huge":  {strings.Repeat("x", 20<<20), "photo_large", 413},
	} {
		p := s.addFile(mine, "photo-key-1", c.content).problem(c.status, c.code)
		require.Regexp(t, `\p{Han}`, p["detail"], name)
	}
	s.do("POST", "/api/v1/respond/files", mine, object{}, "Idempotency-Key", "photo-key-1").problem(400, "not_multipart")
	body, contentType := form(t, "file", good)
	s.do("POST", "/api/v1/respond/files", mine, body, "Content-Type", contentType).problem(400, "invalid")
	s.do("POST", "/api/v1/respond/files", "", body, "Content-Type", contentType, "Idempotency-Key", "photo-key-1").problem(401, "session_ended")
	for i := range 12 {
		s.addFile(mine, "photo-key-"+string(rune('a'+i)), good).object(201)
	}
	s.addFile(mine, "photo-key-z", good).problem(429, "files_many")
}

// Somebody who files one complaint after the other is stopped after ten a day, however the keys change and however many requests come at once. A repeat of
// what was filed still gets its case number; others are not held up; and neither Redis nor the database holds a count of who complained.
func TestComplaintSpam(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	tokens := s.respondents(2)
	const tries = 40
	answers := make([]reply, tries)
	var wg sync.WaitGroup
	for i := range tries {
		wg.Go(func() {
			answers[i] = s.complain(tokens[0], fmt.Sprintf("complaint-%02d", i), object{"text": fmt.Sprintf("第%02d次投诉同一件事情。", i)})
		})
	}
	wg.Wait()
	filed := map[int]string{}
	for i, a := range answers {
		if a.StatusCode == 201 {
			filed[i] = a.object(201)["case_no"].(string)
			continue
		}
		require.Contains(t, a.problem(429, "complaints_many")["detail"], "前面的都已经收到")
		require.NotEmpty(t, a.Header.Get("Retry-After"))
	}
	require.Len(t, filed, 10)
	for i, no := range filed {
		again := s.complain(tokens[0], fmt.Sprintf("complaint-%02d", i), object{"text": fmt.Sprintf("第%02d次投诉同一件事情。", i)})
		require.Equal(t, no, again.object(201)["case_no"], "a retry is not another complaint")
	}
	s.complain(tokens[1], "complaint-00", nil).object(201)
	list, err := s.store.ListComplaints(t.Context(), store.Desk{Scope: models.SystemScope()}, store.ComplaintFilter{}, "", 50)
	require.NoError(t, err)
	require.Len(t, list, 11)

	words := url.Values{"key": {"another-key"}, "category": {"UNFAIR_SCORING"}, "text": {"还有一件别的事情。"}, "visibility": {"anonymous"}}
	page := s.do("POST", "/r/complaint", "", words.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Cookie", "huisheng_respondent="+tokens[0])
	require.Equal(t, 429, page.StatusCode)
	require.Contains(t, string(page.body), "前面的都已经收到")
	require.Contains(t, string(page.body), "还有一件别的事情。</textarea>", "what was written is still there")
}

func TestRatingTheHandling(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	filed := s.complain(s.respondents(1)[0], "complaint-1", nil).object(201)
	city, pass := s.city("440100"), filed["passphrase"].(string)
	at := "/api/v1/complaints/" + s.do("GET", "/api/v1/complaints", city, nil).object(200)["items"].([]any)[0].(object)["id"].(string)
	step := func(action, outcome string) {
		t.Helper()
		in := object{"action": action, "reason": "已经核实。"}
		if outcome != "" {
			in["outcome"] = outcome
		}
		s.do("POST", at+"/transitions", city, in).object(200)
	}
	url := "/api/v1/cases/" + filed["case_no"].(string)
	rate := func(satisfaction, comment string) reply {
		t.Helper()
		return s.do("POST", url+"/rating", "", object{"satisfaction": satisfaction, "comment": comment}, "X-Case-Passphrase", pass)
	}
	rate("satisfied", "").problem(409, "case_not_decided")
	step("accept", "")
	rate("satisfied", "").problem(409, "case_not_decided")
	require.Equal(t, false, s.do("GET", url, "", nil, "X-Case-Passphrase", pass).object(200)["can_rate"])
	step("decide", "PARTLY")
	status := s.do("GET", url, "", nil, "X-Case-Passphrase", pass).object(200)
	require.Equal(t, []any{true, false}, []any{status["can_rate"], status["rated"]})

	rate("terrific", "").problem(400, "invalid")
	rate("satisfied", strings.Repeat("长", 501)).problem(400, "invalid")
	s.do("POST", url+"/rating", "", object{"satisfaction": "satisfied"}, "X-Case-Passphrase", "AAAA-BBBB-CCCC").problem(404, "case_unknown")
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			status := rate("dissatisfied", "等了很久").object(200)
			require.Equal(t, []any{false, true}, []any{status["can_rate"], status["rated"]})
		})
	}
	wg.Wait()
	rate("dissatisfied", "").problem(409, "case_rated")
	rate("satisfied", "等了很久").problem(409, "case_rated")
	step("notify", "")
	d := s.do("GET", at, city, nil).object(200)
	require.Equal(t, "dissatisfied", d["rating"].(object)["satisfaction"], "a step keeps the rating")
	require.Equal(t, "等了很久", d["rating"].(object)["comment"])
	list, err := s.store.ListComplaints(context.Background(), store.Desk{Scope: models.SystemScope()}, store.ComplaintFilter{}, "", 10)
	require.NoError(t, err)
	require.NotContains(t, string(list[0].Rating.Comment), "等了")
}
