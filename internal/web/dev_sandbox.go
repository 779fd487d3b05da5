package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// panelOf is what the page of the sandbox shows.
type panelOf struct {
	Mix      FanMix
	Given    int64
	Provider Provider
	Fault    ProviderFault // as typed
	Date     string        // as typed
	History  []Happening
	Notice   string
	Problem  *problem
}

// clockMoves are the steps of the clock that the page offers.
var clockMoves = append(slices.Clone(steps), clockStep{"dev.box.month", 31 * 24 * time.Hour})

func sandboxPage(v *visit) error {
	did := v.r.URL.Query().Get("did")
	return v.showSandbox(&panelOf{Notice: noticeOf(did, "steered", "news", "broken", "mended", "happened")}, http.StatusOK)
}

func (v *visit) control() Control { return v.site.cfg.Sandbox.Control }

// showSandbox fills in what was not typed and shows the page.
func (v *visit) showSandbox(p *panelOf, status int) error {
	c := v.control()
	mix, given := c.Fans()
	if p.Mix == (FanMix{}) {
		p.Mix = mix
	}
	if p.Fault == (ProviderFault{}) {
		p.Fault = ProviderFault{Calls: "charges", How: "after", Next: 1}
	}
	if p.Date == "" {
		p.Date = time.UnixMicro(v.shown()).UTC().AddDate(0, 1, 0).Format(time.DateOnly)
	}
	provider, err := c.Provider()
	if err != nil {
		return err
	}
	typed := p.Provider.News
	p.Given, p.Provider, p.History = given, provider, c.History()
	if typed != (ProviderNews{}) {
		p.Provider.News = typed
	}
	return v.show(status, sandboxView(v, p))
}

// refuse shows the page with what went wrong and what was typed.
func (v *visit) refuse(p *panelOf, err error) error {
	p.Problem = v.problemOf(err)
	return v.showSandbox(p, p.Problem.Status)
}

// moveClock moves the clock by a step, or to the beginning of a day.
func moveClock(v *visit) error {
	p := &panelOf{Date: v.form("to")}
	by, err := time.ParseDuration(v.form("by"))
	if v.form("by") == "" {
		var day time.Time
		if day, err = time.Parse(time.DateOnly, p.Date); err == nil {
			by = day.Sub(time.UnixMicro(v.shown()))
		}
	}
	if err != nil || by <= 0 || by > 366*24*time.Hour {
		return v.refuse(p, fault.New(fault.InvalidParameter, "The clock moves forward, by at most a year at once."))
	}
	return v.happen(p, ActClock, by)
}

// act makes something happen.
func act(v *visit) error {
	what := v.form("what")
	if !slices.Contains(Acts, what) {
		return v.refuse(&panelOf{}, fault.New(fault.NotFound, "Nothing is called %q that could be made to happen.", fault.Clip(what)))
	}
	return v.happen(&panelOf{}, what, 0)
}

// happen does it, and gives the visitor a new session, because theirs may have
// ended with the time that has passed. What was begun ends also when the
// visitor goes away.
func (v *visit) happen(p *panelOf, what string, by time.Duration) error {
	key, err := v.keyOf(what, by.String())
	if err != nil {
		return v.refuse(p, err)
	}
	_, err = v.control().Do(context.WithoutCancel(v), Act{Key: key, What: what, By: by})
	if again := v.become(v.me()); again != nil {
		return again
	}
	if err != nil {
		return v.refuse(p, err)
	}
	return v.redirect("/dev/sandbox?did=happened#happened")
}

func steerFans(v *visit) error {
	mix, _ := v.control().Fans()
	switch v.form("switch") {
	case "on":
		mix.On = true
	case "off":
		mix.On = false
	default:
		mix = FanMix{On: mix.On, PerMinute: int(integer(v.form("pace"))), Large: v.percent("large"), Combos: v.percent("combos"), Number: int(integer(v.form("number")))}
	}
	if err := v.control().Steer(v, mix); err != nil {
		return v.refuse(&panelOf{Mix: mix}, err)
	}
	return v.redirect("/dev/sandbox?did=steered#fans")
}

// percent reads a share; what is none is more than all.
func (v *visit) percent(name string) int {
	if v.form(name) == "0" {
		return 0
	}
	if n := integer(v.form(name)); n > 0 && n <= MaxPercent {
		return int(n)
	}
	return MaxPercent + 1
}

func deliverNews(v *visit) error {
	n := ProviderNews{Off: v.form("off") == "on", Twice: v.form("twice") == "on", Shuffled: v.form("shuffled") == "on", DelaySeconds: integer(v.form("delay"))}
	if err := v.control().Deliver(n); err != nil {
		return v.refuse(&panelOf{Provider: Provider{News: n}}, err)
	}
	return v.redirect("/dev/sandbox?did=news#provider")
}

func breakProvider(v *visit) error {
	f := ProviderFault{Calls: v.form("calls"), How: v.form("how"), Next: int(min(integer(v.form("next")), MaxFaults+1))}
	if err := v.control().Break(f); err != nil {
		return v.refuse(&panelOf{Fault: f}, err)
	}
	return v.redirect("/dev/sandbox?did=broken#provider")
}

func mendProvider(v *visit) error {
	v.control().Mend()
	return v.redirect("/dev/sandbox?did=mended#provider")
}

// stepText writes what was done; stepHref leads to what it has made.
func (v *visit) stepText(s HappeningStep) string {
	switch s.What {
	case "bought":
		return v.T("dev.done.bought", v.amount(s.Amount))
	case "declined":
		return v.T("dev.done.declined")
	case "tipped":
		return v.T("dev.done.tipped", v.amount(s.Amount))
	case "gave":
		return v.T("dev.done.gave", s.Name, v.amount(s.Amount))
	case "combo":
		return v.T("dev.done.combo", s.Name, v.amount(s.Amount))
	case "live":
		return v.T("dev.done.live", s.Name)
	case "over":
		return v.T("dev.done.over", s.Name)
	case "bank":
		return v.T("dev.done.bank", s.Name)
	case "asked":
		return v.T("dev.done.asked", v.amount(s.Amount))
	case "payout":
		return v.T("dev.done.payout", v.amount(s.Amount), v.or("payout."+s.Name, s.Name))
	case "refunded":
		return v.T("dev.done.refunded", v.amount(s.Amount))
	case "disputed":
		return v.T("dev.done.disputed", v.amount(s.Amount))
	case "clock":
		return v.T("dev.done.clock", v.when(s.US))
	}
	return s.What
}

func stepHref(s HappeningStep) string {
	switch id.KindOf(s.ID) {
	case id.KindLive:
		return "/live/" + s.ID
	case "":
		return ""
	}
	if canExplain(s.ID) {
		return "/explain/" + s.ID
	}
	return ""
}

// explains reports whether the step's link opens an explanation.
func (s HappeningStep) explains() bool { return strings.HasPrefix(stepHref(s), "/explain/") }

// actIcon is the picture of what can be made to happen.
func actIcon(what string) string {
	switch {
	case strings.HasPrefix(what, "gift"):
		return "gift"
	case strings.HasPrefix(what, "live"):
		return "live"
	case what == "payout.failed":
		return "undo"
	case what == "payout.next":
		return "rocket"
	case strings.HasPrefix(what, "payout"):
		return "bank"
	}
	return "coins"
}
