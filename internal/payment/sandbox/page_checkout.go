package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
)

// checkoutPage shows the card form of a Checkout Session.
func (s *Server) checkoutPage(w http.ResponseWriter, r *http.Request) {
	var data *sheet
	var leads []string
	status, sentence, onward := http.StatusOK, "", ""
	s.look(r, func(c *call) {
		data, leads, status, sentence, onward = c.checkoutSheet(r.PathValue("id"))
		if data != nil {
			data.Problem = c.lastProblem(data.Session)
		}
	})
	if data == nil {
		s.lost(w, status, sentence, onward)
		return
	}
	s.render(w, http.StatusOK, "checkout.html", data, leads)
}

// checkoutSheet gathers what the page shows, or says why there is none.
func (c *call) checkoutSheet(id string) (data *sheet, leads []string, status int, sentence, onward string) {
	o, ok := find[checkoutSession](c.change, "", id)
	switch {
	case !ok:
		return nil, nil, http.StatusNotFound, "There is no such page. The link may be from another sandbox.", ""
	case o.Status == "complete":
		return nil, nil, http.StatusOK, "This is paid already. Nothing more will be charged.", c.successURL(o)
	case o.Status != "open" || o.ExpiresAt <= c.now:
		return nil, nil, http.StatusGone, "This page has expired. Nothing was charged.", string(o.CancelURL)
	}
	data = &sheet{Title: "Save a card", Session: o, Cards: shownCards(), In: map[string]string{}, Base: c.base}
	if o.Mode == "payment" {
		data.Title = "Pay"
		data.Amount = price(*o.AmountTotal, string(o.Currency))
		for _, l := range o.Sandbox.Lines {
			data.Lines = append(data.Lines, shownLine{l.Name, price(l.Unit*l.Quantity, string(o.Currency)), l.Quantity})
		}
		each(c.state, kindMethod, "", func(pm *paymentMethod) bool {
			if o.Customer != "" && pm.Customer == o.Customer {
				data.Saved = append(data.Saved, savedCard{pm.ID, fmt.Sprintf("%s •••• %s, %02d/%d", pm.Card.Brand, pm.Card.Last4, pm.Card.ExpMonth, pm.Card.ExpYear)})
			}
			return len(data.Saved) < 5
		})
	}
	return data, []string{string(o.SuccessURL), string(o.CancelURL)}, 0, "", ""
}

// lastProblem is what the last attempt on the page met.
func (c *call) lastProblem(o *checkoutSession) string {
	if pi, ok := find[paymentIntent](c.change, "", string(o.PaymentIntent)); ok && pi.LastPaymentError != nil {
		return pi.LastPaymentError.Message
	}
	if si, ok := find[setupIntent](c.change, "", string(o.SetupIntent)); ok && si.LastSetupError != nil {
		return si.LastSetupError.Message
	}
	return ""
}

// checkoutSubmit takes the card that a person typed or picked.
func (s *Server) checkoutSubmit(w http.ResponseWriter, r *http.Request) {
	in, ok := typed(w, r)
	if !ok {
		return
	}
	next, field := "", ""
	p := s.within(r.Context(), func(c *call) *problem {
		c.base, c.req = s.baseURL(r), nil
		o, ok := find[checkoutSession](c.change, "", r.PathValue("id"))
		if !ok || o.Status != "open" || o.ExpiresAt <= c.now {
			return refuse("", "over", "This page is over.")
		}
		pm, p := c.typedCard(o, in)
		if p != nil {
			field = p.Param
			return p
		}
		next, p = c.submitCard(o, pm, in.Get("save") == "on")
		return p
	})
	switch {
	case p == nil && next != "":
		http.Redirect(w, r, next, http.StatusSeeOther)
	case p != nil && p.Param == "over":
		http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
	case p != nil && p.status >= http.StatusInternalServerError:
		http.Error(w, p.Message, p.status)
	default:
		s.checkoutAgain(w, r, p, field, in)
	}
}

// typedCard makes a payment method of the form.
func (c *call) typedCard(o *checkoutSession, in url.Values) (*paymentMethod, *problem) {
	if id := in.Get("saved"); id != "" && id != "new" {
		pm, ok := find[paymentMethod](c.change, "", id)
		if !ok || pm.Customer == "" || pm.Customer != o.Customer {
			return nil, malformed("", "saved", "This card is not saved any more. Choose another one.")
		}
		return pm, nil
	}
	card, ok := cardOf(in.Get("number"))
	if !ok {
		return nil, malformed("", "number", "This sandbox takes test cards only, such as 4242 4242 4242 4242. Never type a real card here.")
	}
	month, year := date(in.Get("expiry"))
	if c.expired(month, year) {
		return nil, malformed("", "expiry", "The date has to be in the future and look like 12 / 34.")
	}
	if n := len(in.Get("cvc")); n < 3 || n > 4 {
		return nil, malformed("", "cvc", "The security code has 3 digits, or 4 with American Express. Any digits do.")
	}
	return c.newMethod(card, month, year, in.Get("name")), nil
}

// checkoutAgain shows the page again with what went wrong and what was typed.
func (s *Server) checkoutAgain(w http.ResponseWriter, r *http.Request, p *problem, field string, in url.Values) {
	var data *sheet
	var leads []string
	status, sentence, onward := 0, "", ""
	s.look(r, func(c *call) { data, leads, status, sentence, onward = c.checkoutSheet(r.PathValue("id")) })
	if data == nil {
		s.lost(w, status, sentence, onward)
		return
	}
	data.Problem, data.Field = "The card needs a step that this page can not show. Try another card.", field
	if p != nil {
		data.Problem = p.Message
	}
	for _, name := range []string{"expiry", "cvc", "name", "save"} {
		data.In[name] = in.Get(name)
	}
	if _, known := cardOf(in.Get("number")); known { // what is no test card is not shown again
		data.In["number"] = in.Get("number")
	}
	s.render(w, http.StatusUnprocessableEntity, "checkout.html", data, leads)
}
