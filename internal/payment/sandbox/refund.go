package sandbox

type refund struct {
	ID                        string            `json:"id"`
	Object                    string            `json:"object"`
	Amount                    int64             `json:"amount"`
	BalanceTransaction        text              `json:"balance_transaction"`
	Charge                    string            `json:"charge"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	FailureBalanceTransaction text              `json:"failure_balance_transaction"`
	FailureReason             string            `json:"failure_reason,omitempty"`
	Metadata                  map[string]string `json:"metadata"`
	PaymentIntent             text              `json:"payment_intent"`
	PendingReason             string            `json:"pending_reason,omitempty"`
	Reason                    text              `json:"reason"`
	Status                    string            `json:"status"`
	Sandbox                   struct {
		DueAt   int64   `json:"due_at,omitempty"` // when it turns to
		Next    string  `json:"next,omitempty"`   // this status
		Settled settled `json:"settled,omitzero"` // what it took of the balance
		Back    int64   `json:"back,omitempty"`   // what came back of it
	} `json:"_sandbox"`
}

func (o *refund) birth() int64 { return o.Created }

func (o *refund) due() int64 { return o.Sandbox.DueAt }

// laterRefund is how long the test cards' refunds take to turn, in seconds.
const laterRefund = 60 * 60

const refundParams = "charge payment_intent amount reason metadata{}"

func createRefund(c *call) (any, *problem) {
	ch, p := c.refundable()
	if p != nil {
		return nil, p
	}
	left := ch.Amount - ch.AmountRefunded
	amount := left
	if c.has("amount") {
		amount = c.amountParam("amount", ch.Currency)
	}
	reason := c.one("reason", "", "duplicate", "fraudulent", "requested_by_customer")
	if p := c.valid(); p != nil {
		return nil, p
	}
	if p := c.givable(ch, amount); p != nil {
		return nil, p
	}
	return c.giveBack(ch, amount, reason, c.meta("metadata")), nil
}

// givable refuses what is not left of the charge.
func (c *call) givable(ch *charge, amount int64) *problem {
	switch left := ch.Amount - ch.AmountRefunded; {
	case left == 0:
		return refuse("charge_already_refunded", "", "Charge %s has already been refunded.", ch.ID)
	case ch.Disputed && c.lostTo(ch):
		return refuse("charge_disputed", "", "Charge %s has been charged back; it can not be refunded.", ch.ID)
	case amount > left:
		return refuse("", "amount", "Refund amount (%d) is greater than unrefunded amount on charge (%d)", amount, left)
	}
	return nil
}

// giveBack makes the refund of so much of the charge.
func (c *call) giveBack(ch *charge, amount int64, reason string, metadata map[string]string) *refund {
	o := &refund{ID: c.srv.newID("re"), Object: kindRefund, Amount: amount, Charge: ch.ID, Created: c.now, Currency: ch.Currency,
		Metadata: merged(nil, metadata), PaymentIntent: ch.PaymentIntent, Reason: text(reason), Status: succeeded}
	if pm, ok := find[paymentMethod](c.change, c.owner, string(ch.PaymentMethod)); ok {
		switch pm.card().refund {
		case "pending":
			o.Status, o.PendingReason = "pending", "processing"
			o.Sandbox.DueAt, o.Sandbox.Next = c.now+laterRefund, succeeded
		case "fail":
			o.Sandbox.DueAt, o.Sandbox.Next = c.now+laterRefund, "failed"
		}
	}
	o.Sandbox.Settled = ch.part(amount)
	in, n := o.Sandbox.Settled.of(o.Currency, amount)
	o.BalanceTransaction = text(o.Sandbox.Settled.note(c.move(c.owner, "refund", o.ID, in, -n, 0, c.now)).ID)
	ch.AmountRefunded += amount
	ch.Refunded = ch.AmountRefunded == ch.Amount
	c.put(kindCharge, c.owner, ch.ID, ch)
	c.put(kindRefund, c.owner, o.ID, o)
	c.emit("refund.created", o, c.owner)
	c.emit("charge.refunded", ch, c.owner)
	return o
}

// refundable finds the charge that a refund names.
func (c *call) refundable() (*charge, *problem) {
	id := c.str("charge")
	if pi := c.str("payment_intent"); pi != "" {
		o, ok := find[paymentIntent](c.change, c.owner, pi)
		if !ok {
			return nil, nothing("payment_intent", "payment_intent", pi)
		}
		if o.Status != succeeded {
			return nil, refuse("payment_intent_unexpected_state", "payment_intent", "This PaymentIntent (%s) does not have a successful charge to refund.", pi)
		}
		id = string(o.LatestCharge)
	}
	if id == "" {
		return nil, malformed("parameter_missing", "payment_intent", "One of the following params should be provided for this request: payment_intent or charge.")
	}
	ch, ok := find[charge](c.change, c.owner, id)
	if !ok {
		return nil, nothing(kindCharge, "charge", id)
	}
	if !ch.Paid {
		return nil, refuse("charge_not_refundable", "charge", "Charge %s was not paid.", id)
	}
	return ch, nil
}

// turnRefund lets a refund become what its test card makes of it.
func (c *call) turnRefund(o *refund) {
	o.Status, o.PendingReason = o.Sandbox.Next, ""
	o.Sandbox.DueAt = 0
	if o.Status == "failed" {
		o.FailureReason = "lost_or_stolen_card"
		in, n := o.Sandbox.Settled.of(o.Currency, o.Amount)
		n = c.drifted(o.Sandbox.Settled, n)
		o.Sandbox.Back = n
		o.FailureBalanceTransaction = text(o.Sandbox.Settled.note(c.move(c.owner, "refund_failure", o.ID, in, n, 0, c.now)).ID)
		if ch, ok := find[charge](c.change, c.owner, o.Charge); ok {
			ch.AmountRefunded -= o.Amount
			ch.Refunded = false
			c.put(kindCharge, c.owner, ch.ID, ch)
		}
	}
	c.put(kindRefund, c.owner, o.ID, o)
	c.emit("refund.updated", o, c.owner)
	if o.Status == "failed" {
		c.emit("refund.failed", o, c.owner)
	}
}

const refundListParams = "charge payment_intent created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listRefunds(c *call) (any, *problem) {
	return list(c, kindRefund, func(o *refund) bool {
		return (!c.has("charge") || o.Charge == c.str("charge")) &&
			(!c.has("payment_intent") || string(o.PaymentIntent) == c.str("payment_intent"))
	})
}
