package web_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
)

// once gives a form a key of its own, as its page does.
func once(form url.Values) url.Values {
	form.Set("key", "frm_"+strings.ToLower(rand.Text()))
	return form
}

// TestKeysAreMadeOnce sends the forms that make keys for the API a second time.
func TestKeysAreMadeOnce(t *testing.T) {
	r := still(t)
	for lang, told := range map[string]string{"en": "This form was sent before", "fr": "Ce formulaire a déjà été envoyé"} {
		b := r.browser(r.boss.ID)
		b.lang = lang
		for path, page := range map[string]string{"/dev/key": "/dev", "/dev/keys": "/dev/keys"} {
			form := url.Values{"key": {hidden(t, b.get(page).body, path, "key")}, "name": {lang + path}, "scope": {"gifts:send"}}
			has(t, b.post(path, url.Values{"name": {"x"}, "scope": {"gifts:send"}}), 400)
			has(t, b.post(path, form), 200, "ovn_test_sk_")
			before := strings.Count(b.get("/dev/keys").body, `class="key`)
			again := b.post(path, form)
			has(t, again, 422, told)
			lacks(t, again, "ovn_test_sk_0", `class="notice good once"`)
			if after := strings.Count(b.get("/dev/keys").body, `class="key`); after != before || before == 0 {
				t.Errorf("%s: sending it again makes %d keys out of %d", path, after, before)
			}
			if key := hidden(t, again.body, path, "key"); key == form.Get("key") {
				t.Errorf("%s: the form keeps a key that is used up", path)
			}
		}
	}
}

// TestOneLiveAtOnce starts LIVEs from several pages at the same time.
func TestOneLiveAtOnce(t *testing.T) {
	r := still(t)
	b := r.browser(r.maker.ID)
	b.post("/c/lives/"+string(r.room.ID)+"/end", url.Values{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if a := b.post("/c/lives", url.Values{"title": {"Now"}, "gifts": {"yes"}}); a.status != 200 && a.status != 409 {
				t.Errorf("starting answers %d", a.status)
			}
		})
	}
	all.Wait()
	ctx, on := context.Background(), 0
	r.ok(r.d.Read(ctx, func(tx *db.Tx) error {
		rooms, _, err := content.LiveNow(ctx, tx, content.Cursor{}, 100)
		on = len(rooms)
		return err
	}))
	if on != 1 {
		t.Errorf("%d LIVEs are on the air, want 1", on)
	}
}
