package catalog

import (
	"strings"
	"testing"

	"huisheng/models"
)

// A longest value that a provider would refuse is reported at the template's text.
func TestTemplateParamRefused(t *testing.T) {
	fsys := copyFiles(t)
	breakLine(t, fsys, "templates.yaml", `longest: "482913"`, `longest: "a.example.cn"`)
	_, err := LoadFS(fsys)
	got := HumanErrors(err)
	if len(got) != 1 || !strings.HasSuffix(got[0], `template OTP: parameter "code" looks like a URL, which providers refuse in a variable`) {
		t.Errorf("got %q", got)
	}
}

func TestTemplates(t *testing.T) {
	c := load(t)
	values := map[string]string{"date": "12月25日", "site": "jnpj.example.cn", "code": "7K3M9Q", "case_no": "TS2612050001"}
	for code, length := range map[string]int{"INVITE": 64, "INVITE_SCHOOL": 62, "INVITE_GRADUATE": 62, "INVITE_EMPLOYER": 61, "REMIND": 61, "COMPLAINT_ACK": 57, "OTP": 32} {
		tmpl, ok := c.Template(code)
		if !ok {
			t.Errorf("no template %s", code)
			continue
		}
		params := map[string]string{}
		for _, p := range tmpl.Params {
			params[p.Name] = values[p.Name]
		}
		text, err := tmpl.Render(params)
		if n := models.SMSLength(text); err != nil || n != length {
			t.Errorf("%s: %q has %d characters (%v), want %d", code, text, n, err, length)
		}
		for _, v := range tmpl.Variables(params) {
			if v.Name == "site" {
				t.Errorf("%s sends the site as a variable", code)
			}
		}
	}
}
