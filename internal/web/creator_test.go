package web_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/wallet"
)

// cents reads an amount in dollars as the pages write it.
func cents(t *testing.T, text string) (n int64) {
	t.Helper()
	n, err := strconv.ParseInt(strings.NewReplacer("$", "", ",", "", ".", "").Replace(text), 10, 64)
	if err != nil {
		t.Fatalf("%q is no amount", text)
	}
	return n
}

// found returns what the expression's group finds, each time.
func found(t *testing.T, page, expression string) (all []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(page, -1) {
		all = append(all, html.UnescapeString(m[1]))
	}
	return all
}

// the returns what the expression finds, which is there once.
func the(t *testing.T, page, expression string) string {
	t.Helper()
	all := found(t, page, expression)
	if len(all) != 1 {
		t.Fatalf("%s is there %d times in %s", expression, len(all), plain(page))
	}
	return all[0]
}

// world gives at random over some days: on a LIVE and on a video, by three fans.
func (r *rig) world(t *testing.T, clk *clock.Manual, seed uint64, days int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, seed))
	fans := []id.Person{r.fan.ID, r.boss.ID}
	for _, fan := range fans {
		r.grant(fan, 40_000)
	}
	sender := gift.NewSender(r.d)
	for day := range days {
		for n := range rnd.IntN(6) {
			item := []string{"rose", "clap", "popcorn", "bouquet", "whale"}[rnd.IntN(5)]
			target := []string{string(r.room.ID), string(r.video.ID)}[rnd.IntN(2)]
			_, err := sender.Send(t.Context(), gift.Request{Key: fmt.Sprintf("g%d-%d", day, n), Sender: fans[rnd.IntN(2)], Item: item, Quantity: 1 + rnd.Int64N(4), Target: target})
			r.ok(err)
		}
		clk.Advance(time.Duration(10+rnd.IntN(20)) * time.Hour)
		r.ok(r.settle(t.Context()))
	}
}

// TestCreatorGolden walks the same number through every place that shows it: the
// tile, the bars, the foot of the list, its rows on all pages, the file, and the
// API.
func TestCreatorGolden(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	r := newRig(t, clk, func(by time.Duration) { clk.Advance(by) })
	r.world(t, clk, 5, 40)
	b := r.browser(r.maker.ID)
	for _, window := range []string{"today", "7d", "28d"} {
		page := b.get("/c?window=" + window)
		has(t, page, 200)
		for i, source := range []string{"", "gift", "video_gift"} {
			tile := regexp.MustCompile(`<dd class="huge"><a class="explain" href="(/c/earnings\?[^"]*)">([^<]*)</a>`).FindAllStringSubmatch(page.body, -1)[i]
			rows, want := html.UnescapeString(tile[1]), cents(t, tile[2])
			if got := r.barSum(t, page.body, source); window != "today" && got != want {
				t.Errorf("%s %s: the bars add up to %d, the tile is %d", window, source, got, want)
			}
			if want == 0 {
				continue
			}
			foot, inRows := b.earned(t, rows)
			q, err := url.Parse(rows)
			r.ok(err)
			if file, api := b.earnedFile(t, q.RawQuery), b.earnedAPI(t, q.RawQuery); foot != want || inRows != want || file != want || api != want {
				t.Errorf("%s %s: the tile is %d, the foot %d, the rows %d, the file %d, the API %d", window, source, want, foot, inRows, file, api)
			}
		}
	}
	for _, group := range []string{"none", "day", "target", "fan"} {
		foot, inRows := b.earned(t, "/c/earnings?group="+group)
		if file := b.earnedFile(t, "group="+group); foot != inRows || foot != file || foot == 0 {
			t.Errorf("by %s: the foot is %d, the rows %d, the file %d", group, foot, inRows, file)
		}
	}
	stands := b.get("/c/earnings")
	var sum int64
	for _, text := range found(t, stands.body, `<dd><a href="[^"]*">(\$[^<]*)</a></dd>`) {
		sum += cents(t, text)
	}
	if foot, _ := b.earned(t, "/c/earnings"); sum != foot {
		t.Errorf("the money stands at %d places' sum, and %d were earned", sum, foot)
	}
	left := b.get("/c/payouts")
	if a, b := the(t, left.body, `id="available">([^<]*)<`), the(t, left.body, `(?s)class="sum-line">.*?<span>(\$[^<]*)</span>`); a != b {
		t.Errorf("available are %s, by earning %s", a, b)
	}
}

// barSum adds the bars of the chart up, as its table has them.
func (r *rig) barSum(t *testing.T, page, source string) (sum int64) {
	t.Helper()
	_, table, _ := strings.Cut(page, `class="as-table"`)
	table, _, _ = strings.Cut(table, "<tfoot>")
	column := slices.Index([]string{"gift", "video_gift", "tip", ""}, source)
	for _, row := range strings.Split(table, "<tr>")[1:] {
		if amounts := found(t, row, `>(\$[^<]*)<`); len(amounts) == 5 {
			sum += cents(t, amounts[column])
		}
	}
	return sum
}

// earned reads the foot of the explorer, and adds up the rows of all its pages.
func (b *browser) earned(t *testing.T, path string) (foot, rows int64) {
	t.Helper()
	for n := 0; path != "" && n < 50; n++ {
		page := b.get(path)
		has(t, page, 200)
		_, body, _ := strings.Cut(page.body, "<tbody>")
		body, rest, _ := strings.Cut(body, "</tbody>")
		for _, text := range found(t, body, `class="explain" href="[^"]*"(?: data-explain)?>(\$[^<]*)</a>`) {
			rows += cents(t, text)
		}
		at := cents(t, the(t, rest, `id="earned-USD">([^<]*)<`))
		if n > 0 && at != foot {
			t.Errorf("the foot of page %d is %d, that of the first %d", n+1, at, foot)
		}
		foot, path = at, ""
		if next := found(t, rest, `class="actions"><a class="button secondary" href="([^"]*)"`); len(next) == 1 {
			path = next[0]
		}
	}
	return foot, rows
}

// earnedFile adds up the amounts of the CSV file.
func (b *browser) earnedFile(t *testing.T, query string) (sum int64) {
	t.Helper()
	a := b.get("/c/earnings.csv?" + query)
	has(t, a, 200)
	if a.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="earnings-2026-`) {
		t.Errorf("the file comes as %v", a.header)
	}
	all, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	b.r.ok(err)
	for _, row := range all[1:] {
		sum += cents(t, row[slices.Index(all[0], "amount")])
	}
	return sum
}

// earnedAPI asks the API for the sum of the same rows.
func (b *browser) earnedAPI(t *testing.T, query string) int64 {
	t.Helper()
	site, err := url.Parse(b.r.url)
	b.r.ok(err)
	req := httptest.NewRequest(http.MethodGet, "/v1/earnings/rows?"+query, nil)
	for _, c := range b.client.Jar.Cookies(site) {
		req.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.r.gate.ServeHTTP(w, req)
	var got struct {
		Totals []struct {
			Amount struct {
				Units int64 `json:"amount"`
			} `json:"amount"`
		} `json:"totals"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || len(got.Totals) != 1 {
		t.Fatalf("the API answers %d: %s", w.Code, w.Body)
	}
	return got.Totals[0].Amount.Units
}

// TestCreatorOwnership wants everything of somebody else's not to be there, and
// nothing to be changed by trying.
func TestCreatorOwnership(t *testing.T) {
	r := still(t)
	fan := r.browser(r.fan.ID)
	fan.buy(t, "1400@1999@USD")
	fan.give(t, r, "whale@1000", "1")
	has(t, r.browser(r.maker.ID).post("/c/goals", url.Values{"title": {"Mine"}, "wanted": {"10"}, "counts": {"coins"}}), 200, "The goal is set")
	goal := the(t, r.browser(r.maker.ID).get("/c/goals").body, `action="/c/goals/(gol?_?[^/"]*)/end"`)
	_, err := r.creators.Measure(t.Context(), r.boss.ID, programme.Audience{Followers: 50_000})
	r.ok(err)
	_, err = r.creators.Join(t.Context(), r.boss.ID, programme.LiveGifts)
	r.ok(err)
	room, video := string(r.room.ID), string(r.video.ID)
	for _, lang := range []string{"en", "fr"} {
		rival := r.browser(r.fan.ID)
		rival.lang = lang
		for _, path := range []string{"/c/lives/" + room, "/c/content/" + video, "/c/payouts/pyo_01m7z0nhk8ew79reafkqmy257e"} {
			a := rival.get(path)
			has(t, a, 404)
			checkHTML(t, path, lang, a.body)
		}
		for _, path := range []string{"/c/content/" + room + "/gifts", "/c/content/" + video + "/gifts", "/c/lives/" + room + "/end", "/c/lives/" + room + "/start", "/c/goals/" + goal + "/end", "/c/payouts/pyo_01m7z0nhk8ew79reafkqmy257e/cancel"} {
			has(t, rival.post(path, url.Values{"on": {"no"}}), 404)
		}
		a := rival.get("/c/earnings.csv?group=none&target=" + room)
		has(t, a, 200)
		if strings.Count(a.body, "\n") != 1 {
			t.Errorf("the file has rows of somebody else's: %s", a.body)
		}
		if a := rival.get("/c/earnings?group=none&target=" + room); strings.Contains(a.body, "/explain/gft_") || a.status != 200 {
			t.Errorf("%d: the list has rows of somebody else's", a.status)
		}
	}
	has(t, r.browser(r.boss.ID).get("/c/lives/"+room), 200, "Whale") // operators see every summary
	has(t, r.browser("").get("/c/earnings.csv"), 200, "E-mail address")
	if a := r.browser("").post("/c/payouts", url.Values{}); a.status != 401 {
		t.Errorf("a stranger's payout answers %d", a.status)
	}
	page := r.browser(r.maker.ID).get("/c/lives")
	has(t, page, 200, "Gifts on", r.room.Title)
}

// TestStudio starts, switches and ends LIVEs; what is refused keeps what was
// typed, and script in a title stays text.
func TestStudio(t *testing.T) {
	r := still(t)
	b := r.browser(r.maker.ID)
	has(t, b.get("/c"), 200, "Open the room", r.room.Title, "Nothing earned yet")
	has(t, b.post("/c/lives", url.Values{"title": {"Another"}, "gifts": {"yes"}}), 409, "You are LIVE already")
	room := "/c/lives/" + string(r.room.ID)
	has(t, b.post("/c/content/"+string(r.room.ID)+"/gifts", url.Values{"on": {"no"}}), 200, "Gifts are switched off there.", "Gifts off")
	has(t, r.browser(r.fan.ID).get("/live/"+string(r.room.ID)), 200)
	has(t, b.post("/c/content/"+string(r.room.ID)+"/gifts", url.Values{"on": {"yes"}}), 200, "Gifts on")
	over := b.post(room+"/end", url.Values{})
	has(t, over, 200, "The LIVE is over. This is what it brought.", "Nobody has given anything here yet.")
	checkHTML(t, "a summary", "en", over.body)

	const script = `<script>alert("x")</script>`
	wrong := b.post("/c/lives", url.Values{"title": {script}, "poster": {"javascript:alert(1)"}})
	has(t, wrong, 422, html.EscapeString(script), "javascript:alert(1)", "The poster is a file name", `aria-invalid="true"`)
	if strings.Contains(wrong.body, script) || regexp.MustCompile(`name="gifts"[^>]* checked`).MatchString(wrong.body) {
		t.Error("the form does not come back as it was sent")
	}
	checkHTML(t, "a LIVE refused", "en", wrong.body)
	begun := b.post("/c/lives", url.Values{"title": {script}, "gifts": {"yes"}})
	has(t, begun, 200, "You are LIVE.", html.EscapeString(script))
	if strings.Contains(begun.body, script) {
		t.Error("a title runs")
	}
	french := r.browser(r.maker.ID)
	french.lang = "fr"
	has(t, french.get("/c/lives"), 200, "Terminer le LIVE", "Vos LIVE")

	opened, err := r.creators.Open(t.Context(), content.NewRoom{Creator: r.maker.ID, Title: "Later", GiftsOn: true})
	r.ok(err)
	has(t, b.get("/c/lives"), 200, "not started", "/c/lives/"+string(opened.ID)+"/start")
	has(t, b.post("/c/lives/"+string(opened.ID)+"/end", url.Values{}), 200)
	has(t, b.post("/c/lives/"+string(opened.ID)+"/start", url.Values{}), 409)
}

// TestGoals sets goals, refuses one with what was typed, and ends one.
func TestGoals(t *testing.T) {
	r := still(t)
	fan, b := r.browser(r.fan.ID), r.browser(r.maker.ID)
	has(t, b.get("/c/goals"), 200, "No goal yet.", "How it looks in the room")
	wrong := b.post("/c/goals", url.Values{"title": {"<b>Roses</b>"}, "wanted": {"many"}, "counts": {"rose"}, "target": {string(r.room.ID)}})
	has(t, wrong, 422, "&lt;b&gt;Roses&lt;/b&gt;", `value="many"`, "A goal asks for 1 to 1000000000.", `<option value="rose" selected>`, `<option value="`+string(r.room.ID)+`" selected>`)
	checkHTML(t, "a goal refused", "en", wrong.body)
	has(t, b.post("/c/goals", url.Values{"title": {"Roses tonight"}, "wanted": {"100"}, "counts": {"rose"}, "target": {string(r.room.ID)}}), 200, "The goal is set", "0 / 100")
	fan.buy(t, "350@499@USD")
	fan.give(t, r, "rose@5", "10")
	r.counted(t)
	page := b.get("/c/goals")
	has(t, page, 200, "10 / 100", `<progress max="100" value="10"`, "1 of 3 active goals")
	checkHTML(t, "goals", "en", page.body)
	end := the(t, page.body, `action="(/c/goals/[^/"]*/end)"`)
	has(t, b.post(end, url.Values{}), 200, "The goal has ended.", "over")
	b.lang = "fr"
	has(t, b.get("/c/goals"), 200, "Objectifs terminés")
	has(t, fan.post("/c/goals", url.Values{"title": {"Not a creator"}, "wanted": {"5"}}), 403, "Not a creator")
}

// counted has goals and leaderboards count what was given.
func (r *rig) counted(t *testing.T) {
	t.Helper()
	for range 3 {
		_, err := r.goals.Count(t.Context())
		r.ok(err)
		_, err = r.support.Count(t.Context())
		r.ok(err)
	}
}

// TestSupporters shows who gave most, page by page, and as a file in which no
// name is a formula.
func TestSupporters(t *testing.T) {
	r := still(t)
	b := r.browser(r.maker.ID)
	has(t, b.get("/c/supporters"), 200, "Nobody has given anything in this time.")
	sender := gift.NewSender(r.d)
	for n := range 30 {
		p, _, err := r.people.EnsureExternal(t.Context(), people.NewPerson{ExternalID: fmt.Sprintf("many-%d", n), Handle: fmt.Sprintf("many%d", n), Name: fmt.Sprintf("=Fan(%d)", n), Region: "US", BirthDate: "1990-05-17"})
		r.ok(err)
		r.grant(p.ID, 1000)
		_, err = sender.Send(t.Context(), gift.Request{Key: fmt.Sprintf("many-%d", n), Sender: p.ID, Item: "rose", Quantity: int64(n) + 1, Target: string(r.room.ID)})
		r.ok(err)
	}
	r.counted(t)
	for _, window := range []string{"week", "all"} {
		page := b.get("/c/supporters?window=" + window)
		has(t, page, 200, "=Fan(29)", ">150<", ">30<")
		checkHTML(t, "supporters", "en", page.body)
		older := the(t, page.body, `class="actions"><a class="button secondary" href="([^"]*)"`)
		second := b.get(older)
		has(t, second, 200, "=Fan(0)", ">5<")
		if !regexp.MustCompile(`class="rank[^"]*">30<`).MatchString(second.body) || strings.Contains(second.body, "=Fan(29)") {
			t.Errorf("the second page is %s", plain(second.body))
		}
		file, err := csv.NewReader(strings.NewReader(b.get("/c/supporters.csv?window=" + window).body)).ReadAll()
		r.ok(err)
		if len(file) != 31 || file[1][0] != "1" || file[1][3] != "'=Fan(29)" || file[1][4] != "150" {
			t.Errorf("the file has %d rows and begins with %q", len(file), file[1])
		}
		fan := found(t, page.body, `href="(/c/earnings\?[^"]*)">150<`)
		if foot, _ := b.earned(t, fan[0]); foot != 75 {
			t.Errorf("behind 150 coins are %d cents", foot)
		}
	}
	has(t, b.get("/c/supporters?window=x"), 400)
	has(t, b.get("/c/supporters?after=x"), 400)
}

// TestExplorerFilters keeps a wrong filter as it was typed, and says without
// which part there would be something.
func TestExplorerFilters(t *testing.T) {
	r := still(t)
	fan, b := r.browser(r.fan.ID), r.browser(r.maker.ID)
	fan.buy(t, "350@499@USD")
	fan.give(t, r, "rose@5", "10")
	has(t, b.get("/c/earnings?from=2026-13-45&group=none"), 400, `value="2026-13-45"`, "is no date")
	has(t, b.get("/c/earnings?group=none&from=2026-03-12&to=2026-03-01"), 400, "The last day is before the first.")
	has(t, b.get("/c/earnings?state=gone"), 400)
	has(t, b.get("/c/earnings?after=x"), 400)
	has(t, b.get("/c/earnings.csv?from=x"), 400)
	none := b.get("/c/earnings?source=video_gift&state=pending")
	has(t, none, 200, "Nothing fits all of these filters.", "without “Source”: $0.25", `href="/c/earnings?state=pending"`)
	has(t, b.get("/c/earnings?source=video_gift&state=paid"), 200, "Nothing fits these filters, whichever one is left out.")
	one := b.get("/c/earnings?group=none&target=" + string(r.room.ID) + "&fan=" + string(r.fan.ID))
	has(t, one, 200, "Only on: "+r.room.Title, "Only from: Mia Laurent", "Rose × 10", `href="/explain/gft_`, "test@1")
	checkHTML(t, "filtered", "en", one.body)
	b.lang = "fr"
	has(t, b.get("/c/earnings?source=video_gift&state=pending"), 200, "sans « Source » : 0,25")
	has(t, b.get("/c?window=x"), 400)
}

// TestBecomingCreator leads a fan to the programmes, and a person who can join
// in and out again.
func TestBecomingCreator(t *testing.T) {
	r := still(t)
	b := r.browser(r.fan.ID)
	page := b.get("/c")
	has(t, page, 200, "Become a creator", "See what it takes")
	checkHTML(t, "becoming", "en", page.body)
	has(t, b.get("/c/programmes"), 200, "not measured yet, 1,000 needed", "Rules: test@1 · all countries")
	has(t, b.post("/c/programmes/join", url.Values{"programme": {"live_gifts"}}), 403)
	_, err := r.creators.Measure(t.Context(), r.fan.ID, programme.Audience{Followers: 5000})
	r.ok(err)
	has(t, b.get("/c/programmes"), 200, `<progress max="1000" value="1000"`, "measured")
	has(t, b.post("/c/programmes/join", url.Values{"programme": {"live_gifts"}}), 200, "You are in.", "joined")
	has(t, b.get("/c"), 200, "Nothing earned yet", "Go LIVE")
	has(t, b.post("/c/programmes/leave", url.Values{"programme": {"live_gifts"}}), 200, "You have left.")
	has(t, b.post("/c/programmes/leave", url.Values{"programme": {"nothing"}}), 404)
	_, err = r.creators.Measure(t.Context(), r.maker.ID, programme.Audience{Followers: 10})
	r.ok(err)
	has(t, r.browser(r.maker.ID).get("/c"), 200, "You no longer meet the conditions of Gifts on LIVE")
	has(t, r.browser(r.maker.ID).get("/c/programmes"), 200, "It goes on until", "9 April 2026")
}

// TestExplainChain shows the whole way with the place on it, leads up and down,
// and says that the books were checked only if they were.
func TestExplainChain(t *testing.T) {
	r := still(t)
	fan, b := r.browser(r.fan.ID), r.browser(r.maker.ID)
	fan.buy(t, "350@499@USD")
	fan.give(t, r, "rose@5", "10")
	link := the(t, b.get("/c/earnings?group=none").body, `href="(/explain/gft_[^"]*)"`)
	gift := b.get(link)
	has(t, gift, 200, `aria-label="The way of the money"`, `aria-current="step"`, "Copy as JSON")
	if strings.Contains(gift.body, "Verified") {
		t.Error("it is said to be verified, and nobody has")
	}
	checkHTML(t, "a gift explained", "en", gift.body)
	up := found(t, gift.body, `<a href="(/explain/ern_[^"]*)" data-explain>Earning</a>`)
	if len(up) != 1 {
		t.Fatalf("the gift does not lead to its earning: %s", plain(gift.body))
	}
	has(t, b.get(up[0]), 200, "50 diamonds", "test@1")
	if own := fan.get(link); strings.Contains(own.body, ">Earning</a>") || own.status != 200 {
		t.Errorf("%d: the fan is led to the creator's earning", own.status)
	}
	r.ok(r.settle(t.Context()))
	before := r.cfg.Sandbox.Now()
	clock := url.Values{"by": {"1h0m0s"}, "key": {hidden(t, b.get("/c").body, "/sandbox/advance", "key")}}
	for range 2 { // a double click
		b.post("/sandbox/advance", clock)
	}
	if moved := r.cfg.Sandbox.Now().Sub(before); moved != time.Hour {
		t.Errorf("a double click moved the clock by %s", moved)
	}
	checked, err := ledger.Verify(t.Context(), r.d, nil, wallet.Checks()...)
	r.ok(err)
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error { return ledger.NoteVerification(t.Context(), tx, checked) }))
	has(t, b.get(link), 200, "Verified: the last full check of the books, after this, found all "+fmt.Sprint(checked.Transfers)+" transfers right.", "10 March 2026, 13:00 UTC")
	fan.give(t, r, "rose@5", "1")
	later := found(t, b.get("/c/earnings?group=none").body, `href="(/explain/gft_[^"]*)"`)
	if a := b.get(later[0]); strings.Contains(a.body, "Verified") {
		t.Error("what came after the check is said to be verified by it")
	}
	b.lang = "fr"
	page := b.get(link)
	has(t, page, 200, "Le chemin de l’argent", "Vérifié", "Copier en JSON")
	checkHTML(t, "a gift explained", "fr", page.body)
}

// TestPayoutComesBack follows a payout that the bank refuses: the page says so,
// that the money is there, and what to mend; the payout's own page has its
// lines, which add up to it, and its whole way.
func TestPayoutComesBack(t *testing.T) {
	r := still(t)
	fan, b := r.browser(r.fan.ID), r.browser(r.maker.ID)
	fan.buy(t, "1400@1999@USD")
	fan.give(t, r, "whale@1000", "1")
	b.post("/sandbox/advance", url.Values{"by": {"192h0m0s"}})
	leave := b.post("/c/payouts/onboarding", url.Values{})
	res, err := b.client.PostForm(the(t, leave.body, `id="leave" href="([^"]+)"`), url.Values{"name": {"Théo Marchand"}, "bank": {"000111111113"}, "variant": {string(sandbox.Complete)}})
	r.ok(err)
	res.Body.Close()
	b.post("/c/payouts/account", url.Values{})
	page := b.post("/c/payouts", url.Values{"key": {hidden(t, b.get("/c/payouts").body, "/c/payouts", "key")}, "amount": {"4.50"}})
	has(t, page, 200, "The payout is scheduled", "Goes to the bank")
	own := the(t, page.body, `<a class="small" href="(/c/payouts/pyo_[^"]*)"`)
	for range 10 {
		page = b.post("/sandbox/advance", url.Values{"by": {"24h0m0s"}, "back": {"/c/payouts"}})
	}
	has(t, page, 200, `<span class="state returned">returned</span>`, "The bank account has been closed.", "$4.50 are yours and available again.", "Check the bank account", "Pay out again", `id="available">$5.00`)
	checkHTML(t, "a payout that came back", "en", page.body)
	repaid := func(sql string) {
		r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE payout SET repaid_units = "+sql+" WHERE state = 'returned'")
			return err
		}))
	}
	repaid("amount_units")
	if all := b.get("/c/payouts"); strings.Contains(all.body, "$0.00 ") {
		t.Error("of a payout all of which was taken back it is said that nothing is available again")
	} else {
		has(t, all, 200, "$4.50 went back first: the payment that you got it for was refunded or is disputed.", "So nothing of it is left to pay out.", "/c/earnings#taken-back")
	}
	repaid("0")
	again := b.post("/c/payouts", url.Values{"key": {hidden(t, page.body, "/c/payouts", "key")}, "amount": {"4.50"}, "currency": {"USD"}})
	has(t, again, 200, "The payout is scheduled")
	page = b.get(own)
	has(t, page, 200, "Payout of $4.50", "Accrued from", "10 March 2026, 00:00 UTC", "All of it available", "LIVE gifts of 10 March 2026", "part of $5.00", `id="lines-sum">$4.50<`)
	checkHTML(t, "a payout", "en", page.body)
	b.lang = "fr"
	page = b.get(own)
	has(t, page, 200, "Gagné à partir du", "Cadeaux en LIVE du 10 mars 2026")
	checkHTML(t, "a payout", "fr", page.body)
	has(t, b.get("/c/payouts?state=returned"), 200, "returned")
	has(t, b.get("/c/payouts?state=held"), 200, "Aucun dans cet état")
	has(t, b.get("/c/payouts?state=nothing"), 400)
	has(t, r.browser(r.fan.ID).get(own), 404)
}
