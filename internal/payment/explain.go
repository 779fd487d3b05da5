package payment

import (
	"errors"

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
	}
	return fault.Wrap(err, fault.UpstreamFailed, "The payment provider does not answer at the moment. Nothing was changed; try again in a minute.")
}
