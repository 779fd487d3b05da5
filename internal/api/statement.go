package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/paper"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// statementRoutes is the table's part about the papers of creators.
func (a *API) statementRoutes() {
	get(a, "/v1/statements", a.statementList, "The creator's months, each with what it began and ended with", needs(people.EarningsRead), forPerson())
	get(a, "/v1/statements/{month}", a.statementGet, "A creator's month: each change of what is available, and what stands apart", needs(people.EarningsRead), forPerson())
	raw[statementIn, none](a, http.MethodGet, "/v1/statements/{month}/statement.csv", a.statementCSV, "The same statement as a CSV file", needs(people.EarningsRead), forPerson(), produces("text/csv"))
	raw[statementIn, none](a, http.MethodGet, "/v1/statements/{month}/statement.pdf", a.statementPDF, "The same statement as a PDF file, in the language of the request", needs(people.EarningsRead), forPerson(), produces("application/pdf"))
}

// OfCreatorIn names whose statements are asked for. It is exported because the
// description of the API looks into it where it is embedded.
type OfCreatorIn struct {
	Creator id.Person `query:"creator" doc:"Whose; nothing for the caller's own. Only operators see those of others"`
}

type statementIn struct {
	Month string `path:"month" maxLength:"10" doc:"The month, such as 2026-03"`
	OfCreatorIn
}

type statementsIn struct {
	Page
	OfCreatorIn
}

// whose is the creator that the request is about, if the caller may see that.
func (a *API) whose(ctx context.Context, asked id.Person) (id.Person, error) {
	c := CallerOf(ctx)
	if asked == "" || asked == c.Person {
		return c.Person, nil
	}
	if !a.seesAll(&c) {
		return "", fault.New(fault.NotFound, "There is no such person.")
	}
	return asked, nil
}

type statementMonth struct {
	Object      string          `json:"object" enum:"statement_month"`
	Number      string          `json:"number" doc:"The number of the statement: for ever the same"`
	Month       string          `json:"month" doc:"The month in UTC, such as 2026-03; GET /v1/statements/{month} has its rows"`
	Preliminary bool            `json:"preliminary" doc:"The month has not ended"`
	Currencies  []statementMove `json:"currencies" doc:"One for each currency that was ever available"`
}

type statementMove struct {
	Opening amount `json:"opening" doc:"What was available at the beginning"`
	In      amount `json:"in" doc:"What was added"`
	Out     amount `json:"out" doc:"What went"`
	Closing amount `json:"closing" doc:"What was available at the end: opening + in - out"`
}

func viewStatementMonth(m report.StatementMonth) statementMonth {
	v := statementMonth{"statement_month", m.Number, m.Month, m.Preliminary, []statementMove{}}
	for _, c := range m.Currencies {
		of := func(units int64) amount { return amount{Units: units, Asset: c.Asset} }
		v.Currencies = append(v.Currencies, statementMove{of(c.Opening), of(c.In), of(c.Out), of(c.Closing)})
	}
	return v
}

func (a *API) statementList(ctx context.Context, in *statementsIn) (*listOut[statementMonth], error) {
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	creator, err := a.whose(ctx, in.Creator)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask3(ctx, a.cfg.Services.Reader, report.StatementsOf, creator, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(m report.StatementMonth) string { return m.Month }, viewStatementMonth), nil
}

type statementView struct {
	Object      string              `json:"object" enum:"statement"`
	Number      string              `json:"number" doc:"For ever the same"`
	Creator     id.Person           `json:"creator" doc:"Whose it is"`
	Month       string              `json:"month" doc:"The month in UTC, such as 2026-03"`
	From        Instant             `json:"from" doc:"Its first instant"`
	To          Instant             `json:"to" doc:"The first instant that is not in it"`
	AsOf        Instant             `json:"as_of" doc:"The end of the month, or now while it has not ended"`
	Preliminary bool                `json:"preliminary" doc:"The month has not ended"`
	Currencies  []statementCurrency `json:"currencies" doc:"One for each currency that the creator had earned by then"`
}

type statementCurrency struct {
	Asset     money.Asset     `json:"asset" doc:"The currency"`
	Opening   amount          `json:"opening" doc:"What was available at the beginning"`
	Rows      []statementRow  `json:"rows" doc:"Each change, the oldest first: opening and their sum are closing"`
	Sums      []statementSum  `json:"sums" doc:"The rows by kind"`
	Closing   amount          `json:"closing" doc:"What was available at the end"`
	Pending   amount          `json:"pending" doc:"Held at the end, and in no row: worth by the rate cards that it was earned under"`
	Diamonds  amount          `json:"pending_diamonds" doc:"Of pending, what is not converted yet"`
	WayBefore amount          `json:"on_the_way_before" doc:"Payouts that were on their way at the beginning"`
	WayAfter  amount          `json:"on_the_way_after" doc:"Payouts that were on their way at the end"`
	Bank      []statementBank `json:"bank" doc:"Payouts that reached the bank: on_the_way_before, less the rows of payouts, less on_the_way_after"`
	BankSum   amount          `json:"bank_sum" doc:"The sum of bank"`
	Claws     []statementClaw `json:"claws" doc:"What refunds and disputes took back, as it stood at the end"`
}

type statementRow struct {
	Kind     report.RowKind `json:"kind" enum:"gift,video_gift,tip,tip_fee,tip_difference,withheld,clawed,restored,payout,payout_returned,payout_failed,payout_canceled,other" doc:"gift and video_gift: converted diamonds. tip: what arrived, gross; tip_fee: what the payment provider kept of it; the platform keeps nothing. tip_difference: what the platform made up for of that fee. withheld: taken back before it was available. clawed, restored: taken back and given back afterwards"`
	At       Instant        `json:"at" doc:"When it was booked"`
	Amount   amount         `json:"amount" doc:"Below zero for what went"`
	Balance  amount         `json:"balance" doc:"What was available after it"`
	ID       string         `json:"id" doc:"What it is of: an earning, a claw or a payout"`
	Explain  string         `json:"explain" doc:"What GET /v1/explain/{id} takes for it"`
	Transfer id.Transfer    `json:"transfer" doc:"The transfer that booked it"`
	EarnedOn string         `json:"earned_on,omitempty" format:"date" doc:"Of an earning: the UTC day"`
	Diamonds *amount        `json:"diamonds,omitempty" doc:"Of gifts: what was converted"`
	Rule     string         `json:"rule,omitempty" doc:"Of an earning: the version of the rate card"`
	Reason   string         `json:"reason,omitempty" doc:"Of a claw: chargeback for a dispute, else the reason of the refund"`
	State    string         `json:"state,omitempty" doc:"Of a payout: how far it is now"`
	Provider string         `json:"provider_payout,omitempty" doc:"Of a payout: the provider's id"`
	Last4    string         `json:"bank_last4,omitempty" doc:"Of a payout: the last digits of the bank that it went to"`
}

type statementSum struct {
	Kind   report.RowKind `json:"kind" doc:"The kind of the rows"`
	Rows   int            `json:"rows" doc:"How many there are"`
	Amount amount         `json:"amount" doc:"Their sum"`
}

type statementBank struct {
	Payout   id.Payout `json:"payout" doc:"The payout"`
	At       Instant   `json:"at" doc:"When the bank had it"`
	Amount   amount    `json:"amount" doc:"As it stands at the bank"`
	Provider string    `json:"provider_payout" doc:"The provider's id"`
	Last4    string    `json:"bank_last4" doc:"The last digits of the bank"`
}

type statementClaw struct {
	ID      id.Claw            `json:"id" doc:"The claw"`
	Reason  string             `json:"reason" doc:"chargeback for a dispute, else the reason of the refund"`
	Earning id.Earning         `json:"earning" doc:"Of which earning"`
	State   earnings.ClawState `json:"state" enum:"held,kept,returned" doc:"At the end of the month"`
	HeldAt  Instant            `json:"held_at" doc:"When it was taken"`
	EndedAt *Instant           `json:"ended_at,omitempty" doc:"When it was decided, in the month"`
	Taken   amount             `json:"taken" doc:"Of the earning, in diamonds where it is of gifts"`
	Amount  amount             `json:"amount" doc:"The money of it that the creator does not get"`
	Borne   amount             `json:"borne" doc:"The money of it that the platform bears, because it had been paid out"`
}

func viewStatement(s *report.Statement) statementView {
	v := statementView{"statement", s.Number, s.Creator.ID, s.Month.Format("2006-01"), at(s.FromUS), at(s.ToUS), at(s.AsOfUS), s.Preliminary, []statementCurrency{}}
	for i := range s.Currencies {
		v.Currencies = append(v.Currencies, viewStatementCurrency(&s.Currencies[i]))
	}
	return v
}

func viewStatementCurrency(c *report.StatementCurrency) statementCurrency {
	of := func(units int64) amount { return amount{Units: units, Asset: c.Asset} }
	v := statementCurrency{c.Asset, of(c.Opening), []statementRow{}, []statementSum{}, of(c.Closing), of(c.Pending), diamonds(c.PendingDiamonds), of(c.WayBefore), of(c.WayAfter), []statementBank{}, of(c.BankSum), []statementClaw{}}
	for _, r := range c.Rows {
		row := statementRow{Kind: r.Kind, At: at(r.AtUS), Amount: r.Amount, Balance: of(r.Balance), ID: r.ID, Explain: r.Of, Transfer: r.Transfer, Rule: r.Rule, Reason: r.Reason, State: r.State, Provider: r.Payout, Last4: r.Last4}
		if !r.Day.IsZero() {
			row.EarnedOn = r.Day.Format(time.DateOnly)
		}
		if r.Diamonds != 0 {
			d := diamonds(r.Diamonds)
			row.Diamonds = &d
		}
		v.Rows = append(v.Rows, row)
	}
	for _, x := range c.Sums {
		v.Sums = append(v.Sums, statementSum{x.Kind, x.Rows, of(x.Units)})
	}
	for _, b := range c.Bank {
		v.Bank = append(v.Bank, statementBank{b.ID, at(b.AtUS), of(b.Units), b.Payout, b.Last4})
	}
	for _, k := range c.Claws {
		v.Claws = append(v.Claws, statementClaw{k.ID, k.Reason, k.Earning, k.State, at(k.HeldUS), atOrNil(k.EndedUS), k.Taken, of(k.Units), of(k.Borne)})
	}
	return v
}

func (a *API) statement(ctx context.Context, creator id.Person, month string) (report.Statement, error) {
	creator, err := a.whose(ctx, creator)
	if err != nil {
		return report.Statement{}, err
	}
	return report.Ask2(ctx, a.cfg.Services.Reader, report.StatementOf, creator, month)
}

func (a *API) statementGet(ctx context.Context, in *statementIn) (*struct{ Body statementView }, error) {
	s, err := a.statement(ctx, in.Creator, in.Month)
	if err != nil {
		return nil, err
	}
	return &struct{ Body statementView }{viewStatement(&s)}, nil
}

func (a *API) statementCSV(w http.ResponseWriter, r *http.Request) error {
	s, err := a.statement(r.Context(), id.Person(r.URL.Query().Get("creator")), r.PathValue("month"))
	if err != nil {
		return err
	}
	writeFile(w, r, "text/csv; charset=utf-8; header=present", s.Number+".csv")
	if r.Method == http.MethodHead {
		return nil
	}
	return s.WriteCSV(w)
}

func (a *API) statementPDF(w http.ResponseWriter, r *http.Request) error {
	s, err := a.statement(r.Context(), id.Person(r.URL.Query().Get("creator")), r.PathValue("month"))
	if err != nil {
		return err
	}
	all, err := paper.Statement(&s, LanguageOf(r.Context()).Tag(), a.cfg.Services.PublicURL)
	return writePaper(w, r, s.Number, all, err)
}

// writePaper answers with a PDF file.
func writePaper(w http.ResponseWriter, r *http.Request, name string, all []byte, err error) error {
	if err != nil {
		return err
	}
	writeFile(w, r, "application/pdf", name+".pdf")
	w.Header().Set("Content-Length", strconv.Itoa(len(all)))
	if r.Method == http.MethodHead {
		return nil
	}
	_, err = w.Write(all)
	return err
}

// writeFile writes the head of an answer that is a file.
func writeFile(w http.ResponseWriter, r *http.Request, kind, name string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
	}
}
