package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	hanText = regexp.MustCompile(`\p{Han}`)
	// both is a text with its English beside it; the language's own name needs none.
	both        = regexp.MustCompile(`\bt "[^"]*" "[^"]*"`)
	comments    = regexp.MustCompile(`(?s)\{\{/\*.*?\*/\}\}`)
	englishHalf = regexp.MustCompile(`\bt "[^"]*" "([^"]*)"`)
)

const templates = "../../static/templates/console"

// Chinese stands in a page only as the first half of {{t "中文" "English"}}.
func TestEveryPageHasItsEnglish(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(templates + "/*.html")
	require.NoError(t, err)
	require.Greater(t, len(files), 20)
	for _, file := range files {
		name := filepath.Base(file)
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		page := comments.ReplaceAllString(string(raw), "")
		for i, line := range strings.Split(both.ReplaceAllString(page, ""), "\n") {
			require.NotRegexp(t, hanText, line, "%s:%d: write {{t %q %q}}", name, i+1, "中文", "English")
		}
		for _, m := range englishHalf.FindAllStringSubmatch(page, -1) {
			require.NotRegexp(t, hanText, strings.ReplaceAll(m[1], "中文", ""), "%s: Chinese in the English text", name)
		}
	}
}

// Chinese stands in the code only where its English stands beside it: in say(c, "中文", "English"), l.say(…), or a text with En.
func TestEveryWordOfTheCodeHasItsEnglish(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		paired := map[ast.Node]bool{}
		ast.Inspect(tree, func(n ast.Node) bool {
			markPaired(n, paired)
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || paired[lit] {
				return true
			}
			if s, err := strconv.Unquote(lit.Value); err == nil && hanText.MatchString(s) {
				t.Errorf("%s has no English: %s", set.Position(lit.Pos()), s)
			}
			return true
		})
	}
}

// takesBoth are the functions whose first text is Chinese and whose second is the same in English.
var takesBoth = []string{"say", "add", "NewError"}

// markPaired notes the Chinese halves of pairs.
func markPaired(n ast.Node, paired map[ast.Node]bool) {
	switch x := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := x.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		if slices.Contains(takesBoth, name) {
			for _, arg := range x.Args {
				paired[arg] = true
			}
		}
	case *ast.CompositeLit:
		english := isFieldError(x.Type) // models.FieldError.In has its English
		for _, e := range x.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok && (id.Name == "En" || id.Name == "English") {
					english = true
				}
			}
		}
		for _, e := range x.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok && english {
				paired[kv.Value] = true
			}
		}
	}
}

func isFieldError(typ ast.Expr) bool {
	s, ok := typ.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "FieldError"
}
