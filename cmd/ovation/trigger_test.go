package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/web"
)

// TestHappenings holds the list of the command to what a sandbox can do.
func TestHappenings(t *testing.T) {
	var listed []string
	for _, h := range happenings {
		listed = append(listed, h.name)
	}
	if diff := cmp.Diff(web.Acts, listed); diff != "" {
		t.Error(diff)
	}
}

// TestSaid writes what was asked for as people write money.
func TestSaid(t *testing.T) {
	for want, s := range map[string]step{
		"The creator asked for a payout of 126.73 USD (pyo_1).": {What: "asked", ID: "pyo_1", Amount: money.Amount{Units: 12_673, Asset: money.USD}},
		"The fan tipped 5.00 USD (tip_1).":                      {What: "tipped", ID: "tip_1", Amount: money.Amount{Units: 500, Asset: money.USD}},
		"An operator gave back 4.99 USD (ref_1).":               {What: "refunded", ID: "ref_1", Amount: money.Amount{Units: 499, Asset: money.USD}},
		"The fan bought 700 coins (cps_1).":                     {What: "bought", ID: "cps_1", Amount: money.Amount{Units: 700, Asset: money.Coin}},
	} {
		if got := s.said(); got != want {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
}
