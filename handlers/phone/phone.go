// Package phone is the side of Huisheng that a worker sees on a phone: the first page behind a link, code or poster, the questionnaire, the receipt,
// complaints and their status, and a department head's list. Every page works by plain forms; the script makes it pleasant and survives a bad network.
//
// The pages decide nothing: each calls the same use cases as the API, and the same rules are enforced there again.
package phone

import (
	"strings"

	"huisheng/app"
	"huisheng/models"
	"huisheng/static"
)

// chinese is the language of whoever has not chosen another; the catalog lists them all.
const chinese = models.LangChinese

// Deps is what the pages need.
type Deps struct {
	App    *app.App
	Site   *static.Site
	Host   string // the address that is printed in messages, for people to compare
	Secure bool   // cookies over https only: always in production
}

// Phone holds the pages. It is safe for concurrent use.
type Phone struct {
	d      Deps
	policy string
	firsts map[firstKey]*prepared // rendered in advance
}

// New prepares the pages. A page that cannot be rendered stops the start.
func New(d Deps) (*Phone, error) {
	h := &Phone{d: d, firsts: map[firstKey]*prepared{}}
	h.policy = h.stylePolicy()
	if err := h.prepareFirsts(); err != nil {
		return nil, err
	}
	return h, nil
}

// stylePolicy allows the two inlined style sheets by their hash and nothing else inline.
func (h *Phone) stylePolicy() string {
	var styles []string
	for _, name := range []string{"tokens.css", "phone/phone.css"} {
		if a, ok := h.d.Site.Asset(name); ok {
			styles = append(styles, a.CSP)
		}
	}
	return "default-src 'none'; script-src 'self'; style-src " + strings.Join(styles, " ") + "; img-src 'self' data: blob:; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}
