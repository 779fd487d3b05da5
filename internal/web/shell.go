package web

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ovationhq/ovation/internal/people"
)

// hat is one way to use the site: as a fan, a creator, an operator or a
// developer. The address says which hat the visitor wears at the moment.
type hat struct {
	name   string      // of its words: hat.<name>
	prefix string      // of its addresses
	icon   string      // beside its name
	role   people.Role // that may wear it; "" is everybody
	open   bool        // in a sandbox everybody who is signed in may wear it
	items  []navItem   // the first five stand in the bar of a phone
}

// navItem is one page of the navigation.
type navItem struct {
	path, icon string
	words      string // the key of its label
	key        string // after g, the letter that leads there
}

// hats is the navigation: one line for each page that stands in it. A product
// adds its line where its page belongs.
var hats = []hat{
	{name: "fan", prefix: "/", icon: "heart", items: []navItem{
		{"/", "video", "nav.feed", "f"},
		{"/live", "live", "nav.live", "l"},
		{"/wallet", "wallet", "nav.wallet", "w"},
		{"/me", "user", "nav.me", "m"},
	}},
	{name: "creator", prefix: "/c", icon: "sparkles", items: []navItem{
		{"/c", "home", "nav.hub", "c"},
		{"/c/earnings", "coins", "nav.earnings", "e"},
		{"/c/payouts", "bank", "nav.payouts", "p"},
		{"/c/tips", "heart", "nav.tips", "5"},
		{"/c/statements", "receipt", "nav.statements", "6"},
		{"/c/lives", "live", "nav.lives", "a"},
		{"/c/content", "video", "nav.content", "v"},
		{"/c/supporters", "trophy", "nav.supporters", "s"},
		{"/c/goals", "goal", "nav.goals", "t"},
		{"/c/programmes", "badge-check", "nav.programmes", "r"},
	}},
	{name: "operator", prefix: "/op", icon: "shield-check", role: people.Operator, items: []navItem{
		{"/op", "gauge", "nav.op", "o"},
		{"/op/ledger", "book", "nav.op_ledger", "b"},
		{"/op/people", "users", "nav.op_people", "u"},
		{"/op/payouts", "bank", "nav.op_payouts", "y"},
		{"/op/disputes", "alert-triangle", "nav.op_disputes", "3"},
		{"/op/refunds", "refresh", "nav.op_refunds", "4"},
		{"/op/cases", "flag", "nav.op_cases", "1"},
		{"/op/reconcile", "scale", "nav.op_reconcile", "2"},
		{"/op/catalog", "store", "nav.op_catalog", "k"},
		{"/op/rates", "percent", "nav.op_rates", "q"},
		{"/op/rules", "scale", "nav.op_rules", "7"},
		{"/op/jobs", "wrench", "nav.op_jobs", "j"},
		{"/op/audit", "history", "nav.op_audit", "i"},
	}},
	{name: "developer", prefix: "/dev", icon: "terminal", role: people.Operator, open: true, items: developerPages},
}

// pageKey is what some keys do on one page alone.
type pageKey struct {
	keys  []string // as they stand on a keyboard
	words string   // the key of what they do
}

// hatOf is the hat that a navigation page belongs to.
func hatOf(area string) *hat {
	for i := range hats {
		for _, item := range hats[i].items {
			if item.path == area {
				return &hats[i]
			}
		}
	}
	return &hats[0]
}

// wears reports whether the visitor may wear the hat. Everybody sees what
// creators have: becoming one starts there.
func (v *visit) wears(h *hat) bool {
	return h.role == "" || v.is(h.role) || h.open && v.person != nil && v.site.cfg.Sandbox != nil
}

// items are the pages of a hat that this site has.
func (v *visit) items(h *hat) []navItem {
	if v.site.cfg.Sandbox != nil {
		return h.items
	}
	return slices.DeleteFunc(slices.Clone(h.items), func(i navItem) bool { return sandboxPages[i.path] })
}

// worn are the hats that the visitor may wear.
func (v *visit) worn() (all []*hat) {
	for i := range hats {
		if v.wears(&hats[i]) {
			all = append(all, &hats[i])
		}
	}
	return all
}

// inBar is how many pages the bar of a phone has room for.
const inBar = 5

// near reports whether the item stands in the bar of a phone, where the last
// place leads to the rest when there are more.
func near(h *hat, i int) bool { return i < inBar-1 || len(h.items) == inBar && i < inBar }

// initials are what stands in the circle beside a name.
func initials(name string) string {
	var b strings.Builder
	for _, word := range strings.Fields(name) {
		if r, _ := utf8.DecodeRuneInString(word); b.Len() < 6 && r != utf8.RuneError {
			b.WriteRune(r)
		}
		if utf8.RuneCountInString(b.String()) == 2 {
			break
		}
	}
	return b.String()
}

// hue picks one of eight colours for a person, always the same one.
func hue(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return "h" + strconv.Itoa(int(h.Sum32()%8))
}

// shown is when the page was made, for the browser to say how old it is when
// the connection is gone.
func (v *visit) shown() int64 { return v.clock().UnixMicro() }
