package tip

import (
	"context"
	"errors"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/people"
)

// Give tips the creator, or gives the answer that the key was given before: see
// answer. A declined card is a fault; the tip then has failed and nothing was
// charged. A tip that needs the fan (3-D Secure) or whose outcome is not known
// yet is returned as it is: see Tip.Outcome.
//
// What was begun ends when the caller has gone, too: once the provider is
// asked there is an outcome to be recorded.
func (s *Service) Give(ctx context.Context, r Request) (Tip, error) {
	if err := s.Recognize(ctx, r.Fan, r.Card); err != nil {
		return Tip{}, err
	}
	t, fresh, err := s.intend(ctx, r)
	if err != nil {
		return Tip{}, err
	}
	ctx = context.WithoutCancel(ctx)
	if fresh || t.Outcome == payment.Unknown {
		if err := s.Pay(ctx, t.Charge.ID, fresh); err != nil {
			return Tip{}, err
		}
	}
	if t, err = s.answer(ctx, t.ID); err != nil {
		return Tip{}, err
	}
	t.Replayed = !fresh
	if t.Outcome == payment.Failed {
		return t, collect.Declined(&t.Charge).With("tip", t.ID)
	}
	return t, nil
}

// answer returns the tip as the call is answered: as it stands when its outcome
// is known for the first time, and so ever after. See docs/adr/0006.
func (s *Service) answer(ctx context.Context, tip id.Tip) (Tip, error) {
	t, err := s.Get(ctx, tip)
	if err != nil {
		return t, err
	}
	if t.Outcome == payment.RequiresAction && t.firstAction == "" {
		err = s.db.Write(ctx, func(tx *db.Tx) error {
			if t, err = get(ctx, tx, tip); err != nil || t.Outcome != payment.RequiresAction || t.firstAction != "" {
				return err
			}
			t.firstAction = t.Charge.ActionURL
			_, err = tx.Exec(ctx, "UPDATE tip SET first_action_url = $2 WHERE id = $1", t.ID, t.firstAction)
			return err
		})
	}
	if t.firstAction != "" {
		collect.SentTo(&t.Charge, t.firstAction)
		t.Outcome, t.Earning, t.CompletedUS, t.Net.Units, t.Net.Asset = payment.RequiresAction, "", 0, 0, ""
	}
	return t, err
}

// intend is the first transaction: the tip and the charge to be made.
func (s *Service) intend(ctx context.Context, r Request) (t Tip, fresh bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		fresh = false
		var print int64
		var before string
		err := tx.Row(ctx, "SELECT id, fingerprint FROM tip WHERE fan_id = $1 AND idem_key = $2", r.Fan, r.Key).Scan(&before, &print)
		if err == nil {
			if print != r.fingerprint() {
				return fault.New(fault.IdempotencyKeyReused, "This Idempotency-Key was used for another tip (%s). Use a new key; nothing was charged.", before)
			}
			t, err = get(ctx, tx, id.Tip(before))
			return err
		}
		if !errors.Is(err, db.ErrNoRows) {
			return err
		}
		fresh = true
		t, err = s.begin(ctx, tx, r)
		return err
	})
	return t, fresh, err
}

// allowed applies the rules about who may tip whom how much, and returns what
// it costs.
func (s *Service) allowed(ctx context.Context, tx *db.Tx, r *Request) (rule Rule, p Price, err error) {
	fan, err := people.Get(ctx, tx, r.Fan)
	if err != nil {
		return rule, p, err
	}
	if err := fan.MayPay(tx.Now()); err != nil {
		return rule, p, err
	}
	var fields fault.Fields
	message, wrong := messageRule.Clean(r.Message)
	fields.Add("/message", wrong)
	if err := fields.Err(); err != nil {
		return rule, p, err
	}
	r.Message = message
	if err := s.closed(ctx, tx, r.Fan, r.Creator); err != nil {
		return rule, p, err
	}
	if err := place(ctx, tx, r.Target, r.Creator); err != nil {
		return rule, p, err
	}
	if rule, err = ruleFor(ctx, tx, r.Amount.Asset); err != nil {
		return rule, p, err
	}
	if err := rule.amount(r.Amount.Units); err != nil {
		return rule, p, err
	}
	p = rule.Price(r.Amount.Units, r.CoverFee)
	if r.ExpectedCharge != 0 && r.ExpectedCharge != p.Charged.Units {
		return rule, p, fault.New(fault.PriceChanged, "This tip costs %s %s now. Show the new price and ask again; nothing was charged.", p.Charged.Decimal(), p.Charged.Asset).
			With("price", p.Charged)
	}
	day, err := dayOf(ctx, tx, r.Fan, &rule)
	if err != nil {
		return rule, p, err
	}
	return rule, p, day.admit(p.Amount, tx.Now())
}

func (s *Service) begin(ctx context.Context, tx *db.Tx, r Request) (Tip, error) {
	print := r.fingerprint()
	rule, price, err := s.allowed(ctx, tx, &r)
	if err != nil {
		return Tip{}, err
	}
	t := Tip{ID: id.Tip(tx.NewID(id.KindTip)), Fan: r.Fan, Creator: r.Creator, Target: r.Target, Price: price, CoverFee: r.CoverFee, Message: r.Message,
		Anonymous: r.Anonymous, Rule: rule.Version, CreatedUS: tx.NowUS()}
	_, err = tx.Exec(ctx, `INSERT INTO tip (id, fan_id, creator_id, target, idem_key, fingerprint, amount_units, asset, charged_units, fee_units, cover_fee, message, anonymous,
			rule, first_action_url, earning_id, net_units, net_asset, created_us, completed_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', '', 0, '', $15, 0)`,
		t.ID, t.Fan, t.Creator, t.Target, r.Key, print, price.Amount.Units, string(price.Amount.Asset), price.Charged.Units, price.Fee.Units, bit(t.CoverFee), t.Message, bit(t.Anonymous),
		t.Rule, t.CreatedUS)
	if err != nil {
		return Tip{}, err
	}
	t.Charge, err = collect.Begin(ctx, tx, payment.Record{Purpose: Purpose, Subject: string(t.ID), Person: r.Fan, Amount: price.Charged, Card: r.Card,
		ReturnURL: strings.ReplaceAll(r.ReturnURL, IDInReturnURL, string(t.ID))})
	if err != nil {
		return Tip{}, err
	}
	t.Outcome = t.Charge.Outcome
	return t, limit.Take(ctx, tx, limit.Spend{Person: r.Fan, Amount: price.Charged, Cause: string(t.ID), Confirmed: r.Confirmed, Instrument: t.Charge.Instrument})
}

// bit is how the schema writes a truth.
func bit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
