package models

import (
	"fmt"
	"strings"
	"unicode"
)

// SMSParamLimit is the most characters that a provider takes in one variable of a template (Aliyun: 1–35).
const SMSParamLimit = 35

// Template is a message whose wording the providers have approved. Text is the body with {name} where a parameter goes; the signature goes
// before it in 【】. A constant parameter (the site) is part of the approved wording and the same in every message of a deployment.
type Template struct {
	Code      string
	Signature string
	Text      string
	Params    []TemplateParam // in the order in which Text names them
}

// TemplateParam is one parameter of a template.
type TemplateParam struct {
	Name     string
	Constant bool
	Longest  string // the longest plausible value: with all of these the message must still be one part
}

// Render gives the full text with signature. It refuses a missing, unknown or empty parameter, and in a variable whatever a provider would
// refuse: a URL, more than 35 characters, control characters. The error names the parameter and never its value.
func (t Template) Render(params map[string]string) (string, error) {
	if len(params) > len(t.Params) {
		return "", fmt.Errorf("template %s: %d parameters given, it has %d", t.Code, len(params), len(t.Params))
	}
	pairs := make([]string, 0, 2*len(t.Params))
	for _, p := range t.Params {
		value, ok := params[p.Name]
		if !ok {
			return "", fmt.Errorf("template %s: parameter %q is missing", t.Code, p.Name)
		}
		if reason := p.refuses(value); reason != "" {
			return "", fmt.Errorf("template %s: parameter %q %s", t.Code, p.Name, reason)
		}
		pairs = append(pairs, "{"+p.Name+"}", value)
	}
	return "【" + t.Signature + "】" + strings.NewReplacer(pairs...).Replace(t.Text), nil
}

// Variables gives the parameters that a provider fills into the approved template, in order and without the constant ones.
func (t Template) Variables(params map[string]string) []MessageParam {
	out := make([]MessageParam, 0, len(t.Params))
	for _, p := range t.Params {
		if !p.Constant {
			out = append(out, MessageParam{Name: p.Name, Value: params[p.Name]})
		}
	}
	return out
}

// Longest renders the template with its longest plausible values, to see what it costs.
func (t Template) Longest() (string, error) {
	values := make(map[string]string, len(t.Params))
	for _, p := range t.Params {
		values[p.Name] = p.Longest
	}
	return t.Render(values)
}

// refuses says why a value may not stand for p; empty if it may.
func (p TemplateParam) refuses(value string) string {
	switch {
	case value == "":
		return "is empty"
	case strings.ContainsFunc(value, unicode.IsControl) || strings.ContainsAny(value, "【】{}"):
		return "holds a character that may not be there"
	case p.Constant:
		return ""
	case SMSLength(value) > SMSParamLimit:
		return fmt.Sprintf("is longer than %d characters", SMSParamLimit)
	case looksLikeURL(value):
		return "looks like a URL, which providers refuse in a variable"
	}
	return ""
}

// looksLikeURL finds a scheme or a dot between letters or digits with at least two letters behind it (example.cn).
func looksLikeURL(s string) bool {
	if strings.Contains(s, "://") {
		return true
	}
	for i := 1; i+2 < len(s); i++ {
		if s[i] == '.' && alphanumeric(s[i-1]) && letter(s[i+1]) && letter(s[i+2]) {
			return true
		}
	}
	return false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func alphanumeric(c byte) bool { return letter(c) || c >= '0' && c <= '9' }
