package gift

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

// Operators is the name of the catalogues that operators schedule: gifts@1,
// gifts@2… No preset has it, so that neither takes the other's numbers.
const Operators = "gifts"

// The bounds of a catalogue that an operator schedules: beyond them somebody
// has written one digit too many.
const (
	mostItems = 200
	mostPrice = 1_000_000
)

// Version is a version of the catalogue.
type Version struct {
	Name   string
	FromUS int64
}

// Versions returns the versions of the catalogue, the last to begin first.
func Versions(ctx context.Context, tx *db.Tx) ([]Version, error) {
	return db.Collect[Version](tx.Query(ctx, "SELECT version, MIN(from_us) FROM gift_item GROUP BY version ORDER BY 2 DESC, 1 DESC"))(
		func(r *db.Rows) (v Version, err error) { return v, r.Scan(&v.Name, &v.FromUS) })
}

// Publisher schedules catalogues. Operators and keys with the scope policy:write
// use it.
type Publisher struct{ db *db.DB }

// NewPublisher returns a Publisher on the database.
func NewPublisher(d *db.DB) *Publisher { return &Publisher{d} }

// NewCatalogue is a catalogue as an operator writes it: all of its gifts, since
// those that are not in it can not be given any more.
type NewCatalogue struct {
	FromUS int64
	Reason string
	Items  []Item
}

var (
	reasonRule = text.Rule{Name: "The reason", Max: 200}
	nameRule   = text.Rule{Name: "The name", Max: 40}
	emojiRule  = text.Rule{Name: "The emoji", Max: 4}
	itemForm   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
)

// Schedule adds a catalogue that holds from an instant to come, and returns its
// version. Its faults: scope_missing, validation_failed with all that is wrong,
// state_conflict when another version begins as late or later.
func (p *Publisher) Schedule(ctx context.Context, by people.Caller, c NewCatalogue) (v Version, err error) {
	if err := by.Require(people.PolicyWrite); err != nil {
		return v, err
	}
	err = p.db.Write(ctx, func(tx *db.Tx) error {
		v, err = schedule(ctx, tx, by.ID(), c)
		return err
	})
	return v, err
}

func schedule(ctx context.Context, tx *db.Tx, by string, c NewCatalogue) (v Version, err error) {
	versions, err := Versions(ctx, tx)
	if err != nil {
		return v, err
	}
	now, err := ledger.Open(tx).Now(ctx)
	if err != nil {
		return v, err
	}
	if err := c.check(ctx, tx, now, versions); err != nil {
		return v, err
	}
	n, err := audit.LastNumber(ctx, tx, "rules.scheduled", Operators) // also of what was withdrawn
	if err != nil {
		return v, err
	}
	for _, other := range versions {
		if number, ok := strings.CutPrefix(other.Name, Operators+"@"); ok {
			if k, err := strconv.Atoi(number); err == nil {
				n = max(n, k)
			}
		}
	}
	v = Version{Operators + "@" + strconv.Itoa(n+1), c.FromUS}
	items := make([]Item, len(c.Items))
	for i, item := range c.Items {
		item.Version, item.FromUS = v.Name, v.FromUS
		items[i] = item
	}
	if err := Install(ctx, tx, items); err != nil {
		return v, err
	}
	return v, tellCatalogue(ctx, tx, v, "scheduled", by, c.Reason)
}

// check says all that is wrong with a catalogue at once, and brings its texts
// into their one form.
func (c *NewCatalogue) check(ctx context.Context, tx *db.Tx, nowUS int64, versions []Version) error {
	var fields fault.Fields
	var wrong *fault.Field
	c.Reason, wrong = reasonRule.Clean(c.Reason)
	fields.Add("/reason", wrong)
	if len(c.Items) < 1 || len(c.Items) > mostItems {
		fields.Add("/gifts", fault.Wrong(fault.ValidationFailed, "A catalogue has from 1 to %d gifts.", int64(mostItems)))
	}
	streaks, err := streakable(ctx, tx)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range c.Items {
		c.Items[i].check(fmt.Sprintf("/gifts/%d", i), &fields, streaks, seen)
	}
	if c.FromUS <= nowUS {
		fields.Add("/from", fault.Wrong(fault.ValidationFailed, "It holds from an instant to come; now is %s.", time.UnixMicro(nowUS).UTC().Format(time.RFC3339)))
	}
	if err := fields.Err(); err != nil {
		return err
	}
	if len(versions) > 0 && c.FromUS <= versions[0].FromUS {
		return fault.New(fault.StateConflict, "The version %s holds from %s on, and a later version begins later. Choose a later instant, or withdraw that version first.", versions[0].Name, time.UnixMicro(versions[0].FromUS).UTC().Format(time.RFC3339))
	}
	return nil
}

func (i *Item) check(at string, fields *fault.Fields, streaks map[string]bool, seen map[string]bool) {
	var wrong *fault.Field
	if !itemForm.MatchString(i.ID) || seen[i.ID] {
		fields.Add(at+"/id", fault.Wrong(fault.ValidationFailed, "The id of a gift is there once, and is made of small letters, digits and underscores, such as rose."))
	}
	seen[i.ID] = true
	i.Name, wrong = nameRule.Clean(i.Name)
	fields.Add(at+"/name", wrong)
	i.Emoji, wrong = emojiRule.Clean(i.Emoji)
	fields.Add(at+"/emoji", wrong)
	if i.PriceCoins < 1 || i.PriceCoins > mostPrice {
		fields.Add(at+"/price_coins", fault.Wrong(fault.ValidationFailed, "A gift costs from 1 to %d coins.", int64(mostPrice)))
	}
	if !i.OnLive && !i.OnVideo {
		fields.Add(at+"/on_live", fault.Wrong(fault.ValidationFailed, "A gift can be given on a LIVE, on a video, or on both."))
	}
	if was, known := streaks[i.ID]; known && was != i.Streakable {
		fields.Add(at+"/streakable", fault.Wrong(fault.ValidationFailed, "Whether a gift can be tapped as a combo stays as it is, because a combo may be under way. Give the other gift an id of its own."))
	}
}

// streakable tells of every gift that there was whether it can be tapped.
func streakable(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	found := map[string]bool{}
	rows, err := tx.Query(ctx, "SELECT id, streakable FROM gift_item ORDER BY from_us, version")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var item string
		var can int64
		if err := rows.Scan(&item, &can); err != nil {
			return nil, err
		}
		found[item] = can == 1
	}
	return found, rows.Err()
}

// Withdraw takes back a catalogue that does not hold yet. Its faults:
// scope_missing, validation_failed, not_found, state_conflict when it holds
// already.
func (p *Publisher) Withdraw(ctx context.Context, by people.Caller, version, reason string) error {
	if err := by.Require(people.PolicyWrite); err != nil {
		return err
	}
	var fields fault.Fields
	reason, wrong := reasonRule.Clean(reason)
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return err
	}
	return p.db.Write(ctx, func(tx *db.Tx) error { return withdraw(ctx, tx, by.ID(), version, reason) })
}

func withdraw(ctx context.Context, tx *db.Tx, by, version, reason string) error {
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
		if _, err := tx.Exec(ctx, "DELETE FROM gift_item WHERE version = $1", version); err != nil {
			return err
		}
		return tellCatalogue(ctx, tx, v, "withdrawn", by, reason)
	}
	return fault.New(fault.NotFound, "There is no version %s.", fault.Clip(version))
}

func tellCatalogue(ctx context.Context, tx *db.Tx, v Version, state, by, reason string) error {
	data, err := json.Marshal(map[string]string{"rules": "gift_catalogue", "policy": v.Name, "from": string(appendTime(nil, v.FromUS)), "state": state, "by": by, "reason": reason})
	if err != nil {
		return err
	}
	if err := outbox.Add(ctx, tx, outbox.Event{Type: "policy.changed", Topic: "rules:gift_catalogue", Data: data}); err != nil {
		return err
	}
	did := audit.Act{Origin: audit.By(ctx, by), Verb: "rules.scheduled", Subject: v.Name, Reason: reason,
		Changed: map[string]any{"rules": "gift_catalogue", "from": audit.Instant(v.FromUS)}}
	if state == "withdrawn" {
		did.Verb = "rules.withdrawn"
	}
	return audit.Record(ctx, tx, did)
}
