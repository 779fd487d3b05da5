package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// press hits a key that has a letter or a name.
func (b tab) press(key string) {
	b.t.Helper()
	b.do("press "+key, run(`document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '`+key+`', bubbles: true, cancelable: true})), true`))
}

// TestReelInBrowser goes through the feed by keys, gives from it without leaving
// it, and comes back to the gift that was chosen before signing in.
func TestReelInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	b := tab{t, chromium(t)}
	r := running(t)
	r.grant(r.fan.ID, 1000)
	room := "/live/" + string(r.room.ID)
	b.do("open the feed", chromedp.EmulateViewport(360, 740), chromedp.Navigate(r.url+"/"), see("#reel .slide"))
	b.until("play what is in view", `!document.querySelector('#reel video').controls && document.querySelector('#reel video').currentTime > 0`)
	b.until("wait with the rest", `[...document.querySelectorAll('#reel video')].slice(2).every(v => v.preload === 'none' && v.paused)`)
	b.press("m")
	b.until("hear it", `document.querySelector('.act[data-sound]').getAttribute('aria-pressed') === 'true' || document.querySelector('#reel video').muted`)
	b.press("j")
	b.until("see the next", `location.hash.startsWith('#vid_') && document.querySelector('#reel video').paused`)
	b.press(" ")
	b.until("pause", `'paused' in document.querySelector(location.hash).dataset`)
	b.press("k")
	b.until("see the first again", `!location.hash`)
	b.press("g")
	b.press("l")
	b.until("go where g l leads", `location.pathname === '/live'`)

	b.do("come back", chromedp.Navigate(r.url+"/"), see("#reel .slide"))
	b.until("be ready", `document.querySelector('.act[data-share]').hidden === false`)
	b.press("b")
	b.do("choose a gift as nobody", see("#gift-sheet[open] #gift-form"), click(`#tray label:has(input[data-name="Applause"])`), click("#send"), see("#guest[open]"))
	b.do("sign in", click(`#guest button[value="`+string(r.fan.ID)+`"]`), see("#stage[data-connected]"))
	b.until("have the same gift", `location.pathname === '`+room+`' && document.querySelector('input[data-name="Applause"]').checked && !document.getElementById('guest')`)

	b.do("give from the feed", chromedp.Navigate(r.url+"/"), see("#reel .slide"))
	b.until("be ready", `document.querySelector('.act[data-share]').hidden === false`)
	b.press("b")
	b.do("choose a gift", see("#gift-sheet[open] #gift-form"), click(`#tray label:has(input[data-name="Rose"])`), click("#send"))
	b.until("see it celebrated", `document.querySelector('#fireworks .burst .times')?.textContent === '×1' && document.querySelector('[data-balance-text]').textContent === '995 coins'`)

	b.do("enter the room", chromedp.Navigate(r.url+room), see("#stage[data-connected]"))
	b.press("c")
	b.until("see the picture alone", `document.getElementById('stage').classList.contains('clean')`)
	b.press("c")
	b.press("Enter")
	b.until("be in the chat", `document.activeElement.id === 'chat-text'`)
	b.do("write", run(`document.getElementById('chat-text').value = 'hello <b>you</b>', document.getElementById('chat-form').requestSubmit(), true`))
	b.until("read it", `document.querySelector('#feed .message .said')?.textContent === 'Mia Laurent hello <b>you</b>' && document.getElementById('chat-text').value === ''`)
	b.press("Escape")
	b.until("have left it", `document.activeElement.id !== 'chat-text'`)
	_, err := r.creators.End(t.Context(), r.maker.ID, r.room.ID)
	r.ok(err)
	b.until("see what is left", `document.querySelector('#screen .summary') && !document.getElementById('gift-form')`)
}

// TestLostConnection takes the stream away: nothing can be given, and the page
// says that nothing is charged, until it is back.
func TestLostConnection(t *testing.T) {
	b, r := room(t, 100)
	r.breakStreams()
	b.until("hear that it is lost", `!document.getElementById('feed-state').hidden && document.getElementById('send').getAttribute('aria-disabled') === 'true'`)
	b.do("tap", run(`document.getElementById('gift-form').requestSubmit(), true`))
	b.quiet("while the connection is lost")
	if n := b.posts("gifts"); n != 0 {
		t.Errorf("%d gifts were sent without a connection", n)
	}
	r.mendStreams()
	b.until("be back", `document.getElementById('feed-state').hidden && !document.getElementById('send').hasAttribute('aria-disabled')`)
	b.do("tap", run(`document.getElementById('gift-form').requestSubmit(), true`))
	b.until("give", `document.querySelector('[data-balance-text]').textContent === '95 coins'`)
}
