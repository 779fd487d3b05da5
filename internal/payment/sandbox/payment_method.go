package sandbox

import (
	"strconv"
	"strings"
)

type paymentMethod struct {
	ID             string            `json:"id"`
	Object         string            `json:"object"`
	AllowRedisplay string            `json:"allow_redisplay"`
	BillingDetails billing           `json:"billing_details"`
	Card           cardDetails       `json:"card"`
	Created        int64             `json:"created"`
	Customer       text              `json:"customer"`
	Livemode       bool              `json:"livemode"`
	Metadata       map[string]string `json:"metadata"`
	Type           string            `json:"type"`
	Sandbox        struct {
		Number  string `json:"number"`   // a test number, never a real one
		SetUp   bool   `json:"set_up"`   // may be charged while the person is away
		WasUsed bool   `json:"was_used"` // a method that belongs to nobody works once
	} `json:"_sandbox"`
}

type billing struct {
	Address map[string]any `json:"address"`
	Email   text           `json:"email"`
	Name    text           `json:"name"`
	Phone   text           `json:"phone"`
	TaxID   text           `json:"tax_id"`
}

type cardDetails struct {
	Brand        string           `json:"brand"`
	Checks       map[string]any   `json:"checks"`
	Country      string           `json:"country"`
	DisplayBrand string           `json:"display_brand,omitempty"`
	ExpMonth     int64            `json:"exp_month"`
	ExpYear      int64            `json:"exp_year"`
	Fingerprint  string           `json:"fingerprint"`
	Funding      string           `json:"funding"`
	Last4        string           `json:"last4"`
	Networks     map[string]any   `json:"networks,omitempty"`
	Network      string           `json:"network,omitempty"`
	Secure       *map[string]bool `json:"three_d_secure_usage,omitempty"`
	Wallet       *struct{}        `json:"wallet"`
}

func (o *paymentMethod) birth() int64 { return o.Created }

// card returns the test card behind the method.
func (o *paymentMethod) card() testCard {
	card, _ := cardOf(o.Sandbox.Number)
	return card
}

// newMethod makes a payment method of a test card.
func (c *call) newMethod(card testCard, month, year int64, name string) *paymentMethod {
	o := &paymentMethod{ID: c.srv.newID("pm"), Object: kindMethod, AllowRedisplay: "unspecified",
		Created: c.now, Metadata: map[string]string{}, Type: "card"}
	o.BillingDetails = billing{Address: map[string]any{"city": nil, "country": nil, "line1": nil, "line2": nil, "postal_code": nil, "state": nil}, Name: text(name)}
	o.Card = cardDetails{Brand: card.brand, DisplayBrand: card.brand, Country: card.country, ExpMonth: month, ExpYear: year,
		Fingerprint: fingerprint(card.number), Funding: card.funding, Last4: card.number[len(card.number)-4:],
		Checks:   map[string]any{"address_line1_check": nil, "address_postal_code_check": nil, "cvc_check": "pass"},
		Networks: map[string]any{"available": []string{card.brand}, "preferred": nil},
		Secure:   &map[string]bool{"supported": true}}
	o.Sandbox.Number = card.number
	c.put(kindMethod, c.owner, o.ID, o)
	return o
}

// ofItsOwn makes the method's card another one than all others, although it has
// their test number: whoever names a test token means a card, not this one card of
// all people.
func (o *paymentMethod) ofItsOwn() {
	o.Card.Fingerprint = fingerprint(o.Sandbox.Number + " " + o.ID)
}

// method finds the payment method that a request names; a test token makes a
// new one each time, of another card.
func (c *call) method(param, id string) (*paymentMethod, *problem) {
	if card, ok := cardNamed(id); ok {
		o := c.newMethod(card, 12, int64(c.at.Year())+3, "")
		o.ofItsOwn()
		return o, nil
	}
	if o, ok := find[paymentMethod](c.change, c.owner, id); ok {
		return o, nil
	}
	return nil, nothing("PaymentMethod", param, id)
}

const methodParams = "type card[token] card[number] card[exp_month] card[exp_year] card[cvc] billing_details[name] billing_details[email] metadata{}"

func createMethod(c *call) (any, *problem) {
	if t := c.need("type"); t != "card" && c.err == nil {
		return nil, malformed("parameter_invalid", "type", "The sandbox knows payment methods of type card only.")
	}
	var card testCard
	var ok bool
	switch {
	case c.has("card[token]"):
		if card, ok = cardNamed(c.str("card[token]")); !ok {
			return nil, nothing("token", "card[token]", c.str("card[token]"))
		}
	default:
		if card, ok = cardOf(c.need("card[number]")); !ok {
			p := declined("incorrect_number")
			p.Code, p.DeclineCode, p.keep, p.Param = "incorrect_number", "", false, "number"
			p.Message = "The sandbox accepts Stripe's test card numbers only, such as 4242 4242 4242 4242."
			return nil, p
		}
	}
	month, year := c.num("card[exp_month]", 12), c.num("card[exp_year]", int64(c.at.Year())+3)
	if c.expired(month, year) {
		p := declined("invalid_expiry_year")
		p.Code, p.DeclineCode, p.keep, p.Param = "invalid_expiry_year", "", false, "exp_year"
		p.Message = "Your card's expiration date is in the past or is not a date."
		return nil, p
	}
	o := c.newMethod(card, month, year, c.str("billing_details[name]"))
	if c.has("card[token]") {
		o.ofItsOwn()
	}
	o.BillingDetails.Email = text(c.str("billing_details[email]"))
	o.Metadata = merged(nil, c.meta("metadata"))
	return o, nil
}

// expired reports whether a card's date is over or is none.
func (c *call) expired(month, year int64) bool {
	if year < 100 {
		year += 2000
	}
	return month < 1 || month > 12 || year > 2100 || year < int64(c.at.Year()) ||
		year == int64(c.at.Year()) && month < int64(c.at.Month())
}

func attachMethod(c *call) (any, *problem) {
	who, p := c.customerParam()
	if p != nil {
		return nil, p
	}
	if who == "" {
		return nil, missing("customer")
	}
	o, p := c.method("id", c.req.PathValue("id"))
	if p != nil {
		return nil, p
	}
	return o, c.attach(o, who)
}

// attach saves the method with the customer. A card that will be declined
// can not be saved, unless its row says so.
func (c *call) attach(o *paymentMethod, who string) *problem {
	switch {
	case string(o.Customer) == who:
		return nil
	case o.Customer != "":
		return refuse("payment_method_unexpected_state", "", "The payment method you provided has already been attached to a customer.")
	case o.Sandbox.WasUsed:
		return refuse("payment_method_unexpected_state", "", "This PaymentMethod was previously used without being attached to a Customer, and may not be used again.")
	}
	if card := o.card(); card.decline != "" && !card.attach {
		p := declined(card.decline)
		p.keep = false
		return p
	}
	o.Customer = text(who)
	c.put(kindMethod, c.owner, o.ID, o)
	c.emit("payment_method.attached", o, c.owner)
	return nil
}

func detachMethod(c *call) (any, *problem) {
	id := c.req.PathValue("id")
	o, ok := find[paymentMethod](c.change, c.owner, id)
	if !ok {
		return nil, nothing("PaymentMethod", "id", id)
	}
	if o.Customer == "" {
		return nil, refuse("", "", "The payment method you provided is not attached to a customer so detachment is impossible.")
	}
	o.Customer = ""
	o.Sandbox.WasUsed = true // a detached method works nowhere any more
	c.put(kindMethod, c.owner, o.ID, o)
	c.emit("payment_method.detached", o, c.owner)
	return o, nil
}

// listMethods lists the cards of a customer, by either of Stripe's two URLs.
func listMethods(c *call) (any, *problem) {
	who, p := c.customerParam()
	if p != nil {
		return nil, p
	}
	if id := c.req.PathValue("id"); id != "" {
		if _, ok := find[customer](c.change, c.owner, id); !ok {
			return nil, nothing(kindCustomer, "id", id)
		}
		who = id
	}
	if t := c.str("type"); t != "" && t != "card" {
		return &page{url: c.req.URL.Path}, nil
	}
	return list(c, kindMethod, func(o *paymentMethod) bool { return who != "" && string(o.Customer) == who })
}

// date reads "12/34" or "12 / 2034".
func date(s string) (month, year int64) {
	m, y, _ := strings.Cut(strings.ReplaceAll(s, " ", ""), "/")
	month, _ = strconv.ParseInt(m, 10, 64) // 0 is refused as a month
	year, _ = strconv.ParseInt(y, 10, 64)
	if year > 0 && year < 100 {
		year += 2000
	}
	return month, year
}
