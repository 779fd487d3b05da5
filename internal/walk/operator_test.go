package walk

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// TestOperator is how somebody who might run Ovation looks it over, by the
// keyboard alone: what is owed and whether the books hold, a gift and where its
// money went, the books as they were, a price that changes at a date, and the
// log that says who did it.
func TestOperator(t *testing.T) {
	s := open(t)
	b := s.browser()
	b.Become("Olu")
	b.letters("g", "o")
	b.Do("see the overview", browsertest.See("#integrity"))
	checks := b.Value(`String(document.querySelectorAll('#integrity tbody tr').length)`)
	b.Enter(`form[action="/op/verify"] button`)
	b.Until("have the books checked", `document.querySelector('#integrity .light.good') && document.querySelectorAll('#integrity tbody tr').length > `+checks)
	b.Accessible("the books, just checked")

	b.letters("g", "b")
	b.Do("see the accounts", browsertest.See("#tree"))
	b.Until("see them sum to zero", `document.querySelectorAll('.zero .light.good').length > 1 && !document.querySelector('.zero .light.bad')`)
	now := b.Text(".zero + tr, tbody tr:first-child")
	b.TabTo(`input[type=range]`)
	b.Do("go back in time", browsertest.Press(kb.Home))
	b.Until("see the books as they were", `location.search.includes('at=') || location.search.includes('t=')`)
	b.Until("see them sum to zero", `document.querySelector('#books .zero .light.good') && !document.querySelector('.zero .light.bad')`)
	b.Accessible("the books as they were")
	b.Shot("operator-as-of")
	if then := b.Text("tbody tr:first-child"); then == now {
		t.Errorf("at the beginning the books show what they show now: %s", now)
	}

	b.Go(s.url + "/op/ledger/transfers?kind=gift.sent")
	b.Do("see the gifts", browsertest.See("#transfers tbody tr"))
	b.Enter(`#transfers tbody th a`)
	b.Do("see the gift's lines", browsertest.See("#lines"))
	b.Accessible("a transfer")
	b.Enter(`a.button[data-explain]`)
	b.Do("see where it comes from", browsertest.See("#panel[open] #explanation"))
	b.Until("read the formula", `document.querySelector('#panel .formula')`)
	b.Enter(`#panel .chain a`)
	b.Until("follow it to what it became", `document.querySelector('#panel .chain [aria-current=step]')?.textContent.includes('Earning')`)
	b.Do("close it", browsertest.Press(kb.Escape))
	s.schedules(b)
}

// schedules changes the price of a gift from a day on, and reads that it did.
func (s *sandbox) schedules(b tab) {
	s.Helper()
	b.letters("g", "k")
	b.Do("see the catalogue", browsertest.See(`a[href^="/op/catalog/new"]`))
	b.Enter(`a[href^="/op/catalog/new"]`)
	b.Do("see the form", browsertest.See("#draft-reason"))
	b.Accessible("a catalogue that is changed")
	b.Fill(`input[name="0.price"]`, "7")
	b.TabTo("#draft-from")
	b.Fill("#draft-reason", "A price that was too low")
	b.Do("schedule it", browsertest.Press(kb.Enter), browsertest.See(".notice.good"))
	b.Shot("operator-scheduled")
	b.letters("g", "i")
	b.Do("see the log", browsertest.See("#acts"))
	if log := b.Text("#acts"); !strings.Contains(log, "A price that was too low") {
		s.Errorf("the log does not say why the price changes: %s", log)
	}
	b.letters("g", "j")
	b.Do("see what the server does", browsertest.See("main table th a"))
	if raw := b.Value(`[...document.querySelectorAll('main table th a')].map(n => n.textContent).filter(t => /^[a-z_]+\.[a-z_]+$/.test(t)).join(' ')`); raw != "" {
		s.Errorf("kinds of work without words: %s", raw)
	}
	b.letters("g", "u")
	b.Do("see the people", browsertest.See(`input[type=search][name=q]`))
	b.Fill(`main input[type=search][name=q]`, "mina")
	b.Do("search", browsertest.Press(kb.Enter))
	b.Until("find her", `location.search.includes('q=mina') && document.querySelector('main a[href^="/op/people/usr_"]')?.textContent.includes('Mina Okafor')`)
	b.Enter(`main a[href^="/op/people/usr_"]`)
	b.Do("see all about her", browsertest.See(".dossier-head"))
	b.Accessible("a person")
	b.Shot("operator-person")
}
