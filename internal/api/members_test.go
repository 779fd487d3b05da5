package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

// sources calls f with each Go file of the program below internal.
func sources(t *testing.T, f func(name, text string)) {
	t.Helper()
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		text, err := fs.ReadFile(root, path)
		f(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestMembersAreDescribed finds every member that a fault is given anywhere.
func TestMembersAreDescribed(t *testing.T) {
	found := map[string]bool{}
	with := regexp.MustCompile(`\.\s*With\("([a-z_]+)"`)
	sources(t, func(name, text string) {
		for _, m := range with.FindAllStringSubmatch(text, -1) {
			if found[m[1]] = true; memberDocs[m[1]][French] == "" {
				t.Errorf("%s: the member %s of a problem is not described in members.go", name, m[1])
			}
		}
	})
	shown := map[string]bool{}
	w := newWorld(t, nil)
	for code, names := range codeMembers {
		page := w.ask(t, "GET /problems/"+string(code), "Accept: text/html").Body.String()
		for _, name := range names {
			if shown[name] = true; !strings.Contains(page, "<code>"+name+"</code>") {
				t.Errorf("the page of %s lacks %s", code, name)
			}
		}
	}
	for name := range memberDocs {
		if !found[name] {
			t.Errorf("nothing gives a problem the member %s", name)
		}
		if !shown[name] {
			t.Errorf("no page of a problem has the member %s", name)
		}
	}
	doc := struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}{}
	if err := json.Unmarshal(w.openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	for name := range memberDocs {
		if doc.Components.Schemas["Problem"].Properties[name] == nil {
			t.Errorf("the schema of a problem lacks %s", name)
		}
	}
}

// TestMembers makes problems with numbers and reads them as a client does.
func TestMembers(t *testing.T) {
	s := newShop(t)
	fan, star, small := s.g.Fan(3), s.g.Creator(), s.g.Person()
	room := s.g.Live(star)
	send := func(body, key string) map[string]any {
		return problem(t, s.ask(t, "POST /v1/gifts", s.host, actingFor(fan), "Idempotency-Key: "+key, "", body))
	}
	p := send(`{"gift":"rose","target":"`+room+`"}`, "a")
	if got := fmt.Sprint(p["balance"], p["missing"]); got != "map[amount:3 asset:COIN] map[amount:2 asset:COIN]" {
		t.Errorf("too few coins: %s", got)
	}
	p = send(`{"gift":"rose","target":"`+room+`","expected_price":4}`, "b")
	if got := fmt.Sprint(p["price"]); got != "map[amount:5 asset:COIN]" {
		t.Errorf("another price: %s", got)
	}
	rec := s.ask(t, "POST /v1/programmes/live_gifts/join", s.host, actingFor(small))
	p = wantProblem(t, rec, fault.NotEligible)
	if text := rec.Body.String(); strings.Contains(text, "criterion.") || strings.Contains(text, `""`) || p["missing"] == nil {
		t.Errorf("not eligible: %s", text)
	}
}

func TestDueInWords(t *testing.T) {
	due := []string{"individual.dob.day", "individual.dob.month", "individual.dob.year", "external_account", "individual.address.city", "individual.address.line1", "brand.new.thing", "external_account"}
	if got := strings.Join(dueInWords(English, due), "; "); got != "your date of birth; a bank account that payouts go to; your address; something that the provider calls “brand › new › thing”" {
		t.Error(got)
	}
	closed := fault.New(fault.KYCRequired, "The payout account lacks: %s. Complete it with POST /v1/payout-account/onboarding-link.", strings.Join(due, ", ")).With("missing", due)
	if got := detailOf(French, closed); strings.Contains(got, "dob") || !strings.Contains(got, "votre date de naissance") {
		t.Error(got)
	}
	w := newWorld(t, nil)
	err := fault.New(fault.KYCRequired, "The payout account lacks: %s. Complete it with POST /v1/payout-account/onboarding-link.", strings.Join(due, ", ")).With("missing", due)
	if p := w.Explain(context.Background(), err); strings.Contains(p.Detail, "dob") || !strings.Contains(p.Detail, "your date of birth, a bank account that payouts go to, your address") {
		t.Error(p.Detail)
	}
}
