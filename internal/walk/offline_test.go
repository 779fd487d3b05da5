package walk

import (
	"testing"
)

// TestOffline takes the connection away on every page: it says so, with the
// time of what it shows, its buttons that change anything wait, nothing is sent
// when they are pressed all the same, and all is as before when the connection
// is back.
func TestOffline(t *testing.T) {
	s := open(t)
	b := s.browser()
	const waiting = `[...document.querySelectorAll('main form[method=post] [type=submit]')]`
	seen := map[string]bool{}
	for _, who := range []string{"Fay", "Mina", "Olu"} {
		b.Go(s.url + "/wallet")
		b.Become(who)
		for _, path := range s.pages(b, who) {
			if seen[path] {
				continue
			}
			seen[path] = true
			b.Go(s.url + path)
			b.Offline(true)
			b.Until("say that "+path+" is offline", `!document.getElementById('offline').hidden && document.getElementById('offline').textContent.includes('UTC')`)
			b.Until("hold what changes anything on "+path, waiting+`.every(n => n.disabled || n.getAttribute('aria-disabled') === 'true')`)
			b.Accessible(path + " without a connection")
			at := b.Value(`location.href`)
			b.Value(`(() => { for (const n of ` + waiting + `) if (n.checkVisibility()) n.click(); return '' })()`)
			b.Offline(false)
			b.Until("be back on "+path, `document.getElementById('offline').hidden && `+waiting+`.every(n => n.dataset.offline === undefined)`)
			if now := b.Value(`location.href`); now != at {
				t.Errorf("%s went to %s without a connection", at, now)
			}
		}
	}
}
