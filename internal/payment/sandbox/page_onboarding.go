package sandbox

import (
	"net/http"
	"slices"
)

// link finds the account of an onboarding link, or where the person goes
// instead: to the refresh URL when the link is used or too old.
func (c *call) accountOf(id string) (o *accountLink, acct *account, refresh string) {
	o, ok := find[accountLink](c.change, "", id)
	if !ok {
		return nil, nil, ""
	}
	if o.Sandbox.Used || o.ExpiresAt <= c.now {
		return o, nil, o.Sandbox.RefreshURL
	}
	acct, _ = c.own(o.Sandbox.Account)
	return o, acct, ""
}

func (s *Server) onboardingPage(w http.ResponseWriter, r *http.Request) {
	var o *accountLink
	var acct *account
	var refresh string
	s.look(r, func(c *call) { o, acct, refresh = c.accountOf(r.PathValue("id")) })
	switch {
	case refresh != "":
		http.Redirect(w, r, refresh, http.StatusSeeOther)
	case acct == nil:
		s.lost(w, http.StatusNotFound, "There is no such page. The link may be from another sandbox.", "")
	default:
		s.onboardingSheet(w, http.StatusOK, o, acct, "", map[string]string{"name": acct.Sandbox.Name})
	}
}

func (s *Server) onboardingSheet(w http.ResponseWriter, status int, o *accountLink, acct *account, problem string, in map[string]string) {
	s.render(w, status, "onboarding.html", &sheet{Title: "Get paid", Account: acct, Banks: testBanks, Problem: problem, In: in,
		Fix: slices.Equal(acct.Requirements.CurrentlyDue, []string{"external_account"}), Over: o.Sandbox.ReturnURL},
		[]string{o.Sandbox.ReturnURL, o.Sandbox.RefreshURL})
}

func (s *Server) onboardingSubmit(w http.ResponseWriter, r *http.Request) {
	in, ok := typed(w, r)
	if !ok {
		return
	}
	var o *accountLink
	var acct *account
	var refresh string
	p := s.within(r.Context(), func(c *call) *problem {
		if o, acct, refresh = c.accountOf(r.PathValue("id")); acct == nil {
			return nil
		}
		if in.Get("name") == "" {
			return malformed("", "name", "Type the name of the person who is paid. Any name does.")
		}
		if p := c.onboard(acct, Onboarding{Name: in.Get("name"), Bank: in.Get("bank"), Variant: Variant(in.Get("variant"))}); p != nil {
			return p
		}
		o.Sandbox.Used = true
		c.put(kindLink, "", o.Sandbox.ID, o)
		return nil
	})
	switch {
	case refresh != "":
		http.Redirect(w, r, refresh, http.StatusSeeOther)
	case acct == nil:
		s.lost(w, http.StatusNotFound, "There is no such page.", "")
	case p != nil:
		s.onboardingSheet(w, http.StatusUnprocessableEntity, o, acct, p.Message, map[string]string{"name": in.Get("name")})
	default:
		http.Redirect(w, r, o.Sandbox.ReturnURL, http.StatusSeeOther)
	}
}
