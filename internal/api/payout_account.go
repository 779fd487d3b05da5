package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// payAccountRoutes is the table's part about the balance of payout accounts and
// the calendar.
func (a *API) payAccountRoutes() {
	get(a, "/v1/payout-account/balance", a.payBalance, "What the provider has of the creator's money, beside what the books here say", needs(people.PayoutsRead), forPerson())
	get(a, "/v1/payout-account/calendar", a.calendarGet, "When the creator is paid", needs(people.PayoutsRead), forPerson())
	put(a, "/v1/payout-account/calendar", a.calendarPut, "Be paid on request, or by the calendar", needs(people.PayoutsWrite), forPerson(), fails(fault.StateConflict))
}

type payAccountView struct {
	Object         string        `json:"object" enum:"payout_account"`
	Open           bool          `json:"open" doc:"Whether there is an account at the provider"`
	Ready          bool          `json:"ready" doc:"Whether money can go all the way to the bank"`
	Rejected       bool          `json:"rejected" doc:"Whether the provider has refused it for good"`
	Missing        []string      `json:"missing" doc:"What the provider still wants to know, in words"`
	PastDue        []string      `json:"past_due" doc:"What of it is overdue"`
	InReview       []string      `json:"in_review" doc:"What was handed in and is being looked at"`
	Deadline       *Instant      `json:"deadline,omitempty" doc:"Until when the provider wants what is missing, if it has said so"`
	DisabledReason string        `json:"disabled_reason,omitempty" doc:"The provider's word for why it is closed"`
	Explanation    string        `json:"explanation,omitempty" doc:"The same in a sentence, and whom to ask"`
	Currencies     []money.Asset `json:"currencies" doc:"In which there is a bank account"`
	Bank           string        `json:"bank,omitempty"`
	BankLast4      string        `json:"bank_last4,omitempty"`
	HeldUntil      *Instant      `json:"held_until,omitempty" doc:"Until when payouts wait, because the bank account is new"`
	CheckedAt      *Instant      `json:"checked_at,omitempty"`
}

func viewAccount(l Language, acc payout.Account) payAccountView {
	return payAccountView{"payout_account", acc.Provider != "", acc.Ready(), acc.Rejected(), dueInWords(l, acc.Due), dueInWords(l, acc.PastDue), dueInWords(l, acc.InReview), atOrNil(acc.DeadlineUS),
		acc.DisabledReason, translate(l, payout.Disabled(acc.DisabledReason)), append([]money.Asset{}, acc.Currencies...), acc.BankName, acc.BankLast4,
		atOrNil(acc.HeldUS), atOrNil(acc.UpdatedUS)}
}

func (a *API) payAccountGet(ctx context.Context, _ *struct{}) (*struct{ Body payAccountView }, error) {
	acc, err := report.Ask1(ctx, a.cfg.Services.Reader, payout.AccountOf, CallerOf(ctx).Person)
	return &struct{ Body payAccountView }{viewAccount(LanguageOf(ctx), acc)}, err
}

type onboardIn struct {
	Body struct {
		ReturnURL  string `json:"return_url,omitempty" maxLength:"2000" doc:"Where the creator comes back. Ask for the account's state then; coming back does not mean that it is complete"`
		RefreshURL string `json:"refresh_url,omitempty" maxLength:"2000" doc:"Where the creator goes when the page is too old: make a new one there"`
	}
}

// The pages to which the provider sends creators back.
const (
	onboardReturn  = "/c/payouts/account/back"
	onboardRefresh = "/c/payouts/account/again"
)

func (a *API) payAccountLink(ctx context.Context, in *onboardIn) (*cardLinkOut, error) {
	back, err := a.returnURL(in.Body.ReturnURL, onboardReturn)
	if err != nil {
		return nil, err
	}
	again, err := a.pageOf("/refresh_url", in.Body.RefreshURL, onboardRefresh)
	if err != nil {
		return nil, err
	}
	url, err := a.cfg.Services.Payouts.Onboard(ctx, CallerOf(ctx).Person, back, again)
	out := &cardLinkOut{}
	out.Body.URL = url
	return out, err
}

func (a *API) payAccountRefresh(ctx context.Context, _ *struct{}) (*struct{ Body payAccountView }, error) {
	acc, err := a.cfg.Services.Payouts.Refresh(ctx, CallerOf(ctx).Person)
	return &struct{ Body payAccountView }{viewAccount(LanguageOf(ctx), acc)}, err
}

type bothView struct {
	Object string     `json:"object" enum:"payout_account_balance"`
	Open   bool       `json:"open" doc:"Whether there is an account at the provider"`
	Live   bool       `json:"live" doc:"Whether the provider has answered just now; else it is what it said last"`
	AsOf   *Instant   `json:"as_of,omitempty" doc:"When the provider's side was seen"`
	Agree  bool       `json:"agree" doc:"Whether both sides say the same"`
	Sides  []sideView `json:"currencies" doc:"One for each currency in which either side has something"`
}

type sideView struct {
	Currency   money.Asset `json:"currency" doc:"The currency of both sides"`
	Provider   theirView   `json:"provider" doc:"What the provider says that it has"`
	Books      ourView     `json:"books" doc:"What the books here say that it has"`
	Difference amount      `json:"difference" doc:"What the provider has more than the books say; 0 when both agree"`
}

type theirView struct {
	Available amount `json:"available" doc:"Can be sent to the bank"`
	Pending   amount `json:"pending" doc:"Not yet"`
	InTransit amount `json:"in_transit" doc:"On its way to the bank"`
	Total     amount `json:"total" doc:"The sum of them"`
}

type ourView struct {
	InAccount amount `json:"in_account" doc:"Sent to the account, and not to the bank or come back from it"`
	InTransit amount `json:"in_transit" doc:"On its way to the bank"`
	Total     amount `json:"total" doc:"The sum of them"`
}

func (a *API) payBalance(ctx context.Context, _ *struct{}) (*struct{ Body bothView }, error) {
	b, err := a.cfg.Services.Payouts.Balances(ctx, CallerOf(ctx).Person)
	if err != nil {
		return nil, err
	}
	v := bothView{"payout_account_balance", b.Open, b.Live, atOrNil(b.SeenUS), b.Agree(), []sideView{}}
	for _, s := range b.Sides {
		of := func(units int64) amount { return amount{Units: units, Asset: s.Asset} }
		v.Sides = append(v.Sides, sideView{s.Asset, theirView{of(s.Available), of(s.Pending), of(s.Transit), of(s.Theirs())}, ourView{of(s.Account), of(s.Bank), of(s.Ours())}, of(s.Difference())})
	}
	return &struct{ Body bothView }{v}, nil
}

type calendarView struct {
	Object    string          `json:"object" enum:"payout_calendar"`
	Calendar  payout.Calendar `json:"calendar" enum:"request,monthly" doc:"request: payouts go when they are asked for. monthly: announced and paid on the days of the rules"`
	NoticesAt *Instant        `json:"notices_at,omitempty" doc:"When the next month is announced"`
	PaysAt    *Instant        `json:"pays_at,omitempty" doc:"When the next month is paid"`
	Months    []monthView     `json:"months" doc:"What became of the last months, the newest first"`
}

type monthView struct {
	Month     string    `json:"month" doc:"Such as 2026-03"`
	Announced *Instant  `json:"announced_at,omitempty"`
	Outcome   string    `json:"outcome" enum:"open,paid,carried" doc:"open: not paid yet. carried: left for the next month"`
	Amount    amount    `json:"amount" doc:"What was paid or carried over; while it is open, what was announced"`
	Payout    id.Payout `json:"payout,omitempty" doc:"The first of its payouts"`
}

// monthsShown is how many months the calendar shows.
const monthsShown = 12

func (a *API) calendarGet(ctx context.Context, _ *struct{}) (*struct{ Body calendarView }, error) {
	c, err := report.Ask1(ctx, a.cfg.Services.Reader, payout.CalendarOf, CallerOf(ctx).Person)
	if err != nil {
		return nil, err
	}
	months, err := report.Ask2(ctx, a.cfg.Services.Reader, payout.MonthsOf, CallerOf(ctx).Person, monthsShown)
	v := calendarView{"payout_calendar", c.Calendar, atOrNil(c.NoticesUS), atOrNil(c.PaysUS), []monthView{}}
	for _, m := range months {
		one := monthView{m.Name, atOrNil(m.NoticeUS), m.Outcome, amount{Units: m.Units, Asset: m.Asset}, m.Group}
		if one.Outcome == "" {
			one.Outcome, one.Amount.Units = "open", m.Notice
		}
		v.Months = append(v.Months, one)
	}
	return &struct{ Body calendarView }{v}, err
}

type calendarIn struct {
	Body struct {
		Calendar payout.Calendar `json:"calendar" enum:"request,monthly" doc:"When payouts go"`
	}
}

func (a *API) calendarPut(ctx context.Context, in *calendarIn) (*struct{ Body calendarView }, error) {
	if err := a.cfg.Services.Payouts.Choose(ctx, CallerOf(ctx).Person, in.Body.Calendar); err != nil {
		return nil, err
	}
	return a.calendarGet(ctx, nil)
}
