package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// chooses takes a choice of a list, as a reader does.
func chooses(selector, value string) chromedp.Action[chromedp.Void] {
	return browsertest.Run(fmt.Sprintf(`(() => { const s = document.querySelector(%q); s.value = %q; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })()`, selector, value))
}

// TestPartsInBrowser has parts of pages come and fail to come: what stands on
// the page stays until there is something to take its place.
func TestPartsInBrowser(t *testing.T) {
	b := tab{browsertest.Open(t)}
	r := running(t)
	r.grant(r.fan.ID, 100)
	r.ok(r.cfg.Sandbox.Advance(t.Context(), 48*time.Hour)) // the books have a past to slide over
	of := `select[name=of]`
	b.Do("sign in", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(r.url+"/sign-in?to=/wallet"), browsertest.Click(fmt.Sprintf(`button[value="%s"]`, r.fan.ID)), browsertest.See("#history .rows"))
	r.before(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Query().Has("of") {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	b.Do("filter, in vain", chooses(of, "given"), browsertest.See("#lost .notice"))
	if got := b.Value(`location.search + [...document.querySelectorAll('#history .rows li')].length`); got != "1" {
		t.Errorf("after a part that failed the page is %q with its list, want the old one", got)
	}
	r.before(func(_ http.ResponseWriter, req *http.Request) {
		if req.URL.Query().Get("of") == "given" {
			<-req.Context().Done() // it never answers
		}
	})
	b.Do("choose, and think better of it", browsertest.Run(`(s => { for (const of of ['given', 'bought', 'other']) { s.value = of; s.dispatchEvent(new Event('change', { bubbles: true })); } return true; })(document.querySelector('select[name=of]'))`))
	b.Until("see the last choice", `location.search === '?of=other' && !document.querySelector('#lost .notice')`)
	if got := b.Value(`document.querySelector('a[href^="/wallet/history.csv"]').getAttribute('href')`); got != "/wallet/history.csv?of=other" {
		t.Errorf("the file is %s, and the page shows another choice", got)
	}
	r.before(nil)
	b.Do("go back", chromedp.NavigateBack())
	b.Until("be where it began", `location.search === '' && document.readyState === 'complete' && document.querySelector('`+of+`').value === ''`)
	b.press("?")
	b.Do("see the keys", browsertest.See("#keys[open]"))
	b.Do("close them", browsertest.Run(`document.getElementById('keys').close(), true`))

	b.search(r)

	b.Do("come to the wallet", chromedp.Navigate(r.url+"/wallet"), browsertest.See("#history .rows"))
	if _, err := chromedp.Call(b.Ctx, network.ClearBrowserCookies, struct{}{}); err != nil {
		t.Fatal(err)
	}
	b.Do("filter when the session has ended", chooses(of, "other"))
	b.Until("be asked to sign in, and led back", `location.pathname === '/sign-in' && new URLSearchParams(location.search).get('to') === '/wallet?of=other'`)
	b.verifies(r)
	b.slides(r)
}

// search finds a page with the keyboard, faster than the server answers, and on
// the page of the search itself.
func (b tab) search(r *rig) {
	b.T.Helper()
	b.Do("look for something", chromedp.Navigate(r.url+"/find"), browsertest.See("#found"), browsertest.Type("main input[name=q]", "receipts and wallet"))
	b.Until("find nothing", `document.querySelector('#found > [data-q="receipts and wallet"] .empty')`)
	b.Do("open the palette", browsertest.Run(`document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true})), true`), browsertest.See("#palette[open] .hits"))
	hold := make(chan struct{})
	r.before(func(_ http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/find" && req.URL.Query().Get("q") == "wallet" {
			<-hold
		}
	})
	b.Do("type and press Enter at once", browsertest.Type("#palette input[name=q]", "wallet"))
	b.press("Enter")
	if got := b.Value(`location.pathname`); got != "/find" {
		b.T.Errorf("Enter opened %s before there was an answer to what was typed", got)
	}
	close(hold)
	b.Until("be led to what was typed", `location.pathname === '/wallet' && document.readyState === 'complete'`)
	r.before(nil)
	b.Do("open the palette again", browsertest.Run(`document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true})), true`), browsertest.See("#palette[open] .hits"))
	b.press("ArrowDown")
	b.press("ArrowDown")
	if got := b.Value(`(n => n.id === document.querySelector('#palette input').getAttribute('aria-activedescendant') && n.getAttribute('aria-selected') + document.activeElement.name)(document.querySelector('#palette .at'))`); got != "trueq" {
		b.T.Errorf("the second hit is pointed at as %q", got)
	}
	b.Accessible("the palette")
	b.Shot("palette")
	b.Do("close it", browsertest.Click("#palette form[method=dialog] button"))
	b.Until("be back", `!document.getElementById('palette').open`)
}

// verifies has a check of the books fail and then succeed, with the same button.
func (b tab) verifies(r *rig) {
	b.T.Helper()
	b.Do("be an operator", browsertest.Click(fmt.Sprintf(`button[value="%s"]`, r.boss.ID)))
	b.Until("be in", `document.querySelector('.who')`)
	b.Do("open the desk", chromedp.Navigate(r.url+"/op"), browsertest.See("#integrity"))
	r.before(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/op/verify" {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	press := browsertest.Run(`document.getElementById('check-now').focus(), document.getElementById('check-now').click(), true`)
	b.Do("check the books, in vain", press, browsertest.See("#lost .notice"))
	r.before(nil)
	b.Do("check them again", press)
	b.Until("see how it ended, with the button at hand", `document.querySelector('#integrity tbody tr') && document.activeElement.id === 'check-now'`)
}

// slides moves through the books by the keyboard, types an instant
// after that, and goes back to now.
func (b tab) slides(r *rig) {
	b.T.Helper()
	b.Do("open the books", chromedp.Navigate(r.url+"/op/ledger"), browsertest.See("#as-of-slider"))
	b.Do("take the slider", browsertest.Run(`document.getElementById('as-of-slider').focus(), window.began = document.getElementById('as-of-out').textContent, true`))
	b.Do("move it", browsertest.Press(kb.ArrowLeft), browsertest.Press(kb.ArrowLeft))
	b.Until("see the past, with the slider at hand", `location.search.includes('t=') && document.activeElement.id === 'as-of-slider' && !document.querySelector('.htmx-request') && document.getElementById('as-of-at').value !== ''`)
	b.Do("move it on", browsertest.Run(`(s => { s.stepDown(50); s.dispatchEvent(new Event('input', { bubbles: true })); return true; })(document.getElementById('as-of-slider'))`))
	if got := b.Value(`(s => s.getAttribute('aria-valuetext') === document.getElementById('as-of-out').textContent && s.getAttribute('aria-valuetext') !== window.began ? '' : s.outerHTML)(document.getElementById('as-of-slider'))`); got != "" {
		b.T.Errorf("the slider does not tell where it stands: %s", got)
	}
	b.Do("let it go", browsertest.Run(`document.getElementById('as-of-slider').dispatchEvent(new Event('change', { bubbles: true })), true`))
	b.Until("see that moment", `document.getElementById('tree').textContent.includes(document.getElementById('as-of-out').textContent)`)
	typed := b.Value(`(s => new Date((Number(s.max) - 10 * Number(s.step)) * 1000).toISOString().slice(0, 19))(document.getElementById('as-of-slider'))`)
	b.Do("type an instant", browsertest.Run(fmt.Sprintf(`(at => { at.value = %q; at.dispatchEvent(new Event('change', { bubbles: true })); return true; })(document.getElementById('as-of-at'))`, typed)))
	b.Until("see that instant", fmt.Sprintf(`document.getElementById('tree').textContent.includes(%q)`, strings.Replace(typed, "T", " ", 1)))
	b.Do("go back to now", browsertest.Click(`.as-of-row a`))
	b.Until("see now", `document.getElementById('as-of-at').value === ''`)
}
