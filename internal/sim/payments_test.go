package sim

import (
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// payments lives a small world of payments on the engine.
func payments(t *testing.T, o PaymentOptions) *PaymentResult {
	t.Helper()
	if o.Database == "" {
		o.Database = "sqlite"
	}
	r, err := Payments(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPayments is the small version of ovation bench payments: nothing is lost and
// nothing doubled, although three of ten calls fail and every piece of news comes
// many times in any order.
func TestPayments(t *testing.T) {
	for name, database := range map[string]string{"sqlite": "sqlite", "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			r := payments(t, PaymentOptions{Seed: 3, Order: 1, Payments: 200, Webhooks: 2000, Faults: 0.3, Database: database})
			for _, d := range r.Differences {
				t.Error(d)
			}
			if r.Charges < 100 || r.Matched != r.Charges || r.News.Accepted < 2000 || r.Compared < 100 {
				t.Errorf("it proves little: %+v", r)
			}
			var sb strings.Builder
			r.Print(&sb)
			t.Log(sb.String())
		})
	}
}

// TestPaymentsBite runs with what is known to be bad. A rig that does not see it
// would prove nothing.
func TestPaymentsBite(t *testing.T) {
	for bad, want := range map[string]string{BadRepeat: "the provider holds", BadKeys: "was charged twice"} {
		r := payments(t, PaymentOptions{Seed: 3, Order: 1, Payments: 100, Webhooks: 500, Faults: 0.3, Bad: bad})
		if !strings.Contains(strings.Join(r.Differences, "\n"), want) {
			t.Errorf("%s was not noticed: %v", bad, r.Differences)
		}
	}
}

// TestPaymentsOrder brings all news of one world after it, in the order in which
// they happened, and shuffled and repeated: everything ends the same.
func TestPaymentsOrder(t *testing.T) {
	var first *PaymentResult
	for order := range uint64(3) {
		r := payments(t, PaymentOptions{Seed: 9, Order: order, Payments: 120, Webhooks: 1000, Faults: 0.3, Late: true})
		for _, d := range r.Differences {
			t.Error(d)
		}
		if first == nil {
			first = r
		}
		for _, d := range Differ(first.State, r.State) {
			t.Errorf("the order %d: %s", order, d)
		}
	}
	if strings.Count(first.State, "\n") < 150 {
		t.Errorf("it proves little:\n%s", first.State)
	}
}
