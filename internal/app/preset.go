package app

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/wallet"
)

// Presets are the names of the rule sets that ship with the program.
var Presets = []string{"current", "classic-2022"}

//go:embed presets/*.toml
var presetFiles embed.FS

// preset is a rule set as its file writes it.
type preset struct {
	Name       string                      `toml:"name"`
	Version    string                      `toml:"version"`
	From       time.Time                   `toml:"from"`
	Rates      presetRates                 `toml:"rates"`
	Packs      map[string]map[string]int64 `toml:"packs"`
	Programmes []presetProgramme           `toml:"programme"`
}

type presetRates struct {
	DiamondsPerCoin string `toml:"diamonds_per_coin"`
	CentsPerDiamond string `toml:"cents_per_diamond"`
	Currency        string `toml:"currency"`
	HoldDays        int64  `toml:"hold_days"`
	DailyCap        int64  `toml:"daily_cap"`
	Minimum         int64  `toml:"minimum"`
}

type presetProgramme struct {
	Name     string                      `toml:"name"`
	Criteria []presetCriterion           `toml:"criteria"`
	Regions  map[string]map[string]int64 `toml:"regions"` // region → metric → another threshold
}

type presetCriterion struct {
	Metric    string   `toml:"metric"`
	Op        string   `toml:"op"`
	Threshold int64    `toml:"threshold"`
	Words     []string `toml:"words"`
}

type presetGifts struct {
	Gifts []struct {
		ID         string `toml:"id"`
		Name       string `toml:"name"`
		Emoji      string `toml:"emoji"`
		Coins      int64  `toml:"coins"`
		Streakable bool   `toml:"streakable"`
	} `toml:"gift"`
}

// The prices in coins of the gifts that can be given on videos.
const videoGiftLeast, videoGiftMost = 5, 3000

// graceDays and reapplyDays hold for all programmes of both presets.
const graceDays, reapplyDays = 30, 30

// readPreset reads a shipped rule set. An unknown key is an error, so that a
// misspelt limit is not taken for none.
func readPreset(name string) (p preset, g presetGifts, err error) {
	for file, into := range map[string]any{name: &p, "gifts": &g} {
		meta, err := toml.DecodeFS(presetFiles, "presets/"+file+".toml", into)
		if err != nil {
			return p, g, fmt.Errorf("app: the preset %q: %w", file, err)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			return p, g, fmt.Errorf("app: the preset %q has the unknown key %s", file, unknown[0])
		}
	}
	return p, g, nil
}

// InstallPreset brings the rule set into force. In an empty database it holds
// from the instant that its file names; where others hold already, from now on,
// under its next number: what was posted stays explained by what held then. A
// rule set that is in force is left as it is.
func InstallPreset(ctx context.Context, tx *db.Tx, name string) error {
	if !slices.Contains(Presets, name) {
		return fmt.Errorf("app: there is no preset %q; there are %s", name, strings.Join(Presets, " and "))
	}
	p, g, err := readPreset(name)
	if err != nil {
		return err
	}
	cards, err := earnings.History(ctx, tx)
	if err != nil {
		return err
	}
	if len(cards) > 0 {
		if presetOf(cards[0].Version) == name {
			return nil
		}
		p.succeed(cards, tx.Now())
	}
	card, err := p.rateCard()
	if err != nil {
		return err
	}
	if err := earnings.Install(ctx, tx, card); err != nil {
		return err
	}
	packs, err := p.packs()
	if err != nil {
		return err
	}
	if err := wallet.Install(ctx, tx, packs); err != nil {
		return err
	}
	var items []gift.Item
	for _, i := range g.Gifts {
		items = append(items, gift.Item{Version: p.Version, ID: i.ID, Name: i.Name, Emoji: i.Emoji, PriceCoins: i.Coins, Streakable: i.Streakable,
			OnLive: true, OnVideo: i.Coins >= videoGiftLeast && i.Coins <= videoGiftMost, FromUS: p.From.UnixMicro()})
	}
	if err := gift.Install(ctx, tx, items); err != nil {
		return err
	}
	return programme.Install(ctx, tx, p.policies())
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

func (p preset) rateCard() (earnings.RateCard, error) {
	c := earnings.RateCard{Version: p.Version, FromUS: p.From.UnixMicro(), PayAsset: money.Asset(p.Rates.Currency), HoldDays: p.Rates.HoldDays,
		DailyCap: p.Rates.DailyCap, MinimumUnits: p.Rates.Minimum}
	var err error
	if c.DiamondsNum, c.DiamondsDen, err = fraction(p.Rates.DiamondsPerCoin); err != nil {
		return c, err
	}
	c.PayNum, c.PayDen, err = fraction(p.Rates.CentsPerDiamond)
	return c, err
}

func fraction(s string) (num, den int64, err error) {
	n, d, _ := strings.Cut(s, "/")
	if num, err = strconv.ParseInt(n, 10, 64); err == nil {
		den, err = strconv.ParseInt(d, 10, 64)
	}
	if err != nil || num < 0 || den < 1 {
		return 0, 0, fmt.Errorf("app: %q is no rate; write it as a fraction, such as 1/2", s)
	}
	return num, den, nil
}

func (p preset) packs() ([]wallet.Pack, error) {
	var packs []wallet.Pack
	for currency, prices := range p.Packs {
		for coins, price := range prices {
			n, err := strconv.ParseInt(coins, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("app: the pack %q of %s: %w", coins, currency, err)
			}
			packs = append(packs, wallet.Pack{Version: p.Version, Coins: n, Price: money.Amount{Units: price, Asset: money.Asset(currency)}, FromUS: p.From.UnixMicro()})
		}
	}
	slices.SortFunc(packs, func(a, b wallet.Pack) int {
		return cmp.Or(cmp.Compare(a.Price.Asset, b.Price.Asset), cmp.Compare(a.Coins, b.Coins))
	})
	return packs, nil
}

// policies writes each programme once for everywhere and once for each region
// that asks for something else.
func (p preset) policies() []programme.Policy {
	var all []programme.Policy
	for _, pr := range p.Programmes {
		base := programme.Policy{Version: p.Version, Preset: p.Name, Programme: programme.Programme(pr.Name), Region: programme.Everywhere,
			FromUS: p.From.UnixMicro(), GraceDays: graceDays, ReapplyDays: reapplyDays}
		for _, c := range pr.Criteria {
			base.Criteria = append(base.Criteria, programme.Criterion{Metric: programme.Metric(c.Metric), Op: programme.Op(c.Op), Threshold: c.Threshold, Words: c.Words, Label: "criterion." + c.Metric})
		}
		all = append(all, base)
		for _, region := range slices.Sorted(maps.Keys(pr.Regions)) {
			other := base
			other.Region = region
			other.Criteria = slices.Clone(base.Criteria)
			for i, c := range other.Criteria {
				if n, ok := pr.Regions[region][string(c.Metric)]; ok {
					other.Criteria[i].Threshold = n
				}
			}
			all = append(all, other)
		}
	}
	return all
}
