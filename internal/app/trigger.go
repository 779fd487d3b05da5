package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/wallet"
	"github.com/ovationhq/ovation/internal/web"
)

// trigger makes one thing happen in a sandbox, through the use cases that
// everybody calls.
type trigger struct {
	app   *App
	key   string // makes the keys of its calls
	n     int
	steps []web.HappeningStep
}

func (t *trigger) note(s web.HappeningStep) { t.steps = append(t.steps, s) }

// call makes the key of one call.
func (t *trigger) call() string {
	t.n++
	return fmt.Sprintf("trigger:%s:%d", t.key, t.n)
}

func (t *trigger) fan() id.Person     { return t.app.world.People["fan"] }
func (t *trigger) creator() id.Person { return t.app.world.People["creator"] }

func (t *trigger) do(ctx context.Context, act web.Act) error {
	if t.app.world == nil {
		return fault.New(fault.StateConflict, "The sandbox is still being made. Try again in a moment.")
	}
	switch act.What {
	case web.ActClock:
		return t.advance(ctx, act.By)
	case "coin_purchase":
		return t.buy(ctx, 0)
	case "coin_purchase.declined":
		return t.declined(ctx)
	case "refund":
		return t.refund(ctx)
	case "dispute":
		return t.dispute(ctx)
	case "gift":
		return t.gift(ctx)
	case "gift.combo":
		return t.combo(ctx)
	case "tip":
		return t.tip(ctx)
	case "live.started":
		_, err := t.goLive(ctx)
		return err
	case "live.ended":
		return t.endLive(ctx)
	case "payout.paid":
		return t.payOut(ctx, bankThatPays)
	case "payout.failed":
		return errors.Join(t.payOut(ctx, bankThatFails), t.bank(ctx, bankThatPays))
	case "payout.next":
		return t.nextPayout(ctx)
	}
	return nothing(act.What)
}

// advance moves the clock.
func (t *trigger) advance(ctx context.Context, by time.Duration) error {
	now, err := t.app.Advance(ctx, by)
	if err == nil {
		t.note(web.HappeningStep{What: "clock", US: now.UnixMicro()})
	}
	return err
}

// buy has the fan buy coins: so many, and the smallest pack at least.
func (t *trigger) buy(ctx context.Context, coins int64) error {
	packs, err := report.Ask1(ctx, t.app.Reader, wallet.Packs, money.USD)
	if err != nil {
		return err
	}
	if len(packs) == 0 {
		return fault.New(fault.StateConflict, "No coins are sold for %s in this sandbox.", money.USD)
	}
	least := packs[0].Coins
	for _, p := range packs {
		least = min(least, p.Coins)
	}
	cards, err := t.app.Purchases.Cards(ctx, t.fan())
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		c, err := t.app.Purchases.AddTestCard(ctx, t.fan(), "pm_card_visa")
		if err != nil {
			return err
		}
		cards = append(cards, c)
	}
	return t.pay(ctx, max(coins, least), cards[0].ID)
}

func (t *trigger) pay(ctx context.Context, coins int64, card string) error {
	p, err := t.app.Purchases.Buy(ctx, purchase.Request{Key: t.call(), Person: t.fan(), Coins: coins, Currency: money.USD, Card: card, ReturnURL: t.app.Options.Config.PublicURL() + "/wallet"})
	if err != nil {
		return err
	}
	t.note(web.HappeningStep{What: "bought", ID: string(p.ID), Amount: money.Amount{Units: coins, Asset: money.Coin}})
	return nil
}

// declined has the fan pay with a card that the bank declines, and takes the
// card away again.
func (t *trigger) declined(ctx context.Context) error {
	card, err := t.app.Purchases.AddTestCard(ctx, t.fan(), "pm_card_chargeCustomerFail")
	if err != nil {
		return err
	}
	err = t.pay(ctx, 350, card.ID)
	if fault.Is(err, fault.CardDeclined) {
		t.note(web.HappeningStep{What: "declined"})
		err = nil
	}
	return errors.Join(err, t.app.Purchases.RemoveCard(ctx, t.fan(), card.ID))
}

// room returns a LIVE of the creator, and begins one if there is none.
func (t *trigger) room(ctx context.Context) (content.Room, error) {
	all, err := t.lives(ctx)
	if err != nil {
		return content.Room{}, err
	}
	for _, r := range all {
		if r.GiftsOn {
			return r, nil
		}
	}
	return t.goLive(ctx)
}

// lives are the creator's LIVEs that go on now, the newest first.
func (t *trigger) lives(ctx context.Context) (own []content.Room, err error) {
	home, err := t.app.Reader.LiveNow(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range home.Rooms {
		if r.Creator == t.creator() {
			own = append(own, r)
		}
	}
	return own, nil
}

func (t *trigger) goLive(ctx context.Context) (content.Room, error) {
	room, err := t.app.Creators.Open(ctx, content.NewRoom{Creator: t.creator(), Title: "A LIVE to try things out", GiftsOn: true})
	if err != nil {
		return room, err
	}
	if room, err = t.app.Creators.GoLive(ctx, t.creator(), room.ID); err == nil {
		t.note(web.HappeningStep{What: "live", ID: string(room.ID), Name: room.Title})
	}
	return room, err
}

// endLive ends the LIVE that began last, unless it is the only one: then it
// begins another first, so that the sandbox keeps the LIVE it began with.
func (t *trigger) endLive(ctx context.Context) error {
	all, err := t.lives(ctx)
	if err != nil {
		return err
	}
	var room content.Room
	if len(all) > 1 {
		room = all[0]
	} else if room, err = t.goLive(ctx); err != nil {
		return err
	}
	if _, err := t.app.Creators.End(ctx, t.creator(), room.ID); err != nil {
		return err
	}
	t.note(web.HappeningStep{What: "over", ID: string(room.ID), Name: room.Title})
	return nil
}

// choose returns the cheapest gift for a LIVE of at least so many coins that
// can be tapped as a combo, or can not.
func (t *trigger) choose(ctx context.Context, streakable bool, least int64) (best gift.Item, err error) {
	all, err := report.Ask(ctx, t.app.Reader, gift.Catalog)
	if err != nil {
		return best, err
	}
	for _, i := range all {
		if i.OnLive && i.Streakable == streakable && i.PriceCoins >= least && (best.ID == "" || i.PriceCoins < best.PriceCoins) {
			best = i
		}
	}
	if best.ID == "" {
		err = fault.New(fault.StateConflict, "The catalogue has no gift that fits.")
	}
	return best, err
}

func (t *trigger) gift(ctx context.Context) error { return t.give(ctx, 1) }

// give gives one gift of at least so many coins on a LIVE.
func (t *trigger) give(ctx context.Context, least int64) error {
	item, err := t.choose(ctx, false, least)
	if err != nil {
		return err
	}
	room, err := t.room(ctx)
	if err != nil {
		return err
	}
	g, err := t.send(ctx, item, gift.Request{Key: t.call(), Sender: t.fan(), Item: item.ID, Quantity: 1, Target: string(room.ID)})
	if err == nil {
		t.note(web.HappeningStep{What: "gave", ID: string(g.ID), Name: item.Name, Amount: money.Amount{Units: g.Coins(), Asset: money.Coin}})
	}
	return err
}

// send sends the gift, and buys the coins for it first if they lack.
func (t *trigger) send(ctx context.Context, item gift.Item, r gift.Request) (gift.Gift, error) {
	g, err := t.app.Gifts.Send(ctx, r)
	if fault.Is(err, fault.InsufficientBalance) {
		if err := t.buy(ctx, item.PriceCoins); err != nil {
			return g, err
		}
		g, err = t.app.Gifts.Send(ctx, r)
	}
	return g, err
}

// taps is how long a triggered combo is.
const taps = 5

func (t *trigger) combo(ctx context.Context) error {
	item, err := t.choose(ctx, true, 1)
	if err != nil {
		return err
	}
	room, err := t.room(ctx)
	if err != nil {
		return err
	}
	combo := comboOf(t.key, t.app.Clock.Now())
	var coins int64
	for seq := range int64(taps) {
		g, err := t.send(ctx, item, gift.Request{Key: t.call(), Sender: t.fan(), Item: item.ID, Quantity: 1, Target: string(room.ID), Combo: combo, ComboSeq: seq + 1})
		if err != nil {
			return err
		}
		coins += g.Coins()
	}
	t.note(web.HappeningStep{What: "combo", ID: string(combo), Name: item.Name, Amount: money.Amount{Units: coins, Asset: money.Coin}})
	return nil
}
