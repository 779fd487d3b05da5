package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// What the sandbox lets somebody see and do to it, beside what Stripe's API has:
// the page of its controls is made of it.

// Thing is an object of the sandbox, as far as a list of them tells.
type Thing struct {
	ID       string
	Kind     string // charge, dispute, payout, account, event
	Owner    string // the connected account that it is of; "" for the platform
	State    string // its status; of an event its type; of an account why it can do nothing, or what it lacks
	Amount   int64  // in smallest units, as Stripe has them
	Currency string
	Ref      string // the id of our row, where it carries one
	At       time.Time
}

// Kinds of things that Latest lists.
const (
	Charges  = kindCharge
	Disputes = kindDispute
	Payouts  = kindPayout
	Accounts = kindAccount
	Events   = kindEvent
)

// Latest returns the newest objects of a kind, of all owners, the newest first.
func (s *Server) Latest(kind string, limit int) []Thing {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*record
	for at, shelf := range s.state.shelves {
		if at.kind == kind {
			all = append(all, shelf[max(0, len(shelf)-limit):]...)
		}
	}
	slices.SortFunc(all, func(a, b *record) int { return int(b.seq - a.seq) })
	var things []Thing
	for _, r := range all[:min(limit, len(all))] {
		t := Thing{ID: r.id, Kind: kind, Owner: r.owner}
		var at int64
		switch o := r.obj.(type) {
		case *charge:
			t.State, t.Amount, t.Currency, t.Ref, at = o.Status, o.Amount, o.Currency, o.Metadata["ovation_ref"], o.Created
			if o.Disputed {
				t.State = "disputed"
			}
		case *dispute:
			t.State, t.Amount, t.Currency, t.Ref, at = o.Status, o.Amount, o.Currency, o.Charge, o.Created
		case *payout:
			t.State, t.Amount, t.Currency, t.Ref, at = o.Status, o.Amount, o.Currency, o.Metadata["ovation_ref"], o.Created
		case *account:
			t.State, t.Currency, t.Ref, at = string(o.Requirements.DisabledReason), o.DefaultCurrency, o.Metadata["ovation_ref"], o.Created
			if t.State == "" {
				t.State = strings.Join(o.Requirements.CurrentlyDue, " ")
			}
		case *event:
			t.State, t.Owner, at = o.Type, o.Account, o.Created
		}
		t.At = time.Unix(at, 0).UTC()
		things = append(things, t)
	}
	return things
}

// Resend sends an event once more, however long ago it was, also while no events
// are sent.
func (s *Server) Resend(eventID string) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		r := c.record(eventID)
		if r == nil || r.kind != kindEvent {
			return nothing(kindEvent, "id", eventID)
		}
		if s.hook == "" {
			return refuse("", "id", "Nobody listens to the events of this sandbox.")
		}
		id := s.newID("whd")
		c.put(kindDelivery, "", id, &delivery{ID: id, Event: eventID, DueUS: c.at.UnixMicro()})
		return nil
	}))
}

// Restrict has an account lack something, so that it can do nothing until its
// owner hands it in. An empty name is an identity document.
func (s *Server) Restrict(accountID, requirement string) error {
	orDefault(&requirement, documentDue)
	return s.steerAccount(accountID, func(o *account) {
		o.lacks("requirements.past_due", requirement)
		o.enable(false, false)
	})
}

// AskFor has an account lack something that it may still hand in: it goes on
// until then.
func (s *Server) AskFor(accountID, requirement string) error {
	orDefault(&requirement, documentDue)
	return s.steerAccount(accountID, func(o *account) { o.lacks("", requirement) })
}

// Reject closes an account for good; the reason is fraud, terms_of_service or
// other.
func (s *Server) Reject(accountID, reason string) error {
	if !slices.Contains([]string{"fraud", "terms_of_service"}, reason) {
		reason = "other"
	}
	return s.steerAccount(accountID, func(o *account) {
		o.lacks("rejected." + reason)
		o.enable(false, false)
	})
}

func (s *Server) steerAccount(id string, change func(*account)) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		o, ok := c.own(id)
		if !ok {
			return nothing(kindAccount, "id", id)
		}
		if o.rejected() {
			return refuse("account_closed", "id", "The account has been rejected and can not be changed any more.")
		}
		change(o)
		c.saveAccount(o)
		return nil
	}))
}

// PayOut pays the platform's own money out to its bank, as somebody does in the
// provider's dashboard.
func (s *Server) PayOut(currency string, amount int64) (payoutID string, err error) {
	currency = strings.ToLower(currency)
	err = asError(s.within(s.background(), func(c *call) *problem {
		if amount <= 0 || c.available("", currency) < amount {
			return refuse("balance_insufficient", "amount", "%d %s are available.", c.available("", currency), clip(currency))
		}
		o := &payout{ID: s.newID("po"), Object: kindPayout, Amount: amount, Created: c.now, Currency: currency, Automatic: true, Metadata: map[string]string{},
			Method: "standard", ReconciliationStatus: "not_applicable", SourceType: "card", Status: "pending", Type: "bank_account", Destination: "ba_sandboxplatform"}
		o.Sandbox.SubmitAt = c.now + submitAfter
		o.ArrivalDate = c.at.UTC().Truncate(24*time.Hour).AddDate(0, 0, arriveDays).Unix()
		o.BalanceTransaction = text(c.move("", "payout", o.ID, currency, -amount, 0, c.now).ID)
		c.put(kindPayout, "", o.ID, o)
		c.emit("payout.created", o, "")
		payoutID = o.ID
		return nil
	}))
	return payoutID, err
}

// TakeFee lets the provider take something of the platform's balance for itself,
// of which nobody was told before; below zero it gives something.
func (s *Server) TakeFee(currency string, amount int64) error {
	currency = strings.ToLower(currency)
	return asError(s.within(s.background(), func(c *call) *problem {
		if amount == 0 || dollars[currency] == 0 {
			return refuse("", "amount", "Say how much of a currency that the sandbox knows: %s is none.", clip(currency))
		}
		c.move("", "stripe_fee", "", currency, -amount, 0, c.now)
		return nil
	}))
}

// Settings are how the sandbox keeps its balance.
type Settings struct {
	ExtraFee    int64  // smallest units added to the fee of each charge
	LateEntries bool   // charges succeed before they have a balance transaction
	SettleIn    string // the currency of the platform's balance; "" keeps each charge in its own
}

// Settings returns how the sandbox keeps its balance.
func (s *Server) Settings() (st Settings, err error) {
	err = asError(s.within(s.background(), func(c *call) *problem {
		o := c.settings()
		st = Settings{o.ExtraFee, o.LateEntries, o.SettleIn}
		return nil
	}))
	return st, err
}

// SettlementCurrencies are the currencies that the sandbox converts.
func SettlementCurrencies() []string {
	var all []string
	for cur := range dollars {
		all = append(all, cur)
	}
	slices.Sort(all)
	return all
}

// Act is something that shall happen at the provider.
type Act struct {
	What     string // one of Acts
	ID       string // of the charge, dispute, payout, account or event
	Reason   string // of a refund, a dispute or a rejection, the bank's code of a bounce, what an account lacks
	Amount   int64  // of a refund or a dispute (0 is all of it), a payout or a fee (of a dispute 0 is what one costs)
	Currency string // of a payout or a fee
	Inquiry  bool   // a dispute that only asks
}

// Acts are what can be made to happen.
var Acts = []string{"refund.give", "dispute.open", "dispute.win", "dispute.lose", "dispute.turn", "dispute.fee", "payout.bounce", "payout.own", "fee.take", "account.ask", "account.restrict", "account.reject", "event.send"}

// Do makes it happen, and returns the id of what was made, if something was. Its
// faults: not_found, validation_failed, state_conflict.
func (s *Server) Do(a Act) (made string, err error) {
	switch a.What {
	case "dispute.open":
		made, err = s.Dispute(a.ID, a.Reason, a.Amount, a.Inquiry)
	case "refund.give":
		made, err = s.GiveBack(a.ID, a.Reason, a.Amount)
	case "dispute.win", "dispute.lose":
		err = s.CloseDispute(a.ID, a.What == "dispute.win")
	case "dispute.turn":
		err = s.TurnDispute(a.ID)
	case "dispute.fee":
		err = s.ChargeDispute(a.ID, a.Amount)
	case "payout.bounce":
		err = s.Bounce(a.ID, a.Reason)
	case "payout.own":
		made, err = s.PayOut(a.Currency, a.Amount)
	case "fee.take":
		err = s.TakeFee(a.Currency, a.Amount)
	case "account.ask":
		err = s.AskFor(a.ID, a.Reason)
	case "account.restrict":
		err = s.Restrict(a.ID, a.Reason)
	case "account.reject":
		err = s.Reject(a.ID, a.Reason)
	case "event.send":
		err = s.Resend(a.ID)
	default:
		return "", fault.New(fault.ValidationFailed, "Nothing is called %q that could happen at the provider.", fault.Clip(a.What))
	}
	return made, Explain(err)
}

// Explain turns a refusal of the sandbox into a fault.
func Explain(err error) error {
	p, ok := errors.AsType[*problem](err)
	switch {
	case err == nil || !ok:
		return err
	case p.status == http.StatusNotFound:
		return fault.Wrap(err, fault.NotFound, "The sandbox's provider has no such thing.")
	}
	return fault.Wrap(err, fault.StateConflict, "The sandbox's provider refuses: %s", p.Message)
}

// FaultModes are the ways in which calls of the provider can go wrong.
func FaultModes() []Mode {
	return slices.DeleteFunc(slices.Clone(modes), func(m Mode) bool { return m == Hold })
}

// SetSettings changes how the sandbox keeps its balance from now on.
func (s *Server) SetSettings(st Settings) error {
	st.SettleIn = strings.ToLower(st.SettleIn)
	if st.SettleIn != "" && dollars[st.SettleIn] == 0 {
		return refuse("", "currency", "The sandbox does not convert into %s.", clip(st.SettleIn))
	}
	return s.set(func(o *settings) {
		o.ExtraFee, o.LateEntries, o.SettleIn = max(st.ExtraFee, 0), st.LateEntries, st.SettleIn
	})
}
