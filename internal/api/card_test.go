package api

import (
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

// TestCardDataIsRefused sends card numbers in every place that takes a text.
func TestCardDataIsRefused(t *testing.T) {
	s := newShop(t)
	fan := s.g.Person()
	for line, bodies := range map[string][]string{
		"POST /v1/coin-purchases": {
			`{"coins":70,"card":"4242424242424242"}`, `{"coins":70,"card":"4242 4242 4242 4242"}`, `{"coins":70,"card":"\u00342424242-42424242"}`,
			`{"coins":70,"card":"pm_x","return_url":"4242-4242-4242-4242"}`, `{"coins":70,"card":"pm_x","number":"4242424242424242"}`,
			`{"coins":0,"card":{"number":"4242424242424242"}}`,
		},
		"POST /v1/cards/test": {`{"token":"4242424242424242"}`},
		"POST /v1/live-rooms": {`{"title":"Pay with 4242 4242 4242 4242"}`},
	} {
		for _, body := range bodies {
			rec := s.ask(t, line, s.host, actingFor(fan), "Idempotency-Key: k1", "", body)
			wantProblem(t, rec, fault.CardDataNotAccepted)
			if strings.Contains(rec.Body.String(), "4242") {
				t.Errorf("%s: the number comes back: %s", line, rec.Body)
			}
		}
	}
	if strings.Contains(s.log.String(), "4242") {
		t.Error("the log has the number")
	}
	if n := s.g.Count("SELECT COUNT(*) FROM coin_purchase"); n != 0 {
		t.Errorf("%d purchases were kept", n)
	}
	wantProblem(t, s.ask(t, "POST /v1/coin-purchases", s.host, actingFor(fan), "Idempotency-Key: k2", "", `{"coins":70,"card":"visa"}`), fault.ValidationFailed)
	s.answered(t, 201, "POST /v1/people", s.host, "", `{"external_id":"4242424242424242","name":"Numbers are ids, too"}`)
}
