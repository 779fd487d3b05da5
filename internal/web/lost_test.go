package web_test

import (
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// A network whose answers the test keeps back: window.held are the gifts that
// were sent and not answered yet, and window.streams the page's streams.
const slowNetwork = `
	window.held = []; window.streams = [];
	const real = window.fetch;
	window.fetch = (url, o) => !window.slow || !String(url).endsWith('/gifts') ? real(url, o) : new Promise((done, fail) => window.held.push({
		answer: () => real(url, o).then(done, fail), loses: () => real(url, o).then(() => fail(new TypeError('lost'))) }));
	window.EventSource = class extends window.EventSource { constructor(...all) { super(...all); window.streams.push(this); } };`

// TestLostWhileGiving loses the connection while taps are on their way. What
// waited is not sent: the page says that nothing is charged. What was answered
// counts all the same, and what was not is looked up when the connection is
// back.
func TestLostWhileGiving(t *testing.T) {
	b, _ := room(t, 100)
	if _, err := chromedp.Call(b.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: slowNetwork}); err != nil {
		t.Fatal(err)
	}
	b.Do("come again", chromedp.Reload(), browsertest.See("#stage[data-connected]"))
	tap := browsertest.Run(`document.getElementById('gift-form').requestSubmit(), true`)
	lose := browsertest.Run(`streams.at(-1).dispatchEvent(new Event('error')), true`)
	back := browsertest.Run(`streams.at(-1).dispatchEvent(new Event('open')), true`)

	b.Do("tap three times", browsertest.Run(`window.slow = true`), tap, tap, tap)
	b.Until("send the first", `held.length === 1`)
	b.Do("lose the connection, and get the answer", lose, browsertest.Run(`held.shift().answer(), true`))
	b.Until("count what was given", `document.querySelector('[data-balance-text]').textContent === '95 coins'`)
	b.Do("be back", back)
	b.Until("may give", `!document.getElementById('send').hasAttribute('aria-disabled')`)
	b.Do("tap once", tap)
	b.Until("send that tap alone", `held.length === 1`)
	b.Do("get the answer", browsertest.Run(`held.shift().answer(), true`))
	b.Until("have given twice", `document.querySelector('[data-balance-text]').textContent === '90 coins'`)
	b.quiet("after the connection was back")
	if n := b.posts("gifts"); n != 2 {
		t.Errorf("%d gifts were sent, want the one before the connection was lost and the one after", n)
	}

	b.Do("choose a gift that is no combo", browsertest.Run(`[...document.querySelectorAll('input[name=gift]')].find(i => i.dataset.streak !== 'yes').click(), held.length === 0`))
	b.Do("choose Rose again and tap", browsertest.Run(`document.querySelector('input[data-name="Rose"]').click(), true`), tap)
	b.Until("send it", `held.length === 1`)
	b.Do("lose the connection, and the answer", lose, browsertest.Run(`held.shift().loses(), true`))
	b.Until("say that it is open", `!document.getElementById('gift-problem').hidden`)
	b.quiet("while the connection is lost")
	if n := b.Value(`String(held.length)`); n != "0" {
		t.Errorf("%s gifts were sent again while the page says that nothing is charged", n)
	}
	key := b.Value(`document.getElementById('gift-form').elements.key.value`)
	b.Do("be back", back)
	b.Until("see that it was given", `document.querySelector('[data-balance-text]').textContent === '85 coins'`)
	if again := b.Value(`document.getElementById('gift-form').elements.key.value`); again != key {
		t.Error("the form has a new key, so sending again what was not answered would give twice")
	}
}
