package api

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
)

type receiptView struct {
	Object   string        `json:"object" enum:"receipt"`
	Number   string        `json:"number" doc:"Unique and ascending; for ever the same for a purchase"`
	Purchase id.Purchase   `json:"purchase" doc:"The purchase"`
	Buyer    id.Person     `json:"buyer" doc:"Who bought"`
	Name     string        `json:"buyer_name" doc:"How the buyer is called"`
	IssuedAt Instant       `json:"issued_at" doc:"When the money came"`
	Lines    []receiptLine `json:"lines" doc:"What was bought"`
	Tax      []receiptLine `json:"tax" doc:"Taxes by rate; empty, because none is charged"`
	Total    amount        `json:"total" doc:"What the card was charged: the sum of lines and taxes"`
	Brand    string        `json:"card_brand" doc:"The network of the card, such as visa"`
	Last4    string        `json:"card_last4" doc:"The last four digits of the card"`
	Refund   string        `json:"refund" enum:"none,partial,full,disputed" doc:"How much was given back; disputed while or because the bank of the card took something"`
	Refunded amount        `json:"refunded" doc:"Of the total, went back or is on its way back"`
	Disputed amount        `json:"disputed" doc:"Of the total, a bank has taken back, or may keep"`
}

type receiptLine struct {
	Coins  amount `json:"coins" doc:"How many coins"`
	Amount amount `json:"amount" doc:"What they cost"`
}

func viewLines(all []purchase.ReceiptLine) []receiptLine {
	out := []receiptLine{}
	for _, l := range all {
		out = append(out, receiptLine{coins(l.Coins), l.Amount})
	}
	return out
}

type receiptIn struct {
	ID id.Purchase `path:"id"`
}

func (a *API) receiptGet(ctx context.Context, in *receiptIn) (*struct{ Body receiptView }, error) {
	r, err := report.Ask2(ctx, a.cfg.Services.Reader, purchase.ReceiptOf, CallerOf(ctx).Person, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body receiptView }{receiptView{"receipt", r.Number, r.Purchase, r.Buyer.ID, r.Buyer.Name, at(r.IssuedUS), viewLines(r.Lines), viewLines(r.Tax), r.Total, r.Method.Brand, r.Method.Last4, string(r.Refund), r.Total.Of(r.Refunded), r.Total.Of(r.Disputed)}}, nil
}

type spendingView struct {
	Object   string            `json:"object" enum:"spending"`
	From     string            `json:"from" format:"date" doc:"The first UTC day"`
	To       string            `json:"to" format:"date" doc:"The last UTC day, which is today"`
	Zone     string            `json:"zone" doc:"In which days begin and end"`
	Coins    amount            `json:"coins" doc:"All that was given: the sum of the days, of the creators, and of the entries of the wallet with the kind gift.sent"`
	Days     []spendingDay     `json:"days" doc:"Every day, the oldest first"`
	Creators []spendingCreator `json:"creators" doc:"To whom, the most coins first"`
}

type spendingDay struct {
	Day   string `json:"day" format:"date" doc:"The UTC day"`
	Coins amount `json:"coins" doc:"What was given on it"`
}

type spendingCreator struct {
	Creator id.Person `json:"creator" doc:"To whom"`
	Name    string    `json:"name" doc:"How the creator is called"`
	Handle  string    `json:"handle,omitempty" doc:"The creator's handle"`
	Coins   amount    `json:"coins" doc:"What was given to them"`
}

func (a *API) spendingGet(ctx context.Context, _ *struct{}) (*struct{ Body spendingView }, error) {
	s, err := a.cfg.Services.Reader.Spending(ctx, CallerOf(ctx).Person)
	if err != nil {
		return nil, err
	}
	v := spendingView{"spending", s.From.Format(time.DateOnly), s.To.Format(time.DateOnly), payout.Zone, coins(s.Coins), []spendingDay{}, []spendingCreator{}}
	for _, d := range s.Days {
		v.Days = append(v.Days, spendingDay{d.Day.Format(time.DateOnly), coins(d.Coins)})
	}
	for _, c := range s.Creators {
		who := s.People[c.Creator]
		v.Creators = append(v.Creators, spendingCreator{c.Creator, who.Name, who.Handle, coins(c.Coins)})
	}
	return &struct{ Body spendingView }{v}, nil
}
