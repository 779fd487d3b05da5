package web_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// TestRoomInBrowser uses what stands around a LIVE, watches the events of the
// developer's page, and waits for the bank.
func TestRoomInBrowser(t *testing.T) {
	b, r := room(t, 100)
	b.Do("choose a gift where no coins are sold", browsertest.Run(`(f => { f.dataset.packs = ''; f.querySelector('input[data-name="Applause"]').click(); return true; })(document.getElementById('gift-form'))`))
	b.Until("see its price in coins", `document.getElementById('cost').textContent === '10 coins'`)

	b.Until("see the picture move", `!document.querySelector('#screen video').paused`)
	b.Do("stop it", browsertest.Run(`document.querySelector('.tools-over [data-pause]').click(), true`))
	b.Until("see it stand still", `document.querySelector('#screen video').paused && document.querySelector('.tools-over [data-pause]').getAttribute('aria-pressed') === 'true'`)
	b.press("p")
	b.Until("see it move again", `!document.querySelector('#screen video').paused`)

	writes := func(text string) {
		t.Helper()
		_, err := r.cfg.Chat.Send(t.Context(), chat.NewMessage{Room: r.room.ID, Author: r.boss.ID, Body: text})
		r.ok(err)
		b.Until("read it", fmt.Sprintf(`document.querySelector('#feed .said').textContent.includes(%q)`, text))
	}
	writes("quiet words")
	if said := b.Value(`document.getElementById('said').textContent`); said != "" {
		t.Errorf("a message is read out unasked: %q", said)
	}
	b.Do("have messages read out", browsertest.Run(`document.getElementById('aloud').click(), true`))
	writes("loud words")
	b.Until("hear it", `document.getElementById('said').textContent.includes('loud words')`)

	b.Do("give", browsertest.Run(`document.getElementById('gift-form').requestSubmit(), true`))
	b.Until("have given", `document.querySelector('[data-balance-text]').textContent === '90 coins'`)
	r.counted(t)
	b.Until("be on the board, as oneself", `document.querySelector('#places .me .place-name')?.textContent === 'Mia Laurent you'`)
	b.tails(r)
	b.waits(r)
}

// tails reads an event of the developer's tail, which stands still meanwhile.
func (b tab) tails(r *rig) {
	b.T.Helper()
	rows := func(n string) string { return `document.querySelectorAll('#events > li').length ` + n + ` window.rows` }
	b.Do("open the events", chromedp.Navigate(r.url+"/dev/events"), browsertest.See("body[data-connected] #events"))
	b.Do("open one", browsertest.Run(`document.querySelector('#events details').open = true, window.rows = document.querySelectorAll('#events > li').length, true`))
	give := func(key string) {
		_, err := gift.NewSender(r.d).Send(b.T.Context(), gift.Request{Key: key, Sender: r.fan.ID, Item: "rose", Quantity: 1, Target: string(r.room.ID)})
		r.ok(err)
	}
	give("while reading")
	b.Until("be told of new ones, with the list as it was", `/[1-9] new/.test(document.getElementById('tail-pause').textContent) && `+rows("==="))
	b.Do("close it", browsertest.Run(`document.querySelector('#events details[open]').open = false, true`))
	b.Until("see the new ones", rows(">"))
}

// waits has a purchase that waits for the bank follow what the bank says, while
// the page stands.
func (b tab) waits(r *rig) {
	b.T.Helper()
	_, err := r.buys.AddTestCard(b.T.Context(), r.fan.ID, "pm_card_authenticationRequired")
	r.ok(err)
	fan := r.browser(r.fan.ID)
	first := func(page, expression string) string {
		return append(regexp.MustCompile(expression).FindStringSubmatch(page), "", "")[1]
	}
	page := fan.get("/wallet").body
	key := first(page, `action="/wallet/buy"[^>]*>\s*<input type="hidden" name="key" value="([^"]*)"`)
	for _, card := range regexp.MustCompile(`value="(pm_[^"]*)"`).FindAllStringSubmatch(page, -1) {
		a := fan.post("/wallet/buy", url.Values{"key": {key}, "pack": {"70@99@USD"}, "card": {card[1]}})
		if !strings.Contains(a.body, `id="bank"`) {
			continue // the other card
		}
		b.Do("look at the purchase", chromedp.Navigate(r.url+a.url.Path), browsertest.See("body[data-connected] #purchase #bank"))
		b.Do("mark the page", browsertest.Run(`window.same = true`))
		res, err := fan.client.PostForm(html.UnescapeString(first(a.body, `id="bank" href="([^"]+)"`)), url.Values{"answer": {"complete"}})
		r.ok(err)
		res.Body.Close()
		fan.post(a.url.Path+"/check", nil)
		b.Until("see the receipt, on the same page", `window.same && document.querySelector('#purchase.receipt')`)
		return
	}
	b.T.Error("no card asks the bank")
}
