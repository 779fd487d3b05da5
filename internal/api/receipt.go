package api

import (
	"context"
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/paper"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// receiptRoutes is the table's part about the papers of fans.
func (a *API) receiptRoutes() {
	get(a, "/v1/coin-purchases/{id}/receipt", a.receiptGet, "The receipt of a purchase that was paid", needs(people.WalletRead), forPerson(), fails(fault.StateConflict))
	raw[receiptIn, none](a, http.MethodGet, "/v1/coin-purchases/{id}/receipt.pdf", a.receiptPDF, "The same receipt as a PDF file, in the language of the request", needs(people.WalletRead), forPerson(), produces("application/pdf"), fails(fault.StateConflict))
	get(a, "/v1/tips/{id}/receipt", a.tipReceiptGet, "The receipt of a tip that was paid", needs(people.WalletRead), forPerson(), fails(fault.StateConflict))
	raw[tipReceiptIn, none](a, http.MethodGet, "/v1/tips/{id}/receipt.pdf", a.receiptPDF, "The same receipt as a PDF file, in the language of the request", needs(people.WalletRead), forPerson(), produces("application/pdf"), fails(fault.StateConflict))
}

type receiptView struct {
	Object   string         `json:"object" enum:"receipt"`
	Number   string         `json:"number" doc:"Unique and for ever the same; those of coins ascend"`
	Purchase id.Purchase    `json:"purchase,omitempty" doc:"The purchase of coins that was paid"`
	Tip      id.Tip         `json:"tip,omitempty" doc:"The tip that was paid"`
	Buyer    id.Person      `json:"buyer" doc:"Who paid"`
	Name     string         `json:"buyer_name" doc:"How they are called"`
	IssuedAt Instant        `json:"issued_at" doc:"When the money came"`
	Lines    []receiptLine  `json:"lines" doc:"What was paid for"`
	Tax      []receiptLine  `json:"tax" doc:"Taxes by rate; empty, because none is charged"`
	Total    amount         `json:"total" doc:"What the card was charged: the sum of lines and taxes"`
	Brand    string         `json:"card_brand" doc:"The network of the card, such as visa"`
	Last4    string         `json:"card_last4" doc:"The last four digits of the card"`
	Refund   payment.Return `json:"refund" enum:"none,partial,full,disputed" doc:"How much went back; disputed while or because the bank of the card took something"`
	Refunded amount         `json:"refunded" doc:"Of the total, went back or is on its way back"`
	Disputed amount         `json:"disputed" doc:"Of the total, a bank has taken back, or may keep"`
	Returns  []receiptBack  `json:"returns" doc:"The refunds and disputes of which refunded and disputed are the sums, the oldest first"`
}

type receiptLine struct {
	What   string  `json:"what" enum:"coins,tip,card_fee" doc:"card_fee is the fee of the card that the fan pays besides a tip"`
	Coins  *amount `json:"coins,omitempty" doc:"How many coins"`
	Amount amount  `json:"amount" doc:"What it cost"`
}

type receiptBack struct {
	ID     string  `json:"id" doc:"The refund (ref_…) or the dispute (dsp_…)"`
	Amount amount  `json:"amount" doc:"How much of the total it took"`
	At     Instant `json:"at" doc:"When it began"`
	State  string  `json:"state" enum:"under_way,done" doc:"Whether it is decided"`
}

type receiptIn struct {
	ID id.Purchase `path:"id"`
}

type tipReceiptIn struct {
	ID id.Tip `path:"id"`
}

func viewReceipt(r *report.Receipt) receiptView {
	v := receiptView{Object: "receipt", Number: r.Number, Buyer: r.Buyer.ID, Name: r.Buyer.Name, IssuedAt: at(r.IssuedUS), Tax: []receiptLine{}, Total: r.Total, Brand: r.Brand, Last4: r.Last4,
		Refund: r.Return, Refunded: r.Refunded, Disputed: r.Disputed, Returns: []receiptBack{}}
	if r.Tip() {
		v.Tip, v.Lines = id.Tip(r.Subject), []receiptLine{{What: "tip", Amount: r.Amount}}
	} else {
		n := coins(r.Coins)
		v.Purchase, v.Lines = id.Purchase(r.Subject), []receiptLine{{What: "coins", Coins: &n, Amount: r.Amount}}
	}
	if r.Cover.Units != 0 {
		v.Lines = append(v.Lines, receiptLine{What: "card_fee", Amount: r.Cover})
	}
	for _, b := range r.Back {
		state := "under_way"
		if b.Done {
			state = "done"
		}
		v.Returns = append(v.Returns, receiptBack{b.ID, r.Total.Of(b.Units), at(b.AtUS), state})
	}
	return v
}

func (a *API) receipt(ctx context.Context, subject string) (*struct{ Body receiptView }, error) {
	r, err := report.Ask2(ctx, a.cfg.Services.Reader, report.ReceiptOf, CallerOf(ctx).Person, subject)
	if err != nil {
		return nil, err
	}
	return &struct{ Body receiptView }{viewReceipt(&r)}, nil
}

func (a *API) receiptGet(ctx context.Context, in *receiptIn) (*struct{ Body receiptView }, error) {
	return a.receipt(ctx, string(in.ID))
}

func (a *API) tipReceiptGet(ctx context.Context, in *tipReceiptIn) (*struct{ Body receiptView }, error) {
	return a.receipt(ctx, string(in.ID))
}

func (a *API) receiptPDF(w http.ResponseWriter, r *http.Request) error {
	got, err := report.Ask2(r.Context(), a.cfg.Services.Reader, report.ReceiptOf, CallerOf(r.Context()).Person, r.PathValue("id"))
	if err != nil {
		return err
	}
	all, err := paper.Receipt(&got, LanguageOf(r.Context()).Tag(), a.cfg.Services.PublicURL)
	return writePaper(w, r, got.Number, all, err)
}
