package walk

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// twice presses what pays two times before the page has answered the first.
const twice = `(b => { b.click(); b.click(); })(document.querySelector(%s))`

// TestOneEffect wants one purchase and one payout, whatever people do with the
// button, with the way back, and with a second tab.
func TestOneEffect(t *testing.T) {
	s := open(t)
	b := s.browser()
	b.Become("Fay")
	b.Go(s.url + "/wallet")
	if b.Value(`String(Boolean(document.getElementById('buy-form')))`) != "true" {
		b.Do("add the test card", browsertest.Click(`form[action="/wallet/cards/test"] button`), browsertest.See("#buy-form"))
	}
	bought := func() string {
		b.T.Helper()
		b.Go(s.url + "/wallet?of=bought")
		return b.Value(`String(document.querySelectorAll('#history .rows > li').length) + ' of ' + document.getElementById('coins').textContent.trim()`)
	}
	before := bought()
	b.Go(s.url + "/wallet")
	b.Do("press twice", browsertest.Run(`(n => { n.click(); n.click(); })(document.querySelector('#buy-form [type=submit]'))`), browsertest.See("#bought"))
	first := bought()
	if first == before {
		t.Fatalf("nothing was bought: %s", before)
	}
	b.Go(s.url + "/wallet")
	b.Do("buy", browsertest.Click(`#buy-form [type=submit]`), browsertest.See("#bought"))
	second := bought()
	b.Do("go back to the form", chromedp.NavigateBack(), chromedp.NavigateBack())
	b.Until("see it as it was", `document.readyState === 'complete' && document.getElementById('buy-form')`)
	b.Do("buy again", browsertest.Click(`#buy-form [type=submit]`))
	b.Until("hear how it ended", `document.getElementById('bought') || document.getElementById('trouble')`)
	t.Logf("%s; after two presses %s; after one more %s; after going back %s", before, first, second, bought())
}
