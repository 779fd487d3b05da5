package sandbox

import "time"

type payout struct {
	ID                        string            `json:"id"`
	Object                    string            `json:"object"`
	Amount                    int64             `json:"amount"`
	ArrivalDate               int64             `json:"arrival_date"`
	Automatic                 bool              `json:"automatic"`
	BalanceTransaction        text              `json:"balance_transaction"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	Description               text              `json:"description"`
	Destination               text              `json:"destination"`
	FailureBalanceTransaction text              `json:"failure_balance_transaction"`
	FailureCode               text              `json:"failure_code"`
	FailureMessage            text              `json:"failure_message"`
	Livemode                  bool              `json:"livemode"`
	Metadata                  map[string]string `json:"metadata"`
	Method                    string            `json:"method"`
	ReconciliationStatus      string            `json:"reconciliation_status"`
	SourceType                string            `json:"source_type"`
	StatementDescriptor       text              `json:"statement_descriptor"`
	Status                    string            `json:"status"`
	Type                      string            `json:"type"`
	Sandbox                   struct {
		SubmitAt int64  `json:"submit_at"` // when it is handed to the bank
		Failure  string `json:"failure,omitempty"`
	} `json:"_sandbox"`
}

func (o *payout) birth() int64 { return o.Created }

// due is when something happens to the payout next; 0 is never.
func (o *payout) due() int64 {
	switch o.Status {
	case "pending":
		return min(o.Sandbox.SubmitAt, o.ArrivalDate)
	case "in_transit":
		return o.ArrivalDate
	}
	return 0
}

const (
	submitAfter = 60 * 60 // seconds until a payout is handed to the bank
	arriveDays  = 2       // days until it is there
)

// failures are the sentences for the bank's codes.
var failures = map[string]string{
	"no_account":           "The bank account could not be located.",
	"account_closed":       "The bank account has been closed.",
	"insufficient_funds":   "Your account has insufficient funds to cover the payout.",
	"debit_not_authorized": "Debit transactions are not approved on your bank account.",
	"invalid_currency":     "The bank was unable to process this payout because of its currency.",
	"could_not_process":    "The bank could not process this payout.",
	"account_frozen":       "The bank account has been frozen.",
}

const payoutParams = "amount currency description destination metadata{} method source_type statement_descriptor"

func createPayout(c *call) (any, *problem) {
	cur := c.currencyParam("currency")
	amount := c.amountParam("amount", cur)
	if c.one("method", "standard", "instant") == "instant" {
		return nil, refuse("instant_payouts_unsupported", "method", "The sandbox's bank accounts take standard payouts only.")
	}
	if p := c.valid(); p != nil {
		return nil, p
	}
	o := &payout{ID: c.srv.newID("po"), Object: kindPayout, Amount: amount, Created: c.now, Currency: cur, Description: text(c.str("description")),
		Metadata: merged(nil, c.meta("metadata")), Method: "standard", ReconciliationStatus: "not_applicable", SourceType: "card",
		StatementDescriptor: text(c.str("statement_descriptor")), Status: "pending", Type: "bank_account"}
	o.Sandbox.SubmitAt = c.now + submitAfter
	o.ArrivalDate = c.at.UTC().Truncate(24*time.Hour).AddDate(0, 0, arriveDays).Unix()
	if p := c.towards(o); p != nil {
		return nil, p
	}
	if c.available(c.owner, cur) < amount {
		return nil, refuse("balance_insufficient", "", "You have insufficient funds in your account for this transfer. Your available balance is too low for %d %s.", amount, cur)
	}
	o.BalanceTransaction = text(c.move(c.owner, "payout", o.ID, cur, -amount, 0, c.now).ID)
	c.put(kindPayout, c.owner, o.ID, o)
	c.emit("payout.created", o, c.owner)
	return o, nil
}

// towards picks the bank account of the payout.
func (c *call) towards(o *payout) *problem {
	if c.owner == "" {
		o.Destination = "ba_sandboxplatform"
		return nil
	}
	acct, _ := c.own(c.owner)
	if !acct.PayoutsEnabled {
		return refuse("payouts_not_allowed", "", "Payouts are not enabled for this account: %s.", acct.Requirements.DisabledReason)
	}
	for _, b := range acct.ExternalAccounts.Data {
		if b.Currency == o.Currency && b.Status != "errored" && (!c.has("destination") || c.str("destination") == b.ID) {
			o.Destination, o.Sandbox.Failure = text(b.ID), b.failure()
			return nil
		}
	}
	return refuse("no_account", "", "Sorry, you don't have any external accounts in that currency (%s).", o.Currency)
}

func cancelPayout(c *call) (any, *problem) {
	id := c.req.PathValue("id")
	o, ok := find[payout](c.change, c.owner, id)
	if !ok {
		return nil, nothing(kindPayout, "id", id)
	}
	if o.Status != "pending" {
		return nil, refuse("payout_not_cancelable", "", "Payouts can only be canceled while they are pending; this one is %s.", o.Status)
	}
	o.Status = canceled
	o.FailureBalanceTransaction = text(c.move(c.owner, "payout_cancel", o.ID, o.Currency, o.Amount, 0, c.now).ID)
	c.put(kindPayout, c.owner, o.ID, o)
	c.emit("payout.canceled", o, c.owner)
	return o, nil
}

// advance moves a payout on: handed to the bank, arrived or failed.
func (c *call) advance(o *payout) {
	if o.Status == "pending" {
		o.Status = "in_transit"
		c.put(kindPayout, c.owner, o.ID, o)
		c.emit("payout.updated", o, c.owner)
	}
	if o.ArrivalDate > c.now {
		return
	}
	if o.Sandbox.Failure != "" {
		c.bounce(o, o.Sandbox.Failure)
		return
	}
	o.Status = "paid"
	c.put(kindPayout, c.owner, o.ID, o)
	c.emit("payout.paid", o, c.owner)
}

// bounce lets the bank send the money back, which disables the bank account
// until the creator gives another one.
func (c *call) bounce(o *payout, code string) {
	o.Status, o.FailureCode, o.FailureMessage = "failed", text(code), text(failures[code])
	o.FailureBalanceTransaction = text(c.move(c.owner, "payout_failure", o.ID, o.Currency, o.Amount, 0, c.now).ID)
	c.put(kindPayout, c.owner, o.ID, o)
	c.emit("payout.failed", o, c.owner)
	acct, ok := c.own(c.owner)
	if !ok || acct.rejected() {
		return
	}
	banks := append([]bank{}, acct.ExternalAccounts.Data...)
	for i := range banks {
		if banks[i].ID == string(o.Destination) {
			banks[i].Status = "errored"
		}
	}
	acct.ExternalAccounts.Data = banks
	acct.lacks("requirements.past_due", "external_account")
	acct.enable(true, false)
	c.saveAccount(acct)
}

const payoutListParams = "status created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listPayouts(c *call) (any, *problem) {
	return list(c, kindPayout, func(o *payout) bool { return !c.has("status") || o.Status == c.str("status") })
}
