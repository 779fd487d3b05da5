package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium without a window.
type browser struct {
	ctx   context.Context
	close func()
}

func openBrowser(ctx context.Context) (*browser, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("pictures need chromium: %w", err)
	}
	profile, err := os.MkdirTemp("", "shots")
	if err != nil {
		return nil, err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(profile))
	ctx, stopAll := chromedp.NewExecAllocator(ctx, opts...)
	ctx, stopTab := chromedp.NewContext(ctx)
	b := &browser{ctx: ctx, close: func() { stopTab(); stopAll(); _ = os.RemoveAll(profile) }}
	if err := chromedp.Do(ctx); err != nil {
		b.close()
		return nil, fmt.Errorf("starting chromium: %w", err)
	}
	return b, nil
}

// do runs steps, which end in time.
func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := b.patient()
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

func (b *browser) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, patience)
}

// settled waits until the page is loaded, its letters too, and two frames are
// drawn.
func (b *browser) settled() chromedp.Action[chromedp.Void] {
	return b.until(`document.readyState === 'complete' && document.fonts.status === 'loaded'`)
}

// until waits until the expression holds in the page.
func (b *browser) until(expression string) chromedp.Action[chromedp.Void] {
	wait := chromedp.Evaluate[bool](`new Promise(done => { const look = () => { if (`+expression+`) requestAnimationFrame(() => requestAnimationFrame(() => done(true))); else setTimeout(look, 20); }; look(); })`, chromedp.EvalAwaitPromise)
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := wait(ctx, t)
		return err
	})
}

// painted says when the page was first seen, and how much came over the wire
// for it besides pictures and clips.
func (b *browser) painted() string {
	const look = `(() => { const paint = performance.getEntriesByName('first-contentful-paint')[0]; const all = performance.getEntriesByType('resource').filter(r => !['img', 'video'].includes(r.initiatorType));
		return 'first paint ' + Math.round(paint?.startTime ?? 0) + ' ms, ' + Math.round((performance.getEntriesByType('navigation')[0].transferSize + all.reduce((n, r) => n + r.transferSize, 0)) / 1000) + ' kB'; })()`
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](look))
	if err != nil {
		return err.Error()
	}
	return text
}

// cookie keeps what a visitor chose.
func (b *browser) cookie(name, value, url string) error {
	_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: url})
	return err
}

// become signs in as the persona whose name begins so, or out.
func (b *browser) become(site, name string) error {
	if err := b.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(site+"/wallet"), b.settled()); err != nil {
		return err
	}
	if name == "" {
		return nil
	}
	choose := fmt.Sprintf(`(() => { const s = document.getElementById('persona'); const o = [...s.options].find(o => o.text.startsWith(%q)); s.value = o.value; setTimeout(() => s.form.requestSubmit(), 0); return true; })()`, name)
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](choose)); err != nil {
		return fmt.Errorf("there is no persona %s: %w", name, err)
	}
	there := fmt.Sprintf(`document.readyState === 'complete' && document.querySelector('.who')?.textContent.startsWith(%q)`, name)
	err := b.do(b.until(there))
	for try := 0; err != nil && try < 20 && b.ctx.Err() == nil; try++ { // another page has come meanwhile
		err = b.do(b.until(there))
	}
	return err
}
