package web_test

import (
	"html"
	"testing"
)

// TestFind finds what the field says that it finds: pages, ids of everything
// that has a page, and people; a stranger's name is for operators.
func TestFind(t *testing.T) {
	r := still(t)
	for lang, pages := range map[string][2]string{"en": {"Wallet", "nothing@all"}, "fr": {"Portefeuille", "rien@tout"}} {
		stranger, fan, boss := r.browser(""), r.browser(r.fan.ID), r.browser(r.boss.ID)
		for _, b := range []*browser{stranger, fan, boss} {
			b.lang = lang
			has(t, b.get("/find?q="+pages[0]), 200, `<a href="/wallet"`)
			has(t, b.get("/find?q=@theo"), 200, `<a href="/@theo"`, "Théo Marchand")
			has(t, b.get("/find?q=theo"), 200, `<a href="/@theo"`)
			has(t, b.get("/find?q="+string(r.video.ID)), 200, `<a href="/v/`+string(r.video.ID)+`"`)
			has(t, b.get("/find?q=see+"+string(r.room.ID)), 200, `<a href="/live/`+string(r.room.ID)+`"`)
			none := b.get("/find?q=" + pages[1])
			has(t, none, 200, html.EscapeString(pages[1]))
			lacks(t, none, `class="hits"`)
		}
		for _, q := range []string{"Th%C3%A9o+M", "theo@example.org", string(r.maker.ID)} {
			has(t, boss.get("/find?q="+q), 200, `<a href="/op/people/`+string(r.maker.ID)+`"`)
			lacks(t, fan.get("/find?q="+q), `class="hits"`)
		}
	}
}
