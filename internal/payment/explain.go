package payment

import (
	"errors"

	"github.com/ovationhq/ovation/internal/fault"
)

// Explain turns an error of the provider into a fault that a person can read.
// Other errors, and nil, stay as they are.
func Explain(err error) error {
	pe, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, ErrInvalid):
		return fault.Wrap(err, fault.UpstreamFailed, "The payment provider refused: %s", pe.Reason)
	}
	return fault.Wrap(err, fault.UpstreamFailed, "The payment provider does not answer at the moment. Nothing was changed; try again in a minute.")
}
