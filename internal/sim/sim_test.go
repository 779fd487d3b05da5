package sim

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/wallet"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// TestRun lives short worlds from a few seeds. A longer look: ovation sim
// --seed N --steps N.
func TestRun(t *testing.T) {
	seeds := []uint64{1, 2, 3, 4}
	if testing.Short() {
		seeds = seeds[:1]
	}
	for _, seed := range seeds {
		r, err := Run(t.Context(), Options{Seed: seed, Steps: 300, Database: "sqlite"})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.Differences {
			t.Error(d)
		}
	}
}

// TestRunRepeats lives the same world twice, the second time on PostgreSQL:
// the journals are the same to the last byte.
func TestRunRepeats(t *testing.T) {
	var heads []string
	for _, database := range []string{"sqlite", "sqlite", dbtest.PostgresURL(t)} {
		r, err := Run(t.Context(), Options{Seed: 5, Steps: 120, Every: 60, Database: database})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Differences) > 0 || r.Transfers == 0 {
			t.Fatalf("%d transfers, differences %v", r.Transfers, r.Differences)
		}
		heads = append(heads, r.Head)
	}
	if heads[0] != heads[1] || heads[0] != heads[2] {
		t.Errorf("one seed made three journals: %v", heads)
	}
}

// TestAuditBites plants money that the provider knows nothing of, in books that
// are sound; an audit that does not see it would prove nothing.
func TestAuditBites(t *testing.T) {
	r, err := run(t.Context(), Options{Seed: 1, Steps: 40, Every: 20, Database: "sqlite"}, func(l *life) error {
		return l.app.DB.Write(t.Context(), func(tx *db.Tx) error {
			paid := money.Amount{Units: 1, Asset: money.USD}
			_, err := wallet.Grant(t.Context(), tx, "coins.granted", wallet.NewLot{Person: "usr_planted", Cause: "planted", Coins: 1, Paid: paid}, ledger.Move{From: ledger.Provider, To: ledger.Deferred, Amount: paid})
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(r.Differences, "\n"), "the provider holds") {
		t.Errorf("money that the provider does not have was not noticed: %v", r.Differences)
	}
}

// TestProofBites acknowledges a gift that was never given.
func TestProofBites(t *testing.T) {
	folder := t.TempDir()
	url := "sqlite:" + filepath.Join(folder, "ovation.db")
	w, err := Populate(t.Context(), url, Crowd{Fans: 2, Creators: 1, Coins: 100})
	if err != nil {
		t.Fatal(err)
	}
	storm, err := NewStorm(w, "bite", 1, 1, filepath.Join(folder, "acks"))
	if err != nil {
		t.Fatal(err)
	}
	if err := storm.acks.add(7, `{"object":"gift"}`); err != nil {
		t.Fatal(err)
	}
	p, err := Prove(t.Context(), url, storm)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Differences) != 1 || !strings.Contains(p.Differences[0], storm.Key(7)) {
		t.Errorf("a lost gift was not noticed: %v", p.Differences)
	}
}
