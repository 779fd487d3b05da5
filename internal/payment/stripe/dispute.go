package stripe

import (
	"context"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// RetrieveDispute returns what Stripe knows of a dispute now.
func (c *Client) RetrieveDispute(ctx context.Context, id string) (payment.Dispute, error) {
	if err := asked("dispute", id); err != nil {
		return payment.Dispute{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := c.api.V1Disputes.Retrieve(ctx, id, &sdk.DisputeRetrieveParams{})
	if err != nil {
		return payment.Dispute{}, failure(err)
	}
	return dispute(o), nil
}

// AnswerDispute hands in a written answer.
func (c *Client) AnswerDispute(ctx context.Context, id, text string) (payment.Dispute, error) {
	if err := asked("dispute", id, "text", text); err != nil {
		return payment.Dispute{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.DisputeUpdateParams{Evidence: &sdk.DisputeUpdateEvidenceParams{UncategorizedText: sdk.String(text)}, Submit: sdk.Bool(true)}
	p.IdempotencyKey = key("answer", id+"/"+digest(text), 0)
	o, err := c.api.V1Disputes.Update(ctx, id, p)
	if err != nil {
		return payment.Dispute{}, failure(err)
	}
	return dispute(o), nil
}

// AcceptDispute gives a dispute up; it is lost.
func (c *Client) AcceptDispute(ctx context.Context, id string) (payment.Dispute, error) {
	if err := asked("dispute", id); err != nil {
		return payment.Dispute{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.DisputeCloseParams{}
	p.IdempotencyKey = key("accept", id, 0)
	o, err := c.api.V1Disputes.Close(ctx, id, p)
	if err != nil {
		return payment.Dispute{}, failure(err)
	}
	return dispute(o), nil
}

func dispute(o *sdk.Dispute) payment.Dispute {
	out := payment.Dispute{ID: o.ID, Amount: inward(o.Amount, o.Currency), Reason: string(o.Reason), Outcome: payment.Pending,
		Inquiry: strings.HasPrefix(string(o.Status), "warning_"), Fee: inward(0, o.Currency)}
	for _, e := range o.BalanceTransactions {
		fee, moved := inward(e.Fee, e.Currency), inward(e.Amount, e.Currency)
		out.Fee = money.Amount{Units: out.Fee.Units + fee.Units, Asset: fee.Asset}
		if fee.Units > 0 {
			out.Charged = money.Amount{Units: out.Charged.Units + fee.Units, Asset: fee.Asset}
		}
		switch { // an entry of a fee alone moves nothing else
		case moved.Units < 0:
			out.Taken = money.Amount{Units: out.Taken.Units - moved.Units, Asset: moved.Asset}
		case moved.Units > 0:
			out.Returned = money.Amount{Units: out.Returned.Units + moved.Units, Asset: moved.Asset}
		}
	}
	out.Answered = o.Status == sdk.DisputeStatusUnderReview || o.Status == sdk.DisputeStatusWarningUnderReview
	switch o.Status {
	case sdk.DisputeStatusWon, sdk.DisputeStatusWarningClosed:
		out.Outcome = payment.Succeeded
	case sdk.DisputeStatusLost:
		out.Outcome = payment.Failed
	}
	if o.PaymentIntent != nil {
		out.Charge = o.PaymentIntent.ID
	}
	if o.Charge != nil {
		out.ChargeID = o.Charge.ID
	}
	if o.EvidenceDetails != nil {
		out.DueBy = instant(o.EvidenceDetails.DueBy)
		out.Answered = out.Answered || o.EvidenceDetails.SubmissionCount > 0 // the status says so only until the end
	}
	return out
}
