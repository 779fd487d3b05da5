package sandbox

// attempt is how an intent is confirmed.
type attempt struct {
	away      bool // the person is not there (off_session)
	returnURL string
	noAction  bool   // fail instead of asking for 3-D Secure
	passed    bool   // 3-D Secure was completed just now
	checkout  string // the Checkout Session that waits
}

// wants reports whether the card asks for 3-D Secure in this attempt.
func (t testCard) wants(a attempt, setUp bool) bool {
	switch {
	case a.passed:
		return false
	case t.secure == unlessSet:
		return !setUp
	case t.secure == onSession:
		return !a.away
	}
	return t.secure != never
}

// confirm tries to take the money. A decline comes back as the problem, and
// the failed attempt stays.
func (c *call) confirm(o *paymentIntent, pm *paymentMethod, a attempt) *problem {
	if pm.Customer != "" && pm.Customer != o.Customer {
		return refuse("", "payment_method", "The provided PaymentMethod was previously attached to another Customer, and may not be used without that Customer.")
	}
	if pm.Customer == "" && pm.Sandbox.WasUsed {
		return refuse("payment_method_unexpected_state", "payment_method", "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.")
	}
	o.PaymentMethod, o.LastPaymentError, o.NextAction = text(pm.ID), nil, nil
	o.Sandbox = pagePlan{}
	card := pm.card()
	if c.expired(pm.Card.ExpMonth, pm.Card.ExpYear) {
		return c.declineIntent(o, pm, declined("expired_card"))
	}
	if !card.wants(a, pm.Sandbox.SetUp) {
		if card.decline != "" {
			return c.declineIntent(o, pm, declined(card.decline))
		}
		c.succeed(o, pm, a, card)
		return nil
	}
	if a.away || a.noAction {
		return c.declineIntent(o, pm, declined("authentication_required"))
	}
	o.Status = needsAction
	o.NextAction, o.Sandbox = c.secureStep(o.ID, a)
	c.put(kindIntent, c.owner, o.ID, o)
	c.emit("payment_intent.requires_action", o, c.owner)
	return nil
}

// secureStep sends the person to the 3-D Secure page.
func (c *call) secureStep(id string, a attempt) (*nextAction, pagePlan) {
	plan := pagePlan{ReturnURL: a.returnURL, Nonce: c.srv.letters(24), Checkout: a.checkout}
	if a.returnURL == "" && a.checkout == "" {
		return &nextAction{Type: "use_stripe_sdk", UseStripeSDK: map[string]any{"type": "three_d_secure_redirect",
			"stripe_js": c.base + "/_pages/3ds/" + id + "/" + plan.Nonce}}, plan
	}
	return &nextAction{Type: "redirect_to_url", RedirectToURL: &redirect{ReturnURL: text(a.returnURL),
		URL: c.base + "/_pages/3ds/" + id + "/" + plan.Nonce}}, plan
}

func (c *call) succeed(o *paymentIntent, pm *paymentMethod, a attempt, card testCard) {
	ch := c.newCharge(o, pm)
	c.take(ch, card)
	o.Status, o.AmountReceived, o.LatestCharge = succeeded, o.Amount, text(ch.ID)
	switch {
	case o.Customer != "" && o.SetupFutureUsage != "" && pm.Customer == "":
		pm.Sandbox.SetUp = o.SetupFutureUsage == "off_session"
		_ = c.attach(pm, string(o.Customer)) // a card that has just paid can be saved
	case o.Customer != "" && o.SetupFutureUsage == "off_session":
		pm.Sandbox.SetUp = true
		c.put(kindMethod, c.owner, pm.ID, pm)
	case pm.Customer == "":
		pm.Sandbox.WasUsed = true
		c.put(kindMethod, c.owner, pm.ID, pm)
	}
	c.put(kindIntent, c.owner, o.ID, o)
	c.emit("payment_intent.succeeded", o, c.owner)
	if card.dispute != "" {
		c.openDispute(ch, card.dispute, ch.Amount, card.inquiry)
	}
}

// declineIntent keeps the failed attempt and returns the decline.
func (c *call) declineIntent(o *paymentIntent, pm *paymentMethod, p *problem) *problem {
	ch := c.newCharge(o, pm)
	c.refused(ch, p)
	p.PaymentMethod = c.show(pm)
	c.failIntent(o, p, ch.ID)
	return p
}

// failIntent leaves the intent waiting for another card.
func (c *call) failIntent(o *paymentIntent, p *problem, chargeID string) {
	last := *p
	last.PaymentIntent = nil
	o.Status, o.LastPaymentError, o.NextAction, o.PaymentMethod = needsMethod, &last, nil, ""
	if chargeID != "" {
		o.LatestCharge = text(chargeID)
	}
	o.Sandbox.Nonce = ""
	c.put(kindIntent, c.owner, o.ID, o)
	c.emit("payment_intent.payment_failed", o, c.owner)
	p.PaymentIntent = c.show(o)
}

// authenticated finishes the 3-D Secure step of a payment.
func (c *call) authenticated(o *paymentIntent, ok bool) *problem {
	pm, found := find[paymentMethod](c.change, c.owner, string(o.PaymentMethod))
	if !found {
		return nothing("PaymentMethod", "payment_method", string(o.PaymentMethod))
	}
	plan := o.Sandbox
	if ok {
		p := c.confirm(o, pm, attempt{passed: true})
		o.Sandbox.ReturnURL, o.Sandbox.Checkout = plan.ReturnURL, plan.Checkout
		c.put(kindIntent, c.owner, o.ID, o)
		return p
	}
	p := &problem{Type: "card_error", Code: "payment_intent_authentication_failure", status: 402, keep: true,
		Message: "We are unable to authenticate your payment method. Please choose a different payment method and try again."}
	p.PaymentMethod = c.show(pm)
	c.failIntent(o, p, "")
	return p
}
