package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type checkoutSession struct {
	ID                 string            `json:"id"`
	Object             string            `json:"object"`
	AmountSubtotal     *int64            `json:"amount_subtotal"`
	AmountTotal        *int64            `json:"amount_total"`
	CancelURL          text              `json:"cancel_url"`
	ClientReferenceID  text              `json:"client_reference_id"`
	Created            int64             `json:"created"`
	Currency           text              `json:"currency"`
	Customer           text              `json:"customer"`
	ExpiresAt          int64             `json:"expires_at"`
	Livemode           bool              `json:"livemode"`
	Metadata           map[string]string `json:"metadata"`
	Mode               string            `json:"mode"`
	PaymentIntent      text              `json:"payment_intent"`
	PaymentMethodTypes []string          `json:"payment_method_types"`
	PaymentStatus      string            `json:"payment_status"`
	SetupIntent        text              `json:"setup_intent"`
	Status             string            `json:"status"`
	SuccessURL         text              `json:"success_url"`
	UIMode             string            `json:"ui_mode"`
	URL                text              `json:"url"`
	Sandbox            struct {
		Lines         []line            `json:"lines"`
		Description   string            `json:"description,omitempty"`
		Metadata      map[string]string `json:"metadata,omitempty"` // of the intent
		Save          string            `json:"save,omitempty"`     // setup_future_usage of the intent
		OfferSave     bool              `json:"offer_save,omitempty"`
		TransferGroup string            `json:"transfer_group,omitempty"`
		Statement     string            `json:"statement,omitempty"`
	} `json:"_sandbox"`
}

type line struct {
	Name     string `json:"name"`
	Quantity int64  `json:"quantity"`
	Unit     int64  `json:"unit"`
}

func (o *checkoutSession) birth() int64 { return o.Created }

func (o *checkoutSession) due() int64 {
	if o.Status == "open" {
		return o.ExpiresAt
	}
	return 0
}

const checkoutParams = `mode customer client_reference_id metadata{} success_url cancel_url currency expires_at payment_method_types[] ui_mode locale
	line_items[][quantity] line_items[][price_data][currency] line_items[][price_data][unit_amount]
	line_items[][price_data][product_data][name] line_items[][price_data][product_data][description]
	payment_intent_data[metadata]{} payment_intent_data[description] payment_intent_data[setup_future_usage]
	payment_intent_data[transfer_group] payment_intent_data[statement_descriptor_suffix] setup_intent_data[metadata]{}
	setup_intent_data[description] saved_payment_method_options[payment_method_save]`

const (
	sessionFor   = 24 * 60 * 60 // seconds that a page stays open
	sessionLeast = 30 * 60
)

func createCheckout(c *call) (any, *problem) {
	o := &checkoutSession{ID: "cs_test_" + c.srv.letters(40), Object: kindCheckout, CancelURL: text(c.link("cancel_url")),
		ClientReferenceID: text(c.str("client_reference_id")), Created: c.now, ExpiresAt: c.num("expires_at", c.now+sessionFor),
		Metadata: merged(nil, c.meta("metadata")), Mode: c.need("mode"), PaymentMethodTypes: []string{"card"}, PaymentStatus: "unpaid",
		Status: "open", SuccessURL: text(c.link("success_url")), UIMode: c.one("ui_mode", "hosted_page", "hosted")}
	if o.SuccessURL == "" {
		c.fail(missing("success_url"))
	}
	if o.ExpiresAt < c.now+sessionLeast || o.ExpiresAt > c.now+sessionFor {
		c.fail(malformed("parameter_invalid_integer", "expires_at", "The expires_at timestamp must be between 30 minutes and 24 hours from now."))
	}
	if slices.ContainsFunc(c.all("payment_method_types"), func(t string) bool { return t != "card" }) {
		c.fail(malformed("", "payment_method_types", "The sandbox knows payments of type card only."))
	}
	who, p := c.customerParam()
	if p != nil {
		return nil, p
	}
	o.Customer = text(who)
	switch o.Mode {
	case "payment":
		c.payLines(o)
		o.Sandbox.Metadata = merged(nil, c.meta("payment_intent_data[metadata]"))
		o.Sandbox.Description = c.str("payment_intent_data[description]")
		o.Sandbox.Save = c.one("payment_intent_data[setup_future_usage]", "", "on_session", "off_session")
		o.Sandbox.OfferSave = c.one("saved_payment_method_options[payment_method_save]", "disabled", "enabled") == "enabled"
		o.Sandbox.TransferGroup = c.str("payment_intent_data[transfer_group]")
		o.Sandbox.Statement = c.str("payment_intent_data[statement_descriptor_suffix]")
	case "setup":
		o.PaymentStatus = "no_payment_required"
		o.Currency = text(strings.ToLower(c.str("currency")))
		o.Sandbox.Metadata = merged(nil, c.meta("setup_intent_data[metadata]"))
	default:
		c.fail(malformed("parameter_invalid", "mode", "Invalid mode: the sandbox knows payment and setup."))
	}
	o.URL = text(c.base + "/_pages/checkout/" + o.ID)
	c.put(kindCheckout, c.owner, o.ID, o)
	return o, nil
}

// payLines reads what is paid for and adds it up.
func (c *call) payLines(o *checkoutSession) {
	var total int64
	for i := 0; i < 100; i++ {
		at := "line_items[" + strconv.Itoa(i) + "]"
		if !c.has(at + "[price_data][currency]") {
			break
		}
		cur := c.currencyParam(at + "[price_data][currency]")
		l := line{Name: c.need(at + "[price_data][product_data][name]"), Quantity: c.num(at+"[quantity]", 1),
			Unit: c.amountParam(at+"[price_data][unit_amount]", cur)}
		if l.Quantity < 1 || l.Quantity > 10_000 || o.Currency != "" && string(o.Currency) != cur {
			c.fail(malformed("parameter_invalid", at, "All line items need a quantity of 1 to 10000 and the same currency."))
			return
		}
		o.Currency = text(cur)
		total += l.Unit * l.Quantity
		o.Sandbox.Lines = append(o.Sandbox.Lines, l)
	}
	if len(o.Sandbox.Lines) == 0 {
		c.fail(missing("line_items"))
		return
	}
	c.amountFits("line_items", string(o.Currency), total)
	c.chargeable("line_items", string(o.Currency), total)
	o.AmountSubtotal, o.AmountTotal = &total, &total
}

func expireCheckout(c *call) (any, *problem) {
	id := c.req.PathValue("id")
	o, ok := find[checkoutSession](c.change, c.owner, id)
	if !ok {
		return nil, nothing(kindCheckout, "id", id).with(http.StatusNotFound)
	}
	if o.Status != "open" {
		return nil, refuse("", "", "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of %s.", o.Status)
	}
	c.expire(o)
	return o, nil
}

// expire closes a page that nobody has paid on.
func (c *call) expire(o *checkoutSession) {
	o.Status, o.URL = "expired", ""
	if pi, ok := find[paymentIntent](c.change, c.owner, string(o.PaymentIntent)); ok && pi.Status != succeeded && pi.Status != canceled {
		pi.Status, pi.CanceledAt, pi.NextAction, pi.CancellationReason = canceled, stamp(c.now), nil, "automatic"
		c.put(kindIntent, c.owner, pi.ID, pi)
		c.emit("payment_intent.canceled", pi, c.owner)
	}
	c.put(kindCheckout, c.owner, o.ID, o)
	c.emit("checkout.session.expired", o, c.owner)
}

// submitCard carries out what the person asked for on the page: pay with the
// method, or save it. It returns where the person goes next.
func (c *call) submitCard(o *checkoutSession, pm *paymentMethod, save bool) (string, *problem) {
	if o.Mode == "setup" {
		si, ok := find[setupIntent](c.change, c.owner, string(o.SetupIntent))
		if !ok {
			si = c.newSetup(string(o.Customer))
			si.Metadata = o.Sandbox.Metadata
			o.SetupIntent = text(si.ID)
			c.put(kindCheckout, c.owner, o.ID, o)
		}
		if p := c.setUp(si, pm, attempt{checkout: o.ID}); p != nil {
			return "", p
		}
		return c.afterStep(o, si.Status, si.NextAction), nil
	}
	pi, ok := find[paymentIntent](c.change, c.owner, string(o.PaymentIntent))
	if !ok {
		pi = c.sessionIntent(o)
		o.PaymentIntent = text(pi.ID)
		c.put(kindCheckout, c.owner, o.ID, o)
	}
	if pi.SetupFutureUsage == "" && save {
		pi.SetupFutureUsage = "off_session"
	}
	if p := c.confirm(pi, pm, attempt{checkout: o.ID}); p != nil {
		return "", p
	}
	return c.afterStep(o, pi.Status, pi.NextAction), nil
}

// sessionIntent makes the payment of a page when the person first tries.
func (c *call) sessionIntent(o *checkoutSession) *paymentIntent {
	pi := &paymentIntent{ID: c.srv.newID("pi"), Object: kindIntent, Amount: *o.AmountTotal, Currency: string(o.Currency), CaptureMethod: "automatic_async",
		ConfirmationMethod: "automatic", Created: c.now, Customer: o.Customer, Description: text(o.Sandbox.Description), Metadata: o.Sandbox.Metadata,
		PaymentMethodTypes: []string{"card"}, SetupFutureUsage: text(o.Sandbox.Save), StatementDescriptorSuffix: text(o.Sandbox.Statement),
		Status: needsMethod, TransferGroup: text(o.Sandbox.TransferGroup)}
	pi.ClientSecret = pi.ID + "_secret_" + c.srv.letters(25)
	c.put(kindIntent, c.owner, pi.ID, pi)
	c.emit("payment_intent.created", pi, c.owner)
	return pi
}

// afterStep completes the session when the money or the card is there.
func (c *call) afterStep(o *checkoutSession, status string, next *nextAction) string {
	if status == succeeded {
		c.complete(o)
		return c.successURL(o)
	}
	if next != nil && next.RedirectToURL != nil {
		return next.RedirectToURL.URL
	}
	return ""
}

func (c *call) complete(o *checkoutSession) {
	o.Status, o.URL = "complete", ""
	if o.Mode == "payment" {
		o.PaymentStatus = "paid"
	}
	c.put(kindCheckout, c.owner, o.ID, o)
	c.emit("checkout.session.completed", o, c.owner)
}

func (c *call) successURL(o *checkoutSession) string {
	return strings.ReplaceAll(string(o.SuccessURL), "{CHECKOUT_SESSION_ID}", o.ID)
}

const checkoutListParams = "customer payment_intent status created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listCheckouts(c *call) (any, *problem) {
	return list(c, kindCheckout, func(o *checkoutSession) bool {
		return (!c.has("customer") || string(o.Customer) == c.str("customer")) && (!c.has("status") || o.Status == c.str("status")) &&
			(!c.has("payment_intent") || string(o.PaymentIntent) == c.str("payment_intent"))
	})
}
