package api

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

// codesOfFault reads the codes and the status that stands above each in
// internal/fault/codes.go.
func codesOfFault(t *testing.T) map[fault.Code]int {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "../fault/codes.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	statusAt := map[int]int{} // line of a comment that is a status
	for _, group := range file.Comments {
		if n, err := strconv.Atoi(strings.TrimSpace(group.Text())); err == nil {
			statusAt[fset.Position(group.Pos()).Line] = n
		}
	}
	codes := map[fault.Code]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, v := range spec.Values {
			lit, ok := v.(*ast.BasicLit)
			if !ok {
				continue
			}
			text, _ := strconv.Unquote(lit.Value)
			status := 0
			for line := fset.Position(spec.Pos()).Line; line > 0 && status == 0; line-- {
				status = statusAt[line]
			}
			codes[fault.Code(text)] = status
		}
		return true
	})
	return codes
}

func TestTableIsComplete(t *testing.T) {
	codes := codesOfFault(t)
	if len(codes) < 80 {
		t.Fatalf("only %d codes were found", len(codes))
	}
	for code, status := range codes {
		if o, ok := outcomes[code]; !ok || o.status != status {
			t.Errorf("%s has the status %d here, and stands under %d in package fault", code, o.status, status)
		}
		for _, l := range []Language{English, French} {
			if h := helpFor(l, code); h.title == "" || h.means == "" || h.do == "" || strings.HasSuffix(h.title, ".") {
				t.Errorf("%s is not explained in %s", code, l.Tag())
			}
		}
	}
	for code := range outcomes {
		if _, ok := codes[code]; !ok {
			t.Errorf("%s is in the table, but not in package fault", code)
		}
	}
	if len(helpEnglish) != len(outcomes) || len(helpFrench) != len(outcomes) {
		t.Errorf("%d codes, %d and %d explanations", len(outcomes), len(helpEnglish), len(helpFrench))
	}
}

func TestPagesOfCodes(t *testing.T) {
	w := newWorld(t, nil)
	for code, o := range outcomes {
		for _, l := range []Language{English, French} {
			rec := w.ask(t, "GET /problems/"+string(code), "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Accept-Language: "+l.Tag())
			text := rec.Body.String()
			if rec.Code != 200 || !strings.Contains(text, `<html lang="`+l.Tag()+`"`) || !strings.Contains(text, "HTTP "+strconv.Itoa(o.status)) || strings.Contains(text, "<script") {
				t.Errorf("%s: %d %.300s", code, rec.Code, text)
			}
			if csp := rec.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") {
				t.Errorf("the policy is %s", csp)
			}
			rec = w.ask(t, "GET /problems/"+string(code), "Accept: application/json", "Accept-Language: "+l.Tag())
			var p problemPage
			if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || p.Means != helpFor(l, code).means || p.Status != o.status {
				t.Errorf("%s as JSON: %v %s", code, err, rec.Body)
			}
		}
	}
	wantProblem(t, w.ask(t, "GET /problems/nonsense"), fault.NotFound)
	for _, path := range []string{"/problems"} {
		if rec := w.ask(t, "GET "+path); rec.Code != 200 || strings.Count(rec.Body.String(), `href="/problems/`) != len(outcomes) {
			t.Errorf("%s: %d", path, rec.Code)
		}
		if rec := w.ask(t, "GET "+path, "Accept: application/json"); rec.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s as JSON: %s", path, rec.Body)
		}
	}
}

func TestLanguages(t *testing.T) {
	for accept, want := range map[string]Language{
		"": English, "en": English, "fr": French, "fr-CA": French, "FR": French, "en-US,en;q=0.9,fr;q=0.8": English, "de, fr;q=0.3, en;q=0.2": French,
		"fr;q=0.1, en": English, "de": English, "fr;q=nonsense": English, "*": English, "fr;q=0": English, "fr;q=NaN": English, ",,,fr": French,
		"de;q=1, fr;q=0.5, *;q=0.4": French,
	} {
		if got := languageOf(accept); got != want {
			t.Errorf("%q is %s, want %s", accept, got.Tag(), want.Tag())
		}
	}
}

// TestPhrases wants the French of every sentence that this package tells.
func TestPhrases(t *testing.T) {
	fset := token.NewFileSet()
	files, err := parser.ParseDir(fset, ".", nil, 0) //nolint:staticcheck // build tags do not matter here
	if err != nil {
		t.Fatal(err)
	}
	place := map[string]int{"New": 1, "Wrap": 2, "At": 2, "bad": 1, "malformed": 0}
	said := map[string]bool{}
	for _, pkg := range files {
		for name, file := range pkg.Files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			checks := strings.HasPrefix(name, "shape") || name == "params.go" || name == "problem.go"
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && checks && lit.Kind == token.STRING {
					if text, _ := strconv.Unquote(lit.Value); strings.HasSuffix(text, ".") && text[0] >= 'A' && text[0] <= 'Z' {
						said[text] = true // a sentence
					}
				}
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				sel, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				at, ok := place[sel.Sel.Name]
				if !ok || len(call.Args) <= at {
					return true
				}
				if lit, ok := call.Args[at].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, _ := strconv.Unquote(lit.Value)
					said[text] = true
				}
				return true
			})
		}
	}
	for text := range said {
		if strings.Contains(text, " ") && french[text] == "" {
			t.Errorf("phrases_fr.go lacks %q", text)
		}
	}
	for en, fr := range french {
		if len(verb.FindAllString(en, -1)) < len(verb.FindAllString(fr, -1)) && !strings.Contains(fr, "%[") {
			t.Errorf("%q has more values in French", en)
		}
	}
}

func TestTranslate(t *testing.T) {
	for english, want := range map[string]string{
		"This costs 5 coins and the wallet holds 3. Buy 2 more; nothing was charged.": "Cela coûte 5 pièces et le porte-monnaie en contient 3. Achetez-en encore 2 ; rien n’a été débité.",
		"This must be between 1 and 1000000.":                                         "Il faut une valeur entre 1 et 1000000.",
		"This must be one of: a, b.":                                                  "Il faut l’une de ces valeurs : a, b.",
		"A sentence that nobody has translated.":                                      "A sentence that nobody has translated.",
		"":                                                                            "",
	} {
		if got := translate(French, english); got != want {
			t.Errorf("%q is %q, want %q", english, got, want)
		}
		if got := translate(English, english); got != english {
			t.Errorf("%q is changed into %q", english, got)
		}
	}
	if got := fill("%[2]s avant %[1]s, 100 %%", []string{"a", "b"}); got != "b avant a, 100 %" {
		t.Errorf("values in another order: %q", got)
	}
}

func TestProblemInFrench(t *testing.T) {
	w := newWorld(t, nil)
	rec := w.ask(t, "POST /v1/payments", asHost, forFan, "Accept-Language: fr", "", `{"amount":0}`)
	p := wantProblem(t, rec, fault.ValidationFailed)
	if p["title"] != "Des champs sont incorrects" || p["detail"] != "3 parties de la requête sont incorrectes ; chacune est citée dans errors." || rec.Header().Get("Content-Language") != "fr" {
		t.Errorf("in French: %v", p)
	}
	if !strings.Contains(rec.Body.String(), "Ce champ manque.") || !strings.Contains(rec.Body.String(), "Il faut une valeur entre 1 et 1000000.") {
		t.Errorf("in French: %s", rec.Body)
	}
}
