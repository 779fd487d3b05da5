package reconcile

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// of names what is compared: a cause in a currency.
type of struct {
	cause string
	asset money.Asset
}

// side is what one of the two books says about it.
type side struct{ net, fee, lines, lastUS int64 }

// comparedAtOnce is how many causes are looked up together.
const comparedAtOnce = 400

// compare compares what has to be, at one moment of our books, and notes what
// agrees.
func (s *Service) compare(ctx context.Context, complete bool, balances []payment.Balance, r *Run) error {
	var c comparison
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		c = comparison{run: r, asOf: tx.NowUS(), explained: map[money.Asset]int64{}}
		if err := c.collect(ctx, tx, complete); err != nil {
			return err
		}
		r.Causes = int64(len(c.causes))
		for some := range slices.Chunk(c.causes, comparedAtOnce) {
			if err := c.some(ctx, tx, some); err != nil {
				return err
			}
		}
		if err := c.waiting(ctx, tx); err != nil {
			return err
		}
		return c.totals(ctx, tx, balances)
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(r.Differences, func(a, b Difference) int { return inFlightLast(a) - inFlightLast(b) })
	r.Differences = r.Differences[:min(len(r.Differences), mostKept)]
	return s.db.Write(ctx, func(tx *db.Tx) error { return c.note(ctx, tx) })
}

func inFlightLast(d Difference) int {
	if d.InFlight {
		return 1
	}
	return 0
}

// comparison is one look at both books.
type comparison struct {
	run       *Run
	asOf      int64
	head      int64    // of the journal
	causes    []string // to be compared, in order
	agree     []string
	explained map[money.Asset]int64
}

// collect finds what has to be compared.
func (c *comparison) collect(ctx context.Context, tx *db.Tx, complete bool) error {
	var place int64
	if err := tx.Row(ctx, "SELECT seq FROM reconcile_place WHERE id = 1").Scan(&place); err != nil {
		return err
	}
	ask := "SELECT cause FROM reconcile_open"
	if complete {
		place, ask = 0, "SELECT cause FROM reconcile_open UNION SELECT cause FROM reconcile_entry WHERE cause <> ''"
	}
	list, err := db.Collect[string](tx.Query(ctx, ask))(func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		return err
	}
	all := map[string]bool{}
	for _, cause := range list {
		all[cause] = true
	}
	trails, err := db.Collect[ledger.Trail](tx.Query(ctx, "SELECT id, last_seq FROM ledger_account WHERE path = $1", ledger.Provider))(func(r *db.Rows) (t ledger.Trail, err error) {
		return t, r.Scan(&t.Account, &t.Last)
	})
	if err != nil {
		return err
	}
	if c.head, _, _, err = ledger.Head(ctx, tx); err != nil {
		return err
	}
	touched, err := ledger.Since(ctx, tx, trails, place)
	if err != nil {
		return err
	}
	var cases []any
	for _, t := range touched {
		if id.KindOf(t.Cause) == id.KindCase {
			cases = append(cases, t.Cause)
			continue
		}
		all[t.Cause] = true
	}
	if len(cases) > 0 { // what closed a case belongs to what the case is about
		subjects, err := db.Collect[string](tx.QueryList(ctx, "SELECT subject FROM casework_case WHERE id IN ($list)", cases))(func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
		if err != nil {
			return err
		}
		for _, subject := range subjects {
			all[subject] = true
		}
	}
	c.causes = slices.Sorted(maps.Keys(all))
	return nil
}

// some compares some of the causes.
func (c *comparison) some(ctx context.Context, tx *db.Tx, causes []string) error {
	list := make([]any, len(causes))
	for i, cause := range causes {
		list[i] = cause
	}
	ours, err := lines(ctx, tx, list)
	if err != nil {
		return err
	}
	theirs, err := sums(tx.QueryList(ctx, `SELECT cause, asset, CAST(SUM(net_units) AS BIGINT), CAST(SUM(fee_units) AS BIGINT), COUNT(*), MAX(created_us)
		FROM reconcile_entry WHERE cause IN ($list) GROUP BY cause, asset`, list))
	if err != nil {
		return err
	}
	all := maps.Clone(ours)
	maps.Copy(all, theirs)
	bad := map[string]bool{}
	for _, key := range slices.SortedFunc(maps.Keys(all), func(a, b of) int {
		return cmp.Or(cmp.Compare(a.cause, b.cause), cmp.Compare(a.asset, b.asset))
	}) {
		kind := differ(ours[key], theirs[key])
		if kind == "" {
			continue
		}
		bad[key.cause] = true
		if err := c.add(ctx, tx, kind, key, ours[key], theirs[key]); err != nil {
			return err
		}
	}
	for _, cause := range causes {
		if !bad[cause] {
			c.agree = append(c.agree, cause)
		}
	}
	return nil
}

// differ says how the two sides differ, or "".
func differ(ours, theirs side) Kind {
	switch {
	case ours.net == theirs.net && (ours.fee == 0 || ours.fee == theirs.fee):
		return ""
	case ours.lines == 0:
		return MissingHere
	case theirs.lines == 0:
		return MissingThere
	case ours.fee != 0 && ours.fee != theirs.fee:
		if ours.net+ours.fee == theirs.net+theirs.fee || ours.net == theirs.net {
			return FeeDiffers
		}
	case ours.net+ours.fee == theirs.net+theirs.fee: // we have no fee yet
		return FeeDiffers
	}
	return AmountDiffers
}

// lines sums up our lines on the clearing account, those of a case under what it
// is about. What the provider took for itself is told apart: it goes to or comes from the
// costs of processing, and out of a tip.
func lines(ctx context.Context, tx *db.Tx, causes []any) (map[of]side, error) {
	all, err := sums(tx.QueryList(ctx, "SELECT t.cause, "+ourSums+"ledger_transfer t "+ourLines+"AND t.cause IN ($list) GROUP BY t.cause, f.asset", causes, ledger.Provider, ledger.ProcessingCosts))
	if err != nil {
		return nil, err
	}
	settled, err := sums(tx.QueryList(ctx, "SELECT k.subject, "+ourSums+"casework_case k JOIN ledger_transfer t ON t.cause = k.id "+ourLines+"AND k.kind = 'difference' AND k.subject IN ($list) GROUP BY k.subject, f.asset",
		causes, ledger.Provider, ledger.ProcessingCosts))
	for key, more := range settled {
		was := all[key]
		all[key] = side{was.net + more.net, was.fee + more.fee, was.lines + more.lines, max(was.lastUS, more.lastUS)}
	}
	return all, err
}

const (
	ourSums = `f.asset, CAST(SUM(CASE WHEN f.path = $1 THEN l.amount ELSE -l.amount END) AS BIGINT),
		CAST(SUM(CASE WHEN f.path = $2 OR (f.path LIKE 'tip/%' AND t.kind = 'tip.succeeded') THEN l.amount WHEN o.path = $2 THEN -l.amount ELSE 0 END) AS BIGINT),
		COUNT(*), MAX(t.at_us) FROM `
	ourLines = `JOIN ledger_line l ON l.seq = t.seq JOIN ledger_account f ON f.id = l.from_account JOIN ledger_account o ON o.id = l.to_account
		WHERE (f.path = $1 OR o.path = $1) `
)

func sums(rows *db.Rows, err error) (map[of]side, error) {
	all := map[of]side{}
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key of
		var s side
		if err := rows.Scan(&key.cause, (*string)(&key.asset), &s.net, &s.fee, &s.lines, &s.lastUS); err != nil {
			return nil, err
		}
		all[key] = s
	}
	return all, rows.Err()
}

// add tells a difference, with the first of the provider's entries.
func (c *comparison) add(ctx context.Context, tx *db.Tx, kind Kind, key of, ours, theirs side) error {
	d := Difference{Kind: kind, Cause: key.cause, Asset: key.asset, Ours: ours.net, Theirs: theirs.net, OurFee: ours.fee, TheirFee: theirs.fee,
		LastUS: max(ours.lastUS, theirs.lastUS), Entries: []string{}, Sources: []string{}}
	if theirs.lines > 0 && len(c.run.Differences) < mostKept {
		entries, err := db.Collect[kept](tx.Query(ctx, "SELECT "+entryColumns+" FROM reconcile_entry WHERE cause = $1 AND asset = $2 ORDER BY id LIMIT 5", key.cause, string(key.asset)))(scanEntry)
		if err != nil {
			return err
		}
		for _, e := range entries {
			d.Entries, d.Sources = append(d.Entries, e.Provider), append(d.Sources, e.Source)
		}
	}
	c.tell(d)
	return nil
}

// tell counts a difference, and keeps it while there is room: that of what is in
// flight goes to the others.
func (c *comparison) tell(d Difference) {
	r := c.run
	d.InFlight = d.LastUS > c.asOf-grace.Microseconds()
	c.explained[d.Asset] += d.Theirs - d.Ours
	if d.InFlight {
		r.InFlight++
	} else {
		r.Problems++
	}
	if len(r.Differences) < 2*mostKept {
		r.Differences = append(r.Differences, d)
	}
}

// waiting tells of the entries that lead nowhere yet, each by itself.
func (c *comparison) waiting(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, "SELECT "+entryColumns+" FROM reconcile_entry WHERE cause = '' ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return err
		}
		c.tell(Difference{Kind: MissingHere, Asset: e.Asset, Theirs: e.Net, TheirFee: e.Fee, LastUS: e.CreatedUS, Entries: []string{e.Provider}, Sources: []string{e.Source}})
	}
	return rows.Err()
}

// totals compares what is there in all.
func (c *comparison) totals(ctx context.Context, tx *db.Tx, balances []payment.Balance) error {
	accounts, err := clearing(ctx, tx)
	if err != nil {
		return err
	}
	all := map[money.Asset]*Total{}
	total := func(a money.Asset) *Total {
		if all[a] == nil {
			all[a] = &Total{Asset: a, Explained: c.explained[a]}
		}
		return all[a]
	}
	for i := range accounts {
		total(accounts[i].Asset).Ours = -accounts[i].Balance
	}
	for _, b := range balances {
		t := total(b.Available.Asset)
		t.Available, t.Pending = b.Available.Units, b.Pending.Units
	}
	for asset := range c.explained {
		total(asset)
	}
	for _, asset := range slices.Sorted(maps.Keys(all)) {
		if t := *all[asset]; t != (Total{Asset: asset}) {
			c.run.Totals = append(c.run.Totals, t)
			if t.Unexplained() != 0 {
				c.run.Problems++
			}
		}
	}
	return nil
}

// note has what agrees no longer compared, unless something came for it since,
// and what differs compared again.
func (c *comparison) note(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM reconcile_open WHERE seen_us < $1", c.asOf); err != nil {
		return err
	}
	agree := map[string]bool{}
	for _, cause := range c.agree {
		agree[cause] = true
	}
	differ := slices.DeleteFunc(slices.Clone(c.causes), func(cause string) bool { return agree[cause] })
	for some := range slices.Chunk(differ, comparedAtOnce) {
		if err := open(ctx, tx, some...); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "UPDATE reconcile_place SET seq = $1 WHERE id = 1 AND seq < $1", c.head)
	return err
}
