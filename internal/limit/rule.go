package limit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// rule is the row of a person. Somebody without one has bounded nothing.
type rule struct {
	caps    Caps
	next    Caps  // from nextUS on
	nextUS  int64 // 0: nothing is pending
	confirm money.Amount
	coolUS  int64 // the cool-off's end, also one that is past; 0: there was none
}

const ruleColumns = `asset, day_units, week_units, month_units, next_us, next_asset, next_day_units, next_week_units, next_month_units,
	confirm_units, confirm_asset, cool_off_us`

// ruleOf returns the person's rule as it is in force now: what was pending and
// has come of age is in the caps, whether or not anybody has written it there.
func ruleOf(ctx context.Context, tx *db.Tx, person id.Person) (r rule, err error) {
	err = tx.Row(ctx, "SELECT "+ruleColumns+" FROM limit_rule WHERE person_id = $1", person).Scan((*string)(&r.caps.Asset), &r.caps.Day, &r.caps.Week, &r.caps.Month,
		&r.nextUS, (*string)(&r.next.Asset), &r.next.Day, &r.next.Week, &r.next.Month, &r.confirm.Units, (*string)(&r.confirm.Asset), &r.coolUS)
	if errors.Is(err, db.ErrNoRows) {
		return rule{}, nil
	}
	if err != nil {
		return rule{}, fmt.Errorf("limit: reading what %s has bounded: %w", person, err)
	}
	r.age(tx.NowUS())
	return r, nil
}

// age puts caps into force whose instant has come.
func (r *rule) age(nowUS int64) {
	if r.nextUS != 0 && r.nextUS <= nowUS {
		r.caps, r.next, r.nextUS = r.next, Caps{}, 0
	}
}

// cooling returns the end of the cool-off that holds now, or 0.
func (r *rule) cooling(nowUS int64) int64 {
	if r.coolUS > nowUS {
		return r.coolUS
	}
	return 0
}

// save writes the person's rule.
func (r *rule) save(ctx context.Context, tx *db.Tx, person id.Person) error {
	_, err := tx.Exec(ctx, "INSERT INTO limit_rule (person_id, "+ruleColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (person_id) DO UPDATE SET asset = excluded.asset, day_units = excluded.day_units, week_units = excluded.week_units,
			month_units = excluded.month_units, next_us = excluded.next_us, next_asset = excluded.next_asset, next_day_units = excluded.next_day_units,
			next_week_units = excluded.next_week_units, next_month_units = excluded.next_month_units, confirm_units = excluded.confirm_units,
			confirm_asset = excluded.confirm_asset, cool_off_us = excluded.cool_off_us`,
		person, string(r.caps.Asset), r.caps.Day, r.caps.Week, r.caps.Month, r.nextUS, string(r.next.Asset), r.next.Day, r.next.Week, r.next.Month,
		r.confirm.Units, string(r.confirm.Asset), r.coolUS)
	if err != nil {
		return fmt.Errorf("limit: writing what %s bounds: %w", person, err)
	}
	return nil
}

// windows returns the windows around now with what the person has spent in
// them: one sum, for refusals and for pages.
func windows(ctx context.Context, tx *db.Tx, person id.Person, caps Caps) ([]Window, error) {
	all := make([]Window, len(Spans))
	var bounds [3][2]int64
	for i, s := range Spans {
		from, to := s.around(tx.Now())
		bounds[i] = [2]int64{from.UnixMicro(), to.UnixMicro()}
		all[i] = Window{Span: s, Cap: caps.of(s), ResetsUS: to.UnixMicro()}
	}
	const sum = "CAST(COALESCE(SUM(CASE WHEN at_us >= $%d AND at_us < $%d THEN units ELSE 0 END), 0) AS BIGINT)"
	query := fmt.Sprintf("SELECT "+sum+", "+sum+", "+sum+" FROM limit_spend WHERE person_id = $1 AND asset = $2 AND released_us = 0 AND at_us >= $9 AND at_us < $10", 3, 4, 5, 6, 7, 8)
	err := tx.Row(ctx, query, person, string(caps.Asset), bounds[0][0], bounds[0][1], bounds[1][0], bounds[1][1], bounds[2][0], bounds[2][1],
		min(bounds[1][0], bounds[2][0]), max(bounds[1][1], bounds[2][1])).Scan(&all[0].Spent, &all[1].Spent, &all[2].Spent)
	if err != nil {
		return nil, fmt.Errorf("limit: adding up what %s has spent: %w", person, err)
	}
	return all, nil
}

// Pending are caps that were asked for and do not hold yet.
type Pending struct {
	Caps
	FromUS int64
}

// State is what a person has bounded, and how far it is used.
type State struct {
	Caps    Caps
	Windows []Window     // of the caps' currency; without caps, of the currency that the person spent last in, if any
	Asset   money.Asset  // of the windows; "" if there are none
	Pending *Pending     // nil: nothing is
	Confirm money.Amount // what costs more has to be confirmed; without an asset nothing has
	CoolUS  int64        // until then the person neither pays nor gives; 0: there is no cool-off
	Paces   []Pace       // what everybody is bound to, in the currency of the windows, or in dollars
}

// Of returns what the person has bounded, as it stands now.
func Of(ctx context.Context, tx *db.Tx, person id.Person) (State, error) {
	r, err := ruleOf(ctx, tx, person)
	if err != nil {
		return State{}, err
	}
	s := State{Caps: r.caps, Asset: r.caps.Asset, Confirm: r.confirm, CoolUS: r.cooling(tx.NowUS())}
	if r.nextUS != 0 {
		s.Pending = &Pending{r.next, r.nextUS}
	}
	if s.Asset == "" {
		err := tx.Row(ctx, "SELECT asset FROM limit_spend WHERE person_id = $1 ORDER BY at_us DESC LIMIT 1", person).Scan((*string)(&s.Asset))
		if errors.Is(err, db.ErrNoRows) {
			s.Paces, err = PacesOf(ctx, tx, person, money.USD)
			return s, err
		}
		if err != nil {
			return State{}, fmt.Errorf("limit: looking for the last spend of %s: %w", person, err)
		}
	}
	caps := r.caps
	caps.Asset = s.Asset
	if s.Windows, err = windows(ctx, tx, person, caps); err != nil {
		return s, err
	}
	s.Paces, err = PacesOf(ctx, tx, person, s.Asset)
	return s, err
}

// words writes an amount as a sentence has it.
func words(units int64, asset money.Asset) string {
	return money.Amount{Units: units, Asset: asset}.Decimal() + " " + string(asset)
}

// instant writes an instant as a sentence has it, with its zone.
func instant(us int64) string { return time.UnixMicro(us).UTC().Format("2006-01-02 15:04 UTC") }
