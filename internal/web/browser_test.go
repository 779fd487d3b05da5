package web_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// running is a rig whose clock runs and whose due work is done as it comes.
func running(t *testing.T) *rig {
	t.Helper()
	clk := &clock.System{}
	r := newRig(t, clk, func(by time.Duration) { clk.SetOffset(clk.Offset() + by) })
	clk.OnMove(r.runner.Woken)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.runner.Run(ctx) }()
	t.Cleanup(func() { cancel(); ended(t, <-done) })
	return r
}

// tab is one page of the browser.
type tab struct{ browsertest.Tab }

// TestInBrowser walks the way of a gift in a real browser: a fan buys coins,
// gives and taps a combo; the creator sees the earning and asks where it comes
// from.
func TestInBrowser(t *testing.T) {
	b := tab{browsertest.Open(t)}
	r := running(t)
	b.Do("sign in", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(r.url+"/sign-in?to=/wallet"), browsertest.Click(fmt.Sprintf(`button[value="%s"]`, r.fan.ID)), browsertest.See("#coins"))
	b.Shot("wallet-empty")
	b.Do("add the test card", browsertest.Click(`form[action="/wallet/cards/test"] button`), browsertest.See("#buy-form input[type=radio][name=card]"))
	b.Do("buy a pack", browsertest.Click("#buy-form button[type=submit]"), browsertest.See("#bought"))
	b.Shot("wallet")
	if got := b.Text("#coins"); got != "350 coins" {
		t.Errorf("the wallet shows %q, want 350 coins", got)
	}
	b.gives(r)
	b.Do("leave the room", chromedp.Navigate(r.url+"/c/payouts"))
	b.Become(r.maker.Name)
	b.Shot("earnings")
	if got := b.Text("#pending"); got != "$2.75" {
		t.Errorf("pending is %q, want $2.75 for 550 diamonds", got)
	}
	b.hub(r)
	b.Do("ask where it comes from", browsertest.Click(`#earned a[href^="/explain/ern_"]`), browsertest.See("#panel[open] #explanation"))
	b.Shot("explain")
	if got := b.Text("#panel .formula"); got != "⌊570 diamonds × 1/2 cent⌋ = 285 cents = $2.85" {
		t.Errorf("the formula is %q", got)
	}
	b.tour(r)
}

// hub waits on the creator's first page for a gift, which it tells of without
// moving anything, looks at it, and finds the gift with a filter that reloads
// its rows alone.
func (b tab) hub(r *rig) {
	b.T.Helper()
	const income = `document.querySelector('.tiles .huge a').textContent`
	b.Do("open the hub", chromedp.Navigate(r.url+"/c"), browsertest.See("body[data-connected]"))
	r.grant(r.boss.ID, 100)
	_, err := gift.NewSender(r.d).Send(b.T.Context(), gift.Request{Key: "late", Sender: r.boss.ID, Item: "rose", Quantity: 4, Target: string(r.room.ID)})
	r.ok(err)
	b.Until("tell of the gift", `!document.getElementById('fresh').hidden && document.querySelector('#fresh [role=status]').textContent === '1 new gift: refresh'`)
	b.Until("leave the figures alone", income+` === '$2.75'`)
	b.Do("look", browsertest.Click("#fresh"))
	b.Until("show it", income+` === '$2.85' && document.getElementById('fresh').hidden`)
	b.Do("open the explorer", chromedp.Navigate(r.url+"/c/earnings"), browsertest.See("#earned tfoot"))
	b.Do("show single gifts", browsertest.Run(`(() => { const s = document.querySelector('select[name=group]'); s.value = 'none'; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })()`))
	b.Until("see the gift", `location.search.includes('group=none') && [...document.querySelectorAll('#earned .what')].some(n => n.textContent.includes('Rose × 4'))`)
	b.Do("leave out what is no LIVE gift", browsertest.Run(`(() => { const s = document.querySelector('select[name=source]'); s.value = 'gift'; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })()`))
	b.Until("keep the gifts of the LIVE", `location.search.includes('source=gift') && document.getElementById('earned-USD')?.textContent === '$2.85'`)
}

// gives sends a combo of five and a gift that first needs coins.
func (b tab) gives(r *rig) {
	b.T.Helper()
	b.Do("open the first page", chromedp.Navigate(r.url+"/"), browsertest.See(".slide .live"))
	b.Shot("home")
	b.Do("enter the room", browsertest.Click(".slide a.enter"), browsertest.See("#stage[data-connected]"))
	b.Shot("live")
	b.Do("choose applause", browsertest.Click(`label:has(input[data-name="Applause"])`))
	for n := 1; n <= 5; n++ {
		b.Do("tap", browsertest.Click("#send"))
		b.Until("count the tap", fmt.Sprintf(`document.getElementById('combo-count').textContent === '×%d'`, n))
	}
	b.Shot("combo")
	b.Until("see the combo in the feed", `document.querySelector('#feed li[data-combo] .said')?.textContent === 'Mia Laurent gave Applause ×5 (50 coins)'`)
	b.Do("a gift that is more than the wallet holds", browsertest.Click(`label:has(input[data-name="Fireworks"])`), browsertest.Click("#send"), browsertest.See("#topup"))
	b.Shot("topup")
	b.Until("have had time to read", `!document.getElementById('topup').dataset.unread`)
	b.Do("buy exactly what is missing", browsertest.Click("#topup .offers button:last-child"))
	b.Until("keep the gift", `!document.getElementById('topup') && document.querySelector('input[data-name="Fireworks"]')?.checked`)
	b.Do("send it, not with the press that bought", browsertest.Run(`new Promise(done => setTimeout(() => done(true), 600))`), browsertest.Click("#send"))
	b.Until("see it in the feed", `[...document.querySelectorAll('#feed .said')].some(n => n.textContent.includes('Fireworks ×1'))`)
	b.Shot("sent")
}

// tour visits pages on a phone: none scrolls sideways.
func (b tab) tour(r *rig) {
	b.T.Helper()
	for _, page := range []struct{ name, path string }{
		{"home", "/"}, {"watch", "/v/" + string(r.video.ID)}, {"live-own", "/live/" + string(r.room.ID)}, {"wallet-creator", "/wallet"}, {"earnings-small", "/c"}, {"explorer-small", "/c/earnings?group=none"}, {"payouts-small", "/c/payouts"}, {"goals-small", "/c/goals"}, {"lost", "/nowhere"},
	} {
		b.Do(page.name, chromedp.EmulateViewport(360, 740), chromedp.Navigate(r.url+page.path), browsertest.See("main"))
		wide, err := chromedp.Run(b.Ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
		if err != nil || wide > 360 {
			b.T.Errorf("%s is %d pixels wide on a phone (%v)", page.path, wide, err)
		}
		b.Shot("tour-" + page.name)
	}
	b.Become(r.boss.Name)
	b.Do("look at the books", chromedp.Navigate(r.url+"/op"), browsertest.See("#integrity"))
	b.Shot("tour-operator")
	b.Do("speak French", browsertest.Click("#menu > summary"), browsertest.Click(`button[lang="fr"]`), browsertest.See(`html[lang="fr"] #integrity`))
	b.Shot("tour-operator-french")
	b.Do("sign out", browsertest.Click("#menu > summary"), browsertest.Click(`form[action="/sign-out"] button`), browsertest.See(`a.button[href^="/sign-in"]`))
	b.Do("sign in", chromedp.Navigate(r.url+"/sign-in"), browsertest.See("#email"))
	b.Shot("tour-sign-in")
	b.Do("sign up", chromedp.Navigate(r.url+"/sign-up"), browsertest.See("#handle"))
	b.Shot("tour-sign-up")
}
