package report

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
)

// Overview is what stands on the operator's first page.
type Overview struct {
	NowUS     int64
	Totals    Totals
	Payable   []money.Amount // what creators have available
	Pending   []money.Amount // what pending diamonds are worth so far
	Maturing  []money.Amount // of Pending, what can be asked for within DueWithin
	Due       []PayoutCount  // payouts on their way, by state: all are due within DueWithin
	Ended     []PayoutCount  // payouts that failed or came back within the days of Days
	Purchases PurchaseCount  // whose outcome is not known
	Disputes  DisputeCount
	Cases     int64 // that are open
	Proposals int64 // that wait for a second operator
	DeadWork  int64 // work that was given up, up to outbox.MostCounted
	Webhooks  WebhookHealth
	Checked   *ledger.Verification
	Since     int64 // transfers since the check
	Days      []OverviewDay
	Behind    int64 // transfers whose gifts the days do not have yet
}

// DueWithin is how far ahead the overview looks.
const DueWithin = 7 * oneDay

// PayoutCount is how many payouts stand in a state, and of how much.
type PayoutCount struct {
	State string
	Count int64
	money.Amount
}

// PurchaseCount is purchases whose outcome is not known.
type PurchaseCount struct {
	Unknown  int64 // the provider was asked and has not said anything
	Open     int64 // the buyer or the bank has not finished
	OldestUS int64 // since when the oldest of both is open; 0 if there is none
}

// WebhookHealth is how the endpoints of webhooks stand.
type WebhookHealth struct {
	Enabled   int64
	Disabled  int64
	Failing   int64 // enabled, and nothing has reached them since FailingUS or later
	FailingUS int64 // since when the first of them fails; 0 if none does
	Waiting   int64 // deliveries that are to be tried again, up to outbox.MostCounted
}

// OverviewDay is a UTC day of the sparklines.
type OverviewDay struct {
	Day       time.Time
	Purchases int64 // that were paid
	CoinsSold int64
	Gifts     int64
	Coins     int64          // that were given
	Payouts   int64          // that were asked for
	Payout    []money.Amount // how much of it
}

// overviewDays is how many days the sparklines have.
const overviewDays = 28

// Overview returns the operator's view of the instance.
func (r *Reader) Overview(ctx context.Context) (Overview, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (o Overview, err error) {
		o.NowUS = tx.NowUS()
		for _, part := range []func(context.Context, *db.Tx) error{o.totals, o.owed, o.onTheWay, o.purchases, o.toDecide, o.work, o.webhooks, o.checked, o.sparklines} {
			if err := part(ctx, tx); err != nil {
				return o, err
			}
		}
		return o, nil
	})
}

func (o *Overview) totals(ctx context.Context, tx *db.Tx) (err error) {
	if o.Totals, err = totalsOf(ctx, tx); err != nil {
		return err
	}
	o.Payable, err = db.Collect[money.Amount](tx.Query(ctx, "SELECT CAST(SUM(balance) AS BIGINT), asset FROM ledger_account WHERE path >= 'creator/' AND path < 'creator0' GROUP BY asset ORDER BY asset"))(scanAmount)
	return err
}

func scanAmount(r *db.Rows) (a money.Amount, err error) {
	return a, r.Scan(&a.Units, (*string)(&a.Asset))
}

// owed adds up what pending earnings are worth, each converted as it will be.
func (o *Overview) owed(ctx context.Context, tx *db.Tx) error {
	soon := tx.Now().Add(DueWithin).UnixMicro()
	all, within := sums{}, sums{}
	rows, err := tx.Query(ctx, `SELECT a.balance, e.own_asset, e.available_us, c.pay_num, c.pay_den, e.amount_asset
		FROM earning e JOIN ledger_account a ON a.id = e.account_id JOIN rate_card c ON c.version = e.rule WHERE e.state = 'pending'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var diamonds, us int64
		var card earnings.RateCard
		var own, asset money.Asset
		if err := rows.Scan(&diamonds, (*string)(&own), &us, &card.PayNum, &card.PayDen, (*string)(&asset)); err != nil {
			return err
		}
		units := diamonds
		if own == money.Diamond {
			if units, err = card.Pay(diamonds); err != nil {
				return err
			}
		}
		all[asset] += units
		if us <= soon {
			within[asset] += units
		}
	}
	o.Pending, o.Maturing = all.amounts(), within.amounts()
	return rows.Err()
}

// sums are amounts by asset.
type sums map[money.Asset]int64

func (s sums) amounts() []money.Amount {
	all := make([]money.Amount, 0, len(s))
	for asset, units := range s {
		all = append(all, money.Amount{Units: units, Asset: asset})
	}
	slices.SortFunc(all, func(a, b money.Amount) int { return strings.Compare(string(a.Asset), string(b.Asset)) })
	return all
}

func (o *Overview) onTheWay(ctx context.Context, tx *db.Tx) (err error) {
	scan := func(r *db.Rows) (p PayoutCount, err error) {
		return p, r.Scan(&p.State, &p.Count, &p.Units, (*string)(&p.Asset))
	}
	o.Due, err = db.Collect[PayoutCount](tx.Query(ctx, "SELECT state, COUNT(*), CAST(SUM(amount_units) AS BIGINT), amount_asset FROM payout WHERE ended_us = 0 GROUP BY state, amount_asset ORDER BY state, amount_asset"))(scan)
	if err != nil {
		return err
	}
	o.Ended, err = db.Collect[PayoutCount](tx.Query(ctx, `SELECT state, COUNT(*), CAST(SUM(amount_units) AS BIGINT), amount_asset FROM payout WHERE ended_us > 0 AND ended_us >= $1 AND state IN ('failed', 'returned')
		GROUP BY state, amount_asset ORDER BY state, amount_asset`, firstDay(tx).UnixMicro()))(scan)
	return err
}

// purchases reads the index of charges that are under way. It also has those
// whose fee is not known, which are paid.
func (o *Overview) purchases(ctx context.Context, tx *db.Tx) error {
	return tx.Row(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN outcome = 'unknown' THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN outcome IN ('requires_action', 'pending') THEN 1 ELSE 0 END), 0) AS BIGINT),
			COALESCE(MIN(CASE WHEN outcome <> 'succeeded' THEN created_us END), 0)
		FROM payment_charge WHERE `+payment.UnderWay+" AND purpose = 'coins'").
		Scan(&o.Purchases.Unknown, &o.Purchases.Open, &o.Purchases.OldestUS)
}

func (o *Overview) work(ctx context.Context, tx *db.Tx) error {
	return tx.Row(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM due_work WHERE dead = 1 LIMIT $1) AS d", int64(outbox.MostCounted)).Scan(&o.DeadWork)
}

func (o *Overview) webhooks(ctx context.Context, tx *db.Tx) error {
	h := &o.Webhooks
	err := tx.Row(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN state = 'enabled' THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN state = 'disabled' THEN 1 ELSE 0 END), 0) AS BIGINT),
			CAST(COALESCE(SUM(CASE WHEN state = 'enabled' AND failing_us > 0 THEN 1 ELSE 0 END), 0) AS BIGINT), COALESCE(MIN(CASE WHEN state = 'enabled' AND failing_us > 0 THEN failing_us END), 0)
		FROM webhook_endpoint`).Scan(&h.Enabled, &h.Disabled, &h.Failing, &h.FailingUS)
	if err != nil {
		return err
	}
	return tx.Row(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery WHERE state = 'waiting' LIMIT $1) AS d", int64(outbox.MostCounted)).Scan(&h.Waiting)
}

func (o *Overview) checked(ctx context.Context, tx *db.Tx) error {
	last, err := ledger.Verifications(ctx, tx, 1)
	if err != nil || len(last) == 0 {
		return err
	}
	o.Checked, o.Since = &last[0], max(0, o.Totals.Transfers-last[0].Transfers)
	return nil
}

func firstDay(tx *db.Tx) time.Time {
	return tx.Now().UTC().Truncate(oneDay).Add(-(overviewDays - 1) * oneDay)
}

// sparklines fills the days. Purchases and payouts are found by their ids, which
// begin with the instant at which they were made.
func (o *Overview) sparklines(ctx context.Context, tx *db.Tx) error {
	from := firstDay(tx)
	for i := range overviewDays {
		o.Days = append(o.Days, OverviewDay{Day: from.Add(time.Duration(i) * oneDay)})
	}
	of := func(n int64) *OverviewDay {
		return &o.Days[min(max(n-earnings.DayOf(from.UnixMicro()), 0), overviewDays-1)] // the books may be a little ahead of the clock
	}
	const aDay = "86400000000"
	rows, err := tx.Query(ctx, "SELECT completed_us / "+aDay+", COUNT(*), CAST(SUM(coins) AS BIGINT) FROM coin_purchase WHERE id >= $1 AND completed_us >= $2 GROUP BY 1", idFrom(id.KindPurchase, from.Add(-30*oneDay)), from.UnixMicro())
	if err := eachDay(rows, err, func(day int64, n ...int64) { d := of(day); d.Purchases += n[0]; d.CoinsSold += n[1] }); err != nil {
		return err
	}
	rows, err = tx.Query(ctx, "SELECT day, gifts, coins FROM earning_day WHERE day >= $1", earnings.DayOf(from.UnixMicro()))
	if err := eachDay(rows, err, func(day int64, n ...int64) { d := of(day); d.Gifts += n[0]; d.Coins += n[1] }); err != nil {
		return err
	}
	if err := o.lateGifts(ctx, tx, of); err != nil {
		return err
	}
	type paid struct {
		day, count int64
		money.Amount
	}
	payouts, err := db.Collect[paid](tx.Query(ctx, "SELECT requested_us / "+aDay+", COUNT(*), CAST(SUM(amount_units) AS BIGINT), amount_asset FROM payout WHERE id >= $1 AND requested_us >= $2 GROUP BY 1, 4 ORDER BY 1, 4", idFrom(id.KindPayout, from), from.UnixMicro()))(
		func(r *db.Rows) (p paid, err error) {
			return p, r.Scan(&p.day, &p.count, &p.Units, (*string)(&p.Asset))
		})
	for _, p := range payouts {
		d := of(p.day)
		d.Payouts += p.count
		d.Payout = append(d.Payout, p.Amount)
	}
	return err
}

// lateMost bounds how many transfers are read for gifts that are not added up
// yet.
const lateMost = 20_000

func (o *Overview) lateGifts(ctx context.Context, tx *db.Tx, of func(int64) *OverviewDay) error {
	place, err := earnings.AddedUpTo(ctx, tx)
	if err != nil {
		return err
	}
	upTo := min(o.Totals.Transfers, place+lateMost)
	o.Behind = max(0, o.Totals.Transfers-upTo)
	if upTo <= place {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT t.at_us / 86400000000, CAST(SUM(g.quantity) AS BIGINT), CAST(SUM(g.quantity * g.price_coins) AS BIGINT)
		FROM ledger_transfer t JOIN gift g ON g.id = t.cause WHERE t.seq > $1 AND t.seq <= $2 AND t.kind = 'gift.sent' GROUP BY 1`, place, upTo)
	return eachDay(rows, err, func(day int64, n ...int64) { d := of(day); d.Gifts += n[0]; d.Coins += n[1] })
}

// eachDay reads rows of a day and two numbers.
func eachDay(rows *db.Rows, err error, add func(day int64, n ...int64)) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var day, a, b int64
		if err := rows.Scan(&day, &a, &b); err != nil {
			return err
		}
		add(day, a, b)
	}
	return rows.Err()
}

// idFrom is the smallest id of the kind that is made at the instant or later.
func idFrom(k id.Kind, at time.Time) string {
	return id.Format(k, uint64(max(0, at.UnixMilli()))<<16, 0)
}
