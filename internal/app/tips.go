package app

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/web"
)

// praises are what the sandbox's fans write beside their tips; most write
// nothing.
var praises = []string{"", "", "", "That chord change!", "Keep going, you make my evening.", "For new strings", "Merci pour ce moment", "Worth every cent 💛"}

// openTips lets a seeded creator be tipped, where the rules that hold allow it:
// those of an operator may ask for more, or have no tips.
func (a *App) openTips(ctx context.Context, creator id.Person) error {
	_, err := a.Creators.Join(ctx, creator, programme.Tips)
	if fault.Is(err, fault.NotEligible) || fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// tipSeeded has a simulated fan tip with a test card, as a fan would. Where tips
// are closed, or the fan's day is used up, nothing happens.
func (a *App) tipSeeded(ctx context.Context, r tip.Request) error {
	cards, err := a.Tips.Cards(ctx, r.Fan)
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		c, err := a.Tips.AddTestCard(ctx, r.Fan, "pm_card_visa")
		if err != nil {
			return err
		}
		cards = append(cards, c)
	}
	r.Card, r.ReturnURL = cards[0].ID, a.Options.Config.PublicURL()+"/tips/"+tip.IDInReturnURL
	_, err = a.Tips.Give(ctx, r)
	switch fault.CodeOf(err) {
	case fault.NotEligible, fault.KYCRequired, fault.CurrencyUnsupported, fault.AmountOutOfRange, fault.DailyLimit, fault.LimitReached, fault.NewAccountLimit, fault.VelocityLimit:
		return nil
	}
	return err
}

// tip lets somebody tip the first creator on the LIVE, with an amount that is
// offered.
func (p *past) tip(ctx context.Context, room string) error {
	p.n++
	return p.app.tipSeeded(ctx, tip.Request{Key: fmt.Sprintf("past:tip:%d", p.n), Fan: p.fan(), Creator: p.world.People["creator"], Target: room,
		Amount: money.Amount{Units: []int64{5_00, 5_00, 10_00, 15_00, 3_50}[p.rnd.IntN(5)], Asset: money.USD}, CoverFee: p.rnd.IntN(3) > 0, Anonymous: p.rnd.IntN(6) == 0, Message: praises[p.rnd.IntN(len(praises))]})
}

// rarely is after how many gifts of the simulated fans one of them tips.
const rarely = 60

// tip lets one simulated fan tip the first creator now and then.
func (s *simulation) tip(ctx context.Context, fans []id.Person) error {
	if s.n%rarely != 0 {
		return nil
	}
	creator, target := s.world.People["creator"], ""
	for _, r := range s.world.Rooms {
		if r.Creator == creator {
			target = string(r.ID)
		}
	}
	err := s.app.tipSeeded(ctx, tip.Request{Key: fmt.Sprintf("sim:tip:%s:%d", s.run, s.n), Fan: fans[s.rnd.IntN(len(fans))], Creator: creator, Target: target,
		Amount: money.Amount{Units: []int64{5_00, 10_00, 2_00}[s.rnd.IntN(3)], Asset: money.USD}, CoverFee: s.rnd.IntN(2) == 0, Anonymous: s.rnd.IntN(6) == 0, Message: praises[s.rnd.IntN(len(praises))]})
	if fault.Is(err, fault.StateConflict) { // the LIVE has ended meanwhile
		return nil
	}
	return err
}

// tip has the fan tip the creator with a test card, on a LIVE if there is one.
func (t *trigger) tip(ctx context.Context) error {
	all, err := t.lives(ctx)
	if err != nil {
		return err
	}
	r := tip.Request{Key: t.call(), Fan: t.fan(), Creator: t.creator(), Amount: money.Amount{Units: 5_00, Asset: money.USD}, CoverFee: true, Message: "Bravo!", ReturnURL: t.app.Options.Config.PublicURL() + "/tips/" + tip.IDInReturnURL}
	if len(all) > 0 {
		r.Target = string(all[0].ID)
	}
	cards, err := t.app.Tips.Cards(ctx, r.Fan)
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		c, err := t.app.Tips.AddTestCard(ctx, r.Fan, "pm_card_visa")
		if err != nil {
			return err
		}
		cards = append(cards, c)
	}
	r.Card = cards[0].ID
	given, err := t.app.Tips.Give(ctx, r)
	if err != nil {
		return err
	}
	t.note(web.HappeningStep{What: "tipped", ID: string(given.ID), Amount: given.Price.Amount})
	return nil
}
