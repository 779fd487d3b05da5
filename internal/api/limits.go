package api

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// limitRoutes is the table's part about what people bound for themselves.
func (a *API) limitRoutes() {
	get(a, "/v1/limits", a.limitsGet, "What the person has bounded, and how far it is used", needs(people.WalletRead), forPerson())
	put(a, "/v1/limits", a.limitsPut, "Bound what the person spends", needs(people.PeopleWrite), forPerson(), fails(fault.CurrencyUnsupported))
	remove(a, "/v1/limits/pending", a.limitsWithdraw, "Withdraw looser limits that do not hold yet", needs(people.PeopleWrite), forPerson(), status(200))
	post(a, "/v1/limits/cool-off", a.limitsCoolOff, "Keep the person from paying and giving until an instant", needs(people.PeopleWrite), forPerson(), fails(fault.StateConflict))
}

type limitsView struct {
	Object       string             `json:"object" enum:"limits" doc:"Always limits"`
	Currency     money.Asset        `json:"currency,omitempty" doc:"Of the windows: that of the limits, or without any the one that the person spent last in; missing if nothing was spent"`
	Zone         string             `json:"zone" enum:"UTC" doc:"Whose calendar the windows are of; a week begins on Monday"`
	Windows      []limitWindowView  `json:"windows" doc:"The day, the week and the month of now; empty without a currency"`
	Pending      *limitsPendingView `json:"pending,omitempty" doc:"Looser limits, which do not hold yet; missing if there are none"`
	ConfirmAbove *amount            `json:"confirm_above,omitempty" doc:"A purchase that costs more, or is in another currency, wants confirmed; missing if none does"`
	Everybody    []limitPaceView    `json:"everybody" doc:"The most that anybody is charged in any stretch of time; new accounts have a smaller one besides"`
	CoolOffUntil *Instant           `json:"cool_off_until,omitempty" doc:"Until then the person neither pays nor gives; missing if there is no cool-off"`
}

type limitWindowView struct {
	Window   limit.Span `json:"window" enum:"day,week,month" doc:"Which window it is"`
	Cap      *amount    `json:"cap,omitempty" doc:"The most that is spent in it; missing for none"`
	Spent    amount     `json:"spent" doc:"What is spent in it, with what is on its way and without what has failed"`
	Left     *amount    `json:"left,omitempty" doc:"What can still be spent; missing without a cap"`
	ResetsAt Instant    `json:"resets_at" doc:"When the next window begins"`
}

type limitPaceView struct {
	Name   string   `json:"name" enum:"new_account,rolling" doc:"Which it is"`
	Hours  int64    `json:"hours" doc:"How long the stretch is; it ends now"`
	Cap    amount   `json:"cap" doc:"The most that is charged in it"`
	Left   amount   `json:"left" doc:"What the account can still spend now; what was paid in other currencies counts by its part. A card with which other accounts pay, too, may have less room"`
	EndsAt *Instant `json:"ends_at,omitempty" doc:"Until when it holds for this account"`
}

type limitsPendingView struct {
	Currency money.Asset `json:"currency,omitempty" doc:"Of the limits; missing when there will be none"`
	Day      *amount     `json:"day,omitempty" doc:"The most of a day; missing for none"`
	Week     *amount     `json:"week,omitempty" doc:"The most of a week; missing for none"`
	Month    *amount     `json:"month,omitempty" doc:"The most of a month; missing for none"`
	FromAt   Instant     `json:"takes_effect_at" doc:"From when on these hold instead"`
}

// amountOrNil is nil for a cap that there is not.
func amountOrNil(units int64, asset money.Asset) *amount {
	if units == 0 {
		return nil
	}
	return &amount{Units: units, Asset: asset}
}

func viewLimits(s limit.State) limitsView {
	v := limitsView{Object: "limits", Currency: s.Asset, Zone: "UTC", Windows: make([]limitWindowView, 0, len(s.Windows)), CoolOffUntil: atOrNil(s.CoolUS)}
	for _, w := range s.Windows {
		one := limitWindowView{Window: w.Span, Cap: amountOrNil(w.Cap, s.Asset), Spent: amount{Units: w.Spent, Asset: s.Asset}, ResetsAt: at(w.ResetsUS)}
		if w.Cap > 0 {
			one.Left = &amount{Units: w.Left(), Asset: s.Asset}
		}
		v.Windows = append(v.Windows, one)
	}
	v.Everybody = make([]limitPaceView, 0, len(s.Paces))
	for _, p := range s.Paces {
		v.Everybody = append(v.Everybody, limitPaceView{p.Name, int64(p.Span / time.Hour), p.Most, p.Left, atOrNil(p.EndsUS)})
	}
	if p := s.Pending; p != nil {
		v.Pending = &limitsPendingView{p.Asset, amountOrNil(p.Day, p.Asset), amountOrNil(p.Week, p.Asset), amountOrNil(p.Month, p.Asset), at(p.FromUS)}
	}
	if s.Confirm.Asset != "" {
		v.ConfirmAbove = &s.Confirm
	}
	return v
}

type limitsOut struct{ Body limitsView }

func (a *API) limitsGet(ctx context.Context, _ *struct{}) (*limitsOut, error) {
	s, err := report.Ask1(ctx, a.cfg.Services.Reader, limit.Of, CallerOf(ctx).Person)
	return &limitsOut{viewLimits(s)}, err
}

type confirmAboveBody struct {
	Amount int64  `json:"amount" minimum:"0" maximum:"9007199254740991" doc:"In smallest units; 0 has every purchase confirmed"`
	Asset  string `json:"asset" pattern:"^[A-Z]{3}$" doc:"ISO 4217"`
}

type limitsIn struct {
	Body struct {
		Currency     string            `json:"currency,omitempty" pattern:"^[A-Z]{3}$" doc:"Of day, week and month: ISO 4217. While there are limits, the person pays in this currency only"`
		Day          int64             `json:"day,omitempty" minimum:"1" maximum:"9007199254740991" doc:"The most that is spent in a day, in smallest units; left out for none"`
		Week         int64             `json:"week,omitempty" minimum:"1" maximum:"9007199254740991" doc:"The most that is spent in a week; left out for none"`
		Month        int64             `json:"month,omitempty" minimum:"1" maximum:"9007199254740991" doc:"The most that is spent in a month; left out for none"`
		ConfirmAbove *confirmAboveBody `json:"confirm_above,omitempty" doc:"What costs more has to be sent with confirmed; left out for nothing"`
	}
}

// limitsPut sets all limits as a whole, so it needs no Idempotency-Key: the same
// wish again is no other wish, and does not wait anew.
func (a *API) limitsPut(ctx context.Context, in *limitsIn) (*limitsOut, error) {
	b := in.Body
	w := limit.Wish{Caps: limit.Caps{Asset: money.Asset(b.Currency), Day: b.Day, Week: b.Week, Month: b.Month}}
	if c := b.ConfirmAbove; c != nil {
		w.Confirm = money.Amount{Units: c.Amount, Asset: money.Asset(c.Asset)}
	}
	s, err := a.cfg.Services.Limits.Set(ctx, CallerOf(ctx).Person, w)
	return &limitsOut{viewLimits(s)}, err
}

func (a *API) limitsWithdraw(ctx context.Context, _ *struct{}) (*limitsOut, error) {
	s, err := a.cfg.Services.Limits.Withdraw(ctx, CallerOf(ctx).Person)
	return &limitsOut{viewLimits(s)}, err
}

type coolOffIn struct {
	Body struct {
		Lasts string `json:"lasts,omitempty" enum:"24h,7d,30d" doc:"For how long, from now on; or else until"`
		Until string `json:"until,omitempty" format:"date-time" maxLength:"40" doc:"Until when, at most a year ahead; or else lasts"`
	}
}

// coolOffs are the lengths by the words of the API.
var coolOffs = map[string]time.Duration{"24h": limit.CoolOffDay, "7d": limit.CoolOffWeek, "30d": limit.CoolOffMonth}

// limitsCoolOff needs no Idempotency-Key: a cool-off only becomes longer, and
// twice the same request makes it longer by the moment between the two.
func (a *API) limitsCoolOff(ctx context.Context, in *coolOffIn) (*limitsOut, error) {
	b, person := in.Body, CallerOf(ctx).Person
	if (b.Lasts == "") == (b.Until == "") {
		const detail = "Say either for how long (lasts) or until when (until) the break is. Nothing was changed."
		return nil, fault.New(fault.ValidationFailed, detail).At("/lasts", fault.ValidationFailed, detail)
	}
	var s limit.State
	var err error
	if b.Lasts != "" {
		s, err = a.cfg.Services.Limits.CoolOff(ctx, person, coolOffs[b.Lasts])
	} else {
		var until time.Time
		if until, err = time.Parse(time.RFC3339Nano, b.Until); err == nil { // the form was checked
			s, err = a.cfg.Services.Limits.CoolOffUntil(ctx, person, until)
		}
	}
	return &limitsOut{viewLimits(s)}, err
}
