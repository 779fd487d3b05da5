package tip

import (
	"context"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
)

// closed is the fault for which the fan can not tip the creator now, or nil. The
// creator reads what is missing; to others that is the creator's own business.
func (s *Service) closed(ctx context.Context, tx *db.Tx, fan, creator id.Person) error {
	if _, err := people.Get(ctx, tx, creator); err != nil {
		return err
	}
	if err := programme.Require(ctx, tx, programme.Tips, creator); err != nil {
		return err
	}
	err := s.ready(ctx, tx, creator)
	switch code := fault.CodeOf(err); {
	case err == nil && fan == creator:
		return fault.New(fault.SelfGift, "Nobody can tip themselves. Nothing was charged.")
	case err == nil, fan == creator:
		return err
	case code == fault.KYCRequired:
		return fault.Wrap(err, fault.KYCRequired, "Tips for this creator are closed until their payout account is ready, because a tip has to reach them. Nothing was charged.").
			With("creator", string(creator))
	case code == fault.AccountSuspended || code == fault.AgeRestricted:
		return fault.New(fault.StateConflict, "This creator can not receive tips now. Nothing was charged.")
	}
	return err
}

// place refuses a target that is not the creator's, or not open.
func place(ctx context.Context, tx *db.Tx, target string, creator id.Person) error {
	if target == "" {
		return nil
	}
	found, err := content.Targets(ctx, tx, []string{target})
	if err != nil {
		return err
	}
	t, ok := found[target]
	switch {
	case ok && t.Creator == creator && !t.Open && t.Kind == id.KindLive:
		return fault.New(fault.StateConflict, "This LIVE is not live now. Nothing was charged.")
	case !ok || t.Creator != creator || !t.Open:
		return fault.New(fault.NotFound, "This creator has no LIVE or video %s.", target)
	}
	return nil
}
