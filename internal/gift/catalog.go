package gift

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// Item is a gift of the catalogue, at a price from an instant on.
type Item struct {
	Version    string // of the catalogue, such as current@1
	ID         string // such as rose
	Name       string
	Emoji      string // its art until an operator uploads another
	PriceCoins int64
	Streakable bool // may be tapped as a combo
	OnVideo    bool
	OnLive     bool
	FromUS     int64
}

// Install adds a version of the catalogue. One that exists is left as it is.
func Install(ctx context.Context, tx *db.Tx, items []Item) error {
	seq, _, _, err := ledger.Head(ctx, tx)
	if err != nil {
		return err
	}
	for _, i := range items {
		_, err := tx.Exec(ctx, `INSERT INTO gift_item (version, id, name, emoji, price_coins, streakable, on_video, on_live, from_us, after_seq)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (version, id) DO NOTHING`,
			i.Version, i.ID, i.Name, i.Emoji, i.PriceCoins, i.Streakable, i.OnVideo, i.OnLive, i.FromUS, seq)
		if err != nil {
			return err
		}
	}
	return nil
}

const itemColumns = "version, id, name, emoji, price_coins, streakable, on_video, on_live, from_us"

func scanItem(r *db.Rows) (i Item, err error) {
	return i, r.Scan(&i.Version, &i.ID, &i.Name, &i.Emoji, &i.PriceCoins, &i.Streakable, &i.OnVideo, &i.OnLive, &i.FromUS)
}

// catalogInForce is the version of the catalogue that holds at the instant $1.
const catalogInForce = "version = (SELECT version FROM gift_item WHERE from_us <= $1 ORDER BY from_us DESC, version DESC LIMIT 1)"

// Catalog returns the gifts that can be given now, cheapest first.
func Catalog(ctx context.Context, tx *db.Tx) ([]Item, error) {
	return db.Collect[Item](tx.Query(ctx, "SELECT "+itemColumns+" FROM gift_item WHERE "+catalogInForce+" ORDER BY price_coins, id", tx.NowUS()))(scanItem)
}

// CatalogOf returns the gifts of a version, from whenever they hold.
func CatalogOf(ctx context.Context, tx *db.Tx, version string) ([]Item, error) {
	return db.Collect[Item](tx.Query(ctx, "SELECT "+itemColumns+" FROM gift_item WHERE version = $1 ORDER BY price_coins, id", version))(scanItem)
}

// itemsAt returns those of the named gifts that can be given at the instant.
func itemsAt(ctx context.Context, tx *db.Tx, us int64, names []string) (map[string]Item, error) {
	list := make([]any, len(names))
	for i, n := range names {
		list[i] = n
	}
	found, err := db.Collect[Item](tx.QueryList(ctx, "SELECT "+itemColumns+" FROM gift_item WHERE "+catalogInForce+" AND id IN ($list)", list, us))(scanItem)
	items := make(map[string]Item, len(found))
	for _, i := range found {
		items[i.ID] = i
	}
	return items, err
}
