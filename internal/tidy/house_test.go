package tidy

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The longest that a reader should have to hold in mind, in lines.
const (
	maxFunc     = 70
	maxTestFunc = 120 // without the tables in it
	maxFile     = 500
)

// lengths checks functions and files. Generated files are as long as their
// source makes them, and a test file may hold as many cases as it needs.
func lengths(t *tree) []finding {
	var found []finding
	for _, s := range t.files {
		if s.generated {
			continue
		}
		if n := s.fset.Position(s.ast.FileEnd).Line; n > maxFile && !s.test {
			found = append(found, finding{s.path, 0,
				"the file is longer than " + strconv.Itoa(maxFile) + " lines",
				"a file holds one verb: move the next verb, or the queries, to a file of its own"})
		}
		for _, d := range s.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			lines, limit := s.span(fn), maxFunc
			if s.test {
				lines, limit = lines-s.tables(fn), maxTestFunc
			}
			if lines > limit {
				found = append(found, s.at(fn.Pos(),
					"name a step of it and make that a function; a table in a test is not counted",
					"%s has %d lines, and %d is the most", fn.Name.Name, lines, limit))
			}
		}
	}
	return found
}

// span counts the lines of a node.
func (s *source) span(n ast.Node) int {
	return s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line + 1
}

// tables counts the lines inside the outermost composite literals of a function.
func (s *source) tables(fn *ast.FuncDecl) int {
	lines := 0
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if ok {
			lines += s.span(lit) - 1
		}
		return !ok
	})
	return lines
}

// nameless are the words that say nothing about what is inside.
var nameless = []string{"util", "utils", "common", "helper", "helpers", "base", "misc"}

// notPackages are words that are no package names here, beside the nameless.
var notPackages = []string{"types", "store", "repository", "mock", "mocks"}

// names refuses packages, folders and files whose name says nothing.
func names(t *tree) []finding {
	var found []finding
	for dir, files := range t.folders() {
		s := files[0]
		for _, word := range []string{path.Base(dir), s.ast.Name.Name} {
			word = strings.TrimSuffix(word, "_test")
			if slices.Contains(nameless, word) || slices.Contains(notPackages, word) {
				found = append(found, s.at(s.ast.Name.Pos(),
					"name it after what it is about, in the words of docs/glossary.md",
					"a package may not be called %s", word))
				break
			}
		}
		for _, s := range files {
			word := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_test")
			if slices.Contains(nameless, word) {
				found = append(found, s.at(s.ast.Name.Pos(),
					"name it after the verb or the thing that it holds",
					"a file may not be called %s", path.Base(s.path)))
			}
		}
	}
	return found
}

// docs wants a package comment in every package that others can import.
func docs(t *tree) []finding {
	var found []finding
	for dir, files := range t.folders() {
		documented, first := false, files[0]
		if first.ast.Name.Name == "main" {
			continue
		}
		for _, s := range files {
			documented = documented || (!s.test && s.ast.Doc != nil)
		}
		if !documented {
			found = append(found, first.at(first.ast.Name.Pos(),
				"write doc.go: the model, the invariants, how to change it",
				"no file of %s says what the package is for", dir))
		}
	}
	return found
}

// clocks lists the packages and files that may read the wall clock below the
// floors that speak HTTP, each with its reason.
var clocks = map[string]string{
	"clock":            "it is the one source of time",
	"db":               "for how long a batch is retried is about the machine, not about money",
	"ledger/verify.go": "how long a check of the books took is about the machine",
	"webhook/courier":  "how long a receiver took is about the network; what follows from it goes by the injected clock",
	"outbox/follow.go": "how long a follower rests is about the machine",
	"payment/sandbox":  "its transport waits in real time; its books follow the injected clock",
}

// wallClock finds reads of the wall clock in the floors that hold rules.
func wallClock(t *tree) []finding {
	var found []finding
	for _, s := range t.files {
		own, known := home(s.pkg)
		if s.test || !known || floorOf[own] >= floorWorld || clocks[own] != "" || clocks[strings.TrimPrefix(s.path, "internal/")] != "" {
			continue
		}
		for _, call := range []string{"Now", "Since", "Until"} {
			for _, pos := range s.uses("time", call) {
				found = append(found, s.at(pos,
					"take the instant from tx.Now(), or from a clock.Clock that internal/app passes in",
					"%s reads the wall clock with time.%s", s.pkg, call))
			}
		}
	}
	return found
}

// sleeps finds tests that wait for time to pass.
func sleeps(t *tree) []finding {
	var found []finding
	for _, s := range t.files {
		if !s.test || strings.HasPrefix(s.path, "cmd/") { // the programs' tests wait for other processes, which send no signals
			continue
		}
		for _, pos := range s.uses("time", "Sleep") {
			found = append(found, s.at(pos,
				"wait for the signal itself (a channel, an AfterCommit), move the manual clock, or use testing/synctest",
				"a test sleeps"))
		}
	}
	return found
}

// uses returns where a file names pkg.name, where pkg is an import path.
func (s *source) uses(pkg, name string) []token.Pos {
	local := ""
	for _, imp := range s.ast.Imports {
		if imp.Path.Value == `"`+pkg+`"` {
			local = path.Base(pkg)
			if imp.Name != nil {
				local = imp.Name.Name
			}
		}
	}
	if local == "" {
		return nil
	}
	var all []token.Pos
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == name {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local {
				all = append(all, sel.Pos())
			}
		}
		return true
	})
	return all
}

func TestLengths(t *testing.T)   { holds(t, lengths) }
func TestNames(t *testing.T)     { holds(t, names) }
func TestDocs(t *testing.T)      { holds(t, docs) }
func TestWallClock(t *testing.T) { holds(t, wallClock) }
func TestSleeps(t *testing.T)    { holds(t, sleeps) }

func TestLengthsBite(t *testing.T) {
	long := "func f() {\n" + strings.Repeat("\tf()\n", maxFunc) + "}\n"
	table := "func f() {\n\t_ = []int{\n" + strings.Repeat("\t\t1,\n", 2*maxTestFunc) + "\t}\n}\n"
	bites(t, lengths, map[string]string{
		"internal/gift/send.go":       "package gift\n" + long,
		"internal/gift/send_templ.go": "package gift\n" + long,
		"internal/gift/send_test.go":  "package gift\n" + table,
		"internal/gift/table.go":      "package gift\n" + table,
		"internal/gift/long.go":       "package gift\n" + strings.Repeat("// more\n", maxFile),
	}, "internal/gift/send.go:2", "internal/gift/table.go:2", "internal/gift/long.go:0")
}

func TestNamesBite(t *testing.T) {
	bites(t, names, map[string]string{
		"internal/gift/helpers.go": "package gift\n",
		"internal/gift/types.go":   "package gift\n",
		"internal/util/a.go":       "package util\n",
		"internal/types/a.go":      "package kinds\n",
	}, "internal/gift/helpers.go:1", "internal/util/a.go:1", "internal/types/a.go:1")
}

func TestDocsBite(t *testing.T) {
	bites(t, docs, map[string]string{
		"internal/gift/send.go":    "package gift\n",
		"internal/tip/doc.go":      "// Package tip is documented.\npackage tip\n",
		"internal/tip/send.go":     "package tip\n",
		"internal/tools/x/main.go": "package main\n",
	}, "internal/gift/send.go:1")
}

func TestClocksBite(t *testing.T) {
	now := "package x\nimport \"time\"\nvar _ = time.Now()\n"
	files := map[string]string{
		"internal/gift/send.go":      now,
		"internal/gift/due.go":       "package gift\nimport wall \"time\"\nvar _ = wall.Since(x)\n",
		"internal/gift/send_test.go": "package gift\nimport \"time\"\nfunc f() { _ = time.Now; time.Sleep(1) }\n",
		"internal/clock/clock.go":    now,
		"internal/api/api.go":        now,
	}
	bites(t, wallClock, files, "internal/gift/send.go:3", "internal/gift/due.go:3")
	bites(t, sleeps, files, "internal/gift/send_test.go:3")
}
