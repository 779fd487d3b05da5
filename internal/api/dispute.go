package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
)

// disputeRoutes is the table's part about what banks dispute.
func (a *API) disputeRoutes() {
	operator := []option{needs(people.Admin), impersonal()}
	get(a, "/v1/disputes", a.disputeList, "The disputes of banks, the newest first", operator...)
	get(a, "/v1/disputes/{id}", a.disputeGet, "A dispute, with the gifts and the earnings that it is about", operator...)
	decides := append(operator, fails(fault.AlreadyDone, fault.StateConflict, fault.Forbidden))
	once(a, "/v1/disputes/{id}/answer", a.disputeAnswer, "Hand in the answer to a dispute", decides...)
	once(a, "/v1/disputes/{id}/accept", a.disputeAccept, "Give a dispute up, or propose it where a second operator has to agree", decides...)
	once(a, "/v1/disputes/{id}/accept/agree", a.disputeAgree, "Agree to give up a dispute, which another operator has proposed", decides...)
	once(a, "/v1/disputes/{id}/accept/decline", a.disputeDecline, "Decline to give up a dispute, which was proposed", decides...)
}

// partsShown bounds the gifts in the answer about one dispute.
const partsShown = 100

type disputeView struct {
	Object     string         `json:"object" enum:"dispute"`
	ID         id.Dispute     `json:"id"`
	Of         string         `json:"of" doc:"The coin purchase or the tip"`
	Person     id.Person      `json:"person" doc:"Who paid"`
	Amount     amount         `json:"amount" doc:"Of what was charged, what the bank disputes"`
	State      reversal.State `json:"state" enum:"inquiry,open,answered,won,lost,closed" doc:"In inquiry no money has moved; open waits for an answer, and answered for the bank; closed is an inquiry that ended without money"`
	Reason     string         `json:"reason" doc:"The bank's word for why"`
	Coins      *amount        `json:"coins,omitempty" doc:"Coins that were not spent and are held"`
	Spent      *amount        `json:"spent,omitempty" doc:"Coins that were spent, whose gifts are taken back"`
	Taken      *amount        `json:"taken,omitempty" doc:"What the provider took of the balance"`
	Fee        *amount        `json:"fee,omitempty" doc:"What it took besides"`
	Evidence   string         `json:"evidence,omitempty" doc:"The answer that was handed in"`
	Note       string         `json:"note,omitempty" doc:"Why it was given up"`
	Deciding   string         `json:"deciding,omitempty" enum:"answer,accept" doc:"What was decided and the payment provider has not confirmed yet; of one dispute alone"`
	Refused    string         `json:"refused,omitempty" doc:"Why the provider did not take what was decided last, in its words"`
	GivingUp   *decisionView  `json:"giving_up,omitempty" doc:"The last decision to give it up; while it waits nothing has happened, and the bank's time runs on. Of one dispute alone"`
	DueAt      *Instant       `json:"due_at,omitempty" doc:"Until when it has to be answered"`
	CreatedAt  Instant        `json:"created_at"`
	EndedAt    *Instant       `json:"ended_at,omitempty" doc:"When it was decided"`
	Parts      []partView     `json:"parts,omitempty" doc:"The gifts that the spent coins were given for, the latest first; of one dispute alone, the first hundred"`
	PartsTotal int64          `json:"parts_total,omitempty" doc:"How many gifts there are"`
	Claws      []clawView     `json:"claws,omitempty" doc:"What is taken back from creators; of one dispute alone"`
}

type partView struct {
	Gift     string     `json:"gift" doc:"The gift, or the combo"`
	Coins    amount     `json:"coins" doc:"So many of the coins that were bought with the payment"`
	Diamonds amount     `json:"diamonds" doc:"What they became"`
	Earning  id.Earning `json:"earning,omitempty" doc:"Where the diamonds went"`
}

func viewDispute(r reversal.Reversal) disputeView {
	v := disputeView{Object: "dispute", ID: id.Dispute(r.ID), Of: r.Subject, Person: r.Person, Amount: r.Amount, State: r.State, Reason: r.Reason, Evidence: r.Evidence, Note: r.Note,
		DueAt: atOrNil(r.DueUS), CreatedAt: at(r.OpenedUS), EndedAt: atOrNil(r.EndedUS), Coins: coinsOrNil(r.LotCoins), Spent: coinsOrNil(r.SpentCoins),
		Deciding: r.Deciding, Refused: r.FailureWhy, GivingUp: viewDecision(r.GivingUp)}
	if r.Moved.Asset != "" {
		fee := r.Moved.Of(r.Fee)
		v.Taken, v.Fee = &r.Moved, &fee
	}
	return v
}

type disputeListIn struct {
	Page
	State  reversal.State `query:"state" enum:"inquiry,open,answered,won,lost,closed" doc:"Only disputes in this state"`
	Of     string         `query:"of" maxLength:"64" doc:"Only of this coin purchase or tip"`
	Person id.Person      `query:"person" doc:"Only of this person"`
}

func (a *API) disputeList(ctx context.Context, in *disputeListIn) (*listOut[disputeView], error) {
	rows, err := a.reversals(ctx, in.Page, reversal.Query{Kind: id.KindDispute, State: in.State, Subject: in.Of, Person: in.Person})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, rows, reversalID, viewDispute), nil
}

// DisputePath is the part of an address that names a dispute.
type DisputePath struct {
	ID id.Dispute `path:"id"`
}

type disputeBody struct{ Body disputeView }

func (a *API) disputeGet(ctx context.Context, in *DisputePath) (*disputeBody, error) {
	f, err := report.Ask2(ctx, a.cfg.Services.Reader, reversal.FileOf, string(in.ID), partsShown)
	if err == nil && !f.IsDispute() {
		err = fault.New(fault.NotFound, "There is no %s.", in.ID)
	}
	if err != nil {
		return nil, err
	}
	v := viewDispute(f.Reversal)
	v.PartsTotal = f.Gifts
	for _, p := range f.Parts {
		v.Parts = append(v.Parts, partView{string(p.Gift), coins(p.Coins), amount{Units: p.Diamonds, Asset: "DIAMOND"}, p.Earning})
	}
	views, err := a.viewClaws(ctx, f.Claws)
	for _, c := range f.Claws {
		v.Claws = append(v.Claws, views[c.ID])
	}
	return &disputeBody{v}, err
}

type disputeAnswerIn struct {
	DisputePath
	Body struct {
		Evidence string `json:"evidence" minLength:"1" maxLength:"320000" doc:"What shows that the payment was right, up to 20,000 characters"`
	}
}

// disputeOnce is the service for a decision that is answered once.
func (a *API) disputeOnce(once *Once[disputeView]) *reversal.Service {
	return a.cfg.Services.Reversals.Once(once.Call(), func(all []reversal.Reversal) (idem.Answer, error) { return once.Answer(viewDispute(all[0])) })
}

func (a *API) disputeAnswer(ctx context.Context, in *disputeAnswerIn, once *Once[disputeView]) error {
	_, err := a.disputeOnce(once).Answer(ctx, CallerOf(ctx).Caller, string(in.ID), in.Body.Evidence)
	return err
}

type disputeReasonIn struct {
	DisputePath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"8000" doc:"Why, for the audit log: up to 500 characters"`
	}
}

func (a *API) disputeAccept(ctx context.Context, in *disputeReasonIn, once *Once[disputeView]) error {
	_, err := a.disputeOnce(once).Accept(ctx, CallerOf(ctx).Caller, string(in.ID), in.Body.Reason)
	return err
}

func (a *API) disputeAgree(ctx context.Context, in *DisputePath, once *Once[disputeView]) error {
	_, err := a.disputeOnce(once).AgreeAccept(ctx, CallerOf(ctx).Caller, string(in.ID))
	return err
}

func (a *API) disputeDecline(ctx context.Context, in *disputeReasonIn, once *Once[disputeView]) error {
	_, err := a.disputeOnce(once).DeclineAccept(ctx, CallerOf(ctx).Caller, string(in.ID), in.Body.Reason)
	return err
}
