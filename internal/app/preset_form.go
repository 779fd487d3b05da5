package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/ovationhq/ovation/internal/config"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/wallet"
)

// The most that the numbers of a preset may be: beyond it somebody has written
// one digit too many.
const (
	mostCoins = 1_000_000
	mostUnits = 1_000_000_000 // of money, smallest units
	mostDays  = 3650
)

// CheckPresetFile tells what is wrong with an operator's preset, each mistake
// with its line.
func CheckPresetFile(file string) []config.Problem {
	_, wrong := readPresetFile(file)
	var all []config.Problem
	for _, m := range wrong {
		all = append(all, config.Problem{Setting: "preset-file", Detail: m})
	}
	return all
}

// readPresetFile reads an operator's preset and says all that is wrong with it.
func readPresetFile(file string) (p preset, wrong []string) {
	text, err := os.ReadFile(file)
	if err != nil {
		return p, []string{fmt.Sprintf("the file can not be read: %v", err)}
	}
	p, mistakes := parsePreset(string(text), false)
	for _, m := range mistakes {
		wrong = append(wrong, fmt.Sprintf("%s:%d: %s", filepath.Base(file), m.line, m.text))
	}
	return p, wrong
}

// shippedPreset reads a preset of the program.
func shippedPreset(name string) (preset, error) {
	text, err := presetFiles.ReadFile("presets/" + name + ".toml")
	if err != nil {
		return preset{}, err
	}
	p, mistakes := parsePreset(string(text), true)
	var all []error
	for _, m := range mistakes {
		all = append(all, fmt.Errorf("app: the preset %s:%d: %s", name, m.line, m.text))
	}
	return p, errors.Join(all...)
}

// parsePreset reads a preset. A file that is no TOML has one mistake; of any
// other all are told.
func parsePreset(text string, shipped bool) (p preset, wrong []mistake) {
	var values map[string]any
	if _, err := toml.Decode(text, &values); err != nil {
		if e, ok := errors.AsType[toml.ParseError](err); ok {
			return p, []mistake{{e.Position.Line, "this is no TOML: " + e.Message}}
		}
		return p, []mistake{{1, "this is no TOML: " + err.Error()}}
	}
	s := &sheet{lines: linesOf(text)}
	t := s.table("", values)
	p.Version, p.Name = t.text("version", "the name, an at sign and a number, such as mine@1"), t.text("name", "the name of the rules, such as mine")
	p.From = t.instant("from")
	p.head(t, shipped)
	p.rates(t.sub("rates"))
	p.readPayouts(t.sub("payouts"))
	p.readRefunds(t.sub("refunds"))
	p.readPacks(t.sub("packs"))
	p.readGifts(t)
	p.readTips(t)
	p.readVelocity(t)
	for _, one := range t.tables("programme") {
		p.readProgramme(one)
	}
	if len(p.Programmes) == 0 {
		t.blame("programme", "there is none; without programmes nobody can be given anything")
	}
	t.done()
	if len(s.wrong) == 0 {
		p.checkPolicies(s)
	}
	return p, s.sorted()
}

var versionForm = regexp.MustCompile(`^([a-z0-9]+(?:-[a-z0-9]+)*)@[1-9][0-9]{0,5}$`)

// head checks what the preset calls itself.
func (p *preset) head(t *table, shipped bool) {
	if m := versionForm.FindStringSubmatch(p.Version); p.Version != "" && (m == nil || m[1] != p.Name) {
		t.blame("version", "%q is not what is wanted; write the name, an at sign and a number, such as %s@1", p.Version, p.Name)
	}
	if slices.ContainsFunc(scheduled, func(s *policy.Set) bool { return s.Name == p.Name }) {
		t.blame("name", "%s is what versions are called that operators schedule; choose another name", p.Name)
	}
	if !shipped && slices.Contains(Presets, p.Name) {
		t.blame("name", "%s is a preset that ships with the program; give the copy a name of its own", p.Name)
	}
}

func (p *preset) rates(t *table) {
	c := &p.Card
	c.DiamondsNum, c.DiamondsDen = t.fraction("diamonds_per_coin")
	c.PayNum, c.PayDen = t.fraction("cents_per_diamond")
	c.PayAsset = t.currency("currency")
	c.HoldDays = t.whole("hold_days", 0, mostDays)
	c.DailyCap = t.whole("daily_cap", 1, mostUnits)
	if c.MinimumUnits = t.whole("minimum", 0, mostUnits); c.MinimumUnits > c.DailyCap && c.DailyCap > 0 {
		t.blame("minimum", "%d is above the daily cap of %d, so nothing could be paid out", c.MinimumUnits, c.DailyCap)
	}
	t.done()
}

// fraction reads a rate such as "1/2".
func (t *table) fraction(key string) (num, den int64) {
	text := t.text(key, `a fraction in quotation marks, such as "1/2"`)
	n, d, _ := strings.Cut(text, "/")
	num, err := strconv.ParseInt(n, 10, 64)
	den, err2 := strconv.ParseInt(d, 10, 64)
	if text != "" && (err != nil || err2 != nil || num < 0 || den < 1 || num > mostCoins || den > mostCoins) {
		t.blame(key, "%q is no rate; write it as a fraction, such as 1/2", text)
	}
	return num, den
}

func (t *table) currency(key string) money.Asset {
	a := money.Asset(t.text(key, "a currency such as USD"))
	if a != "" && !a.IsCurrency() {
		t.blame(key, "%q is no currency; write three large letters, such as USD", string(a))
	}
	return a
}

func (p *preset) readPacks(t *table) {
	if len(t.values) == 0 {
		t.sheet.blame(t.path, "there is no price list; write what coins cost in one currency at least")
	}
	for _, currency := range t.keys() {
		if !money.Asset(currency).IsCurrency() {
			t.blame(currency, "this is no currency; write three large letters, such as USD")
		}
		prices := t.sub(currency)
		if len(prices.values) == 0 {
			t.blame(currency, "it has no packs; write coins and price, such as { 70 = 99 }")
		}
		for _, coins := range prices.keys() {
			n, err := strconv.ParseInt(coins, 10, 64)
			if err != nil || n < 1 || n > mostCoins {
				prices.blame(coins, "%q is no number of coins from 1 to %d", coins, mostCoins)
			}
			price := prices.whole(coins, 1, mostUnits)
			if step := money.Asset(currency).CardStep(); price%step != 0 {
				prices.blame(coins, "cards are charged in steps of %d in %s", step, currency)
			}
			p.Packs = append(p.Packs, wallet.Pack{Coins: n, Price: money.Amount{Units: price, Asset: money.Asset(currency)}})
		}
	}
	slices.SortFunc(p.Packs, comparePacks)
	t.done()
}

var giftForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// readGifts reads the catalogue: that of the file, or the one that ships with
// the program.
func (p *preset) readGifts(t *table) {
	bounds := t.sub("video_gifts")
	least, most := bounds.whole("least_coins", 1, mostCoins), bounds.whole("most_coins", 1, mostCoins)
	if least > most {
		bounds.blame("most_coins", "%d is below least_coins, %d", most, least)
	}
	bounds.done()
	list := t.tables("gift")
	if len(list) == 0 {
		list = shippedGifts()
	}
	seen := map[string]bool{}
	for _, g := range list {
		i := gift.Item{ID: g.text("id", "a short name such as rose"), Name: g.text("name", "what people read"), Emoji: g.text("emoji", "its picture"),
			PriceCoins: g.whole("coins", 1, mostCoins), Streakable: g.flag("streakable"), OnLive: true}
		i.OnVideo = i.PriceCoins >= least && i.PriceCoins <= most
		if i.ID != "" && (!giftForm.MatchString(i.ID) || seen[i.ID]) {
			g.blame("id", "%q is there twice, or has other characters than small letters, digits and underscores", i.ID)
		}
		seen[i.ID] = true
		g.done()
		p.Gifts = append(p.Gifts, i)
	}
}

// shippedGifts are the gifts of presets/gifts.toml, which a test reads.
func shippedGifts() []*table {
	var values map[string]any
	text, err := presetFiles.ReadFile("presets/gifts.toml")
	if err == nil {
		_, err = toml.Decode(string(text), &values)
	}
	s := &sheet{}
	if err != nil {
		s.blame("gift", "the catalogue that ships with the program can not be read: %v", err)
	}
	return s.table("", values).tables("gift")
}

// readTips reads the rules of tips. A file without any has none.
func (p *preset) readTips(t *table) {
	if _, there := t.value("tips"); !there {
		return
	}
	tips := t.sub("tips")
	daily := tips.whole("tips_a_day", 1, mostCoins)
	for _, currency := range tips.keys() {
		if currency == "tips_a_day" {
			continue
		}
		one := tips.sub(currency)
		r := tip.Rule{Version: p.Version, Asset: money.Asset(currency), Presets: one.numbers("presets"), Min: one.whole("least", 1, tip.MostUnits), Max: one.whole("most", 1, tip.MostUnits),
			DayUnits: one.whole("day", 1, mostUnits), DayTips: daily, FeePPM: one.whole("fee_ppm", 0, tip.MostFeePPM), FeeFixed: one.whole("fee_fixed", 0, tip.MostFeeFixed)}
		if err := r.Check(); err != nil {
			tips.blame(currency, "%v", err)
		}
		one.done()
		p.Tips = append(p.Tips, r)
	}
	slices.SortFunc(p.Tips, compareTips)
	tips.done()
}

// readVelocity reads how much people are charged at most within a time. A file
// without any has none; one that has them names every currency in which something
// is sold: in the others nothing could be paid.
func (p *preset) readVelocity(t *table) {
	if _, there := t.value("velocity"); !there {
		return
	}
	v := t.sub("velocity")
	hours, days := v.whole("hours", 1, mostDays*24), v.whole("new_account_days", 0, mostDays)
	listed := map[money.Asset]bool{}
	for _, currency := range v.keys() {
		if currency == "hours" || currency == "new_account_days" {
			continue
		}
		one := v.sub(currency)
		asset := money.Asset(currency)
		if listed[asset] = true; !asset.IsCurrency() {
			v.blame(currency, "%q is no currency; write its code of three capital letters", currency)
		}
		rule := limit.Velocity{Name: limit.Rolling, Asset: asset, Span: time.Duration(hours) * time.Hour, Most: one.whole("most", 1, mostUnits)}
		p.Velocity = append(p.Velocity, rule)
		if rule.Name, rule.Most, rule.Younger = limit.NewAccount, one.whole("new_account", 1, mostUnits), time.Duration(days)*24*time.Hour; days > 0 {
			p.Velocity = append(p.Velocity, rule)
		}
		one.done()
	}
	for _, pack := range p.Packs {
		if asset := pack.Price.Asset; asset.IsCurrency() && !listed[asset] {
			listed[asset] = true
			v.blame(string(asset), "coins are sold in it, and nothing says how much of it is paid at most")
		}
	}
	for _, r := range p.Tips {
		if !listed[r.Asset] {
			listed[r.Asset] = true
			v.blame(string(r.Asset), "tips are given in it, and nothing says how much of it is paid at most")
		}
	}
	v.done()
}

func (p *preset) readProgramme(t *table) {
	pr := presetProgramme{path: t.path, Regions: map[string]map[string]int64{}}
	pr.Name = t.text("name", "video_gifts, live_gifts or tips")
	pr.GraceDays, pr.ReapplyDays = t.whole("grace_days", 1, mostDays), t.whole("reapply_days", 0, mostDays)
	metrics := map[string]bool{}
	for _, c := range t.tables("criteria") {
		one := programme.Criterion{Metric: programme.Metric(c.text("metric", "what is measured, such as followers")), Op: programme.Op(c.text("op", "at_least, above, one_of or none_of")), Words: c.words("words")}
		if _, there := c.values["threshold"]; there {
			one.Threshold = c.whole("threshold", 0, 1_000_000_000_000)
		}
		one.Label = "criterion." + string(one.Metric)
		metrics[string(one.Metric)] = true
		c.done()
		pr.Criteria = append(pr.Criteria, one)
	}
	regions := t.sub("regions")
	for _, region := range regions.keys() {
		r := regions.sub(region)
		pr.Regions[region] = map[string]int64{}
		for _, metric := range r.keys() {
			if pr.Regions[region][metric] = r.whole(metric, 0, 1_000_000_000_000); !metrics[metric] {
				r.blame(metric, "the programme has no such criterion, so no region can have another threshold of it")
			}
		}
	}
	t.done()
	p.Programmes = append(p.Programmes, pr)
}

// checkPolicies asks the programmes whether they can take the rules.
func (p *preset) checkPolicies(s *sheet) {
	policies, paths := p.policies()
	f, wrong := errors.AsType[*fault.Error](programme.Check(policies))
	if !wrong {
		return
	}
	for _, field := range f.Fields {
		n, rest, _ := strings.Cut(strings.TrimPrefix(field.Pointer, "/"), "/")
		i, err := strconv.Atoi(n)
		if err != nil || i >= len(paths) {
			s.blame("programme", "%s", field.Detail)
			continue
		}
		path := paths[i]
		if k, part, ok := strings.Cut(strings.TrimPrefix(rest, "criteria/"), "/"); ok && strings.HasPrefix(rest, "criteria/") {
			path += ".criteria[" + k + "]." + part
		} else {
			path += "." + strings.Replace(rest, "programme", "name", 1) // as the file calls it
		}
		s.blame(path, "%s", field.Detail)
	}
}
