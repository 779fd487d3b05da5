package api

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
)

// reconcileRoutes is the table's part about our books beside the provider's.
func (a *API) reconcileRoutes() {
	get(a, "/v1/ledger/reconciliation", a.reconciliationGet, "How our books stand to the payment provider's, as of the last comparison", needs(people.LedgerRead), impersonal(), fails(fault.NotFound))
	post(a, "/v1/ledger/reconciliation", a.reconciliationRun, "Compare our books with the payment provider's now", needs(people.Admin), impersonal(), class(classMoney), within(5*time.Minute), fails(fault.UpstreamFailed))
}

type reconciliationView struct {
	Object      string           `json:"object" enum:"reconciliation"`
	At          Instant          `json:"at" doc:"When it began"`
	Agrees      bool             `json:"agrees" doc:"Whether both books say the same but for what is in flight"`
	Since       *Instant         `json:"since,omitempty" doc:"The provider's entries from then on were asked for; missing when it was from the beginning"`
	Entries     int64            `json:"entries" doc:"How many of the provider's entries were read"`
	Fresh       int64            `json:"fresh" doc:"Of them, those that were not known before"`
	Booked      int64            `json:"booked" doc:"Entries of the platform's own, or that nothing explains, which were booked"`
	Causes      int64            `json:"causes" doc:"How many of our rows were compared"`
	Problems    int64            `json:"problems" doc:"Differences, and totals that they do not explain"`
	InFlight    int64            `json:"in_flight" doc:"Differences so young that the other side may be on its way"`
	Totals      []recTotalView   `json:"totals" doc:"What the provider holds in each currency"`
	Differences []differenceView `json:"differences" doc:"The first of them, those in flight last"`
}

type recTotalView struct {
	Asset       money.Asset `json:"asset" doc:"The currency"`
	Ours        int64       `json:"ours" doc:"What our clearing account says"`
	Theirs      int64       `json:"theirs" doc:"What the provider says: available and pending"`
	Available   int64       `json:"available" doc:"Of it, what is available"`
	Pending     int64       `json:"pending" doc:"Of it, what is not available yet"`
	Unexplained int64       `json:"unexplained" doc:"How much more the provider holds than our books and the differences together say"`
}

type differenceView struct {
	Kind     reconcile.Kind `json:"kind" enum:"missing_here,missing_there,amount_differs,fee_differs" doc:"How they differ"`
	InFlight bool           `json:"in_flight" doc:"Whether the other side may be on its way"`
	Cause    string         `json:"cause,omitempty" doc:"The id of our row, which need not be here any more; missing while none is known"`
	By       amount         `json:"by" doc:"How much more the provider holds because of it than we say"`
	Ours     int64          `json:"ours" doc:"What our books hold because of it, after the fee"`
	Theirs   int64          `json:"theirs" doc:"What the provider's books hold"`
	OurFee   int64          `json:"our_fee" doc:"The fee that we have booked"`
	TheirFee int64          `json:"their_fee" doc:"The fee that the provider tells"`
	Entries  []string       `json:"entries" doc:"The provider's ids of its entries, the first five"`
	Sources  []string       `json:"sources" doc:"The provider's ids of what caused them"`
	LastAt   Instant        `json:"last_at" doc:"When something came for it last, on either side"`
	ToDo     string         `json:"to_do" doc:"What to do about it"`
}

func viewReconciliation(l Language, r *reconcile.Run) reconciliationView {
	v := reconciliationView{Object: "reconciliation", At: at(r.AtUS), Agrees: r.OK(), Since: atOrNil(r.SinceUS), Entries: r.Entries, Fresh: r.Fresh, Booked: r.Booked, Causes: r.Causes,
		Problems: r.Problems, InFlight: r.InFlight, Totals: []recTotalView{}, Differences: []differenceView{}}
	for _, t := range r.Totals {
		v.Totals = append(v.Totals, recTotalView{t.Asset, t.Ours, t.Theirs(), t.Available, t.Pending, t.Unexplained()})
	}
	for _, d := range r.Differences {
		v.Differences = append(v.Differences, differenceView{d.Kind, d.InFlight, d.Cause, d.By(), d.Ours, d.Theirs, d.OurFee, d.TheirFee, d.Entries, d.Sources, at(d.LastUS), translate(l, d.ToDo())})
	}
	return v
}

type reconciliationOut struct{ Body reconciliationView }

func (a *API) reconciliationGet(ctx context.Context, _ *struct{}) (*reconciliationOut, error) {
	last, err := report.Ask1(ctx, a.cfg.Services.Reader, reconcile.Runs, 1)
	if err != nil {
		return nil, err
	}
	if len(last) == 0 {
		return nil, fault.New(fault.NotFound, "The books were not compared with the payment provider's yet. That happens every hour, and with a POST at once.")
	}
	return &reconciliationOut{viewReconciliation(LanguageOf(ctx), &last[0])}, nil
}

type reconciliationIn struct {
	Body struct {
		Complete bool   `json:"complete,omitempty" doc:"From the beginning, comparing all there is; otherwise what came on either side since the last time"`
		Since    string `json:"since,omitempty" maxLength:"40" format:"date-time" doc:"Ask the provider for its entries from this instant on, RFC 3339; left out, from a while before the newest that is known"`
	}
}

func (a *API) reconciliationRun(ctx context.Context, in *reconciliationIn) (*reconciliationOut, error) {
	ask := reconcile.Ask{Complete: in.Body.Complete}
	us, err := microsOf("since", in.Body.Since)
	if err != nil {
		return nil, err
	}
	if us != 0 {
		ask.Since = time.UnixMicro(us).UTC()
	}
	r, err := a.cfg.Services.Reconcile(ctx, ask)
	if err != nil {
		return nil, err
	}
	return &reconciliationOut{viewReconciliation(LanguageOf(ctx), &r)}, nil
}
