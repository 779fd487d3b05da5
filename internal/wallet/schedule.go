package wallet

import (
	"context"
	"encoding/json"
	"fmt"
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

// Operators is the name of the price lists that operators schedule: packs@1,
// packs@2… No preset has it, so that neither takes the other's numbers.
const Operators = "packs"

// The bounds of a price list that an operator schedules: beyond them somebody
// has written one digit too many.
const (
	mostPacks = 200
	mostCoins = 1_000_000
	mostUnits = 1_000_000_000
)

// Version is a version of the price lists.
type Version struct {
	Name   string
	FromUS int64
}

// Versions returns the versions of the price lists, the last to begin first.
func Versions(ctx context.Context, tx *db.Tx) ([]Version, error) {
	return db.Collect[Version](tx.Query(ctx, "SELECT version, MIN(from_us) FROM coin_pack GROUP BY version ORDER BY 2 DESC, 1 DESC"))(
		func(r *db.Rows) (v Version, err error) { return v, r.Scan(&v.Name, &v.FromUS) })
}

// Act is who schedules or withdraws something, and why.
type Act struct {
	By     string // the id of the operator or of the key
	Reason string
}

// SchedulePacks adds price lists that hold from an instant to come, for the
// currencies that they have; the others go on. It returns the version. Its
// faults: validation_failed with all that is wrong, state_conflict when another
// version begins as late or later.
func SchedulePacks(ctx context.Context, tx *db.Tx, fromUS int64, packs []Pack, act Act) (Version, error) {
	versions, err := Versions(ctx, tx)
	if err != nil {
		return Version{}, err
	}
	now, err := ledger.Open(tx).Now(ctx)
	if err != nil {
		return Version{}, err
	}
	if err := checkPacks(fromUS, now, packs); err != nil {
		return Version{}, err
	}
	n, err := audit.LastNumber(ctx, tx, "rules.scheduled", Operators) // also of what was withdrawn
	if err != nil {
		return Version{}, err
	}
	for _, v := range versions {
		if number, ok := strings.CutPrefix(v.Name, Operators+"@"); ok {
			if k, err := strconv.Atoi(number); err == nil {
				n = max(n, k)
			}
		}
	}
	if len(versions) > 0 && fromUS <= versions[0].FromUS {
		return Version{}, fault.New(fault.StateConflict, "The version %s holds from %s on, and a later version begins later. Choose a later instant, or withdraw that version first.", versions[0].Name, time.UnixMicro(versions[0].FromUS).UTC().Format(time.RFC3339))
	}
	v := Version{Operators + "@" + strconv.Itoa(n+1), fromUS}
	all := make([]Pack, len(packs))
	for i, p := range packs {
		p.Version, p.FromUS = v.Name, fromUS
		all[i] = p
	}
	if err := Install(ctx, tx, all); err != nil {
		return v, err
	}
	return v, tellPacks(ctx, tx, v, "scheduled", act)
}

// checkPacks says all that is wrong with the price lists at once.
func checkPacks(fromUS, nowUS int64, packs []Pack) error {
	var fields fault.Fields
	if len(packs) < 1 || len(packs) > mostPacks {
		fields.Add("/packs", fault.Wrong(fault.ValidationFailed, "A price list has from 1 to %d packs.", int64(mostPacks)))
	}
	seen := map[money.Asset]map[int64]bool{}
	for i, p := range packs {
		at := fmt.Sprintf("/packs/%d", i)
		if !p.Price.Asset.IsCurrency() {
			fields.Add(at+"/price/asset", fault.Wrong(fault.ValidationFailed, "A currency has three large letters, such as %s.", money.USD))
		}
		if p.Coins < 1 || p.Coins > mostCoins {
			fields.Add(at+"/coins", fault.Wrong(fault.ValidationFailed, "A pack has from 1 to %d coins.", int64(mostCoins)))
		}
		if p.Price.Units < minimumCharge || p.Price.Units > mostUnits {
			fields.Add(at+"/price/amount", fault.Wrong(fault.ValidationFailed, "A pack costs from %d to %d of the smallest units.", int64(minimumCharge), int64(mostUnits)))
		}
		if step := p.Price.Asset.CardStep(); p.Price.Units%step != 0 {
			fields.Add(at+"/price/amount", fault.Wrong(fault.ValidationFailed, "Cards are charged in steps of %d of the smallest units of %s.", step, p.Price.Asset))
		}
		if seen[p.Price.Asset] == nil {
			seen[p.Price.Asset] = map[int64]bool{}
		}
		if seen[p.Price.Asset][p.Coins] {
			fields.Add(at, fault.Wrong(fault.ValidationFailed, "There are two packs of %d coins in %s.", p.Coins, p.Price.Asset))
		}
		seen[p.Price.Asset][p.Coins] = true
	}
	if fromUS <= nowUS {
		fields.Add("/from", fault.Wrong(fault.ValidationFailed, "It holds from an instant to come; now is %s.", time.UnixMicro(nowUS).UTC().Format(time.RFC3339)))
	}
	return fields.Err()
}

// WithdrawPacks takes back price lists that do not hold yet. Its faults:
// not_found, state_conflict when they hold already.
func WithdrawPacks(ctx context.Context, tx *db.Tx, version string, act Act) error {
	versions, err := Versions(ctx, tx)
	if err != nil {
		return err
	}
	now, err := ledger.Open(tx).Now(ctx)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.Name != version {
			continue
		}
		if v.FromUS <= now {
			return fault.New(fault.StateConflict, "The version %s holds since %s and is what was posted by; it stays. Schedule another one.", version, time.UnixMicro(v.FromUS).UTC().Format(time.RFC3339))
		}
		if _, err := tx.Exec(ctx, "DELETE FROM coin_pack WHERE version = $1", version); err != nil {
			return err
		}
		return tellPacks(ctx, tx, v, "withdrawn", act)
	}
	return fault.New(fault.NotFound, "There is no version %s.", fault.Clip(version))
}

func tellPacks(ctx context.Context, tx *db.Tx, v Version, state string, act Act) error {
	data, err := json.Marshal(map[string]string{"rules": "coin_packs", "policy": v.Name, "from": time.UnixMicro(v.FromUS).UTC().Format("2006-01-02T15:04:05.000000Z"), "state": state, "by": act.By, "reason": act.Reason})
	if err != nil {
		return err
	}
	if err := outbox.Add(ctx, tx, outbox.Event{Type: "policy.changed", Topic: "rules:coin_packs", Data: data}); err != nil {
		return err
	}
	did := audit.Act{Origin: audit.By(ctx, act.By), Verb: "rules.scheduled", Subject: v.Name, Reason: act.Reason,
		Changed: map[string]any{"rules": "coin_packs", "from": audit.Instant(v.FromUS)}}
	if state == "withdrawn" {
		did.Verb = "rules.withdrawn"
	}
	return audit.Record(ctx, tx, did)
}
