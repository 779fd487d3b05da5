package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// When a card wants 3-D Secure.
type secure int

const (
	never      secure = iota
	always            // each payment, also when the person is away
	unlessSet         // until it was set up for later
	onSession         // whenever the person is there; fine when away
	thenRefuse        // each payment, and the bank refuses after it
)

// testCard is a number that does what its row says. No other number is
// accepted, so that nobody's real card ends up here.
type testCard struct {
	number  string
	token   string // what follows pm_card_; tok_ of it works too
	brand   string
	funding string
	country string
	decline string // the decline code, or one of the error codes of declines
	attach  bool   // can be saved although it will be declined
	secure  secure
	instant bool   // the money is available at once
	dispute string // the reason of the dispute that follows
	inquiry bool
	refund  string // how a refund goes: "pending" or "fail"
}

// testCards follow Stripe's published list.
var testCards = []testCard{
	{number: "4242424242424242", token: "visa"},
	{number: "4000056655665556", token: "visa_debit", funding: "debit"},
	{number: "5555555555554444", token: "mastercard", brand: "mastercard"},
	{number: "5200828282828210", token: "mastercard_debit", brand: "mastercard", funding: "debit"},
	{number: "5105105105105100", token: "mastercard_prepaid", brand: "mastercard", funding: "prepaid"},
	{number: "378282246310005", token: "amex", brand: "amex"},
	{number: "6011111111111117", token: "discover", brand: "discover"},
	{number: "3056930009020004", token: "diners", brand: "diners"},
	{number: "3566002020360505", token: "jcb", brand: "jcb", country: "JP"},
	{number: "6200000000000005", token: "unionpay", brand: "unionpay", country: "CN"},
	{number: "4000008260000000", token: "gb", country: "GB"},
	{number: "4000002500000003", token: "fr", country: "FR"},
	{number: "4000002760000016", token: "de", country: "DE"},

	{number: "4000000000000002", token: "chargeDeclined", decline: "generic_decline"},
	{number: "4000000000009995", token: "chargeDeclinedInsufficientFunds", decline: "insufficient_funds"},
	{number: "4000000000009987", token: "chargeDeclinedLostCard", decline: "lost_card"},
	{number: "4000000000009979", token: "chargeDeclinedStolenCard", decline: "stolen_card"},
	{number: "4000000000000069", token: "chargeDeclinedExpiredCard", decline: "expired_card"},
	{number: "4000000000000127", token: "chargeDeclinedIncorrectCvc", decline: "incorrect_cvc"},
	{number: "4000000000000119", token: "chargeDeclinedProcessingError", decline: "processing_error"},
	{number: "4000000000006975", token: "chargeDeclinedVelocityLimitExceeded", decline: "card_velocity_exceeded"},
	{number: "4100000000000019", token: "radarBlock", decline: "fraudulent"},
	{number: "4000000000000341", token: "chargeCustomerFail", decline: "generic_decline", attach: true},

	{number: "4000002500003155", token: "authenticationRequiredOnSetup", country: "FR", secure: unlessSet},
	{number: "4000002760003184", token: "authenticationRequired", country: "DE", secure: always},
	{number: "4000003800000446", token: "authenticationRequiredSetupForOffSession", country: "HR", secure: onSession},
	{number: "4000008260003178", token: "authenticationRequiredChargeDeclinedInsufficientFunds", country: "GB", secure: thenRefuse, decline: "insufficient_funds", attach: true},
	{number: "4000000000003220", token: "threeDSecure2Required", secure: always},
	{number: "4000000000003063", token: "threeDSecureRequired", secure: always},
	{number: "4000008400001629", token: "threeDSecureRequiredChargeDeclined", secure: thenRefuse, decline: "generic_decline", attach: true},
	{number: "4000000000003055", token: "threeDSecureOptional"},

	{number: "4000000000000077", token: "bypassPending", instant: true},
	{number: "4000003720000278", token: "bypassPendingInternational", country: "IE", instant: true},

	{number: "4000000000000259", token: "createDispute", dispute: "fraudulent"},
	{number: "4000000000002685", token: "createDisputeProductNotReceived", dispute: "product_not_received"},
	{number: "4000000000001976", token: "createDisputeInquiry", dispute: "fraudulent", inquiry: true},
	{number: "4000000000007726", token: "pendingRefund", refund: "pending"},
	{number: "4000000000005126", token: "refundFail", refund: "fail"},
}

// declineCodes are the declines that Stripe reports with a code of their own
// instead of card_declined.
var ownCode = map[string]bool{"expired_card": true, "incorrect_cvc": true, "processing_error": true}

// declineText is what Stripe says to the person.
var declineText = map[string]string{
	"generic_decline":         "Your card was declined.",
	"insufficient_funds":      "Your card has insufficient funds.",
	"lost_card":               "Your card was declined.",
	"stolen_card":             "Your card was declined.",
	"fraudulent":              "Your card was declined.",
	"card_velocity_exceeded":  "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
	"expired_card":            "Your card has expired.",
	"incorrect_cvc":           "Your card's security code is incorrect.",
	"processing_error":        "An error occurred while processing your card. Try again in a little bit.",
	"authentication_required": "Your card was declined. This transaction requires authentication.",
}

// cardOf finds a test card by its number.
func cardOf(number string) (testCard, bool) {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(number)
	for _, card := range testCards {
		if card.number == digits {
			return card.filled(), true
		}
	}
	return testCard{}, false
}

// cardNamed finds a test card by pm_card_… or tok_…; Stripe's longer names of
// the declining Visa cards work too.
func cardNamed(name string) (testCard, bool) {
	token, ok := strings.CutPrefix(name, "pm_card_")
	if !ok {
		if token, ok = strings.CutPrefix(name, "tok_"); !ok {
			return testCard{}, false
		}
	}
	short := strings.TrimPrefix(token, "visa_")
	for _, card := range testCards {
		if card.token == token || card.token == short && short != "debit" {
			return card.filled(), true
		}
	}
	return testCard{}, false
}

func (t testCard) filled() testCard {
	orDefault(&t.brand, "visa")
	orDefault(&t.funding, "credit")
	orDefault(&t.country, "US")
	return t
}

// fingerprint is the mark of a card by which its holder's number is known again.
func fingerprint(card string) string {
	sum := sha256.Sum256([]byte("sandbox card " + card))
	return hex.EncodeToString(sum[:8])
}

// declined is the answer to a refused card.
func declined(code string) *problem {
	p := &problem{Type: "card_error", Code: "card_declined", DeclineCode: code, Message: declineText[code], status: 402, keep: true}
	if ownCode[code] {
		p.Code = code
	}
	if p.Message == "" {
		p.Message = declineText["generic_decline"]
	}
	return p
}
