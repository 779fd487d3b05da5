package earnings

import (
	"context"
	"hash/maphash"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
)

// mark is a number that tells sums apart without keeping them: each part of an
// earning counts by a factor of its own, which nobody knows beforehand. Two
// earnings with the same mark have the same parts.
type mark struct {
	value    uint64
	diamonds int64
}

// marker makes the factors; they differ from one check to the next.
type marker struct {
	seed maphash.Seed
	of   [6]uint64 // by figure
}

func newMarker() *marker {
	m := &marker{seed: maphash.MakeSeed()}
	for i := range m.of {
		m.of[i] = maphash.Comparable(m.seed, i) | 1
	}
	return m
}

func (m *marker) add(to *mark, w Where, s *Sum) {
	figures := [6]int64{s.Sends, s.Gifts, s.Combos, s.Coins, s.Diamonds, s.Units}
	var n uint64
	for i, f := range figures {
		n += m.of[i] * uint64(f)
	}
	to.value += n * (maphash.Comparable(m.seed, w) | 1)
	to.diamonds += s.Diamonds
}

// checkParts adds all gifts up again, in the order of the journal, as far as
// they are added up.
func checkParts(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	place, err := AddedUpTo(ctx, tx)
	if err != nil {
		return err
	}
	head, _, _, err := ledger.Head(ctx, tx)
	if err != nil {
		return err
	}
	if place > head {
		r.Add(RuleParts, "earning_part_place", "it names transfer %d, and the last is %d", place, head)
	}
	m := newMarker()
	want, days, err := m.journal(ctx, tx, place)
	if err != nil {
		return err
	}
	have, err := m.stored(ctx, tx)
	if err != nil {
		return err
	}
	for e, h := range have {
		if w := want[e]; w == nil || *w != *h {
			r.Add(RuleParts, string(e), "its parts are not the sums of its gifts up to transfer %d", place)
		}
		delete(want, e)
	}
	for e := range want {
		r.Add(RuleParts, string(e), "its gifts up to transfer %d are in no part", place)
	}
	if err := checkSums(ctx, tx, r, have); err != nil {
		return err
	}
	return checkDays(ctx, tx, r, days)
}

// journal marks every earning by its gifts up to the place.
func (m *marker) journal(ctx context.Context, tx *db.Tx, place int64) (map[id.Earning]*mark, map[int64]*Sum, error) {
	cards := map[string]RateCard{}
	history, err := History(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range history {
		cards[c.Version] = c
	}
	want, days := map[id.Earning]*mark{}, map[int64]*Sum{}
	rows, err := tx.Query(ctx, "SELECT "+sentColumns+" WHERE t.seq <= $1 AND t.kind = 'gift.sent' ORDER BY t.seq", place)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		s, err := scanSent(rows)
		if err != nil {
			return nil, nil, err
		}
		today := day(s.SentUS)
		if days[today] == nil {
			days[today] = &Sum{}
		}
		days[today].Add(s.Sum)
		e := s.Into
		if s.Diamonds == 0 || e == "" { // that it has its earning is a rule of its own
			continue
		}
		if want[e] == nil {
			want[e] = &mark{}
		}
		s.Units, _ = Share(cards[s.Rule], want[e].diamonds, s.Diamonds)
		m.add(want[e], s.Where, &s.Sum)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	accrued, err := db.Collect[Sent](tx.Query(ctx, "SELECT "+accruedColumns+" WHERE x.seq <= $1", place))(scanAccrued)
	for _, s := range accrued {
		if want[s.Into] == nil {
			want[s.Into] = &mark{}
		}
		m.add(want[s.Into], s.Where, &s.Sum)
	}
	return want, days, err
}

// stored marks every earning by its parts.
func (m *marker) stored(ctx context.Context, tx *db.Tx) (map[id.Earning]*mark, error) {
	have := map[id.Earning]*mark{}
	rows, err := tx.Query(ctx, "SELECT earning_id, target, fan_id, item, sends, gifts, combos, coins, diamonds, units FROM earning_part")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e id.Earning
		var w Where
		var s Sum
		if err := rows.Scan((*string)(&e), &w.Target, (*string)(&w.Fan), &w.Item, &s.Sends, &s.Gifts, &s.Combos, &s.Coins, &s.Diamonds, &s.Units); err != nil {
			return nil, err
		}
		if have[e] == nil {
			have[e] = &mark{}
		}
		m.add(have[e], w, &s)
	}
	return have, rows.Err()
}

// checkSums wants the running total of each earning to be that of its parts.
func checkSums(ctx context.Context, tx *db.Tx, r *ledger.Report, have map[id.Earning]*mark) error {
	rows, err := tx.Query(ctx, "SELECT earning_id, diamonds FROM earning_part_sum")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e id.Earning
		var n int64
		if err := rows.Scan((*string)(&e), &n); err != nil {
			return err
		}
		if have[e] == nil || have[e].diamonds != n {
			r.Add(RuleParts, string(e), "%d diamonds are added up of it, and its parts have another number", n)
		}
		delete(have, e)
	}
	for e, h := range have {
		if h.diamonds == 0 { // of money
			continue
		}
		r.Add(RuleParts, string(e), "its parts have %d diamonds, and its running total is missing", h.diamonds)
	}
	return rows.Err()
}

// checkDays compares the days with their gifts.
func checkDays(ctx context.Context, tx *db.Tx, r *ledger.Report, days map[int64]*Sum) error {
	rows, err := tx.Query(ctx, "SELECT day, sends, gifts, coins, diamonds FROM earning_day")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var day int64
		var s Sum
		if err := rows.Scan(&day, &s.Sends, &s.Gifts, &s.Coins, &s.Diamonds); err != nil {
			return err
		}
		want := days[day]
		delete(days, day)
		if want == nil {
			want = &Sum{}
		}
		if s.Combos = want.Combos; s != *want {
			r.Add(RuleParts, DayStart(day).Format("2006-01-02"), "the day has %d gifts of %d coins, its gifts are %d of %d", s.Gifts, s.Coins, want.Gifts, want.Coins)
		}
	}
	for day, want := range days {
		r.Add(RuleParts, DayStart(day).Format("2006-01-02"), "the day is missing, its gifts are %d of %d coins", want.Gifts, want.Coins)
	}
	return rows.Err()
}
