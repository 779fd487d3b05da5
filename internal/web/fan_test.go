package web_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/support"
)

// lacks fails if the page shows the text.
func lacks(t *testing.T, a answer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			t.Errorf("%s shows %q", a.url, text)
		}
	}
}

// TestFeed shows LIVEs first, pages through the videos, and offers a gift to
// everybody but whose it is.
func TestFeed(t *testing.T) {
	r := still(t)
	var first, last content.Video
	for n := range 14 {
		v, err := r.creators.Post(t.Context(), content.NewVideo{Creator: r.maker.ID, Title: fmt.Sprintf("Take %d", n), Media: "clip1.mp4", Width: 540, Height: 960, GiftsOn: n != 13})
		r.ok(err)
		if last = v; n == 0 {
			first = v
		}
	}
	fan, room := r.browser(r.fan.ID), "/live/"+string(r.room.ID)
	page := fan.get("/")
	has(t, page, 200, `data-give="`+room+`"`, `href="`+room+`#tray"`, `id="`+string(last.ID)+`"`, `class="slide tall"`, `href="/@theo"`, "Older videos", `<kbd>b</kbd>`)
	lacks(t, page, "Follow", "Like", "Comment", `data-give="/v/`+string(last.ID)+`"`)
	if strings.Index(page.body, string(r.room.ID)) > strings.Index(page.body, string(last.ID)) {
		t.Error("the LIVE does not come first")
	}
	if n := strings.Count(page.body, `preload="none"`); n != 13 {
		t.Errorf("%d videos wait to be loaded, want all 13", n)
	}
	next := regexp.MustCompile(`data-more="(/\?after=[^"]+)"`).FindStringSubmatch(page.body)
	older := fan.get(next[1])
	has(t, older, 200, `id="`+string(first.ID)+`"`, "You have seen everything")
	lacks(t, older, string(r.room.ID), string(last.ID))
	has(t, fan.get("/?after=nonsense"), 200, string(r.room.ID))
	lacks(t, r.browser(r.maker.ID).get("/"), "data-give")
}

// TestWhoIsLive shows the rooms, and when there is none, those that are open.
func TestWhoIsLive(t *testing.T) {
	r := still(t)
	b := r.browser("")
	has(t, b.get("/live"), 200, "1 room", "Saturday session: your requests", `aria-current="page"`)
	_, err := r.creators.End(t.Context(), r.maker.ID, r.room.ID)
	r.ok(err)
	has(t, b.get("/live"), 200, "Nobody is LIVE at the moment. Creators who open a room appear here.", "Watch videos meanwhile")
	_, err = r.creators.Open(t.Context(), content.NewRoom{Creator: r.maker.ID, Title: "Sunday <b>session</b>", GiftsOn: true})
	r.ok(err)
	has(t, b.get("/live"), 200, "Soon LIVE", "Sunday &lt;b&gt;session&lt;/b&gt;", "room is open")
	has(t, b.get("/live/"+string(r.room.ID)), 200, "This LIVE has ended.", "Théo Marchand has left", "Duration", "Gifters", "See more of Théo Marchand")
}

// TestProfiles shows what somebody shows, under one address, and nobody who is
// not there or not to be seen.
func TestProfiles(t *testing.T) {
	r := still(t)
	fan := r.browser(r.fan.ID)
	r.grant(r.fan.ID, 100)
	fan.give(t, r, "rose@5", "10")
	counts := support.NewService(r.d)
	_, err := counts.Count(t.Context())
	r.ok(err)
	page := fan.get("/@theo")
	has(t, page, 200, "Théo Marchand", "Two chords and the sea", "Saturday session", "Top supporters", "Mia Laurent", "50 coins")
	lacks(t, page, "theo@example.org", "1990")
	checkHTML(t, "a profile", "en", page.body)
	lacks(t, page, `id="lives"`)
	_, err = r.creators.End(t.Context(), r.maker.ID, r.room.ID)
	r.ok(err)
	for lang, want := range map[string][]string{"en": {"LIVEs</h2>", `href="#support">Support<`}, "fr": {"LIVE</h2>", `href="#support">Soutien<`}} {
		b := r.browser(r.fan.ID)
		b.lang = lang
		page := b.get("/@theo")
		has(t, page, 200, append(want, `<a href="/live/`+string(r.room.ID)+`"><strong>Saturday session`, `href="#videos"`, `href="#lives"`)...)
		checkHTML(t, "a profile with a LIVE that is over", lang, page.body)
	}
	if a := fan.get("/@THE0"); a.url.Path != "/@theo" {
		t.Errorf("a handle that reads the same leads to %s", a.url)
	}
	has(t, fan.get("/@mia.fan"), 200, "This is how others see you", `href="/me"`)
	has(t, r.browser("").get("/@mia.fan"), 200, "Mia Laurent shows nothing here yet.")
	has(t, fan.get("/@nobody.here"), 404, "There is nothing here")
	has(t, fan.get("/theo"), 404)
	if a := fan.post("/theo", url.Values{}); a.status != 404 {
		t.Errorf("an address that is none answers a form with %d", a.status)
	}
	r.ok(r.people.Suspend(t.Context(), people.Console(), r.maker.ID, "A test of what is seen then."))
	has(t, fan.get("/@theo"), 404)
}

// TestMe changes a visitor's details, and ends sessions that are theirs.
func TestMe(t *testing.T) {
	r := still(t)
	b, other := r.browser(r.fan.ID), r.browser(r.fan.ID)
	stranger := regexp.MustCompile(`name="session" value="([^"]+)"`)
	two := r.browser(r.maker.ID)
	r.browser(r.maker.ID)
	theirs := stranger.FindStringSubmatch(two.get("/me").body)[1]

	page := b.get("/me")
	has(t, page, 200, "mia.fan@example.org", "this one", "Become a creator", "Limits and breaks", `href="/@mia.fan"`)
	checkHTML(t, "one's own page", "en", page.body)
	has(t, b.post("/me", url.Values{"name": {"<script>alert(1)</script>"}, "handle": {"x"}}), 422, `id="handle-wrong"`, `value="&lt;script&gt;alert(1)&lt;/script&gt;"`)
	has(t, b.post("/me", url.Values{"name": {"Mia <i>L</i>"}, "handle": {"mia.new"}}), 200, "Your details are saved.", "Mia &lt;i&gt;L&lt;/i&gt;", "@mia.new")
	has(t, b.post("/me", url.Values{"name": {"Mia"}, "handle": {"theo"}}), 409, `value="theo"`)
	has(t, b.post("/me/sessions/end", url.Values{"session": {theirs}}), 404)
	mine := stranger.FindStringSubmatch(b.get("/me").body)[1]
	has(t, b.post("/me/sessions/end", url.Values{"session": {mine}}), 200, "That session has ended.")
	has(t, other.get("/me"), 200, "E-mail address", "Sign in")
	has(t, b.post("/me/sessions/end-all", url.Values{}), 200, `class="reel"`)
	has(t, b.get("/me"), 200, "Create an account")
	if a := r.browser("").post("/me", url.Values{"name": {"x"}}); a.status != 401 {
		t.Errorf("a form of nobody answers %d", a.status)
	}
}

// TestHistory filters what changed the wallet; the file has exactly those rows,
// and nothing in it that a spreadsheet runs.
func TestHistory(t *testing.T) {
	r := still(t)
	evil := "@SUM(A1)"
	_, err := r.people.UpdateProfile(t.Context(), r.maker.ID, people.Profile{Name: &evil})
	r.ok(err)
	b := r.browser(r.fan.ID)
	b.buy(t, "350@499@USD")
	for range 25 {
		b.give(t, r, "spark@1", "1")
	}
	b.give(t, r, "rose@5", "2")
	page := b.get("/wallet")
	has(t, page, 200, "Rose ×2 to @SUM(A1)", "Given in the last 30 days", "35 coins", "Older ones", "$4.99")
	checkHTML(t, "a wallet", "en", page.body)
	has(t, b.get("/wallet?of=bought"), 200, "Coins bought", `href="/purchases/cps_`)
	lacks(t, b.get("/wallet?of=bought"), "Rose ×2")
	older := regexp.MustCompile(`href="(/wallet\?before=\d+&amp;of=given)#entries"`).FindStringSubmatch(b.get("/wallet?of=given").body)
	if older == nil {
		t.Fatal("the gifts have no second page")
	}
	second := b.get(strings.ReplaceAll(older[1], "&amp;", "&"))
	if n := strings.Count(second.body, "Spark ×1"); n != 6 {
		t.Errorf("the second page has %d gifts, want the 6 that are left", n)
	}
	lacks(t, second, "Older ones", "Rose ×2")

	file := b.get("/wallet/history.csv?of=given")
	if file.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || strings.Contains(file.body, ",@") {
		t.Errorf("the file is %v: %s", file.header, file.body)
	}
	rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	r.ok(err)
	var sum int64
	for _, row := range rows[1:] {
		var n int64
		_, err := fmt.Sscan(row[3], &n)
		r.ok(err)
		sum += n
	}
	if len(rows) != 27 || sum != -35 {
		t.Errorf("the file has %d rows that add up to %d, want 26 and a head, and -35", len(rows), sum)
	}
	if all := b.get("/wallet/history.csv"); strings.Count(all.body, "\r\n") != 28 {
		t.Errorf("the file of everything has %d lines", strings.Count(all.body, "\r\n"))
	}
}

// TestReceipt is for who bought alone.
func TestReceipt(t *testing.T) {
	r := still(t)
	b := r.browser(r.fan.ID)
	bought := b.buy(t, "350@499@USD").url.Query().Get("bought")
	page := b.get("/purchases/" + bought)
	has(t, page, 200, "R-0000", "350 coins", "$4.99", "Visa •••• 4242", "UTC", "If something is wrong", "data-print")
	checkHTML(t, "a receipt", "en", page.body)
	has(t, r.browser(r.maker.ID).get("/purchases/"+bought), 404)
}

// TestGuest taps a gift without being signed in, and comes back to it.
func TestGuest(t *testing.T) {
	r := still(t)
	b, room := r.browser(""), "/live/"+string(r.room.ID)
	page := b.get(room + "?gift=clap&quantity=10")
	has(t, page, 200, `id="guest"`, "you come back to the gift that you chose for Théo Marchand", `name="persona" value="`+string(r.fan.ID)+`"`)
	lacks(t, page, `name="persona" value="`+string(r.maker.ID)+`" class="secondary persona"`)
	in := b.post(room+"/gifts", url.Values{"key": {hidden(t, page.body, room+"/gifts", "key")}, "gift": {"clap@10"}, "quantity": {"10"}})
	has(t, in, 200, "Try it as one of these people")
	to := strings.ReplaceAll(hidden(t, in.body, "/sandbox/sign-in", "to"), "&amp;", "&")
	back := b.post("/sandbox/sign-in", url.Values{"persona": {string(r.fan.ID)}, "to": {to}})
	has(t, back, 200, `value="clap@10" checked`, `value="10" checked`, "100 coins are missing")
	lacks(t, back, `id="sent"`)
}

// TestGoalsAndPlaces shows what is reached together, and who gave most.
func TestGoalsAndPlaces(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 100)
	goals, counts := goal.NewService(r.d), support.NewService(r.d)
	_, err := goals.Set(t.Context(), goal.NewGoal{Creator: r.maker.ID, Target: string(r.room.ID), Title: "20 <roses>", Metric: goal.Gifts, Item: "rose", Wanted: 20})
	r.ok(err)
	b, room := r.browser(r.fan.ID), "/live/"+string(r.room.ID)
	heard := b.listens(t, "live:"+string(r.room.ID), "")
	b.give(t, r, "rose@5", "10")
	for _, count := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := goals.Count(ctx); return err },
		func(ctx context.Context) error { _, err := counts.Count(ctx); return err },
	} {
		r.ok(count(t.Context()))
	}
	seen := map[string]string{}
	for range 3 {
		h := heard.next()
		seen[h.name] = h.data
	}
	if !strings.Contains(seen["goal"], `"text":"10 of 20 × Rose"`) || !strings.Contains(seen["board"], `"name":"Mia Laurent"`) || strings.Contains(seen["board"], "usr_") {
		t.Errorf("the page heard %v", seen)
	}
	if !strings.Contains(seen["board"], `"me":true`) {
		t.Errorf("the fan's own place is not marked: %v", seen["board"])
	}
	page := b.get(room)
	has(t, page, 200, "20 &lt;roses&gt;", "10 of 20 × Rose", `<progress max="20" value="10"`, "Who gave most", `class="rank">1<`, "you")
	has(t, b.get(room+"?board=week"), 200, `data-window="week"`, "50 coins")
	has(t, b.get(room+"?board=nonsense"), 200, `data-window="live"`)
	checkHTML(t, "a room", "en", page.body)
}

// TestChat writes, hides and mutes; what could not be sent stays in the field.
func TestChat(t *testing.T) {
	r := still(t)
	fan, maker, room := r.browser(r.fan.ID), r.browser(r.maker.ID), "/live/"+string(r.room.ID)
	write := func(b *browser, text string) answer { return b.post(room+"/chat", url.Values{"text": {text}}) }
	has(t, write(fan, `<img src=x onerror=alert(1)>`), 200, "&lt;img src=x onerror=alert(1)&gt;")
	lacks(t, fan.get(room), "/chat/hide")
	long := strings.Repeat("a", 201)
	has(t, write(fan, long), 422, `value="`+long+`"`, `id="chat-wrong"`)
	has(t, write(r.browser(""), "hello"), 200, "E-mail address")
	has(t, fan.post(room+"/chat", url.Values{"text": {""}}, "Accept", "application/json"), 422, `"ok":false`)

	page := maker.get(room)
	has(t, page, 200, "/chat/hide", "/chat/mute", "Your chat")
	checkHTML(t, "a creator's own room", "en", page.body)
	message := url.Values{"message": {hidden(t, page.body, room+"/chat/hide", "message")}}
	has(t, fan.post(room+"/chat/hide", message), 404)
	has(t, fan.post(room+"/chat/mute", message), 404)
	has(t, maker.post(room+"/chat/mute", message), 200, "The author can not write in this LIVE any more.")
	has(t, maker.post(room+"/chat/hide", message), 200, "The message is hidden.")
	lacks(t, fan.get(room), "onerror=alert")
	has(t, write(fan, "am I heard?"), 403, `value="am I heard?"`, "muted you")
	has(t, fan.post(room+"/chat/settings", url.Values{"slow": {"10"}, "on": {"yes"}}), 404)
	has(t, maker.post(room+"/chat/settings", url.Values{"slow": {"10"}, "on": {"yes"}}), 200, "The chat is set.")
	has(t, fan.get(room), 200, "Slow mode: one message in 10 s")
	has(t, maker.post(room+"/chat/settings", url.Values{"slow": {"0"}}), 200, "The chat is set.")
	has(t, fan.get(room), 200, "The creator has switched the chat off.")
}

// TestLimits bounds what a fan spends: the shop and the tray say so calmly, and
// what is typed wrong stays typed.
func TestLimits(t *testing.T) {
	r := still(t)
	b, room := r.browser(r.fan.ID), "/live/"+string(r.room.ID)
	b.buy(t, "350@499@USD")
	page := b.get("/me/limits")
	has(t, page, 200, "$4.99", "Counts anew from", "Take a break")
	checkHTML(t, "limits", "en", page.body)
	has(t, b.post("/me/limits", url.Values{"currency": {"USD"}, "week": {"<b>"}, "day": {"5"}}), 422, `value="&lt;b&gt;"`, `value="5"`, `id="limit-week-wrong"`)
	has(t, b.post("/me/limits", url.Values{"currency": {"USD"}, "week": {"4.99"}, "confirm": {"50"}}), 200, "Your limits are kept.", "$4.99 of $4.99", "$0.00 left.")
	has(t, b.get("/wallet"), 200, "your own limit of $4.99 is reached. It counts anew from 16 March 2026, 00:00 UTC", "I want this even if it costs more than $50.00")
	has(t, b.pay(t, "70@99@USD"), 409, "A limit is reached", "nothing was charged")
	has(t, b.get(room+"?gift=castle&quantity=1"), 200, "your own limit of $4.99 is reached")
	has(t, b.post("/me/limits", url.Values{"currency": {"USD"}, "week": {"100"}, "confirm": {""}}), 200, "From 11 March 2026, 12:00 UTC on:", "Keep what holds now")
	has(t, b.post("/me/limits/withdraw", url.Values{}), 200, "What holds now stays.")

	has(t, b.post("/me/limits/break", url.Values{"lasts": {"day"}}), 422, "Choose how long the break lasts, and confirm it.")
	has(t, b.post("/me/limits/break", url.Values{"lasts": {"day"}, "sure": {"yes"}}), 200, "Your break has begun.", "You chose a break until 11 March 2026, 12:00 UTC")
	tray := b.get(room)
	has(t, tray, 200, "Until then nothing is bought and nothing is given.")
	lacks(t, tray, `id="gift-form"`)
	b.lang = "fr"
	has(t, b.get("/wallet"), 200, "D’ici là, rien ne s’achète et rien ne s’offre.")
	checkHTML(t, "limits", "fr", b.get("/me/limits").body)
	if a := r.browser("").get("/me/limits"); a.url.Path != "/sign-in" {
		t.Errorf("somebody unknown comes to %s", a.url)
	}
}

// TestGiftArt wants a drawing of every gift of the presets, small, on a field
// of 64 by 64, and the emoji for a gift that has none.
func TestGiftArt(t *testing.T) {
	catalogue, err := os.ReadFile("../app/presets/gifts.toml")
	if err != nil {
		t.Fatal(err)
	}
	art, err := os.ReadFile("static/gifts.svg")
	if err != nil {
		t.Fatal(err)
	}
	symbols := map[string]string{}
	for _, m := range regexp.MustCompile(`(?s)<symbol id="([^"]+)" viewBox="0 0 64 64">(.*?)</symbol>`).FindAllStringSubmatch(string(art), -1) {
		symbols[m[1]] = m[2]
	}
	gifts := regexp.MustCompile(`(?s)id = "([^"]+)".*?emoji = "([^"]+)"`).FindAllStringSubmatch(string(catalogue), -1)
	if len(gifts) < 15 {
		t.Fatalf("only %d gifts are in the catalogue", len(gifts))
	}
	for _, g := range gifts {
		drawing := symbols["gift-"+g[1]]
		if drawing == "" || len(drawing) > 2000 || strings.Contains(drawing, "style=") || strings.Contains(drawing, "url(") {
			t.Errorf("the drawing of %s has %d bytes; at most 2000, without styles", g[1], len(drawing))
		}
	}
	r := still(t)
	page := r.browser("").get("/live/" + string(r.room.ID))
	has(t, page, 200, `gifts.svg#gift-rose"`, `<span class="art emoji" aria-hidden="true">🏮</span>`)
	lacks(t, page, "#gift-lantern")
}
