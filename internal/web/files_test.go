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
	for lang, told := range map[string]string{"en": "NOT ALL OF IT: this file ends after 500 transfers.", "fr": "PAS TOUT : ce fichier s’arrête après 500 transferts."} {
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
