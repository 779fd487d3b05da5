package tip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
)

// Rule is what holds for tips in one currency, in smallest units.
type Rule struct {
	Version  string // such as current@1
	Asset    money.Asset
	FromUS   int64
	Presets  []int64 // the amounts that are offered
	Min, Max int64   // of one tip
	DayUnits int64   // the most that a fan tips in a UTC day
	DayTips  int64   // and how often
	FeePPM   int64   // the provider's part of a charge, in millionths
	FeeFixed int64   // and what it takes besides
}

// The most that a rule may say; the schema says it too.
const (
	MostUnits    = 50_000_000
	MostFeePPM   = million / 2
	MostFeeFixed = million
)

// Check returns what is wrong with a rule, or nil.
func (r *Rule) Check() error {
	step := r.Asset.CardStep()
	switch {
	case !r.Asset.IsCurrency():
		return fmt.Errorf("%q is no currency", r.Asset)
	case r.Min < 1 || r.Max < r.Min || r.Max > MostUnits:
		return fmt.Errorf("a tip is from %d to %d; it has to be from 1 to %d, the least first", r.Min, r.Max, MostUnits)
	case r.DayUnits < r.Max || r.DayUnits > money.Max || r.DayTips < 1:
		return fmt.Errorf("a day holds %d and %d tips; it has to hold one tip of %d", r.DayUnits, r.DayTips, r.Max)
	case r.FeePPM < 0 || r.FeePPM > MostFeePPM || r.FeeFixed < 0 || r.FeeFixed > MostFeeFixed:
		return fmt.Errorf("a fee of %d millionths and %d is none", r.FeePPM, r.FeeFixed)
	case r.net(r.Min) < 1:
		return fmt.Errorf("of the least tip, %d, the fee of %d leaves nothing", r.Min, r.Fee(r.Min))
	case r.Min%step != 0 || r.Max%step != 0:
		return fmt.Errorf("cards are charged in steps of %d in this currency", step)
	case len(r.Presets) == 0 || !slices.IsSorted(r.Presets):
		return errors.New("it offers no amounts, or not the smallest first")
	}
	for _, p := range r.Presets {
		if p < r.Min || p > r.Max || p%step != 0 {
			return fmt.Errorf("it offers %d, which can not be tipped", p)
		}
	}
	return nil
}

const ruleColumns = "version, asset, from_us, presets, min_units, max_units, day_units, day_tips, fee_ppm, fee_fixed_units"

func scanRule(row *db.Rows) (r Rule, err error) {
	var presets string
	err = row.Scan(&r.Version, (*string)(&r.Asset), &r.FromUS, &presets, &r.Min, &r.Max, &r.DayUnits, &r.DayTips, &r.FeePPM, &r.FeeFixed)
	for _, p := range strings.Split(presets, ",") {
		n, wrong := strconv.ParseInt(p, 10, 64)
		err = errors.Join(err, wrong)
		r.Presets = append(r.Presets, n)
	}
	return r, err
}

// Install adds the rules of a version. What exists is left as it is: a tip under
// it must stay explainable.
func Install(ctx context.Context, tx *db.Tx, rules []Rule) error {
	for _, r := range rules {
		if err := r.Check(); err != nil {
			return fmt.Errorf("tip: the rule %s of %s: %w", r.Version, r.Asset, err)
		}
		presets := make([]string, len(r.Presets))
		for i, p := range r.Presets {
			presets[i] = strconv.FormatInt(p, 10)
		}
		_, err := tx.Exec(ctx, "INSERT INTO tip_rule ("+ruleColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (version, asset) DO NOTHING",
			r.Version, string(r.Asset), r.FromUS, strings.Join(presets, ","), r.Min, r.Max, r.DayUnits, r.DayTips, r.FeePPM, r.FeeFixed)
		if err != nil {
			return err
		}
	}
	return nil
}

// RulesOf returns the rules of a version, by currency.
func RulesOf(ctx context.Context, tx *db.Tx, version string) ([]Rule, error) {
	return db.Collect[Rule](tx.Query(ctx, "SELECT "+ruleColumns+" FROM tip_rule WHERE version = $1 ORDER BY asset", version))(scanRule)
}

// History returns all rules, the newest first.
func History(ctx context.Context, tx *db.Tx) ([]Rule, error) {
	return db.Collect[Rule](tx.Query(ctx, "SELECT "+ruleColumns+" FROM tip_rule ORDER BY from_us DESC, version DESC, asset"))(scanRule)
}

// Rules returns the rules in force, by currency; none where nobody has
// installed any.
func Rules(ctx context.Context, tx *db.Tx) ([]Rule, error) {
	var version string
	err := tx.Row(ctx, "SELECT version FROM tip_rule WHERE from_us <= $1 ORDER BY from_us DESC, version DESC LIMIT 1", tx.NowUS()).Scan(&version)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return RulesOf(ctx, tx, version)
}

// ruleFor returns the rule in force for a currency: a fault currency_unsupported
// if there is none.
func ruleFor(ctx context.Context, tx *db.Tx, asset money.Asset) (Rule, error) {
	rules, err := Rules(ctx, tx)
	if err != nil {
		return Rule{}, err
	}
	names := make([]string, len(rules))
	for i, r := range rules {
		if r.Asset == asset {
			return r, nil
		}
		names[i] = string(r.Asset)
	}
	const at = "/amount/asset"
	if len(names) == 0 {
		const detail = "There are no tips on this site yet. Nothing was charged."
		return Rule{}, fault.New(fault.CurrencyUnsupported, detail).At(at, fault.CurrencyUnsupported, detail)
	}
	list := strings.Join(names, ", ")
	return Rule{}, fault.New(fault.CurrencyUnsupported, "Tips are given in %s. Nothing was charged.", list).
		At(at, fault.CurrencyUnsupported, "Tips are given in %s. Nothing was charged.", list)
}

// amount refuses what can not be tipped.
func (r *Rule) amount(units int64) error {
	refuse := func(format string, args ...any) error {
		return fault.New(fault.AmountOutOfRange, format, args...).At("/amount/amount", fault.AmountOutOfRange, format, args...)
	}
	switch {
	case units < r.Min || units > r.Max:
		return refuse("A tip is from %s to %s %s. Nothing was charged.", r.of(r.Min).Decimal(), r.of(r.Max).Decimal(), r.Asset)
	case units%r.Asset.CardStep() != 0:
		return refuse("Cards are charged in steps of %s %s. Nothing was charged.", r.of(r.Asset.CardStep()).Decimal(), r.Asset)
	}
	return nil
}

func (r *Rule) of(units int64) money.Amount { return money.Amount{Units: units, Asset: r.Asset} }
