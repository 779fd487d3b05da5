package sandbox

import "net/http"

type paymentIntent struct {
	ID                        string            `json:"id"`
	Object                    string            `json:"object"`
	Amount                    int64             `json:"amount"`
	AmountCapturable          int64             `json:"amount_capturable"`
	AmountReceived            int64             `json:"amount_received"`
	CanceledAt                stamp             `json:"canceled_at"`
	CancellationReason        text              `json:"cancellation_reason"`
	CaptureMethod             string            `json:"capture_method"`
	ClientSecret              string            `json:"client_secret"`
	ConfirmationMethod        string            `json:"confirmation_method"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	Customer                  text              `json:"customer"`
	Description               text              `json:"description"`
	LastPaymentError          *problem          `json:"last_payment_error"`
	LatestCharge              text              `json:"latest_charge"`
	Livemode                  bool              `json:"livemode"`
	Metadata                  map[string]string `json:"metadata"`
	NextAction                *nextAction       `json:"next_action"`
	PaymentMethod             text              `json:"payment_method"`
	PaymentMethodTypes        []string          `json:"payment_method_types"`
	ReceiptEmail              text              `json:"receipt_email"`
	SetupFutureUsage          text              `json:"setup_future_usage"`
	StatementDescriptor       text              `json:"statement_descriptor"`
	StatementDescriptorSuffix text              `json:"statement_descriptor_suffix"`
	Status                    string            `json:"status"`
	TransferGroup             text              `json:"transfer_group"`
	Sandbox                   pagePlan          `json:"_sandbox"`
}

// nextAction is what the person has to do.
type nextAction struct {
	RedirectToURL *redirect      `json:"redirect_to_url,omitempty"`
	UseStripeSDK  map[string]any `json:"use_stripe_sdk,omitempty"`
	Type          string         `json:"type"`
}

type redirect struct {
	ReturnURL text   `json:"return_url"`
	URL       string `json:"url"`
}

// pagePlan is what the 3-D Secure page has to know.
type pagePlan struct {
	ReturnURL string `json:"return_url,omitempty"`
	Nonce     string `json:"nonce,omitempty"`
	Checkout  string `json:"checkout,omitempty"` // the Checkout Session that waits
}

func (o *paymentIntent) birth() int64 { return o.Created }

// The states of intents.
const (
	needsMethod  = "requires_payment_method"
	needsConfirm = "requires_confirmation"
	needsAction  = "requires_action"
	succeeded    = "succeeded"
	canceled     = "canceled"
)

const intentParams = `amount currency customer description metadata{} payment_method payment_method_types[] receipt_email
	setup_future_usage statement_descriptor statement_descriptor_suffix transfer_group confirm off_session return_url
	error_on_requires_action automatic_payment_methods[enabled] automatic_payment_methods[allow_redirects]
	capture_method confirmation_method payment_method_options[card][request_three_d_secure]`

func createIntent(c *call) (any, *problem) {
	cur := c.currencyParam("currency")
	o := &paymentIntent{ID: c.srv.newID("pi"), Object: kindIntent, Amount: c.amountParam("amount", cur), Currency: cur,
		CaptureMethod: c.one("capture_method", "automatic_async", "automatic"), ConfirmationMethod: c.one("confirmation_method", "automatic"),
		Created: c.now, Description: text(c.str("description")), Metadata: merged(nil, c.meta("metadata")),
		PaymentMethodTypes: []string{"card"}, ReceiptEmail: text(c.str("receipt_email")),
		SetupFutureUsage:          text(c.one("setup_future_usage", "", "on_session", "off_session")),
		StatementDescriptor:       text(c.str("statement_descriptor")),
		StatementDescriptorSuffix: text(c.str("statement_descriptor_suffix")), TransferGroup: text(c.str("transfer_group")), Status: needsMethod}
	c.chargeable("amount", cur, o.Amount)
	o.ClientSecret = o.ID + "_secret_" + c.srv.letters(25)
	for _, t := range c.all("payment_method_types") {
		if t != "card" {
			return nil, malformed("payment_intent_invalid_parameter", "payment_method_types", "The sandbox knows payments of type card only, not %s.", clip(t))
		}
	}
	who, p := c.customerParam()
	if p == nil {
		p = c.valid()
	}
	if p != nil {
		return nil, p
	}
	o.Customer = text(who)
	if c.flag("off_session") && !c.flag("confirm") {
		return nil, malformed("payment_intent_invalid_parameter", "off_session", "off_session can only be used together with confirm=true.")
	}
	return o, c.startIntent(o)
}

// startIntent announces the intent, and confirms it if that was asked for.
func (c *call) startIntent(o *paymentIntent) *problem {
	var pm *paymentMethod
	if c.has("payment_method") {
		var p *problem
		if pm, p = c.method("payment_method", c.str("payment_method")); p != nil {
			return p
		}
		o.PaymentMethod, o.Status = text(pm.ID), needsConfirm
	}
	c.put(kindIntent, c.owner, o.ID, o)
	c.emit("payment_intent.created", o, c.owner)
	if !c.flag("confirm") {
		return nil
	}
	if pm == nil {
		return malformed("payment_intent_unexpected_state", "payment_method", "You cannot confirm this PaymentIntent because it's missing a payment method.")
	}
	return c.confirm(o, pm, attempt{away: c.flag("off_session"), returnURL: c.link("return_url"), noAction: c.flag("error_on_requires_action")})
}

func confirmIntent(c *call) (any, *problem) {
	o, p := c.intent()
	if p != nil {
		return nil, p
	}
	if o.Status != needsMethod && o.Status != needsConfirm && o.Status != needsAction {
		return nil, c.unexpected(o, "confirm")
	}
	id := c.str("payment_method")
	if id == "" {
		id = string(o.PaymentMethod)
	}
	if id == "" {
		return nil, refuse("payment_intent_unexpected_state", "payment_method", "You cannot confirm this PaymentIntent because it's missing a payment method.")
	}
	pm, p := c.method("payment_method", id)
	if p != nil {
		return nil, p
	}
	return o, c.confirm(o, pm, attempt{away: c.flag("off_session"), returnURL: c.link("return_url"), noAction: c.flag("error_on_requires_action")})
}

func cancelIntent(c *call) (any, *problem) {
	o, p := c.intent()
	if p != nil {
		return nil, p
	}
	if o.Status == succeeded || o.Status == canceled {
		return nil, c.unexpected(o, "cancel")
	}
	o.Status, o.CanceledAt, o.NextAction = canceled, stamp(c.now), nil
	o.CancellationReason = text(c.one("cancellation_reason", "", "duplicate", "fraudulent", "requested_by_customer", "abandoned"))
	o.Sandbox.Nonce = ""
	c.put(kindIntent, c.owner, o.ID, o)
	c.emit("payment_intent.canceled", o, c.owner)
	return o, nil
}

func (c *call) intent() (*paymentIntent, *problem) {
	id := c.req.PathValue("id")
	o, ok := find[paymentIntent](c.change, c.owner, id)
	if !ok {
		return nil, nothing("payment_intent", "intent", id).with(http.StatusNotFound)
	}
	return o, nil
}

func (p *problem) with(status int) *problem {
	p.status = status
	return p
}

func (c *call) unexpected(o *paymentIntent, verb string) *problem {
	p := refuse("payment_intent_unexpected_state", "", "You cannot %s this PaymentIntent because it has a status of %s.", verb, o.Status)
	p.PaymentIntent = c.show(o)
	return p
}

func retrieveIntent(c *call) (any, *problem) {
	o, p := c.intent()
	return o, p
}

const intentListParams = "customer created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listIntents(c *call) (any, *problem) {
	return list(c, kindIntent, func(o *paymentIntent) bool {
		return !c.has("customer") || string(o.Customer) == c.str("customer")
	})
}
