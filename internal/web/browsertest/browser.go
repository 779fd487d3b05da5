// Package browsertest drives the pages in a real Chromium, for tests.
//
// A Tab is one page of a browser; its steps fail the test with what the page
// says. What the browser complains about (scripts that throw, what the policy
// forbids) fails the test as well.
package browsertest

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
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// StepTime is how long one step may take on a busy machine.
const StepTime = 30 * time.Second

// Tab is one page of a browser.
type Tab struct {
	T   testing.TB
	Ctx context.Context
}

// Open opens a browser that asks nothing of the world outside; it closes with
// the test. Without a Chromium the test is skipped, or fails where one is
// required; short runs do without.
func Open(t testing.TB) Tab {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
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
	b := Tab{t, ctx}
	b.complaints()
	return b
}

// Another opens a second tab of the same browser, with the same cookies.
func (b Tab) Another() Tab {
	b.T.Helper()
	ctx, cancel := chromedp.NewContext(b.Ctx)
	b.T.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		b.T.Fatalf("opening a tab: %v", err)
	}
	return Tab{b.T, ctx}
}

// complaints fails the test for what the browser has to say about the pages.
// An answer that is a refusal is none, nor is a stream that was lost.
func (b Tab) complaints() {
	b.T.Helper()
	var mu sync.Mutex
	var all []string
	err := chromedp.Listen(b.Ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError && !expected(e.Entry) {
				all = append(all, e.Entry.Text+" "+e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			text := e.ExceptionDetails.Text
			if e.ExceptionDetails.Exception != nil {
				text += " " + e.ExceptionDetails.Exception.Description
			}
			all = append(all, text)
		}
	})
	if err == nil {
		_, err = chromedp.Call(b.Ctx, log.Enable, cdp.Empty{})
	}
	if err != nil {
		b.T.Fatalf("listening to the browser's log: %v", err)
	}
	b.T.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, text := range all {
			b.T.Errorf("the browser says: %s", text)
		}
	})
}

// expected tells whether a test may have caused what the browser says: a
// refusal, no network, a stream that was cut.
func expected(e *log.Entry) bool {
	return strings.Contains(e.Text, "the server responded with a status of 40") || strings.Contains(e.Text, "ERR_INTERNET_DISCONNECTED") || strings.Contains(e.URL, "/stream?")
}

// Do takes steps; what says what they are for.
func (b Tab) Do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, StepTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.T.Fatalf("%s: %v; the page %s says: %s", what, err, b.Value("location.href"), b.Value(`document.querySelector('main')?.innerText.slice(0, 1500) ?? ''`))
	}
}

// Go opens an address.
func (b Tab) Go(url string) {
	b.T.Helper()
	b.Do("open "+url, chromedp.Navigate(url))
	b.Until("load "+url, `document.readyState === 'complete'`)
}

// Click clicks what the selector finds first, when it is visible.
func Click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// See waits until what the selector finds is visible.
func See(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(selector))
}

// Type writes into a field.
func Type(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS(selector), text)
}

// Press presses keys on whatever has the attention.
func Press(keys string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(keys) }

// Run does something in the page that ends with true.
func Run(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[any](expression, chromedp.EvalAwaitPromise)(ctx, t)
		return err
	})
}

// Value returns a text that the page works out, or what went wrong.
func (b Tab) Value(expression string) string {
	ctx, cancel := context.WithTimeout(b.Ctx, StepTime)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		return "(" + err.Error() + ")"
	}
	return text
}

// Text returns the words of what the selector finds.
func (b Tab) Text(selector string) string {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, StepTime)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		b.T.Fatalf("reading %s: %v", selector, err)
	}
	return strings.TrimSpace(text)
}

// Until waits until the expression holds in the page. The page's policy forbids
// it to make functions out of text, so this does not either.
func (b Tab) Until(what, expression string) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.Ctx, StepTime)
	defer cancel()
	look := chromedp.Evaluate[bool](`new Promise(done => { const look = () => { if (`+expression+`) done(true); else setTimeout(look, 20); }; look(); })`, chromedp.EvalAwaitPromise)
	_, err := chromedp.Run(ctx, look)
	for err != nil && ctx.Err() == nil { // another page has come meanwhile
		_, err = chromedp.Run(ctx, look)
	}
	if err != nil {
		b.T.Fatalf("%s: %v; the page %s says: %s", what, err, b.Value("location.href"), b.Value(`document.querySelector('main')?.innerText.slice(0, 1500) ?? ''`))
	}
}

// Size makes the window so large.
func (b Tab) Size(width, height int64) {
	b.T.Helper()
	b.Do("size the window", chromedp.EmulateViewport(width, height))
}

// Theme has the system prefer light or dark, and calm if motion is to be
// reduced.
func (b Tab) Theme(theme string, calm bool) {
	b.T.Helper()
	motion := "no-preference"
	if calm {
		motion = "reduce"
	}
	_, err := chromedp.Call(b.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: motion}}})
	if err != nil {
		b.T.Fatalf("theme: %v", err)
	}
}

// Cookie keeps a cookie for the site.
func (b Tab) Cookie(site, name, value string) {
	b.T.Helper()
	if _, err := chromedp.Call(b.Ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: site}); err != nil {
		b.T.Fatalf("cookie %s: %v", name, err)
	}
}

// Offline takes the network away, or gives it back.
func (b Tab) Offline(off bool) {
	b.T.Helper()
	_, err := chromedp.Call(b.Ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
	if err == nil {
		_, err = chromedp.Call(b.Ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}}})
	}
	if err != nil {
		b.T.Fatalf("network: %v", err)
	}
}

// Become signs in as a persona of the sandbox from the page that is open.
func (b Tab) Become(name string) {
	b.T.Helper()
	b.Do("choose "+name, Run(fmt.Sprintf(`(() => { const s = document.getElementById('persona'); s.value = [...s.options].find(o => o.text.startsWith(%q)).value; setTimeout(() => s.form.requestSubmit(), 0); })()`, name)))
	b.Until("be "+name, fmt.Sprintf(`document.readyState === 'complete' && document.querySelector('.who')?.textContent.startsWith(%q)`, name))
}

// Shot takes pictures of what the page shows at this moment into the folder
// that OVATION_SHOTS names, if it does: small and large, light and dark.
func (b Tab) Shot(name string) {
	b.T.Helper()
	folder := os.Getenv("OVATION_SHOTS")
	if folder == "" {
		return
	}
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"small", 360, 740}, {"large", 1440, 900}} {
		for _, theme := range []string{"light", "dark"} {
			b.Theme(theme, true)
			b.Size(size.width, size.height)
			b.Until("draw", `document.readyState === 'complete'`)
			png, err := chromedp.Run(b.Ctx, chromedp.CaptureScreenshot())
			if err == nil {
				err = os.WriteFile(filepath.Join(folder, name+"-"+size.name+"-"+theme+".png"), png, 0o600)
			}
			if err != nil {
				b.T.Fatalf("picture %s: %v", name, err)
			}
		}
	}
	b.Theme("", false)
}
