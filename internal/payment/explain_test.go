package payment_test

import (
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
)

// Nobody is told that nothing was changed when that is not known.
func TestExplainUnknown(t *testing.T) {
	for kind, nothing := range map[payment.Kind]bool{payment.ErrUnknown: false, payment.ErrUnavailable: true, payment.ErrRateLimited: true} {
		err := payment.Explain(&payment.Error{Kind: kind, Reason: "no answer"})
		if !fault.Is(err, fault.UpstreamFailed) || strings.Contains(err.Error(), "Nothing was changed") != nothing {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
