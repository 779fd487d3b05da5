package web_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/outbox"
)

// TestRevive has work given up, and an operator try it again once the cause is
// gone.
func TestRevive(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	r := newRig(t, clk, func(by time.Duration) { clk.Advance(by) })
	good, ran := false, 0
	r.runner.Outside("test.poison", func(context.Context, string) (time.Duration, error) {
		if ran++; good {
			return 0, nil
		}
		return 0, errors.New("the bank is closed")
	})
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error {
		return outbox.Schedule(t.Context(), tx, outbox.Work{Kind: "test.poison", Key: "x<1>", DueUS: tx.NowUS()})
	}))
	for range 12 {
		r.ok(r.settle(t.Context()))
		clk.Advance(time.Hour)
	}
	ops := r.browser(r.boss.ID)
	page := ops.get("/operator")
	has(t, page, 200, "given up", "the bank is closed", `action="/operator/work/revive"`, "x&lt;1&gt;", `aria-label="Try test.poison x&lt;1&gt; again"`)
	checkHTML(t, "dead work", "en", page.body)
	form := url.Values{"kind": {hidden(t, page.body, "/operator/work/revive", "kind")}, "key": {"x<1>"}}

	has(t, r.browser(r.fan.ID).post("/operator/work/revive", form), 403, "This page is for the operators")
	has(t, ops.post("/operator/work/revive", form, "Sec-Fetch-Site", "cross-site"), 403, "another site has caused this request")
	ops.lang = "fr"
	has(t, ops.get("/operator"), 200, "abandonné", "Réessayer test.poison x&lt;1&gt;")
	ops.lang = "en"

	good = true
	page = ops.post("/operator/work/revive", form)
	has(t, page, 200, "The work is tried again now.")
	if strings.Contains(page.body, "given up") {
		t.Error("it is still given up")
	}
	before := ran
	r.ok(r.settle(t.Context()))
	if ran != before+1 {
		t.Errorf("it ran %d times after it was revived", ran-before)
	}
	has(t, ops.post("/operator/work/revive", form), 404, "There is no due work test.poison x&lt;1&gt;.")
	if page = ops.get("/operator"); strings.Contains(page.body, "x&lt;1&gt;") {
		t.Error("work that is done is still listed")
	}
}
