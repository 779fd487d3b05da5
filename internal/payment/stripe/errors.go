package stripe

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// slowDown is how long to wait after a 429.
const slowDown = 2 * time.Second

// failure turns an error of a call into what it means for us. A decline that
// belongs to a charge is handled before, in charge.go.
func failure(err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*payment.Error](err); ok {
		return known
	}
	e, ok := errors.AsType[*sdk.Error](err)
	if !ok {
		return unanswered(err)
	}
	out := &payment.Error{Kind: kindOf(e), Code: string(e.Code), Reason: e.Msg, Param: e.Param, RequestID: e.RequestID, Cause: err}
	switch out.Kind {
	case payment.ErrRateLimited:
		out.RetryAfter = slowDown
	case payment.ErrUnknown:
		out.Reason = "The payment provider did not say whether it has done this. It is being found out."
	}
	if out.Code == "" {
		out.Code = string(e.Type)
	}
	return out
}

// kindOf reads Stripe's status, type and code.
func kindOf(e *sdk.Error) payment.Kind {
	switch status := e.HTTPStatusCode; {
	case status == http.StatusTooManyRequests:
		return payment.ErrRateLimited
	case status == http.StatusConflict, status >= http.StatusInternalServerError, status < 400:
		return payment.ErrUnknown
	case e.Type == sdk.ErrorTypeIdempotency:
		return payment.ErrKeyReused
	case e.Code == sdk.ErrorCodeAccountInvalid: // 403: gone, or not connected to us any more
		return payment.ErrNotFound
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return payment.ErrConfig
	case status == http.StatusNotFound, e.Code == sdk.ErrorCodeResourceMissing:
		return payment.ErrNotFound
	case e.Code == sdk.ErrorCodeBalanceInsufficient, e.Code == "insufficient_funds":
		return payment.ErrInsufficient
	}
	return payment.ErrInvalid
}

// unanswered is an error without an answer of Stripe. Only a connection that
// was never made is sure to have done nothing.
func unanswered(err error) error {
	out := &payment.Error{Kind: payment.ErrUnknown, Code: "no_answer", Cause: err,
		Reason: "The payment provider did not answer. It is being found out whether it has done this."}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		out.Kind, out.Code = payment.ErrUnavailable, "unreachable"
		out.Reason = "The payment provider can not be reached. Nothing was done."
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns != nil {
		out.Kind, out.Code = payment.ErrUnavailable, "unreachable"
		out.Reason = "The payment provider can not be found. Nothing was done."
	}
	if errors.Is(err, context.DeadlineExceeded) && out.Kind == payment.ErrUnknown {
		out.Code = "timeout"
	}
	return out
}

// reasons are the sentences for the person whose card was declined.
var reasons = map[string]string{
	"authentication_required":         "The bank wants to ask you first. Pay again on the payment page.",
	"insufficient_funds":              "There is not enough money on this card.",
	"expired_card":                    "This card has expired.",
	"incorrect_cvc":                   "The security code is not right.",
	"invalid_cvc":                     "The security code is not right.",
	"incorrect_number":                "The card number is not right.",
	"invalid_number":                  "The card number is not right.",
	"card_velocity_exceeded":          "This card has reached its limit for now.",
	"withdrawal_count_limit_exceeded": "This card has reached its limit for now.",
	"processing_error":                "The bank could not process the card just now. Try again in a moment.",
	"try_again_later":                 "The bank could not process the card just now. Try again in a moment.",
	"issuer_not_available":            "The bank can not be reached at the moment. Try again later.",
	"currency_not_supported":          "This card does not pay in this currency.",
	"card_not_supported":              "This card does not allow this kind of payment.",
}

// final are the declines after which the same card will not work either.
var final = map[string]bool{"expired_card": true, "incorrect_number": true, "invalid_number": true, "lost_card": true, "stolen_card": true,
	"pickup_card": true, "restricted_card": true, "fraudulent": true, "merchant_blacklist": true, "invalid_account": true,
	"card_not_supported": true, "currency_not_supported": true, "do_not_try_again": true, "revocation_of_authorization": true,
	"revocation_of_all_authorizations": true, "stop_payment_order": true}

// decline turns Stripe's card error into ours. Why a bank suspects a card is
// not told to the person who holds it.
func decline(e *sdk.Error) *payment.Decline {
	if e == nil {
		return nil
	}
	code := string(e.DeclineCode)
	if code == "" {
		code = string(e.Code)
	}
	d := &payment.Decline{Code: code, Reason: reasons[code], Final: final[code]}
	if code == "payment_intent_authentication_failure" || code == "setup_intent_authentication_failure" {
		d.Reason = "The bank did not confirm that it was you. Try again, or use another card."
	}
	if d.Reason == "" {
		d.Reason = "The bank declined this card. Try another one, or ask the bank."
	}
	d.Authenticate = code == string(sdk.DeclineCodeAuthenticationRequired)
	return d
}
