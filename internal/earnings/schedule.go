package earnings

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Operators is the name of the rate cards that operators schedule: rates@1,
// rates@2… No preset has it, so that neither takes the other's numbers.
const Operators = "rates"

// The bounds of a card that an operator schedules: beyond them somebody has
// written one digit too many.
const (
	mostRate  = 1_000_000
	mostDays  = 3650
	mostUnits = 1_000_000_000
)

// Act is who schedules or withdraws something, and why.
type Act struct {
	By     string // the id of the operator or of the key
	Reason string
}

// ScheduleCard adds a rate card that holds from an instant to come, and returns
// it with its version. Its faults: validation_failed with all that is wrong,
// state_conflict when another one begins as late or later.
func ScheduleCard(ctx context.Context, tx *db.Tx, c RateCard, act Act) (RateCard, error) {
	cards, err := History(ctx, tx)
	if err != nil {
		return c, err
	}
	now, err := ledger.Open(tx).Now(ctx)
	if err != nil {
		return c, err
	}
	if err := c.checkScheduled(now, cards); err != nil {
		return c, err
	}
	n, err := audit.LastNumber(ctx, tx, "rules.scheduled", Operators) // also of what was withdrawn
	if err != nil {
		return c, err
	}
	for _, other := range cards {
		if number, ok := strings.CutPrefix(other.Version, Operators+"@"); ok {
			if k, err := strconv.Atoi(number); err == nil {
				n = max(n, k)
			}
		}
	}
	c.Version = Operators + "@" + strconv.Itoa(n+1)
	if err := Install(ctx, tx, c); err != nil {
		return c, err
	}
	return c, tellCard(ctx, tx, c, "scheduled", act)
}

// checkScheduled says all that is wrong with a card at once.
func (c *RateCard) checkScheduled(nowUS int64, cards []RateCard) error {
	var fields fault.Fields
	rate := func(pointer string, num, den int64) {
		if num < 1 || den < 1 || num > mostRate || den > mostRate {
			fields.Add(pointer, fault.Wrong(fault.ValidationFailed, "A rate is a fraction of two numbers from 1 to %d.", int64(mostRate)))
		}
	}
	rate("/diamonds_per_coin", c.DiamondsNum, c.DiamondsDen)
	rate("/units_per_diamond", c.PayNum, c.PayDen)
	if len(cards) > 0 && c.PayAsset != cards[0].PayAsset {
		fields.Add("/currency", fault.Wrong(fault.ValidationFailed, "The currency stays %s: what creators have available in it could not be paid out any more.", cards[0].PayAsset))
	} else if !c.PayAsset.IsCurrency() {
		fields.Add("/currency", fault.Wrong(fault.ValidationFailed, "A currency has three large letters, such as %s.", money.USD))
	}
	if c.HoldDays < 0 || c.HoldDays > mostDays {
		fields.Add("/hold_days", fault.Wrong(fault.ValidationFailed, "The hold is from 0 to %d days.", int64(mostDays)))
	}
	if c.DailyCap < 1 || c.DailyCap > mostUnits {
		fields.Add("/daily_cap", fault.Wrong(fault.ValidationFailed, "The daily cap is from 1 to %d of the smallest units.", int64(mostUnits)))
	}
	if c.MinimumUnits < 0 || c.MinimumUnits > c.DailyCap {
		fields.Add("/minimum", fault.Wrong(fault.ValidationFailed, "The minimum of a payout is from 0 to the daily cap; nothing could be paid out otherwise."))
	}
	if c.FromUS <= nowUS {
		fields.Add("/from", fault.Wrong(fault.ValidationFailed, "It holds from an instant to come; now is %s.", time.UnixMicro(nowUS).UTC().Format(time.RFC3339)))
	}
	if err := fields.Err(); err != nil {
		return err
	}
	if len(cards) > 0 && c.FromUS <= cards[0].FromUS {
		return fault.New(fault.StateConflict, "The version %s holds from %s on, and a later version begins later. Choose a later instant, or withdraw that version first.", cards[0].Version, time.UnixMicro(cards[0].FromUS).UTC().Format(time.RFC3339))
	}
	return nil
}

// WithdrawCard takes back a rate card that does not hold yet. Its faults:
// not_found, state_conflict when it holds already.
func WithdrawCard(ctx context.Context, tx *db.Tx, version string, act Act) error {
	cards, err := History(ctx, tx)
	if err != nil {
		return err
	}
	now, err := ledger.Open(tx).Now(ctx)
	if err != nil {
		return err
	}
	for _, c := range cards {
		if c.Version != version {
			continue
		}
		if c.FromUS <= now {
			return fault.New(fault.StateConflict, "The version %s holds since %s and is what was posted by; it stays. Schedule another one.", version, time.UnixMicro(c.FromUS).UTC().Format(time.RFC3339))
		}
		if _, err := tx.Exec(ctx, "DELETE FROM rate_card WHERE version = $1", version); err != nil {
			return err
		}
		return tellCard(ctx, tx, c, "withdrawn", act)
	}
	return fault.New(fault.NotFound, "There is no version %s.", fault.Clip(version))
}

func tellCard(ctx context.Context, tx *db.Tx, c RateCard, state string, act Act) error {
	data, err := json.Marshal(map[string]string{"rules": "rate_card", "policy": c.Version, "from": time.UnixMicro(c.FromUS).UTC().Format("2006-01-02T15:04:05.000000Z"), "state": state, "by": act.By, "reason": act.Reason})
	if err != nil {
		return err
	}
	if err := outbox.Add(ctx, tx, outbox.Event{Type: "policy.changed", Topic: "rules:rate_card", Data: data}); err != nil {
		return err
	}
	did := audit.Act{Origin: audit.By(ctx, act.By), Verb: "rules.scheduled", Subject: c.Version, Reason: act.Reason,
		Changed: map[string]any{"rules": "rate_card", "from": audit.Instant(c.FromUS)}}
	if state == "withdrawn" {
		did.Verb = "rules.withdrawn"
	}
	return audit.Record(ctx, tx, did)
}
