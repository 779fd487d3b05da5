package tidy

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// module is the import path that all our packages begin with.
const module = "github.com/ovationhq/ovation"

// tree is the repository as the rules see it.
type tree struct {
	fset  *token.FileSet
	files []*source
	texts map[string][]byte // every text file, also the Go files, by path
	other map[string][]byte // every file that is no text, such as a font
}

// source is one Go file.
type source struct {
	path      string // from the root, with slashes
	dir       string // folder of path
	pkg       string // dir without "internal/", for packages inside it, else ""
	test      bool
	generated bool
	ast       *ast.File
	fset      *token.FileSet
}

// finding is one place where a rule does not hold.
type finding struct {
	path   string
	line   int // 0 when the whole file is meant
	rule   string
	wayOut string
}

func (f finding) String() string {
	at := f.path
	if f.line > 0 {
		at = fmt.Sprintf("%s:%d", f.path, f.line)
	}
	return fmt.Sprintf("%s: %s\n\tway out: %s", at, f.rule, f.wayOut)
}

// at makes a finding at a position of this file.
func (s *source) at(pos token.Pos, wayOut, rule string, args ...any) finding {
	return finding{s.path, s.fset.Position(pos).Line, fmt.Sprintf(rule, args...), wayOut}
}

// name is the package's name in findings: its path below internal, or its folder.
func (s *source) name() string {
	if s.pkg != "" {
		return s.pkg
	}
	return s.dir
}

// repository loads the real tree once for all rules.
var repository = sync.OnceValues(func() (*tree, error) {
	root, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return load(os.DirFS(root))
		}
		if root == filepath.Dir(root) {
			return nil, fmt.Errorf("no go.mod above the test's folder")
		}
		root = filepath.Dir(root)
	}
})

// load reads and parses everything below the root of fsys.
func load(fsys fs.FS) (*tree, error) {
	t := &tree{fset: token.NewFileSet(), texts: map[string][]byte{}, other: map[string][]byte{}}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			// A clone's own folder, what an instance wrote, and local builds.
			if p == ".git" || p == "data" || p == "bin" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || p == ".git" { // which is a file in a further work tree
			return nil
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			t.other[p] = text
			return nil
		}
		t.texts[p] = text
		if path.Ext(p) == ".go" && !strings.Contains(p, "testdata/") {
			return t.add(p, text)
		}
		return nil
	})
	return t, err
}

func (t *tree) add(p string, text []byte) error {
	file, err := parser.ParseFile(t.fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	s := &source{path: p, dir: path.Dir(p), ast: file, fset: t.fset}
	s.pkg, _ = strings.CutPrefix(s.dir, "internal/")
	if s.pkg == s.dir {
		s.pkg = ""
	}
	s.test = strings.HasSuffix(p, "_test.go")
	s.generated = strings.HasSuffix(p, "_templ.go") || ast.IsGenerated(file)
	t.files = append(t.files, s)
	return nil
}

// folders groups the Go files by folder.
func (t *tree) folders() map[string][]*source {
	all := map[string][]*source{}
	for _, s := range t.files {
		all[s.dir] = append(all[s.dir], s)
	}
	return all
}

// paths returns the paths of the text files with this ending, sorted.
func (t *tree) paths(ending string) []string {
	var all []string
	for p := range t.texts {
		if strings.HasSuffix(p, ending) {
			all = append(all, p)
		}
	}
	sort.Strings(all)
	return all
}

// holds runs a rule over the repository and fails with every finding.
func holds(t *testing.T, rule func(*tree) []finding) {
	t.Helper()
	repo, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	found := rule(repo)
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i], found[j]
		if a.path != b.path {
			return a.path < b.path
		}
		return a.line < b.line
	})
	for _, f := range found {
		t.Error(f)
	}
}

// bites runs a rule over a planted tree and wants exactly these places, each
// written as path:line.
func bites(t *testing.T, rule func(*tree) []finding, files map[string]string, want ...string) {
	t.Helper()
	fsys := fstest.MapFS{}
	for p, text := range files {
		fsys[p] = &fstest.MapFile{Data: []byte(text)}
	}
	planted, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range rule(planted) {
		got = append(got, fmt.Sprintf("%s:%d", f.path, f.line))
		if f.rule == "" || f.wayOut == "" {
			t.Errorf("%v says too little", f)
		}
	}
	sort.Strings(got)
	sort.Strings(want)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the rule found %v, want %v", got, want)
	}
}
