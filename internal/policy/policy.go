package policy

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

// The bounds of what operators schedule: beyond them somebody has written one
// digit too many.
const (
	MostUnits   = 1_000_000_000 // of money, smallest units
	MostDays    = 3650
	MostEntries = 200 // of one version: gifts, packs, currencies, regions
)

// Set is a set of dated rules of which operators schedule versions.
type Set struct {
	Rules string // what the log of events and the audit log call it
	Name  string // of the versions that operators schedule: rates is of rates@1, rates@2…
	Table string // where its versions stand, with the columns version and from_us
	// Remove deletes a version from the tables of the set.
	Remove func(ctx context.Context, tx *db.Tx, version string) error
}

// Notice is how long before they hold rules are scheduled by which one operator decides
// what two decide now: the others have a day to see it, and to withdraw it.
const Notice = 24 * time.Hour

// Announced notes rules that would have one operator decide alone, earlier than after
// the Notice, what two decide by those in force.
func Announced(tx *db.Tx, fromUS int64, looser bool, wrong *fault.Fields) {
	if at := tx.Now().Add(Notice); looser && fromUS < at.UnixMicro() {
		wrong.Add("/from", fault.Wrong(fault.ValidationFailed, "By these rules one operator decides alone what two decide now. So that the others see it, they hold a day from now at the earliest, at %s.", at.UTC().Format(time.RFC3339)))
	}
}

// Content is what a version says.
type Content interface {
	// Check notes all that is wrong with it from the instant on, and brings its texts
	// into their one form.
	Check(ctx context.Context, tx *db.Tx, fromUS int64, wrong *fault.Fields) error
	// Install writes it down as the version.
	Install(ctx context.Context, tx *db.Tx, v Version) error
}

// Version is a version of a set.
type Version struct {
	Name   string
	FromUS int64
}

func (v *Version) from() string { return time.UnixMicro(v.FromUS).UTC().Format(time.RFC3339) }

// Versions returns the versions of the set, the last to begin first.
func (s *Set) Versions(ctx context.Context, tx *db.Tx) ([]Version, error) {
	return db.Collect[Version](tx.Query(ctx, "SELECT version, MIN(from_us) FROM "+s.Table+" GROUP BY version ORDER BY 2 DESC, 1 DESC"))(
		func(r *db.Rows) (v Version, err error) { return v, r.Scan(&v.Name, &v.FromUS) })
}

// Act is who schedules or withdraws something, and why.
type Act struct {
	By     people.Caller
	Reason string
}

var reasonRule = text.Rule{Name: "The reason", Max: 200}

// check refuses who may not, and brings the reason into its one form.
func (a *Act) check(wrong *fault.Fields) error {
	if err := a.By.Require(people.PolicyWrite); err != nil {
		return err
	}
	clean, bad := reasonRule.Clean(a.Reason)
	wrong.Add("/reason", bad)
	a.Reason = clean
	return nil
}

// Order is what is said about a version besides what it says.
type Order struct {
	Act
	FromUS int64
	// Call is the one request that it is for, and Answer its answer; nil is none.
	Call   *idem.Call
	Answer func(Version) (idem.Answer, error)
}

// Desk schedules the versions of a set.
type Desk struct {
	set *Set
	db  *db.DB
}

// On returns the Desk of the set on the database.
func (s *Set) On(d *db.DB) Desk { return Desk{s, d} }

// Schedule adds a version that holds from an instant to come. Operators and keys
// with the scope policy:write do it. Its faults: scope_missing, validation_failed
// with all that is wrong, state_conflict when another version begins as late or
// later.
func (d Desk) Schedule(ctx context.Context, o Order, c Content) (v Version, err error) {
	var wrong fault.Fields
	if err := o.check(&wrong); err != nil {
		return v, err
	}
	err = d.db.Write(ctx, func(tx *db.Tx) error {
		return o.Call.Once(ctx, tx, func() (a idem.Answer, err error) {
			if v, err = d.set.next(ctx, tx, o.FromUS, c, wrong); err != nil {
				return a, err
			}
			if err := c.Install(ctx, tx, v); err != nil {
				return a, err
			}
			if err := d.set.tell(ctx, tx, v, scheduled, o.Act); err != nil || o.Answer == nil {
				return a, err
			}
			return o.Answer(v)
		})
	})
	return v, err
}

// Look returns the version that Schedule would add, or refuses it as Schedule
// does, and changes nothing.
func (d Desk) Look(ctx context.Context, o Order, c Content) (v Version, err error) {
	var wrong fault.Fields
	if err := o.check(&wrong); err != nil {
		return v, err
	}
	err = d.db.Read(ctx, func(tx *db.Tx) error {
		v, err = d.set.next(ctx, tx, o.FromUS, c, wrong)
		return err
	})
	return v, err
}

// next says all that is wrong with a version at once, and gives it its name. What
// is wrong already is in wrong, of which each attempt has its own copy.
func (s *Set) next(ctx context.Context, tx *db.Tx, fromUS int64, c Content, wrong fault.Fields) (v Version, err error) {
	wrong = wrong[:len(wrong):len(wrong)]
	all, err := s.Versions(ctx, tx)
	if err != nil {
		return v, err
	}
	now, err := ledger.Open(tx).Now(ctx)
	if err != nil {
		return v, err
	}
	if err := c.Check(ctx, tx, fromUS, &wrong); err != nil {
		return v, err
	}
	if fromUS <= now {
		wrong.Add("/from", fault.Wrong(fault.ValidationFailed, "It holds from an instant to come; now is %s.", time.UnixMicro(now).UTC().Format(time.RFC3339)))
	}
	if err := wrong.Err(); err != nil {
		return v, err
	}
	if len(all) > 0 && fromUS <= all[0].FromUS {
		return v, fault.New(fault.StateConflict, "The version %s holds from %s on, and a later version begins later. Choose a later instant, or withdraw that version first.", all[0].Name, all[0].from())
	}
	n, err := audit.LastNumber(ctx, tx, scheduledVerb, s.Name) // also of what was withdrawn
	if err != nil {
		return v, err
	}
	for _, other := range all {
		if number, ok := strings.CutPrefix(other.Name, s.Name+"@"); ok {
			if k, err := strconv.Atoi(number); err == nil {
				n = max(n, k)
			}
		}
	}
	return Version{s.Name + "@" + strconv.Itoa(n+1), fromUS}, nil
}

// Withdraw takes back a version that does not hold yet. Its faults: scope_missing,
// validation_failed, not_found, state_conflict when it holds already.
func (d Desk) Withdraw(ctx context.Context, version string, a Act) error {
	var wrong fault.Fields
	if err := a.check(&wrong); err != nil {
		return err
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *db.Tx) error { return d.set.withdraw(ctx, tx, version, a) })
}

func (s *Set) withdraw(ctx context.Context, tx *db.Tx, version string, a Act) error {
	all, err := s.Versions(ctx, tx)
	if err != nil {
		return err
	}
	now, err := ledger.Open(tx).Now(ctx)
	if err != nil {
		return err
	}
	for _, v := range all {
		if v.Name != version {
			continue
		}
		if v.FromUS <= now {
			return fault.New(fault.StateConflict, "The version %s holds since %s and is what was posted by; it stays. Schedule another one.", version, v.from())
		}
		if err := s.Remove(ctx, tx, version); err != nil {
			return err
		}
		return s.tell(ctx, tx, v, withdrawn, a)
	}
	return fault.New(fault.NotFound, "There is no version %s.", fault.Clip(version))
}

// What becomes of a version, as the log of events says it.
const (
	scheduled = "scheduled"
	withdrawn = "withdrawn"
)

// The acts in the audit log.
const (
	scheduledVerb = "rules.scheduled"
	withdrawnVerb = "rules.withdrawn"
)

// tell writes down who did it and why, in the log of events and in the audit log.
func (s *Set) tell(ctx context.Context, tx *db.Tx, v Version, state string, a Act) error {
	verb := scheduledVerb
	if state == withdrawn {
		verb = withdrawnVerb
	}
	data, err := json.Marshal(map[string]string{"rules": s.Rules, "policy": v.Name, "from": audit.Instant(v.FromUS), "state": state, "by": a.By.ID(), "reason": a.Reason})
	if err != nil {
		return err
	}
	if err := outbox.Add(ctx, tx, outbox.Event{Type: "policy.changed", Topic: "rules:" + s.Rules, Data: data}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Act{Origin: audit.By(ctx, a.By.ID()), Verb: verb, Subject: v.Name, Reason: a.Reason,
		Changed: map[string]any{"rules": s.Rules, "from": audit.Instant(v.FromUS)}})
}
