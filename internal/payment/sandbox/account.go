package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

type account struct {
	ID               string            `json:"id"`
	Object           string            `json:"object"`
	BusinessProfile  map[string]any    `json:"business_profile"`
	BusinessType     text              `json:"business_type"`
	Capabilities     map[string]string `json:"capabilities"`
	ChargesEnabled   bool              `json:"charges_enabled"`
	Controller       map[string]any    `json:"controller"`
	Country          string            `json:"country"`
	Created          int64             `json:"created"`
	DefaultCurrency  string            `json:"default_currency"`
	DetailsSubmitted bool              `json:"details_submitted"`
	Email            text              `json:"email"`
	ExternalAccounts bankList          `json:"external_accounts"`
	Metadata         map[string]string `json:"metadata"`
	PayoutsEnabled   bool              `json:"payouts_enabled"`
	Requirements     requirements      `json:"requirements"`
	Settings         map[string]any    `json:"settings"`
	Type             string            `json:"type"`
	Sandbox          struct {
		Name     string `json:"name,omitempty"`
		ReviewAt int64  `json:"review_at,omitempty"` // when the provider's check ends
		Left     bool   `json:"left,omitempty"`      // it is not connected to the platform any more
	} `json:"_sandbox"`
}

type requirements struct {
	Alternatives        []any    `json:"alternatives"`
	CurrentDeadline     stamp    `json:"current_deadline"`
	CurrentlyDue        []string `json:"currently_due"`
	DisabledReason      text     `json:"disabled_reason"`
	Errors              []any    `json:"errors"`
	EventuallyDue       []string `json:"eventually_due"`
	PastDue             []string `json:"past_due"`
	PendingVerification []string `json:"pending_verification"`
}

type bankList struct {
	Object     string `json:"object"`
	Data       []bank `json:"data"`
	HasMore    bool   `json:"has_more"`
	TotalCount int    `json:"total_count"`
	URL        string `json:"url"`
}

type bank struct {
	ID                 string            `json:"id"`
	Object             string            `json:"object"`
	Account            string            `json:"account"`
	AccountHolderName  text              `json:"account_holder_name"`
	AccountHolderType  string            `json:"account_holder_type"`
	BankName           string            `json:"bank_name"`
	Country            string            `json:"country"`
	Currency           string            `json:"currency"`
	DefaultForCurrency bool              `json:"default_for_currency"`
	Fingerprint        string            `json:"fingerprint"`
	Last4              string            `json:"last4"`
	Metadata           map[string]string `json:"metadata"`
	RoutingNumber      string            `json:"routing_number"`
	Status             string            `json:"status"`
}

func (o *account) birth() int64 { return o.Created }

func (o *account) due() int64 {
	if o.Sandbox.ReviewAt == 0 {
		return int64(o.Requirements.CurrentDeadline)
	}
	return o.Sandbox.ReviewAt
}

// firstDue is what a new account has to tell.
var firstDue = []string{"external_account", "individual.dob.day", "individual.dob.month", "individual.dob.year",
	"individual.first_name", "individual.last_name", "tos_acceptance.date", "tos_acceptance.ip"}

const documentDue = "individual.verification.document"

// settlement is the currency of accounts by country; usd where none is said.
var settlement = map[string]string{"GB": "gbp", "JP": "jpy", "CA": "cad", "AU": "aud", "CH": "chf", "SE": "sek", "NO": "nok",
	"DK": "dkk", "PL": "pln", "BR": "brl", "MX": "mxn", "IN": "inr", "SG": "sgd", "HK": "hkd", "NZ": "nzd"}

func currencyOf(country string) string {
	if strings.Contains(" AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK ", " "+country+" ") {
		return "eur"
	}
	if cur := settlement[country]; cur != "" {
		return cur
	}
	return "usd"
}

const accountParams = `type country email default_currency business_type capabilities[transfers][requested] capabilities[card_payments][requested]
	business_profile[product_description] business_profile[url] business_profile[name] business_profile[mcc] metadata{}
	settings[payouts][schedule][interval] settings[payouts][statement_descriptor] tos_acceptance[service_agreement]`

func createAccount(c *call) (any, *problem) {
	if t := c.one("type", "express"); t == "" {
		return nil, c.valid()
	}
	o := &account{ID: c.srv.newID("acct"), Object: kindAccount, Country: strings.ToUpper(c.str("country")), Created: c.now, Type: "express",
		Capabilities: map[string]string{}, BusinessProfile: map[string]any{}, Email: text(c.str("email")), Metadata: merged(nil, c.meta("metadata"))}
	orDefault(&o.Country, c.srv.cfg.Country)
	if len(o.Country) != 2 || strings.Trim(o.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return nil, malformed("country_unsupported", "country", "Country '%s' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', 'EG', or 'GB'.", clip(o.Country))
	}
	o.DefaultCurrency = currencyOf(o.Country)
	if c.has("default_currency") {
		o.DefaultCurrency = c.currencyParam("default_currency")
	}
	o.BusinessType = text(c.one("business_type", "individual", "company"))
	for _, name := range []string{"transfers", "card_payments"} {
		if c.flag("capabilities[" + name + "][requested]") {
			o.Capabilities[name] = "inactive"
		}
	}
	if c.one("settings[payouts][schedule][interval]", "manual", "daily", "weekly", "monthly") != "manual" {
		return nil, malformed("", "settings[payouts][schedule][interval]", "The sandbox pays out on request only: set the interval to manual.")
	}
	o.Controller = map[string]any{"type": "application", "is_controller": true, "requirement_collection": "stripe",
		"fees": map[string]any{"payer": "application_express"}, "losses": map[string]any{"payments": "application"}, "stripe_dashboard": map[string]any{"type": "express"}}
	o.Settings = map[string]any{"payouts": map[string]any{"debit_negative_balances": false, "statement_descriptor": nil,
		"schedule": map[string]any{"interval": "manual", "delay_days": 2}}}
	o.ExternalAccounts = bankList{Object: "list", Data: []bank{}, URL: "/v1/accounts/" + o.ID + "/external_accounts"}
	o.lacks("requirements.past_due", firstDue...)
	c.put(kindAccount, "", o.ID, o)
	return o, nil
}

// lacks says what the account lacks; the reason is empty when nothing is wrong.
func (o *account) lacks(reason string, names ...string) {
	o.Requirements = requirements{Alternatives: []any{}, CurrentlyDue: names, DisabledReason: text(reason), Errors: []any{},
		EventuallyDue: names, PastDue: []string{}, PendingVerification: []string{}}
	if names == nil {
		o.Requirements.CurrentlyDue, o.Requirements.EventuallyDue = []string{}, []string{}
	}
	if reason == "requirements.past_due" {
		o.Requirements.PastDue = o.Requirements.CurrentlyDue
	}
}

// enable switches the account's capabilities and payouts.
func (o *account) enable(transfers, payouts bool) {
	caps := map[string]string{}
	for name := range o.Capabilities {
		caps[name] = "inactive"
		if transfers {
			caps[name] = "active"
		}
	}
	o.Capabilities = caps
	o.PayoutsEnabled = payouts
	o.ChargesEnabled = caps["card_payments"] == "active"
}

func (o *account) rejected() bool {
	return strings.HasPrefix(string(o.Requirements.DisabledReason), "rejected.")
}

// own returns a connected account of the platform.
func (c *call) own(id string) (*account, bool) {
	o, ok := find[account](c.change, "", id)
	if !ok || o.Sandbox.Left {
		return nil, false
	}
	return o, true
}

// saveAccount stores the account and tells the platform.
func (c *call) saveAccount(o *account) {
	c.put(kindAccount, "", o.ID, o)
	c.emit("account.updated", o, o.ID)
}

// account finds the account of the path, which has to be ours.
func (c *call) account() (*account, *problem) {
	id := c.req.PathValue("id")
	o, ok := c.own(id)
	if !ok {
		p := malformed("account_invalid", "", "The provided key does not have access to account '%s' (or that account does not exist).", clip(id))
		return nil, p.with(http.StatusForbidden)
	}
	return o, nil
}

func retrieveAccount(c *call) (any, *problem) {
	o, p := c.account()
	return o, p
}

const accountUpdateParams = `email metadata{} business_profile[product_description] business_profile[url] business_profile[name]
	settings[payouts][schedule][interval] settings[payouts][statement_descriptor] capabilities[transfers][requested]`

func updateAccount(c *call) (any, *problem) {
	o, p := c.account()
	if p != nil {
		return nil, p
	}
	if c.has("email") {
		o.Email = text(c.str("email"))
	}
	if c.flag("capabilities[transfers][requested]") && o.Capabilities["transfers"] == "" {
		caps := merged(o.Capabilities, map[string]string{"transfers": "inactive"})
		o.Capabilities = caps
	}
	o.Metadata = merged(o.Metadata, c.meta("metadata"))
	c.saveAccount(o)
	return o, nil
}

func rejectAccount(c *call) (any, *problem) {
	o, p := c.account()
	if p != nil {
		return nil, p
	}
	reason := c.need("reason")
	if !slices.Contains([]string{"fraud", "terms_of_service", "other"}, reason) {
		return nil, malformed("parameter_invalid", "reason", "Invalid reason: must be one of fraud, terms_of_service, other")
	}
	o.lacks("rejected." + reason)
	o.enable(false, false)
	c.saveAccount(o)
	return o, nil
}

func listAccounts(c *call) (any, *problem) {
	return list[account](c, kindAccount, nil)
}
