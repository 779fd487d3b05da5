package api

import (
	"context"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/wallet"
)

// policyRoutes is the table's part about what holds, since when and until when.
func (a *API) policyRoutes() {
	get(a, "/v1/policies/{rules}", a.policyList, "All versions of a rule set: past, current and to come", needs(people.PolicyRead), impersonal())
	get(a, "/v1/policies/{rules}/{version}", a.policyGet, "What a version says", needs(people.PolicyRead), impersonal())
	get(a, "/v1/policies/{rules}/{version}/diff", a.policyDiff, "What a version says otherwise than another", needs(people.PolicyRead), impersonal())
	post(a, "/v1/gift-catalog/versions", a.catalogueSchedule, "Schedule a catalogue from an instant to come", needs(people.PolicyWrite), impersonal(), status(201), fails(fault.StateConflict))
	post(a, "/v1/coin-packs/versions", a.packsSchedule, "Schedule price lists of coins from an instant to come", needs(people.PolicyWrite), impersonal(), status(201), fails(fault.StateConflict))
	post(a, "/v1/rate-card/versions", a.ratesSchedule, "Schedule a rate card from an instant to come", needs(people.PolicyWrite), impersonal(), status(201), fails(fault.StateConflict))
	a.moneyPolicyRoutes()
	post(a, "/v1/policies/{rules}/{version}/withdraw", a.policyWithdraw, "Take back a version that does not hold yet", needs(people.PolicyWrite), impersonal(), fails(fault.StateConflict))
}

// RulesPath is the part of an address that names a rule set. It is exported
// because the description of the API looks into it where it is embedded.
type RulesPath struct {
	Rules report.RuleSet `path:"rules" enum:"gift-catalog,coin-packs,rate-card,programmes,tips,refunds,payouts,velocity" doc:"The rule set"`
}

// VersionPath is the part of an address that names a version.
type VersionPath struct {
	Version string `path:"version" maxLength:"100" doc:"A version, such as current@1"`
}

type ruleVersionView struct {
	Object  string      `json:"object" enum:"rule_version"`
	Version string      `json:"version" doc:"Its name; what is posted names it"`
	From    Instant     `json:"from" doc:"Since when it holds"`
	When    report.When `json:"when" enum:"past,current,future" doc:"Whether it has held, holds, or will"`
	Entries int         `json:"entries" doc:"About how many things it says something"`
}

type ruleContentView struct {
	Object  string         `json:"object" enum:"rule_content"`
	Version string         `json:"version" doc:"The version"`
	From    Instant        `json:"from" doc:"Since when it holds"`
	When    report.When    `json:"when" enum:"past,current,future" doc:"Whether it has held, holds, or will"`
	Data    []ruleDataView `json:"data" doc:"What it says about each gift, pack, programme and region, or about the rates"`
}

type ruleDataView struct {
	Key    string          `json:"key" doc:"What it is about, such as rose, USD 70, live_gifts FR"`
	Fields []ruleFieldView `json:"fields" doc:"What is said about it"`
}

type ruleFieldView struct {
	Name  string `json:"name" doc:"Of the field"`
	Value string `json:"value" doc:"What holds"`
}

type ruleDiffView struct {
	Object  string           `json:"object" enum:"rule_diff"`
	Version string           `json:"version" doc:"The version"`
	Before  string           `json:"before" doc:"The one that it is compared with; empty if there is none before it"`
	Changes []ruleChangeView `json:"changes" doc:"Each field that differs"`
}

type ruleChangeView struct {
	Key    string `json:"key" doc:"What it is about"`
	Field  string `json:"field" doc:"Which field of it"`
	Before string `json:"before" doc:"What was said before; empty if it was added"`
	After  string `json:"after" doc:"What is said now; empty if it was taken away"`
}

func (a *API) policyList(ctx context.Context, in *struct{ RulesPath }) (*listOut[ruleVersionView], error) {
	all, err := a.cfg.Services.Reader.RuleHistory(ctx, in.Rules)
	if err != nil {
		return nil, err
	}
	out := &listOut[ruleVersionView]{Body: List[ruleVersionView]{Object: "list", Data: []ruleVersionView{}}}
	for _, v := range all {
		out.Body.Data = append(out.Body.Data, ruleVersionView{"rule_version", v.Version, at(v.FromUS), v.When, len(v.Entries)})
	}
	return out, nil
}

type policyGetIn struct {
	RulesPath
	VersionPath
}

func (a *API) policyGet(ctx context.Context, in *policyGetIn) (*struct{ Body ruleContentView }, error) {
	all, err := a.cfg.Services.Reader.RuleHistory(ctx, in.Rules)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if v.Version != in.Version {
			continue
		}
		out := ruleContentView{"rule_content", v.Version, at(v.FromUS), v.When, []ruleDataView{}}
		for _, e := range v.Entries {
			d := ruleDataView{e.Key, []ruleFieldView{}}
			for _, f := range e.Fields {
				d.Fields = append(d.Fields, ruleFieldView(f))
			}
			out.Data = append(out.Data, d)
		}
		return &struct{ Body ruleContentView }{out}, nil
	}
	return nil, fault.New(fault.NotFound, "There is no version %s.", fault.Clip(in.Version))
}

type policyDiffIn struct {
	RulesPath
	VersionPath
	Before string `query:"before" maxLength:"100" doc:"The version to compare with; nothing for the one that began before"`
}

func (a *API) policyDiff(ctx context.Context, in *policyDiffIn) (*struct{ Body ruleDiffView }, error) {
	before, all, err := a.cfg.Services.Reader.RuleDiff(ctx, in.Rules, in.Before, in.Version)
	if err != nil {
		return nil, err
	}
	out := ruleDiffView{"rule_diff", in.Version, before.Version, []ruleChangeView{}}
	for _, c := range all {
		out.Changes = append(out.Changes, ruleChangeView(c))
	}
	return &struct{ Body ruleDiffView }{out}, nil
}

// ScheduleBody is what every scheduling says.
type ScheduleBody struct {
	From   string `json:"from" format:"date-time" doc:"An instant to come, later than that at which any other version begins"`
	Reason string `json:"reason" minLength:"1" maxLength:"3200" doc:"One line, up to 200 characters, which stands in the log of events"`
}

// at reads the instant, which was checked to be one.
func (b *ScheduleBody) at() int64 {
	t, _ := time.Parse(time.RFC3339, b.From)
	return t.UnixMicro()
}

type scheduledView struct {
	Object  string  `json:"object" enum:"scheduled_version"`
	Version string  `json:"version" doc:"The name of the version"`
	From    Instant `json:"from" doc:"From when it holds"`
}

type scheduledOut struct{ Body scheduledView }

func scheduled(version string, fromUS int64) *scheduledOut {
	return &scheduledOut{scheduledView{"scheduled_version", version, at(fromUS)}}
}

type catalogueIn struct {
	Body struct {
		ScheduleBody
		Gifts []newItem `json:"gifts" minItems:"1" maxItems:"200" doc:"All gifts: those that are left out can not be given any more"`
	}
}

type newItem struct {
	ID         string `json:"id" minLength:"1" maxLength:"40" doc:"Names the gift: small letters, digits and underscores"`
	Name       string `json:"name" minLength:"1" maxLength:"640" doc:"How people call it, up to 40 characters"`
	Emoji      string `json:"emoji" minLength:"1" maxLength:"64" doc:"Its art until an operator uploads another"`
	PriceCoins int64  `json:"price_coins" minimum:"1" maximum:"1000000" doc:"Coins of one"`
	Streakable bool   `json:"streakable,omitempty" doc:"May be tapped as a combo; stays as it is for a gift that there is"`
	OnLive     bool   `json:"on_live,omitempty" doc:"Whether it can be given on a LIVE"`
	OnVideo    bool   `json:"on_video,omitempty" doc:"Whether it can be given on a video"`
}

func (a *API) catalogueSchedule(ctx context.Context, in *catalogueIn) (*scheduledOut, error) {
	c := gift.NewCatalogue{FromUS: in.Body.at(), Reason: in.Body.Reason}
	for _, g := range in.Body.Gifts {
		c.Items = append(c.Items, gift.Item{ID: g.ID, Name: g.Name, Emoji: g.Emoji, PriceCoins: g.PriceCoins, Streakable: g.Streakable, OnLive: g.OnLive, OnVideo: g.OnVideo})
	}
	v, err := a.cfg.Services.Catalogues.Schedule(ctx, CallerOf(ctx).Caller, c)
	return scheduled(v.Name, v.FromUS), err
}

type packsScheduleIn struct {
	Body struct {
		ScheduleBody
		Packs []newPack `json:"packs" minItems:"1" maxItems:"200" doc:"All packs of each currency that stands in them; other currencies go on"`
	}
}

type newPack struct {
	Coins int64  `json:"coins" minimum:"1" maximum:"1000000" doc:"How many coins"`
	Price amount `json:"price" doc:"What they cost"`
}

func (a *API) packsSchedule(ctx context.Context, in *packsScheduleIn) (*scheduledOut, error) {
	var packs []wallet.Pack
	for _, p := range in.Body.Packs {
		packs = append(packs, wallet.Pack{Coins: p.Coins, Price: p.Price})
	}
	v, err := a.cfg.Services.Purchases.SchedulePacks(ctx, CallerOf(ctx).Caller, in.Body.at(), packs, in.Body.Reason)
	return scheduled(v.Name, v.FromUS), err
}

type ratesIn struct {
	Body struct {
		ScheduleBody
		DiamondsPerCoin fraction    `json:"diamonds_per_coin" doc:"How many diamonds a coin becomes"`
		UnitsPerDiamond fraction    `json:"units_per_diamond" doc:"Smallest units of the currency that a diamond is worth: 1 of 2 is half a cent"`
		Currency        money.Asset `json:"currency" pattern:"^[A-Z]{3}$" doc:"In which creators are paid; it stays as it is"`
		HoldDays        int64       `json:"hold_days" minimum:"0" maximum:"3650" doc:"Whole days after the end of an earning's day"`
		DailyCap        int64       `json:"daily_cap" minimum:"1" maximum:"1000000000" doc:"The most that is paid out to one creator in a UTC day, in smallest units"`
		Minimum         int64       `json:"minimum" minimum:"0" maximum:"1000000000" doc:"The least that is paid out at once, in smallest units"`
	}
}

type fraction struct {
	Of int64 `json:"numerator" minimum:"1" maximum:"1000000" doc:"So many"`
	In int64 `json:"denominator" minimum:"1" maximum:"1000000" doc:"of so many"`
}

func (a *API) ratesSchedule(ctx context.Context, in *ratesIn) (*scheduledOut, error) {
	b := in.Body
	card, err := a.cfg.Services.Payouts.ScheduleRates(ctx, CallerOf(ctx).Caller, earnings.RateCard{FromUS: b.at(), DiamondsNum: b.DiamondsPerCoin.Of, DiamondsDen: b.DiamondsPerCoin.In,
		PayNum: b.UnitsPerDiamond.Of, PayDen: b.UnitsPerDiamond.In, PayAsset: b.Currency, HoldDays: b.HoldDays, DailyCap: b.DailyCap, MinimumUnits: b.Minimum}, b.Reason)
	return scheduled(card.Version, card.FromUS), err
}

type withdrawIn struct {
	RulesPath
	VersionPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"3200" doc:"One line, up to 200 characters, which stands in the log of events"`
	}
}

func (a *API) policyWithdraw(ctx context.Context, in *withdrawIn) (*none, error) {
	by, why := CallerOf(ctx).Caller, in.Body.Reason
	switch in.Rules {
	case report.GiftCatalogue:
		return nil, a.cfg.Services.Catalogues.Withdraw(ctx, by, in.Version, why)
	case report.CoinPacks:
		return nil, a.cfg.Services.Purchases.WithdrawPacks(ctx, by, in.Version, why)
	case report.RateCards:
		return nil, a.cfg.Services.Payouts.WithdrawRates(ctx, by, in.Version, why)
	}
	if d, ok := a.desk(in.Rules); ok {
		return nil, d.Withdraw(ctx, in.Version, policy.Act{By: by, Reason: why})
	}
	return nil, fault.New(fault.StateConflict, "The rules of %s come with a preset and are not withdrawn here. Change the preset's file and its version.", strings.ToLower(string(in.Rules)))
}
