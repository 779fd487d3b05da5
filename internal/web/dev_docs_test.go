package web

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/people"
)

var (
	typeRow   = regexp.MustCompile("(?m)^\\| `([a-z_]+(?:\\.[a-z_]+)+)` \\| .* \\| ((?:`[a-z0-9_]+\\??` ?)+)\\|$")
	fieldName = regexp.MustCompile("`([a-z0-9_]+)(\\??)`")
)

// TestSamples holds the samples and their words to docs/events.md: the same
// types in the same order, each with the fields that the page names.
func TestSamples(t *testing.T) {
	page, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, row := range typeRow.FindAllStringSubmatch(string(page), -1) {
		types = append(types, row[1])
		var data map[string]json.RawMessage
		if err := json.Unmarshal(allSamples().data[row[1]], &data); err != nil {
			t.Errorf("samples/events.json has no %s: %v", row[1], err)
			continue
		}
		for _, f := range fieldName.FindAllStringSubmatch(row[2], -1) {
			if _, ok := data[f[1]]; !ok && f[2] == "" {
				t.Errorf("the sample of %s lacks %s", row[1], f[1])
			}
			delete(data, f[1])
		}
		if len(data) > 0 {
			t.Errorf("the sample of %s has %v besides", row[1], slices.Sorted(maps.Keys(data)))
		}
		if !json.Valid([]byte(sampleOf(row[1]))) || words["fr"]["dev.of.event."+row[1]] == "" {
			t.Errorf("%s has no sample or no words", row[1])
		}
	}
	if len(types) < 15 || !slices.Equal(types, eventTypes()) {
		t.Errorf("docs/events.md has %q, the samples are %q", types, eventTypes())
	}
	for key := range words["en"] {
		if name, ok := strings.CutPrefix(key, "dev.of.event."); ok && !isEventType(name) {
			t.Errorf("there is no event %s to have words for", name)
		}
	}
}

// TestSnippets holds the snippets of the page to docs/webhooks.md, whose own
// test runs them.
func TestSnippets(t *testing.T) {
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for lang, code := range map[string]string{"go": verifyGo, "js": verifyJS, "python": verifyPython} {
		if !strings.Contains(string(page), "```"+lang+"\n"+code+"```") {
			t.Errorf("samples/verify.%s.txt is not what docs/webhooks.md has", lang)
		}
	}
}

// TestScopeWords wants a sentence for each scope, and each in one group.
func TestScopeWords(t *testing.T) {
	for _, d := range people.ScopeDocs() {
		in := 0
		for _, g := range scopeGroups {
			if slices.Contains(g.Scopes, d.Scope) {
				in++
			}
		}
		if in != 1 || words["en"]["dev.of.scope."+string(d.Scope)] == "" {
			t.Errorf("the scope %s is in %d groups, or has no words", d.Scope, in)
		}
	}
}

// TestCurlWrong quotes an address for a shell.
func TestCurlWrong(t *testing.T) {
	if got := curlWrong("https://example.org/it's;rm"); !strings.Contains(got, `'https://example.org/it'\''s;rm' \`) {
		t.Errorf("%s", got)
	}
}
