package sandbox

type charge struct {
	ID                        string            `json:"id"`
	Object                    string            `json:"object"`
	Amount                    int64             `json:"amount"`
	AmountCaptured            int64             `json:"amount_captured"`
	AmountRefunded            int64             `json:"amount_refunded"`
	BalanceTransaction        text              `json:"balance_transaction"`
	BillingDetails            billing           `json:"billing_details"`
	Captured                  bool              `json:"captured"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	Customer                  text              `json:"customer"`
	Description               text              `json:"description"`
	Disputed                  bool              `json:"disputed"`
	FailureCode               text              `json:"failure_code"`
	FailureMessage            text              `json:"failure_message"`
	Livemode                  bool              `json:"livemode"`
	Metadata                  map[string]string `json:"metadata"`
	Outcome                   *outcome          `json:"outcome"`
	Paid                      bool              `json:"paid"`
	PaymentIntent             text              `json:"payment_intent"`
	PaymentMethod             text              `json:"payment_method"`
	PaymentMethodDetails      *methodDetails    `json:"payment_method_details"`
	Refunded                  bool              `json:"refunded"`
	SourceTransfer            text              `json:"source_transfer"`
	StatementDescriptorSuffix text              `json:"statement_descriptor_suffix"`
	Status                    string            `json:"status"`
	TransferGroup             text              `json:"transfer_group"`
	Sandbox                   struct {
		EntryAt int64   `json:"entry_at,omitempty"` // when the money shows in the balance, if it does not yet
		Instant bool    `json:"instant,omitempty"`
		Settled settled `json:"settled,omitzero"` // what the money is in the balance, once it is there
	} `json:"_sandbox"`
}

// due is when something happens to the charge next; 0 is never.
func (o *charge) due() int64 { return o.Sandbox.EntryAt }

// entryAfter is how late a late balance transaction is, in seconds.
const entryAfter = 90

type outcome struct {
	NetworkStatus string `json:"network_status"`
	Reason        text   `json:"reason"`
	RiskLevel     string `json:"risk_level"`
	SellerMessage string `json:"seller_message"`
	Type          string `json:"type"`
}

type methodDetails struct {
	Card *cardDetails `json:"card,omitempty"`
	Type string       `json:"type"`
}

func (o *charge) birth() int64 { return o.Created }

// newCharge is an attempt to take the money of an intent.
func (c *call) newCharge(pi *paymentIntent, pm *paymentMethod) *charge {
	details := pm.Card
	details.Network, details.Networks, details.Secure, details.DisplayBrand = pm.Card.Brand, nil, nil, ""
	return &charge{ID: c.srv.newID("ch"), Object: kindCharge, Amount: pi.Amount, BillingDetails: pm.BillingDetails, Created: c.now,
		Currency: pi.Currency, Customer: pi.Customer, Description: pi.Description, Metadata: pi.Metadata, PaymentIntent: text(pi.ID),
		PaymentMethod: text(pm.ID), PaymentMethodDetails: &methodDetails{Card: &details, Type: "card"},
		StatementDescriptorSuffix: pi.StatementDescriptorSuffix, TransferGroup: pi.TransferGroup}
}

// take makes the attempt succeed: the money is in the balance, for now or
// for later, less the fee. With late entries it is not in the balance yet.
func (c *call) take(ch *charge, card testCard) {
	ch.AmountCaptured, ch.Captured, ch.Paid, ch.Status = ch.Amount, true, true, "succeeded"
	ch.Outcome = &outcome{NetworkStatus: "approved_by_network", RiskLevel: "normal", SellerMessage: "Payment complete.", Type: "authorized"}
	ch.Sandbox.Instant = card.instant
	if c.settings().LateEntries {
		ch.Sandbox.EntryAt = c.now + entryAfter
	} else {
		c.enter(ch)
	}
	c.put(kindCharge, c.owner, ch.ID, ch)
	c.emit("charge.succeeded", ch, c.owner)
}

// enter makes the balance transaction of a charge.
func (c *call) enter(ch *charge) {
	on := c.now + pendingFor
	if ch.Sandbox.Instant {
		on = c.now
	}
	ch.Sandbox.EntryAt = 0
	ch.Sandbox.Settled = c.arrives(ch)
	in, amount := ch.Sandbox.Settled.of(ch.Currency, ch.Amount)
	e := ch.Sandbox.Settled.note(c.move(c.owner, "charge", ch.ID, in, amount, processingFee(amount)+c.settings().ExtraFee, on))
	ch.BalanceTransaction = text(e.ID)
}

// enterLate makes the balance transaction that the charge lacks.
func (c *call) enterLate(ch *charge) {
	c.enter(ch)
	c.put(kindCharge, c.owner, ch.ID, ch)
	c.emit("charge.updated", ch, c.owner)
}

// refused makes the attempt fail.
func (c *call) refused(ch *charge, p *problem) {
	ch.Status, ch.FailureCode, ch.FailureMessage = "failed", text(p.Code), text(p.Message)
	ch.Outcome = &outcome{NetworkStatus: "declined_by_network", Reason: text(p.DeclineCode), RiskLevel: "normal",
		SellerMessage: "The bank returned the decline code `" + p.DeclineCode + "`.", Type: "issuer_declined"}
	if p.DeclineCode == "fraudulent" {
		ch.Outcome.NetworkStatus, ch.Outcome.RiskLevel, ch.Outcome.Type = "not_sent_to_network", "highest", "blocked"
	}
	c.put(kindCharge, c.owner, ch.ID, ch)
	c.emit("charge.failed", ch, c.owner)
	p.Charge = ch.ID
}

const chargeListParams = "customer payment_intent transfer_group created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listCharges(c *call) (any, *problem) {
	return list(c, kindCharge, func(o *charge) bool {
		return (!c.has("customer") || string(o.Customer) == c.str("customer")) &&
			(!c.has("payment_intent") || string(o.PaymentIntent) == c.str("payment_intent")) &&
			(!c.has("transfer_group") || string(o.TransferGroup) == c.str("transfer_group"))
	})
}
