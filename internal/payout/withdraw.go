package payout

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
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
	Key     string // idempotency key, unique for the creator for ever
	Creator id.Person
	Amount  int64 // smallest units of the rate card's currency; 0 means all that is available and allowed today
}

func (r *Request) fingerprint() int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d", r.Amount))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// WorkDrive is the kind of due work that takes a payout one step on; its key
// is the payout's id.
const WorkDrive = "payout.drive"

// cancelWithin is how long a payout can be canceled before it is sent.
const cancelWithin = time.Minute

// Withdraw schedules a payout, or returns the one that the key made before.
// Its faults: kyc_required with the missing items, payout_below_minimum,
// limit_reached with the time when the day's cap is free again,
// insufficient_balance, amount_out_of_range, idempotency_key_reused.
func (s *Service) Withdraw(ctx context.Context, r Request) (p Payout, err error) {
	if r.Amount < 0 || r.Amount > money.Max {
		return p, fault.New(fault.AmountOutOfRange, "The amount is from 1 to %d, or left out for all that is available.", int64(money.Max)).
			At("/amount", fault.AmountOutOfRange, "from 1 to %d", int64(money.Max))
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var before string
		var print int64
		err := tx.Row(ctx, "SELECT id, fingerprint FROM payout WHERE creator_id = $1 AND idem_key = $2", r.Creator, r.Key).Scan(&before, &print)
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
		p, err = schedule(ctx, tx, r)
		return err
	})
	return p, err
}

// asRequested turns the payout back into what the first call was answered: the
// same key gets the same answer, whatever became of the payout since.
func (p *Payout) asRequested() {
	p.State, p.Attempt, p.Replayed = Scheduled, 1, true
	p.Transfer, p.ProviderPayout, p.FailureCode, p.FailureReason, p.Hold = "", "", "", "", Hold{}
	p.AskedUS, p.ArrivesUS, p.SentUS, p.EndedUS = 0, 0, 0, 0
}

func schedule(ctx context.Context, tx *db.Tx, r Request) (Payout, error) {
	if err := mayBePaid(ctx, tx, r.Creator); err != nil {
		return Payout{}, err
	}
	account, err := AccountOf(ctx, tx, r.Creator)
	if err != nil {
		return Payout{}, err
	}
	if err := account.check(); err != nil {
		return Payout{}, err
	}
	card, err := earnings.Rates(ctx, tx)
	if err != nil {
		return Payout{}, err
	}
	amount, err := allowed(ctx, tx, r, card)
	if err != nil {
		return Payout{}, err
	}
	p := Payout{ID: id.Payout(tx.NewID(id.KindPayout)), Creator: r.Creator, Amount: money.Amount{Units: amount, Asset: card.PayAsset}, State: Scheduled,
		Rule: card.Version, Account: account.Provider, Attempt: 1, RequestedUS: tx.NowUS()}
	parts, err := earnings.Take(ctx, tx, r.Creator, p.Amount)
	if err != nil {
		return Payout{}, err
	}
	_, err = ledger.Post(ctx, tx, "payout.scheduled", string(p.ID), card.Version,
		ledger.Move{From: ledger.AvailablePath(r.Creator), To: ledger.PayoutPath(p.ID), Amount: p.Amount})
	if err != nil {
		return Payout{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO payout (id, creator_id, idem_key, fingerprint, amount_units, amount_asset, rule, state, account, attempt, asked_us,
			transfer_id, provider_payout, arrives_us, failure_code, failure_reason, held_code, held_reason, held_by, held_us, requested_us, sent_us, ended_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, '', '', 0, '', '', '', '', '', 0, $10, 0, 0)`,
		p.ID, r.Creator, r.Key, r.fingerprint(), p.Amount.Units, string(p.Amount.Asset), p.Rule, string(p.State), p.Account, p.RequestedUS)
	if err != nil {
		return Payout{}, err
	}
	for _, part := range parts {
		if _, err := tx.Exec(ctx, "INSERT INTO payout_line (payout_id, earning_id, units) VALUES ($1, $2, $3)", p.ID, part.Earning, part.Units); err != nil {
			return Payout{}, err
		}
	}
	due := tx.Now().Add(cancelWithin).UnixMicro()
	if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: string(p.ID), DueUS: due}); err != nil {
		return Payout{}, err
	}
	return p, tell(ctx, tx, "payout.scheduled", p)
}

// mayBePaid returns a fault unless the creator may be paid now.
func mayBePaid(ctx context.Context, tx *db.Tx, creator id.Person) error {
	person, err := people.Get(ctx, tx, creator)
	if err != nil {
		return err
	}
	return person.MayBePaid(tx.Now())
}

// allowed returns the amount that may be paid out now, or why none.
func allowed(ctx context.Context, tx *db.Tx, r Request, card earnings.RateCard) (int64, error) {
	a, err := allowance(ctx, tx, r.Creator, card)
	if err != nil {
		return 0, err
	}
	available, left := a.Available.Units, a.LeftToday.Units
	format := func(units int64) string {
		return money.Amount{Units: units, Asset: card.PayAsset}.Decimal() + " " + string(card.PayAsset)
	}
	amount := r.Amount
	if amount == 0 {
		amount = a.Most()
	}
	switch {
	case available < amount:
		return 0, fault.New(fault.InsufficientBalance, "%s are available for a payout, %s were asked for.", format(available), format(amount)).With("available", a.Available)
	case amount > left, r.Amount == 0 && left < card.MinimumUnits && available >= card.MinimumUnits:
		reset := time.UnixMicro(a.ResetsUS).UTC()
		return 0, fault.New(fault.LimitReached, "At most %s are paid out in a day (UTC), and %s of that are left today. The rest can go from %s on.", format(card.DailyCap), format(left), reset.Format(time.RFC3339)).
			After(reset.Sub(tx.Now())).With("left_today", a.LeftToday).With("resets_at", reset.Format(time.RFC3339))
	case amount < card.MinimumUnits:
		return 0, fault.New(fault.PayoutBelowMinimum, "A payout is at least %s, and %s are available. The rest stays with you.", format(card.MinimumUnits), format(available)).
			With("minimum", a.Minimum).With("available", a.Available)
	}
	return amount, nil
}

// field is one more member of an event's data.
type field struct {
	name  string
	value any
}

// tell writes the payout's event.
func tell(ctx context.Context, tx *db.Tx, kind string, p Payout, more ...field) error {
	d := map[string]any{"object": "payout", "id": p.ID, "creator": p.Creator, "amount": p.Amount, "state": p.State,
		"failure_code": p.FailureCode, "failure_reason": p.FailureReason}
	if p.State == Held {
		d["held"] = map[string]any{"code": p.Hold.Code, "reason": p.Hold.Reason, "by": p.Hold.By,
			"since": time.UnixMicro(p.Hold.SinceUS).UTC().Format("2006-01-02T15:04:05.000000Z")}
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

// Cancel gives a payout back that was not sent yet.
func (s *Service) Cancel(ctx context.Context, payout id.Payout) (Payout, error) {
	return s.CancelOnce(ctx, payout, nil, nil)
}

// CancelOnce is Cancel for a request with a key: call remembers the answer
// beside the effect, so that the same request again is answered the same.
func (s *Service) CancelOnce(ctx context.Context, payout id.Payout, call *idem.Call, answer func(Payout) (idem.Answer, error)) (p Payout, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return call.Once(ctx, tx, func() (idem.Answer, error) {
			if err := cancel(ctx, tx, payout, &p); err != nil || answer == nil {
				return idem.Answer{}, err
			}
			return answer(p)
		})
	})
	return p, err
}

func cancel(ctx context.Context, tx *db.Tx, payout id.Payout, p *Payout) (err error) {
	if *p, err = Get(ctx, tx, payout); err != nil {
		return err
	}
	switch p.State {
	case Canceled:
		return fault.New(fault.AlreadyDone, "The payout %s was canceled before.", payout)
	case Scheduled, Held:
		if !p.Cancelable() {
			return fault.New(fault.PayoutInProgress, "The payout %s is under review and can not be canceled until that is over. Nothing was changed.", payout)
		}
		return giveBack(ctx, tx, p, Canceled, "payout.canceled", ledger.PayoutPath(p.ID))
	}
	return fault.New(fault.PayoutInProgress, "The payout %s is %s and can not be canceled any more.", payout, p.State)
}

// giveBack ends a payout that did not happen: the money returns from where it
// is to the creator, and to the earnings that it came from.
func giveBack(ctx context.Context, tx *db.Tx, p *Payout, state State, kind, from string) error {
	lines, err := LinesOf(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	_, err = ledger.Post(ctx, tx, kind, string(p.ID), p.Rule, ledger.Move{From: from, To: ledger.AvailablePath(p.Creator), Amount: p.Amount})
	if err != nil {
		return err
	}
	if err := earnings.Return(ctx, tx, lines); err != nil {
		return err
	}
	p.State, p.EndedUS, p.Hold = state, tx.NowUS(), Hold{}
	if err := p.save(ctx, tx); err != nil {
		return err
	}
	event := "payout.failed"
	if state == Canceled {
		event = "payout.canceled"
	}
	return tell(ctx, tx, event, *p)
}
