package api

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// incomeRoutes is the table's part about the figures behind a creator's hub.
func (a *API) incomeRoutes() {
	get(a, "/v1/earnings/summary", a.incomeGet, "What the creator earned today, in 7 or in 28 days, beside the period before", needs(people.EarningsRead), forPerson())
	get(a, "/v1/earnings/rows", a.earnedList, "What the creator earned by gift, day, target or fan, with the sum of all rows", needs(people.EarningsRead), forPerson())
	raw[earnedFilterIn, none](a, http.MethodGet, "/v1/earnings/rows.csv", a.earnedFile, "The same rows as a CSV file, all of them", needs(people.EarningsRead), forPerson(), within(2*time.Minute), produces("text/csv"))
	get(a, "/v1/earnings/targets/{target}", a.targetGet, "What a LIVE or a video earned", needs(people.EarningsRead), forPerson())
	get(a, "/v1/payouts/next", a.payoutNext, "The creator's money on its way to the bank, and what happens next", needs(people.PayoutsRead), forPerson())
}

type incomeIn struct {
	Window report.Window `query:"window" enum:"today,7d,28d" default:"7d" doc:"Whole UTC days, of which today is the last"`
}

type incomeView struct {
	Object       string           `json:"object" enum:"income"`
	Window       report.Window    `json:"window" doc:"The window that was asked for"`
	From         string           `json:"from" format:"date" doc:"The first UTC day"`
	To           string           `json:"to" format:"date" doc:"The last UTC day, which is today"`
	PreviousFrom string           `json:"previous_from" format:"date" doc:"The first day of the period before, which has as many days"`
	PreviousTo   string           `json:"previous_to" format:"date" doc:"The last day of the period before"`
	Zone         string           `json:"zone" doc:"In which days begin and end"`
	Currencies   []currencyIncome `json:"currencies" doc:"One for each currency; the rate card's comes first, also when it has nothing"`
}

type currencyIncome struct {
	Asset    money.Asset    `json:"asset" doc:"The currency"`
	Total    amount         `json:"total" doc:"The sum of the days, of the sources, and of the rows of GET /v1/earnings/rows for the same days"`
	Clawed   amount         `json:"taken_back" doc:"Of the total, what refunds and disputes took back"`
	Net      amount         `json:"net" doc:"The total less what was taken back: what the creator gets of it"`
	Pending  amount         `json:"pending" doc:"Of the total, what is not converted yet: worth so far by the rate card"`
	Previous amount         `json:"previous" doc:"The total of the period before"`
	Change   *int64         `json:"change_percent" doc:"By how many whole percent the total is more than before; null if there was nothing before"`
	Sources  []incomeSource `json:"sources" doc:"Every source"`
	Days     []incomeDay    `json:"days" doc:"Every day of the window, the oldest first"`
	Stands   incomeStands   `json:"stands" doc:"Where all of the creator's money is, whenever it was earned"`
}

type incomeSource struct {
	Source   earnings.Source `json:"source" enum:"gift,video_gift,tip" doc:"gift on a LIVE, video_gift on a video"`
	Diamonds amount          `json:"diamonds" doc:"What was collected"`
	Total    amount          `json:"total" doc:"The sum of the source over the window"`
	Pending  amount          `json:"pending" doc:"Of the total, worth so far"`
	Previous amount          `json:"previous" doc:"The same of the period before"`
	Change   *int64          `json:"change_percent" doc:"By how many whole percent it is more than before; null if there was nothing before"`
}

type incomeDay struct {
	Day      string      `json:"day" format:"date" doc:"The UTC day"`
	Total    amount      `json:"total" doc:"The sum of the bars"`
	Pending  amount      `json:"pending" doc:"Of the total, worth so far"`
	Previous amount      `json:"previous" doc:"The total of the same day of the period before"`
	Bars     []incomeBar `json:"bars" doc:"One for each source"`
}

type incomeBar struct {
	Source earnings.Source `json:"source" enum:"gift,video_gift,tip" doc:"What earned it"`
	Amount amount          `json:"amount" doc:"How much"`
}

type incomeStands struct {
	Pending   amount `json:"pending" doc:"Held until its day; worth so far"`
	Available amount `json:"available" doc:"Can be paid out"`
	Scheduled amount `json:"scheduled" doc:"In payouts that were asked for and are not on their way to the bank yet"`
	Held      amount `json:"held" doc:"In payouts that wait for a reason"`
	Sent      amount `json:"sent" doc:"On the way to the bank, or back from it"`
	Paid      amount `json:"paid" doc:"In the bank"`
}

func viewIncome(in report.Income) incomeView {
	v := incomeView{"income", in.Window, in.From.Format(time.DateOnly), in.To.Format(time.DateOnly), in.PreviousFrom.Format(time.DateOnly), in.PreviousTo.Format(time.DateOnly), payout.Zone, []currencyIncome{}}
	for _, c := range in.Currencies {
		of := func(units int64) amount { return amount{Units: units, Asset: c.Asset} }
		s := c.Stands
		one := currencyIncome{c.Asset, of(c.Total), of(c.Clawed), of(c.Net()), of(c.Pending), of(c.Previous), c.Change, []incomeSource{}, []incomeDay{},
			incomeStands{of(s.Pending), of(s.Available), of(s.Scheduled), of(s.Held), of(s.Sent), of(s.Paid)}}
		for _, x := range c.Sources {
			one.Sources = append(one.Sources, incomeSource{x.Source, diamonds(x.Diamonds), of(x.Total), of(x.Pending), of(x.Previous), x.Change})
		}
		for _, d := range c.Days {
			day := incomeDay{d.Day.Format(time.DateOnly), of(d.Total), of(d.Pending), of(d.Previous), []incomeBar{}}
			for i, units := range d.Bars {
				day.Bars = append(day.Bars, incomeBar{earnings.Sources[i], of(units)})
			}
			one.Days = append(one.Days, day)
		}
		v.Currencies = append(v.Currencies, one)
	}
	return v
}

func diamonds(n int64) amount { return amount{Units: n, Asset: money.Diamond} }

func (a *API) incomeGet(ctx context.Context, in *incomeIn) (*struct{ Body incomeView }, error) {
	got, err := a.cfg.Services.Reader.Income(ctx, CallerOf(ctx).Person, in.Window)
	if err != nil {
		return nil, err
	}
	return &struct{ Body incomeView }{viewIncome(got)}, nil
}

// EarnedFilterIn chooses rows of what a creator earned. It is exported because
// the description of the API looks into it where it is embedded.
type EarnedFilterIn struct {
	From   string          `query:"from" format:"date" doc:"The first UTC day"`
	To     string          `query:"to" format:"date" doc:"The last UTC day, which is in it"`
	Source earnings.Source `query:"source" enum:"gift,video_gift,tip" doc:"Only of this source"`
	Target string          `query:"target" maxLength:"40" doc:"Only given on this LIVE (liv_…) or video (vid_…)"`
	Fan    id.Person       `query:"fan" doc:"Only given by this fan"`
	State  earnings.State  `query:"state" enum:"pending,available,partly_paid,paid" doc:"Only of earnings in this state"`
	Group  report.Group    `query:"group" enum:"none,day,target,fan" default:"none" doc:"What a row stands for: none is one gift"`
}

type earnedFilterIn struct{ EarnedFilterIn }

// filter reads the filter; the days were checked to be days.
func (in *EarnedFilterIn) filter(ctx context.Context) report.EarnedFilter {
	f := report.EarnedFilter{Creator: CallerOf(ctx).Person, Source: in.Source, Target: in.Target, Fan: in.Fan, Standing: in.State, Group: in.Group}
	f.From, _ = time.Parse(time.DateOnly, in.From)
	f.To, _ = time.Parse(time.DateOnly, in.To)
	return f
}

type earnedIn struct {
	Page
	EarnedFilterIn
}

type earnedView struct {
	Object      string           `json:"object" enum:"earned_row"`
	Day         string           `json:"day,omitempty" format:"date" doc:"The UTC day, of a gift and of a group by day"`
	Target      string           `json:"target,omitempty" doc:"The LIVE or the video, of a gift and of a group by target"`
	Title       string           `json:"title,omitempty" doc:"What the target is called"`
	Fan         id.Person        `json:"fan,omitempty" doc:"Who gave it, of a gift and of a group by fan"`
	FanName     string           `json:"fan_name,omitempty" doc:"How the fan is called"`
	FanHandle   string           `json:"fan_handle,omitempty" doc:"The fan's handle"`
	Gift        id.Gift          `json:"gift,omitempty" doc:"The gift, where a row is one"`
	Earning     id.Earning       `json:"earning,omitempty" doc:"The earning of a gift, which can be explained"`
	Source      earnings.Source  `json:"source,omitempty" doc:"What earned it, of a gift"`
	Item        string           `json:"item,omitempty" doc:"The gift of the catalogue, of a gift"`
	SentAt      *Instant         `json:"sent_at,omitempty" doc:"When it was given, of a gift"`
	Sends       int64            `json:"sends" doc:"How often something was sent: gifts outside combos, and taps"`
	Gifts       int64            `json:"gifts" doc:"How many gifts that were"`
	Combos      int64            `json:"combos" doc:"How many combos began"`
	Coins       amount           `json:"coins" doc:"Coins that were given; what a fan paid for them is the fan's own business"`
	Diamonds    amount           `json:"diamonds" doc:"What they became"`
	Amount      amount           `json:"amount" doc:"Their share of the money: shares add up to the earning exactly"`
	Pending     amount           `json:"pending" doc:"Of the amount, worth so far"`
	Rules       []string         `json:"rules" doc:"The versions of the rate card that counted"`
	States      []earnings.State `json:"states" doc:"How far the earnings are"`
	AvailableAt Instant          `json:"available_at" doc:"When the last of it can be paid out"`
}

type earnedTotal struct {
	Sends    int64  `json:"sends" doc:"The sum of all rows, also of those on other pages"`
	Gifts    int64  `json:"gifts" doc:"How many gifts that were"`
	Combos   int64  `json:"combos" doc:"How many combos began"`
	Coins    amount `json:"coins" doc:"Coins that were given"`
	Diamonds amount `json:"diamonds" doc:"What they became"`
	Amount   amount `json:"amount" doc:"The money"`
	Pending  amount `json:"pending" doc:"Of the amount, worth so far"`
}

type earnedOut struct {
	Body struct {
		Object     string        `json:"object" enum:"list"`
		Data       []earnedView  `json:"data" doc:"The rows of this page"`
		HasMore    bool          `json:"has_more" doc:"Whether there are more after these. A page of single gifts of one fan or target may be short and have more all the same"`
		NextCursor string        `json:"next_cursor,omitempty" doc:"Send it as cursor, with the same filters, to get the next page"`
		Totals     []earnedTotal `json:"totals" doc:"The sum of all rows of the filter, one for each currency"`
	}
}

func viewEarned(e *report.Earned, row *report.EarnedRow) earnedView {
	fan := e.People[row.Fan]
	v := earnedView{Object: "earned_row", Target: row.Target, Title: e.Targets[row.Target].Title, Fan: row.Fan, FanName: fan.Name, FanHandle: fan.Handle, Gift: row.Gift, Earning: row.Earning,
		Source: row.Source, Item: row.Item, SentAt: atOrNil(row.SentUS), Sends: row.Sum.Sends, Gifts: row.Sum.Gifts, Combos: row.Sum.Combos, Coins: coins(row.Sum.Coins), Diamonds: diamonds(row.Sum.Diamonds),
		Amount: row.Amount, Pending: amount{Units: row.Pending, Asset: row.Amount.Asset}, Rules: row.Rules, States: row.Standings, AvailableAt: at(row.AvailableUS)}
	if !row.Day.IsZero() {
		v.Day = row.Day.Format(time.DateOnly)
	}
	return v
}

func viewTotals(all []report.EarnedTotal) []earnedTotal {
	out := []earnedTotal{}
	for _, t := range all {
		out = append(out, earnedTotal{t.Sum.Sends, t.Sum.Gifts, t.Sum.Combos, coins(t.Sum.Coins), diamonds(t.Sum.Diamonds), t.Amount, amount{Units: t.Pending, Asset: t.Amount.Asset}})
	}
	return out
}

func (a *API) earnedList(ctx context.Context, in *earnedIn) (*earnedOut, error) {
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	got, err := a.cfg.Services.Reader.Earned(ctx, in.filter(ctx), after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &earnedOut{}
	out.Body.Object, out.Body.Data, out.Body.Totals = "list", []earnedView{}, viewTotals(got.Totals)
	for i := range got.Rows {
		out.Body.Data = append(out.Body.Data, viewEarned(&got, &got.Rows[i]))
	}
	if got.Next != "" {
		out.Body.HasMore, out.Body.NextCursor = true, a.cursor(ctx, got.Next)
	}
	return out, nil
}

// earnedFile writes the rows as a file. An error that comes when a part of it
// has gone out cuts the connection: half a file must not look like a whole one.
func (a *API) earnedFile(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query() // it was checked against the table
	in := EarnedFilterIn{From: q.Get("from"), To: q.Get("to"), Source: earnings.Source(q.Get("source")), Target: q.Get("target"), Fan: id.Person(q.Get("fan")),
		State: earnings.State(q.Get("state")), Group: report.Group(q.Get("group"))}
	f := in.filter(r.Context())
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "earnings-"+a.cfg.Services.Now().UTC().Format(time.DateOnly)+".csv"))
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	out := bufio.NewWriterSize(w, 64<<10)
	err := a.cfg.Services.Reader.EarnedCSV(r.Context(), f, out)
	if x := exchangeOf(r.Context()); err != nil && x != nil && x.out.status != 0 {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("Content-Disposition")
		return err
	}
	return out.Flush()
}

type targetIn struct {
	Target string `path:"target" maxLength:"40" doc:"The LIVE (liv_…) or the video (vid_…)"`
}

type targetView struct {
	Object    string        `json:"object" enum:"target_summary"`
	Target    string        `json:"target" doc:"The LIVE or the video"`
	Title     string        `json:"title" doc:"What it is called"`
	Creator   id.Person     `json:"creator" doc:"Whose it is"`
	State     string        `json:"state,omitempty" enum:"scheduled,live,ended" doc:"Of a LIVE: how far it is"`
	StartedAt *Instant      `json:"started_at,omitempty" doc:"Of a LIVE: when it went on the air"`
	EndedAt   *Instant      `json:"ended_at,omitempty" doc:"Of a LIVE: when it was over"`
	Seconds   int64         `json:"duration_seconds" doc:"Of a LIVE: how long it was on the air, so far; else 0"`
	Gifters   int           `json:"gifters" doc:"How many fans gave something"`
	Totals    []earnedTotal `json:"totals" doc:"What it earned, one for each currency"`
	TopGift   string        `json:"top_gift,omitempty" doc:"The gift that brought the most coins"`
	Items     []targetItem  `json:"items" doc:"By gift of the catalogue, the most coins first"`
}

type targetItem struct {
	Item   string `json:"item" doc:"The gift of the catalogue"`
	Gifts  int64  `json:"gifts" doc:"How many"`
	Combos int64  `json:"combos" doc:"How many combos began"`
	Coins  amount `json:"coins" doc:"Coins that were given"`
}

func (a *API) targetGet(ctx context.Context, in *targetIn) (*struct{ Body targetView }, error) {
	c := CallerOf(ctx)
	s, err := a.cfg.Services.Reader.TargetSummary(ctx, in.Target, c.Person, a.seesAll(&c))
	if err != nil {
		return nil, err
	}
	v := targetView{"target_summary", s.Target.ID, s.Target.Title, s.Target.Creator, string(s.State), atOrNil(s.StartedUS), atOrNil(s.EndedUS), int64(s.Duration / time.Second), s.Gifters, viewTotals(s.Totals), "", []targetItem{}}
	for i, x := range s.Items {
		if i == 0 {
			v.TopGift = x.Item
		}
		v.Items = append(v.Items, targetItem{x.Item, x.Gifts, x.Combos, coins(x.Coins)})
	}
	return &struct{ Body targetView }{v}, nil
}

type wayView struct {
	Object    string        `json:"object" enum:"payout_way"`
	Zone      string        `json:"zone" doc:"In which days begin and end"`
	Steps     []wayStepView `json:"steps" doc:"What is nearest to the bank first; the first is what happens next. Their amounts are all that is not in the bank yet"`
	Minimum   amount        `json:"minimum" doc:"The least of a payout"`
	LeftToday amount        `json:"left_today" doc:"Of the day's cap"`
	ResetsAt  Instant       `json:"resets_at" doc:"When the day's cap is whole again"`
	DailyCap  amount        `json:"daily_cap" doc:"The most of a UTC day; what is asked for above it goes on the days after"`
	Ready     bool          `json:"account_ready" doc:"Whether the payout account can receive money; nothing goes before"`
	Rule      string        `json:"rule" doc:"The version of the rate card with these limits"`
}

type wayStepView struct {
	State   payout.StepState `json:"state" enum:"pending,below_minimum,available,by_calendar,scheduled,held,sending,sent,returning" doc:"pending: matures at its instant. below_minimum: too little to be paid out. by_calendar: goes on the day of the calendar, its instant. available: can be asked for from its instant on. scheduled: goes at its instant. held: waits since its instant. sent: expected in the bank at its instant"`
	Amount  amount           `json:"amount" doc:"How much it is"`
	At      *Instant         `json:"at,omitempty" doc:"When that is, if it is known"`
	Payout  id.Payout        `json:"payout,omitempty" doc:"The payout, once there is one"`
	Missing *amount          `json:"missing,omitempty" doc:"What is missing to the minimum"`
	Held    *holdView        `json:"held,omitempty" doc:"Why it is held, by whom and since when"`
}

func (a *API) payoutNext(ctx context.Context, _ *struct{}) (*struct{ Body wayView }, error) {
	w, err := report.Ask1(ctx, a.cfg.Services.Reader, payout.WayOf, CallerOf(ctx).Person)
	if err != nil {
		return nil, err
	}
	v := wayView{"payout_way", payout.Zone, []wayStepView{}, w.Allowance.Minimum, w.Allowance.LeftToday, at(w.Allowance.ResetsUS), w.Allowance.DailyCap, w.Account.Ready(), w.Allowance.Rule}
	for _, s := range w.Steps {
		one := wayStepView{State: s.State, Amount: s.Amount, At: atOrNil(s.AtUS), Payout: s.Payout}
		if s.Missing.Units > 0 {
			one.Missing = &s.Missing
		}
		if s.State == payout.StepState(payout.Held) {
			one.Held = viewHold(LanguageOf(ctx), s.Hold)
		}
		v.Steps = append(v.Steps, one)
	}
	return &struct{ Body wayView }{v}, nil
}
