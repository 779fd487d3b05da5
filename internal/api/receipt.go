package api

import (
	"context"
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/paper"
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

type tipReceiptView struct {
	Object   string           `json:"object" enum:"tip_receipt"`
	Number   string           `json:"number" doc:"Unique and for ever the same"`
	Tip      id.Tip           `json:"tip" doc:"The tip"`
	Buyer    id.Person        `json:"buyer" doc:"Who paid"`
	Name     string           `json:"buyer_name" doc:"How they are called"`
	IssuedAt Instant          `json:"issued_at" doc:"When the money came"`
	Lines    []tipReceiptLine `json:"lines" doc:"What was paid for"`
	Tax      []tipReceiptLine `json:"tax" doc:"Taxes by rate; empty, because none is charged"`
	Total    amount           `json:"total" doc:"What the card was charged: the sum of lines and taxes"`
	Brand    string           `json:"card_brand" doc:"The network of the card, such as visa"`
	Last4    string           `json:"card_last4" doc:"The last four digits of the card"`
	Refund   string           `json:"refund" enum:"none,partial,full,disputed" doc:"How much went back"`
	Returned amount           `json:"returned" doc:"The sum of returns"`
	Returns  []receiptBack    `json:"returns" doc:"Refunds, and disputes in which the bank took the money"`
}

type tipReceiptLine struct {
	What   string `json:"what" enum:"tip,card_fee" doc:"card_fee is the fee of the card that the fan pays besides a tip"`
	Amount amount `json:"amount" doc:"What it cost"`
}

type receiptBack struct {
	ID     string  `json:"id" doc:"The refund (ref_…) or the dispute (dsp_…)"`
	Amount amount  `json:"amount" doc:"How much went back"`
	At     Instant `json:"at" doc:"When it began"`
	State  string  `json:"state" enum:"under_way,done" doc:"Whether it is decided"`
}

type tipReceiptIn struct {
	ID id.Tip `path:"id"`
}

func viewTipReceipt(r *report.Receipt) tipReceiptView {
	v := tipReceiptView{Object: "tip_receipt", Number: r.Number, Buyer: r.Buyer.ID, Name: r.Buyer.Name, IssuedAt: at(r.IssuedUS), Tax: []tipReceiptLine{}, Total: r.Total, Brand: r.Brand, Last4: r.Last4,
		Refund: string(r.Refund()), Returned: r.Returned, Returns: []receiptBack{}}
	v.Tip, v.Lines = id.Tip(r.Subject), []tipReceiptLine{{What: "tip", Amount: r.Amount}}
	if r.Cover.Units != 0 {
		v.Lines = append(v.Lines, tipReceiptLine{What: "card_fee", Amount: r.Cover})
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

func (a *API) tipReceipt(ctx context.Context, subject string) (*struct{ Body tipReceiptView }, error) {
	r, err := report.Ask2(ctx, a.cfg.Services.Reader, report.ReceiptOf, CallerOf(ctx).Person, subject)
	if err != nil {
		return nil, err
	}
	return &struct{ Body tipReceiptView }{viewTipReceipt(&r)}, nil
}

func (a *API) tipReceiptGet(ctx context.Context, in *tipReceiptIn) (*struct{ Body tipReceiptView }, error) {
	return a.tipReceipt(ctx, string(in.ID))
}

func (a *API) receiptPDF(w http.ResponseWriter, r *http.Request) error {
	got, err := report.Ask2(r.Context(), a.cfg.Services.Reader, report.ReceiptOf, CallerOf(r.Context()).Person, r.PathValue("id"))
	if err != nil {
		return err
	}
	all, err := paper.Receipt(&got, LanguageOf(r.Context()).Tag(), a.cfg.Services.PublicURL)
	return writePaper(w, r, got.Number, all, err)
}
