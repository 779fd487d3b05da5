package api

import (
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

// TestWebhookRefusals sends what the provider has not sent.
func TestWebhookRefusals(t *testing.T) {
	s := newShop(t)
	wantProblem(t, s.ask(t, "POST /webhooks/stripe", "", `{"id":"evt_1"}`), fault.WebhookSignatureInvalid)
	wantProblem(t, s.ask(t, "POST /webhooks/stripe", "Stripe-Signature: t=1,v1=00", "", `{"id":"evt_1"}`), fault.WebhookSignatureInvalid)
	wantProblem(t, s.ask(t, "POST /webhooks/stripe", "", strings.Repeat("x", maxWebhook+1)), fault.BodyTooLarge)
}
