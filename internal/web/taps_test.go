package web_test

import (
	"math"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// posts counts the requests of the page that end in a word, such as gifts.
func (b tab) posts(word string) int64 {
	b.T.Helper()
	n, err := chromedp.Run(b.Ctx, chromedp.Evaluate[int64](`performance.getEntriesByType('resource').filter(e => e.name.endsWith('/`+word+`')).length`))
	if err != nil {
		b.T.Fatalf("counting requests: %v", err)
	}
	return n
}

// quiet fails unless the page, once it has sent what was on its way, sends no
// gift and buys nothing for a second.
func (b tab) quiet(when string) {
	b.T.Helper()
	for before, n := int64(-1), 0; before != b.posts("gifts") && n < 20; n++ {
		before = b.posts("gifts")
		b.Do("let a moment pass", browsertest.Run(`new Promise(done => setTimeout(() => done(true), 300))`))
	}
	gifts, bought := b.posts("gifts"), b.posts("topup")
	b.Do("let a second pass", browsertest.Run(`new Promise(done => setTimeout(() => done(true), 1000))`))
	if n := b.posts("gifts"); n != gifts {
		b.T.Errorf("%s: %d gifts were sent by themselves", when, n-gifts)
	}
	if n := b.posts("topup"); n != bought {
		b.T.Errorf("%s: coins were bought by themselves", when)
	}
}

// place is where the middle of an element is on the screen.
func (b tab) place(selector string) (x, y float64) {
	b.T.Helper()
	at, err := chromedp.Run(b.Ctx, chromedp.Evaluate[[]float64](`(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector('`+selector+`').getBoundingClientRect())`))
	if err != nil {
		b.T.Fatalf("looking for %s: %v", selector, err)
	}
	return at[0], at[1]
}

// finger touches or leaves the screen.
func (b tab) finger(kind input.DispatchTouchEventType, x, y float64) {
	b.T.Helper()
	p := input.DispatchTouchEventParams{Type: kind, TouchPoints: []*input.TouchPoint{}}
	if kind == input.DispatchTouchEventTypeTouchStart {
		p.TouchPoints = append(p.TouchPoints, &input.TouchPoint{X: x, Y: y})
	}
	if _, err := chromedp.Call(b.Ctx, input.DispatchTouchEvent, p); err != nil {
		b.T.Fatalf("touching: %v", err)
	}
}

// enter presses the Enter key, or lets a press that is held repeat.
func (b tab) enter(kind input.DispatchKeyEventType, again bool) {
	b.T.Helper()
	p := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, AutoRepeat: &again}
	if kind == input.DispatchKeyEventTypeKeyDown {
		p.Text = "\r"
	}
	if _, err := chromedp.Call(b.Ctx, input.DispatchKeyEvent, p); err != nil {
		b.T.Fatalf("pressing Enter: %v", err)
	}
}

// room is a page in the LIVE of a fan with some coins and a card.
func room(t *testing.T, coins int64) (tab, *rig) {
	t.Helper()
	b := tab{browsertest.Open(t)}
	r := running(t)
	r.grant(r.fan.ID, coins)
	_, err := r.buys.AddTestCard(t.Context(), r.fan.ID, "pm_card_visa")
	r.ok(err)
	b.Do("enter the room", chromedp.EmulateViewport(360, 740, chromedp.EmulateTouch), chromedp.Navigate(r.url+"/sign-in?to=/live/"+string(r.room.ID)),
		browsertest.Click(`button[value="`+string(r.fan.ID)+`"]`), browsertest.See("#stage[data-connected]"))
	b.Do("see the button", browsertest.Run(`document.getElementById('send').scrollIntoView({block: 'center', behavior: 'instant'}), true`))
	return b, r
}

// bought is how many purchases the fan has made.
func (r *rig) bought(person id.Person) int {
	r.t.Helper()
	return strings.Count(r.browser(person).get("/wallet").body, `href="/explain/cps_`)
}

// TestHold holds the button with a finger. The combo ends when the finger is
// lifted, also after the tray was replaced under it because the coins ran out,
// and coins that are bought then are spent by no one.
func TestHold(t *testing.T) {
	b, _ := room(t, 25)
	x, y := b.place("#send")
	b.finger(input.DispatchTouchEventTypeTouchStart, x, y)
	b.Until("see the combo grow", `document.getElementById('combo-count').textContent === '×2'`)
	b.finger(input.DispatchTouchEventTypeTouchEnd, x, y)
	b.quiet("after the finger was lifted")

	b.finger(input.DispatchTouchEventTypeTouchStart, x, y)
	b.Until("run out of coins", `document.getElementById('topup')`)
	b.quiet("while the finger still holds")
	if at, to := b.place("#send"); math.Hypot(at-x, to-y) > 1 {
		t.Errorf("the button went from %v, %v to %v, %v under the finger", x, y, at, to)
	}
	b.finger(input.DispatchTouchEventTypeTouchEnd, x, y)
	b.quiet("after the finger was lifted from a tray that is no more")
	b.Until("may buy", `!document.getElementById('topup').dataset.unread`)
	b.Do("buy a pack", browsertest.Click("#topup .offers button"))
	b.Until("have the coins", `document.querySelector('[data-balance-text]').textContent === '70 coins'`)
	b.quiet("after coins were bought")

	for how, end := range map[string]func(){
		"the touch is taken away": func() { b.finger(input.DispatchTouchEventTypeTouchCancel, x, y) },
		"the page loses its window": func() {
			b.Do("leave", browsertest.Run(`dispatchEvent(new Event('blur'))`))
		},
	} {
		b.Until("be ready", `document.getElementById('combo').hidden`)
		x, y = b.place("#send")
		b.finger(input.DispatchTouchEventTypeTouchStart, x, y)
		b.Until("see the combo grow", `document.getElementById('combo-count').textContent === '×2' && !document.getElementById('combo').hidden`)
		end()
		b.quiet(how)
		if how != "the touch is taken away" {
			b.finger(input.DispatchTouchEventTypeTouchEnd, x, y)
		}
	}
}

// TestCoinsRunOut taps and types past the last coin: nothing is bought, the
// page does not move, and the keyboard stays where it was.
func TestCoinsRunOut(t *testing.T) {
	b, r := room(t, 10)
	b.Do("press every button that pays as it appears", browsertest.Run(
		`new MutationObserver(() => document.querySelector('#topup .offers button')?.click()).observe(document.getElementById('tray'), {childList: true}), true`))
	x, y := b.place("#send")
	for n := 1; n <= 6; n++ {
		b.finger(input.DispatchTouchEventTypeTouchStart, x, y)
		b.finger(input.DispatchTouchEventTypeTouchEnd, x, y)
	}
	b.Until("see the coins to buy", `document.getElementById('topup')`)
	b.quiet("after tapping past the last coin")
	if at, to := b.place("#send"); math.Hypot(at-x, to-y) > 1 {
		t.Errorf("the button went from %v, %v to %v, %v while it was tapped", x, y, at, to)
	}
	b.Until("hear of it", `document.getElementById('said').textContent.includes('5 coins are missing')`)

	b.Do("take the keyboard", browsertest.Run(`document.getElementById('send').focus(), true`))
	for range 12 {
		b.enter(input.DispatchKeyEventTypeKeyDown, false)
		b.enter(input.DispatchKeyEventTypeKeyUp, false)
	}
	b.Until("keep the place", `document.activeElement.id === 'send' && document.getElementById('topup')`)
	b.quiet("after Enter was pressed past the last coin")
	b.Do("go to what pays", browsertest.Run(`document.querySelector('#topup .offers button').focus(), true`))
	for range 5 {
		b.enter(input.DispatchKeyEventTypeKeyDown, true)
	}
	b.quiet("while a key repeats on a button that pays")
	if n := r.bought(r.fan.ID); n != 0 {
		t.Errorf("%d purchases were made without anybody asking", n)
	}
	b.Until("may buy", `!document.getElementById('topup').dataset.unread`)
	b.enter(input.DispatchKeyEventTypeKeyDown, false)
	b.enter(input.DispatchKeyEventTypeKeyUp, false)
	b.Until("have the coins, the place and the news", `!document.getElementById('topup') && document.activeElement.id === 'send' && document.getElementById('said').textContent.includes('You have 70 coins')`)
	if n := r.bought(r.fan.ID); n != 1 {
		t.Errorf("%d purchases were made, want the one that was asked for", n)
	}
	b.enter(input.DispatchKeyEventTypeKeyUp, false)
	b.quiet("after coins were bought")
}

// TestHeldKey lets Enter repeat on the button: a combo, until the key is let
// go.
func TestHeldKey(t *testing.T) {
	b, _ := room(t, 300)
	b.Do("take the keyboard", browsertest.Run(`document.getElementById('send').focus(), true`))
	b.enter(input.DispatchKeyEventTypeKeyDown, false)
	for range 4 {
		b.enter(input.DispatchKeyEventTypeKeyDown, true)
	}
	b.Until("see the combo grow", `Number(document.getElementById('combo-count').textContent.slice(1)) > 2`)
	b.enter(input.DispatchKeyEventTypeKeyUp, false)
	b.quiet("after the key was let go")
}
