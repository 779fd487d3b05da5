package web_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/people"
)

// chromium opens a browser that asks nothing of the world outside.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		dbtest.Unavailable(t, "chromium", "There is no chromium here; install it to run the pages in a real browser.")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("no-proxy-server", true), chromedp.Flag("lang", "en-US"), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // begins the browser, which must not have a step's deadline
		t.Fatalf("starting chromium: %v", err)
	}
	complaints(ctx, t)
	return ctx
}

// complaints fails the test for what the browser has to say about the pages:
// scripts that throw, and what the policy forbids. An answer that is a refusal
// is none, nor is a stream that was lost.
func complaints(ctx context.Context, t *testing.T) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "the server responded with a status of 40") && !strings.Contains(e.Entry.URL, "/stream?") {
				all = append(all, e.Entry.Text+" "+e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			all = append(all, e.ExceptionDetails.Text)
		}
	})
	if err == nil {
		_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	}
	if err != nil {
		t.Fatalf("listening to the browser's log: %v", err)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, text := range all {
			t.Errorf("the browser says: %s", text)
		}
	})
}

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

// stepTime is how long one step may take on a busy machine.
const stepTime = 20 * time.Second

// tab is one page of the browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func (b tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v; the page says: %s", what, err, b.text("main"))
	}
}

func (b tab) text(selector string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		b.t.Fatalf("reading %s: %v", selector, err)
	}
	return strings.TrimSpace(text)
}

// until waits until the expression holds in the page. The page's policy
// forbids it to make functions out of text, so this does not either.
func (b tab) until(what, expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	look := chromedp.Evaluate[bool](`new Promise(done => { const look = () => { if (`+expression+`) done(true); else setTimeout(look, 20); }; look(); })`, chromedp.EvalAwaitPromise)
	_, err := chromedp.Run(ctx, look)
	for err != nil && ctx.Err() == nil { // another page has come meanwhile
		_, err = chromedp.Run(ctx, look)
	}
	if err != nil {
		b.t.Fatalf("%s: %v; the page says: %s", what, err, b.text("main"))
	}
}

// become signs in as a persona from the page that is open.
func (b tab) become(p people.Person) {
	b.t.Helper()
	b.do("open the sandbox's tools", run(`document.querySelector('.sandbox details').open = true`))
	b.do("choose "+p.Name, chromedp.SetValue(chromedp.CSS("#persona"), string(p.ID)), click(`form[action="/sandbox/sign-in"] button`))
	b.until("be "+p.Name, `document.readyState === 'complete' && document.querySelector('.who')?.textContent === '`+p.Name+`'`)
}

func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}
func see(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(selector))
}

// TestInBrowser walks the way of a gift in a real browser: a fan buys coins,
// gives and taps a combo; the creator sees the earning and asks where it comes
// from.
func TestInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	b := tab{t, chromium(t)}
	r := running(t)
	b.do("sign in", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(r.url+"/sign-in?to=/wallet"), click(fmt.Sprintf(`button[value="%s"]`, r.fan.ID)), see("#coins"))
	b.shot("wallet-empty")
	b.do("add the test card", click(`form[action="/wallet/cards/test"] button`), see("#buy-form"))
	b.do("buy a pack", click("#buy-form button[type=submit]"), see("#bought"))
	b.shot("wallet")
	if got := b.text("#coins"); got != "350 coins" {
		t.Errorf("the wallet shows %q, want 350 coins", got)
	}
	b.gives(r)
	b.do("leave the room", chromedp.Navigate(r.url+"/c/payouts"))
	b.become(r.maker)
	b.shot("earnings")
	if got := b.text("#pending"); got != "$2.75" {
		t.Errorf("pending is %q, want $2.75 for 550 diamonds", got)
	}
	b.hub(r)
	b.do("ask where it comes from", click(`#earned a[href^="/explain/ern_"]`), see("#panel[open] #explanation"))
	b.shot("explain")
	if got := b.text("#panel .formula"); got != "⌊570 diamonds × 1/2 cent⌋ = 285 cents = $2.85" {
		t.Errorf("the formula is %q", got)
	}
	b.tour(r)
}

// hub waits on the creator's first page for a gift, which it tells of without
// moving anything, looks at it, and finds the gift with a filter that reloads
// its rows alone.
func (b tab) hub(r *rig) {
	b.t.Helper()
	const income = `document.querySelector('.tiles .huge a').textContent`
	b.do("open the hub", chromedp.Navigate(r.url+"/c"), see("body[data-connected]"))
	r.grant(r.boss.ID, 100)
	_, err := gift.NewSender(r.d).Send(b.t.Context(), gift.Request{Key: "late", Sender: r.boss.ID, Item: "rose", Quantity: 4, Target: string(r.room.ID)})
	r.ok(err)
	b.until("tell of the gift", `!document.getElementById('fresh').hidden && document.querySelector('#fresh [role=status]').textContent === '1 new gift: refresh'`)
	b.until("leave the figures alone", income+` === '$2.75'`)
	b.do("look", click("#fresh"))
	b.until("show it", income+` === '$2.85' && document.getElementById('fresh').hidden`)
	b.do("open the explorer", chromedp.Navigate(r.url+"/c/earnings"), see("#earned tfoot"))
	b.do("show single gifts", run(`(() => { const s = document.querySelector('select[name=group]'); s.value = 'none'; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })()`))
	b.until("see the gift", `location.search.includes('group=none') && [...document.querySelectorAll('#earned .what')].some(n => n.textContent.includes('Rose × 4'))`)
	b.do("leave out what is no LIVE gift", run(`(() => { const s = document.querySelector('select[name=source]'); s.value = 'gift'; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })()`))
	b.until("keep the gifts of the LIVE", `location.search.includes('source=gift') && document.getElementById('earned-USD')?.textContent === '$2.85'`)
}

// gives sends a combo of five and a gift that first needs coins.
func (b tab) gives(r *rig) {
	b.t.Helper()
	b.do("open the first page", chromedp.Navigate(r.url+"/"), see(".slide .live"))
	b.shot("home")
	b.do("enter the room", click(".slide a.enter"), see("#stage[data-connected]"))
	b.shot("live")
	b.do("choose applause", click(`label:has(input[data-name="Applause"])`))
	for n := 1; n <= 5; n++ {
		b.do("tap", click("#send"))
		b.until("count the tap", fmt.Sprintf(`document.getElementById('combo-count').textContent === '×%d'`, n))
	}
	b.shot("combo")
	b.until("see the combo in the feed", `document.querySelector('#feed li[data-combo] .said')?.textContent === 'Mia Laurent gave Applause ×5 (50 coins)'`)
	b.do("a gift that is more than the wallet holds", click(`label:has(input[data-name="Fireworks"])`), click("#send"), see("#topup"))
	b.shot("topup")
	b.until("have had time to read", `!document.getElementById('topup').dataset.unread`)
	b.do("buy exactly what is missing", click("#topup .offers button:last-child"))
	b.until("keep the gift", `!document.getElementById('topup') && document.querySelector('input[data-name="Fireworks"]')?.checked`)
	b.do("send it, not with the press that bought", run(`new Promise(done => setTimeout(() => done(true), 600))`), click("#send"))
	b.until("see it in the feed", `[...document.querySelectorAll('#feed .said')].some(n => n.textContent.includes('Fireworks ×1'))`)
	b.shot("sent")
}

// shot takes pictures into the folder that OVATION_SHOTS names, in four
// settings: small and large, light and dark.
func (b tab) shot(name string) {
	b.t.Helper()
	folder := os.Getenv("OVATION_SHOTS")
	if folder == "" {
		return
	}
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"small", 360, 740}, {"large", 1440, 900}} {
		for _, theme := range []string{"light", "dark"} {
			_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
			if err != nil {
				b.t.Fatalf("theme: %v", err)
			}
			b.do("settle", chromedp.EmulateViewport(size.width, size.height))
			b.until("draw", `document.readyState === 'complete'`)
			png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
			if err == nil {
				err = os.WriteFile(filepath.Join(folder, name+"-"+size.name+"-"+theme+".png"), png, 0o600)
			}
			if err != nil {
				b.t.Fatalf("picture %s: %v", name, err)
			}
		}
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
		b.t.Fatalf("theme: %v", err)
	}
}

// tour visits pages on a phone: none scrolls sideways.
func (b tab) tour(r *rig) {
	b.t.Helper()
	for _, page := range []struct{ name, path string }{
		{"home", "/"}, {"watch", "/v/" + string(r.video.ID)}, {"live-own", "/live/" + string(r.room.ID)}, {"wallet-creator", "/wallet"}, {"earnings-small", "/c"}, {"explorer-small", "/c/earnings?group=none"}, {"payouts-small", "/c/payouts"}, {"goals-small", "/c/goals"}, {"lost", "/nowhere"},
	} {
		b.do(page.name, chromedp.EmulateViewport(360, 740), chromedp.Navigate(r.url+page.path), see("main"))
		wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
		if err != nil || wide > 360 {
			b.t.Errorf("%s is %d pixels wide on a phone (%v)", page.path, wide, err)
		}
		b.shot("tour-" + page.name)
	}
	b.become(r.boss)
	b.do("look at the books", chromedp.Navigate(r.url+"/op"), see("#integrity"))
	b.shot("tour-operator")
	b.do("speak French", click("#menu > summary"), click(`button[lang="fr"]`), see(`html[lang="fr"] #integrity`))
	b.shot("tour-operator-french")
	b.do("sign out", click("#menu > summary"), click(`form[action="/sign-out"] button`), see(`a.button[href^="/sign-in"]`))
	b.do("sign in", chromedp.Navigate(r.url+"/sign-in"), see("#email"))
	b.shot("tour-sign-in")
	b.do("sign up", chromedp.Navigate(r.url+"/sign-up"), see("#handle"))
	b.shot("tour-sign-up")
}
