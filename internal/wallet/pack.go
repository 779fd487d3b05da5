package wallet

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
)

// Pack is a number of coins at a price, from an instant on.
type Pack struct {
	Version string // of the price list, such as current@1
	Coins   int64
	Price   money.Amount
	FromUS  int64
}

// Install adds a price list. A version that exists is left as it is: what was
// sold under it must stay explainable.
func Install(ctx context.Context, tx *db.Tx, packs []Pack) error {
	for _, p := range packs {
		_, err := tx.Exec(ctx, `INSERT INTO coin_pack (version, currency, coins, price_units, from_us) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (version, currency, coins) DO NOTHING`, p.Version, string(p.Price.Asset), p.Coins, p.Price.Units, p.FromUS)
		if err != nil {
			return err
		}
	}
	return nil
}

const packColumns = "version, coins, price_units, currency, from_us"

func scanPack(r *db.Rows) (p Pack, err error) {
	return p, r.Scan(&p.Version, &p.Coins, &p.Price.Units, (*string)(&p.Price.Asset), &p.FromUS)
}

// Packs returns the price list in force in the currency, by coins.
func Packs(ctx context.Context, tx *db.Tx, currency money.Asset) ([]Pack, error) {
	packs, err := db.Collect[Pack](tx.Query(ctx, "SELECT "+packColumns+` FROM coin_pack
		WHERE currency = $1 AND version = (SELECT version FROM coin_pack WHERE currency = $1 AND from_us <= $2 ORDER BY from_us DESC, version DESC LIMIT 1)
		ORDER BY coins`, string(currency), tx.NowUS()))(scanPack)
	if err == nil && len(packs) == 0 {
		return nil, fault.New(fault.CurrencyUnsupported, "Coins are not sold in %s. Choose one of the currencies of GET /v1/coin-packs.", currency)
	}
	return packs, err
}

// PacksOf returns the price list of a version, whenever it was in force, by
// coins. What was sold under it is checked against it.
func PacksOf(ctx context.Context, tx *db.Tx, version string, currency money.Asset) ([]Pack, error) {
	return db.Collect[Pack](tx.Query(ctx, "SELECT "+packColumns+" FROM coin_pack WHERE version = $1 AND currency = $2 ORDER BY coins", version, string(currency)))(scanPack)
}

// PacksOfVersion returns the price lists of a version in all currencies, from
// whenever they hold.
func PacksOfVersion(ctx context.Context, tx *db.Tx, version string) ([]Pack, error) {
	return db.Collect[Pack](tx.Query(ctx, "SELECT "+packColumns+" FROM coin_pack WHERE version = $1 ORDER BY currency, coins", version))(scanPack)
}

// Currencies returns the currencies in which coins are sold.
func Currencies(ctx context.Context, tx *db.Tx) ([]money.Asset, error) {
	return db.Collect[money.Asset](tx.Query(ctx, "SELECT DISTINCT currency FROM coin_pack WHERE from_us <= $1 ORDER BY currency", tx.NowUS()))(
		func(r *db.Rows) (a money.Asset, err error) { return a, r.Scan((*string)(&a)) })
}

// PriceOf returns the pack of so many coins. An exact top-up, for the coins
// that a gift lacks, has no pack of its own: it costs the unit price of the
// largest pack that is not larger, or of the smallest pack, rounded up to what a
// card can be charged.
func PriceOf(packs []Pack, coins int64) (Pack, error) {
	if len(packs) == 0 || coins < 1 || coins > packs[len(packs)-1].Coins {
		most := int64(0)
		if len(packs) > 0 {
			most = packs[len(packs)-1].Coins
		}
		return Pack{}, fault.New(fault.AmountOutOfRange, "Coins are sold from 1 to %d at a time; %d were asked for.", most, coins)
	}
	unit := packs[0]
	for _, p := range packs {
		if p.Coins == coins {
			return p, nil
		}
		if p.Coins <= coins {
			unit = p
		}
	}
	price, err := money.MulDivCeil(unit.Price.Units, coins, unit.Coins)
	if err != nil {
		return Pack{}, err
	}
	price = max(price, minimumCharge)
	if step := unit.Price.Asset.CardStep(); price%step != 0 {
		price += step - price%step
	}
	return Pack{Version: unit.Version, Coins: coins, Price: money.Amount{Units: price, Asset: unit.Price.Asset}, FromUS: unit.FromUS}, nil
}

// minimumCharge is the least that a card is charged, in smallest units: the
// provider refuses less (USD 0.50).
const minimumCharge = 50
