package sandbox

type dispute struct {
	ID                  string            `json:"id"`
	Object              string            `json:"object"`
	Amount              int64             `json:"amount"`
	BalanceTransactions []*entry          `json:"balance_transactions"`
	Charge              string            `json:"charge"`
	Created             int64             `json:"created"`
	Currency            string            `json:"currency"`
	Evidence            map[string]string `json:"evidence"`
	EvidenceDetails     evidenceDetails   `json:"evidence_details"`
	IsChargeRefundable  bool              `json:"is_charge_refundable"`
	Livemode            bool              `json:"livemode"`
	Metadata            map[string]string `json:"metadata"`
	PaymentIntent       text              `json:"payment_intent"`
	Reason              string            `json:"reason"`
	Status              string            `json:"status"`
	Sandbox             struct {
		Settled settled `json:"settled,omitzero"` // what it took of the balance
		Back    int64   `json:"back,omitempty"`   // what came back of it
	} `json:"_sandbox"`
}

type evidenceDetails struct {
	DueBy           int64 `json:"due_by"`
	HasEvidence     bool  `json:"has_evidence"`
	PastDue         bool  `json:"past_due"`
	SubmissionCount int64 `json:"submission_count"`
}

func (o *dispute) birth() int64 { return o.Created }

const (
	disputeFee  = 1500             // what a chargeback costs; given back when it is won
	evidenceFor = 7 * 24 * 60 * 60 // seconds to answer
)

// inquiry reports whether no money has moved.
func (o *dispute) inquiry() bool { return len(o.Status) > 8 && o.Status[:8] == "warning_" }

// openDispute takes the money of a charge back, or only asks about it.
func (c *call) openDispute(ch *charge, reason string, amount int64, inquiry bool) *dispute {
	o := &dispute{ID: c.srv.newID("du"), Object: kindDispute, Amount: amount, BalanceTransactions: []*entry{}, Charge: ch.ID,
		Created: c.now, Currency: ch.Currency, Evidence: map[string]string{}, Metadata: map[string]string{},
		EvidenceDetails: evidenceDetails{DueBy: c.now + evidenceFor}, PaymentIntent: ch.PaymentIntent, Reason: reason, Status: "needs_response"}
	if inquiry {
		o.Status, o.IsChargeRefundable = "warning_needs_response", true
	} else {
		c.takeBack(o, ch)
	}
	ch.Disputed = true
	c.put(kindCharge, c.owner, ch.ID, ch)
	c.put(kindDispute, c.owner, o.ID, o)
	c.emit("charge.dispute.created", o, c.owner)
	if !inquiry {
		c.emit("charge.dispute.funds_withdrawn", o, c.owner)
	}
	return o
}

// feeFor takes a fee for the dispute without moving anything else, as the provider
// does for an answer, or later for an inquiry.
func (c *call) feeFor(o *dispute, fee int64) {
	in, _ := o.Sandbox.Settled.of(o.Currency, 0)
	o.BalanceTransactions = append(append([]*entry{}, o.BalanceTransactions...), c.move(c.owner, "adjustment", o.ID, in, 0, fee, c.now))
	c.put(kindDispute, c.owner, o.ID, o)
	c.emit("charge.dispute.updated", o, c.owner)
}

// comeBack returns the money of a dispute, and so much of its fee.
func (c *call) comeBack(o *dispute, fee int64) {
	in, n := o.Sandbox.Settled.of(o.Currency, o.Amount)
	o.Sandbox.Back = c.drifted(o.Sandbox.Settled, n)
	o.BalanceTransactions = append(append([]*entry{}, o.BalanceTransactions...),
		o.Sandbox.Settled.note(c.move(c.owner, "adjustment", o.ID, in, o.Sandbox.Back, fee, c.now)))
}

// turn lets a dispute that was lost be won after all, or an inquiry that was closed
// become one that takes the money.
func (c *call) turn(o *dispute) *problem {
	switch o.Status {
	case "lost":
		o.Status = "won"
		c.comeBack(o, 0)
		c.put(kindDispute, c.owner, o.ID, o)
		c.emit("charge.dispute.funds_reinstated", o, c.owner)
		return nil
	case "warning_closed":
		ch, ok := find[charge](c.change, c.owner, o.Charge)
		if !ok {
			return nothing(kindCharge, "id", o.Charge)
		}
		o.Status = "needs_response"
		c.takeBack(o, ch)
		c.put(kindDispute, c.owner, o.ID, o)
		c.emit("charge.dispute.funds_withdrawn", o, c.owner)
		return nil
	}
	return refuse("", "", "The dispute is neither lost nor an inquiry that was closed.")
}

// takeBack takes the money of the charge, and the fee.
func (c *call) takeBack(o *dispute, ch *charge) {
	if ch.Sandbox.EntryAt > 0 { // nothing is taken back that has not come in
		c.enterLate(ch)
	}
	o.Sandbox.Settled = ch.part(o.Amount)
	in, n := o.Sandbox.Settled.of(o.Currency, o.Amount)
	o.BalanceTransactions = append(append([]*entry{}, o.BalanceTransactions...),
		o.Sandbox.Settled.note(c.move(c.owner, "adjustment", o.ID, in, -n, disputeFee, c.now)))
}

// lostTo reports whether a dispute has already taken the charge's money. What one
// that was lost has left of it can still be refunded.
func (c *call) lostTo(ch *charge) bool {
	taken := false
	each(c.state, kindDispute, c.owner, func(o *dispute) bool {
		taken = taken || o.Charge == ch.ID && !o.inquiry() && o.Status != "won" && (o.Status != "lost" || o.Amount >= ch.Amount)
		return !taken
	})
	return taken
}

const disputeParams = "evidence[uncategorized_text] evidence[product_description] evidence[customer_communication] submit metadata{}"

// updateDispute takes evidence. As in Stripe's test mode the text
// winning_evidence wins, losing_evidence loses; other evidence waits.
func updateDispute(c *call) (any, *problem) {
	o, p := c.dispute()
	if p != nil {
		return nil, p
	}
	o.Metadata = merged(o.Metadata, c.meta("metadata"))
	evidence := merged(o.Evidence, nil)
	for _, field := range []string{"uncategorized_text", "product_description", "customer_communication"} {
		if c.has("evidence[" + field + "]") {
			evidence[field] = c.str("evidence[" + field + "]")
		}
	}
	o.Evidence = evidence
	o.EvidenceDetails.HasEvidence = len(evidence) > 0
	if !c.has("submit") || c.flag("submit") {
		o.EvidenceDetails.SubmissionCount++
		o.Status = "under_review"
	}
	c.put(kindDispute, c.owner, o.ID, o)
	c.emit("charge.dispute.updated", o, c.owner)
	switch evidence["uncategorized_text"] {
	case "winning_evidence":
		return o, c.closeDispute(o, true)
	case "losing_evidence":
		return o, c.closeDispute(o, false)
	}
	return o, nil
}

func acceptDispute(c *call) (any, *problem) {
	o, p := c.dispute()
	if p != nil {
		return nil, p
	}
	return o, c.closeDispute(o, false)
}

// dispute finds one that is still open.
func (c *call) dispute() (*dispute, *problem) {
	id := c.req.PathValue("id")
	o, ok := find[dispute](c.change, c.owner, id)
	if !ok {
		return nil, nothing(kindDispute, "id", id)
	}
	return o, o.open()
}

func (o *dispute) open() *problem {
	if o.Status == "won" || o.Status == "lost" || o.Status == "warning_closed" {
		return refuse("dispute_closed", "", "This dispute is already closed.")
	}
	return nil
}

// closeDispute ends it; a dispute that is won gives the money and the fee back.
func (c *call) closeDispute(o *dispute, won bool) *problem {
	if p := o.open(); p != nil {
		return p
	}
	inquiry := o.inquiry()
	switch {
	case inquiry:
		o.Status = "warning_closed"
	case won:
		o.Status = "won"
		c.comeBack(o, -disputeFee)
	default:
		o.Status = "lost"
	}
	c.put(kindDispute, c.owner, o.ID, o)
	c.emit("charge.dispute.closed", o, c.owner)
	if won && !inquiry {
		c.emit("charge.dispute.funds_reinstated", o, c.owner)
	}
	return nil
}

const disputeListParams = "charge payment_intent created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listDisputes(c *call) (any, *problem) {
	return list(c, kindDispute, func(o *dispute) bool {
		return (!c.has("charge") || o.Charge == c.str("charge")) &&
			(!c.has("payment_intent") || string(o.PaymentIntent) == c.str("payment_intent"))
	})
}
