package sandbox

import "net/http"

type setupIntent struct {
	ID                 string            `json:"id"`
	Object             string            `json:"object"`
	CancellationReason text              `json:"cancellation_reason"`
	ClientSecret       string            `json:"client_secret"`
	Created            int64             `json:"created"`
	Customer           text              `json:"customer"`
	Description        text              `json:"description"`
	LastSetupError     *problem          `json:"last_setup_error"`
	Livemode           bool              `json:"livemode"`
	Metadata           map[string]string `json:"metadata"`
	NextAction         *nextAction       `json:"next_action"`
	PaymentMethod      text              `json:"payment_method"`
	PaymentMethodTypes []string          `json:"payment_method_types"`
	Status             string            `json:"status"`
	Usage              string            `json:"usage"`
	Sandbox            pagePlan          `json:"_sandbox"`
}

const setupParams = `customer description metadata{} payment_method payment_method_types[] usage confirm return_url
	automatic_payment_methods[enabled] automatic_payment_methods[allow_redirects]`

func createSetup(c *call) (any, *problem) {
	who, p := c.customerParam()
	if p != nil {
		return nil, p
	}
	o := c.newSetup(who)
	o.Description, o.Metadata = text(c.str("description")), merged(nil, c.meta("metadata"))
	o.Usage = c.one("usage", "off_session", "on_session")
	c.put(kindSetup, c.owner, o.ID, o)
	c.emit("setup_intent.created", o, c.owner)
	if !c.has("payment_method") {
		if c.flag("confirm") {
			return nil, malformed("setup_intent_unexpected_state", "payment_method", "You cannot confirm this SetupIntent because it's missing a payment method.")
		}
		return o, nil
	}
	pm, p := c.method("payment_method", c.str("payment_method"))
	if p != nil {
		return nil, p
	}
	o.PaymentMethod, o.Status = text(pm.ID), needsConfirm
	c.put(kindSetup, c.owner, o.ID, o)
	if !c.flag("confirm") {
		return o, nil
	}
	return o, c.setUp(o, pm, attempt{returnURL: c.link("return_url")})
}

func (c *call) newSetup(who string) *setupIntent {
	o := &setupIntent{ID: c.srv.newID("seti"), Object: kindSetup, Created: c.now, Customer: text(who), Metadata: map[string]string{},
		PaymentMethodTypes: []string{"card"}, Status: needsMethod, Usage: "off_session"}
	o.ClientSecret = o.ID + "_secret_" + c.srv.letters(25)
	return o
}

func (c *call) setup() (*setupIntent, *problem) {
	id := c.req.PathValue("id")
	o, ok := find[setupIntent](c.change, c.owner, id)
	if !ok {
		return nil, nothing("setupintent", "intent", id).with(http.StatusNotFound)
	}
	return o, nil
}

func confirmSetup(c *call) (any, *problem) {
	o, p := c.setup()
	if p != nil {
		return nil, p
	}
	if o.Status == succeeded || o.Status == canceled {
		return nil, refuse("setup_intent_unexpected_state", "", "You cannot confirm this SetupIntent because it has a status of %s.", o.Status)
	}
	id := c.str("payment_method")
	if id == "" {
		id = string(o.PaymentMethod)
	}
	pm, p := c.method("payment_method", id)
	if p != nil {
		return nil, p
	}
	return o, c.setUp(o, pm, attempt{returnURL: c.link("return_url")})
}

func cancelSetup(c *call) (any, *problem) {
	o, p := c.setup()
	if p != nil {
		return nil, p
	}
	if o.Status == succeeded || o.Status == canceled {
		return nil, refuse("setup_intent_unexpected_state", "", "You cannot cancel this SetupIntent because it has a status of %s.", o.Status)
	}
	o.Status, o.NextAction = canceled, nil
	o.CancellationReason = text(c.one("cancellation_reason", "", "abandoned", "requested_by_customer", "duplicate"))
	c.put(kindSetup, c.owner, o.ID, o)
	c.emit("setup_intent.canceled", o, c.owner)
	return o, nil
}

// setUp saves a card for later, with 3-D Secure where the card asks for it.
func (c *call) setUp(o *setupIntent, pm *paymentMethod, a attempt) *problem {
	if pm.Customer != "" && pm.Customer != o.Customer {
		return refuse("", "payment_method", "The payment method belongs to another customer.")
	}
	o.PaymentMethod, o.NextAction, o.LastSetupError = text(pm.ID), nil, nil
	card := pm.card()
	if !a.passed && card.secure != never {
		o.Status = needsAction
		o.NextAction, o.Sandbox = c.secureStep(o.ID, a)
		c.put(kindSetup, c.owner, o.ID, o)
		c.emit("setup_intent.requires_action", o, c.owner)
		return nil
	}
	if card.decline != "" && !card.attach {
		return c.failSetup(o, declined(card.decline))
	}
	pm.Sandbox.SetUp = true
	c.put(kindMethod, c.owner, pm.ID, pm)
	if o.Customer != "" {
		if p := c.attach(pm, string(o.Customer)); p != nil {
			return p
		}
	}
	o.Status = succeeded
	c.put(kindSetup, c.owner, o.ID, o)
	c.emit("setup_intent.succeeded", o, c.owner)
	return nil
}

func (c *call) failSetup(o *setupIntent, p *problem) *problem {
	last := *p
	o.Status, o.LastSetupError, o.NextAction, o.PaymentMethod = needsMethod, &last, nil, ""
	o.Sandbox.Nonce = ""
	c.put(kindSetup, c.owner, o.ID, o)
	c.emit("setup_intent.setup_failed", o, c.owner)
	p.SetupIntent = c.show(o)
	return p
}

// setupAuthenticated finishes the 3-D Secure step of saving a card.
func (c *call) setupAuthenticated(o *setupIntent, ok bool) *problem {
	if !ok {
		return c.failSetup(o, &problem{Type: "card_error", Code: "setup_intent_authentication_failure", status: 402, keep: true,
			Message: "We are unable to authenticate your payment method. Please choose a different payment method and try again."})
	}
	pm, found := find[paymentMethod](c.change, c.owner, string(o.PaymentMethod))
	if !found {
		return nothing("PaymentMethod", "payment_method", string(o.PaymentMethod))
	}
	return c.setUp(o, pm, attempt{passed: true})
}
