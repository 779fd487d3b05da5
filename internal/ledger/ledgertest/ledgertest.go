// Package ledgertest ends the tests that move money: it verifies the whole
// state of the books.
package ledgertest

import (
	"context"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// Verify fails the test when the books are not right. The checks are those of
// the packages above the ledger that the test uses.
func Verify(t testing.TB, d *db.DB, checks ...ledger.Check) *ledger.Report {
	t.Helper()
	r, err := ledger.Verify(context.Background(), d, nil, checks...)
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	for _, f := range r.Findings {
		t.Errorf("verify: %s: %s: %s", f.Rule, f.Where, f.Detail)
	}
	return r
}

// Names fails the test unless verify reports the rule: the teeth of the rule.
func Names(t testing.TB, d *db.DB, rule string, checks ...ledger.Check) {
	t.Helper()
	r, err := ledger.Verify(context.Background(), d, nil, checks...)
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	for _, f := range r.Findings {
		if f.Rule == rule {
			return
		}
	}
	t.Errorf("verify did not report that %q is broken; it found %v", rule, r.Findings)
}
