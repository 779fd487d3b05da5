package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/id"
)

type triggerCmd struct {
	What string `arg:"" optional:"" help:"What shall happen; left out: a list of what can."`
	Data string `help:"The sandbox's data folder." default:"./ovation-dev" type:"path" env:"OVATION_DEV_DATA"`
	jsonFlag
}

// happening is something that can be made to happen.
type happening struct {
	name, help string
	do         func(*trigger) error
}

var happenings = []happening{
	{"coin_purchase", "the fan buys coins with a test card (coin_purchase.completed)", (*trigger).coinPurchase},
	{"gift", "the fan gives a gift on a LIVE (gift.sent)", (*trigger).gift},
	{"gift.combo", "the fan taps a combo of three, which ends 3 s later (gift.combo.progressed, gift.combo.ended)", (*trigger).combo},
	{"live.started", "the creator goes LIVE in a new room", (*trigger).liveStarted},
	{"live.ended", "the creator goes LIVE in a new room and ends it", (*trigger).liveEnded},
	{"payout.paid", "the creator is paid out; moves the clock by the hold and the bank's days", (*trigger).payoutPaid},
	{"payout.failed", "the creator's bank sends a payout back; moves the clock too", (*trigger).payoutFailed},
}

// trigger makes things happen in a sandbox, with nothing but its API and the
// pages of its payment provider.
type trigger struct {
	remote
	world app.World
	done  []string // what was done, in words
	ids   []string // of what it has made
}

func (t *trigger) note(made, format string, args ...any) {
	t.done = append(t.done, fmt.Sprintf(format, args...))
	if made != "" {
		t.ids = append(t.ids, made)
	}
}

// Run implements the command.
func (c *triggerCmd) Run(s *shared) error {
	if c.What == "" {
		return c.list(s)
	}
	for _, h := range happenings {
		if h.name != c.What {
			continue
		}
		w, err := sandboxOf(c.Data)
		if err != nil {
			return err
		}
		t := &trigger{remote: remote{ctx: s.ctx, url: w.URL, key: w.OperatorKey}, world: w}
		if err := h.do(t); err != nil {
			if _, gone := errors.AsType[unreachable](err); gone {
				err = fmt.Errorf("the sandbox of %s does not answer at %s; start it with: ovation dev --data %s", c.Data, w.URL, c.Data)
			}
			return err
		}
		if c.JSON {
			return printJSON(s.out, map[string]any{"triggered": h.name, "done": t.done, "ids": t.ids})
		}
		for _, line := range t.done {
			fmt.Fprintln(s.out, line)
		}
		return nil
	}
	return exit{statusUsage, fmt.Errorf("nothing is called %q here; ovation trigger lists what can happen", c.What)}
}

func (c *triggerCmd) list(s *shared) error {
	if c.JSON {
		all := map[string]string{}
		for _, h := range happenings {
			all[h.name] = h.help
		}
		return printJSON(s.out, all)
	}
	fmt.Fprintln(s.out, "In a sandbox these can be made to happen, with: ovation trigger <what>")
	for _, h := range happenings {
		fmt.Fprintf(s.out, "  %-14s %s\n", h.name, h.help)
	}
	return nil
}

func (t *trigger) fan() string     { return string(t.world.People["fan"]) }
func (t *trigger) creator() string { return string(t.world.People["creator"]) }

// amount is an amount of the API.
type amount struct {
	Amount int64  `json:"amount"`
	Asset  string `json:"asset"`
}

func (t *trigger) coinPurchase() error { return t.buy(0) }

// buy buys the smallest pack that has so many coins.
func (t *trigger) buy(coins int64) error {
	var packs struct {
		Data []struct{ Coins amount }
	}
	if err := t.call(http.MethodGet, "/v1/coin-packs", "", nil, &packs); err != nil {
		return err
	}
	if len(packs.Data) == 0 {
		return errors.New("no coins are sold in this sandbox")
	}
	n := coins
	if smallest := packs.Data[0].Coins.Amount; n < smallest {
		n = smallest
	}
	var card, bought struct{ ID, Outcome string }
	if err := t.call(http.MethodPost, "/v1/cards/test", t.fan(), map[string]any{}, &card); err != nil {
		return err
	}
	if err := t.call(http.MethodPost, "/v1/coin-purchases", t.fan(), map[string]any{"coins": n, "card": card.ID}, &bought); err != nil {
		return err
	}
	t.note(bought.ID, "The fan bought %d coins (%s).", n, bought.ID)
	return nil
}

// item is a gift of the catalogue.
type item struct {
	ID         string
	Name       string
	Price      amount
	Streakable bool
	OnLive     bool `json:"on_live"`
}

// choose returns the cheapest gift for a LIVE of at least so many coins that
// can be tapped as a combo, or can not.
func (t *trigger) choose(streakable bool, least int64) (best item, err error) {
	var list struct{ Data []item }
	if err := t.call(http.MethodGet, "/v1/gift-catalog", "", nil, &list); err != nil {
		return best, err
	}
	for _, i := range list.Data {
		if i.OnLive && i.Streakable == streakable && i.Price.Amount >= least && (best.ID == "" || i.Price.Amount < best.Price.Amount) {
			best = i
		}
	}
	if best.ID == "" {
		err = errors.New("the catalogue has no gift for this")
	}
	return best, err
}

// room returns a LIVE of the creator on which gifts can be given, a new one if
// the first has ended.
func (t *trigger) room() (string, error) {
	var room struct {
		ID, State, Creator string
		GiftsOn            bool `json:"gifts_on"`
	}
	err := t.call(http.MethodGet, "/v1/live-rooms/"+t.world.Content["live"], "", nil, &room)
	if err == nil && room.State == "live" && room.GiftsOn {
		return room.ID, nil
	}
	if err != nil && !refusedFor(err, "not_found") {
		return "", err
	}
	return t.goLive()
}

func (t *trigger) goLive() (string, error) {
	var room struct{ ID string }
	if err := t.call(http.MethodPost, "/v1/live-rooms", t.creator(), map[string]any{"title": "A LIVE to try things out", "gifts_on": true}, &room); err != nil {
		return "", err
	}
	if err := t.call(http.MethodPost, "/v1/live-rooms/"+room.ID+"/start", t.creator(), nil, nil); err != nil {
		return "", err
	}
	t.note(room.ID, "The creator is LIVE (%s).", room.ID)
	return room.ID, nil
}

func (t *trigger) liveStarted() error {
	_, err := t.goLive()
	return err
}

func (t *trigger) liveEnded() error {
	room, err := t.goLive()
	if err != nil {
		return err
	}
	if err := t.call(http.MethodPost, "/v1/live-rooms/"+room+"/end", t.creator(), nil, nil); err != nil {
		return err
	}
	t.note("", "The LIVE is over (%s).", room)
	return nil
}

func (t *trigger) gift() error {
	chosen, err := t.choose(false, 1)
	if err != nil {
		return err
	}
	room, err := t.room()
	if err != nil {
		return err
	}
	return t.give(chosen, map[string]any{"gift": chosen.ID, "target": room})
}

// give sends a gift, and buys the coins for it first if they lack.
func (t *trigger) give(chosen item, body map[string]any) error {
	var sent struct{ ID string }
	err := t.call(http.MethodPost, "/v1/gifts", t.fan(), body, &sent)
	if refusedFor(err, "insufficient_balance") {
		if err := t.buy(chosen.Price.Amount); err != nil {
			return err
		}
		err = t.call(http.MethodPost, "/v1/gifts", t.fan(), body, &sent)
	}
	if err == nil {
		t.note(sent.ID, "The fan gave %s for %d coins (%s).", chosen.Name, chosen.Price.Amount, sent.ID)
	}
	return err
}

func (t *trigger) combo() error {
	const taps = 3
	chosen, err := t.choose(true, 1)
	if err != nil {
		return err
	}
	room, err := t.room()
	if err != nil {
		return err
	}
	chance, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 62))
	if err != nil {
		return err
	}
	combo := id.OfSequence(id.KindCombo, time.Now(), chance.Int64())
	for seq := 1; seq <= taps; seq++ {
		if err := t.give(chosen, map[string]any{"gift": chosen.ID, "target": room, "combo": map[string]any{"id": combo, "seq": seq}}); err != nil {
			return err
		}
	}
	t.note(combo, "The combo %s ends in 3 s.", combo)
	return nil
}

// advance moves the sandbox's clock.
func (t *trigger) advance(d time.Duration) error {
	return t.call(http.MethodPost, "/v1/clock/advance", "", map[string]int64{"seconds": int64(d/time.Second) + 1}, nil)
}

// bank gives the creator another bank account, on the page of the provider
// where creators do so.
func (t *trigger) bank(number string) error {
	var link struct{ URL string }
	if err := t.call(http.MethodPost, "/v1/payout-account/onboarding-link", t.creator(), map[string]any{}, &link); err != nil {
		return err
	}
	form := strings.NewReader("name=Sandbox+Creator&variant=complete&bank=" + number)
	req, err := http.NewRequestWithContext(t.ctx, http.MethodPost, link.URL, form)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return unreachable{err}
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("the sandbox's payment provider answered %s to the bank account", res.Status)
	}
	return t.call(http.MethodPost, "/v1/payout-account/refresh", t.creator(), nil, nil)
}
