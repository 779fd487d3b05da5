package sandbox

import (
	"maps"
	"slices"
)

// entry is a balance transaction: the only way that money moves.
type entry struct {
	ID                string     `json:"id"`
	Object            string     `json:"object"`
	Amount            int64      `json:"amount"`
	AvailableOn       int64      `json:"available_on"`
	BalanceType       string     `json:"balance_type"`
	Created           int64      `json:"created"`
	Currency          string     `json:"currency"`
	Description       text       `json:"description"`
	ExchangeRate      *float64   `json:"exchange_rate"`
	Fee               int64      `json:"fee"`
	FeeDetails        []feeShare `json:"fee_details"`
	Net               int64      `json:"net"`
	ReportingCategory string     `json:"reporting_category"`
	Source            text       `json:"source"`
	Status            string     `json:"status"`
	Type              string     `json:"type"`
}

type feeShare struct {
	Amount      int64  `json:"amount"`
	Application text   `json:"application"`
	Currency    string `json:"currency"`
	Description string `json:"description"`
	Type        string `json:"type"`
}

func (o *entry) birth() int64 { return o.Created }

// at shows whether the money has become available.
func (o *entry) at(now int64) any {
	dup := *o
	dup.Status = "pending"
	if dup.AvailableOn <= now {
		dup.Status = "available"
	}
	return &dup
}

// pendingFor is how long the money of a charge waits, in seconds: two days.
const pendingFor = 2 * 24 * 60 * 60

// category is the reporting category of the types that differ from it.
var category = map[string]string{"payment": "charge", "payment_refund": "refund", "transfer_refund": "transfer_reversal",
	"payout_failure": "payout_reversal", "payout_cancel": "payout_reversal", "adjustment": "dispute", "refund_failure": "refund_failure"}

// move changes an account's balance by amount − fee. Every movement of money
// goes through here.
func (c *call) move(owner, kind, source, currency string, amount, fee, availableOn int64) *entry {
	e := &entry{ID: c.srv.newID("txn"), Object: kindEntry, Amount: amount, AvailableOn: availableOn, BalanceType: "payments",
		Created: c.now, Currency: currency, Fee: fee, FeeDetails: []feeShare{}, Net: amount - fee,
		ReportingCategory: kind, Source: text(source), Status: "pending", Type: kind}
	if availableOn <= c.now {
		e.Status = "available"
	}
	if cat := category[kind]; cat != "" {
		e.ReportingCategory = cat
	}
	if fee != 0 {
		e.FeeDetails = append(e.FeeDetails, feeShare{Amount: fee, Currency: currency, Description: "Sandbox processing fees", Type: "stripe_fee"})
	}
	c.put(kindEntry, owner, e.ID, e)
	return e
}

// holding is the balance of one account in one currency, kept up to date as
// entries are committed.
type holding struct {
	total   int64
	waiting []*entry // not available yet when last looked at
}

func (s *state) hold(owner string, e *entry) {
	if s.books[owner] == nil {
		s.books[owner] = map[string]*holding{}
	}
	h := s.books[owner][e.Currency]
	if h == nil {
		h = &holding{}
		s.books[owner][e.Currency] = h
	}
	h.total += e.Net
	h.waiting = append(h.waiting, e)
}

// split returns what is available and what is pending at the instant. The
// clock of a sandbox does not go back.
func (h *holding) split(now int64) (available, pending int64) {
	h.waiting = slices.DeleteFunc(h.waiting, func(e *entry) bool { return e.AvailableOn <= now })
	for _, e := range h.waiting {
		pending += e.Net
	}
	return h.total - pending, pending
}

// available returns what an account can spend, before this change.
func (c *call) available(owner, currency string) int64 {
	h := c.state.books[owner][currency]
	if h == nil {
		return 0
	}
	n, _ := h.split(c.now)
	return n
}

func retrieveBalance(c *call) (any, *problem) {
	free, waiting := []any{}, []any{}
	add := func(to []any, cur string, n int64) []any {
		return append(to, map[string]any{"amount": n, "currency": cur, "source_types": map[string]any{"card": n}})
	}
	for _, cur := range slices.Sorted(maps.Keys(c.state.books[c.owner])) {
		a, p := c.state.books[c.owner][cur].split(c.now)
		free, waiting = add(free, cur, a), add(waiting, cur, p)
	}
	if len(free) == 0 {
		free, waiting = add(free, "usd", 0), add(waiting, "usd", 0)
	}
	return map[string]any{"object": "balance", "available": free, "pending": waiting, "livemode": false}, nil
}

const entryParams = "currency type source payout created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listEntries(c *call) (any, *problem) {
	if c.has("payout") {
		return nil, malformed("", "payout", "The sandbox's payouts are manual; the entries of a payout can not be listed.")
	}
	return list(c, kindEntry, func(e *entry) bool {
		return (!c.has("currency") || e.Currency == c.str("currency")) && (!c.has("type") || e.Type == c.str("type")) &&
			(!c.has("source") || string(e.Source) == c.str("source"))
	})
}
