package webhook

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// Overlap is how long the secret before signs as well, unless somebody says
// otherwise, and the longest that it may.
const Overlap = 24 * time.Hour

// Secrets are what an endpoint's messages are signed with.
type Secrets struct {
	Present    string
	SinceUS    int64
	Old        string // signs as well; "" when there is none
	OldUntilUS int64
}

func (e *Endpoint) secrets(now time.Time) Secrets {
	all := Secrets{Present: e.secret, SinceUS: e.SecretUS}
	if len(e.signs(now)) > 1 {
		all.Old, all.OldUntilUS = e.oldSecret, e.OldUntilUS
	}
	return all
}

// Secret shows the secrets to who may manage endpoints.
func (s *Service) Secret(ctx context.Context, by people.Caller, endpoint id.Endpoint) (all Secrets, err error) {
	if err := by.Require(people.WebhooksWrite); err != nil {
		return all, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		e, err := get(ctx, tx, endpoint)
		all = e.secrets(s.db.Clock().Now())
		return err
	})
	return all, err
}

// Rotate gives the endpoint a new secret; the one before signs as well for so
// long, or not at all. A rotation while an old one still signs would end that
// one early, and a receiver that has no other yet would understand nothing any
// more: it is refused (state_conflict), unless overlap is 0, which is for a
// secret that leaked and ends all others at once.
func (s *Service) Rotate(ctx context.Context, by people.Caller, endpoint id.Endpoint, overlap time.Duration) (all Secrets, err error) {
	if overlap < 0 || overlap > Overlap {
		return all, fault.New(fault.ValidationFailed, "The old secret signs for 0 to %d seconds more.", int64(Overlap/time.Second)).
			At("/overlap", fault.ValidationFailed, "from 0 to %d", int64(Overlap/time.Second))
	}
	secret := NewSecret()
	_, err = s.change(ctx, by, endpoint, audit.Act{Verb: "webhook.rotate", Changed: map[string]any{"overlap_seconds": int64(overlap.Seconds())}}, func(tx *db.Tx, e *Endpoint) error {
		if len(e.signs(tx.Now())) > 1 && overlap > 0 {
			return fault.New(fault.StateConflict, "The secret was changed already, and the one before signs until %s. Read the new one, or end all others at once with an overlap of 0.",
				time.UnixMicro(e.OldUntilUS).UTC().Format(time.RFC3339))
		}
		e.oldSecret, e.OldUntilUS = "", 0
		if overlap > 0 {
			e.oldSecret, e.OldUntilUS = e.secret, tx.Now().Add(overlap).UnixMicro()
		}
		e.secret, e.SecretUS = secret, tx.NowUS()
		all = e.secrets(tx.Now())
		return nil
	})
	return all, err
}
