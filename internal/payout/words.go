package payout

import (
	"maps"
	"slices"
	"strings"
)

// Requirement says in words what the provider asks for by a name such as
// individual.verification.document. A name that is not known is said as it can
// be read.
func Requirement(name string) string {
	for _, r := range requirements {
		if r.whole != "" && name == r.whole || r.part != "" && hasPart(name, r.part) {
			return r.words
		}
	}
	return "something that the provider calls “" + strings.NewReplacer(".", " › ", "_", " ").Replace(name) + "”"
}

// Requirements are the words of all of them, each once: the provider asks for
// the day, the month and the year of a birth one by one.
func Requirements(names []string) (all []string) {
	seen := map[string]bool{}
	for _, n := range names {
		if words := Requirement(n); !seen[words] {
			seen[words] = true
			all = append(all, words)
		}
	}
	return all
}

// hasPart reports whether one of the name's parts, which dots keep apart, is it.
func hasPart(name, part string) bool {
	return strings.Contains("."+name+".", "."+part+".")
}

// requirements are what is asked for, the more telling first. The names are
// Stripe's.
var requirements = []struct{ whole, part, words string }{
	{part: "external_account", words: "a bank account that payouts go to"},
	{part: "additional_document", words: "a second document that proves who you are or where you live"},
	{part: "proof_of_liveness", words: "a photograph of yourself, taken now"},
	{part: "document", words: "a photograph of your passport or identity card"},
	{part: "dob", words: "your date of birth"},
	{part: "tos_acceptance", words: "your agreement to the provider's terms"},
	{part: "ssn_last_4", words: "the last four digits of your social security number"},
	{part: "id_number", words: "your identity number"},
	{part: "id_number_secondary", words: "your second identity number"},
	{part: "address", words: "your address"},
	{part: "registered_address", words: "your registered address"},
	{part: "first_name", words: "your name"},
	{part: "last_name", words: "your name"},
	{part: "first_name_kana", words: "your name in kana"},
	{part: "last_name_kana", words: "your name in kana"},
	{part: "first_name_kanji", words: "your name in kanji"},
	{part: "last_name_kanji", words: "your name in kanji"},
	{part: "address_kana", words: "your address in kana"},
	{part: "address_kanji", words: "your address in kanji"},
	{part: "nationality", words: "your nationality"},
	{part: "political_exposure", words: "whether you hold a public office"},
	{part: "occupation", words: "what you work as"},
	{part: "phone", words: "your telephone number"},
	{part: "email", words: "your e-mail address"},
	{part: "support_phone", words: "a telephone number for questions of your fans"},
	{whole: "business_type", words: "whether you are a person or a company"},
	{part: "tax_id", words: "your tax number"},
	{part: "vat_id", words: "your VAT number"},
	{part: "mcc", words: "what you do for a living"},
	{part: "product_description", words: "what you do for a living"},
	{part: "url", words: "the address of your page"},
	{part: "statement_descriptor", words: "the words on your bank statement"},
	{part: "owners_provided", words: "who owns the company"},
	{part: "directors_provided", words: "who leads the company"},
	{part: "executives_provided", words: "who leads the company"},
	{part: "representative", words: "who speaks for the company"},
	{part: "relationship", words: "what you are in the company"},
}

// Disabled says in words why the provider has closed an account, and whom to ask.
func Disabled(reason string) string {
	switch {
	case reason == "":
		return ""
	case strings.HasPrefix(reason, "rejected."):
		return "The payment provider has refused this account for good. It does not open again; write to the operator of this site, who can ask the provider."
	case reason == Detached:
		return "The account is not connected to this site any more. Connect one again."
	case reason == "requirements.past_due":
		return "Something is overdue. Payouts go on as soon as it is handed in."
	case reason == "requirements.pending_verification", reason == "under_review", reason == "listed":
		return "The payment provider is looking at what was handed in. Nothing is wanted from you; it usually takes up to two days."
	case reason == "action_required.requested_capabilities":
		return "The payment provider needs more from you before it opens payouts. Its page says what."
	case reason == "platform_paused":
		return "The operator of this site has paused the account. Write to them."
	}
	return "The payment provider has closed this account. Its page says why."
}

// Trouble is what went wrong with a payout, in words, and what to do about it.
type Trouble struct{ Reason, Do string }

// TroubleOf says why a payout did not arrive. The codes are Stripe's; where one
// is not known the provider's own sentence stands.
func TroubleOf(p *Payout) Trouble {
	if p.FailureCode == "" && p.FailureReason == "" {
		return Trouble{}
	}
	t, known := troubles[p.FailureCode]
	if !known {
		t = Trouble{p.FailureReason, "Check the bank account with the payment provider, then have it paid out again."}
	}
	if t.Reason == "" {
		t.Reason = "The bank gave no reason."
	}
	return t
}

const otherBank = "Give the payment provider another bank account, then have it paid out again."

var troubles = map[string]Trouble{
	"account_closed":                  {"The bank account has been closed.", otherBank},
	"account_frozen":                  {"The bank has frozen the account.", "Ask your bank, or give the payment provider another account, then have it paid out again."},
	"bank_account_restricted":         {"The bank allows no payments to this account.", "Ask your bank, or give the payment provider another account, then have it paid out again."},
	"bank_ownership_changed":          {"The bank account belongs to somebody else now.", otherBank},
	"could_not_process":               {"The bank could not process the payment.", "Have it paid out again. If it comes back once more, ask your bank."},
	"debit_not_authorized":            {"The bank account does not allow this kind of payment.", "Ask your bank to allow it, or give the payment provider another account, then have it paid out again."},
	"declined":                        {"The bank has declined the payment.", "Ask your bank why, then have it paid out again."},
	"incorrect_account_holder_name":   {"The name of the account's holder is not the one that the bank knows.", "Put the name right with the payment provider, then have it paid out again."},
	"incorrect_account_holder_tax_id": {"The tax number of the account's holder is not the one that the bank knows.", "Put the number right with the payment provider, then have it paid out again."},
	"incorrect_account_type":          {"The kind of the bank account is not right.", "Put it right with the payment provider, then have it paid out again."},
	"insufficient_funds":              {"The money did not suffice when the bank was to take it.", "Have it paid out again. If it comes back once more, write to the operator of this site."},
	"balance_insufficient":            {"The money did not suffice when the bank was to take it.", "Have it paid out again. If it comes back once more, write to the operator of this site."},
	"invalid_account_number":          {"There is no bank account with this number.", otherBank},
	"invalid_account_number_length":   {"There is no bank account with this number.", otherBank},
	"invalid_currency":                {"The bank account does not take this currency.", "Give the payment provider a bank account in this currency, then have it paid out again."},
	"no_account":                      {"The bank can not find the account: its number or its holder is not right.", otherBank},
	"payouts_not_allowed":             {"The payment provider does not pay out to this account at the moment.", "See what it wants to know, then have it paid out again."},
	"account_invalid":                 {"The payout account is not connected any more.", "Connect one again, then have it paid out again."},
	PlatformFunds:                     {"The platform's balance with the payment provider did not cover it.", "What was not taken back is available. Have that paid out again."},
	TakenBack:                         {"A refund or a dispute took back money of this payout before it went, so it was canceled.", "What was not taken back is available. Have that paid out again."},
	"unsupported_card":                {"The bank card takes no payouts.", otherBank},
}

// TroubleCodes are the provider's codes that have words of their own, and none.
func TroubleCodes() []string {
	return append(slices.Sorted(maps.Keys(troubles)), "something_new")
}
