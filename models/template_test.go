package models

import (
	"slices"
	"strings"
	"testing"
)

func invite() Template {
	return Template{
		Code: "INVITE", Signature: "广东技能评价", Text: "请在{date}前打开 {site}/f 输入码{code}填写反馈。",
		Params: []TemplateParam{{Name: "date", Longest: "12月25日"}, {Name: "site", Constant: true, Longest: "jnpj.example.cn"}, {Name: "code", Longest: "7K3M9Q"}},
	}
}

func TestTemplateRender(t *testing.T) {
	params := map[string]string{"date": "3月1日", "site": "jnpj.example.cn", "code": "ABCDEF"}
	got, err := invite().Render(params)
	if want := "【广东技能评价】请在3月1日前打开 jnpj.example.cn/f 输入码ABCDEF填写反馈。"; err != nil || got != want {
		t.Errorf("got %q %v, want %q", got, err, want)
	}
	if got := invite().Variables(params); !slices.Equal(got, []MessageParam{{"date", "3月1日"}, {"code", "ABCDEF"}}) {
		t.Errorf("a provider gets %v", got)
	}
	if got, err := invite().Longest(); err != nil || !strings.Contains(got, "12月25日前打开 jnpj.example.cn/f 输入码7K3M9Q") {
		t.Errorf("longest is %q %v", got, err)
	}
}

func TestTemplateRefuses(t *testing.T) {
	good := map[string]string{"date": "3月1日", "site": "jnpj.example.cn", "code": "ABCDEF"}
	tests := []struct{ name, param, value, reason string }{
		{"missing", "date", "-", "missing"},
		{"empty", "code", "", "empty"},
		{"URL", "code", "https://a.cn/x", "URL"},
		{"URL without scheme", "code", "a.example.cn", "URL"},
		{"too long", "code", strings.Repeat("字", 36), "longer than 35"},
		{"control character", "code", "A\nB", "may not be there"},
		{"a second signature", "code", "【银行】", "may not be there"},
		{"a placeholder", "code", "{date}", "may not be there"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			params := map[string]string{}
			for k, v := range good {
				params[k] = v
			}
			params[tt.param] = tt.value
			if tt.value == "-" {
				delete(params, tt.param)
			}
			got, err := invite().Render(params)
			if err == nil || got != "" || !strings.Contains(err.Error(), tt.reason) || !strings.Contains(err.Error(), tt.param) {
				t.Fatalf("gives %q, %v", got, err)
			}
			if len(tt.value) > 1 && strings.Contains(err.Error(), tt.value) {
				t.Error("the error repeats the value")
			}
		})
	}
	extra := map[string]string{"date": "3月1日", "site": "jnpj.example.cn", "code": "ABCDEF", "name": "x"}
	if _, err := invite().Render(extra); err == nil {
		t.Error("a parameter too many was taken")
	}
	if _, err := invite().Render(map[string]string{"date": "3.1", "site": "jnpj.example.cn", "code": "1.5 元"}); err != nil {
		t.Errorf("a decimal point is no URL: %v", err)
	}
}
