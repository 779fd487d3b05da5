package report

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
)

// Found is something with an id: what it is, and the words that a list shows.
type Found struct {
	Kind  string // person, lot, purchase, gift, combo, earning, payout, transfer, event, live, video, goal, message, key, webhook, delivery, account
	ID    string // ours, also when it was found by the provider's
	Title string
	State string
	Owner id.Person // whose it is; "" if it is nobody's
	AtUS  int64     // when it was made; 0 if that is not kept
}

// Search finds what an operator has an id of: one of ours that byKind or ours
// knows, one of
// the provider's (pi_, tr_, po_, acct_, cus_), the number of a transfer, the
// path of an account, or a person's handle, address or external id. What there
// is not is an empty list.
func (r *Reader) Search(ctx context.Context, text string) ([]Found, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) ([]Found, error) {
		text = strings.TrimSpace(text)
		s := &searcher{tx: tx}
		if kind := id.KindOf(strings.ToLower(text)); kind != "" {
			return s.all, s.ours(ctx, kind, strings.ToLower(text))
		}
		for _, look := range []func(context.Context, string) error{s.provider, s.numbered, s.path, s.person} {
			if err := look(ctx, text); err != nil {
				return nil, err
			}
		}
		return s.all, nil
	})
}

type searcher struct {
	tx  *db.Tx
	all []Found
}

// row adds what a query of title, state, owner, instant finds; missing rows add
// nothing.
func (s *searcher) row(ctx context.Context, kind, query string, args ...any) error {
	rows, err := s.tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		f := Found{Kind: kind}
		if err := rows.Scan(&f.ID, &f.Title, &f.State, (*string)(&f.Owner), &f.AtUS); err != nil {
			return err
		}
		s.all = append(s.all, f)
	}
	return rows.Err()
}

// byKind are the queries of our ids. The state of a thing that has none is
// empty.
var byKind = map[id.Kind]struct{ kind, query string }{
	id.KindLot: {"lot", "SELECT id, CAST(coins AS TEXT) || ' COIN', CASE WHEN promo = 1 THEN 'promotional' WHEN open = 1 THEN 'open' ELSE 'spent' END, person_id, opened_us FROM wallet_lot WHERE id = $1"},
	id.KindPurchase: {"purchase", `SELECT p.id, CAST(p.coins AS TEXT) || ' COIN', c.outcome, p.person_id, p.created_us FROM coin_purchase p
		JOIN payment_charge c ON c.subject = p.id WHERE p.id = $1`},
	id.KindGift:     {"gift", "SELECT id, item || ' × ' || CAST(quantity AS TEXT), '', sender_id, sent_us FROM gift WHERE id = $1"},
	id.KindCombo:    {"combo", "SELECT id, item || ' × ' || CAST(count AS TEXT), CASE WHEN ended_us = 0 THEN 'open' ELSE 'ended' END, sender_id, started_us FROM gift_combo WHERE id = $1"},
	id.KindPayment:  {"purchase", "SELECT subject, card_brand || ' ' || card_last4, outcome, person_id, created_us FROM payment_charge WHERE id = $1"},
	id.KindRefund:   {"refund", "SELECT id, CAST(amount_units AS TEXT) || ' ' || amount_asset, state, person_id, opened_us FROM reversal WHERE id = $1"},
	id.KindDispute:  {"dispute", "SELECT id, CAST(amount_units AS TEXT) || ' ' || amount_asset, state, person_id, opened_us FROM reversal WHERE id = $1"},
	id.KindClaw:     {"claw", "SELECT id, CAST(own AS TEXT) || ' ' || earning_id, state, creator_id, held_us FROM earning_claw WHERE id = $1"},
	id.KindPayout:   {"payout", "SELECT id, CAST(amount_units AS TEXT) || ' ' || amount_asset, state, creator_id, requested_us FROM payout WHERE id = $1"},
	id.KindKey:      {"key", "SELECT id, name || ' …' || last4, CASE WHEN revoked_us = 0 THEN 'active' ELSE 'revoked' END, person_id, created_us FROM api_key WHERE id = $1"},
	id.KindEndpoint: {"webhook", "SELECT id, url, state, '', created_us FROM webhook_endpoint WHERE id = $1"},
	id.KindDelivery: {"delivery", "SELECT id, type, state, '', made_us FROM webhook_delivery WHERE id = $1"},
	id.KindVideo:    {"video", "SELECT id, title, visibility, creator_id, posted_us FROM video WHERE id = $1"},
	id.KindGoal:     {"goal", "SELECT id, title, state, creator_id, created_us FROM goal WHERE id = $1"},
	id.KindMessage:  {"message", "SELECT id, body, CASE WHEN hidden_us = 0 THEN 'shown' ELSE 'hidden' END, author_id, sent_us FROM chat_message WHERE id = $1"},
	id.KindLive:     {"live", "SELECT id, title, state, creator_id, opened_us FROM live_room WHERE id = $1"},
}

func (s *searcher) ours(ctx context.Context, kind id.Kind, text string) error {
	if q, known := byKind[kind]; known {
		return s.row(ctx, q.kind, q.query, text)
	}
	switch kind {
	case id.KindPerson:
		return s.one(people.Get(ctx, s.tx, id.Person(text)))
	case id.KindEarning:
		e, err := earnings.Get(ctx, s.tx, id.Earning(text))
		if err == nil {
			s.all = append(s.all, Found{Kind: "earning", ID: text, Title: giftsOf[e.Source] + " of " + e.Day.Format(time.DateOnly) + " (UTC)", State: string(e.Standing()), Owner: e.Creator, AtUS: e.Day.UnixMicro()})
		}
		return notThere(err)
	case id.KindTransfer:
		t, err := ledger.Get(ctx, s.tx, id.Transfer(text))
		if err == nil {
			s.transfer(t)
		}
		return notThere(err)
	case id.KindEvent:
		return s.event(ctx, text)
	}
	return nil
}

// notThere takes the fault of what is not there for nothing found.
func notThere(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (s *searcher) one(p people.Person, err error) error {
	if err == nil {
		title := p.Name
		if p.Handle != "" {
			title = strings.TrimSpace("@" + p.Handle + " " + title)
		}
		state := "active"
		if p.SuspendedUS != 0 {
			state = "suspended"
		}
		s.all = append(s.all, Found{Kind: "person", ID: string(p.ID), Title: title, State: state, Owner: p.ID, AtUS: p.CreatedUS})
	}
	return notThere(err)
}

func (s *searcher) transfer(t ledger.Recorded) {
	s.all = append(s.all, Found{Kind: "transfer", ID: string(t.ID()), Title: fmt.Sprintf("%d %s", t.Seq, t.Kind), State: t.Cause, AtUS: t.At.UnixMicro()})
}

func (s *searcher) event(ctx context.Context, text string) error {
	seq, ok := id.Sequence(id.KindEvent, text)
	head, err := outbox.Head(ctx, s.tx)
	if err != nil || !ok || seq < 1 || seq > head {
		return err
	}
	page, err := outbox.After(ctx, s.tx, seq-1, 1)
	if err == nil && len(page) == 1 && string(page[0].ID()) == text {
		s.all = append(s.all, Found{Kind: "event", ID: text, Title: fmt.Sprintf("%d %s", page[0].Sequence, page[0].Type), State: page[0].Topic, AtUS: page[0].At.UnixMicro()})
	}
	return err
}

// provider finds what the provider's id belongs to.
func (s *searcher) provider(ctx context.Context, text string) error {
	prefix, _, ok := strings.Cut(text, "_")
	if !ok {
		return nil
	}
	const payout = "SELECT id, CAST(amount_units AS TEXT) || ' ' || amount_asset, state, creator_id, requested_us FROM payout WHERE "
	switch prefix {
	case "pi", "cs":
		return s.row(ctx, "purchase", "SELECT subject, card_brand || ' ' || card_last4, outcome, person_id, created_us FROM payment_charge WHERE provider_id = $1 AND provider_id <> ''", text)
	case "re", "pyr", "dp", "du":
		return s.row(ctx, "refund", "SELECT id, CAST(amount_units AS TEXT) || ' ' || amount_asset, state, person_id, opened_us FROM reversal WHERE provider_id = $1 AND provider_id <> ''", text)
	case "po":
		return s.row(ctx, "payout", payout+"provider_payout = $1 AND provider_payout <> ''", text)
	case "tr":
		return s.row(ctx, "payout", payout+"transfer_id = $1 AND transfer_id <> ''", text)
	case "acct":
		return s.personOf(ctx, "SELECT person_id FROM payout_account WHERE provider_id = $1", text)
	case "cus":
		return s.personOf(ctx, "SELECT person_id FROM payment_customer WHERE provider_id = $1", text)
	}
	return nil
}

func (s *searcher) personOf(ctx context.Context, query, text string) error {
	var person string
	err := s.tx.Row(ctx, query, text).Scan(&person)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.one(people.Get(ctx, s.tx, id.Person(person)))
}

// numbered finds a transfer by its number.
func (s *searcher) numbered(ctx context.Context, text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return nil //nolint:nilerr // no number, and so no transfer's
	}
	rows, err := ledger.Transfers(ctx, s.tx, ledger.Filter{}, n+1, 1)
	if err == nil && len(rows) == 1 && rows[0].Seq == n {
		s.transfer(rows[0])
	}
	return err
}

// path finds accounts by their path.
func (s *searcher) path(ctx context.Context, text string) error {
	if !strings.Contains(text, "/") {
		return nil
	}
	found, err := ledger.Balances(ctx, s.tx, text, 1, "")
	for _, a := range found {
		if a.Path == text {
			s.all = append(s.all, Found{Kind: "account", ID: a.Path, Title: a.Path, State: string(a.Asset)})
		}
	}
	return err
}

// person finds people by handle, address or external id.
func (s *searcher) person(ctx context.Context, text string) error {
	if text == "" || strings.ContainsAny(text, "/\x00") {
		return nil
	}
	if handle := people.Skeleton(text); handle != "" {
		if err := s.one(people.ByHandle(ctx, s.tx, text)); err != nil {
			return err
		}
	}
	if err := s.personOf(ctx, "SELECT id FROM person WHERE email_lower = $1 AND email_lower <> ''", strings.ToLower(text)); err != nil {
		return err
	}
	if err := s.one(people.ByExternal(ctx, s.tx, strings.TrimPrefix(text, "external:"))); err != nil {
		return err
	}
	seen := map[string]bool{}
	kept := s.all[:0]
	for _, f := range s.all {
		if !seen[f.Kind+f.ID] {
			seen[f.Kind+f.ID] = true
			kept = append(kept, f)
		}
	}
	s.all = kept
	return nil
}
