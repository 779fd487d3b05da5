package walk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// views are the ways in which every page is looked at: each theme in each
// language, on a phone and on a wide screen.
var views = []struct {
	theme, lang   string
	width, height int64
}{{"light", "en", 1440, 900}, {"dark", "en", 360, 640}, {"light", "fr", 360, 640}, {"dark", "fr", 1440, 900}}

// TestAccessible looks at every page of every navigation, and at some that
// stand in none, with axe; none of them scrolls sideways on a phone or lacks a
// word. What several people see is looked at in all views as the first of them.
func TestAccessible(t *testing.T) {
	s := open(t)
	b := s.browser()
	seen, known := map[string]bool{}, map[string]int{}
	for _, who := range []string{"", "Fay", "Mina", "Theo", "Olu"} {
		if who != "" {
			b.Size(1440, 900)
			b.Go(s.url + "/wallet")
			b.Become(who)
		}
		for _, path := range s.pages(b, who) {
			if seen[who+path] {
				continue
			}
			seen[who+path] = true
			looks := views
			if n := known[path]; n > 0 { // somebody else's page of the same parts: one look, each time another
				looks = views[n%len(views):][:1]
			}
			known[path]++
			for _, v := range looks {
				b.Cookie(s.url, "ovation_lang", v.lang)
				b.Theme(v.theme, true)
				b.Size(v.width, v.height)
				b.Go(s.url + path)
				name := fmt.Sprintf("%s as %q, %s, %s, %d wide", path, who, v.theme, v.lang, v.width)
				b.Narrow(name)
				b.Accessible(name)
				b.Spoken(name)
			}
		}
		b.Cookie(s.url, "ovation_lang", "en")
	}
	s.happens(b, "payout.failed", "dispute", "tip", "refund")
	s.deeper(t, b)
	t.Logf("%d pages, each in %d views as who sees it first", len(seen), len(views))
}

// deep are pages that stand in no navigation, as who sees them, each with the
// link on another page that leads there, or with its address.
var deep = []struct{ who, from, link string }{
	{"Fay", "", "/me/limits"},
	{"Fay", "", "/@mina"},
	{"Fay", "", "/explain/gft_00000000000000000000000000"}, // a problem
	{"Fay", "/wallet", `a[href^="/purchases/"]`},           // the latest was refunded
	{"Fay", "", "/tip/mina"},
	{"Fay", "", "/tip/mina?amount=own&custom=7&cover=no"},
	{"Fay", "/tips", `a[href^="/tips/tip_"]`},
	{"Fay", "/wallet", `a[href^="/explain/gft_"], a[href^="/explain/cmb_"]`},
	{"Mina", "/c/lives", `.things a[href^="/c/lives/"]`},
	{"Mina", "/c/payouts", `a[href^="/c/payouts/pyo_"]`},
	{"Mina", "", "/c/payouts?state=returned"},
	{"Mina", "/c/payouts?state=returned", `a[href^="/c/payouts/pyo_"]`},
	{"Mina", "", "/c/payouts/balance"},
	{"Mina", "/c/statements", `main a[href^="/c/statements/"]:not([download])`},
	{"Olu", "/op/people", `a[href^="/op/people/usr_"]`},
	{"Olu", "/op/ledger?prefix=platform/", `a[href^="/op/ledger/account?"]`},
	{"Olu", "/op/ledger/transfers", `a[href^="/op/ledger/txn_"]`},
	{"Olu", "", "/op/catalog/new?set=gift-catalog"},
	{"Olu", "", "/op/rules/new?set=tips"},
	{"Olu", "", "/op/rules/new?set=payouts"},
	{"Olu", "/op/disputes", `a.button[href^="/op/disputes/dsp_"]`},
	{"Olu", "", "/op/refunds?state=all"},
	{"Olu", "/op/people/{fan}", `a[href^="/op/refund?"]`},
	{"Olu", "", "/op/cases?kind=dispute"},
	{"Olu", "", "/dev/sandbox/provider"},
	{"Olu", "", "/dev/sandbox/provider?of=dispute"},
	{"Olu", "", "/dev/sandbox/provider?of=payout"},
}

// happens has things happen, as who tries the sandbox does by its buttons.
func (s *sandbox) happens(b tab, all ...string) {
	s.Helper()
	b.Size(1440, 900)
	b.Go(s.url + "/wallet")
	b.Become("Olu")
	for _, what := range all {
		b.Go(s.url + "/dev/sandbox")
		b.Do("have a "+what, browsertest.Click(`button[value="`+what+`"]`))
		b.Until("read that it happened", `document.readyState === 'complete' && location.search.includes('did=')`)
	}
}

// deeper looks at pages that only other pages lead to, each in one view, each
// time another.
func (s *sandbox) deeper(t *testing.T, b tab) {
	who := ""
	for n, d := range deep {
		if d.who != who {
			who = d.who
			b.Size(1440, 900)
			b.Go(s.url + "/wallet")
			b.Become(who)
		}
		path := d.link
		if d.from != "" {
			b.Go(s.url + strings.ReplaceAll(d.from, "{fan}", string(s.world.People["fan"])))
			if path = b.Value("document.querySelector(`" + d.link + "`)?.getAttribute('href') ?? ''"); path == "" {
				t.Errorf("%s as %s leads to no %s", d.from, who, d.link)
				continue
			}
		}
		v := views[n%len(views)]
		b.Cookie(s.url, "ovation_lang", v.lang)
		b.Theme(v.theme, true)
		b.Size(v.width, v.height)
		b.Go(s.url + path)
		name := fmt.Sprintf("%s as %q, %s, %s, %d wide", path, who, v.theme, v.lang, v.width)
		b.Narrow(name)
		b.Accessible(name)
		b.Spoken(name)
		b.Cookie(s.url, "ovation_lang", "en")
	}
}

// pages are those of the navigation as the person sees it, and some besides.
func (s *sandbox) pages(b tab, who string) []string {
	all := strings.Fields(b.Value(`[...document.querySelectorAll('#keys a[data-key]')].map(a => a.getAttribute('href')).join(' ')`))
	all = append(all, "/find?q=a", "/nowhere", "/live/"+s.world.Content["live"], "/v/"+s.world.Content["video"])
	if who == "" {
		all = append(all, "/sign-in", "/sign-up", "/docs/ui")
	}
	slices.Sort(all)
	return slices.Compact(all)
}
