// Package gifttest makes the world that tests of gifts, and of what comes
// after them, begin with: fans with coins, creators who may receive gifts,
// rooms and videos, a price list, a catalogue and a rate card.
//
// A World checks what every test of money checks: the event log has no gap,
// and the books are right.
package gifttest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/wallet"
)

// World is a database with rules in force, and verbs as a test calls them.
// Every verb fails the test when it does not succeed.
type World struct {
	T      *testing.T
	Ctx    context.Context
	D      *db.DB
	Clk    *clock.Manual
	Gifts  *gift.Sender
	Runner *outbox.Runner
	n      int
}

// Card is the rate card that is in force from the beginning.
var Card = earnings.RateCard{Version: "current@1", FromUS: 1, DiamondsNum: 1, DiamondsDen: 1, PayNum: 1, PayDen: 2, PayAsset: money.USD,
	HoldDays: 7, DailyCap: 1000_00, MinimumUnits: 1_00}

// Each runs the test on both engines, each time in a new World, and then
// verifies the books with the rules of coins, earnings and gifts and with the
// further checks.
func Each(t *testing.T, test func(w *World), further ...ledger.Check) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		w := New(t, d, clk)
		test(w)
		w.Events()
		ledgertest.Verify(t, d, Checks(further...)...)
	})
}

// Checks are the rules of coins, earnings and gifts, and the further ones.
func Checks(further ...ledger.Check) []ledger.Check {
	all := append(wallet.Checks(), earnings.Checks()...)
	return append(append(all, gift.Checks()...), further...)
}

// New installs the rules and starts the world.
func New(t *testing.T, d *db.DB, clk *clock.Manual) *World {
	t.Helper()
	w := &World{T: t, Ctx: context.Background(), D: d, Clk: clk, Gifts: gift.NewSender(d), Runner: outbox.NewRunner(d, slog.New(slog.DiscardHandler))}
	w.Runner.Jitter = func() float64 { return 0 }
	w.Runner.Inside(gift.WorkCombo, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return gift.RunCombo(ctx, tx, id.Combo(key))
	})
	w.Runner.Inside(earnings.WorkMature, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return earnings.RunMature(ctx, tx, id.Earning(key))
	})
	w.Write(func(tx *db.Tx) error {
		if err := earnings.Install(w.Ctx, tx, Card); err != nil {
			return err
		}
		if err := wallet.Install(w.Ctx, tx, Packs("current@1", 1)); err != nil {
			return err
		}
		if err := gift.Install(w.Ctx, tx, Items("current@1", 1)); err != nil {
			return err
		}
		return programme.Install(w.Ctx, tx, []programme.Policy{policy(programme.LiveGifts), policy(programme.VideoGifts)})
	})
	return w
}

func policy(p programme.Programme) programme.Policy {
	return programme.Policy{Version: "current@1", Preset: "current", Programme: p, Region: programme.Everywhere, FromUS: 1, GraceDays: 30, ReapplyDays: 30,
		Criteria: []programme.Criterion{{Metric: programme.Followers, Op: programme.AtLeast, Threshold: 1000, Label: "criterion.followers"}}}
}

// Packs is a price list in dollars, euros and yen.
func Packs(version string, fromUS int64) []wallet.Pack {
	var all []wallet.Pack
	for currency, prices := range map[money.Asset][]int64{"USD": {99, 499, 999, 1999}, "EUR": {109, 549, 1099, 2199}, "JPY": {160, 800, 1600, 3200}} {
		for i, coins := range []int64{70, 350, 700, 1400} {
			all = append(all, wallet.Pack{Version: version, Coins: coins, Price: money.Amount{Units: prices[i], Asset: currency}, FromUS: fromUS})
		}
	}
	return all
}

// Items is a catalogue: two gifts that can be tapped as a combo, and two that
// can not, one of them on a LIVE only and one on videos only.
func Items(version string, fromUS int64) []gift.Item {
	return []gift.Item{
		{Version: version, ID: "spark", Name: "Spark", PriceCoins: 1, Streakable: true, OnLive: true, FromUS: fromUS},
		{Version: version, ID: "rose", Name: "Rose", PriceCoins: 5, Streakable: true, OnLive: true, OnVideo: true, FromUS: fromUS},
		{Version: version, ID: "lion", Name: "Lion", PriceCoins: 500, OnLive: true, OnVideo: true, FromUS: fromUS},
		{Version: version, ID: "palace", Name: "Palace", PriceCoins: 29_999, OnLive: true, FromUS: fromUS},
		{Version: version, ID: "ticket", Name: "Ticket", PriceCoins: 10, OnVideo: true, FromUS: fromUS},
	}
}

// Write runs f in a transaction.
func (w *World) Write(f func(tx *db.Tx) error) {
	w.T.Helper()
	w.OK(w.D.Write(w.Ctx, f))
}

// Read runs f on a snapshot.
func (w *World) Read(f func(tx *db.Tx) error) {
	w.T.Helper()
	w.OK(w.D.Read(w.Ctx, f))
}

// OK fails the test on an error.
func (w *World) OK(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatalf("unexpected error: %v", err)
	}
}

// Want fails the test unless the error carries the code, and returns it.
func (w *World) Want(err error, code fault.Code) *fault.Error {
	w.T.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code {
		w.T.Fatalf("the error is %v, want %s", err, code)
	}
	if f.Detail == "" {
		w.T.Errorf("%s has no sentence", code)
	}
	return f
}

// Key is an idempotency key that was not used before.
func (w *World) Key() string {
	w.n++
	return fmt.Sprintf("key-%d", w.n)
}

// Combo is the id of a new combo, as a client makes it.
func (w *World) Combo() id.Combo {
	w.n++
	return id.Combo(id.Format(id.KindCombo, uint64(w.n), 1<<63|uint64(w.n)))
}

// Person makes somebody of 31 years; change may make somebody else of them.
func (w *World) Person(change ...func(*people.NewPerson)) id.Person {
	w.T.Helper()
	w.n++
	n := people.NewPerson{Name: fmt.Sprintf("Person %d", w.n), Email: fmt.Sprintf("p%d@example.org", w.n), Region: "US", BirthDate: "1995-01-31",
		ExternalID: fmt.Sprintf("host-%d", w.n)}
	for _, f := range change {
		f(&n)
	}
	var p people.Person
	w.Write(func(tx *db.Tx) (err error) {
		p, _, err = people.EnsureExternal(w.Ctx, tx, n)
		return err
	})
	return p.ID
}

// Fan makes a person with one paid lot for each number of coins.
func (w *World) Fan(lots ...int64) id.Person {
	w.T.Helper()
	p := w.Person()
	for _, coins := range lots {
		w.Buy(p, coins, max(1, coins*3/2))
	}
	return p
}

// Buy gives the person a lot of coins that cost so many cents, as a purchase
// does, but without a provider.
func (w *World) Buy(p id.Person, coins, cents int64) (lot id.Lot) {
	w.T.Helper()
	paid := money.Amount{Units: cents, Asset: money.USD}
	key := w.Key()
	w.Write(func(tx *db.Tx) (err error) {
		lot, err = wallet.Grant(w.Ctx, tx, "coins.granted", wallet.NewLot{Person: p, Cause: key, Coins: coins, Paid: paid},
			ledger.Move{From: ledger.Provider, To: ledger.Deferred, Amount: paid})
		return err
	})
	return lot
}

// Promote gives the person promotional coins.
func (w *World) Promote(p id.Person, coins int64) (lot id.Lot) {
	w.T.Helper()
	key := w.Key()
	w.Write(func(tx *db.Tx) (err error) {
		lot, err = wallet.Grant(w.Ctx, tx, "coins.granted", wallet.NewLot{Person: p, Cause: key, Promo: true, Coins: coins})
		return err
	})
	return lot
}

// Creator makes somebody who may receive gifts.
func (w *World) Creator() id.Person {
	w.T.Helper()
	p := w.Person()
	s := programme.Subject{Person: p, Region: "US", BirthDate: "1995-01-31", AccountKind: "personal", CreatedUS: 1}
	w.Write(func(tx *db.Tx) error {
		if _, err := programme.PutAudience(w.Ctx, tx, s, programme.Audience{Followers: 5000}); err != nil {
			return err
		}
		for _, name := range []programme.Programme{programme.LiveGifts, programme.VideoGifts} {
			if _, err := programme.Join(w.Ctx, tx, s, name); err != nil {
				return err
			}
		}
		return people.Grant(w.Ctx, tx, p, people.Creator)
	})
	return p
}

// Room opens a room of the creator, which is not live yet.
func (w *World) Room(creator id.Person) (room id.Live) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error {
		r, err := content.OpenRoom(w.Ctx, tx, content.NewRoom{Creator: creator, Title: "Tonight", GiftsOn: true})
		room = r.ID
		return err
	})
	return room
}

// Live opens a room of the creator and brings it on the air.
func (w *World) Live(creator id.Person) string {
	w.T.Helper()
	room := w.Room(creator)
	w.Write(func(tx *db.Tx) error {
		_, err := content.Start(w.Ctx, tx, creator, room)
		return err
	})
	return string(room)
}

// End takes a room off the air.
func (w *World) End(creator id.Person, room string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error {
		_, err := content.End(w.Ctx, tx, creator, id.Live(room))
		return err
	})
}

// Video posts a video of the creator.
func (w *World) Video(creator id.Person) (video string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error {
		v, err := content.PostVideo(w.Ctx, tx, content.NewVideo{Creator: creator, Title: "A clip", Media: "clip.mp4", GiftsOn: true})
		video = string(v.ID)
		return err
	})
	return video
}

// Give sends one gift, or so many of it.
func (w *World) Give(sender id.Person, item, target string, quantity int64) gift.Gift {
	w.T.Helper()
	g, err := w.Gifts.Send(w.Ctx, gift.Request{Key: w.Key(), Sender: sender, Item: item, Quantity: quantity, Target: target})
	w.OK(err)
	return g
}

// AddUp adds up what was sent so far, as the background does.
func (w *World) AddUp() {
	w.T.Helper()
	w.OK(earnings.AddUp(w.Ctx, w.D))
}

// RunDue runs what is due now.
func (w *World) RunDue() {
	w.T.Helper()
	_, err := w.Runner.RunDue(w.Ctx)
	w.OK(err)
}

// Later moves the clock and runs what is due then.
func (w *World) Later(d time.Duration) {
	w.T.Helper()
	w.Clk.Advance(d)
	w.RunDue()
}

// Coins returns what the person can spend.
func (w *World) Coins(p id.Person) (n int64) {
	w.T.Helper()
	w.Read(func(tx *db.Tx) (err error) {
		n, err = wallet.Balance(w.Ctx, tx, p)
		return err
	})
	return n
}

// Balance returns the balance of an account.
func (w *World) Balance(path string, asset money.Asset) (n int64) {
	w.T.Helper()
	w.Read(func(tx *db.Tx) (err error) {
		n, err = ledger.Balance(w.Ctx, tx, ledger.Ref{Path: path, Asset: asset})
		return err
	})
	return n
}

// Count answers a query of one number.
func (w *World) Count(query string, args ...any) (n int64) {
	w.T.Helper()
	w.Read(func(tx *db.Tx) error { return tx.Row(w.Ctx, query, args...).Scan(&n) })
	return n
}

// Exec runs a statement, to damage the books or to make a state that no verb
// makes.
func (w *World) Exec(query string, args ...any) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error {
		n, err := tx.Exec(w.Ctx, query, args...)
		if err == nil && n == 0 {
			err = errors.New("gifttest: the statement changed nothing: " + query)
		}
		return err
	})
}

// Unguard takes a CHECK constraint away, to damage what the schema guards.
func (w *World) Unguard(table, constraint string) {
	w.T.Helper()
	statement := "PRAGMA ignore_check_constraints = ON"
	if w.D.Engine() == "postgres" {
		statement = "ALTER TABLE " + table + " DROP CONSTRAINT " + constraint
	}
	w.Write(func(tx *db.Tx) error {
		_, err := tx.Exec(w.Ctx, statement)
		return err
	})
}

// Bites damages the books with a statement, expects verify to name the rule,
// undoes the damage, and expects verify to find nothing any more.
func Bites(w *World, t *testing.T, rule, damage, undo string, further ...ledger.Check) {
	t.Helper()
	w.Exec(damage)
	ledgertest.Names(t, w.D, rule, Checks(further...)...)
	w.Exec(undo)
	ledgertest.Verify(t, w.D, Checks(further...)...)
}

// Events returns all events of these types (none means all), and checks that
// the log is numbered from 1 without gap.
func (w *World) Events(types ...string) (chosen []outbox.Stored) {
	w.T.Helper()
	want := map[string]bool{}
	for _, t := range types {
		want[t] = true
	}
	w.Read(func(tx *db.Tx) error {
		for at := int64(0); ; {
			page, err := outbox.After(w.Ctx, tx, at, outbox.MaxPage)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, e := range page {
				if at++; e.Sequence != at {
					w.T.Errorf("event %d follows %d", e.Sequence, at-1)
				}
				if len(types) == 0 || want[e.Type] {
					chosen = append(chosen, e)
				}
			}
		}
	})
	return chosen
}
