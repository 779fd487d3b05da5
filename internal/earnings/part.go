package earnings

import (
	"context"
	"maps"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
)

// Sum is what gifts add up to.
type Sum struct {
	Sends    int64 // how often something was sent: gifts outside combos, and taps
	Gifts    int64 // how many gifts that were
	Combos   int64 // combos that began
	Coins    int64 // what fans spent
	Diamonds int64
	Units    int64 // of money: their share of their earnings
}

// Add adds another sum.
func (s *Sum) Add(o Sum) {
	s.Sends += o.Sends
	s.Gifts += o.Gifts
	s.Combos += o.Combos
	s.Coins += o.Coins
	s.Diamonds += o.Diamonds
	s.Units += o.Units
}

// Where is where, by whom and what was given.
type Where struct {
	Target string
	Fan    id.Person
	Item   string
}

// Sent is a gift, or money that was earned, as it stands in the journal.
type Sent struct {
	ID      id.Gift // "" of money
	Cause   string  // the id of the gift, or of what earned the money
	Seq     int64
	SentUS  int64
	Rule    string // the rate card of its transfer
	Creator id.Person
	Into    id.Earning // that its diamonds went into; "" if there were none
	Where
	Sum
}

// sentColumns are those of a gift g and its transfer t. Which earning it went
// into is what the books say: rules about that have changed, and may again.
const sentColumns = `g.id, t.seq, t.at_us, t.rule, g.creator_id, g.target, g.sender_id, g.item, g.quantity, CASE WHEN g.combo_seq = 1 THEN 1 ELSE 0 END, g.price_coins * g.quantity, g.diamonds,
		COALESCE((SELECT MIN(e.id) FROM ledger_line l JOIN earning e ON e.account_id = l.to_account WHERE l.seq = t.seq), '')
	FROM ledger_transfer t JOIN gift g ON g.id = t.cause`

func scanSent(r *db.Rows) (s Sent, err error) {
	s.Sends = 1
	err = r.Scan((*string)(&s.ID), &s.Seq, &s.SentUS, &s.Rule, (*string)(&s.Creator), &s.Target, (*string)(&s.Fan), &s.Item, &s.Gifts, &s.Combos, &s.Coins, &s.Diamonds, (*string)(&s.Into))
	s.Cause = string(s.ID)
	return s, err
}

// accruedColumns are those of money that was earned, x, and its transfer t.
const accruedColumns = `x.cause, t.seq, t.at_us, t.rule, e.creator_id, x.target, x.fan_id, x.item, x.units, x.earning_id
	FROM earning_accrual x JOIN ledger_transfer t ON t.seq = x.seq JOIN earning e ON e.id = x.earning_id`

func scanAccrued(r *db.Rows) (s Sent, err error) {
	s.Sends = 1
	return s, r.Scan(&s.Cause, &s.Seq, &s.SentUS, &s.Rule, (*string)(&s.Creator), &s.Target, (*string)(&s.Fan), &s.Item, &s.Units, (*string)(&s.Into))
}

// isMoney reports that it earned money and no diamonds.
func (s *Sent) isMoney() bool { return s.ID == "" }

// Share is the money of so many diamonds after so many others of the same
// earning. An earning is converted as a whole; by the running total its gifts
// add up to exactly that, and what one got never changes.
func Share(card RateCard, before, diamonds int64) (units int64, err error) {
	upTo, err := card.Pay(before + diamonds)
	if err != nil {
		return 0, err
	}
	units, err = card.Pay(before)
	return upTo - units, err
}

// The most transfers that are added up in one transaction, and in one run: a
// storm of gifts comes first, and what is not added up yet is read from the
// books.
const (
	addAtOnce = 1000
	addARun   = 200_000
)

// AddUp adds what was given since it ran last to what creators earned by it. It may run as often as one likes, also twice at a time.
func AddUp(ctx context.Context, d *db.DB) error {
	for range addARun / addAtOnce {
		more, err := addUp(ctx, d, addAtOnce)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// addUp adds the next transfers. They are read beside the writer: the journal
// does not change, and whether the place is still the same is asked again.
func addUp(ctx context.Context, d *db.DB, limit int64) (more bool, err error) {
	var a *adding
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		a, err = read(ctx, tx, limit)
		return err
	})
	if err != nil || a.upTo == a.from {
		return false, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error { return a.write(ctx, tx) })
	return a.upTo < a.head, err
}

// adding is a stretch of the journal that is added up.
type adding struct {
	from, upTo, head int64
	parts            map[earned]*Sum
	sums             map[id.Earning]int64 // diamonds, with those before
	days             map[int64]*Sum
	order            []earned // of parts, as they came
}

type earned struct {
	earning id.Earning
	Where
}

// AddedUpTo returns the transfer up to which gifts are added up.
func AddedUpTo(ctx context.Context, tx *db.Tx) (seq int64, err error) {
	return seq, tx.Row(ctx, "SELECT seq FROM earning_part_place WHERE id = 1").Scan(&seq)
}

func read(ctx context.Context, tx *db.Tx, limit int64) (*adding, error) {
	a := &adding{parts: map[earned]*Sum{}, sums: map[id.Earning]int64{}, days: map[int64]*Sum{}}
	var err error
	if a.from, err = AddedUpTo(ctx, tx); err != nil {
		return nil, err
	}
	if a.head, _, _, err = ledger.Head(ctx, tx); err != nil {
		return nil, err
	}
	a.upTo = min(a.head, a.from+limit)
	all, err := db.Collect[Sent](tx.Query(ctx, "SELECT "+sentColumns+" WHERE t.seq > $1 AND t.seq <= $2 AND t.kind = 'gift.sent' ORDER BY t.seq", a.from, a.upTo))(scanSent)
	if err != nil {
		return a, err
	}
	accrued, err := db.Collect[Sent](tx.Query(ctx, "SELECT "+accruedColumns+" WHERE x.seq > $1 AND x.seq <= $2 ORDER BY x.seq", a.from, a.upTo))(scanAccrued)
	if all = append(all, accrued...); err != nil || len(all) == 0 {
		return a, err
	}
	if err := a.load(ctx, tx, all); err != nil {
		return nil, err
	}
	cards := map[string]RateCard{}
	for i := range all {
		if err := a.add(ctx, tx, &all[i], cards); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// load reads what the earnings of the gifts have added up already.
func (a *adding) load(ctx context.Context, tx *db.Tx, all []Sent) (err error) {
	seen := map[id.Earning]bool{}
	var list []any
	for _, s := range all {
		if s.Into != "" && !s.isMoney() && !seen[s.Into] {
			seen[s.Into], list = true, append(list, string(s.Into))
		}
	}
	if len(list) > 0 {
		a.sums, err = sumsOf(ctx, tx, list)
	}
	return err
}

func sumsOf(ctx context.Context, tx *db.Tx, list []any) (map[id.Earning]int64, error) {
	sums := map[id.Earning]int64{}
	rows, err := tx.QueryList(ctx, "SELECT earning_id, diamonds FROM earning_part_sum WHERE earning_id IN ($list)", list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e id.Earning
		var n int64
		if err := rows.Scan((*string)(&e), &n); err != nil {
			return nil, err
		}
		sums[e] = n
	}
	return sums, rows.Err()
}

// add adds one gift, or money. A gift that earned no diamonds is in no earning.
func (a *adding) add(ctx context.Context, tx *db.Tx, s *Sent, cards map[string]RateCard) error {
	if s.isMoney() {
		a.part(s)
		return nil
	}
	today := day(s.SentUS)
	if a.days[today] == nil {
		a.days[today] = &Sum{}
	}
	a.days[today].Add(s.Sum)
	if s.Diamonds == 0 || s.Into == "" {
		return nil
	}
	card, err := cardOf(ctx, tx, s.Rule, cards)
	if err != nil {
		return err
	}
	if s.Units, err = Share(card, a.sums[s.Into], s.Diamonds); err != nil {
		return err
	}
	a.sums[s.Into] += s.Diamonds
	a.part(s)
	return nil
}

func (a *adding) part(s *Sent) {
	key := earned{s.Into, s.Where}
	if a.parts[key] == nil {
		a.parts[key] = &Sum{}
		a.order = append(a.order, key)
	}
	a.parts[key].Add(s.Sum)
}

func cardOf(ctx context.Context, tx *db.Tx, version string, cards map[string]RateCard) (RateCard, error) {
	card, known := cards[version]
	if known {
		return card, nil
	}
	card, err := RatesOf(ctx, tx, version)
	cards[version] = card
	return card, err
}

// write adds the stretch to the tables, unless somebody else has done so.
func (a *adding) write(ctx context.Context, tx *db.Tx) error {
	n, err := tx.Exec(ctx, "UPDATE earning_part_place SET seq = $2 WHERE id = 1 AND seq = $1", a.from, a.upTo)
	if err != nil || n == 0 {
		return err
	}
	var parts, sums []any
	touched := map[id.Earning]bool{}
	for _, key := range a.order {
		s := a.parts[key]
		parts = append(parts, string(key.earning), key.Target, string(key.Fan), key.Item, s.Sends, s.Gifts, s.Combos, s.Coins, s.Diamonds, s.Units)
		if n, ofGifts := a.sums[key.earning]; ofGifts && n > 0 && !touched[key.earning] {
			touched[key.earning] = true
			sums = append(sums, string(key.earning), n)
		}
	}
	err = tx.UpsertRows(ctx, "earning_part", []string{"earning_id", "target", "fan_id", "item", "sends", "gifts", "combos", "coins", "diamonds", "units"}, 4, len(a.order), parts,
		`sends = earning_part.sends + excluded.sends, gifts = earning_part.gifts + excluded.gifts, combos = earning_part.combos + excluded.combos,
			coins = earning_part.coins + excluded.coins, diamonds = earning_part.diamonds + excluded.diamonds, units = earning_part.units + excluded.units`)
	if err != nil {
		return err
	}
	if err := tx.UpsertRows(ctx, "earning_part_sum", []string{"earning_id", "diamonds"}, 1, len(touched), sums, "diamonds = excluded.diamonds"); err != nil {
		return err
	}
	var days []any
	for _, n := range slices.Sorted(maps.Keys(a.days)) {
		s := a.days[n]
		days = append(days, n, s.Sends, s.Gifts, s.Coins, s.Diamonds)
	}
	return tx.UpsertRows(ctx, "earning_day", []string{"day", "sends", "gifts", "coins", "diamonds"}, 1, len(a.days), days,
		"sends = earning_day.sends + excluded.sends, gifts = earning_day.gifts + excluded.gifts, coins = earning_day.coins + excluded.coins, diamonds = earning_day.diamonds + excluded.diamonds")
}
