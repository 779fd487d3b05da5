package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/wallet"
)

// news collects the provider's webhooks, and brings them to the real handler when
// and as often as the run says.
type news struct {
	w      *till
	hook   *httptest.Server
	bodies [][]byte
	fresh  []int // of bodies: not brought yet
	sent   int
	why    string // the last answer that was not 200
}

func listen(w *till) *news {
	n := &news{w: w}
	n.hook = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the sandbox sends it again
		}
		n.fresh = append(n.fresh, len(n.bodies)) // one after another: the sandbox sends from its Tick
		n.bodies = append(n.bodies, body)
	}))
	w.app.Sandbox().SetWebhookURL(n.hook.URL)
	return n
}

func (n *news) close() { n.hook.Close() }

// Of the deliveries, so many stale replays are made besides: one of a hundred.
const staleEvery = 100

// some brings what is new, shuffled and with so many deliveries in all, while the
// world goes on. One of ten events stays for later.
func (n *news) some(ctx context.Context, budget int) error {
	rnd := n.w.rnd
	var now, later []int
	for _, i := range n.fresh {
		if rnd.IntN(10) == 0 {
			later = append(later, i)
		} else {
			now = append(now, i)
		}
	}
	n.fresh = later
	for len(now) < budget && len(n.bodies) > 0 {
		now = append(now, rnd.IntN(len(n.bodies)))
	}
	rnd.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
	return n.bring(ctx, now)
}

// rest brings what is left and repeats until all deliveries are made, in the order
// that the options say.
func (n *news) rest(ctx context.Context) error {
	all := n.fresh
	n.fresh = nil
	if order := n.w.o.Order; order != 0 {
		rnd := rand.New(rand.NewPCG(order, 0x6e657773))
		for n.sent+len(all) < n.w.o.Webhooks && len(n.bodies) > 0 {
			all = append(all, rnd.IntN(len(n.bodies)))
		}
		rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return n.bring(ctx, all)
}

// bring delivers, and once more at the end what was answered with an error, as
// the provider does.
func (n *news) bring(ctx context.Context, list []int) error {
	for tries := 0; len(list) > 0; tries++ {
		if tries > 40 {
			return fmt.Errorf("%d events were refused forty times, such as: %s", len(list), n.why)
		}
		var again []int
		for _, i := range list {
			n.w.clk.Advance(20 * time.Microsecond)
			ok, err := n.deliver(ctx, n.bodies[i])
			if err != nil {
				return err
			}
			if !ok {
				again = append(again, i)
			}
		}
		n.w.r.News.Again += len(again)
		list = again
	}
	return nil
}

// deliver hands one webhook to the handler, signed now, and now and then once more
// as somebody does who kept it: with the signature of ten minutes ago.
func (n *news) deliver(ctx context.Context, body []byte) (ok bool, err error) {
	now := n.w.clk.Now()
	if n.sent%staleEvery == 0 {
		if status, text := n.post(ctx, body, sandbox.Signature(now.Add(-10*time.Minute), body, sandbox.DefaultWebhookSecret)); status != http.StatusBadRequest {
			return false, fmt.Errorf("a webhook that was signed ten minutes ago was answered with %d: %s", status, text)
		}
		n.w.r.News.Stale++
	}
	status, text := n.post(ctx, body, sandbox.Signature(now, body, sandbox.DefaultWebhookSecret))
	switch {
	case status == http.StatusOK:
		n.sent++
		n.w.r.News.Accepted++
		if n.w.o.Bad == BadRepeat {
			return true, n.naive(ctx, body)
		}
		return true, nil
	case n.w.line.likely > 0:
		n.why = fmt.Sprintf("%d %s of %.200s", status, text, body)
		return false, nil
	}
	return false, fmt.Errorf("a webhook was answered with %d: %s", status, text)
}

func (n *news) post(ctx context.Context, body []byte, signature string) (int, string) {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, app.WebhookPath, bytes.NewReader(body))
	r.Host = n.w.app.Options.Config.Listen
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Stripe-Signature", signature)
	rec := httptest.NewRecorder()
	n.w.site.Handler.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// naive is the handler of the known-bad setting: it grants a coin for each time
// that it hears of a payment.
func (n *news) naive(ctx context.Context, body []byte) error {
	var ev struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	if err := json.Unmarshal(body, &ev); err != nil || ev.Type != "payment_intent.succeeded" {
		return err
	}
	return n.w.app.DB.Write(ctx, func(tx *db.Tx) error {
		paid := money.Amount{Units: 1, Asset: money.USD}
		_, err := wallet.Grant(ctx, tx, "coins.granted", wallet.NewLot{Person: n.w.fans[0].id, Cause: fmt.Sprintf("%s %d", strings.ToLower(ev.ID), n.sent), Coins: 1, Paid: paid},
			ledger.Move{From: ledger.Provider, To: ledger.Deferred, Amount: paid})
		return err
	})
}
