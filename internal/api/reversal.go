package api

import (
	"context"
	"net/http"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
)

// reversalRoutes is the table's part about money that goes back to who paid.
func (a *API) reversalRoutes() {
	refund := []option{needs(people.CoinsBuy), orNeeds(people.RefundsWrite), keyed(), status(201), also(202), class(classMoney),
		fails(fault.AlreadyRefunded, fault.RefundExceedsOriginal, fault.StateConflict, fault.NotEligible, fault.Forbidden, fault.UpstreamFailed, fault.IdempotencyKeyReused)}
	post(a, "/v1/coin-purchases/{id}/refund", a.purchaseRefund, "Give back what was paid for coins", refund...)
	post(a, "/v1/tips/{id}/refund", a.tipRefund, "Give back a tip", refund...)
	get(a, "/v1/refunds", a.refundList, "The person's refunds, or all, the newest first", needs(people.WalletRead))
	get(a, "/v1/refunds/{id}", a.refundGet, "A refund", needs(people.WalletRead))
	decides := []option{needs(people.RefundsWrite), role(people.Operator), impersonal(), fails(fault.Forbidden, fault.StateConflict)}
	once(a, "/v1/refunds/{id}/agree", a.refundAgree, "Agree to a refund that another operator has proposed", decides...)
	once(a, "/v1/refunds/{id}/decline", a.refundDecline, "Decline a refund that was proposed", decides...)
	once(a, "/v1/refunds/{id}/repay", a.refundRepay, "Note that a refund which the bank sent back was paid in another way, or propose it where a second operator has to", decides...)

	a.disputeRoutes()
	operator := []option{needs(people.Admin), impersonal()}
	get(a, "/v1/people/{id}/minor-refund", a.minorGet, "All that a person has paid, and what of it can go back", operator...)
	once(a, "/v1/people/{id}/minor-refund", a.minorDo, "Give back all that a person has paid who was too young to", append(operator, fails(fault.Forbidden, fault.AlreadyRefunded, fault.StateConflict))...)
	get(a, "/v1/claws", a.clawList, "What refunds and disputes took back from the creator, the newest first", needs(people.EarningsRead), forPerson())
}

type refundView struct {
	Object    string         `json:"object" enum:"refund"`
	ID        id.Refund      `json:"id"`
	Of        string         `json:"of" doc:"The coin purchase or the tip"`
	Person    id.Person      `json:"person" doc:"Who paid, and gets it back"`
	Amount    amount         `json:"amount"`
	State     reversal.State `json:"state" enum:"proposed,declined,asking,pending,refunded,failed,bounced,repaid" doc:"proposed waits for another operator; asking and pending are on the way; in bounced the bank has sent it back, and the platform owes it"`
	Reason    string         `json:"reason" enum:"withdrawal,goodwill,duplicate,fraudulent,minor,provider" doc:"Why, in a word; withdrawal is the person's own right, provider a refund that was given at the payment provider itself"`
	Coins     *amount        `json:"coins,omitempty" doc:"Coins that were not spent and have left the wallet"`
	Spent     *amount        `json:"spent,omitempty" doc:"Coins that were spent, whose gifts creators lose"`
	Note      string         `json:"note,omitempty" doc:"The operator's words; operators and keys that refund see them, and what follows"`
	AskedBy   string         `json:"asked_by,omitempty" doc:"The id of the person or the key"`
	AgreedBy  string         `json:"agreed_by,omitempty" doc:"The id of the person who agreed to it"`
	Decision  string         `json:"decision,omitempty" doc:"The first refund of those that were decided as one"`
	RepayBy   string         `json:"repay_by,omitempty" doc:"Who has proposed to note that it was paid in another way, where a second operator has to"`
	RepayHow  string         `json:"repay_how,omitempty" doc:"And how it was, in their words"`
	Failure   string         `json:"failure,omitempty" doc:"Why it failed, in a sentence; to operators and keys that refund in the words of the provider or of who declined it"`
	CreatedAt Instant        `json:"created_at"`
	EndedAt   *Instant       `json:"ended_at,omitempty" doc:"When it was decided"`
}

func viewRefund(l Language, r reversal.Reversal, all bool) refundView {
	v := refundView{Object: "refund", ID: id.Refund(r.ID), Of: r.Subject, Person: r.Person, Amount: r.Amount, State: r.State, Reason: r.Reason, Failure: translate(l, r.Told()),
		CreatedAt: at(r.OpenedUS), EndedAt: atOrNil(r.EndedUS)}
	if all {
		v.Note, v.AskedBy, v.AgreedBy, v.Decision, v.RepayBy, v.RepayHow, v.Failure = r.Note, r.AskedBy, r.AgreedBy, r.Decision, r.RepayBy, r.RepayHow, translate(l, r.FailureWhy)
	}
	v.Coins, v.Spent = coinsOrNil(r.LotCoins), coinsOrNil(r.SpentCoins)
	return v
}

func coinsOrNil(n int64) *amount {
	if n == 0 {
		return nil
	}
	c := coins(n)
	return &c
}

// RefundBody is what a refund asks for. People who ask for their own leave all of
// it out: they get what they have a right to.
type RefundBody struct {
	Amount int64  `json:"amount,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Smallest units of what was charged; left out for all that can go back"`
	Spent  bool   `json:"spent,omitempty" doc:"Whether also what the coins were spent for goes back: creators lose what they got for it. A tip always does"`
	Reason string `json:"reason,omitempty" enum:"goodwill,duplicate,fraudulent,minor" doc:"Operators and the host say why; creators read it"`
	Note   string `json:"note,omitempty" maxLength:"8000" doc:"Words for the audit log, up to 500 characters; operators and the host have to say some"`
}

type purchaseRefundIn struct {
	ID   id.Purchase `path:"id"`
	Key  string      `header:"Idempotency-Key"`
	Body RefundBody
}

type tipRefundIn struct {
	ID   id.Tip `path:"id"`
	Key  string `header:"Idempotency-Key"`
	Body RefundBody
}

type refundOut struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replay"`
	Body     refundView
}

func (a *API) purchaseRefund(ctx context.Context, in *purchaseRefundIn) (*refundOut, error) {
	return a.refund(ctx, string(in.ID), in.Key, &in.Body)
}

func (a *API) tipRefund(ctx context.Context, in *tipRefundIn) (*refundOut, error) {
	return a.refund(ctx, string(in.ID), in.Key, &in.Body)
}

func (a *API) refund(ctx context.Context, subject, key string, b *RefundBody) (*refundOut, error) {
	c := CallerOf(ctx)
	paid, err := report.Ask1(ctx, a.cfg.Services.Reader, payment.ForSubject, subject)
	if err == nil && !a.seesAll(&c) && paid.Person != c.Person {
		err = fault.New(fault.NotFound, "There is no such payment.")
	}
	if err != nil {
		return nil, err
	}
	r, err := a.cfg.Services.Reversals.Refund(ctx, c.Caller, reversal.Request{Key: key, Subject: subject, Units: b.Amount, Spent: b.Spent, Reason: b.Reason, Note: b.Note})
	if err != nil {
		return nil, err
	}
	out := &refundOut{Status: http.StatusCreated, Location: "/v1/refunds/" + r.ID, Body: viewRefund(LanguageOf(ctx), r, givesBack(&c))}
	if r.EndedUS == 0 {
		out.Status = http.StatusAccepted
	}
	if r.Replayed {
		out.Replayed = "true"
	}
	return out, nil
}

type refundListIn struct {
	Page
	State  reversal.State `query:"state" enum:"proposed,declined,asking,pending,refunded,failed,bounced,repaid" doc:"Only refunds in this state"`
	Of     string         `query:"of" maxLength:"64" doc:"Only of this coin purchase or tip"`
	Person id.Person      `query:"person" doc:"Only of this person"`
}

func (a *API) refundList(ctx context.Context, in *refundListIn) (*listOut[refundView], error) {
	c := CallerOf(ctx)
	all := a.seesAll(&c)
	if !all {
		if in.Person != "" && in.Person != c.Person {
			return nil, fault.New(fault.NotFound, "There is no such person.")
		}
		in.Person = c.Person
	}
	words := givesBack(&c)
	rows, err := a.reversals(ctx, in.Page, reversal.Query{Kind: id.KindRefund, State: in.State, Subject: in.Of, Person: in.Person, Begun: !words})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, rows, reversalID, func(r reversal.Reversal) refundView { return viewRefund(LanguageOf(ctx), r, words) }), nil
}

func (a *API) reversals(ctx context.Context, p Page, q reversal.Query) ([]reversal.Reversal, error) {
	before, err := a.after(ctx, p)
	if err != nil {
		return nil, err
	}
	q.Before, q.Limit = before, p.Limit+1
	return report.Ask1(ctx, a.cfg.Services.Reader, reversal.List, q)
}

func reversalID(r reversal.Reversal) string { return r.ID }

// RefundPath is the part of an address that names a refund.
type RefundPath struct {
	ID id.Refund `path:"id"`
}

type refundBody struct{ Body refundView }

func (a *API) refundGet(ctx context.Context, in *RefundPath) (*refundBody, error) {
	c := CallerOf(ctx)
	r, err := a.cfg.Services.Reversals.Get(ctx, string(in.ID))
	words := givesBack(&c)
	if err == nil && (!a.seesAll(&c) && r.Person != c.Person || !words && !r.Begun()) {
		err = fault.New(fault.NotFound, "There is no %s.", in.ID)
	}
	return &refundBody{viewRefund(LanguageOf(ctx), r, words)}, err
}

// givesBack reports whether the caller gives money back for the platform. Nobody else
// reads what operators say to each other about it, nor what they only propose.
func givesBack(c *Caller) bool { return c.Is(people.Operator) || c.Host && c.May(people.RefundsWrite) }

// refundOnce is the service for a decision that is answered once.
func (a *API) refundOnce(ctx context.Context, once *Once[refundView]) *reversal.Service {
	l := LanguageOf(ctx)
	return a.cfg.Services.Reversals.Once(once.Call(), func(all []reversal.Reversal) (idem.Answer, error) { return once.Answer(viewRefund(l, all[0], true)) })
}

func (a *API) refundAgree(ctx context.Context, in *RefundPath, once *Once[refundView]) error {
	_, err := a.refundOnce(ctx, once).Agree(ctx, CallerOf(ctx).Caller, string(in.ID))
	return err
}

type refundReasonIn struct {
	RefundPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"8000" doc:"Words for the audit log, up to 500 characters; of repay, how it was paid"`
	}
}

func (a *API) refundDecline(ctx context.Context, in *refundReasonIn, once *Once[refundView]) error {
	_, err := a.refundOnce(ctx, once).Decline(ctx, CallerOf(ctx).Caller, string(in.ID), in.Body.Reason)
	return err
}

func (a *API) refundRepay(ctx context.Context, in *refundReasonIn, once *Once[refundView]) error {
	_, err := a.refundOnce(ctx, once).Repay(ctx, CallerOf(ctx).Caller, string(in.ID), in.Body.Reason)
	return err
}

type minorIn struct {
	PersonPath
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"8000" doc:"How the age was found out, for the audit log: up to 500 characters"`
	}
}

type spendingItem struct {
	Of        string  `json:"of" doc:"The coin purchase or the tip"`
	Amount    amount  `json:"amount" doc:"What was charged"`
	Left      amount  `json:"left" doc:"What of it can still go back"`
	Why       string  `json:"why,omitempty" enum:"disputed,gone,settling" doc:"Why nothing of it can go back now"`
	CreatedAt Instant `json:"created_at" doc:"When it was paid"`
}

type minorView struct {
	Object string         `json:"object" enum:"minor_refund"`
	Person id.Person      `json:"person" doc:"Who paid"`
	Paid   []spendingItem `json:"paid" doc:"All that the person has paid, the newest first"`
}

func (a *API) minorGet(ctx context.Context, in *PersonPath) (*struct{ Body minorView }, error) {
	v := minorView{Object: "minor_refund", Person: in.ID, Paid: []spendingItem{}}
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, reversal.SpendingOf, in.ID)
	for _, s := range all {
		c := &s.Charge
		v.Paid = append(v.Paid, spendingItem{c.Subject, c.Amount, c.Amount.Of(c.Left()), s.Why, at(c.CreatedUS)})
	}
	return &struct{ Body minorView }{v}, err
}

type minorDone struct {
	Object  string       `json:"object" enum:"minor_refunds"`
	Person  id.Person    `json:"person" doc:"Who paid"`
	Refunds []refundView `json:"refunds" doc:"One for each payment"`
}

func (a *API) minorDo(ctx context.Context, in *minorIn, once *Once[minorDone]) error {
	l := LanguageOf(ctx)
	with := a.cfg.Services.Reversals.Once(once.Call(), func(all []reversal.Reversal) (idem.Answer, error) {
		v := minorDone{Object: "minor_refunds", Person: in.ID, Refunds: []refundView{}}
		for _, r := range all {
			v.Refunds = append(v.Refunds, viewRefund(l, r, true))
		}
		return once.Answer(v)
	})
	_, err := with.RefundMinor(ctx, CallerOf(ctx).Caller, in.ID, in.Body.Note)
	return err
}

type clawView struct {
	Object    string             `json:"object" enum:"claw"`
	ID        id.Claw            `json:"id"`
	Earning   id.Earning         `json:"earning" doc:"What it was taken back of"`
	Cause     string             `json:"cause" doc:"The refund or the dispute"`
	Reason    string             `json:"reason" doc:"Why, in a word: chargeback of a dispute, or the reason of the refund"`
	State     earnings.ClawState `json:"state" enum:"held,kept,returned" doc:"held is not decided yet; kept is gone; returned is the creator's again"`
	Taken     amount             `json:"taken" doc:"In diamonds, or in money where money was earned"`
	Amount    amount             `json:"amount" doc:"The money that the creator does not get; of pending diamonds known when they would have matured"`
	Borne     amount             `json:"borne" doc:"Money that had been paid out: the platform bears it, and the creator keeps it"`
	CreatedAt Instant            `json:"created_at"`
	EndedAt   *Instant           `json:"ended_at,omitempty" doc:"When it was decided"`
}

func viewClaw(c *earnings.Claw, e *earnings.Earning) clawView {
	return clawView{"claw", c.ID, c.Earning, c.Cause, c.Reason, c.State, c.Taken(!e.Money()), amount{Units: c.Units, Asset: c.Asset}, amount{Units: c.Borne, Asset: c.Asset}, at(c.HeldUS), atOrNil(c.EndedUS)}
}

// viewClaws shows claws with what they were taken of.
func (a *API) viewClaws(ctx context.Context, all []earnings.Claw) (map[id.Claw]clawView, error) {
	of := make([]id.Earning, len(all))
	for i, c := range all {
		of[i] = c.Earning
	}
	whole, err := report.Ask1(ctx, a.cfg.Services.Reader, earnings.GetAll, of)
	if err != nil {
		return nil, err
	}
	views := make(map[id.Claw]clawView, len(all))
	for i := range all {
		e := whole[all[i].Earning]
		views[all[i].ID] = viewClaw(&all[i], &e)
	}
	return views, nil
}

func (a *API) clawList(ctx context.Context, in *struct{ Page }) (*listOut[clawView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask3(ctx, a.cfg.Services.Reader, earnings.ClawsOfCreator, CallerOf(ctx).Person, id.Claw(before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	views, err := a.viewClaws(ctx, all)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(c earnings.Claw) string { return string(c.ID) }, func(c earnings.Claw) clawView { return views[c.ID] }), nil
}
