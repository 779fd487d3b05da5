package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
)

// comboMS is how long the page's script keeps a combo open without a tap; a
// little less than the server, so that a tap is never too late.
const comboMS = 2600

// sendGift gives what was chosen in the tray. The page's script sends taps of
// a combo the same way, with the combo's id and the tap's number.
func sendGift(v *visit) error {
	g, err := v.give()
	if v.wantsJSON() {
		if err != nil {
			return err
		}
		return v.data(http.StatusOK, map[string]any{
			"ok": true, "balance": g.BalanceAfter, "balance_text": v.coins(g.BalanceAfter),
			"count": max(g.ComboCount, g.Quantity), "total": max(g.ComboCoins, g.Coins()), "combo_ms": comboMS, "replayed": g.Replayed,
		})
	}
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return err
		}
		if fault.Is(err, fault.AuthRequired) {
			return v.redirect("/sign-in?" + query("to", v.here()+"#tray"))
		}
		p := v.problemOf(err)
		return watch(v, p, p.Status)
	}
	item, quantity := v.chosen()
	return v.redirect(v.target() + "?" + query("gift", item, "quantity", numeral(quantity), "sent", string(g.ID)) + "#tray")
}

// give reads the form and sends the gift.
func (v *visit) give() (gift.Gift, error) {
	if v.me() == "" {
		return gift.Gift{}, fault.New(fault.AuthRequired, "Sign in to send gifts. Nothing was charged.")
	}
	item, price, quantity, err := v.ordered()
	if err != nil {
		return gift.Gift{}, err
	}
	r := gift.Request{Sender: v.me(), Item: item, Quantity: quantity, Target: v.r.PathValue("id"), ExpectedPrice: price,
		Combo: id.Combo(v.form("combo")), ComboSeq: integer(v.form("seq"))}
	if r.Key = v.r.Header.Get("Idempotency-Key"); r.Key == "" {
		r.Key, err = v.keyOf(item, numeral(quantity))
	} else if len(r.Key) > 128 || !visibleASCII(r.Key) {
		err = fault.New(fault.IdempotencyKeyInvalid, "The key has at most 128 visible ASCII characters.")
	}
	if err != nil {
		return gift.Gift{}, err
	}
	return v.site.cfg.Gifts.Send(v, r)
}

// target is the address of the stage that the request is about.
func (v *visit) target() string {
	s := stage{ID: v.r.PathValue("id"), Live: id.KindOf(v.r.PathValue("id")) == id.KindLive}
	return s.Path()
}

// here is the stage with what was chosen on it, to come back to.
func (v *visit) here() string {
	item, quantity := v.chosen()
	return v.target() + "?" + query("gift", item, "quantity", numeral(quantity))
}

// topUp buys the coins that a gift lacks and leads back to the gift.
func topUp(v *visit) error {
	if v.me() == "" {
		return v.redirect("/sign-in?" + query("to", v.here()))
	}
	bought, err := v.buy(v.here())
	if err != nil {
		p := v.problemOf(err)
		return watch(v, p, p.Status)
	}
	if goesToPay(&bought.Charge) {
		return v.leave(bought.Charge.ActionURL, v.T("leave.pay"))
	}
	if bought.Outcome != payment.Succeeded {
		return v.redirect("/purchases/" + string(bought.ID) + "?" + query("back", v.here()))
	}
	return v.redirect(v.here() + "&" + query("bought", string(bought.ID)) + again(bought) + "#tray")
}

func visibleASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
