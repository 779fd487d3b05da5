package sandbox

import (
	"slices"
	"strings"

	"github.com/stripe/stripe-go/v85"
)

// deadlineFor is how long an account with a deadline has, in seconds.
const deadlineFor = 14 * 24 * 60 * 60

// addCurrencies gives the account a bank account in each of the currencies, at
// the same bank as the first.
func (c *call) addCurrencies(o *account, currencies []string) *problem {
	first := o.ExternalAccounts.Data[0]
	for _, cur := range currencies {
		cur = strings.ToLower(cur)
		if dollars[cur] == 0 {
			return malformed("parameter_invalid", "currencies", "The sandbox does not know the currency %s.", clip(cur))
		}
		if slices.ContainsFunc(o.ExternalAccounts.Data, func(b bank) bool { return b.Currency == cur }) {
			continue
		}
		b := first
		b.ID, b.Currency = c.srv.newID("ba"), cur
		o.ExternalAccounts.Data = append(o.ExternalAccounts.Data, b)
	}
	o.ExternalAccounts.TotalCount = len(o.ExternalAccounts.Data)
	return nil
}

// application is who an account was connected to.
type application struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Name   string `json:"name"`
}

// Deauthorize lets a creator take the account away from the platform, which has
// no access to it any more.
func (s *Server) Deauthorize(accountID string) error {
	return asError(s.within(s.background(), func(c *call) *problem {
		o, ok := c.own(accountID)
		if !ok {
			return nothing(kindAccount, "id", accountID)
		}
		o.Sandbox.Left = true
		o.enable(false, false)
		c.put(kindAccount, "", o.ID, o)
		c.emit("account.application.deauthorized", &application{"ca_sandbox", "application", "Ovation"}, o.ID)
		return nil
	}))
}

// SetEndpointEvents says which events the platform's webhook endpoint has; none
// is all of them. Others happen and are not sent.
func (s *Server) SetEndpointEvents(events []string) error {
	return s.set(func(o *settings) { o.Events = events })
}

// takes reports whether the webhook endpoint has the event.
func (o *settings) takes(event string) bool {
	return len(o.Events) == 0 || slices.Contains(o.Events, event)
}

// retrievePlatform tells about the account of the key.
func retrievePlatform(c *call) (any, *problem) {
	cur := currencyOf(c.srv.cfg.Country)
	if in := c.settings().SettleIn; in != "" {
		cur = in
	}
	return map[string]any{"id": "acct_sandboxplatform", "object": "account", "country": c.srv.cfg.Country, "default_currency": cur, "type": "standard",
		"charges_enabled": true, "payouts_enabled": true, "details_submitted": true, "email": nil, "metadata": map[string]string{},
		"capabilities": map[string]string{"card_payments": "active", "transfers": "active"},
		"requirements": requirements{Alternatives: []any{}, CurrentlyDue: []string{}, Errors: []any{}, EventuallyDue: []string{}, PastDue: []string{}, PendingVerification: []string{}},
		"settings":     map[string]any{"payouts": map[string]any{"schedule": map[string]any{"interval": "manual", "delay_days": 2}}}}, nil
}

// listEndpoints tells where the events go. The sandbox has at most one place.
func listEndpoints(c *call) (any, *problem) {
	var all []any
	if url := c.srv.hook; url != "" {
		events := c.settings().Events
		if len(events) == 0 {
			events = []string{"*"}
		}
		all = append(all, map[string]any{"id": "we_sandbox", "object": "webhook_endpoint", "api_version": stripe.APIVersion, "application": nil, "created": 0,
			"description": nil, "enabled_events": events, "livemode": false, "metadata": map[string]string{}, "status": "enabled", "url": url})
	}
	if all == nil {
		all = []any{}
	}
	return map[string]any{"object": "list", "data": all, "has_more": false, "url": "/v1/webhook_endpoints"}, nil
}
