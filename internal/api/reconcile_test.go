package api

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// TestReconciliation compares the books on request, and reads how that ended.
func TestReconciliation(t *testing.T) {
	s := newShop(t)
	const line = "/v1/ledger/reconciliation"
	wantProblem(t, s.ask(t, "GET "+line, s.operator), fault.NotFound)
	wantProblem(t, s.ask(t, "POST "+line, s.host, "", "{}"), fault.ScopeMissing)
	wantProblem(t, s.ask(t, "POST "+line, s.operator, "", `{"since":"yesterday"}`), fault.ValidationFailed)
	s.g.OK(s.box.TakeFee("usd", 700))
	o := s.answered(t, 200, "POST "+line, s.operator, "", "{}")
	d := o["differences"].([]any)
	if o["agrees"] != true || o["in_flight"] != 1.0 || len(d) != 1 || d[0].(map[string]any)["kind"] != "missing_here" || d[0].(map[string]any)["in_flight"] != true {
		t.Errorf("in flight: %v", o)
	}
	s.g.Later(time.Hour)
	o = s.answered(t, 200, "POST "+line, s.operator, "", `{"complete":true}`)
	if o["agrees"] != true || o["booked"] != 1.0 || len(o["differences"].([]any)) != 0 {
		t.Errorf("booked: %v", o)
	}
	if got := s.answered(t, 200, "GET "+line, s.operator); got["at"] != o["at"] || got["agrees"] != true {
		t.Errorf("read: %v", got)
	}
	if n := len(s.answered(t, 200, "GET /v1/cases?state=open&kind=difference", s.operator)["data"].([]any)); n != 1 {
		t.Errorf("%d cases", n)
	}
}
