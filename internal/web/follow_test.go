package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

// TestPagesListenFromWhatTheyShow wants pages to follow from before their
// figures were read, so that nothing falls between them and the stream; and the
// stream to say where it begins, before anything has happened.
func TestPagesListenFromWhatTheyShow(t *testing.T) {
	r := still(t)
	fan, maker := r.browser(r.fan.ID), r.browser(r.maker.ID)
	for _, page := range []struct {
		b    *browser
		path string
	}{{fan, "/wallet"}, {maker, "/c"}, {maker, "/c/goals"}, {maker, "/c/lives"}, {maker, "/c/payouts"}, {r.browser(r.boss.ID), "/op"}} {
		body := page.b.get(page.path).body
		if !strings.Contains(body, `data-stream="/stream?after=`) || strings.Contains(body, "after=-1") {
			t.Errorf("%s does not say after what it listens", page.path)
		}
	}
	l := fan.listens(t, "wallet", "")
	if h := <-l.events; h.name != "place" || h.id == "" || h.id == "0" {
		t.Errorf("the stream begins with %+v", h)
	}
}

// hurry makes the page's waits short, and lets the test hide it.
const hurry = `
	const later = window.setTimeout;
	window.setTimeout = (f, ms, ...all) => later(f, ms >= 2000 ? ms / 50 : ms, ...all);
	window.unseen = false;
	Object.defineProperty(document, 'hidden', { get: () => window.unseen });
	window.see = (yes) => { window.unseen = !yes; document.dispatchEvent(new Event('visibilitychange')); return true; };`

// TestFollowInBrowser has three goals follow what is given: all at once, none
// while it is in use, and nothing is lost of what happened while nobody looked.
func TestFollowInBrowser(t *testing.T) {
	b := tab{browsertest.Open(t)}
	r := running(t)
	r.grant(r.fan.ID, 500)
	for n := range 3 {
		_, err := r.goals.Set(t.Context(), goal.NewGoal{Creator: r.maker.ID, Target: string(r.room.ID), Title: fmt.Sprintf("Goal %d", n), Metric: goal.Coins, Wanted: 500})
		r.ok(err)
	}
	roses := 0
	give := func() {
		t.Helper()
		roses++
		_, err := gift.NewSender(r.d).Send(t.Context(), gift.Request{Key: fmt.Sprint("rose", roses), Sender: r.fan.ID, Item: "rose", Quantity: 2, Target: string(r.room.ID)})
		r.ok(err)
		r.counted(t)
	}
	bars := func(coins ...int) string {
		text := ""
		for _, n := range coins {
			text += fmt.Sprintf("%d ", n)
		}
		return `[...document.querySelectorAll('.own-goals progress')].map(p => p.value + ' ').join('') === '` + text + `'`
	}
	if _, err := chromedp.Call(b.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hurry}); err != nil {
		t.Fatal(err)
	}
	b.Do("open the goals", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(r.url+"/sign-in?to=/c/goals"), browsertest.Click(fmt.Sprintf(`button[value="%s"]`, r.maker.ID)), browsertest.See("body[data-connected] .own-goals"))
	give()
	b.Until("see all three move", bars(10, 10, 10))
	b.Do("read in the first", browsertest.Run(`(n => { n.tabIndex = -1; n.focus(); return true; })(document.querySelector('[data-follows]'))`))
	give()
	b.Until("see the others move", bars(10, 20, 20))
	b.Do("go on", browsertest.Run(`document.activeElement.blur(), true`))
	b.Until("see the first move", bars(20, 20, 20))

	b.Do("open an amount", browsertest.Run(`document.getElementById('panel').showModal(), true`))
	give()
	b.Do("hide the page", browsertest.Run(`see(false)`))
	b.Until("stop listening", `!document.body.dataset.connected`)
	give()
	b.Do("see it again", browsertest.Run(`document.getElementById('panel').close(), see(true)`))
	b.Until("see what was missed", bars(40, 40, 40))
	b.followsBooks(r, give)
}

// followsBooks watches the operators' figures follow a gift.
func (b tab) followsBooks(r *rig, give func()) {
	b.T.Helper()
	b.Become(r.boss.Name)
	b.Do("open the desk", chromedp.Navigate(r.url+"/op"), browsertest.See("body[data-connected] #desk"))
	before := b.Value(`document.getElementById('desk').textContent`)
	give()
	b.Until("see the figures move", fmt.Sprintf(`document.getElementById('desk').textContent !== %q`, before))
}
