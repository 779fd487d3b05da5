package sim

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/purchase"
)

// menu is what may happen in a simulated world, and how often.
func menu() []weighted {
	return []weighted{
		{"buy coins", 24, (*life).buy},
		{"buy again with the same key", 4, (*life).buyAgain},
		{"gift", 40, (*life).give},
		{"gift again with the same key", 6, (*life).giveAgain},
		{"combo", 8, (*life).combo},
		{"payout", 6, (*life).withdraw},
		{"payout again with the same key", 2, (*life).withdrawAgain},
		{"cancel a payout", 1, (*life).cancel},
		{"the bank sends a payout back", 2, (*life).bounce},
		{"another bank account", 2, (*life).newBank},
		{"an audience changes", 2, (*life).audience},
		{"a LIVE ends and another begins", 1, (*life).nextLive},
		{"the provider fails", 8, (*life).failProvider},
		{"the provider recovers", 4, (*life).recoverProvider},
		{"webhooks change", 3, (*life).changeWebhooks},
		{"seconds pass", 12, passing(time.Second, 90*time.Second)},
		{"hours pass", 8, passing(time.Hour, 30*time.Hour)},
		{"days pass", 4, passing(24*time.Hour, 9*24*time.Hour)},
		{"months pass", 1, passing(30*24*time.Hour, 100*24*time.Hour)},
	}
}

// The packs of coins that fans choose, and now and then an odd number.
var simPacks = []int64{70, 350, 350, 700, 700, 1400, 3500, 123}

// The cards that fans have: most work, some are declined when charged, some
// want 3-D Secure, for which the person never comes.
var simCards = []string{"pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_mastercard", "pm_card_bypassPending", "pm_card_bypassPending", "pm_card_bypassPending", "pm_card_chargeCustomerFail", "pm_card_threeDSecureRequired"}

func (l *life) key(what string) string { return fmt.Sprintf("sim-%s-%d", what, l.result.Steps) }

func (l *life) buy(ctx context.Context) (string, error) {
	f := pick(l, l.fans)
	if len(f.cards) == 0 || l.rnd.IntN(10) == 0 {
		c, err := l.app.Purchases.AddTestCard(ctx, f.id, pick(l, simCards))
		if err != nil {
			return "", err
		}
		f.cards = append(f.cards, c.ID)
	}
	r := purchase.Request{Key: l.key("buy"), Person: f.id, Coins: pick(l, simPacks), Currency: money.USD, Card: pick(l, f.cards), ReturnURL: "http://sim.example/wallet"}
	p, err := l.app.Purchases.Buy(ctx, r)
	if p.ID != "" && (err == nil || fault.Is(err, fault.CardDeclined)) {
		l.bought = remember(l, l.bought, boughtCoins{r, p.ID})
	}
	return string(p.Outcome), err
}

// kept bounds what is remembered to be asked for again.
const kept = 60

func remember[T any](l *life, list []T, one T) []T {
	if len(list) < kept {
		return append(list, one)
	}
	list[l.rnd.IntN(kept)] = one
	return list
}

// nothing is how a step ends that finds nothing to do.
const nothing = "nothing to do"

func (l *life) buyAgain(ctx context.Context) (string, error) {
	if len(l.bought) == 0 {
		return nothing, nil
	}
	b := pick(l, l.bought)
	p, err := l.app.Purchases.Buy(ctx, b.request)
	if err == nil && (p.ID != b.purchase || !p.Replayed) {
		l.differ("the key %s made the purchase %s, and now %s", b.request.Key, b.purchase, p.ID)
	}
	other := b.request
	other.Coins++
	if _, err := l.app.Purchases.Buy(ctx, other); !fault.Is(err, fault.IdempotencyKeyReused) {
		l.differ("the key %s with another number of coins: %v", other.Key, err)
	}
	return string(p.Outcome), err
}

var simItems = []string{"spark", "rose", "rose", "clap", "popcorn", "encore", "bouquet"}

func (l *life) target() string {
	c := pick(l, l.creators)
	if l.rnd.IntN(4) == 0 {
		return c.video
	}
	return c.room
}

func (l *life) give(ctx context.Context) (string, error) {
	r := gift.Request{Key: l.key("gift"), Sender: pick(l, l.fans).id, Item: pick(l, simItems), Quantity: 1 + int64(l.rnd.IntN(5)), Target: l.target()}
	return "given", l.send(ctx, r)
}

func (l *life) send(ctx context.Context, r gift.Request) error {
	g, err := l.app.Gifts.Send(ctx, r)
	if err != nil {
		return err
	}
	l.given = remember(l, l.given, givenGift{r, string(g.AppendJSON(nil))})
	return nil
}

func (l *life) giveAgain(ctx context.Context) (string, error) {
	if len(l.given) == 0 {
		return nothing, nil
	}
	was := pick(l, l.given)
	g, err := l.app.Gifts.Send(ctx, was.request)
	if err != nil {
		l.differ("the gift with the key %s is refused when it is asked for again: %v", was.request.Key, err)
		return "", err
	}
	if now := string(g.AppendJSON(nil)); !g.Replayed || now != was.answer {
		l.differ("the gift with the key %s was %s and is %s", was.request.Key, was.answer, now)
	}
	other := was.request
	other.Quantity++
	if _, err := l.app.Gifts.Send(ctx, other); !fault.Is(err, fault.IdempotencyKeyReused) {
		l.differ("the key %s with another quantity: %v", other.Key, err)
	}
	return "replayed", nil
}

// combo taps a few times; some taps come twice, some come too late.
func (l *life) combo(ctx context.Context) (string, error) {
	l.combos++
	seed := binary.BigEndian.Uint64([]byte("simcombo"))
	combo := id.Combo(id.Format(id.KindCombo, uint64(l.clk.Now().UnixMilli())<<16|0x7000, 1<<63|mix(seed+uint64(l.combos)+l.o.Seed)>>2))
	fan, target := pick(l, l.fans).id, l.target()
	for i := range 3 + l.rnd.IntN(7) {
		r := gift.Request{Key: fmt.Sprintf("%s-%d", l.key("tap"), i), Sender: fan, Item: "rose", Quantity: 1, Target: target, Combo: combo, ComboSeq: int64(i + 1)}
		if err := l.send(ctx, r); err != nil {
			return "", err
		}
		if l.rnd.IntN(6) == 0 { // the same tap with another key
			r.Key += "b"
			if _, err := l.app.Gifts.Send(ctx, r); !fault.Is(err, fault.AlreadyDone) {
				l.differ("tap %d of %s counted twice: %v", r.ComboSeq, combo, err)
			}
		}
		l.clk.Advance(time.Duration(l.rnd.IntN(3200)) * time.Millisecond)
		if l.rnd.IntN(4) == 0 {
			if _, err := l.app.Runner.RunDue(ctx); err != nil {
				return "", err
			}
		}
	}
	return "tapped", nil
}

// passing lets time pass while the server is off, and then what became due
// happen.
func passing(least, most time.Duration) func(*life, context.Context) (string, error) {
	return func(l *life, ctx context.Context) (string, error) {
		d := least + time.Duration(l.rnd.Int64N(int64(most-least)))
		if l.clk.Now().Add(d).Sub(l.clear) > l.o.Outage {
			if err := l.sweep(ctx); err != nil {
				return "", err
			}
		}
		l.clk.Advance(d)
		return "passed", l.settle(ctx)
	}
}

// settle lets due work and the provider take turns until neither has anything
// to do.
func (l *life) settle(ctx context.Context) error {
	for range 30 {
		ran, err := l.app.Runner.RunDue(ctx)
		if err != nil {
			return err
		}
		ticked, err := l.app.Sandbox().Tick(ctx)
		if err != nil {
			return err
		}
		if ran == 0 && ticked == 0 {
			break
		}
	}
	return nil
}

// audience lets a creator lose followers, or win them back.
func (l *life) audience(ctx context.Context) (string, error) {
	c := pick(l, l.creators)
	followers := pick(l, []int64{200, 5_000, 40_000, 40_000, 40_000})
	return fmt.Sprintf("%d followers", followers), l.measure(ctx, c, followers)
}

func (l *life) nextLive(ctx context.Context) (string, error) {
	c := pick(l, l.creators)
	if _, err := l.app.Creators.End(ctx, c.id, id.Live(c.room)); err != nil {
		return "", err
	}
	return "begun", l.goLive(ctx, c)
}
