package payment

import (
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// notConfigured is the provider's code on an instance that has none; package
// app answers with it in the provider's place.
const notConfigured = "not_configured"

// NotSetUp reports that a call failed because the instance has no payment
// provider.
func NotSetUp(err error) bool {
	pe, ok := errors.AsType[*Error](err)
	return ok && pe.Code == notConfigured
}

// Explain turns an error of the provider into a fault that a person can read.
// Other errors, and nil, stay as they are.
func Explain(err error) error {
	pe, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err
	case NotSetUp(err):
		return fault.Wrap(err, fault.UpstreamFailed, "Payments are not set up on this instance yet. Nothing was changed. Its operator sets the provider's key with --stripe-key.")
	case errors.Is(err, ErrInvalid):
		return fault.Wrap(err, fault.UpstreamFailed, "The payment provider refused: %s", pe.Reason)
	case errors.Is(err, ErrUnknown):
		return fault.Wrap(err, fault.UpstreamFailed, "The payment provider did not answer in time, so that it is not known yet what came of it. It is being found out; look again in a minute, before you try once more.")
	}
	return fault.Wrap(err, fault.UpstreamFailed, "The payment provider does not answer at the moment. Nothing was changed; try again in a minute.")
}

// Passes reports an error that says nothing about what was asked for: the provider
// did not answer, or not now.
func Passes(err error) bool {
	return errors.Is(err, ErrUnknown) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrRateLimited)
}

// newsAgain is how long the provider is asked to wait before it brings news again
// that could not be looked up.
const newsAgain = 20 * time.Second

// NewsFault turns an error of the provider's, to which its own news led, into a
// fault that has it bring them again. Other errors, and nil, stay as they are.
func NewsFault(err error) error {
	if !Passes(err) {
		return Explain(err)
	}
	wait := newsAgain
	if pe, ok := errors.AsType[*Error](err); ok && pe.RetryAfter > 0 {
		wait = pe.RetryAfter
	}
	return fault.Wrap(err, fault.Overloaded, "The payment provider was asked what these news are about, and did not answer. Nothing was changed; send them again in a while.").After(wait)
}
