package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"huisheng/models"
)

// located is a decoded value and the line it stands on, so that a check made later can still name the line.
type located[T any] struct {
	Value T
	Line  int
}

// UnmarshalYAML decodes strictly: an unknown key is an error, because a misspelt one would silently do nothing.
func (a *located[T]) UnmarshalYAML(node ast.Node) error {
	if token := node.GetToken(); token != nil {
		a.Line = token.Position.Line
	}
	return yaml.NodeToValue(node, &a.Value, yaml.Strict())
}

// words is a text in both languages.
type words struct {
	Zh located[string] `yaml:"zh"`
	En located[string] `yaml:"en"`
}

func (w words) text() models.LocalText { return models.LocalText{Zh: w.Zh.Value, En: w.En.Value} }

func (w words) translations() models.Translations {
	if w.En.Value == "" {
		return nil
	}
	return models.Translations{models.LangEnglish: w.En.Value}
}

// file is one file being read; its problems go to the loader.
type file struct {
	l    *loader
	name string
	bad  bool
}

func (f *file) report(line int, format string, args ...any) {
	f.bad = true
	f.l.errs = append(f.l.errs, Problem{File: f.name, Line: line, Reason: fmt.Sprintf(format, args...)})
}

// read decodes one file; ok is false when it could not be read at all, which is reported.
func read[T any](l *loader, name string) (value T, f *file, ok bool) {
	f = &file{l: l, name: name}
	data, err := fs.ReadFile(l.fs, name)
	if err != nil {
		f.report(0, "cannot be read: %v", err)
		return value, f, false
	}
	_, _ = fmt.Fprintf(l.digest, "%s %d\n%s", name, len(data), data) // a hash never fails to write
	if err := yaml.UnmarshalWithOptions(data, &value, yaml.Strict()); err != nil {
		f.reportYAML(err)
		return value, f, false
	}
	return value, f, true
}

func (f *file) reportYAML(err error) {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		f.report(located.GetToken().Position.Line, "%s", located.GetMessage())
		return
	}
	f.report(0, "%s", strings.TrimSpace(err.Error()))
}

var (
	upperCode = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	lowerCode = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	version   = regexp.MustCompile(`^[1-9][0-9]*$`)
)

// line gives l, or the line of what it stands in when the key is not there at all.
func line(l, parent int) int {
	if l == 0 {
		return parent
	}
	return l
}

// code checks that a code is there, has the right form and was not seen before; seen remembers it.
func (f *file) code(what string, value located[string], parent int, form *regexp.Regexp, seen map[string]bool) {
	at := line(value.Line, parent)
	switch {
	case value.Value == "":
		f.report(at, "%s has no code", what)
	case !form.MatchString(value.Value):
		f.report(at, "%s %q is not written like %s", what, value.Value, form)
	case seen[value.Value]:
		f.report(at, "%s %q twice", what, value.Value)
	}
	seen[value.Value] = true
}

// complete checks that a text is there in both languages.
func (f *file) complete(what string, w words, parent int) {
	if strings.TrimSpace(w.Zh.Value) == "" {
		f.report(line(w.Zh.Line, parent), "%s: Chinese text (zh) is missing", what)
	}
	if strings.TrimSpace(w.En.Value) == "" {
		f.report(line(w.En.Line, line(w.Zh.Line, parent)), "%s: English text (en) is missing", what)
	}
}
