package purchase

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
	"github.com/ovationhq/ovation/internal/wallet"
)

var reasonRule = text.Rule{Name: "The reason", Max: 200}

// act checks who schedules what coins cost, and why.
func act(by people.Caller, reason string) (wallet.Act, error) {
	if err := by.Require(people.PolicyWrite); err != nil {
		return wallet.Act{}, err
	}
	var fields fault.Fields
	reason, wrong := reasonRule.Clean(reason)
	fields.Add("/reason", wrong)
	return wallet.Act{By: by.ID(), Reason: reason}, fields.Err()
}

// SchedulePacks has coins cost something else from an instant to come on, in
// the currencies of the packs. Operators and keys with the scope policy:write do
// it. Its faults: scope_missing, and those of wallet.SchedulePacks.
func (s *Service) SchedulePacks(ctx context.Context, by people.Caller, fromUS int64, packs []wallet.Pack, reason string) (v wallet.Version, err error) {
	why, err := act(by, reason)
	if err != nil {
		return v, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v, err = wallet.SchedulePacks(ctx, tx, fromUS, packs, why)
		return err
	})
	return v, err
}

// WithdrawPacks takes back price lists that do not hold yet. Its faults:
// scope_missing, validation_failed, and those of wallet.WithdrawPacks.
func (s *Service) WithdrawPacks(ctx context.Context, by people.Caller, version, reason string) error {
	why, err := act(by, reason)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return wallet.WithdrawPacks(ctx, tx, version, why) })
}
