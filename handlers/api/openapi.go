package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/gofiber/fiber/v2"
)

//go:embed openapi.yaml
var openAPISource []byte

// Contract is the API's description, made once at the start.
type Contract struct {
	json []byte
	page []byte
}

// NewContract reads the description that is kept beside the code. css is the address of the style sheet of its page.
func NewContract(css string) (*Contract, error) {
	asJSON, err := yaml.YAMLToJSON(openAPISource)
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	var doc contractDoc
	if err := json.Unmarshal(asJSON, &doc); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	var page bytes.Buffer
	if err := contractPage().Execute(&page, struct {
		CSS    string
		Groups []contractGroup
	}{css, doc.groups()}); err != nil {
		return nil, fmt.Errorf("page of the contract: %w", err)
	}
	return &Contract{json: asJSON, page: page.Bytes()}, nil
}

// JSON serves the description for programs.
func (k *Contract) JSON(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(k.json)
}

// Page serves the description for people.
func (k *Contract) Page(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(k.page)
}

// contractDoc is what the page shows of the document.
type contractDoc struct {
	Tags []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"tags"`
	Paths map[string]map[string]json.RawMessage `json:"paths"`
}

type contractOperation struct {
	Method, Path string
	Tags         []string              `json:"tags"`
	Summary      string                `json:"summary"`
	Security     []map[string][]string `json:"security"`
	Responses    map[string]struct {
		Description string `json:"description"`
	} `json:"responses"`
}

// Caller names whose token the operation wants.
func (o contractOperation) Caller() string {
	for _, s := range o.Security {
		for name := range s {
			return map[string]string{"operator": "登录账号", "respondent": "填写人"}[name]
		}
	}
	return "无需登录"
}

// Codes names the codes of errors beside the general ones.
func (o contractOperation) Codes() string {
	_, codes, _ := strings.Cut(o.Responses["default"].Description, "code 可能是")
	return strings.TrimSpace(codes)
}

// contractGroup is the operations with one tag.
type contractGroup struct {
	Name, Description string
	Operations        []contractOperation
}

func (d contractDoc) groups() []contractGroup {
	byTag := map[string][]contractOperation{}
	for path, methods := range d.Paths {
		for method, raw := range methods {
			o := contractOperation{Method: strings.ToUpper(method), Path: path}
			if json.Unmarshal(raw, &o) != nil || len(o.Tags) == 0 {
				continue // the parameters that all methods of a path share
			}
			byTag[o.Tags[0]] = append(byTag[o.Tags[0]], o)
		}
	}
	var groups []contractGroup
	for _, tag := range d.Tags {
		ops := byTag[tag.Name]
		slices.SortFunc(ops, func(a, b contractOperation) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
		groups = append(groups, contractGroup{tag.Name, tag.Description, ops})
	}
	return groups
}

func contractPage() *template.Template {
	return template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>回声 · 接口说明</title><link rel="icon" href="data:,"><link rel="stylesheet" href="{{.CSS}}"></head>
<body class="docs"><main>
<h1>回声 · 接口说明</h1>
<p>机器可读的完整说明（OpenAPI 3.0.3）：<a href="/openapi.json">/openapi.json</a>。JSON 用 snake_case；时间带 +08:00；金额为整元；列表是
<code>{"items":[],"next":""}</code>，用 <code>?limit=&amp;after=</code> 翻页；出错时回答 RFC 9457 的 <code>application/problem+json</code>，其中 <code>code</code> 不会改变。</p>
{{range .Groups}}<h2>{{.Name}}</h2><p>{{.Description}}</p>
<table><thead><tr><th scope="col">调用</th><th scope="col">做什么</th><th scope="col">凭什么</th><th scope="col">特有的出错 code</th></tr></thead><tbody>
{{range .Operations}}<tr><td><code>{{.Method}} {{.Path}}</code></td><td>{{.Summary}}</td><td>{{.Caller}}</td><td>{{.Codes}}</td></tr>
{{end}}</tbody></table>
{{end}}</main></body></html>`))
}
