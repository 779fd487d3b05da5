package web

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/wallet"
)

// bounds is what the page of a visitor's own limits shows.
type bounds struct {
	limit.State
	Currencies []money.Asset
	Typed      map[string]string // what the form holds, by field
	Caps       *problem          // of the form with the caps
	Cool       *problem          // of the form with the break
	Notice     string
}

// bound reads what the visitor has bounded; nothing for who is signed out.
func (v *visit) bound() (limit.State, error) {
	if v.me() == "" {
		return limit.State{}, nil
	}
	return report.Ask1(v, v.site.cfg.Reader, limit.Of, v.me())
}

// reached is the window whose cap has no room left, the one that has room again
// last; nil when there is none.
func reached(s limit.State) *limit.Window {
	var full *limit.Window
	for i, w := range s.Windows {
		if w.Cap > 0 && w.Left() == 0 && (full == nil || w.ResetsUS > full.ResetsUS) {
			full = &s.Windows[i]
		}
	}
	return full
}

func limitsPage(v *visit) error { return showLimits(v, &bounds{}, http.StatusOK) }

// showLimits shows the limits, with what went wrong with a form on it.
func showLimits(v *visit, b *bounds, status int) error {
	var err error
	if b.State, err = v.bound(); err != nil {
		return err
	}
	if b.Currencies, err = report.Ask(v, v.site.cfg.Reader, wallet.Currencies); err != nil {
		return err
	}
	if b.Typed == nil {
		b.Typed = v.written(b.State)
	}
	b.Notice = noticeOf(v.r.URL.Query().Get("did"), "limits_set", "limits_withdrawn", "limits_break")
	return v.show(status, limitsView(v, b))
}

// written fills the form with the caps that hold.
func (v *visit) written(s limit.State) map[string]string {
	typed := map[string]string{"currency": string(cmp.Or(s.Caps.Asset, s.Confirm.Asset, s.Asset))}
	for name, units := range map[string]int64{"day": s.Caps.Day, "week": s.Caps.Week, "month": s.Caps.Month} {
		if units > 0 {
			typed[name] = money.Amount{Units: units, Asset: s.Caps.Asset}.Decimal()
		}
	}
	if s.Confirm.Asset != "" {
		typed["confirm"] = s.Confirm.Decimal()
	}
	return typed
}

// wished reads the form with the caps. An empty field is no cap.
func (v *visit) wished() (w limit.Wish, err error) {
	asset := money.Asset(strings.ToUpper(v.form("currency")))
	if !asset.IsCurrency() {
		return w, fault.New(fault.CurrencyUnsupported, "Choose the currency of your limits. Nothing was changed.")
	}
	var wrong fault.Fields
	for _, f := range []struct {
		name string
		into *int64
	}{{"day", &w.Day}, {"week", &w.Week}, {"month", &w.Month}, {"confirm", &w.Confirm.Units}} {
		text := v.form(f.name)
		if text == "" {
			continue
		}
		n, ok := parseAmount(text, asset.Digits())
		if !ok || n == 0 {
			wrong.Add("/"+f.name, fault.Wrong(fault.AmountOutOfRange, "Write an amount such as 20 or 19.50, or leave the field empty for no limit."))
		}
		*f.into = n
	}
	if err := wrong.Err(); err != nil {
		return w, err
	}
	w.Asset = asset
	if w.Confirm.Units > 0 {
		w.Confirm.Asset = asset
	}
	return w, nil
}

// setLimits changes the caps. What is looser waits, and the page says until
// when.
func setLimits(v *visit) error {
	w, err := v.wished()
	if err == nil {
		_, err = v.site.cfg.Limits.Set(v, v.me(), w)
	}
	if err != nil {
		p := v.problemOf(err)
		typed := map[string]string{}
		for _, name := range []string{"currency", "day", "week", "month", "confirm"} {
			typed[name] = v.form(name)
		}
		return showLimits(v, &bounds{Caps: p, Typed: typed}, p.Status)
	}
	return v.redirect("/me/limits?did=limits_set")
}

// withdrawLimits takes back what waits.
func withdrawLimits(v *visit) error {
	if _, err := v.site.cfg.Limits.Withdraw(v, v.me()); err != nil {
		return err
	}
	return v.redirect("/me/limits?did=limits_withdrawn")
}

// breaks are the lengths of a break that the page offers.
var breaks = []struct {
	value, words string
	lasts        time.Duration
}{
	{"day", "limits.break_day", limit.CoolOffDay},
	{"week", "limits.break_week", limit.CoolOffWeek},
	{"month", "limits.break_month", limit.CoolOffMonth},
}

// takeBreak begins a break, or makes it longer. It can not be ended early, so
// the form asks first.
func takeBreak(v *visit) error {
	err := fault.New(fault.ValidationFailed, "Choose how long the break lasts, and confirm it. Nothing was changed.")
	var failed error = err
	if v.form("sure") == "yes" {
		for _, b := range breaks {
			if v.form("lasts") == b.value {
				_, failed = v.site.cfg.Limits.CoolOff(v, v.me(), b.lasts)
			}
		}
		if until, bad := time.Parse(time.DateOnly, v.form("until")); v.form("lasts") == "until" && bad == nil {
			_, failed = v.site.cfg.Limits.CoolOffUntil(v, v.me(), until)
		}
	}
	if failed != nil {
		p := v.problemOf(failed)
		return showLimits(v, &bounds{Cool: p}, p.Status)
	}
	return v.redirect("/me/limits?did=limits_break")
}

// spanName names a window.
func (v *visit) spanName(s limit.Span) string {
	switch s {
	case limit.Day:
		return v.T("limits.day")
	case limit.Week:
		return v.T("limits.week")
	}
	return v.T("limits.month")
}

// capsText writes caps in one line.
func (v *visit) capsText(c limit.Caps) string {
	var all []string
	for _, w := range []struct {
		span  limit.Span
		units int64
	}{{limit.Day, c.Day}, {limit.Week, c.Week}, {limit.Month, c.Month}} {
		if w.units > 0 {
			all = append(all, v.spanName(w.span)+": "+v.amount(money.Amount{Units: w.units, Asset: c.Asset}))
		}
	}
	if len(all) == 0 {
		return v.T("limits.no_caps")
	}
	return strings.Join(all, " · ")
}
