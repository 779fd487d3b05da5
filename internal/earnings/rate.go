package earnings

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// RateCard is the rates and limits in force from an instant on.
type RateCard struct {
	Version      string // such as current@1
	FromUS       int64
	DiamondsNum  int64 // diamonds per coin, as a fraction
	DiamondsDen  int64
	PayNum       int64 // smallest units of PayAsset per diamond, as a fraction: 1/2 is $0.005
	PayDen       int64
	PayAsset     money.Asset
	HoldDays     int64 // whole days after the end of the earning's day
	DailyCap     int64 // the most that is paid out to one creator in a UTC day
	MinimumUnits int64 // the least that is paid out at once
}

// Diamonds returns what so many coins earn: floor(coins × rate).
func (c RateCard) Diamonds(coins int64) (int64, error) {
	return money.MulDivFloor(coins, c.DiamondsNum, c.DiamondsDen)
}

// Pay returns the money of so many diamonds: floor(diamonds × rate).
func (c RateCard) Pay(diamonds int64) (int64, error) {
	return money.MulDivFloor(diamonds, c.PayNum, c.PayDen)
}

// Hold is how long an earning stays pending after its day.
func (c RateCard) Hold() time.Duration { return time.Duration(c.HoldDays) * 24 * time.Hour }

const rateColumns = "version, from_us, diamonds_num, diamonds_den, pay_num, pay_den, pay_asset, hold_days, daily_cap_units, minimum_units"

func scanRates(r *db.Rows) (c RateCard, err error) {
	return c, r.Scan(&c.Version, &c.FromUS, &c.DiamondsNum, &c.DiamondsDen, &c.PayNum, &c.PayDen, (*string)(&c.PayAsset), &c.HoldDays, &c.DailyCap, &c.MinimumUnits)
}

// Install adds a rate card. A version that exists is left as it is: what was
// posted under it must stay explainable.
func Install(ctx context.Context, tx *db.Tx, c RateCard) error {
	seq, _, _, err := ledger.Head(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO rate_card ("+rateColumns+", after_seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (version) DO NOTHING",
		c.Version, c.FromUS, c.DiamondsNum, c.DiamondsDen, c.PayNum, c.PayDen, string(c.PayAsset), c.HoldDays, c.DailyCap, c.MinimumUnits, seq)
	return err
}

// Rates returns the rate card in force at the transaction's instant.
func Rates(ctx context.Context, tx *db.Tx) (RateCard, error) { return RatesAt(ctx, tx, tx.NowUS()) }

// RatesAt returns the rate card in force at an instant. What is posted uses
// the journal's (ledger.Book.Now), so that what was in force can be told from the
// transfer.
//
// Before the first card there is a fault maintenance: no request is wrong then,
// and only who runs the server can do something about it.
func RatesAt(ctx context.Context, tx *db.Tx, us int64) (RateCard, error) {
	c, err := one(tx.Query(ctx, "SELECT "+rateColumns+" FROM rate_card WHERE from_us <= $1 ORDER BY from_us DESC, version DESC LIMIT 1", us))
	if errors.Is(err, errNoCard) {
		return RateCard{}, fault.Wrap(err, fault.Maintenance, "No rates are in force at %s, the time of this server. Nothing was changed; whoever runs the server checks its clock, and installs rates for this time if it is right.",
			time.UnixMicro(us).UTC().Format(time.RFC3339))
	}
	return c, err
}

// RatesOf returns a rate card by its version.
func RatesOf(ctx context.Context, tx *db.Tx, version string) (RateCard, error) {
	return one(tx.Query(ctx, "SELECT "+rateColumns+" FROM rate_card WHERE version = $1", version))
}

var errNoCard = errors.New("earnings: there is no such rate card")

func one(rows *db.Rows, err error) (RateCard, error) {
	cards, err := db.Collect[RateCard](rows, err)(scanRates)
	if err != nil {
		return RateCard{}, err
	}
	if len(cards) == 0 {
		return RateCard{}, errNoCard
	}
	return cards[0], nil
}

// History returns all rate cards, newest first.
func History(ctx context.Context, tx *db.Tx) ([]RateCard, error) {
	return db.Collect[RateCard](tx.Query(ctx, "SELECT "+rateColumns+" FROM rate_card ORDER BY from_us DESC, version DESC"))(scanRates)
}
