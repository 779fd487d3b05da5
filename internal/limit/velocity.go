package limit

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Velocity is the most that is charged to a person, or to a card, within any stretch
// of time. There is one row for each currency; what is paid in several counts in each by its part
// of what that one allows, so that two currencies allow no more than one.
type Velocity struct {
	Version string
	Name    string // of the stretch: NewAccount or Rolling
	Asset   money.Asset
	FromUS  int64
	Span    time.Duration
	Most    int64
	Younger time.Duration // for accounts that are younger; 0 is everybody
}

// The names of velocities.
const (
	NewAccount = "new_account"
	Rolling    = "rolling"
)

// InstallVelocity adds rules. A version that exists is left as it is.
func InstallVelocity(ctx context.Context, tx *db.Tx, all []Velocity) error {
	for _, v := range all {
		_, err := tx.Exec(ctx, "INSERT INTO limit_velocity (version, name, asset, from_us, since_us, span_us, most_units, younger_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (version, name, asset) DO NOTHING",
			v.Version, v.Name, string(v.Asset), v.FromUS, max(v.FromUS, tx.NowUS()), v.Span.Microseconds(), v.Most, v.Younger.Microseconds())
		if err != nil {
			return fmt.Errorf("limit: installing %s of %s: %w", v.Name, v.Version, err)
		}
	}
	return nil
}

// VelocityOf returns the rules of a version.
func VelocityOf(ctx context.Context, tx *db.Tx, version string) ([]Velocity, error) {
	return db.Collect[Velocity](tx.Query(ctx, "SELECT version, name, asset, from_us, span_us, most_units, younger_us FROM limit_velocity WHERE version = $1 ORDER BY name, asset", version))(scanVelocity)
}

func scanVelocity(r *db.Rows) (v Velocity, err error) {
	var span, younger int64
	err = r.Scan(&v.Version, &v.Name, (*string)(&v.Asset), &v.FromUS, &span, &v.Most, &younger)
	v.Span, v.Younger = time.Duration(span)*time.Microsecond, time.Duration(younger)*time.Microsecond
	return v, err
}

// Pace is a stretch of time with what a person was charged in it until now.
type Pace struct {
	Name   string
	Span   time.Duration
	Most   money.Amount
	Left   money.Amount // in the same currency; what was paid in others counts by its part
	EndsUS int64        // until when it holds for the person, 0 for good
}

// PacesOf returns what holds for the person in the currency. What other accounts
// pay with the same cards is nobody else's to know, and left out.
func PacesOf(ctx context.Context, tx *db.Tx, person id.Person, asset money.Asset) ([]Pace, error) {
	all, err := stretches(ctx, tx, person, "")
	if err != nil {
		return nil, err
	}
	var paces []Pace
	for _, s := range all {
		if v, ok := s.rules[asset]; ok {
			left := max(0, s.left(v, s.own))
			paces = append(paces, Pace{Name: v.Name, Span: v.Span, Most: money.Amount{Units: v.Most, Asset: asset}, Left: money.Amount{Units: left, Asset: asset}, EndsUS: s.endsUS})
		}
	}
	return paces, nil
}

// stretch is a stretch of time that ends now, its rules by currency, and what was
// spent in it, the oldest first: by the account, and by it or with the card.
type stretch struct {
	name     string
	rules    map[money.Asset]Velocity
	own, all []spent
	endsUS   int64
}

type spent struct {
	units   int64
	asset   money.Asset
	atUS    int64
	knownUS int64 // from when on it counts
	person  id.Person
}

// stretches reads the rules in force that hold for the person, and what was spent
// within them by the person, or by whomever with the card if there is one.
func stretches(ctx context.Context, tx *db.Tx, person id.Person, instrument string) ([]stretch, error) {
	rules, err := inForce(ctx, tx, tx.NowUS())
	if err != nil {
		return nil, fmt.Errorf("limit: reading the velocities: %w", err)
	}
	if len(rules) == 0 {
		return nil, nil
	}
	var madeUS int64
	if err := tx.Row(ctx, "SELECT created_us FROM person WHERE id = $1", person).Scan(&madeUS); err != nil {
		return nil, fmt.Errorf("limit: how old the account %s is: %w", person, err)
	}
	var all []stretch
	for _, v := range rules {
		ends := time.UnixMicro(madeUS).Add(v.Younger).UnixMicro()
		if v.Younger > 0 && ends <= tx.NowUS() {
			continue
		}
		if v.Younger == 0 {
			ends = 0
		}
		if n := len(all); n == 0 || all[n-1].name != v.Name {
			all = append(all, stretch{name: v.Name, rules: map[money.Asset]Velocity{}, endsUS: ends})
		}
		all[len(all)-1].rules[v.Asset] = v
	}
	for i := range all {
		if err := all[i].read(ctx, tx, person, instrument); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// read reads what was spent within the stretch. A spend of the person's with the
// card is one.
func (s *stretch) read(ctx context.Context, tx *db.Tx, person id.Person, instrument string) (err error) {
	s.all, err = db.Collect[spent](tx.Query(ctx, `SELECT cause, person_id, units, asset, at_us FROM limit_spend WHERE person_id = $1 AND at_us > $2 AND released_us = 0
		UNION SELECT cause, person_id, units, asset, at_us FROM limit_spend WHERE instrument = $3 AND instrument <> '' AND learned_us > $2 AND at_us > $2 AND released_us = 0
		ORDER BY 5, 1`, person, tx.Now().Add(-s.span()).UnixMicro(), instrument))(func(r *db.Rows) (x spent, err error) {
		var cause string
		return x, r.Scan(&cause, (*string)(&x.person), &x.units, (*string)(&x.asset), &x.atUS)
	})
	if err != nil {
		return fmt.Errorf("limit: adding up what %s has spent: %w", person, err)
	}
	for _, x := range s.all {
		if x.person == person {
			s.own = append(s.own, x)
		}
	}
	return nil
}

// span is the same in all currencies of a name.
func (s *stretch) span() (span time.Duration) {
	for _, v := range s.rules {
		span = max(span, v.Span)
	}
	return span
}

// used is the part of what the rules allow that the spends are.
func (s *stretch) used(spends []spent) *big.Rat {
	used := new(big.Rat)
	for _, x := range spends {
		if v, ok := s.rules[x.asset]; ok {
			used.Add(used, big.NewRat(x.units, v.Most))
		}
	}
	return used
}

// left is what of the rule's currency still fits beside the spends.
func (s *stretch) left(v Velocity, spends []spent) int64 {
	left := new(big.Rat).Sub(big.NewRat(1, 1), s.used(spends))
	left.Mul(left, big.NewRat(v.Most, 1))
	return new(big.Int).Div(left.Num(), left.Denom()).Int64() // rounded down, also below zero
}

// room is when the amount fits: the instant at which enough of what the person spent
// is out of the stretch; ok is false if it never does.
func (s *stretch) room(v Velocity, units int64) (us int64, ok bool) {
	if units > v.Most {
		return s.endsUS, s.endsUS > 0
	}
	for i := range s.own {
		if s.left(v, s.own[i+1:]) >= units {
			return s.own[i].atUS + v.Span.Microseconds(), true
		}
	}
	return 0, false
}

// paces returns the stretches that the spend is held to, the narrower one first.
// The rules are those of the account that pays, so that a new one has little room
// also with a card that an old one uses.
func paces(ctx context.Context, tx *db.Tx, s Spend) ([]stretch, error) {
	all, err := stretches(ctx, tx, s.Person, s.Instrument)
	slices.SortFunc(all, func(a, b stretch) int {
		return -int(b.rules[s.Amount.Asset].Most - a.rules[s.Amount.Asset].Most)
	})
	return all, err
}

// paceAccount refuses what would be more than a person is charged within a time, with
// what the account spent.
func paceAccount(all []stretch, s Spend, now time.Time) error {
	for i := range all {
		x := &all[i]
		v, ok := x.rules[s.Amount.Asset]
		if !ok {
			return fault.New(fault.CurrencyUnsupported, "Nothing says how much may be paid in %s in a day, so that nothing is. Pay in another currency; nothing was charged.", s.Amount.Asset)
		}
		if left := x.left(v, x.own); s.Amount.Units > left {
			return x.refuse(v, s, max(0, left), now)
		}
	}
	return nil
}

// paceCard refuses what would be more with what anybody spent with the card besides.
// It comes after paceAccount, which knows that there are rules of the currency.
func paceCard(all []stretch, s Spend) error {
	for i := range all {
		if v := all[i].rules[s.Amount.Asset]; s.Amount.Units > all[i].left(v, all[i].all) {
			return refuseCard(v, s)
		}
	}
	return nil
}

// refuse says what is too much, and when it is not any more.
func (s *stretch) refuse(v Velocity, of Spend, left int64, now time.Time) error {
	f := fault.New(fault.VelocityLimit, "At most %s are paid within %d hours. %s are left of it now, and this costs %s. Nothing was charged.",
		words(v.Most, v.Asset), int64(v.Span/time.Hour), words(left, v.Asset), words(of.Amount.Units, v.Asset))
	if v.Younger > 0 {
		f = fault.New(fault.NewAccountLimit, "An account that is younger than %d days pays at most %s within %d hours. %s are left of it now, and this costs %s. Nothing was charged.",
			int64(v.Younger/(24*time.Hour)), words(v.Most, v.Asset), int64(v.Span/time.Hour), words(left, v.Asset), words(of.Amount.Units, v.Asset))
	}
	f = v.members(f, "account").With("left", money.Amount{Units: left, Asset: v.Asset})
	if us, ok := s.room(v, of.Amount.Units); ok {
		at := time.UnixMicro(us).UTC()
		f = f.With("resets_at", at.Format(time.RFC3339)).After(at.Sub(now))
	}
	return f
}

// refuseCard refuses what has room with the account, and none with the card. It says
// neither what is left nor when there is room again: that would tell one holder of a
// card what another one paid with it, and when.
func refuseCard(v Velocity, of Spend) error {
	f := fault.New(fault.VelocityLimit, "At most %s are paid within %d hours with this account or this card, whoever pays with it. Together that leaves less than the %s that this costs. Nothing was charged; pay with another card, or try again later.",
		words(v.Most, v.Asset), int64(v.Span/time.Hour), words(of.Amount.Units, v.Asset))
	if v.Younger > 0 {
		f = fault.New(fault.NewAccountLimit, "With an account that is younger than %d days or its card, whoever pays with it, at most %s are paid within %d hours. Together that leaves less than the %s that this costs. Nothing was charged; pay with another card, or try again later.",
			int64(v.Younger/(24*time.Hour)), words(v.Most, v.Asset), int64(v.Span/time.Hour), words(of.Amount.Units, v.Asset))
	}
	return v.members(f, "card").After(v.Span)
}

// members adds what a program wants to know of the rule, and what has no room.
func (v *Velocity) members(f *fault.Error, counted string) *fault.Error {
	return f.With("limit", v.Name).With("cap", money.Amount{Units: v.Most, Asset: v.Asset}).With("counted", counted)
}
