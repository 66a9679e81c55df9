// Package static holds the pages and their assets, embedded and parsed once: a page that does not parse, or a file nobody can reach, stops the start.
//
// Each page is a template set of its own (layout, partials, the page), because two pages that define "content" in one set would show each other's.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"mime"
	"path"
	"slices"
	"strings"
)

//go:embed all:templates all:assets
var files embed.FS

// Asset is one embedded file under a name that carries its hash, so that browsers may keep it for ever.
type Asset struct {
	URL  string // /static/phone/app.3f2a9c1b.js
	Type string // media type
	Data []byte
	CSP  string // 'sha256-…' of the content, to allow it inline under a strict policy
}

// English is the language beside Chinese that pages are bound to.
const English = "en"

// Site is the parsed pages and assets. It is read-only after New and safe for concurrent use.
type Site struct {
	pages  map[string]*template.Template // "phone/entry" → its set, bound to Chinese
	others map[string]*template.Template // the same, bound to English
	assets map[string]Asset              // by source name: "phone/app.js"
	byURL  map[string]Asset
}

// New parses everything. funcs gives the functions that pages have beside asset and inlineCSS, in a language: each page is kept once for each language, with the
// functions bound to it, so that a page cannot mix them. Nil when pages need none.
func New(funcs func(lang string) template.FuncMap) (*Site, error) {
	s := &Site{pages: map[string]*template.Template{}, others: map[string]*template.Template{}, assets: map[string]Asset{}, byURL: map[string]Asset{}}
	if err := s.loadAssets(); err != nil {
		return nil, err
	}
	if funcs == nil {
		funcs = func(string) template.FuncMap { return nil }
	}
	own := template.FuncMap{"asset": s.url, "inlineCSS": s.inlineCSS}
	maps.Copy(own, funcs(""))
	for _, area := range []string{"phone", "console"} {
		if err := s.loadPages(area, own, funcs(English)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Site) loadAssets() error {
	err := fs.WalkDir(files, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		data, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		sum := sha256.Sum256(data)
		short := strings.TrimPrefix(name, "assets/")
		ext := path.Ext(short)
		a := Asset{
			URL:  "/static/" + strings.TrimSuffix(short, ext) + "." + hex.EncodeToString(sum[:5]) + ext,
			Type: mime.TypeByExtension(ext), Data: data,
			CSP: "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
		}
		s.assets[short], s.byURL[a.URL] = a, a
		return nil
	})
	if err != nil {
		return fmt.Errorf("assets: %w", err)
	}
	return nil
}

// loadPages makes one set for each templates/<area>/*.html except layout.html, from layout, the partials of the area and the page.
func (s *Site) loadPages(area string, funcs, english template.FuncMap) error {
	dir := "templates/" + area
	layout := dir + "/layout.html"
	entries, err := files.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	partials, err := fs.Glob(files, dir+"/_*.html")
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() || e.Name() == "layout.html" || !strings.HasSuffix(e.Name(), ".html") || strings.HasPrefix(e.Name(), "_") {
			continue
		}
		set, err := template.New("layout.html").Option("missingkey=error").Funcs(funcs).
			ParseFS(files, append([]string{layout, dir + "/" + e.Name()}, partials...)...)
		if err != nil {
			return fmt.Errorf("pages: %w", err)
		}
		name := area + "/" + strings.TrimSuffix(e.Name(), ".html")
		s.pages[name] = set
		other, err := set.Clone() // parsed once: only the functions differ
		if err != nil {
			return fmt.Errorf("pages: %w", err)
		}
		s.others[name] = other.Funcs(english)
	}
	return nil
}

// Render writes a page such as "phone/entry" in Chinese.
func (s *Site) Render(w io.Writer, name string, data any) error { return s.RenderIn(w, "", name, data) }

// RenderIn writes a page with the functions of a language. It renders to memory first, so that an error never leaves half a page.
func (s *Site) RenderIn(w io.Writer, lang, name string, data any) error {
	pages := s.pages
	if lang == English {
		pages = s.others
	}
	set, ok := pages[name]
	if !ok {
		return fmt.Errorf("static: no page %q", name)
	}
	var buf bytes.Buffer
	if err := set.ExecuteTemplate(&buf, "layout.html", data); err != nil {
		return fmt.Errorf("static: render %s: %w", name, err)
	}
	if _, err := buf.WriteTo(w); err != nil {
		return fmt.Errorf("static: write %s: %w", name, err)
	}
	return nil
}

// Partial writes one named part of a page's set, for tests.
func (s *Site) Partial(w io.Writer, lang, page, part string, data any) error {
	pages := s.pages
	if lang == English {
		pages = s.others
	}
	return pages[page].ExecuteTemplate(w, part, data)
}

// PageNames lists every page, for tests.
func (s *Site) PageNames() []string {
	var names []string
	for n := range s.pages {
		names = append(names, n)
	}
	return names
}

// ByURL finds an asset by the path it is requested under.
func (s *Site) ByURL(url string) (Asset, bool) {
	a, ok := s.byURL[url]
	return a, ok
}

// List gives every asset, in no particular order.
func (s *Site) List() []Asset { return slices.Collect(maps.Values(s.assets)) }

// Asset finds an asset by its source name, such as "phone/app.css".
func (s *Site) Asset(name string) (Asset, bool) {
	a, ok := s.assets[name]
	return a, ok
}

func (s *Site) url(name string) (string, error) {
	a, ok := s.assets[name]
	if !ok {
		return "", fmt.Errorf("static: no asset %q", name)
	}
	return a.URL, nil
}

// inlineCSS puts a style sheet into the page, which saves a request; the policy header allows it by its hash. It is the one place that trusts content: our own
// embedded file.
func (s *Site) inlineCSS(name string) (template.CSS, error) {
	a, ok := s.assets[name]
	if !ok {
		return "", fmt.Errorf("static: no asset %q", name)
	}
	return template.CSS(a.Data), nil //nolint:gosec // embedded by us, not input
}
