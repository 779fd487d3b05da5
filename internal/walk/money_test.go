package walk

import (
	"encoding/csv"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	provider "github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// earner is a creator at her own browser, with a fan and an operator at theirs.
type earner struct {
	tab
	s         *sandbox
	fan, boss tab
}

// TestMoney is real money both ways as its people see it, each in a browser of
// their own: a creator opens a payout account that lacks something at first, a
// fan tips her, both balances agree, the money reaches her bank, the bank sends
// some of it back and it goes again, and her statements sum to what the
// provider's books say reached the bank.
func TestMoney(t *testing.T) {
	s := open(t)
	e := earner{s.browser(), s, s.browser(), s.browser()}
	e.Go(s.url + "/sign-up?to=/me")
	e.signsUp("Ines Duarte", "ines.duarte")
	e.Do("see one's own page", browsertest.See(`.ways a[href="/c"]`))
	e.opensAccount()
	e.tipped("10", "For the song of the lighthouse", true)
	e.tipped("25", "", false)
	e.paid()
	e.tipped("40", "", true)
	e.bounced()
	e.reads()
}

// opensAccount leads to tips by way of an account with the provider, which
// wants a document before it lets anybody be paid.
func (e earner) opensAccount() {
	e.T.Helper()
	e.Enter(`.ways a[href="/c"]`)
	e.Enter(`a[href="/c/programmes"].button`)
	for _, followers := range []string{"5,200", "10,400"} { // two good weeks make enough
		e.Enter(`form[action="/sandbox/audience"] button`)
		e.Until("have an audience", `document.readyState === 'complete' && document.querySelector('#tips .criteria')?.textContent.includes('`+followers+`')`)
	}
	e.Accessible("tips that lack a payout account")
	e.Enter(`#tips a[href^="/c/payouts"]`)
	e.onboards("document")
	e.Until("read what is missing", `document.querySelector('#payout-account .wanted.bad + ul')?.textContent.includes('passport')`)
	e.Accessible("a payout account that lacks a document")
	e.Shot("money-lacks")
	e.fan.Go(e.s.url + "/tip/ines.duarte")
	e.fan.Do("read that tips are closed", browsertest.See(".tip-sheet .notice.info"))
	e.fan.Accessible("tips that are closed")
	e.fan.Shot("money-closed")

	e.onboards("complete")
	e.Until("have an account", `document.querySelector('#payout-account .notice.good')`)
	e.Accessible("a payout account")
	e.letters("g", "r")
	e.Enter(`#tips form[action="/c/programmes/join"] button`)
	e.Until("be in", `document.querySelector('#tips .state.active')`)
}

// onboards goes to the provider's page from that of the payouts, and comes back
// from it with a form that ends so.
func (e earner) onboards(variant string) {
	e.T.Helper()
	e.Enter(`#payout-account form[action="/c/payouts/onboarding"] button`)
	e.Do("see the provider's page", browsertest.See("#bank"))
	e.Fill("#name", "Ines Duarte")
	e.Choose(`input[name=variant]`, `[value="`+variant+`"]`)
	e.Do("send the form", browsertest.Press(kb.Enter))
	e.Do("be back", browsertest.See(`#payout-account`))
}

// tipped has the fan tip from where everybody does.
func (e earner) tipped(amount, message string, cover bool) {
	f := e.fan
	f.T.Helper()
	f.Go(e.s.url + "/tip/ines.duarte")
	f.Become("Fay") // days have passed, after which a session ends
	if f.Value(`String(Boolean(document.querySelector('form[action="/wallet/cards/test"]')))`) == "true" {
		f.Enter(`form[action="/wallet/cards/test"] button`)
		f.Do("have a card", browsertest.See(`#tip-form input[type=radio][name=card]`))
	}
	f.Do("see the form", browsertest.See(`#tip-form button[type=submit]`))
	f.Fill("#tip-custom", amount)
	if !cover {
		f.Choose(`input[name=cover]`, `[value="no"]`)
	}
	f.Fill("#tip-message", message)
	f.Until("read the price", `document.querySelector('.tip-sum')?.textContent.includes('$`+amount+`')`)
	f.Accessible("a tip of " + amount)
	f.Shot("money-tip-" + amount)
	f.Enter(`#tip-form button[type=submit]`)
	f.Until("be thanked", `document.readyState === 'complete' && document.querySelector('#tip .notice.good')`)
	f.Accessible("a tip that was given")
	f.Shot("money-tipped-" + amount)
}

// paid waits out the hold and has all that she got paid to her bank; on the way
// both sides say the same.
func (e earner) paid() {
	e.T.Helper()
	e.letters("g", "p")
	e.Until("see what is pending", `document.readyState === 'complete' && document.querySelector('#pending')?.textContent === '$33.97'`)
	e.agree("$0.00")
	e.Accessible("tips that are pending")
	e.Shot("money-pending")
	e.asks("$33.97")
	e.agree("$33.97")
	e.Shot("money-sent")
	e.passes("have it in the bank", `document.querySelector('#payout-list .state.paid')`)
	e.agree("$0.00")
	e.Accessible("a payout in the bank")
	e.Shot("money-paid")
}

// asks lets the days pass until all that is named is available, and asks for it
// to be paid.
func (e earner) asks(all string) {
	e.T.Helper()
	e.passes("have it available", `document.querySelector('#available')?.textContent === '`+all+`'`)
	e.Enter(`form[action="/c/payouts"]:has(#amount) button[type=submit]`)
	e.sends()
}

// sends waits until the provider has the payout that was asked for.
func (e earner) sends() {
	e.T.Helper()
	e.Until("have asked", `document.readyState === 'complete' && document.querySelector('#payout-list .state:is(.scheduled, .held, .sending, .sent)')`)
	e.passes("have it sent", `document.querySelector('#payout-list .state.sent')`)
}

// passes moves the clock on by days, until what is waited for is there.
func (e earner) passes(what, until string) {
	e.T.Helper()
	for range 12 {
		if e.Value(`String(Boolean(`+until+`))`) == "true" {
			return
		}
		was := e.Value(`document.querySelector('.sandbox .clock time').dateTime`)
		e.Enter(`form[action="/sandbox/advance"] button[value="24h0m0s"]`)
		e.Until("have a day pass", `document.readyState === 'complete' && document.querySelector('.sandbox .clock time')?.dateTime > '`+was+`'`)
	}
	e.Until(what, until)
}

// agree wants both sides to say that so much is on its way to the bank, and the
// same.
func (e earner) agree(transit string) {
	e.T.Helper()
	e.Until("see both sides", `document.querySelector('#both .notice.good')`)
	if got := e.Value(`[...document.querySelectorAll('#both tbody tr:last-child td')].map(n => n.textContent.trim()).join(' ')`); got != transit+" "+transit {
		e.T.Errorf("the two sides say %q is on its way, want %s", got, transit)
	}
}

// bounced has the bank send the next payout back: the money is hers again, with
// the reason, and goes once more to another bank.
func (e earner) bounced() {
	e.T.Helper()
	e.asks("$40.00")
	o := e.boss
	o.Go(e.s.url + "/dev/sandbox/provider?of=payout")
	o.Become("Olu")
	o.Do("see the provider's payouts", browsertest.See(`#things button[value="payout.bounce"]`))
	o.Accessible("the payouts of the provider")
	o.Shot("money-provider")
	o.Enter(`#things button[value="payout.bounce"]`)
	o.Until("have it sent back", `document.readyState === 'complete' && document.querySelector('#things tbody tr')?.textContent.includes('failed')`)
	e.Until("hear of it", `document.querySelector('#payout-list .notice.bad')`)
	e.Go(e.s.url + "/c/payouts")
	if said := e.Text("#payout-list .notice.bad"); !strings.Contains(said, "The bank account has been closed.") || !strings.Contains(said, "$40.00 are yours and available again.") {
		e.T.Errorf("of a payout that came back she reads: %s", said)
	}
	if left := e.Text("#available"); left != "$40.00" {
		e.T.Errorf("%s are available after $40.00 came back", left)
	}
	e.agree("$0.00")
	e.Accessible("a payout that came back")
	e.Shot("money-bounced")
	e.onboards("complete")
	e.Enter(`#payout-list form[action="/c/payouts"] button`)
	e.sends()
	e.Shot("money-again")
	e.passes("have it in the bank", `!document.querySelector('#payout-list .state.sent') && document.querySelectorAll('#payout-list .state.paid').length === 2`)
	e.agree("$0.00")
}

// reads opens the statement of every month and its files: the same numbers in
// each, and what reached the bank in all of them is what the provider paid.
func (e earner) reads() {
	e.T.Helper()
	e.letters("g", "6")
	e.Do("see the statements", browsertest.See(`main a[href$=".csv"]`))
	e.Accessible("the statements")
	e.Shot("money-statements")
	var paid, sent, left int64
	for _, month := range strings.Fields(e.Value(`[...document.querySelectorAll('main tbody td:first-child a')].map(a => a.getAttribute('href')).reverse().join(' ')`)) {
		e.Go(e.s.url + month)
		e.Do("see the rows", browsertest.See(".statement tbody"))
		e.Accessible("a statement")
		e.Shot("money-statement-" + path.Base(month))
		if left != cents(e.T, e.Text(".statement tbody tr.edge .num")) {
			e.T.Errorf("%s begins with %s, and the month before ended with %d cents", month, e.Text(".statement tbody tr.edge .num"), left)
		}
		of := e.sums(month + ".csv")
		left, paid, sent = of["opening"]+of["row"], paid+of["bank"], sent+of["gone"]
		if left != of["closing"] || left != cents(e.T, e.Text(".statement tfoot .num")) {
			e.T.Errorf("%s: the rows lead to %d cents, the file ends with %d and the page with %s", month, left, of["closing"], e.Text(".statement tfoot .num"))
		}
		if got := of["on_the_way_before"] - of["gone"] - of["on_the_way_after"]; got != of["bank"] {
			e.T.Errorf("%s: the payouts of the rows make %d cents at the bank, its lines %d", month, got, of["bank"])
		}
		if kind := e.Value(`fetch('` + month + `.pdf').then(r => r.arrayBuffer()).then(b => new TextDecoder('latin1').decode(b.slice(0, 5)) + (b.byteLength > 10000))`); kind != "%PDF-true" {
			e.T.Errorf("%s.pdf begins with, and is long: %s", month, kind)
		}
	}
	if theirs := e.reached(); paid != theirs || -sent != theirs || left != 0 {
		e.T.Errorf("the statements say %d cents reached the bank, their rows that %d went and %d is left; the provider paid %d", paid, -sent, left, theirs)
	}
}

// sums reads a file of a statement: what its parts sum to, in cents, and of its
// rows what went to banks less what came back.
func (e earner) sums(file string) map[string]int64 {
	e.T.Helper()
	e.TabTo(`a[href="` + file + `"]`)
	rows, err := csv.NewReader(strings.NewReader(e.Value(`fetch(document.activeElement.href).then(r => r.text())`))).ReadAll()
	if err != nil || len(rows) < 3 {
		e.T.Fatalf("%s has %d rows: %v", file, len(rows), err)
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	of := map[string]int64{}
	for _, r := range rows[1:] {
		part, amount := r[at("part")], r[at("amount")]
		if part == "opening" || part == "closing" {
			amount = r[at("balance")]
		}
		of[part] += cents(e.T, amount)
		if strings.HasPrefix(r[at("kind")], "payout") {
			of["gone"] += cents(e.T, amount)
		}
	}
	return of
}

// reached is what the provider's books say it paid to the creator's bank.
func (e earner) reached() (cents int64) {
	ours := e.Value(`[...document.querySelectorAll('.statement-apart a[href^="/explain/pyo_"]')].map(a => a.getAttribute('href')).join(' ')`)
	owner := ""
	all := e.s.app.Sandbox().Latest(provider.Payouts, 1000)
	for _, p := range all {
		if p.Ref != "" && strings.Contains(ours, p.Ref) {
			owner = p.Owner
		}
	}
	for _, p := range all {
		if p.State == "paid" && p.Owner == owner {
			cents += p.Amount
		}
	}
	return cents
}

// cents is an amount of dollars as a file or a page writes it.
func cents(t testing.TB, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.NewReplacer("$", "", ".", "", ",", "", "−", "-", "\u2011", "-").Replace(text), 10, 64)
	if err != nil {
		t.Errorf("%q is no amount", text)
	}
	return n
}
