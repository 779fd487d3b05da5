package limit

import (
	"context"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// The rules of limits, by name.
const (
	RuleCause    = "what counts against somebody's caps belongs to a product that charges people"
	RuleVelocity = "nobody is charged more within any stretch of time than the velocity in force allows, nor is a card"
)

// Checks are the rules of limits for ledger verify. The products that charge
// people have ids of these kinds, and each holds its own spends to its rows.
func Checks(products ...id.Kind) []ledger.Check {
	known, args := make([]string, len(products)), make([]any, len(products))
	for i, k := range products {
		known[i], args[i] = "$"+strconv.Itoa(i+1), string(k)+"_"
	}
	return []ledger.Check{ledger.Look(RuleCause, ledger.Violation{Detail: "%d %s count for %s, and no product charges for it", Args: args,
		Query: "SELECT cause, units, asset, person_id FROM limit_spend WHERE SUBSTR(cause, 1, 4) NOT IN (" + strings.Join(known, ", ") + ")"}),
		{Name: RuleVelocity, Run: checkVelocity}}
}

// checkVelocity goes through what each person spent and through what was spent with
// each card, with the rules that were in force for who paid: at the instant of each
// spend, what was spent in the time before, and does still count, is no more than
// was allowed.
func checkVelocity(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	versions, err := velocities(ctx, tx)
	if err != nil || len(versions) == 0 {
		return err
	}
	if err := versions.check(ctx, tx, r, "to %s", "SELECT s.person_id, "+spentColumns+", s.at_us "+fromSpends+" ORDER BY s.person_id, s.at_us, s.cause"); err != nil {
		return err
	}
	return versions.check(ctx, tx, r, "to the card %s", "SELECT s.instrument, "+spentColumns+", s.learned_us "+fromSpends+" AND s.instrument <> '' ORDER BY s.instrument, s.learned_us")
}

const (
	spentColumns = "s.cause, s.units, s.asset, s.at_us, p.created_us"
	fromSpends   = "FROM limit_spend s JOIN person p ON p.id = s.person_id WHERE s.released_us = 0"
)

// check goes through the spends of one key after the other, in the order in which it
// was known that they count with the key. A spend of which that was known later than
// at its own instant was not held to the others; it counts for those that follow.
func (h history) check(ctx context.Context, tx *db.Tx, r *ledger.Report, whom, query string) error {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	var key string
	var before []spent // with the key, no older than the longest stretch
	longest := h.longest().Microseconds()
	for rows.Next() {
		var now, cause string
		var x spent
		var madeUS int64
		if err := rows.Scan(&now, &cause, &x.units, (*string)(&x.asset), &x.atUS, &madeUS, &x.knownUS); err != nil {
			return err
		}
		if now != key {
			key, before = now, nil
		}
		for len(before) > 0 && before[0].knownUS <= x.knownUS-longest {
			before = before[1:]
		}
		if before = append(before, x); x.knownUS != x.atUS {
			continue
		}
		if over, v := h.exceeded(before, x.atUS, madeUS); over {
			r.Add(RuleVelocity, cause, "with it more was charged "+whom+" within %s than %s %s allows", key, v.Span, v.Name, v.Version)
		}
	}
	return rows.Err()
}

// dated is a version of the velocities and from when on it holds here.
type dated struct {
	sinceUS int64
	rules   map[string]*stretch // by name
}

type history []dated

func velocities(ctx context.Context, tx *db.Tx) (all history, err error) {
	type row struct {
		Velocity
		sinceUS int64
	}
	rows, err := db.Collect[row](tx.Query(ctx, "SELECT version, name, asset, from_us, since_us, span_us, most_units, younger_us FROM limit_velocity ORDER BY from_us, version, name, asset"))(func(r *db.Rows) (x row, err error) {
		var span, younger int64
		err = r.Scan(&x.Version, &x.Name, (*string)(&x.Asset), &x.FromUS, &x.sinceUS, &span, &x.Most, &younger)
		x.Span, x.Younger = time.Duration(span)*time.Microsecond, time.Duration(younger)*time.Microsecond
		return x, err
	})
	version := ""
	for _, x := range rows {
		if x.Version != version {
			version = x.Version
			all = append(all, dated{sinceUS: x.sinceUS, rules: map[string]*stretch{}})
		}
		d := &all[len(all)-1]
		if d.rules[x.Name] == nil {
			d.rules[x.Name] = &stretch{name: x.Name, rules: map[money.Asset]Velocity{}}
		}
		d.rules[x.Name].rules[x.Asset] = x.Velocity
	}
	return all, err
}

// longest is the longest stretch that any of them names.
func (h history) longest() (span time.Duration) {
	for _, d := range h {
		for _, s := range d.rules {
			span = max(span, s.span())
		}
	}
	return span
}

// exceeded tells whether the spends up to the instant, which is the last one's, are
// more than the rules in force then allowed. Clocks that step back make no more.
func (h history) exceeded(spends []spent, atUS, madeUS int64) (bool, Velocity) {
	at := -1
	for i := range h {
		if h[i].sinceUS <= atUS {
			at = i
		}
	}
	if at < 0 {
		return false, Velocity{}
	}
	for _, s := range h[at].rules {
		v, ok := s.rules[spends[len(spends)-1].asset]
		if !ok || v.Younger > 0 && madeUS+v.Younger.Microseconds() <= atUS {
			continue
		}
		from := max(atUS-v.Span.Microseconds(), 0)
		var within []spent
		for _, x := range spends {
			if x.atUS > from && x.atUS >= h[at].sinceUS {
				within = append(within, x)
			}
		}
		if s.used(within).Cmp(big.NewRat(1, 1)) > 0 {
			return true, v
		}
	}
	return false, Velocity{}
}
