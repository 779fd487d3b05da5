package people

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
)

// Scope is one thing that an API key may do.
type Scope string

// The scopes. What each permits stands in scopeDocs.
const (
	PeopleRead    Scope = "people:read"
	PeopleWrite   Scope = "people:write"
	SessionsWrite Scope = "sessions:write"
	KeysWrite     Scope = "keys:write"
	CoinsBuy      Scope = "coins:buy"
	GiftsSend     Scope = "gifts:send"
	TipsSend      Scope = "tips:send"
	WalletRead    Scope = "wallet:read"
	EarningsRead  Scope = "earnings:read"
	PayoutsRead   Scope = "payouts:read"
	PayoutsWrite  Scope = "payouts:write"
	RefundsWrite  Scope = "refunds:write"
	ContentWrite  Scope = "content:write"
	ChatWrite     Scope = "chat:write"
	EventsRead    Scope = "events:read"
	WebhooksRead  Scope = "webhooks:read"
	WebhooksWrite Scope = "webhooks:write"
	ExplainRead   Scope = "explain:read"
	LedgerRead    Scope = "ledger:read"
	PolicyRead    Scope = "policy:read"
	PolicyWrite   Scope = "policy:write"
	Admin         Scope = "admin"
)

// ScopeDoc says what a scope permits.
type ScopeDoc struct {
	Scope Scope
	Doc   string
	// Personal scopes can be given to a key that is bound to one person; it
	// then acts for that person alone. The others are for the host's keys.
	Personal bool
}

var scopeDocs = []ScopeDoc{
	{PeopleRead, "Read profiles, roles and the state of a person.", true},
	{PeopleWrite, "Make people of the host platform, change profiles, report audiences, join programmes and leave them, set a person's own limits, end sessions.", true},
	{SessionsWrite, "Start a short session for a person, for embedded pages; it may do no more than this key.", false},
	{KeysWrite, "Make and revoke keys that may do no more than this one.", true},
	{CoinsBuy, "Buy coins in a person's name, save cards and remove them.", true},
	{GiftsSend, "Send gifts in a person's name.", true},
	{TipsSend, "Tip creators in a person's name, with a saved card.", true},
	{WalletRead, "Read a person's coins, lots, entries and own limits.", true},
	{EarningsRead, "Read what a creator has earned.", true},
	{PayoutsRead, "Read payouts and the state of a payout account.", true},
	{PayoutsWrite, "Ask for payouts, cancel them, begin the onboarding of a payout account.", true},
	{RefundsWrite, "Give back what people paid for coins and tips, in the operator's place.", false},
	{ContentWrite, "Post videos and hide them, open, start and end LIVE rooms, switch gifts on and off.", true},
	{ChatWrite, "Write in the chat of LIVEs in a person's name, and look after the chat of the person's own.", true},
	{EventsRead, "Read the event log.", false},
	{WebhooksRead, "Read webhook endpoints and what became of their deliveries, without the secrets.", false},
	{WebhooksWrite, "Make webhook endpoints, which are sent every event that they choose, change them, send again, and read their secrets.", false},
	{ExplainRead, "Walk from any amount to where it came from and where it went.", true},
	{LedgerRead, "Read accounts, transfers and the verification of the books.", false},
	{PolicyRead, "Read the history of what holds: catalogues, price lists, rate cards, programmes, also what is to come.", false},
	{PolicyWrite, "Schedule catalogues, price lists, rate cards and the rules of tips, refunds, payouts and velocity from an instant to come, and withdraw them before they hold.", false},
	{Admin, "Everything, also what only an operator may do.", false},
}

// ScopeDocs returns all scopes with what they permit.
func ScopeDocs() []ScopeDoc { return slices.Clone(scopeDocs) }

func docOf(s Scope) (ScopeDoc, bool) {
	i := slices.IndexFunc(scopeDocs, func(d ScopeDoc) bool { return d.Scope == s })
	if i < 0 {
		return ScopeDoc{}, false
	}
	return scopeDocs[i], true
}

// cleanScopes returns the scopes once each, in the order of scopeDocs, or why
// they can not be given.
func cleanScopes(scopes []Scope) ([]Scope, *fault.Field) {
	if len(scopes) == 0 {
		return nil, invalid("Name at least one scope.")
	}
	for _, s := range scopes {
		if _, ok := docOf(s); !ok {
			return nil, invalid("There is no scope %q.", fault.Clip(string(s)))
		}
	}
	var clean []Scope
	for _, d := range scopeDocs {
		if slices.Contains(scopes, d.Scope) {
			clean = append(clean, d.Scope)
		}
	}
	return clean, nil
}

func joinScopes(scopes []Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}

func splitScopes(text string) []Scope {
	words := strings.Fields(text)
	scopes := make([]Scope, len(words))
	for i, w := range words {
		scopes[i] = Scope(w)
	}
	return scopes
}

func errScope(s Scope) error {
	return fault.New(fault.ScopeMissing, "This needs the scope %s.", s).With("scope", fmt.Sprint(s))
}
