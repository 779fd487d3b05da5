package payout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

// Account is a creator's account at the provider, as it was last seen.
type Account struct {
	Person           id.Person
	Provider         string
	TransfersEnabled bool
	PayoutsEnabled   bool
	Due              []string      // what the provider still wants to know, the overdue first
	PastDue          []string      // those of Due that are overdue
	InReview         []string      // handed in, and looked at by the provider
	DeadlineUS       int64         // until when it wants what is due; 0 if it has not said
	Currencies       []money.Asset // in which there is a bank; none if it is not known
	DisabledReason   string
	BankName         string
	BankLast4        string
	BankChangedUS    int64 // when another bank than before was seen; 0 is never
	HeldUS           int64 // until when payouts wait for that, as it was read; 0 if they do not
	UpdatedUS        int64

	print  string // of all banks
	bank   int64  // counts the banks that were seen
	opened int64  // counts the accounts that this person was given
	seen   int64  // counts its standings: how often what decides on payouts changed
}

// Detached is the DisabledReason of an account that is not connected to us any
// more.
const Detached = "detached"

// bankHold is how long nothing goes to a bank that is new: who has taken over a
// creator's account changes the bank first.
const bankHold = 72 * time.Hour

// Ready reports whether money can go all the way to the bank.
func (a *Account) Ready() bool { return a.TransfersEnabled && a.PayoutsEnabled }

// Rejected reports whether the provider has refused the account for good.
func (a *Account) Rejected() bool {
	return strings.HasPrefix(a.DisabledReason, "rejected.")
}

// Reviewing reports whether the provider looks at the account and wants nothing
// from the creator meanwhile. The reasons are Stripe's.
func (a *Account) Reviewing() bool {
	switch a.DisabledReason {
	case "requirements.pending_verification", "under_review", "listed", "":
		return a.Provider != "" && !a.Ready() && len(a.Due) == 0
	}
	return false
}

// HeldUntilUS is until when nothing goes because the bank is new; 0 is no hold.
func (a *Account) HeldUntilUS(nowUS int64) int64 {
	if until := a.BankChangedUS + bankHold.Microseconds(); a.BankChangedUS > 0 && nowUS < until {
		return until
	}
	return 0
}

// check is the fault of an account to which nothing can be paid.
func (a *Account) check() error {
	switch {
	case a.Provider == "":
		return fault.New(fault.KYCRequired, "There is no payout account yet. Open one with POST /v1/payout-account/onboarding-link.")
	case a.Ready():
		return nil
	case a.Rejected():
		return fault.New(fault.KYCRequired, "The provider has refused the payout account for good (%s). Write to the operator of this site; nothing can be paid to it.", a.DisabledReason).With("disabled_reason", a.DisabledReason)
	case a.DisabledReason == Detached:
		return fault.New(fault.KYCRequired, "The payout account is not connected any more. Connect one again with POST /v1/payout-account/onboarding-link.")
	case len(a.Due) > 0:
		return fault.New(fault.KYCRequired, "The payout account lacks: %s. Complete it with POST /v1/payout-account/onboarding-link.", strings.Join(a.Due, ", ")).With("missing", a.Due)
	case !a.Reviewing():
		return fault.New(fault.KYCRequired, "The provider has closed the payout account (%s). See the provider's page through POST /v1/payout-account/onboarding-link.", a.DisabledReason).With("disabled_reason", a.DisabledReason)
	}
	return fault.New(fault.KYCRequired, "The provider is still checking the payout account; nothing is missing from you. Try again later.")
}

// takes is the fault of an account without a bank in the currency.
func (a *Account) takes(asset money.Asset) error {
	if len(a.Currencies) == 0 || slices.Contains(a.Currencies, asset) {
		return nil
	}
	return fault.New(fault.KYCRequired, "The payout account has no bank account in %s. Add one with POST /v1/payout-account/onboarding-link.", string(asset)).With("missing", []string{"external_account"})
}

// AccountOf returns the creator's account; one that was never opened has no
// Provider.
func AccountOf(ctx context.Context, tx *db.Tx, person id.Person) (Account, error) {
	return accountBy(ctx, tx, "person_id", string(person), person)
}

func accountBy(ctx context.Context, tx *db.Tx, column, value string, person id.Person) (Account, error) {
	a := Account{Person: person}
	all, err := db.Collect[Account](tx.Query(ctx, "SELECT "+accountColumns+" FROM payout_account WHERE "+column+" = $1", value))(scanAccount)
	if err != nil || len(all) == 0 {
		return a, err
	}
	all[0].HeldUS = all[0].HeldUntilUS(tx.NowUS())
	return all[0], nil
}

const accountColumns = `person_id, provider_id, transfers_enabled, payouts_enabled, due, past_due, in_review, deadline_us, currencies,
	disabled_reason, bank_name, bank_last4, bank_print, bank_changed_us, bank_no, opened, seen, updated_us`

func scanAccount(r *db.Rows) (a Account, err error) {
	var due, past, review, currencies string
	err = r.Scan((*string)(&a.Person), &a.Provider, &a.TransfersEnabled, &a.PayoutsEnabled, &due, &past, &review, &a.DeadlineUS, &currencies,
		&a.DisabledReason, &a.BankName, &a.BankLast4, &a.print, &a.BankChangedUS, &a.bank, &a.opened, &a.seen, &a.UpdatedUS)
	a.Due, a.PastDue, a.InReview = lines(due), lines(past), lines(review)
	for _, c := range lines(currencies) {
		a.Currencies = append(a.Currencies, money.Asset(c))
	}
	return a, err
}

// lines reads a list that was written one a line.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// saveAccount keeps what the provider said, unless something that was asked
// for later is kept already: answers may overtake each other. asOf is an
// instant before the provider was asked. An account that is in order wakes the
// payouts that wait for it; one with another bank than before holds them.
func saveAccount(ctx context.Context, tx *db.Tx, person id.Person, fact payment.Account, asOf time.Time) error {
	was, err := AccountOf(ctx, tx, person)
	if err != nil || was.Provider != "" && was.UpdatedUS > asOf.UnixMicro() {
		return err
	}
	if was.Provider != "" && was.Provider != fact.ID && was.DisabledReason != Detached {
		return nil // of an account that another one has taken the place of
	}
	now := accountFrom(person, fact)
	now.BankChangedUS, now.bank, now.opened, now.UpdatedUS = was.BankChangedUS, was.bank, max(1, was.opened), asOf.UnixMicro()
	changed := was.print != "" && now.print != "" && was.print != now.print
	switch {
	case changed:
		now.BankChangedUS, now.bank = tx.NowUS(), was.bank+1
	case now.print == "": // a bank that was taken away for a while does not come back as a new one
		now.print = was.print
	}
	if was.Provider != "" && was.Provider != fact.ID {
		now.opened++
	}
	if err := now.save(ctx, tx, &was); err != nil {
		return err
	}
	if changed {
		if err := tellBank(ctx, tx, &was, &now); err != nil {
			return err
		}
	}
	if !now.Ready() {
		return nil
	}
	return wakeHeld(ctx, tx, person)
}

func accountFrom(person id.Person, fact payment.Account) Account {
	a := Account{Person: person, Provider: fact.ID, TransfersEnabled: fact.TransfersEnabled, PayoutsEnabled: fact.PayoutsEnabled, PastDue: fact.PastDue, InReview: fact.InReview,
		Currencies: fact.BankCurrencies, DisabledReason: fact.DisabledReason, BankName: fact.BankName, BankLast4: fact.BankLast4, print: fact.BankPrint}
	for _, item := range slices.Concat(fact.PastDue, fact.CurrentlyDue) {
		if !slices.Contains(a.Due, item) {
			a.Due = append(a.Due, item)
		}
	}
	if !fact.Deadline.IsZero() {
		a.DeadlineUS = fact.Deadline.UnixMicro()
	}
	return a
}

// stands reports whether what decides on payouts is as it was.
func (a *Account) stands(was *Account) bool {
	return a.Provider == was.Provider && a.TransfersEnabled == was.TransfersEnabled && a.PayoutsEnabled == was.PayoutsEnabled && a.DisabledReason == was.DisabledReason && slices.Equal(a.Due, was.Due)
}

// save writes the account, and another standing if it stands otherwise than it did.
func (a *Account) save(ctx context.Context, tx *db.Tx, was *Account) error {
	if a.seen = was.seen; !a.stands(was) {
		a.seen++
		_, err := tx.Exec(ctx, `INSERT INTO payout_account_seen (person_id, n, seen_us, provider_id, transfers_enabled, payouts_enabled, due, disabled_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			a.Person, a.seen, tx.NowUS(), a.Provider, a.TransfersEnabled, a.PayoutsEnabled, strings.Join(a.Due, "\n"), a.DisabledReason)
		if err != nil {
			return err
		}
	}
	currencies := make([]string, len(a.Currencies))
	for i, c := range a.Currencies {
		currencies[i] = string(c)
	}
	_, err := tx.Exec(ctx, "INSERT INTO payout_account ("+accountColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (person_id) DO UPDATE SET provider_id = excluded.provider_id, transfers_enabled = excluded.transfers_enabled, payouts_enabled = excluded.payouts_enabled,
			due = excluded.due, past_due = excluded.past_due, in_review = excluded.in_review, deadline_us = excluded.deadline_us, currencies = excluded.currencies,
			disabled_reason = excluded.disabled_reason, bank_name = excluded.bank_name, bank_last4 = excluded.bank_last4, bank_print = excluded.bank_print,
			bank_changed_us = excluded.bank_changed_us, bank_no = excluded.bank_no, opened = excluded.opened, seen = excluded.seen, updated_us = excluded.updated_us`,
		a.Person, a.Provider, a.TransfersEnabled, a.PayoutsEnabled, strings.Join(a.Due, "\n"), strings.Join(a.PastDue, "\n"), strings.Join(a.InReview, "\n"), a.DeadlineUS,
		strings.Join(currencies, "\n"), a.DisabledReason, a.BankName, a.BankLast4, a.print, a.BankChangedUS, a.bank, a.opened, a.seen, a.UpdatedUS)
	return err
}

// tellBank says that payouts go to another bank from now on, so that who has not
// changed it can do something before the money goes.
func tellBank(ctx context.Context, tx *db.Tx, was, now *Account) error {
	until := now.HeldUntilUS(tx.NowUS())
	err := audit.Record(ctx, tx, audit.Act{Origin: audit.By(ctx, string(now.Person)), Verb: "payout_account.change_bank", Subject: string(now.Person),
		Changed: map[string]any{"before": was.BankLast4, "after": now.BankLast4, "held_until": audit.Instant(until)}})
	if err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"object": "payout_account", "creator": now.Person, "bank": now.BankName, "bank_last4": now.BankLast4,
		"bank_last4_before": was.BankLast4, "held_until": audit.Instant(until)})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "payout_account.bank_changed", Topic: "person:" + string(now.Person), Data: data})
}

// detach notes that the account is not connected to us any more.
func detach(ctx context.Context, tx *db.Tx, person id.Person, provider string, asOf time.Time) error {
	was, err := AccountOf(ctx, tx, person)
	if err != nil || was.Provider != provider || was.UpdatedUS > asOf.UnixMicro() {
		return err
	}
	a := was
	a.TransfersEnabled, a.PayoutsEnabled, a.DisabledReason, a.UpdatedUS = false, false, Detached, asOf.UnixMicro()
	a.Due, a.PastDue, a.InReview, a.DeadlineUS = nil, nil, nil, 0
	return a.save(ctx, tx, &was)
}

// Onboard returns a one-time page of the provider on which the creator
// completes the account; it opens the account first if there is none.
func (s *Service) Onboard(ctx context.Context, creator id.Person, returnURL, refreshURL string) (url string, err error) {
	person, a, err := s.onboards(ctx, creator)
	if err != nil {
		return "", err
	}
	if a.Provider == "" || a.DisabledReason == Detached {
		if person.Region == "" {
			return "", fault.New(fault.ValidationFailed, "A payout account is opened in a country, and none is known of you. Say first where you live, then open it. Nothing was sent.").
				At("/region", fault.ValidationFailed, "two capital letters (ISO 3166-1), such as FR")
		}
		asOf := s.db.Clock().Now()
		fact, err := s.stripe.CreateAccount(ctx, payment.AccountRequest{Ref: string(creator), Attempt: int(a.opened), Country: person.Region, Email: person.Email})
		if err != nil {
			return "", payment.Explain(err)
		}
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return saveAccount(ctx, tx, creator, fact, asOf) }); err != nil {
			return "", err
		}
		a.Provider = fact.ID
	}
	return s.link(ctx, a.Provider, returnURL, refreshURL)
}

// OnboardAgain is Onboard for who comes with a page that is too old: it opens no
// account, because its address is followed by GET. url is "" when there is none.
func (s *Service) OnboardAgain(ctx context.Context, creator id.Person, returnURL, refreshURL string) (url string, err error) {
	_, a, err := s.onboards(ctx, creator)
	if err != nil || a.Provider == "" || a.DisabledReason == Detached {
		return "", err
	}
	return s.link(ctx, a.Provider, returnURL, refreshURL)
}

// onboards returns who wants to complete an account, and the account, if they may.
func (s *Service) onboards(ctx context.Context, creator id.Person) (person people.Person, a Account, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if person, err = people.Get(ctx, tx, creator); err != nil {
			return err
		}
		a, err = AccountOf(ctx, tx, creator)
		return err
	})
	if err == nil {
		err = person.MayBePaid(s.db.Clock().Now())
	}
	if err == nil && a.Rejected() {
		err = a.check()
	}
	return person, a, err
}

// link asks the provider for its page.
func (s *Service) link(ctx context.Context, account, returnURL, refreshURL string) (string, error) {
	url, err := s.stripe.AccountLink(ctx, payment.AccountLinkRequest{Account: account, ReturnURL: returnURL, RefreshURL: refreshURL})
	if err != nil {
		return "", payment.Explain(err)
	}
	return url, nil
}

// Refresh asks the provider how the creator's account stands and keeps it.
func (s *Service) Refresh(ctx context.Context, creator id.Person) (a Account, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		a, err = AccountOf(ctx, tx, creator)
		return err
	})
	if err != nil || a.Provider == "" {
		return a, err
	}
	if err := s.ask(ctx, &a); err != nil {
		return a, payment.Explain(err)
	}
	return a, nil
}

// ask asks the provider how the account stands, keeps it and returns it. One
// that the provider does not know any more, or not as ours, is detached.
func (s *Service) ask(ctx context.Context, a *Account) error {
	asOf := s.db.Clock().Now()
	fact, err := s.stripe.RetrieveAccount(ctx, a.Provider)
	if err != nil && !errors.Is(err, payment.ErrNotFound) {
		return err
	}
	gone := err != nil
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if gone {
			err = detach(ctx, tx, a.Person, a.Provider, asOf)
		} else {
			err = saveAccount(ctx, tx, a.Person, fact, asOf)
		}
		if err == nil {
			*a, err = AccountOf(ctx, tx, a.Person)
		}
		return err
	})
}

// recheckAtOnce bounds the accounts of one look, of those that are ready and of
// those that are not; recheckReady is how old what is known of a ready one may be.
const (
	recheckAtOnce = 200
	recheckReady  = 24 * time.Hour
)

// Recheck asks the provider about the accounts that were not ready when they were
// seen last, and about those that were and of which nothing was seen for a day, in
// case news about them were lost: tips are open only while what they bring can reach
// the creator. The longest ago come first.
func (s *Service) Recheck(ctx context.Context) error {
	var open []Account
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		closed, err := db.Collect[Account](tx.Query(ctx, "SELECT "+accountColumns+` FROM payout_account
			WHERE (transfers_enabled = 0 OR payouts_enabled = 0) AND disabled_reason <> $1 AND disabled_reason NOT LIKE 'rejected.%' ORDER BY updated_us LIMIT $2`,
			Detached, int64(recheckAtOnce)))(scanAccount)
		if err != nil {
			return err
		}
		ready, err := db.Collect[Account](tx.Query(ctx, "SELECT "+accountColumns+` FROM payout_account
			WHERE transfers_enabled = 1 AND payouts_enabled = 1 AND updated_us < $1 ORDER BY updated_us LIMIT $2`,
			tx.Now().Add(-recheckReady).UnixMicro(), int64(recheckAtOnce)))(scanAccount)
		open = append(closed, ready...)
		return err
	})
	if err != nil {
		return err
	}
	var all error
	for i := range open {
		if err := s.ask(ctx, &open[i]); err != nil {
			all = errors.Join(all, fmt.Errorf("asking about the payout account of %s: %w", open[i].Person, err))
			if payment.Passes(err) { // it does not answer anybody now
				return all
			}
		}
	}
	return all
}
