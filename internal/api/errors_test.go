package api

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
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
	for _, code := range w.shown {
		o := outcomes[code]
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
	wantProblem(t, w.ask(t, "GET /problems/already_subscribed"), fault.NotFound) // of a product to come
	for _, path := range []string{"/problems"} {
		if rec := w.ask(t, "GET "+path); rec.Code != 200 || strings.Count(rec.Body.String(), `href="/problems/`) != len(w.shown) {
			t.Errorf("%s: %d", path, rec.Code)
		}
		if rec := w.ask(t, "GET "+path, "Accept: application/json"); rec.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s as JSON: %s", path, rec.Body)
		}
	}
}

// TestShownCodes compares the codes that have a page with those that the
// program's source names: each that happens is shown, and no other.
func TestShownCodes(t *testing.T) {
	source, err := os.ReadFile("../fault/codes.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]fault.Code{} // by the name of the constant
	for _, m := range regexp.MustCompile(`(?m)^\t(\w+) +Code = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		codes[m[1]] = fault.Code(m[2])
	}
	if len(codes) != len(outcomes) {
		t.Fatalf("%d of %d codes were found", len(codes), len(outcomes))
	}
	used := map[fault.Code]string{}
	name := regexp.MustCompile(`\bfault\.(\w+)\b`)
	sources(t, func(path, text string) {
		if strings.HasPrefix(path, "fault/") || slices.Contains([]string{"api/errors.go", "api/help_en.go", "api/help_fr.go", "api/members.go", "api/routes.go", "api/pages.go"}, path) {
			return // what lists codes does not return them
		}
		for _, m := range name.FindAllStringSubmatch(text, -1) {
			if code, ok := codes[m[1]]; ok {
				used[code] = path
			}
		}
	})
	a, err := New(Config{Auth: callers{}, CursorKeys: [][]byte{make([]byte, 32)}})
	if err != nil {
		t.Fatal(err)
	}
	shown := a.shown
	for code, path := range used {
		if !slices.Contains(shown, code) {
			t.Errorf("%s returns %s, which has no page: name it in fails(…) of its line in routes.go, or in pageCodes if only pages do", path, code)
		}
	}
	for _, code := range shown {
		if used[code] == "" {
			t.Errorf("%s has a page, and nothing returns it", code)
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

// sentencesOf returns the formats of the sentences that a file tells: the
// arguments of what makes a fault or a wrong field. In this package also what
// the checks of bodies and parameters say.
func sentencesOf(t *testing.T, name, source string) (said []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	place := map[string]int{"fault.New": 1, "fault.Wrap": 2, "fault.Wrong": 1, ".At": 2, ".bad": 1, ".malformed": 0, "invalid": 0, "refuse": 0, ".fail": 3}
	checks := strings.HasPrefix(name, "api/shape") || name == "api/params.go" || name == "api/problem.go" || name == "payment/stripe/errors.go"
	constants := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if c, ok := n.(*ast.ValueSpec); ok && len(c.Values) == 1 {
			constants[c.Names[0].Name] = formatOf(c.Values[0], nil)
		}
		return true
	})
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && checks && lit.Kind == token.STRING {
			if text, _ := strconv.Unquote(lit.Value); strings.HasSuffix(text, ".") && text[0] >= 'A' && text[0] <= 'Z' {
				said = append(said, text) // a sentence
			}
		}
		if field, ok := n.(*ast.KeyValueExpr); ok { // of cases
			if key, ok := field.Key.(*ast.Ident); ok && key.Name == "Words" {
				said = append(said, formatOf(field.Value, constants))
			}
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		called := ""
		switch f := call.Fun.(type) {
		case *ast.Ident:
			called = f.Name
		case *ast.SelectorExpr:
			if called = "." + f.Sel.Name; called == ".New" || called == ".Wrap" || called == ".Wrong" {
				x, _ := f.X.(*ast.Ident)
				if x == nil {
					return true
				}
				called = x.Name + called
			}
		}
		at, ok := place[called]
		if !ok || len(call.Args) <= at {
			return true
		}
		said = append(said, formatOf(call.Args[at], constants))
		return true
	})
	return said
}

// formatOf returns the text of a constant, of a sum of texts with %s for what
// is not constant, or nothing.
func formatOf(e ast.Expr, constants map[string]string) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.Ident:
		return constants[e.Name]
	case *ast.CallExpr: // of fmt.Sprintf
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return formatOf(e.Args[0], constants)
		}
	case *ast.BinaryExpr:
		parts := []string{formatOf(e.X, constants), formatOf(e.Y, constants)}
		for i, p := range parts {
			if p == "" {
				parts[i] = "%s"
			}
		}
		return parts[0] + parts[1]
	}
	return ""
}

// TestPhrases wants the French of every sentence that a rule tells anywhere.
func TestPhrases(t *testing.T) {
	sources(t, func(name, text string) {
		for _, part := range []string{"tidy/", "sim/", "tools/", "config/", "payment/sandbox/", "db/dbtest/", "ledger/ledgertest/", "gift/gifttest/"} {
			if strings.HasPrefix(name, part) {
				return // nobody reads them over the API
			}
		}
		for _, said := range sentencesOf(t, name, text) {
			if strings.Contains(said, " ") && french[said] == "" {
				t.Errorf("%s: phrases_fr.go lacks %q", name, said)
			}
		}
	})
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
		"This card has expired. Nothing was charged. Use another card and a new key.": "Cette carte a expiré. Rien n’a été débité. Utilisez une autre carte et une nouvelle clé.",
		"You can not join video gifts yet: followers 9 of 10; years of age not known. At the present pace you can join about 2026-03-20.": "Vous ne pouvez pas encore rejoindre les cadeaux sur les vidéos : abonnés : 9 sur 10 ; âge en années : inconnu. Au rythme actuel, vous pourrez le rejoindre vers le 2026-03-20.",
		"This creator has not joined video gifts. The creator can join on the page of programmes.":                                        "Ce créateur n’a pas rejoint les cadeaux sur les vidéos. Le créateur peut le rejoindre sur la page des programmes.",
		"The title holds the character U+200B, which can not be seen. Remove it.":                                                         "Le titre contient le caractère U+200B, qui ne se voit pas. Enlevez-le.",
		"A sentence that nobody has translated.":                                                                                          "A sentence that nobody has translated.",
		"":                                                                                                                                "",
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
