package walk

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// TestFan is a stranger's first five minutes, by the keyboard alone: from the
// feed into a LIVE, a gift that asks for an account, coins that are bought where
// one stands, a combo of ten, a place on the leaderboard, and where the coins
// went.
func TestFan(t *testing.T) {
	s := open(t)
	b := s.browser()
	b.Enter(`.slide[data-live] a.enter`)
	b.Do("see the room", browsertest.See("#stage[data-connected]"))
	b.Choose(`input[name=gift]`, `[data-name="Rose"]`)
	b.Enter("#send")
	b.Do("be asked who one is", browsertest.See("#guest[open]"))
	b.Accessible("a guest who gives")
	b.Enter(`#guest a[data-to="/sign-up"]`)
	b.Do("see the form", browsertest.See("#handle"))
	b.signsUp("Nora Lind", "nora.lind")
	b.Do("be back in the room", browsertest.See("#stage[data-connected]"))
	if got := b.Value(`document.querySelector('input[name=gift]:checked').dataset.name`); got != "Rose" {
		t.Errorf("after signing up the gift is %s, want the Rose that was chosen", got)
	}

	b.Until("have had time to read", `!document.getElementById('topup').dataset.unread`)
	b.Enter(`form[action="/wallet/cards/test"] button`)
	b.Do("have a card", browsertest.See("form[data-topup] input[type=radio][name=card]"))
	b.Accessible("coins are missing")
	b.Until("have had time to read", `!document.getElementById('topup').dataset.unread`)
	b.Enter("form[data-topup] .offers button")
	b.Until("have coins and the gift", `!document.getElementById('topup') && document.querySelector('input[name=gift]:checked').dataset.name === 'Rose'`)
	b.Do("send, not with the press that bought", browsertest.Run(`new Promise(done => setTimeout(() => done(true), 600))`))
	b.TabTo("#send")
	for range 10 {
		b.Do("tap", browsertest.Press(kb.Enter))
	}
	b.Until("see the combo of ten", `document.getElementById('combo-count').textContent === '×10'`)
	b.Until("stand on the leaderboard", `[...document.querySelectorAll('#places .place-name')].some(n => n.textContent.includes('Nora Lind'))`)
	b.Shot("fan-combo")

	b.letters("g", "w")
	b.Do("see the wallet", browsertest.See("#coins"))
	b.Enter("#history a.explain")
	b.Do("see where the coins went", browsertest.See("#panel[open] #explanation"))
	b.Accessible("an explanation over the wallet")
	b.Do("close it", browsertest.Press(kb.Escape))
	b.Until("be where one was", `!document.getElementById('panel').open && document.activeElement.matches('#history a.explain')`)
	b.Enter(`#history a[href^="/purchases/"]`)
	b.Do("read the receipt", browsertest.See("article.receipt"))

	b.Do("look for the limits", browsertest.Press("?"), browsertest.See("#keys[open]"), browsertest.Press(kb.Escape))
	b.Until("have closed the list", `!document.getElementById('keys').open`)
	b.Go(s.url + "/me/limits")
	b.Fill(`input[name=week]`, "50")
	b.Enter(`form[action="/me/limits"] button[type=submit]`)
	b.Until("have a limit", `document.querySelector('.notice.good')`)
}

// signsUp fills the form of signing up, and sends it.
func (b tab) signsUp(name, handle string) {
	b.T.Helper()
	b.Fill("#name", name)
	b.Fill("#handle", handle)
	b.Fill("#email", handle+"@example.org")
	b.Fill("#password", "a long sentence of four words")
	b.TabTo("#birth_date")
	b.Do("type the date", browsertest.Press("05171990"))
	b.Fill("#region", "US")
	b.Do("send the form", browsertest.Press(kb.Enter))
}
