package walk

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/wallet"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// TestCreator makes a creator out of a stranger, by the keyboard alone: from the
// profile to a programme, a goal and a LIVE, the first gift as it comes, where
// it comes from, and the way to a bank.
func TestCreator(t *testing.T) {
	s := open(t)
	b := s.browser()
	b.Go(s.url + "/sign-up?to=/me")
	b.signsUp("Ines Duarte", "ines.duarte")
	b.Do("see one's own page", browsertest.See(`.ways a[href="/c"]`))
	b.Enter(`.ways a[href="/c"]`)
	b.Do("read what it takes", browsertest.See(".unlocks"))
	b.Accessible("a stranger who may become a creator")
	b.Enter(`a[href="/c/programmes"].button`)
	b.Enter(`form[action="/sandbox/audience"] button`)
	b.Until("have an audience, and a date for the rest", `document.querySelector('#live_gifts form[action="/c/programmes/join"]') && document.querySelector('#video_gifts .notice.info time')`)
	b.Accessible("a programme that can be joined")
	b.Shot("creator-eligible")
	b.Enter(`#live_gifts form[action="/c/programmes/join"] button`)
	b.Until("be in", `document.querySelector('#live_gifts .state.active')`)

	b.letters("g", "t")
	b.Do("see the goals", browsertest.See("#goal-title"))
	b.Fill("#goal-title", "A new microphone")
	b.Fill("#goal-wanted", "2000")
	b.Do("send the form", browsertest.Press(kb.Enter))
	b.Until("have a goal", `document.querySelector('.own-goals')?.textContent.includes('A new microphone')`)

	b.letters("g", "a")
	b.Do("see the form", browsertest.See(`form[action="/c/lives"] #title`))
	b.Fill("#title", "First time on air")
	b.Do("go LIVE", browsertest.Press(kb.Enter), browsertest.See("#air"))
	room := b.Value(`document.querySelector('.air a.button').getAttribute('href').split('/').pop()`)

	b.letters("g", "c")
	b.Until("follow", `document.body.dataset.connected`)
	s.gives(room, "lighthouse")
	b.Until("hear of a gift", `!document.getElementById('fresh').hidden`)
	b.Enter("#fresh")
	b.Until("see it", `document.querySelector('.tiles')?.textContent.includes('LIVE gifts') && document.getElementById('fresh').hidden`)
	b.Shot("creator-first-gift")
	b.Enter(`ul.rows .num a.explain`)
	b.Do("see where it comes from", browsertest.See("#panel[open] #explanation"))
	b.Until("read the way from the coins to the earning", `document.querySelector('#panel .formula') && document.querySelectorAll('#panel .chain li').length > 2`)
	b.Accessible("an explanation over the hub")
	b.Shot("creator-explain")
	b.Do("close it", browsertest.Press(kb.Escape))
	s.paid(b)
}

// paid opens the payout account, lets the hold pass, and asks for the money.
func (s *sandbox) paid(b tab) {
	s.Helper()
	b.letters("g", "p")
	b.Do("see the payouts", browsertest.See("#pending"))
	b.Enter(`form[action="/c/payouts/onboarding"] button`)
	b.Do("see the provider's page", browsertest.See("#bank"))
	b.Fill("#name", "Ines Duarte")
	b.Do("send the form", browsertest.Press(kb.Enter))
	b.Do("be back", browsertest.See(`form[action="/c/payouts/account"]`))
	b.Enter(`form[action="/c/payouts/account"] button`)
	b.Until("have an account", `document.querySelector('[aria-labelledby=account] .notice.good')`)
	b.Enter(`form[action="/sandbox/advance"] button[value="192h0m0s"]`)
	b.Do("have money that can be paid", browsertest.See("#amount"))
	b.Enter(`form[action="/c/payouts"] button[type=submit]`)
	b.Until("have a payout on its way", `document.querySelector('.notice.good') && document.querySelector('a[href^="/explain/pyo_"]')`)
	b.Accessible("a payout on its way")
	b.Shot("creator-payout")
}

// gives has one of the sandbox's fans give something.
func (s *sandbox) gives(target, item string) {
	s.Helper()
	fan := s.world.Fans[0]
	err := s.app.DB.Write(s.Context(), func(tx *db.Tx) error {
		_, err := wallet.Grant(context.Background(), tx, "promotion.granted", wallet.NewLot{Person: fan, Cause: "walk:" + target, Promo: true, Coins: 10_000})
		return err
	})
	if err == nil {
		_, err = s.app.Gifts.Send(s.Context(), gift.Request{Key: "walk:" + target, Sender: fan, Item: item, Quantity: 1, Target: target})
	}
	if err != nil {
		s.Fatalf("giving %s: %v", item, err)
	}
}

// letters presses one key after the other, when the page's scripts are there.
func (b tab) letters(all ...string) {
	b.T.Helper()
	b.Until("be loaded", `document.readyState === 'complete'`)
	for _, k := range all {
		b.Do("press "+k, browsertest.Press(k))
	}
}
