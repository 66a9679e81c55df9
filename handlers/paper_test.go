package handlers_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/internal/photo"
	"huisheng/models"
)

// papers is a form with words and files.
func papers(t testing.TB, text string, files ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	require.NoError(t, w.WriteField("text", text))
	for _, f := range files {
		part, err := w.CreateFormFile("file", "证据.pdf")
		require.NoError(t, err)
		_, err = part.Write([]byte(f))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

// An organisation sends its statement with a PDF and a picture that carries a page in its tail. Officials in scope save them, and are recorded; nobody else gets
// them. What is neither PDF nor picture is refused by its content, whatever it is called.
func TestStatementWithFiles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, operator := s.enterprise()
	city, elsewhere, province := s.city("440100"), s.city("440300"), s.province()
	id := s.do("POST", "/api/v1/measures", city, object{"org": string(org), "measure": "RECTIFY", "reason": "查实未考发证。"}).object(201)["id"].(string)
	path := "/api/v1/measures/" + id
	s.do("POST", path+"/transitions", city, object{"action": "notice", "reason": "请在期限内陈述申辩。"}).object(200)
	send := func(token string, text string, files ...string) reply {
		body, kind := papers(t, text, files...)
		return s.do("POST", path+"/papers", token, body, "Content-Type", kind)
	}
	var picture bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30))))
	polyglot, pdf := picture.String()+"<script>alert(1)</script>", "%PDF-1.4 会议纪要"
	send(operator, "附上证据。", "<html><script>alert(1)</script>").problem(415, "paper_type")
	send(operator, "附上证据。", "%PDF-"+strings.Repeat("x", photo.MaxBytes)).problem(413, "paper_large")
	send(operator, "附上证据。", pdf, pdf+"2", pdf+"3", pdf+"4").problem(400, "invalid")
	send(operator, "", pdf).problem(400, "invalid")
	require.EqualValues(t, 0, s.do("GET", path, city, nil).object(200)["statement_files"], "nothing is half done")

	got := send(operator, "已更换考评员，附会议纪要。", pdf, polyglot).object(200)
	require.EqualValues(t, 2, got["statement_files"])
	require.Equal(t, "HEARD", got["state"])
	for _, token := range []string{city, province} {
		res := s.do("GET", path+"/papers/statement/1", token, nil)
		require.Equal(t, 200, res.StatusCode)
		require.Equal(t, pdf, string(res.body))
		require.Equal(t, []string{"application/pdf", `attachment; filename="statement-1.pdf"`, "nosniff"}, []string{res.Header.Get("Content-Type"), res.Header.Get("Content-Disposition"), res.Header.Get("X-Content-Type-Options")})
		res = s.do("GET", path+"/papers/statement/2", token, nil)
		require.Equal(t, []string{"image/jpeg", `attachment; filename="statement-2.jpg"`}, []string{res.Header.Get("Content-Type"), res.Header.Get("Content-Disposition")})
		require.NotContains(t, string(res.body), "script", "drawn anew: no tail")
	}
	for _, at := range []string{"/papers/statement/3", "/papers/statement/0", "/papers/rectified/1", "/papers/decide/1"} {
		require.Equal(t, 404, s.do("GET", path+at, city, nil).StatusCode, at)
	}
	require.Equal(t, 404, s.do("GET", path+"/papers/statement/1", elsewhere, nil).StatusCode)
	require.Equal(t, 403, s.do("GET", path+"/papers/statement/1", operator, nil).StatusCode)
	log := s.do("GET", "/api/v1/audit?action="+string(models.AuditPhotoRead), province, nil).object(200)["items"].([]any)
	require.Len(t, log, 4)

	send(operator, "补充：另附一份。", pdf+" 新").object(200)
	require.Equal(t, pdf+" 新", string(s.do("GET", path+"/papers/statement/1", city, nil).body))
	require.Equal(t, 404, s.do("GET", path+"/papers/statement/2", city, nil).StatusCode)
	require.NoError(t, s.app.Supervise.Sweep(context.Background()))
	require.NoError(t, s.app.Complaints.KeepFiles(context.Background()))
	require.Equal(t, 200, s.do("GET", path+"/papers/statement/1", city, nil).StatusCode)
}
