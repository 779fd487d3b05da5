package gift

import (
	"context"
	"fmt"
	"regexp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/text"
)

// mostPrice bounds the price of a gift that an operator schedules.
const mostPrice = 1_000_000

// Catalogues are the versions of the catalogue.
var Catalogues = policy.Set{Rules: "gift_catalogue", Name: "gifts", Table: "gift_item", Remove: func(ctx context.Context, tx *db.Tx, version string) error {
	_, err := tx.Exec(ctx, "DELETE FROM gift_item WHERE version = $1", version)
	return err
}}

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
	nameRule  = text.Rule{Name: "The name", Max: 40}
	emojiRule = text.Rule{Name: "The emoji", Max: 4}
	itemForm  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
)

// Schedule adds a catalogue that holds from an instant to come, and returns its
// version. Its faults are those of policy.Desk.
func (p *Publisher) Schedule(ctx context.Context, by people.Caller, c NewCatalogue) (policy.Version, error) {
	return Catalogues.On(p.db).Schedule(ctx, policy.Order{Act: policy.Act{By: by, Reason: c.Reason}, FromUS: c.FromUS}, catalogue(c.Items))
}

// Withdraw takes back a catalogue that does not hold yet. Its faults are those of
// policy.Desk.
func (p *Publisher) Withdraw(ctx context.Context, by people.Caller, version, reason string) error {
	return Catalogues.On(p.db).Withdraw(ctx, version, policy.Act{By: by, Reason: reason})
}

// catalogue is what a version says.
type catalogue []Item

// Check says all that is wrong with a catalogue, and brings its texts into their
// one form.
func (c catalogue) Check(ctx context.Context, tx *db.Tx, _ int64, wrong *fault.Fields) error {
	if len(c) < 1 || len(c) > policy.MostEntries {
		wrong.Add("/gifts", fault.Wrong(fault.ValidationFailed, "A catalogue has from 1 to %d gifts.", int64(policy.MostEntries)))
	}
	streaks, err := streakable(ctx, tx)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range c {
		c[i].check(fmt.Sprintf("/gifts/%d", i), wrong, streaks, seen)
	}
	return nil
}

// Install writes the gifts down as the version.
func (c catalogue) Install(ctx context.Context, tx *db.Tx, v policy.Version) error {
	items := make([]Item, len(c))
	for i, item := range c {
		item.Version, item.FromUS = v.Name, v.FromUS
		items[i] = item
	}
	return Install(ctx, tx, items)
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
