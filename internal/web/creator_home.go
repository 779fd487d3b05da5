package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/report"
)

// hub is what the first page of a creator shows.
type hub struct {
	report.Income
	Way      payout.Way
	Standing []programme.Standing
	Rooms    []content.Room // that are live or open
	Latest   report.Earned  // the last gifts of the window
	News     []news
	Compare  bool // whether the days before are shown beside those of the window
}

// latestGifts is how many gifts the first page shows.
const latestGifts = 6

// windowWords are the keys of the windows, and of what stands before them.
var windowWords = map[report.Window][2]string{
	report.Today: {"hub.today", "hub.before_today"}, report.Week: {"hub.week", "hub.before_week"}, report.Month: {"hub.month", "hub.before_month"},
}

// creatorHome shows what came in, what happens next, and what is to be done.
func creatorHome(v *visit) error {
	h := &hub{Compare: v.r.URL.Query().Get("compare") != "off"}
	err := v.listenFromNow(ofCreator)
	if err != nil {
		return err
	}
	window := report.Window(v.r.URL.Query().Get("window"))
	if window == "" {
		window = report.Week
	}
	if h.Income, err = v.site.cfg.Reader.Income(v, v.me(), window); err != nil {
		return err
	}
	if h.Latest, err = v.site.cfg.Reader.Earned(v, report.EarnedFilter{Creator: v.me(), From: h.From, To: h.To, Group: report.Single}, "", latestGifts); err != nil {
		return err
	}
	if h.Way, err = report.Ask1(v, v.site.cfg.Reader, payout.WayOf, v.me()); err != nil {
		return err
	}
	if h.Standing, err = v.site.cfg.Creators.Standing(v, v.me()); err != nil {
		return err
	}
	if h.Rooms, err = v.site.cfg.Reader.OpenRooms(v, v.me()); err != nil {
		return err
	}
	if h.News, err = v.newsFor(h.Standing); err != nil {
		return err
	}
	return v.show(http.StatusOK, hubView(v, h))
}

// zero reports whether nothing was ever earned.
func (h *hub) zero() bool {
	for _, c := range h.Currencies {
		if c.Total != 0 || c.Previous != 0 || c.Stands != (report.Stands{}) {
			return false
		}
	}
	return true
}

// live is the room that is on the air, or nil.
func (h *hub) live() *content.Room {
	for i := range h.Rooms {
		if h.Rooms[i].State == content.Live {
			return &h.Rooms[i]
		}
	}
	return nil
}

// windowTabs lead to each window.
func (v *visit) windowTabs(h *hub) (all []option) {
	for _, w := range report.Windows {
		all = append(all, option{Text: v.T(windowWords[w][0]), Href: homeHref(w, h.Compare), On: w == h.Window})
	}
	return all
}

// homeHref is the first page with a window, compared with what was before or
// not.
func homeHref(w report.Window, compare bool) string {
	if compare {
		return "/c?" + query("window", string(w))
	}
	return "/c?" + query("window", string(w), "compare", "off")
}

// against is how much a figure has changed, or nothing where nobody wants to
// know.
func (h *hub) against(change *int64) *int64 {
	if !h.Compare {
		return nil
	}
	return change
}

// rowsOf leads to the rows that add up to a figure of the window.
func (h *hub) rowsOf(more ...string) string {
	group := "day"
	if h.From.Equal(h.To) {
		group = "none"
	}
	return "/c/earnings?" + query(append([]string{"from", h.From.Format(time.DateOnly), "to", h.To.Format(time.DateOnly), "group", group}, more...)...)
}

// trendOf says by how many percent something changed, and against what unless
// that stands beside it; nil when there is nothing to compare with.
func (v *visit) trendOf(change *int64, against string) *trend {
	if change == nil {
		return nil
	}
	sign := ""
	if *change > 0 {
		sign = "+"
	}
	percent := sign + strings.Replace(v.number(*change), "-", "−", 1)
	text := v.T("hub.change", percent)
	if against != "" {
		text = v.T("trend", percent, against)
	}
	return &trend{Up: *change > 0, Down: *change < 0, Text: text}
}

// incomeTiles are the figures of a currency. Each leads to its rows.
func (v *visit) incomeTiles(h *hub, c *report.CurrencyIncome) []tile {
	against := v.T(windowWords[h.Window][1])
	note := ""
	if c.Pending > 0 {
		note = v.T("hub.of_it_pending", v.money(c.Pending, c.Asset))
	}
	all := []tile{{Label: v.T("hub.income"), Value: v.money(c.Net(), c.Asset), Href: h.rowsOf(), Trend: v.trendOf(h.against(c.Change), against), Note: note, Wide: true}}
	if c.Clawed > 0 {
		all = append(all, tile{Label: v.T("claw.title"), Value: v.money(-c.Clawed, c.Asset), Href: "/c/earnings#taken-back", Note: v.T("claw.tile", v.money(c.Total, c.Asset))})
	}
	for _, s := range c.Sources {
		all = append(all, tile{Label: v.sourceName(s.Source), Value: v.money(s.Total, c.Asset), Href: h.rowsOf("source", string(s.Source)), Trend: v.trendOf(h.against(s.Change), ""),
			Note: v.diamondsOf(s.Diamonds)})
	}
	available := ""
	if c.Stands.Available > 0 {
		available = v.T("earnings.available_text")
	}
	return append(all,
		tile{Label: v.T("earnings.pending"), Value: v.money(c.Stands.Pending, c.Asset), Href: "/c/earnings?" + query("state", string(earnings.Pending), "group", "day"), Note: v.T("hub.pending_text")},
		tile{Label: v.T("earnings.available"), Value: v.money(c.Stands.Available, c.Asset), Href: "/c/payouts#left", Note: available})
}

// incomeBars are the days of a currency, by source, beside the period before.
func (v *visit) incomeBars(h *hub, c *report.CurrencyIncome) barChart {
	chart := barChart{Title: v.T("hub.chart"), Series: v.sourceNames(), Write: func(n int64) string { return v.money(n, c.Asset) }}
	for _, d := range c.Days {
		day := d.Day.Format(time.DateOnly)
		one := bar{Label: v.dayShort(d.Day), Full: v.day(d.Day), Href: "/c/earnings?" + query("from", day, "to", day, "group", "none"), Parts: d.Bars}
		if h.Compare {
			one.Before = d.Previous
		}
		chart.Bars = append(chart.Bars, one)
	}
	return chart
}

// task is something that only the creator can do.
type task struct {
	Icon, Text, Detail string
	Href, Do           string
	Part, Whole        int64 // how much of it is there; Whole 0 for no measure
}

// tasks are what is to be done, the most urgent first.
func (v *visit) tasks(h *hub) (all []task) {
	for _, s := range h.Standing {
		if s.Enrolment.State == programme.Grace {
			all = append(all, task{Icon: "alert-triangle", Text: v.T("task.grace", v.programmeName(s), v.when(s.Enrolment.GraceUntilUS)), Href: "/c/programmes", Do: v.T("task.look")})
		}
	}
	if a := &h.Way.Account; !h.zero() && !a.Ready() && !v.site.cfg.NoPayments {
		t := task{Icon: "bank", Text: v.T("task.account"), Href: "/c/payouts#account", Do: v.T("task.account_do")}
		if a.Provider != "" && len(a.Due) > 0 {
			t.Detail = v.T("task.account_due", strings.Join(v.missing(a.Due), ", "))
		}
		if a.Provider == "" || len(a.Due) > 0 || !a.Reviewing() {
			all = append(all, t)
		}
	}
	if a := &h.Way.Allowance; h.Way.Account.Ready() && a.Most() >= a.Minimum.Units && a.Most() > 0 {
		all = append(all, task{Icon: "wallet", Text: v.T("task.withdraw", v.money(a.Most(), a.Available.Asset)), Href: "/c/payouts#get-paid", Do: v.T("task.withdraw_do")})
	}
	for _, s := range h.nearest() {
		all = append(all, v.unlock(s))
	}
	return all
}

// nearest are the programmes that the creator is not in and could be, the one
// that lacks least first; at most two.
func (h *hub) nearest() (near []programme.Standing) {
	for _, s := range h.Standing {
		if s.Enrolment.State == programme.NotJoined || s.Enrolment.State == programme.Left {
			near = append(near, s)
		}
	}
	slices.SortStableFunc(near, func(a, b programme.Standing) int { return len(a.Evaluation.Missing()) - len(b.Evaluation.Missing()) })
	return near[:min(2, len(near))]
}

// unlock is the task that opens a programme.
func (v *visit) unlock(s programme.Standing) task {
	name := v.programmeName(s)
	if s.Evaluation.Eligible {
		return task{Icon: "rocket", Text: v.T("task.join", name), Href: "/c/programmes#" + string(s.Evaluation.Programme), Do: v.T("programmes.join")}
	}
	met := int64(len(s.Evaluation.Criteria) - len(s.Evaluation.Missing()))
	t := task{Icon: "lock", Text: v.T("task.unlock", name), Href: "/c/programmes#" + string(s.Evaluation.Programme), Do: v.T("task.look"), Part: met, Whole: int64(len(s.Evaluation.Criteria))}
	var missing []string
	for _, c := range s.Evaluation.Missing() {
		missing = append(missing, v.criterion(c))
	}
	t.Detail = strings.Join(missing, " · ")
	return t
}

// barColumns are the columns of the chart's table.
func (v *visit) barColumns(h *hub) []column {
	all := []column{{Text: v.T("hub.day")}}
	for _, name := range v.sourceNames() {
		all = append(all, column{Text: name, Numeric: true})
	}
	all = append(all, column{Text: v.T("hub.total"), Numeric: true})
	if h.Compare {
		all = append(all, column{Text: v.T("hub.before"), Numeric: true})
	}
	return all
}
