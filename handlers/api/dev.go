package api

import (
	"bytes"
	"fmt"
	"html/template"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/models"
	"huisheng/models/store"
)

// Outbox lists the messages that the console channel "sent", newest first; ?batch= and ?to= narrow it. Development only.
func (h *API) Outbox(c *fiber.Ctx) error {
	list, err := h.outbox(c)
	if err != nil {
		return err
	}
	return c.JSON(models.List[models.OutboxMessage]{Items: list})
}

// OutboxPage is Outbox for a reader.
func (h *API) OutboxPage(c *fiber.Ctx) error {
	list, err := h.outbox(c)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := outboxPage.Execute(&page, list); err != nil {
		return fmt.Errorf("write outbox page: %w", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(page.Bytes())
}

func (h *API) outbox(c *fiber.Ctx) ([]models.OutboxMessage, error) {
	f := store.OutboxFilter{Batch: models.BatchID(c.Query("batch")), To: c.Query("to")}
	if phone, err := models.ParsePhone(f.To); err == nil { // also 138…, and a + that was read as a space
		f.To = phone
	}
	list, err := h.app.Outreach.Outbox(c.UserContext(), f)
	for i := range list {
		list[i].At = list[i].At.In(models.Shanghai()).Truncate(time.Second)
	}
	return list, err
}

// outboxPage has no style and no script: it is for developers, and the page's rules allow none inline.
var outboxPage = template.Must(template.New("outbox").Parse(`<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>发件箱（仅开发环境）</title></head>
<body>
<h1>发件箱（仅开发环境）</h1>
<p>控制台通道“发出”的短信，最新的在前。<a href="/dev/outbox.json">JSON</a></p>
{{if not .}}<p>还没有短信。提交一次补贴申领后，邀请会出现在这里。</p>{{else}}
<table border="1" cellpadding="6">
<thead><tr><th scope="col">时间</th><th scope="col">号码</th><th scope="col">内容</th><th scope="col">码</th><th scope="col">链接</th></tr></thead>
<tbody>{{range .}}
<tr><td>{{.At.Format "01-02 15:04:05"}}</td><td>{{.To}}</td><td>{{.Text}}</td><td><code>{{.Code}}</code></td><td>{{if .Link}}<a href="{{.Link}}">打开</a>{{end}}</td></tr>{{end}}
</tbody></table>{{end}}
</body></html>
`))
