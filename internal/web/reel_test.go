package web_test

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// press hits a key that has a letter or a name.
func (b tab) press(key string) {
	b.T.Helper()
	b.Do("press "+key, browsertest.Run(`document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '`+key+`', bubbles: true, cancelable: true})), true`))
}

// TestReelInBrowser goes through the feed by keys, gives from it without leaving
// it, and comes back to the gift that was chosen before signing in.
func TestReelInBrowser(t *testing.T) {
	b := tab{browsertest.Open(t)}
	r := running(t)
	r.grant(r.fan.ID, 1000)
	room := "/live/" + string(r.room.ID)
	b.Do("open the feed", chromedp.EmulateViewport(360, 740), chromedp.Navigate(r.url+"/"), browsertest.See("#reel .slide"))
	b.Until("play what is in view", `!document.querySelector('#reel video').controls && document.querySelector('#reel video').currentTime > 0`)
	b.Until("wait with the rest", `[...document.querySelectorAll('#reel video')].slice(2).every(v => v.preload === 'none' && v.paused)`)
	b.press("m")
	b.Until("hear it", `document.querySelector('.act[data-sound]').getAttribute('aria-pressed') === 'true' || document.querySelector('#reel video').muted`)
	b.press("j")
	b.Until("see the next", `location.hash.startsWith('#vid_') && document.querySelector('#reel video').paused`)
	b.press(" ")
	b.Until("pause", `'paused' in document.querySelector(location.hash).dataset`)
	b.press("k")
	b.Until("see the first again", `!location.hash`)
	b.press("g")
	b.press("l")
	b.Until("go where g l leads", `location.pathname === '/live'`)

	b.Do("come back", chromedp.Navigate(r.url+"/"), browsertest.See("#reel .slide"))
	b.Until("be ready", `document.querySelector('.act[data-share]').hidden === false`)
	b.press("b")
	b.Do("choose a gift as nobody", browsertest.See("#gift-sheet[open] #gift-form"), browsertest.Click(`#tray label:has(input[data-name="Applause"])`), browsertest.Click("#send"), browsertest.See("#guest[open]"))
	b.Do("sign in", browsertest.Click(`#guest button[value="`+string(r.fan.ID)+`"]`), browsertest.See("#stage[data-connected]"))
	b.Until("have the same gift", `location.pathname === '`+room+`' && document.querySelector('input[data-name="Applause"]').checked && !document.getElementById('guest')`)

	b.Do("give from the feed", chromedp.Navigate(r.url+"/"), browsertest.See("#reel .slide"))
	b.Until("be ready", `document.querySelector('.act[data-share]').hidden === false`)
	b.press("b")
	b.Do("choose a gift", browsertest.See("#gift-sheet[open] #gift-form"), browsertest.Click(`#tray label:has(input[data-name="Rose"])`), browsertest.Click("#send"))
	b.Until("see it celebrated", `document.querySelector('#fireworks .burst .times')?.textContent === '×1' && document.querySelector('[data-balance-text]').textContent === '995 coins'`)

	b.Do("enter the room", chromedp.Navigate(r.url+room), browsertest.See("#stage[data-connected]"))
	b.press("c")
	b.Until("see the picture alone", `document.getElementById('stage').classList.contains('clean')`)
	b.press("c")
	b.press("Enter")
	b.Until("be in the chat", `document.activeElement.id === 'chat-text'`)
	b.Do("write", browsertest.Run(`document.getElementById('chat-text').value = 'hello <b>you</b>', document.getElementById('chat-form').requestSubmit(), true`))
	b.Until("read it", `document.querySelector('#feed .message .said')?.textContent === 'Mia Laurent hello <b>you</b>' && document.getElementById('chat-text').value === ''`)
	b.press("Escape")
	b.Until("have left it", `document.activeElement.id !== 'chat-text'`)
	_, err := r.creators.End(t.Context(), r.maker.ID, r.room.ID)
	r.ok(err)
	b.Until("see what is left", `document.querySelector('#screen .summary') && !document.getElementById('gift-form')`)
}

// TestLostConnection takes the stream away: nothing can be given, and the page
// says that nothing is charged, until it is back.
func TestLostConnection(t *testing.T) {
	b, r := room(t, 100)
	r.breakStreams()
	b.Until("hear that it is lost", `!document.getElementById('feed-state').hidden && document.getElementById('send').getAttribute('aria-disabled') === 'true'`)
	b.Do("tap", browsertest.Run(`document.getElementById('gift-form').requestSubmit(), true`))
	b.quiet("while the connection is lost")
	if n := b.posts("gifts"); n != 0 {
		t.Errorf("%d gifts were sent without a connection", n)
	}
	r.mendStreams()
	b.Until("be back", `document.getElementById('feed-state').hidden && !document.getElementById('send').hasAttribute('aria-disabled')`)
	b.Do("tap", browsertest.Run(`document.getElementById('gift-form').requestSubmit(), true`))
	b.Until("give", `document.querySelector('[data-balance-text]').textContent === '95 coins'`)
}

// TestPlaceInFeedInBrowser goes on in the feed to what was brought while it was
// watched, and finds that place again after going away and back.
func TestPlaceInFeedInBrowser(t *testing.T) {
	b := tab{browsertest.Open(t)}
	r := running(t)
	for n := range 16 {
		_, err := r.creators.Post(t.Context(), content.NewVideo{Creator: r.maker.ID, Title: "Number " + strconv.Itoa(n), Media: "clip1.mp4", Poster: "poster1.jpg"})
		r.ok(err)
	}
	b.Do("open the feed", chromedp.EmulateViewport(360, 740), chromedp.Navigate(r.url+"/"), browsertest.See("#reel .slide"))
	b.Do("see its end", browsertest.Run(`document.getElementById('feed-end').scrollIntoView({behavior: 'instant'}), true`))
	b.Until("have more of it", `document.querySelectorAll('#reel .slide').length > 18`)
	b.Do("look at an old one", browsertest.Run(`[...document.querySelectorAll('#reel .slide[id^=vid_]')].at(-2).scrollIntoView({behavior: 'instant'}), true`))
	b.Until("have its address", `location.search.startsWith('?after=') && location.hash === '#' + [...document.querySelectorAll('#reel .slide[id^=vid_]')].at(-2).id`)
	b.Do("remember it, and go away", browsertest.Run(`sessionStorage.setItem('was', location.hash), true`), chromedp.Navigate(r.url+"/live"), browsertest.See("h1"), browsertest.Run(`history.back(), true`), browsertest.See("#reel .slide"))
	b.Until("be there again", `location.hash === sessionStorage.getItem('was') && document.querySelector(location.hash)?.getBoundingClientRect().top < 200`)
}
