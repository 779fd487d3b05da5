package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// settings are what the control API was told; they survive a restart.
type settings struct {
	Webhooks
	ExtraFee    int64    `json:"extra_fee"`       // smallest units added to the fee of each charge
	LateEntries bool     `json:"late_entries"`    // charges succeed before they have a balance transaction
	Events      []string `json:"endpoint_events"` // that the webhook endpoint has; none is all
	Drift       int64    `json:"drift,omitempty"` // millionths more that come back of what was converted
	SettleIn    string   `json:"settle_in"`       // the currency of our balance; empty: each charge stays in its own
}

// Webhooks says how events arrive.
type Webhooks struct {
	Off          bool  `json:"off"`           // events happen and are not sent
	DelaySeconds int64 `json:"delay_seconds"` // by the clock
	Duplicate    int   `json:"duplicate"`     // how many times more each is sent
	Shuffle      bool  `json:"shuffle"`       // in any order
	// Drop is how likely each one is lost on its way, and not sent again.
	Drop float64 `json:"drop,omitempty"`
}

const settingsID = "_settings"

// settings returns the settings as this change sees them.
func (c *call) settings() settings {
	if o, ok := find[settings](c.change, "", settingsID); ok {
		return *o
	}
	return settings{}
}

// SetWebhooks changes how the events from now on arrive.
func (s *Server) SetWebhooks(w Webhooks) error {
	return s.set(func(o *settings) { o.Webhooks = w })
}

// Webhooks returns how the events from now on arrive.
func (s *Server) Webhooks() (w Webhooks, err error) {
	err = asError(s.within(s.background(), func(c *call) *problem {
		w = c.settings().Webhooks
		return nil
	}))
	return w, err
}

// SetExtraFee makes the sandbox take so many units more of each charge than
// it says, to see whether somebody notices.
func (s *Server) SetExtraFee(units int64) error {
	return s.set(func(o *settings) { o.ExtraFee = units })
}

// SetLateEntries makes charges succeed without a balance transaction, which
// follows some time later with the event charge.updated: what Stripe may do
// with the capture method automatic_async.
func (s *Server) SetLateEntries(late bool) error {
	return s.set(func(o *settings) { o.LateEntries = late })
}

// SetSettlement makes the platform's balance be kept in one currency, as an
// account at Stripe is that has one bank: what is charged in another comes
// converted, less the fee in the currency of the balance. Empty leaves each
// charge in its own currency.
func (s *Server) SetSettlement(currency string) error {
	currency = strings.ToLower(currency)
	if currency != "" && dollars[currency] == 0 {
		return refuse("", "currency", "The sandbox does not convert into %s.", clip(currency))
	}
	return s.set(func(o *settings) { o.SettleIn = currency })
}

// SetDrift lets the exchange rate have moved, by so many millionths, when what was
// converted comes back: of a refund that the bank sends back, or of a dispute.
func (s *Server) SetDrift(millionths int64) error {
	return s.set(func(o *settings) { o.Drift = min(max(millionths, -million/2), million/2) })
}

// drifted is what comes back of so much that was converted.
func (c *call) drifted(o settled, n int64) int64 {
	if o.In == "" {
		return n
	}
	return n + n*c.settings().Drift/million
}

func (s *Server) set(change func(*settings)) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		o := c.settings()
		change(&o)
		o.Duplicate, o.Drop = min(max(o.Duplicate, 0), 10), min(max(o.Drop, 0), 1)
		c.put(kindSetting, "", settingsID, &o)
		return nil
	}))
}

// asError keeps a nil problem from becoming an error that is not nil.
func asError(p *problem) error {
	if p == nil {
		return nil
	}
	return p
}

// Bounce lets the bank send a payout back, also one that has been paid.
func (s *Server) Bounce(payoutID, code string) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		r := c.record(payoutID)
		if r == nil || r.kind != kindPayout {
			return nothing(kindPayout, "id", payoutID)
		}
		c.owner = r.owner
		o, ok := find[payout](c.change, r.owner, payoutID)
		if !ok || o.Status == "failed" || o.Status == canceled {
			return refuse("", "", "The payout is over already.")
		}
		if failures[code] == "" {
			code = "could_not_process"
		}
		c.bounce(o, code)
		return nil
	}))
}

// Dispute opens a dispute about a charge (ch_… or pi_…); amount 0 means all.
func (s *Server) Dispute(id, reason string, amount int64, inquiry bool) (disputeID string, err error) {
	err = asError(s.within(s.background(), func(c *call) *problem {
		if pi, ok := find[paymentIntent](c.change, "", id); ok {
			id = string(pi.LatestCharge)
		}
		ch, ok := find[charge](c.change, "", id)
		if !ok || !ch.Paid {
			return nothing(kindCharge, "id", id)
		}
		orDefault(&reason, "fraudulent")
		if amount <= 0 || amount > ch.Amount {
			amount = ch.Amount
		}
		disputeID = c.openDispute(ch, reason, amount, inquiry).ID
		return nil
	}))
	return disputeID, err
}

// GiveBack refunds a charge (ch_… or pi_…), as somebody does in the provider's
// dashboard: no id of ours goes with it. Amount 0 means all that is left.
func (s *Server) GiveBack(id, reason string, amount int64) (refundID string, err error) {
	err = asError(s.within(s.background(), func(c *call) *problem {
		if pi, ok := find[paymentIntent](c.change, "", id); ok {
			id = string(pi.LatestCharge)
		}
		ch, ok := find[charge](c.change, "", id)
		if !ok || !ch.Paid {
			return nothing(kindCharge, "id", id)
		}
		if amount <= 0 {
			amount = ch.Amount - ch.AmountRefunded
		}
		if p := c.givable(ch, amount); p != nil {
			return p
		}
		if reason != "duplicate" && reason != "fraudulent" {
			reason = ""
		}
		refundID = c.giveBack(ch, amount, reason, nil).ID
		return nil
	}))
	return refundID, err
}

// CloseDispute ends a dispute.
func (s *Server) CloseDispute(id string, won bool) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		o, ok := find[dispute](c.change, "", id)
		if !ok {
			return nothing(kindDispute, "id", id)
		}
		return c.closeDispute(o, won)
	}))
}

// TurnDispute lets a dispute that was lost be won after all, or an inquiry that was
// closed become one that takes the money.
func (s *Server) TurnDispute(id string) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		o, ok := find[dispute](c.change, "", id)
		if !ok {
			return nothing(kindDispute, "id", id)
		}
		return c.turn(o)
	}))
}

// ChargeDispute takes a fee more for a dispute, also for one that has ended; below
// zero it gives one back. 0 is what a dispute costs at first.
func (s *Server) ChargeDispute(id string, fee int64) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		o, ok := find[dispute](c.change, "", id)
		if !ok {
			return nothing(kindDispute, "id", id)
		}
		if fee == 0 {
			fee = disputeFee
		}
		c.feeFor(o, fee)
		return nil
	}))
}

// Onboard fills a creator's account in, as the hosted page does.
func (s *Server) Onboard(accountID string, in Onboarding) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		o, ok := c.own(accountID)
		if !ok {
			return nothing(kindAccount, "id", accountID)
		}
		return c.onboard(o, in)
	}))
}

// Advance moves the clock, if it is one that can be moved, and does what has
// become due.
func (s *Server) Advance(d time.Duration) error {
	switch clk := s.cfg.Clock.(type) {
	case interface {
		Offset() time.Duration
		SetOffset(time.Duration)
	}:
		clk.SetOffset(clk.Offset() + d)
	case interface{ Advance(time.Duration) time.Time }:
		clk.Advance(d)
	default:
		return errors.New("sandbox: this clock can not be moved")
	}
	_, err := s.Tick(s.background())
	return err
}

// control are the requests of the control API.
type control struct {
	Fault
	Webhooks
	Onboarding
	ID       string `json:"id"`
	Code     string `json:"code"`
	Reason   string `json:"reason"`
	Amount   int64  `json:"amount"`
	Inquiry  bool   `json:"inquiry"`
	Won      bool   `json:"won"`
	Seconds  int64  `json:"seconds"`
	Extra    int64  `json:"extra"`
	Late     bool   `json:"late"`
	Currency string `json:"currency"`
	Drift    int64  `json:"drift"`

	Events []string `json:"events"`
}

// controls are the operations of POST /_control/<name>.
func (s *Server) controls() map[string]func(control) (any, error) {
	ok := map[string]bool{"ok": true}
	done := func(err error) (any, error) { return ok, err }
	return map[string]func(control) (any, error){
		"faults": func(in control) (any, error) {
			if !slices.Contains(modes, in.Mode) || in.Next <= 0 && in.Probability <= 0 {
				return nil, refuse("", "mode", "Give a mode of %v, and next or probability.", modes)
			}
			s.AddFault(in.Fault)
			return ok, nil
		},
		"faults/clear":   func(control) (any, error) { s.ClearFaults(); return ok, nil },
		"faults/release": func(control) (any, error) { s.Release(); return ok, nil },
		"webhooks":       func(in control) (any, error) { return done(s.SetWebhooks(in.Webhooks)) },
		"fees":           func(in control) (any, error) { return done(s.SetExtraFee(in.Extra)) },
		"entries":        func(in control) (any, error) { return done(s.SetLateEntries(in.Late)) },
		"drift":          func(in control) (any, error) { return done(s.SetDrift(in.Drift)) },
		"settlement":     func(in control) (any, error) { return done(s.SetSettlement(in.Currency)) },
		"bounce":         func(in control) (any, error) { return done(s.Bounce(in.ID, in.Code)) },
		"disputes/fee":   func(in control) (any, error) { return done(s.ChargeDispute(in.ID, in.Amount)) },
		"disputes/turn":  func(in control) (any, error) { return done(s.TurnDispute(in.ID)) },
		"disputes/close": func(in control) (any, error) { return done(s.CloseDispute(in.ID, in.Won)) },
		"deauthorize":    func(in control) (any, error) { return done(s.Deauthorize(in.ID)) },
		"endpoint":       func(in control) (any, error) { return done(s.SetEndpointEvents(in.Events)) },
		"onboard":        func(in control) (any, error) { return done(s.Onboard(in.ID, in.Onboarding)) },
		"advance":        func(in control) (any, error) { return done(s.Advance(time.Duration(in.Seconds) * time.Second)) },
		"books":          func(control) (any, error) { return map[string]any{"books": s.Books()}, nil },
		"disputes": func(in control) (any, error) {
			id, err := s.Dispute(in.ID, in.Reason, in.Amount, in.Inquiry)
			return map[string]string{"id": id}, err
		},
		"refunds": func(in control) (any, error) {
			id, err := s.GiveBack(in.ID, in.Reason, in.Amount)
			return map[string]string{"id": id}, err
		},
		"tick": func(control) (any, error) {
			n, err := s.Tick(s.background())
			return map[string]int{"done": n}, err
		},
		"flush": func(control) (any, error) {
			n, err := s.Flush(s.background())
			return map[string]int{"done": n}, err
		},
	}
}

// serveControl answers one operation of the control API.
func (s *Server) serveControl(do func(control) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{srv: s, req: r}
		if p := s.authorize(r); p != nil {
			s.send(w, c, failed(p))
			return
		}
		var in control
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil && !errors.Is(err, io.EOF) {
			s.send(w, c, failed(malformed("", "", "The JSON can not be read: %v", err)))
			return
		}
		out, err := do(in)
		if err != nil {
			p := broken(err)
			_ = errors.As(err, &p) // a problem keeps its own status
			s.send(w, c, failed(p))
			return
		}
		body, err := json.Marshal(out)
		if err != nil {
			s.send(w, c, failed(broken(err)))
			return
		}
		s.send(w, c, reply{status: http.StatusOK, body: body})
	}
}
