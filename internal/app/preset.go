package app

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/wallet"
)

// Presets are the names of the rule sets that ship with the program.
var Presets = []string{"current", "classic-2022"}

//go:embed presets/*.toml
var presetFiles embed.FS

// preset is a rule set. What belongs to a version (its number and its start)
// stands in Version and From alone until it is installed.
type preset struct {
	Name       string
	Version    string
	From       time.Time
	Card       earnings.RateCard
	Packs      []wallet.Pack
	Payouts    payout.Rules
	Refunds    []reversal.Rule
	Gifts      []gift.Item
	Tips       []tip.Rule
	Velocity   []limit.Velocity
	Programmes []presetProgramme
}

type presetProgramme struct {
	Name                   string
	GraceDays, ReapplyDays int64
	Criteria               []programme.Criterion
	Regions                map[string]map[string]int64 // region → metric → another threshold

	path string // in the file
}

// InstallPreset brings the rule set into force. In an empty database it holds
// from the instant that its file names; where others hold already, from now on,
// under its next number: what was posted stays explained by what held then. A
// rule set that is in force is left as it is.
func InstallPreset(ctx context.Context, tx *db.Tx, name string) error {
	if !slices.Contains(Presets, name) {
		return fmt.Errorf("app: there is no preset %q; there are %s", name, strings.Join(Presets, " and "))
	}
	p, err := shippedPreset(name)
	if err != nil {
		return err
	}
	cards, err := presetCards(ctx, tx)
	if err != nil {
		return err
	}
	if len(cards) > 0 {
		if presetOf(cards[0].Version) == name {
			return nil
		}
		p.succeed(cards, tx.Now())
	}
	return p.install(ctx, tx, cards)
}

// InstallPresetFile brings an operator's own rule set into force. It holds from
// the instant that the file names, or from now on if that is past and others
// hold already. A version that is installed is left as it is, and one with
// other content is refused.
func InstallPresetFile(ctx context.Context, tx *db.Tx, file string) error {
	p, wrong := readPresetFile(file)
	if len(wrong) > 0 {
		return fmt.Errorf("the preset has mistakes: %s", strings.Join(wrong, "; "))
	}
	cards, err := presetCards(ctx, tx)
	if err != nil {
		return err
	}
	for i, c := range cards {
		if c.Version != p.Version {
			continue
		}
		if i > 0 {
			return fmt.Errorf("the version %s of %s was followed by %s, and a version begins once; give the file the next number of its version", p.Version, file, cards[0].Version)
		}
		return p.unchanged(ctx, tx, file, c)
	}
	if err := p.begin(cards, tx.Now(), file); err != nil {
		return err
	}
	return p.install(ctx, tx, cards)
}

// presetCards returns the rate cards that presets have brought, newest first:
// the others were scheduled by operators, and no preset follows them.
func presetCards(ctx context.Context, tx *db.Tx) ([]earnings.RateCard, error) {
	cards, err := earnings.History(ctx, tx)
	return slices.DeleteFunc(cards, func(c earnings.RateCard) bool { return presetOf(c.Version) == earnings.Cards.Name }), err
}

// scheduled are the sets of rules of which operators schedule versions. No preset
// has their names.
var scheduled = []*policy.Set{&earnings.Cards, &wallet.PriceLists, &gift.Catalogues, &tip.Versions, &reversal.Versions, &payout.Versions, &limit.Versions}

// begin moves the start of a new version to where it can hold.
func (p *preset) begin(cards []earnings.RateCard, now time.Time, file string) error {
	switch future := p.From.After(now); {
	case future && len(cards) == 0:
		return fmt.Errorf("%s holds from %s, and until then there would be no rules at all; choose an instant that is past", file, p.From.Format(time.RFC3339))
	case future && p.From.UnixMicro() <= cards[0].FromUS:
		return fmt.Errorf("%s holds from %s, and %s from %s; choose a later instant", file, p.From.Format(time.RFC3339), cards[0].Version, time.UnixMicro(cards[0].FromUS).UTC().Format(time.RFC3339))
	case !future && len(cards) > 0:
		p.From = time.UnixMicro(max(now.UnixMicro(), cards[0].FromUS+1)).UTC()
	}
	return nil
}

// unchanged holds the file to the version that was installed from it. Its start
// may be an instant that was past then, because the rules began with the start
// of the server.
func (p preset) unchanged(ctx context.Context, tx *db.Tx, file string, c earnings.RateCard) error {
	begun := time.UnixMicro(c.FromUS).UTC()
	same := !p.From.After(begun) && (begun.Before(tx.Now()) || begun.Equal(tx.Now()) || p.From.Equal(begun))
	p.From = begun
	card, packs, items := p.dated()
	same = same && card == c
	there, err := wallet.PacksOfVersion(ctx, tx, p.Version)
	if err != nil {
		return err
	}
	catalogue, err := gift.CatalogOf(ctx, tx, p.Version)
	if err != nil {
		return err
	}
	slices.SortFunc(there, comparePacks)
	slices.SortFunc(items, func(a, b gift.Item) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(catalogue, func(a, b gift.Item) int { return strings.Compare(a.ID, b.ID) })
	same = same && slices.Equal(packs, there) && slices.Equal(items, catalogue)
	tips, err := tip.RulesOf(ctx, tx, p.Version)
	if err != nil {
		return err
	}
	same = same && slices.EqualFunc(p.tips(), tips, func(a, b tip.Rule) bool { return reflect.DeepEqual(a, b) })
	velocity, err := limit.VelocityOf(ctx, tx, p.Version)
	if err != nil {
		return err
	}
	same = same && slices.Equal(p.velocity(), velocity)
	payouts, err := p.samePayouts(ctx, tx)
	if err != nil {
		return err
	}
	refunds, err := p.sameRefunds(ctx, tx)
	if err != nil {
		return err
	}
	same = same && payouts && refunds
	installed, err := programme.Policies(ctx, tx)
	if err != nil {
		return err
	}
	policies, _ := p.policies()
	others := len(policies)
	for _, q := range installed {
		if q.Version != p.Version {
			continue
		}
		others--
		same = same && slices.ContainsFunc(policies, func(r programme.Policy) bool { return r.Programme == q.Programme && r.Region == q.Region })
	}
	if same = same && others == 0; same {
		err = programme.Install(ctx, tx, policies) // which compares each
		same = !fault.Is(err, fault.StateConflict)
	}
	if !same {
		return fmt.Errorf("the version %s is installed with other content than %s has now, and a version never changes; give the file the next number of its version", p.Version, file)
	}
	return err
}

// install writes all rules of the version, and in the audit log that they
// follow those of the cards: rates, packs, gifts and programmes change together.
func (p preset) install(ctx context.Context, tx *db.Tx, cards []earnings.RateCard) error {
	before := ""
	if len(cards) > 0 {
		before = cards[0].Version
	}
	card, packs, items := p.dated()
	if err := earnings.Install(ctx, tx, card); err != nil {
		return err
	}
	if err := wallet.Install(ctx, tx, packs); err != nil {
		return err
	}
	if err := gift.Install(ctx, tx, items); err != nil {
		return err
	}
	if err := tip.Install(ctx, tx, p.tips()); err != nil {
		return err
	}
	if err := limit.InstallVelocity(ctx, tx, p.velocity()); err != nil {
		return err
	}
	if err := payout.InstallRules(ctx, tx, p.payouts()); err != nil {
		return err
	}
	if err := reversal.Install(ctx, tx, p.refunds()); err != nil {
		return err
	}
	policies, _ := p.policies()
	if err := programme.Install(ctx, tx, policies); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Act{Origin: audit.Origin{Actor: audit.Console}, Verb: "preset.switch", Subject: p.Version,
		Changed: map[string]any{"before": before, "from": audit.Instant(p.From.UnixMicro())}})
}

// succeed gives the rule set the number and the start with which it follows
// those that hold: after the newest of them, also if that starts in the future.
func (p *preset) succeed(cards []earnings.RateCard, now time.Time) {
	next := 1
	for _, c := range cards {
		if presetOf(c.Version) == p.Name {
			next++
		}
	}
	p.Version = fmt.Sprintf("%s@%d", p.Name, next)
	p.From = time.UnixMicro(max(now.UnixMicro(), cards[0].FromUS+1)).UTC()
}

// presetOf returns the name in a version such as current@1.
func presetOf(version string) string {
	name, _, _ := strings.Cut(version, "@")
	return name
}

// dated returns the rates, packs and gifts with the version and the start.
func (p preset) dated() (card earnings.RateCard, packs []wallet.Pack, items []gift.Item) {
	us := p.From.UnixMicro()
	card, packs, items = p.Card, slices.Clone(p.Packs), slices.Clone(p.Gifts)
	card.Version, card.FromUS = p.Version, us
	for i := range packs {
		packs[i].Version, packs[i].FromUS = p.Version, us
	}
	for i := range items {
		items[i].Version, items[i].FromUS = p.Version, us
	}
	return card, packs, items
}

// tips returns the rules of tips with the version and the start.
func (p preset) tips() []tip.Rule {
	all := slices.Clone(p.Tips)
	for i := range all {
		all[i].Version, all[i].FromUS = p.Version, p.From.UnixMicro()
	}
	return all
}

// velocity returns the most that people are charged within a time, with the
// version and the start.
func (p preset) velocity() []limit.Velocity {
	all := slices.Clone(p.Velocity)
	for i := range all {
		all[i].Version, all[i].FromUS = p.Version, p.From.UnixMicro()
	}
	slices.SortFunc(all, func(a, b limit.Velocity) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Asset, b.Asset))
	})
	return all
}

func compareTips(a, b tip.Rule) int { return cmp.Compare(a.Asset, b.Asset) }

func comparePacks(a, b wallet.Pack) int {
	return cmp.Or(cmp.Compare(a.Price.Asset, b.Price.Asset), cmp.Compare(a.Coins, b.Coins))
}

// policies writes each programme once for everywhere and once for each region
// that asks for something else, and says where in the file each stands.
func (p preset) policies() (all []programme.Policy, paths []string) {
	for _, pr := range p.Programmes {
		base := programme.Policy{Version: p.Version, Preset: p.Name, Programme: programme.Programme(pr.Name), Region: programme.Everywhere,
			FromUS: p.From.UnixMicro(), GraceDays: pr.GraceDays, ReapplyDays: pr.ReapplyDays, Criteria: pr.Criteria}
		all, paths = append(all, base), append(paths, pr.path)
		for _, region := range slices.Sorted(maps.Keys(pr.Regions)) {
			other := base
			other.Region = region
			other.Criteria = slices.Clone(base.Criteria)
			for i, c := range other.Criteria {
				if n, ok := pr.Regions[region][string(c.Metric)]; ok {
					other.Criteria[i].Threshold = n
				}
			}
			all, paths = append(all, other), append(paths, pr.path)
		}
	}
	return all, paths
}
