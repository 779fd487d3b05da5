package payout

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/people"
)

// Service pays creators out. It owns the use cases.
type Service struct {
	db     *db.DB
	stripe *stripe.Client
}

// NewService returns a Service that pays through the adapter.
func NewService(d *db.DB, s *stripe.Client) *Service { return &Service{db: d, stripe: s} }

// Request asks for a payout.
type Request struct {
	Key      string // idempotency key, unique for the creator for ever
	Creator  id.Person
	Amount   int64       // smallest units; 0 means all that is available
	Currency money.Asset // "" is the rate card's
}

func (r *Request) fingerprint() int64 {
	text := fmt.Appendf(nil, "%d", r.Amount)
	if r.Currency != "" {
		text = fmt.Appendf(text, " %s", r.Currency)
	}
	sum := sha256.Sum256(text)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// WorkDrive is the kind of due work that takes a payout one step on; its key
// is the payout's id.
const WorkDrive = "payout.drive"

// cancelWithin is how long a payout can be canceled before it is sent.
const cancelWithin = time.Minute

// Withdraw schedules a payout, or returns the one that the key made before. What
// is above the daily cap goes on the days after: then it is several payouts, of
// which the first is returned; OfGroup has all of them.
// Its faults: kyc_required with the missing items, payout_below_minimum,
// limit_reached with the most that can be asked for, insufficient_balance,
// amount_out_of_range, currency_unsupported, idempotency_key_reused.
func (s *Service) Withdraw(ctx context.Context, r Request) (p Payout, err error) {
	if r.Amount < 0 || r.Amount > money.Max {
		return p, fault.New(fault.AmountOutOfRange, "The amount is from 1 to %d, or left out for all that is available.", int64(money.Max)).
			At("/amount", fault.AmountOutOfRange, "from 1 to %d", int64(money.Max))
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		card, err := earnings.Rates(ctx, tx)
		if err != nil {
			return err
		}
		if r.Currency == card.PayAsset {
			r.Currency = "" // the same request, said or left out
		}
		var before string
		var print int64
		err = tx.Row(ctx, "SELECT id, fingerprint FROM payout WHERE creator_id = $1 AND idem_key = $2", r.Creator, r.Key).Scan(&before, &print)
		switch {
		case err == nil && print != r.fingerprint():
			return fault.New(fault.IdempotencyKeyReused, "This Idempotency-Key was used for another payout (%s). Use a new key; nothing was paid out.", before)
		case err == nil:
			p, err = Get(ctx, tx, id.Payout(before))
			p.asRequested()
			return err
		case !errors.Is(err, db.ErrNoRows):
			return err
		}
		all, err := schedule(ctx, tx, r, card)
		if err == nil {
			p = all[0]
		}
		return err
	})
	return p, err
}

// asRequested turns the payout back into what the first call was answered: the
// same key gets the same answer, whatever became of the payout since.
func (p *Payout) asRequested() {
	p.State, p.Attempt, p.Replayed = Scheduled, 1, true
	p.Transfer, p.ProviderPayout, p.FailureCode, p.FailureReason, p.CanceledFor, p.BankLast4, p.Hold = "", "", "", "", "", "", Hold{}
	p.AskedUS, p.ArrivesUS, p.BegunUS, p.begunAfter, p.bank, p.standing, p.SentUS, p.EndedUS, p.Repaid, p.GoesUS = 0, 0, 0, 0, 0, 0, 0, 0, 0, p.PlannedUS
}

// schedule makes the payouts of a request.
func schedule(ctx context.Context, tx *db.Tx, r Request, card earnings.RateCard) ([]Payout, error) {
	if err := mayBePaid(ctx, tx, r.Creator); err != nil {
		return nil, err
	}
	account, err := AccountOf(ctx, tx, r.Creator)
	if err != nil {
		return nil, err
	}
	if err := account.check(); err != nil {
		return nil, err
	}
	if r.Currency == "" {
		r.Currency = card.PayAsset
	}
	rules, err := RulesInForce(ctx, tx)
	if err != nil {
		return nil, err
	}
	a, err := allowance(ctx, tx, r.Creator, r.Currency, card, &rules)
	if err != nil {
		return nil, err
	}
	if err := account.takes(r.Currency); err != nil {
		return nil, err
	}
	all, err := a.allowed(tx, r.Amount)
	if err != nil {
		return nil, err
	}
	print := Request{Amount: r.Amount}
	if r.Currency != card.PayAsset {
		print.Currency = r.Currency
	}
	return order{creator: r.Creator, account: account.Provider, key: r.Key, print: print.fingerprint(), rule: a.Rule, asset: r.Currency, not: rules.onlyMonthly()}.make(ctx, tx, all)
}

// order is what the payouts of one request, or of one month, have in common.
type order struct {
	creator id.Person
	account string
	key     string // of the request; "" for a month
	print   int64
	run     string
	rule    string
	asset   money.Asset
	not     []earnings.Source // from which nothing is taken
}

// make schedules the portions and reserves their money.
func (o order) make(ctx context.Context, tx *db.Tx, portions []portion) (all []Payout, err error) {
	var group id.Payout
	for _, part := range portions {
		p := Payout{ID: id.Payout(tx.NewID(id.KindPayout)), Creator: o.creator, Amount: money.Amount{Units: part.units, Asset: o.asset}, State: Scheduled, Run: o.run,
			Rule: o.rule, Account: o.account, Attempt: 1, RequestedUS: tx.NowUS(), PlannedUS: part.goesUS, GoesUS: part.goesUS}
		key := o.key
		if group == "" {
			group = p.ID
		} else {
			key = ""
		}
		if p.Group = group; key == "" {
			key = string(p.ID) // nobody else has it
		}
		if err := o.insert(ctx, tx, &p, key); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func (o *order) insert(ctx context.Context, tx *db.Tx, p *Payout, key string) error {
	parts, err := earnings.Take(ctx, tx, p.Creator, p.Amount, o.not...)
	if err != nil {
		return err
	}
	_, err = ledger.Post(ctx, tx, "payout.scheduled", string(p.ID), p.Rule,
		ledger.Move{From: ledger.AvailablePath(p.Creator), To: ledger.PayoutPath(p.ID), Amount: p.Amount})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO payout (id, creator_id, idem_key, fingerprint, amount_units, amount_asset, rule, state, account, attempt, asked_us,
			transfer_id, provider_payout, arrives_us, failure_code, failure_reason, held_code, held_reason, held_by, held_us, held_until_us,
			group_id, run, requested_us, planned_us, goes_us, sent_us, ended_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, '', '', 0, '', '', '', '', '', 0, 0, $10, $11, $12, $13, $13, 0, 0)`,
		p.ID, p.Creator, key, o.print, p.Amount.Units, string(p.Amount.Asset), p.Rule, string(p.State), p.Account, p.Group, p.Run, p.RequestedUS, p.GoesUS)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if _, err := tx.Exec(ctx, "INSERT INTO payout_line (payout_id, earning_id, units) VALUES ($1, $2, $3)", p.ID, part.Earning, part.Units); err != nil {
			return err
		}
	}
	if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: string(p.ID), DueUS: p.GoesUS}); err != nil {
		return err
	}
	return tell(ctx, tx, "payout.scheduled", *p)
}

// mayBePaid returns a fault unless the creator may be paid now.
func mayBePaid(ctx context.Context, tx *db.Tx, creator id.Person) error {
	person, err := people.Get(ctx, tx, creator)
	if err != nil {
		return err
	}
	return person.MayBePaid(tx.Now())
}

// field is one more member of an event's data.
type field struct {
	name  string
	value any
}

// tell writes the payout's event.
func tell(ctx context.Context, tx *db.Tx, kind string, p Payout, more ...field) error {
	d := map[string]any{"object": "payout", "id": p.ID, "creator": p.Creator, "amount": p.Amount, "state": p.State,
		"failure_code": p.FailureCode, "failure_reason": p.FailureReason, "group": p.Group, "goes_at": audit.Instant(p.GoesUS)}
	if p.State == Held {
		held := map[string]any{"code": p.Hold.Code, "reason": p.Hold.Reason, "by": p.Hold.By, "since": audit.Instant(p.Hold.SinceUS)}
		if p.Hold.UntilUS > 0 {
			held["until"] = audit.Instant(p.Hold.UntilUS)
		}
		d["held"] = held
	}
	if p.CanceledFor != "" {
		d["canceled_for"] = p.CanceledFor
	}
	for _, m := range more {
		d[m.name] = m.value
	}
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: "person:" + string(p.Creator), Data: data})
}
