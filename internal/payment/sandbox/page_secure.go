package sandbox

import "net/http"

// step is a 3-D Secure step that waits for its person.
type step struct {
	intent  *paymentIntent
	setup   *setupIntent
	plan    pagePlan
	session *checkoutSession
}

// step finds the step of a link. live is false when it is over; then back
// leads where the person came from.
func (c *call) step(id, nonce string) (st step, live, known bool) {
	status := ""
	if pi, ok := find[paymentIntent](c.change, "", id); ok {
		st.intent, st.plan, status = pi, pi.Sandbox, pi.Status
	} else if si, ok := find[setupIntent](c.change, "", id); ok {
		st.setup, st.plan, status = si, si.Sandbox, si.Status
	} else {
		return st, false, false
	}
	st.session, _ = find[checkoutSession](c.change, "", st.plan.Checkout)
	return st, status == needsAction && st.plan.Nonce == nonce, true
}

func (st step) leads(c *call) []string {
	if st.session != nil {
		return []string{string(st.session.SuccessURL), string(st.session.CancelURL)}
	}
	return []string{st.plan.ReturnURL}
}

// onward is where the person goes after the step, as things are now.
func (st step) onward(c *call) string {
	if st.session != nil {
		if st.session.Status == "complete" {
			return c.successURL(st.session)
		}
		return c.base + "/_pages/checkout/" + st.session.ID
	}
	if st.plan.ReturnURL == "" {
		return ""
	}
	if st.setup != nil {
		return back(st.plan.ReturnURL, "setup_intent", st.setup.ID, "setup_intent_client_secret", st.setup.ClientSecret, "redirect_status", outcomeOf(st.setup.Status))
	}
	return back(st.plan.ReturnURL, "payment_intent", st.intent.ID, "payment_intent_client_secret", st.intent.ClientSecret, "redirect_status", outcomeOf(st.intent.Status))
}

func outcomeOf(status string) string {
	if status == succeeded {
		return succeeded
	}
	return "failed"
}

// securePage asks the person to complete or to fail, in place of a bank.
func (s *Server) securePage(w http.ResponseWriter, r *http.Request) {
	var st step
	var live, known bool
	var onward string
	var leads []string
	s.look(r, func(c *call) {
		if st, live, known = c.step(r.PathValue("id"), r.PathValue("nonce")); known {
			onward, leads = st.onward(c), st.leads(c)
		}
	})
	switch {
	case !known:
		s.lost(w, http.StatusNotFound, "There is no such step. The link may be from another sandbox.", "")
	case !live:
		s.lost(w, http.StatusOK, "This step is over already.", onward)
	default:
		data := &sheet{Title: "3-D Secure", Intent: r.PathValue("id")}
		if st.intent != nil {
			data.Amount = price(st.intent.Amount, st.intent.Currency)
		}
		s.render(w, http.StatusOK, "secure.html", data, leads)
	}
}

// secureSubmit takes the person's answer and sends the person back.
func (s *Server) secureSubmit(w http.ResponseWriter, r *http.Request) {
	in, ok := typed(w, r)
	if !ok {
		return
	}
	onward, known := "", false
	p := s.within(r.Context(), func(c *call) *problem {
		c.base = s.baseURL(r)
		var st step
		var live bool
		st, live, known = c.step(r.PathValue("id"), r.PathValue("nonce"))
		if !known {
			return nil
		}
		var p *problem
		if live {
			p = c.answer(st, in.Get("answer") == "complete")
		}
		onward = st.onward(c)
		return p
	})
	switch {
	case !known:
		s.lost(w, http.StatusNotFound, "There is no such step.", "")
	case p != nil && !p.keep:
		http.Error(w, p.Message, p.status)
	case onward == "":
		s.lost(w, http.StatusOK, "Done. You can close this page.", "")
	default:
		http.Redirect(w, r, onward, http.StatusSeeOther)
	}
}

// answer carries the person's answer out.
func (c *call) answer(st step, ok bool) *problem {
	var p *problem
	status := ""
	if st.intent != nil {
		p = c.authenticated(st.intent, ok)
		status = st.intent.Status
	} else {
		p = c.setupAuthenticated(st.setup, ok)
		status = st.setup.Status
	}
	if status == succeeded && st.session != nil && st.session.Status == "open" {
		c.complete(st.session)
	}
	return p
}
