package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/web"
)

// TestFileSaysThatItIsNotAll: a file of transfers that ends before they do says
// so in its last row, and says where the rest begins.
func TestFileSaysThatItIsNotAll(t *testing.T) {
	defer web.SetTransfersInFile(500)()
	r := still(t)
	r.grant(r.fan.ID, 10_000)
	b := r.browser(r.fan.ID)
	stage := "/live/" + string(r.room.ID)
	for range 520 {
		b.post(stage+"/gifts", once(url.Values{"gift": {"rose@5"}, "quantity": {"1"}}), "Accept", "application/json")
	}
	for lang, told := range map[string]string{"en": "NOT ALL OF IT: this file ends after 500 transfers.", "fr": "PAS TOUT : ce fichier s’arrête après 500 trans"} {
		boss := r.browser(r.boss.ID)
		boss.lang = lang
		rows := strings.Split(strings.TrimSpace(boss.get("/op/ledger/transfers.csv?kind=gift.sent").body), "\r\n")
		if last := rows[len(rows)-1]; !strings.Contains(last, told) {
			t.Errorf("the file of part of the transfers ends with %q", last)
		}
		whole := boss.get("/op/ledger/transfers.csv?kind=promotion.granted")
		has(t, whole, 200, "promotion.granted")
		lacks(t, whole, told)
	}
}

// TestHistoryFileHasAll reads a history that takes several reads.
func TestHistoryFileHasAll(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 10_000)
	b := r.browser(r.fan.ID)
	stage := "/live/" + string(r.room.ID)
	for range 205 {
		b.post(stage+"/gifts", once(url.Values{"gift": {"rose@5"}, "quantity": {"1"}}), "Accept", "application/json")
	}
	if n := strings.Count(b.get("/wallet/history.csv").body, "\r\n"); n != 207 {
		t.Errorf("the file has %d lines, want 205 gifts, what was granted, and the head", n)
	}
	fresh := r.browser(r.boss.ID)
	has(t, fresh.get("/wallet"), 200, `href="/live">See who is LIVE`)
}

// TestLiveThatIsOver tells how long it was.
func TestLiveThatIsOver(t *testing.T) {
	r := still(t)
	r.browser(r.maker.ID).post("/sandbox/advance", url.Values{"by": {"1h0m0s"}})
	_, err := r.creators.End(t.Context(), r.maker.ID, r.room.ID)
	r.ok(err)
	has(t, r.browser(r.fan.ID).get("/live/"+string(r.room.ID)), 200, "1 h 0 min")
}

// TestFeetOfLists: what a number promises stands at the foot of the rows to
// which it leads.
func TestFeetOfLists(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 100)
	fan, maker := r.browser(r.fan.ID), r.browser(r.maker.ID)
	fan.buy(t, "70@99@USD")
	fan.give(t, r, "rose@5", "3")
	r.counted(t)
	for lang, want := range map[string][3]string{
		"en": {"155 coins", "Sum of the gifts, 9 February 2026 to 10 March 2026", "Sum of 1 supporter"},
		"fr": {"155 pièces", "Somme des cadeaux, du 9 février 2026 au 10 mars 2026", "Somme de 1 soutien"},
	} {
		fan.lang, maker.lang = lang, lang
		page := fan.get("/wallet")
		has(t, page, 200, `href="#lots">`+want[0], `id="lots-sum">155<`)
		given := the(t, page.body, `href="(/wallet\?of=given&amp;since=2026-02-09)#entries"`)
		page = fan.get(strings.ReplaceAll(given, "&amp;", "&"))
		has(t, page, 200, want[1], `id="given-sum">−15`, `history.csv?of=given&amp;since=2026-02-09`)
		checkHTML(t, "what was given", lang, page.body)
		lacks(t, fan.get("/wallet?of=given"), `id="given-sum"`)
		none := fan.get("/wallet?of=given&since=2026-03-11")
		lacks(t, none, `explain/gft_`)
		if n := strings.Count(fan.get("/wallet/history.csv?since=2026-03-11").body, "\r\n"); n != 1 {
			t.Errorf("the file of tomorrow has %d lines", n)
		}
		page = maker.get("/c/supporters")
		has(t, page, 200, want[2], `id="supporters-sum"`, ">15</a>")
		checkHTML(t, "supporters", lang, page.body)
	}
	has(t, fan.get("/wallet?since=soon"), 400)
}

// TestOverviewTells: how webhooks stand, how old the check of the books is, and
// how much has happened since.
func TestOverviewTells(t *testing.T) {
	r := still(t)
	boss := r.browser(r.boss.ID)
	boss.post("/op/verify", url.Values{})
	r.grant(r.fan.ID, 100)
	for lang, want := range map[string][]string{
		"en": {"Webhooks not reached", "0 endpoints are on", "Last checked", "1 transfer since"},
		"fr": {"Webhooks injoignables", "0 point d’accès actif", "Dernière vérification le", "1 transfert depuis"},
	} {
		boss.lang = lang
		page := boss.get("/op")
		has(t, page, 200, want...)
		checkHTML(t, "the overview", lang, page.body)
	}
}

// TestComparison shows what was before, says it of today in words, and leaves it
// out for who does not want it.
func TestComparison(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 1000)
	before := r.browser(r.fan.ID)
	before.give(t, r, "lantern@100", "1")
	r.browser(r.boss.ID).post("/sandbox/advance", url.Values{"by": {"24h0m0s"}})
	fan, maker := r.browser(r.fan.ID), r.browser(r.maker.ID) // the sessions were a day long
	fan.give(t, r, "rose@5", "2")
	for lang, want := range map[string][4]string{
		"en": {"$0.05 so far today; yesterday brought $0.50 in all.", "Without comparison", "Compare with yesterday", "against"},
		"fr": {"0,05\u00a0$US jusqu’ici aujourd’hui ; hier a rapporté 0,50\u00a0$US en tout.", "Sans comparaison", "Comparer avec hier", "par rapport"},
	} {
		maker.lang = lang
		page := maker.get("/c?window=today")
		has(t, page, 200, want[0], want[1], want[3], `href="/c?compare=off&amp;window=today"`)
		checkHTML(t, "today", lang, page.body)
		page = maker.get("/c?window=today&compare=off")
		has(t, page, 200, want[2], `href="/c?window=today"`)
		lacks(t, page, want[0], want[3])
		page = maker.get("/c?window=7d&compare=off")
		lacks(t, page, `class="ghost"`, want[3])
		checkHTML(t, "a week without comparison", lang, page.body)
	}
}
