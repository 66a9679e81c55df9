// Package static holds the pages and their assets, embedded: a page that does not parse, or a file nobody can reach, stops the start.
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
	"sync"
	"text/template/parse"
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

// Site is the pages and assets. It is safe for concurrent use.
type Site struct {
	pages  map[string]*page              // "phone/entry"
	shared map[string]*template.Template // layout and partials of an area; never executed
	funcs  map[string]template.FuncMap   // by language; "" is Chinese
	assets map[string]Asset              // by source name: "phone/app.js"
	byURL  map[string]Asset
}

// New parses everything. funcs gives the functions that pages have beside asset and inlineCSS, in a language: each page is kept once for each language, with the
// functions bound to it, so that a page cannot mix them. Nil when pages need none.
func New(funcs func(lang string) template.FuncMap) (*Site, error) {
	s := &Site{pages: map[string]*page{}, shared: map[string]*template.Template{}, funcs: map[string]template.FuncMap{}, assets: map[string]Asset{}, byURL: map[string]Asset{}}
	if err := s.loadAssets(); err != nil {
		return nil, err
	}
	for _, lang := range []string{"", English} {
		s.funcs[lang] = template.FuncMap{"asset": s.url, "inlineCSS": s.inlineCSS}
		if funcs != nil {
			maps.Copy(s.funcs[lang], funcs(""))
			maps.Copy(s.funcs[lang], funcs(lang)) // over the Chinese ones
		}
	}
	for _, area := range []string{"phone", "console"} {
		if err := s.loadPages(area); err != nil {
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

// loadPages parses templates/<area>/*.html: layout and partials are kept, every other file is a page and only has to parse.
func (s *Site) loadPages(area string) error {
	dir := "templates/" + area
	entries, err := files.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	s.shared[area], err = template.New(area).Funcs(s.funcs[""]).ParseFS(files, dir+"/layout.html", dir+"/_*.html")
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() || e.Name() == "layout.html" || !strings.HasSuffix(e.Name(), ".html") || strings.HasPrefix(e.Name(), "_") {
			continue
		}
		p := &page{area: area, file: dir + "/" + e.Name()}
		if _, err := s.parse(p, ""); err != nil {
			return err
		}
		s.pages[area+"/"+strings.TrimSuffix(e.Name(), ".html")] = p
	}
	return nil
}

// page is one page. Its sets, one for each language, are made when they are first asked for: most offices read most pages in one language or not at all, and
// all of them together take more memory than everything else that waits for requests.
type page struct {
	area, file string
	mu         sync.Mutex                    // protects sets
	sets       map[string]*template.Template // by language
}

// set gives a page's set in a language.
func (s *Site) set(name, lang string) (*template.Template, error) {
	p, ok := s.pages[name]
	if !ok {
		return nil, fmt.Errorf("static: no page %q", name)
	}
	if lang != English {
		lang = ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.sets[lang]; t != nil {
		return t, nil
	}
	t, err := s.parse(p, lang)
	if err != nil {
		return nil, err
	}
	if p.sets == nil {
		p.sets = map[string]*template.Template{}
	}
	p.sets[lang] = t
	return t, nil
}

// parse makes the set of a page: what it defines, and what that reaches of layout and partials; and what else is asked for. A set has a copy of its own of all that it holds, because
// escaping changes a template by where it stands.
func (s *Site) parse(p *page, lang string, more ...string) (*template.Template, error) {
	shared := s.shared[p.area]
	own, err := template.New(p.area).Funcs(s.funcs[lang]).ParseFS(files, p.file)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	set := template.New("layout.html").Option("missingkey=error").Funcs(s.funcs[lang])
	for name, tree := range reach(own, shared, append(more, "layout.html")) {
		if _, err := set.AddParseTree(name, tree.Copy()); err != nil {
			return nil, fmt.Errorf("pages: %s: %w", p.file, err)
		}
	}
	return set, nil
}

// reach gives some templates and what they need, first of what the page defines and then of what all share.
func reach(own, shared *template.Template, from []string) map[string]*parse.Tree {
	found := map[string]*parse.Tree{}
	var visit func(name string)
	visit = func(name string) {
		if found[name] != nil {
			return
		}
		t := own.Lookup(name)
		if t == nil || t.Tree == nil || parse.IsEmptyTree(t.Tree.Root) && shared.Lookup(name) != nil {
			t = shared.Lookup(name)
		}
		if t == nil || t.Tree == nil {
			return // rendering says that it is missing, with where
		}
		found[name] = t.Tree
		calls(t.Tree.Root, visit)
	}
	for _, name := range from {
		visit(name)
	}
	return found
}

// calls tells which templates a part of one calls.
func calls(n parse.Node, visit func(name string)) {
	branch := func(b *parse.BranchNode) {
		calls(b.List, visit)
		calls(b.ElseList, visit)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, x := range n.Nodes {
			calls(x, visit)
		}
	case *parse.TemplateNode:
		visit(n.Name)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
}

// Render writes a page such as "phone/entry" in Chinese.
func (s *Site) Render(w io.Writer, name string, data any) error { return s.RenderIn(w, "", name, data) }

// RenderIn writes a page with the functions of a language. It renders to memory first, so that an error never leaves half a page.
func (s *Site) RenderIn(w io.Writer, lang, name string, data any) error {
	set, err := s.set(name, lang)
	if err != nil {
		return err
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
	own, err := s.parse(s.pages[page], lang, part)
	if err != nil {
		return err
	}
	return own.ExecuteTemplate(w, part, data)
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
