package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/config"
)

// repository is its root, seen from here.
const repository = "../.."

// markdown returns the repository's pages, by their path.
func markdown(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != repository && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		pages[path] = string(text)
		return err
	})
	if err != nil || len(pages) < 8 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	return pages
}

var (
	code   = regexp.MustCompile("(?ms)^```.*?^```|`[^`\n]*`")
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	title  = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	lonely = regexp.MustCompile("`(docs/[a-z0-9/-]+\\.md|[A-Z]+\\.md)`")
)

// TestLinks follows every relative link of every page, and its anchor.
func TestLinks(t *testing.T) {
	pages := markdown(t)
	for path, text := range pages {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			u, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: %s is no link: %v", path, m[1], err)
				continue
			}
			if u.Scheme != "" {
				continue // tests need no network
			}
			to := path
			if u.Path != "" {
				to = filepath.Join(filepath.Dir(path), u.Path)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", path, m[1])
			} else if u.Fragment != "" && !slices.Contains(anchors(pages[to]), u.Fragment) {
				t.Errorf("%s: %s has no heading #%s", path, to, u.Fragment)
			}
		}
		for _, m := range lonely.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(repository, m[1])); err != nil {
				t.Errorf("%s: the page %s is not there", path, m[1])
			}
		}
	}
}

// anchors are the headings as addresses.
func anchors(text string) []string {
	var all []string
	for _, m := range title.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, m[1]))
	}
	return all
}

// TestPackageDocs holds that a page which a package's manual names is there.
func TestPackageDocs(t *testing.T) {
	named := regexp.MustCompile(`docs/[a-z0-9/-]+\.md`)
	for path, text := range goFiles(t) {
		if strings.Contains(path, "/tidy/") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, page := range named.FindAllString(text, -1) {
			if _, err := os.Stat(filepath.Join(repository, page)); err != nil {
				t.Errorf("%s names %s, which is not there", path, page)
			}
		}
	}
}

// goFiles returns the program's source, by its path.
func goFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(filepath.Join(repository, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}

// notEvents are words of the same form in the packages that write events: the
// kinds of ledger transfers and of due work, and verbs of the audit log, that no
// event is called like.
var notEvents = strings.Fields(`coin_purchase.declined dispute.returned dispute.taken payout.returning payout.sending payout.next coin_purchase.fee earning.add_up earning.mature earning.pending gift.combo goal.end payout.drive payout.monthly payout.plan payout.recheck payout.returned payout.transferred person.mute person.unmute dispute.accept dispute.regained payout.release webhook.drive webhook.sweep`)

// eventTypes are the types that the code emits. Packages name them in full,
// so that one can search for them.
func eventTypes(t *testing.T) []string {
	t.Helper()
	word := regexp.MustCompile(`"((?:coin_purchase|earning|eligibility|gift|goal|leaderboard|live|payout|payout_account|person|policy|chat|tip|subscription|series|dispute|entitlement|fund|offer|order|deliverable|agency|task|webhook)(?:\.[a-z_]+)+)"`)
	types := map[string]bool{}
	for path, text := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") || !isEmitter(path) {
			continue
		}
		for _, m := range word.FindAllStringSubmatch(act.ReplaceAllString(text, ""), -1) {
			if !slices.Contains(notEvents, m[1]) {
				types[m[1]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(types))
}

// act is a verb of the audit log, which is no event.
var act = regexp.MustCompile(`(?:Verb(?::| =)|\bverb, [a-z, ]*:?=|\.record\(ctx, tx, &r,) +"([a-z_.]+)"`)

// TestAuditVerbs holds docs/operations.md to the acts that the code writes down,
// both ways.
func TestAuditVerbs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "docs/operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Who decided what")
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\|").FindAllStringSubmatch(table, -1) {
		told[m[1]] = true
	}
	written := map[string]bool{}
	places := goFiles(t)
	restore, err := os.ReadFile("restore.go")
	if err != nil {
		t.Fatal(err)
	}
	places["restore.go"] = string(restore)
	for path, text := range places {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, m := range act.FindAllStringSubmatch(text, -1) {
			written[m[1]] = true
		}
	}
	for _, kind := range app.Decisions {
		written[kind], written[kind+"_propose"], written[kind+"_decline"] = true, true, true
	}
	if want, got := slices.Sorted(maps.Keys(written)), slices.Sorted(maps.Keys(told)); !slices.Equal(want, got) {
		t.Errorf("docs/operations.md tells of the acts\n%v, the code writes down\n%v", got, want)
	}
}

// isEmitter reports whether the file is of a package of a product, which is
// where events are written.
func isEmitter(path string) bool {
	for _, edge := range []string{"/api/", "/web/", "/sandbox/", "/stripe/", "/sim/", "/bench/", "/tidy/", "/ledgertest/", "/report/", "/live/", "/tools/"} {
		if strings.Contains(path, edge) {
			return false
		}
	}
	return true
}

// documented are the types of docs/events.md with the fields of their data; a
// field that ends in ? may be missing.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "docs/events.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Types")
	all := map[string][]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| .* \\| (.*) \\|$").FindAllStringSubmatch(table, -1) {
		all[m[1]] = strings.Fields(strings.ReplaceAll(m[2], "`", ""))
	}
	return all
}

// TestEvents holds docs/events.md to the events that the code emits, both ways.
func TestEvents(t *testing.T) {
	types, pages := eventTypes(t), documented(t)
	if len(types) < 10 {
		t.Fatalf("the code emits only %v", types)
	}
	for _, kind := range types {
		if pages[kind] == nil {
			t.Errorf("docs/events.md does not tell of %s; write a line, or add it to notEvents if it is none", kind)
		}
	}
	for kind := range pages {
		if !slices.Contains(types, kind) {
			t.Errorf("docs/events.md tells of %s, which nothing emits", kind)
		}
	}
}

// moneyGoesBack tips, gives purchases back, and has two disputes end: the texts of
// the answers are those by which the sandbox's bank decides.
func (r *devRun) moneyGoesBack(t *testing.T) {
	t.Helper()
	var happened struct {
		Steps []struct{ ID string }
	}
	for _, what := range []string{"tip", "refund"} {
		r.post(t, "", "/v1/happenings", fmt.Sprintf(`{"what": %q}`, what), &happened)
		if what == "tip" {
			r.post(t, "", "/v1/tips/"+happened.Steps[len(happened.Steps)-1].ID+"/refund", `{"reason": "goodwill", "note": "It was too much."}`, nil)
		}
	}
	for _, evidence := range []string{"winning_evidence", "losing_evidence"} {
		r.post(t, "", "/v1/happenings", `{"what": "dispute"}`, &happened)
		r.post(t, "", "/v1/disputes/"+happened.Steps[len(happened.Steps)-1].ID+"/answer", fmt.Sprintf(`{"evidence": %q}`, evidence), nil)
	}
}

// TestEventFields lives through a sandbox and compares the data of the events
// with what docs/events.md says.
func TestEventFields(t *testing.T) {
	dev := startDev(t, filepath.Join(t.TempDir(), "world"))
	fan, creator := dev.world.People["fan"], dev.world.People["creator"]
	var card struct{ ID string }
	dev.post(t, string(fan), "/v1/cards/test", `{}`, &card)
	dev.post(t, string(fan), "/v1/coin-purchases", fmt.Sprintf(`{"coins": 700, "card": %q}`, card.ID), nil)
	dev.post(t, string(fan), "/v1/gifts", fmt.Sprintf(`{"gift": "confetti", "target": %q}`, dev.world.Content["live"]), nil)
	dev.post(t, string(fan), "/v1/gifts", fmt.Sprintf(`{"gift": "rose", "target": %q, "combo": {"id": "cmb_01jd0000000000000000000001", "seq": 1}}`, dev.world.Content["live"]), nil)
	var goal, message struct{ ID string }
	dev.post(t, string(creator), "/v1/goals", fmt.Sprintf(`{"title": "Roses", "metric": "gifts", "gift": "rose", "wanted": 1, "target": %q}`, dev.world.Content["live"]), &goal)
	dev.post(t, string(creator), "/v1/goals", `{"title": "A camera", "metric": "coins", "wanted": 100000}`, nil)
	dev.post(t, string(fan), "/v1/gifts", fmt.Sprintf(`{"gift": "rose", "target": %q}`, dev.world.Content["live"]), nil)
	dev.post(t, string(fan), "/v1/live-rooms/"+dev.world.Content["live"]+"/messages", `{"text": "Hello"}`, &message)
	dev.post(t, string(creator), "/v1/live-rooms/"+dev.world.Content["live"]+"/messages/"+message.ID+"/hide", "", nil)
	dev.await(t, "goal.progressed", "goal.reached", "leaderboard.changed")
	dev.post(t, string(creator), "/v1/live-rooms/"+dev.world.Content["live"]+"/end", "", nil)
	dev.post(t, "", "/v1/clock/advance", `{"seconds": 700000}`, nil)
	var asked struct{ ID string }
	dev.post(t, string(creator), "/v1/payouts", `{}`, &asked)
	dev.post(t, "", "/v1/payouts/"+asked.ID+"/hold", `{"reason": "We look into it."}`, nil)
	dev.post(t, "", "/v1/payouts/"+asked.ID+"/release", `{"reason": "All is well."}`, nil)
	dev.post(t, "", "/v1/clock/advance", `{"seconds": 400000}`, nil)
	dev.post(t, "", "/v1/happenings", `{"what": "refund"}`, nil)
	dev.post(t, "", "/v1/happenings", `{"what": "dispute"}`, nil)
	dev.moneyGoesBack(t)
	var hook struct{ ID string }
	dev.post(t, "", "/v1/webhook-endpoints", `{"url": "http://127.0.0.1:3000/hook", "types": ["goal.reached"]}`, &hook)
	dev.post(t, "", "/v1/webhook-endpoints/"+hook.ID+"/test", "", nil)
	dev.post(t, "", "/v1/webhook-endpoints/"+hook.ID+"/disable", `{}`, nil)
	dev.post(t, "", "/v1/webhook-endpoints/"+hook.ID+"/enable", `{}`, nil)

	pages, seen := documented(t), map[string]bool{}
	for after, more := int64(0), true; more; {
		var list struct {
			Data []struct {
				Type     string
				Sequence int64
				Data     map[string]json.RawMessage
			}
			HasMore      bool  `json:"has_more"`
			NextSequence int64 `json:"next_sequence"`
		}
		if err := json.Unmarshal([]byte(dev.get(fmt.Sprintf("/v1/events?limit=100&after=%d", after), "")), &list); err != nil {
			t.Fatal(err)
		}
		for _, e := range list.Data {
			if after++; e.Sequence != after {
				t.Fatalf("after the event %d comes %d", after-1, e.Sequence)
			}
			seen[e.Type] = true
			compareFields(t, e.Type, slices.Sorted(maps.Keys(e.Data)), pages[e.Type])
		}
		more = list.HasMore
	}
	// The data of some are those of the others of their kind; the tests of earnings
	// and payouts hold the rest to their fields.
	elsewhere := []string{"dispute.closed", "earning.restored", "earning.recovered", "payout.failed", "payout.canceled", "payout.notice", "payout.carried", "payout_account.bank_changed"}
	for kind := range pages {
		if !seen[kind] && !slices.Contains(elsewhere, kind) {
			t.Errorf("there was no %s to compare with docs/events.md", kind)
		}
	}
}

// await waits until events of these types were written: what is added up in
// the background comes a moment later.
func (r *devRun) await(t *testing.T, kinds ...string) {
	t.Helper()
	for _, kind := range kinds {
		for until := time.Now().Add(20 * time.Second); !strings.Contains(r.get("/v1/events?limit=100&type="+kind, ""), `"type":"`+kind+`"`); {
			if time.Now().After(until) {
				t.Fatalf("there was no %s in 20 s", kind)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func compareFields(t *testing.T, kind string, got, want []string) {
	t.Helper()
	for _, field := range got {
		if !slices.Contains(want, field) && !slices.Contains(want, field+"?") {
			t.Errorf("%s has the field %s, of which docs/events.md does not tell", kind, field)
		}
	}
	for _, field := range want {
		if !strings.HasSuffix(field, "?") && !slices.Contains(got, field) {
			t.Errorf("%s has no field %s, of which docs/events.md tells", kind, field)
		}
	}
}

// post sends to the API with the key of dev.json, and reads the answer.
func (r *devRun) post(t *testing.T, person, path, body string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.world.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.world.OperatorKey)
	r.posted++
	req.Header.Set("Idempotency-Key", fmt.Sprintf("docs-%d", r.posted))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if person != "" {
		req.Header.Set("Ovation-Person", person)
	}
	a := (&rig{t: t}).do(req)
	if a.status >= 300 {
		t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(a.body), into); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSettingsPage holds docs/settings.md to the settings that there are.
func TestSettingsPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "docs/settings.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range config.Variables() {
		flag := strings.ReplaceAll(config.FileName(v), "_", "-")
		row := fmt.Sprintf("| `--%s` | `%s` | `%s` |", flag, v, config.FileName(v))
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/settings.md has no line that begins with %s", row)
		}
	}
}
