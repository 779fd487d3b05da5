package payout

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// WorkMonthly is the kind of due work that pays a creator by the calendar; its
// key is the creator's id.
const WorkMonthly = "payout.monthly"

// Schedule is how a creator is paid, and the next days of it.
type Schedule struct {
	Calendar  Calendar
	SinceUS   int64 // when the creator chose it; 0 is never
	NoticesUS int64 // when the next month is announced; 0 if not by the calendar
	PaysUS    int64 // when the next month is paid; 0 if not by the calendar
}

// CalendarOf returns how the creator is paid.
func CalendarOf(ctx context.Context, tx *db.Tx, creator id.Person) (s Schedule, err error) {
	s.Calendar = OnRequest
	err = tx.Row(ctx, "SELECT calendar, since_us FROM payout_choice WHERE person_id = $1", creator).Scan((*string)(&s.Calendar), &s.SinceUS)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return s, err
	}
	rules, err := RulesInForce(ctx, tx)
	if err != nil || rules.Version == "" || s.Calendar != Monthly && len(rules.onlyMonthly()) == 0 {
		return s, err
	}
	now := tx.Now()
	m := monthOf(now, &rules)
	s.NoticesUS, s.PaysUS = m.notice.UnixMicro(), m.pays.UnixMicro()
	if !now.Before(m.pays) {
		next := monthOf(m.next(), &rules)
		s.NoticesUS, s.PaysUS = next.notice.UnixMicro(), next.pays.UnixMicro()
	}
	return s, nil
}

// soonest is when the calendar's work has something to do next: what is planned
// for later was planned by a clock that was ahead, or by other rules.
func (r *Rules) soonest(now time.Time) time.Time {
	m := monthOf(now, r)
	switch {
	case now.Before(m.notice):
		return m.notice
	case now.Before(m.pays):
		return m.pays
	}
	next := monthOf(m.next(), r)
	return next.notice
}

// Plan has the calendar's work planned of all whom it pays, in case it was given
// up, and of those who earn from a source that goes by the calendar alone. Whom is
// found beside the writer: who has something left may be many.
func (s *Service) Plan(ctx context.Context) error {
	var all []id.Person
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		rules, err := RulesInForce(ctx, tx)
		if err != nil || rules.Version == "" {
			return err
		}
		all, err = db.Collect[id.Person](tx.Query(ctx, `SELECT s.person_id FROM (SELECT person_id FROM payout_choice WHERE calendar = 'monthly'
				UNION SELECT e.creator_id FROM earning e JOIN payout_source r ON r.version = $4 AND r.source = e.source AND r.calendar = 'monthly' WHERE e.amount_units > e.paid_units + e.clawed_units) s
			WHERE NOT EXISTS (SELECT 1 FROM due_work w WHERE w.kind = $1 AND w.work_key = s.person_id AND w.dead = 0 AND w.due_us <= $2) ORDER BY s.person_id LIMIT $3`,
			WorkMonthly, rules.soonest(tx.Now()).UnixMicro(), int64(sweepAtOnce), rules.Version))(
			func(r *db.Rows) (p id.Person, err error) { return p, r.Scan((*string)(&p)) })
		return err
	})
	if err != nil || len(all) == 0 {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, p := range all {
			if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkMonthly, Key: string(p), DueUS: tx.NowUS(), Sooner: true}); err != nil {
				return err
			}
		}
		return nil
	})
}

// month is a month of the calendar, UTC.
type month struct {
	name         string // such as 2026-03
	first        time.Time
	notice, pays time.Time

	not []earnings.Source // from which it pays nothing: the creator asks for it
}

// amount is what the month pays: all that is available, or what goes by the
// calendar alone when the rest is paid on request.
func (m *month) amount(a *Allowance) money.Amount {
	if m.not != nil {
		return a.ByDate
	}
	return a.Available
}

func monthOf(at time.Time, r *Rules) month {
	first := time.Date(at.UTC().Year(), at.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	return month{name: first.Format("2006-01"), first: first, notice: first.AddDate(0, 0, int(r.NoticeDay-1)), pays: first.AddDate(0, 0, int(r.PayDay-1))}
}

// next is the first instant of the month after.
func (m *month) next() time.Time { return m.first.AddDate(0, 1, 0) }

// Choose has the creator be paid by another calendar. Its faults:
// validation_failed, state_conflict where there is no calendar.
func (s *Service) Choose(ctx context.Context, creator id.Person, c Calendar) error {
	if c != OnRequest && c != Monthly {
		return fault.New(fault.ValidationFailed, "Payouts go on request or monthly; %q is neither.", fault.Clip(string(c))).At("/calendar", fault.ValidationFailed, "request or monthly")
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		rules, err := RulesInForce(ctx, tx)
		if err != nil {
			return err
		}
		if rules.Version == "" && c == Monthly {
			return fault.New(fault.StateConflict, "This site has no calendar of payouts. Ask for a payout when you want one.")
		}
		was, err := CalendarOf(ctx, tx, creator)
		if err != nil || was.Calendar == c {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO payout_choice (person_id, calendar, since_us) VALUES ($1, $2, $3)
			ON CONFLICT (person_id) DO UPDATE SET calendar = excluded.calendar, since_us = excluded.since_us`, creator, string(c), tx.NowUS())
		if err != nil {
			return err
		}
		return outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkMonthly, Key: string(creator), DueUS: tx.NowUS(), Move: true})
	})
}

// RunMonthly is the due work of a creator's calendar: it announces the month,
// pays it when its day has come, and returns when to run again, or 0. It may run
// late or twice: each month and currency has one row, and only the present month
// is caught up with, because what is available is in it whole.
func RunMonthly(ctx context.Context, tx *db.Tx, creator id.Person) (nextUS int64, err error) {
	s, err := CalendarOf(ctx, tx, creator)
	if err != nil || s.Calendar != Monthly && s.PaysUS == 0 {
		return 0, err
	}
	rules, err := RulesInForce(ctx, tx)
	if err != nil || rules.Version == "" {
		return 0, err
	}
	now := tx.Now()
	if s.SinceUS > now.UnixMicro() { // the clock has stepped back behind the choice
		s.SinceUS = now.UnixMicro()
		if _, err := tx.Exec(ctx, "UPDATE payout_choice SET since_us = $2 WHERE person_id = $1", creator, s.SinceUS); err != nil {
			return 0, err
		}
	}
	m := monthOf(now, &rules)
	if s.Calendar != Monthly {
		m.not = slices.DeleteFunc(slices.Clone(earnings.Sources), func(of earnings.Source) bool { return slices.Contains(rules.onlyMonthly(), of) })
	}
	if now.Before(m.notice) {
		return m.notice.UnixMicro(), nil
	}
	if m.pays.UnixMicro() > s.SinceUS {
		if err := runMonth(ctx, tx, creator, &rules, &m); err != nil {
			return 0, err
		}
		if now.Before(m.pays) {
			return m.pays.UnixMicro(), nil
		}
	}
	next := monthOf(m.next(), &rules)
	return next.notice.UnixMicro(), nil
}

// runMonth announces or pays the month, in each currency.
func runMonth(ctx context.Context, tx *db.Tx, creator id.Person, rules *Rules, m *month) error {
	card, err := earnings.Rates(ctx, tx)
	if err != nil {
		return err
	}
	assets, err := assetsOf(ctx, tx, creator, card.PayAsset)
	if err != nil {
		return err
	}
	for _, asset := range assets {
		a, err := allowance(ctx, tx, creator, asset, card, rules)
		if fault.Is(err, fault.CurrencyUnsupported) {
			continue
		}
		if err != nil {
			return err
		}
		do := payMonth
		if tx.Now().Before(m.pays) {
			do = announce
		}
		if err := do(ctx, tx, creator, m, &a); err != nil {
			return err
		}
	}
	return nil
}

// announce tells once what the month is going to bring, as far as it is known.
func announce(ctx context.Context, tx *db.Tx, creator id.Person, m *month, a *Allowance) error {
	amount := m.amount(a)
	if amount.Units == 0 {
		return nil
	}
	n, err := tx.Exec(ctx, `INSERT INTO payout_month (creator_id, month, asset, rule, notice_us, notice_units, run_us, outcome, units, group_id)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '', 0, '') ON CONFLICT (creator_id, month, asset) DO NOTHING`,
		creator, m.name, string(a.Available.Asset), a.Rule, tx.NowUS(), amount.Units)
	if err != nil || n == 0 {
		return err
	}
	return tellMonth(ctx, tx, "payout.notice", creator, m, a, amount, field{"carried", amount.Units < a.Monthly.Units})
}

// payMonth pays the month once: all that goes by the calendar, or nothing.
func payMonth(ctx context.Context, tx *db.Tx, creator id.Person, m *month, a *Allowance) error {
	var ran int64
	units := m.amount(a).Units
	err := tx.Row(ctx, "SELECT run_us FROM payout_month WHERE creator_id = $1 AND month = $2 AND asset = $3", creator, m.name, string(a.Available.Asset)).Scan(&ran)
	switch {
	case errors.Is(err, db.ErrNoRows) && units == 0: // nothing was announced, and there is nothing
		return nil
	case err != nil && !errors.Is(err, db.ErrNoRows), ran > 0:
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO payout_month (creator_id, month, asset, rule, notice_us, notice_units, run_us, outcome, units, group_id)
		VALUES ($1, $2, $3, $4, 0, 0, 0, '', 0, '') ON CONFLICT (creator_id, month, asset) DO NOTHING`, creator, m.name, string(a.Available.Asset), a.Rule)
	if err != nil {
		return err
	}
	group, paid, why, err := monthPayouts(ctx, tx, creator, m, a)
	if err != nil {
		return err
	}
	outcome, of := "paid", paid
	if group == "" {
		outcome, of = "carried", units
	}
	_, err = tx.Exec(ctx, "UPDATE payout_month SET rule = $4, run_us = $5, outcome = $6, units = $7, group_id = $8 WHERE creator_id = $1 AND month = $2 AND asset = $3",
		creator, m.name, string(a.Available.Asset), a.Rule, tx.NowUS(), outcome, of, group)
	if err != nil || paid == units || why == nil { // less than the provider takes stays without a word
		return err
	}
	rest := money.Amount{Units: units - paid, Asset: a.Available.Asset}
	return tellMonth(ctx, tx, "payout.carried", creator, m, a, rest, field{"code", string(why.Code)}, field{"reason", why.Detail})
}

// monthPayouts makes the payouts of the month, or says why not.
func monthPayouts(ctx context.Context, tx *db.Tx, creator id.Person, m *month, a *Allowance) (group id.Payout, paid int64, why *fault.Error, err error) {
	asset, amount := a.Available.Asset, m.amount(a)
	format := func(m money.Amount) string { return m.Decimal() + " " + string(m.Asset) }
	account, err := AccountOf(ctx, tx, creator)
	if err != nil {
		return "", 0, nil, err
	}
	err = mayBePaid(ctx, tx, creator)
	if err == nil {
		err = account.check()
	}
	if err == nil {
		err = account.takes(asset)
	}
	if err == nil && amount.Units < max(1, a.Monthly.Units) {
		err = fault.New(fault.PayoutBelowMinimum, "A month is paid out from %s on, and %s are available. They are carried over to the next month.", format(a.Monthly), format(amount))
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return "", 0, f, nil
	}
	if err != nil {
		return "", 0, nil, err
	}
	part := amount.Units - a.whole(amount.Units)
	portions, rest := a.room.split(amount.Units-part, a.least(), tx.Now().Add(cancelWithin).UnixMicro())
	if rest > 0 {
		why = fault.New(fault.LimitReached, "At most %s are paid out in a day (UTC). What the days of a month can not take is carried over to the next month.", format(a.DailyCap))
	}
	if len(portions) == 0 {
		return "", 0, why, nil
	}
	all, err := order{creator: creator, account: account.Provider, run: m.name, rule: a.Rule, asset: asset, not: m.not}.make(ctx, tx, portions)
	if err != nil {
		return "", 0, nil, err
	}
	return all[0].Group, amount.Units - part - rest, why, nil
}

func tellMonth(ctx context.Context, tx *db.Tx, kind string, creator id.Person, m *month, a *Allowance, amount money.Amount, more ...field) error {
	d := map[string]any{"creator": creator, "month": m.name, "amount": amount, "minimum": a.Monthly, "pays_at": audit.Instant(m.pays.UnixMicro())}
	for _, f := range more {
		d[f.name] = f.value
	}
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: "person:" + string(creator), Data: data})
}

// Month is what became of a creator's month in one currency.
type Month struct {
	Name     string // such as 2026-03
	Asset    money.Asset
	NoticeUS int64 // when it was announced; 0 is never
	Notice   int64 // what was announced
	RunUS    int64 // when it was paid or carried over; 0 is not yet
	Outcome  string
	Units    int64
	Group    id.Payout
}

// MonthsOf returns the creator's months, the newest first.
func MonthsOf(ctx context.Context, tx *db.Tx, creator id.Person, limit int) ([]Month, error) {
	return db.Collect[Month](tx.Query(ctx, `SELECT month, asset, notice_us, notice_units, run_us, outcome, units, group_id FROM payout_month
		WHERE creator_id = $1 ORDER BY month DESC, asset LIMIT $2`, creator, int64(limit)))(func(r *db.Rows) (m Month, err error) {
		return m, r.Scan(&m.Name, (*string)(&m.Asset), &m.NoticeUS, &m.Notice, &m.RunUS, &m.Outcome, &m.Units, (*string)(&m.Group))
	})
}
