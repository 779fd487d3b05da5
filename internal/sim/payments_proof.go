package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/reconcile"
)

// patience is how long an outcome may be unknown while the provider answers.
const patience = time.Minute

// unknowns are the outcomes that somebody waits for, by when they were asked for.
var unknowns = map[string]string{
	"charge": "SELECT COALESCE(MIN(created_us), 0) FROM payment_charge WHERE outcome = 'unknown'",
	"refund": "SELECT COALESCE(MIN(asked_us), 0) FROM reversal WHERE state = 'asking'",
	"payout": `SELECT COALESCE(MIN(p.asked_us), 0) FROM payout p JOIN due_work w ON w.kind = 'payout.drive' AND w.work_key = p.id
		WHERE p.state IN ('sending', 'returning') AND p.asked_us > 0 AND w.due_us < $1`,
}

// unknown notes for how long nobody knows what became of something, and finds it
// wrong when that is over a minute.
func (w *till) unknown(ctx context.Context) error {
	return w.app.DB.Read(ctx, func(tx *db.Tx) error {
		for what, query := range unknowns {
			var since int64
			var args []any
			if strings.Contains(query, "$1") { // what is refused for a reason, such as a lack of funds, is known and waits for an hour
				args = append(args, tx.Now().Add(30*time.Second).UnixMicro())
			}
			if err := tx.Row(ctx, query, args...).Scan(&since); err != nil || since == 0 {
				if err != nil {
					return err
				}
				continue
			}
			age := tx.Now().Sub(time.UnixMicro(since))
			w.r.Longest[what] = max(w.r.Longest[what], int(age/time.Second))
			if age > patience {
				w.differ("the outcome of a %s is unknown for %s", what, age.Round(time.Second))
			}
		}
		return nil
	})
}

// quiet lets everything come to rest: the provider answers, all disputes end, and
// weeks pass.
func (w *till) quiet(ctx context.Context) error {
	if err := w.spell(ctx, []stretch{{10 * time.Second, false, 6}}); err != nil {
		return err
	}
	for i, d := range w.t.disputes {
		if i%3 > 0 { // some stay open
			if err := w.app.Sandbox().CloseDispute(d, i%3 == 1); err != nil {
				return err
			}
		}
	}
	for n := range 30 {
		wait := 24 * time.Hour
		if n < 4 {
			wait = time.Hour
		}
		w.clk.Advance(wait)
		if err := w.settle(ctx); err != nil {
			return err
		}
		all := w.news.fresh
		w.news.fresh = nil
		if err := w.news.bring(ctx, all); err != nil {
			return err
		}
	}
	return w.settle(ctx)
}

// prove compares everything with everything.
func (w *till) prove(ctx context.Context) error {
	if err := w.compare(ctx); err != nil {
		return err
	}
	if err := w.matchCharges(ctx); err != nil {
		return err
	}
	if err := w.matchPayouts(ctx); err != nil {
		return err
	}
	run, err := w.app.Reconcile(ctx, reconcile.Ask{Complete: true})
	if err != nil {
		return err
	}
	w.r.Compared = run.Causes
	if run.Problems+run.InFlight > 0 {
		w.differ("reconciliation finds %d differences and %d in flight: %+v %+v", run.Problems, run.InFlight, run.Differences[:min(3, len(run.Differences))], run.Totals)
	}
	if err := w.verify(ctx); err != nil {
		return err
	}
	w.r.Transfers, w.r.News.Events = w.result.Transfers, len(w.news.bodies)
	if n := w.r.News.Accepted; w.o.Order != 0 && n < w.o.Webhooks {
		w.differ("%d webhooks were brought, not %d", n, w.o.Webhooks)
	}
	return w.ended(ctx)
}

// matchCharges holds every charge that succeeded at the provider against one
// payment of ours, and the reverse.
func (w *till) matchCharges(ctx context.Context) error {
	ours := map[string]string{}
	err := w.each(ctx, "SELECT id, amount_units, amount_asset FROM payment_charge WHERE outcome = 'succeeded'", func(rows *db.Rows) error {
		var charge, asset string
		var units int64
		err := rows.Scan(&charge, &units, &asset)
		ours[charge] = fmt.Sprint(units, " ", asset)
		return err
	})
	if err != nil {
		return err
	}
	seen := map[string]int{}
	for _, c := range w.app.Sandbox().Latest(sandbox.Charges, 1<<30) {
		if c.Owner != "" || c.State != "succeeded" && c.State != "disputed" {
			continue
		}
		w.r.Charges++
		seen[c.Ref]++
		switch theirs := fmt.Sprint(c.Amount, " ", strings.ToUpper(c.Currency)); {
		case ours[c.Ref] == "":
			w.differ("the charge %s of %s was made for %q, which has not succeeded here", c.ID, theirs, c.Ref)
		case ours[c.Ref] != theirs:
			w.differ("the charge %s is of %s, and %s of %s", c.ID, theirs, c.Ref, ours[c.Ref])
		case seen[c.Ref] == 2:
			w.differ("%s was charged twice", c.Ref)
		case seen[c.Ref] == 1:
			w.r.Matched++
		}
	}
	for charge := range ours {
		if seen[charge] == 0 {
			w.differ("%s has succeeded, and there is no charge at the provider", charge)
		}
	}
	return nil
}

// matchPayouts holds every payout to a bank against one of ours.
func (w *till) matchPayouts(ctx context.Context) error {
	banked := map[string]int{}
	for _, p := range w.app.Sandbox().Latest(sandbox.Payouts, 1<<30) {
		if p.State == "paid" {
			banked[p.Ref]++
		}
	}
	err := w.each(ctx, "SELECT id, state FROM payout", func(rows *db.Rows) error {
		var payout, state string
		if err := rows.Scan(&payout, &state); err != nil {
			return err
		}
		want := 0
		if state == "paid" {
			want = 1
		}
		if banked[payout] != want {
			w.differ("the payout %s is %s, and the bank has %d of it", payout, state, banked[payout])
		}
		delete(banked, payout)
		return nil
	})
	for payout := range banked {
		w.differ("the bank has a payout for %q, which is not ours", payout)
	}
	return err
}

func (w *till) each(ctx context.Context, query string, f func(*db.Rows) error) error {
	return w.app.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := f(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// Names that are made while the news come depend on their order. These queries
// give each id a name that does not: what it is about.
var finalNames = []string{
	"SELECT id, 'lot of ' || cause FROM wallet_lot",
	"SELECT id, 'earning ' || creator_id || ' ' || source || ' ' || day || ' ' || own_asset || ' ' || rule FROM earning",
	"SELECT id, 'dispute ' || provider_id FROM reversal WHERE id LIKE 'dsp_%'",
	"SELECT id, 'claw ' || cause || ' ' || earning_id FROM earning_claw",
	"SELECT id, 'case ' || kind || ' ' || subject || ' ' || part FROM casework_case",
}

// finalRows are the lines of the final state.
var finalRows = []string{
	"SELECT path || ' ' || asset || ' ' || balance FROM ledger_account WHERE balance <> 0",
	"SELECT 'charge ' || id || ' ' || outcome || ' ' || amount_units || ' ' || amount_asset || ' ' || settled_units || ' ' || settled_asset || ' ' || fee_units || ' ' || decline_code FROM payment_charge",
	"SELECT 'purchase ' || id || ' ' || coins || ' ' || price_units || ' ' || price_asset || ' ' || lot_id FROM coin_purchase",
	"SELECT 'tip ' || id || ' ' || charged_units || ' ' || net_units || ' ' || net_asset || ' ' || earning_id FROM tip",
	`SELECT 'reversal ' || id || ' ' || state || ' ' || subject || ' ' || amount_units || ' ' || amount_asset || ' ' || lot_id || ' ' || lot_coins || ' ' || lot_units || ' ' || spent_coins || ' '
		|| moved_units || ' ' || moved_asset || ' ' || fee_units || ' ' || reason FROM reversal`,
	"SELECT 'claw ' || id || ' ' || state || ' ' || own || ' ' || moved || ' ' || asset FROM earning_claw",
	// Two claws of one earning share a half of a cent: the running total gives it to
	// the one that came first. What they come to together does not depend on that.
	"SELECT 'clawed ' || earning_id || ' ' || SUM(own) || ' ' || SUM(units + borne_units) || ' ' || asset FROM earning_claw WHERE state <> 'returned' GROUP BY earning_id, asset",
	`SELECT 'earned ' || id || ' ' || state || ' ' || diamonds || ' ' || clawed_own || ' ' || amount_units || ' ' || amount_asset || ' ' || clawed_units || ' ' || paid_units FROM earning`,
	"SELECT 'payout ' || id || ' ' || state || ' ' || amount_units || ' ' || amount_asset || ' ' || failure_code || CASE WHEN transfer_id = '' THEN '' ELSE ' transferred' END FROM payout",
	"SELECT 'case ' || id || ' ' || state || ' ' || amount_units || ' ' || amount_asset || ' ' || decision FROM casework_case",
}

// finalCounts are the rows by kind and state.
const finalCounts = `SELECT 'purchase ' || outcome, COUNT(*) FROM payment_charge WHERE purpose = 'coins' GROUP BY outcome UNION ALL
	SELECT 'tip ' || outcome, COUNT(*) FROM payment_charge WHERE purpose <> 'coins' GROUP BY outcome UNION ALL
	SELECT CASE WHEN id LIKE 'ref_%' THEN 'refund ' ELSE 'dispute ' END || state, COUNT(*) FROM reversal GROUP BY 1 UNION ALL
	SELECT 'payout ' || state, COUNT(*) FROM payout GROUP BY state`

// ended writes down how everything ended.
func (w *till) ended(ctx context.Context) error {
	err := w.each(ctx, finalCounts, func(rows *db.Rows) error {
		var name string
		var n int
		err := rows.Scan(&name, &n)
		w.r.Ended[name] += n
		return err
	})
	if err != nil {
		return err
	}
	var pairs []string
	for _, query := range finalNames {
		err := w.each(ctx, query, func(rows *db.Rows) error {
			var row, name string
			err := rows.Scan(&row, &name)
			pairs = append(pairs, row, name)
			return err
		})
		if err != nil {
			return err
		}
	}
	// A name may be made of ids itself, so it is read as the lines are.
	names := strings.NewReplacer(pairs...)
	var lines []string
	for _, query := range finalRows {
		err := w.each(ctx, query, func(rows *db.Rows) error {
			var line string
			err := rows.Scan(&line)
			lines = append(lines, names.Replace(names.Replace(names.Replace(line))))
			return err
		})
		if err != nil {
			return err
		}
	}
	slices.Sort(lines)
	w.r.State = strings.Join(lines, "\n")
	return nil
}

// mostDiffer bounds what Differ tells.
const mostDiffer = 20

// Differ tells which lines one State has and another one lacks.
func Differ(first, other string) (all []string) {
	count := map[string]int{}
	for line := range strings.Lines(first) {
		count[strings.TrimSpace(line)]++
	}
	for line := range strings.Lines(other) {
		count[strings.TrimSpace(line)]--
	}
	for _, line := range slices.Sorted(maps.Keys(count)) {
		switch n := count[line]; {
		case len(all) == mostDiffer:
			return all
		case n > 0:
			all = append(all, "the first order ended with, and this one did not: "+line)
		case n < 0:
			all = append(all, "this order ended with, and the first one did not: "+line)
		}
	}
	return all
}
