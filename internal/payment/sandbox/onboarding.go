package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// accountLink is a page that works once and for five minutes.
type accountLink struct {
	Object    string `json:"object"`
	Created   int64  `json:"created"`
	ExpiresAt int64  `json:"expires_at"`
	URL       string `json:"url"`
	Sandbox   struct {
		ID         string `json:"id"`
		Account    string `json:"account"`
		ReturnURL  string `json:"return_url"`
		RefreshURL string `json:"refresh_url"`
		Used       bool   `json:"used"`
	} `json:"_sandbox"`
}

const linkFor = 5 * 60 // seconds

const linkParams = "account refresh_url return_url type collect collection_options[fields] collection_options[future_requirements]"

func createLink(c *call) (any, *problem) {
	id := c.need("account")
	back, again := c.link("return_url"), c.link("refresh_url")
	if back == "" || again == "" {
		c.fail(malformed("parameter_missing", "return_url", "return_url and refresh_url are needed."))
	}
	kind := c.one("type", "", "account_onboarding", "account_update")
	if p := c.valid(); p != nil {
		return nil, p
	}
	acct, ok := c.own(id)
	if !ok {
		return nil, nothing(kindAccount, "account", id)
	}
	if kind != "account_onboarding" {
		return nil, malformed("", "type", "You cannot create `account_update` type Account Links for this account; use account_onboarding.")
	}
	if acct.rejected() {
		return nil, refuse("account_closed", "account", "The account has been rejected and can not be changed any more.")
	}
	o := &accountLink{Object: kindLink, Created: c.now, ExpiresAt: c.now + linkFor}
	o.Sandbox.ID, o.Sandbox.Account, o.Sandbox.ReturnURL, o.Sandbox.RefreshURL = c.srv.newID("link"), id, back, again
	o.URL = c.base + "/_pages/onboarding/" + o.Sandbox.ID
	c.put(kindLink, "", o.Sandbox.ID, o)
	return o, nil
}

// testBank is an account number that does what its row says.
type testBank struct {
	Number, Label, failure string
}

// testBanks are Stripe's test numbers for payouts.
var testBanks = []testBank{
	{"000123456789", "payouts arrive", ""},
	{"000111111116", "payouts fail: there is no such account", "no_account"},
	{"000111111113", "payouts fail: the account is closed", "account_closed"},
	{"000222222227", "payouts fail: insufficient funds", "insufficient_funds"},
	{"000333333335", "payouts fail: debit not authorized", "debit_not_authorized"},
	{"000444444440", "payouts fail: wrong currency", "invalid_currency"},
}

// failure tells how payouts to the bank account fail; empty: they do not.
func (b bank) failure() string {
	for _, t := range testBanks {
		if strings.HasSuffix(t.Number, b.Last4) {
			return t.failure
		}
	}
	return ""
}

// Variant is how the onboarding of a creator ends.
type Variant string

// The variants.
const (
	Complete Variant = "complete" // everything is in order
	Document Variant = "document" // an identity document is still due
	Review   Variant = "review"   // the provider checks for an hour, then it is in order
	Reject   Variant = "reject"   // the provider refuses the account for good
	Deadline Variant = "deadline" // in order, and an identity document is due within two weeks
)

const reviewFor = 60 * 60 // seconds

// Onboarding is what the creator filled in.
type Onboarding struct {
	Name    string  `json:"name"`
	Bank    string  `json:"bank"` // a test account number
	Variant Variant `json:"variant"`
	// Currencies are further ones, in each of which the bank has an account too.
	Currencies []string `json:"currencies"`
}

// onboard fills the account in, as the hosted page does.
func (c *call) onboard(o *account, in Onboarding) *problem {
	at := slices.IndexFunc(testBanks, func(b testBank) bool { return b.Number == in.Bank })
	if in.Bank == "" {
		at = 0
	}
	switch {
	case at < 0:
		return malformed("account_number_invalid", "bank", "The sandbox accepts Stripe's test bank account numbers only, such as %s.", testBanks[0].Number)
	case o.rejected():
		return refuse("account_closed", "", "The account has been rejected.")
	}
	c.addBank(o, testBanks[at], in.Name)
	if p := c.addCurrencies(o, in.Currencies); p != nil {
		return p
	}
	o.Sandbox.Name, o.DetailsSubmitted = in.Name, true
	o.Sandbox.ReviewAt = 0
	switch in.Variant {
	case Complete, "":
		o.lacks("")
		o.enable(true, true)
	case Document:
		o.lacks("requirements.past_due", documentDue)
		o.enable(false, false)
	case Review:
		o.lacks("requirements.pending_verification")
		o.Requirements.PendingVerification = []string{documentDue}
		o.Sandbox.ReviewAt = c.now + reviewFor
		o.enable(false, false)
	case Reject:
		o.lacks("rejected.other")
		o.enable(false, false)
	case Deadline:
		o.lacks("", documentDue)
		o.Requirements.CurrentDeadline = stamp(c.now + deadlineFor)
		o.enable(true, true)
	default:
		return malformed("parameter_invalid", "variant", "The variants are complete, document, review, reject and deadline.")
	}
	c.saveAccount(o)
	return nil
}

func (c *call) addBank(o *account, b testBank, name string) {
	sum := sha256.Sum256([]byte("sandbox bank " + b.Number))
	add := bank{ID: c.srv.newID("ba"), Object: "bank_account", Account: o.ID, AccountHolderName: text(name), AccountHolderType: "individual",
		BankName: "SANDBOX TEST BANK", Country: o.Country, Currency: o.DefaultCurrency, DefaultForCurrency: true,
		Fingerprint: hex.EncodeToString(sum[:8]), Last4: b.Number[len(b.Number)-4:], Metadata: map[string]string{},
		RoutingNumber: "110000000", Status: "new"}
	o.ExternalAccounts.Data, o.ExternalAccounts.TotalCount = []bank{add}, 1
}

// endReview finishes the provider's check of an account, or closes one whose
// deadline has passed.
func (c *call) endReview(o *account) {
	if o.Sandbox.ReviewAt == 0 {
		o.lacks("requirements.past_due", documentDue)
		o.enable(false, false)
		c.saveAccount(o)
		return
	}
	o.Sandbox.ReviewAt = 0
	o.lacks("")
	o.enable(true, true)
	c.saveAccount(o)
}
