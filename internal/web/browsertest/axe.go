package browsertest

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/chromedp/chromedp"
)

// axe is the text of axe-core, which stands beside the pages' own libraries
// and is not embedded into the program.
var axe = sync.OnceValues(func() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "static", "vendor", "test", "axe.min.js"))
	return string(text), err
})

// look runs axe on the page with the rules of WCAG 2.2 A and AA and axe's best
// practices. Videos have their own sound, which sample clips have no captions
// for.
//
// It looks at the page from its beginning: what has gone under the bar that
// stays on top is no target until one scrolls back. It waits for what slides or
// fades in.
const look = `scrollTo({top: 0, behavior: 'instant'});
Promise.allSettled(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime !== Infinity).map(a => a.finished)).then(() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: {'video-caption': {enabled: false}}, resultTypes: ['violations']}))
	.then(r => JSON.stringify(r.violations.map(v => v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' — ' + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? '')).join('; '))))`

// Violations returns what axe finds wrong with the page as it stands.
func (b Tab) Violations() []string {
	b.T.Helper()
	b.Until("load the rest of the page", `document.readyState === 'complete'`)
	text, err := axe()
	if err != nil {
		b.T.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Ctx, StepTime)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](text+"\ntrue")); err != nil {
		b.T.Fatalf("loading axe: %v", err)
	}
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](look, chromedp.EvalAwaitPromise))
	if err != nil {
		b.T.Fatalf("running axe: %v", err)
	}
	var all []string
	if err := json.Unmarshal([]byte(said), &all); err != nil {
		b.T.Fatalf("axe says %s", said)
	}
	return all
}

// Accessible fails the test for every violation.
func (b Tab) Accessible(name string) {
	b.T.Helper()
	for _, v := range b.Violations() {
		b.T.Errorf("%s: %s", name, v)
	}
}

// sideways is what makes the page wider than the window, the widest first: not
// what is folded away, and not what scrolls within itself.
const sideways = `document.documentElement.scrollWidth <= innerWidth ? '' :
	[...document.querySelectorAll('body *')].map(n => [n, n.getBoundingClientRect().right])
		.filter(([n, right]) => right > innerWidth + 1 && n.checkVisibility() && !n.closest('.scroll, .gifts, .tabs, pre, dialog:not([open])'))
		.sort(([, a], [, b]) => b - a).slice(0, 3).map(([n, right]) => n.tagName + '.' + n.className + ' ends at ' + Math.round(right)).join(', ') || 'something'`

// Narrow fails the test when the page scrolls sideways, with what it loads
// after itself.
func (b Tab) Narrow(name string) {
	b.T.Helper()
	b.Until("have all of "+name, `!document.querySelector('[hx-trigger=load], .htmx-settling')`)
	if wide := b.Value(sideways); wide != "" {
		b.T.Errorf("%s scrolls sideways: %s", name, wide)
	}
}

// Spoken fails the test for words that are missing in a language.
func (b Tab) Spoken(name string) {
	b.T.Helper()
	if lost := b.Value(`[...document.documentElement.innerHTML.matchAll(/⟦[^⟧]*⟧/g)].join(' ')`); lost != "" {
		b.T.Errorf("%s lacks words: %s", name, lost)
	}
}
