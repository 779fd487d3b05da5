package payout

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

// Account is a creator's account at the provider, as it was last seen.
type Account struct {
	Person           id.Person
	Provider         string
	TransfersEnabled bool
	PayoutsEnabled   bool
	Due              []string // what the provider still wants to know
	DisabledReason   string
	BankName         string
	BankLast4        string
	UpdatedUS        int64
}

// Ready reports whether money can go all the way to the bank.
func (a *Account) Ready() bool { return a.TransfersEnabled && a.PayoutsEnabled }

// Reviewing reports whether the provider looks at the account and wants nothing
// from the creator meanwhile. The reasons are Stripe's.
func (a *Account) Reviewing() bool {
	switch a.DisabledReason {
	case "requirements.pending_verification", "under_review", "listed", "":
		return a.Provider != "" && !a.Ready() && len(a.Due) == 0
	}
	return false
}

// check is the fault of an account to which nothing can be paid.
func (a *Account) check() error {
	switch {
	case a.Provider == "":
		return fault.New(fault.KYCRequired, "There is no payout account yet. Open one with POST /v1/payout-account/onboarding-link.")
	case a.Ready():
		return nil
	case len(a.Due) > 0:
		return fault.New(fault.KYCRequired, "The payout account lacks: %s. Complete it with POST /v1/payout-account/onboarding-link.", strings.Join(a.Due, ", ")).With("missing", a.Due)
	case !a.Reviewing():
		return fault.New(fault.KYCRequired, "The provider has closed the payout account (%s). See the provider's page through POST /v1/payout-account/onboarding-link.", a.DisabledReason)
	}
	return fault.New(fault.KYCRequired, "The provider is still checking the payout account; nothing is missing from you. Try again later.")
}

// AccountOf returns the creator's account; one that was never opened has no
// Provider.
func AccountOf(ctx context.Context, tx *db.Tx, person id.Person) (Account, error) {
	return accountBy(ctx, tx, "person_id", string(person), person)
}

func accountBy(ctx context.Context, tx *db.Tx, column, value string, person id.Person) (Account, error) {
	a := Account{Person: person}
	var due string
	err := tx.Row(ctx, `SELECT person_id, provider_id, transfers_enabled, payouts_enabled, due, disabled_reason, bank_name, bank_last4, updated_us
		FROM payout_account WHERE `+column+` = $1`, value).
		Scan((*string)(&a.Person), &a.Provider, &a.TransfersEnabled, &a.PayoutsEnabled, &due, &a.DisabledReason, &a.BankName, &a.BankLast4, &a.UpdatedUS)
	if errors.Is(err, db.ErrNoRows) {
		return a, nil
	}
	if due != "" {
		a.Due = strings.Split(due, "\n")
	}
	return a, err
}

// saveAccount keeps what the provider said, unless something that was asked
// for later is kept already: answers may overtake each other. asOf is an
// instant before the provider was asked. An account that is in order wakes the
// payouts that wait for it.
func saveAccount(ctx context.Context, tx *db.Tx, person id.Person, fact payment.Account, asOf time.Time) error {
	n, err := tx.Exec(ctx, `INSERT INTO payout_account (person_id, provider_id, transfers_enabled, payouts_enabled, due, disabled_reason, bank_name, bank_last4, updated_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (person_id) DO UPDATE SET transfers_enabled = excluded.transfers_enabled, payouts_enabled = excluded.payouts_enabled, due = excluded.due,
			disabled_reason = excluded.disabled_reason, bank_name = excluded.bank_name, bank_last4 = excluded.bank_last4, updated_us = excluded.updated_us
		WHERE payout_account.updated_us <= excluded.updated_us`,
		person, fact.ID, fact.TransfersEnabled, fact.PayoutsEnabled, strings.Join(append(append([]string{}, fact.PastDue...), fact.CurrentlyDue...), "\n"),
		fact.DisabledReason, fact.BankName, fact.BankLast4, asOf.UnixMicro())
	if err != nil || n == 0 || !fact.TransfersEnabled || !fact.PayoutsEnabled {
		return err
	}
	return wakeHeld(ctx, tx, person)
}

// Onboard returns a one-time page of the provider on which the creator
// completes the account; it opens the account first if there is none.
func (s *Service) Onboard(ctx context.Context, creator id.Person, returnURL, refreshURL string) (url string, err error) {
	var person people.Person
	var a Account
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if person, err = people.Get(ctx, tx, creator); err != nil {
			return err
		}
		a, err = AccountOf(ctx, tx, creator)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := person.MayBePaid(s.db.Clock().Now()); err != nil {
		return "", err
	}
	if a.Provider == "" {
		asOf := s.db.Clock().Now()
		fact, err := s.stripe.CreateAccount(ctx, payment.AccountRequest{Ref: string(creator), Country: person.Region, Email: person.Email})
		if err != nil {
			return "", payment.Explain(err)
		}
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return saveAccount(ctx, tx, creator, fact, asOf) }); err != nil {
			return "", err
		}
		a.Provider = fact.ID
	}
	url, err = s.stripe.AccountLink(ctx, payment.AccountLinkRequest{Account: a.Provider, ReturnURL: returnURL, RefreshURL: refreshURL})
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
	asOf := s.db.Clock().Now()
	fact, err := s.stripe.RetrieveAccount(ctx, a.Provider)
	if err != nil {
		return a, payment.Explain(err)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := saveAccount(ctx, tx, creator, fact, asOf); err != nil {
			return err
		}
		a, err = AccountOf(ctx, tx, creator)
		return err
	})
	return a, err
}
