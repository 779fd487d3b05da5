package ledger_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/big"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// varied posts books with assets of 0, 2 and 3 decimal digits, an account that
// ends at nothing, and names that must not be read as the format's own signs.
func varied(t testing.TB, d *db.DB, clk *clock.Manual) {
	t.Helper()
	small(t, d, clk)
	for i, asset := range []money.Asset{"JPY", "KWD", "EUR"} {
		clk.Advance(25 * time.Hour)
		post(t, d, "tip.sent", fmt.Sprint("tip_", i), move(ledger.Provider, "creator/usr_1/available", money.Amount{Units: 1234567, Asset: asset}))
		post(t, d, "payout.made", fmt.Sprint("pyo_", i), move("creator/usr_1/available", ledger.Provider, money.Amount{Units: 1000, Asset: asset}))
	}
	post(t, d, "odd", "semi;colon\n2026-01-01 not a transaction\n    not:an:account  5 USD", move("world/a", "x/odd", coins(3)))
	post(t, d, "odd", "back", move("x/odd", "world/a", coins(3)))
	post(t, d, "odd", "the largest", move("world/a", "x/1", money.Amount{Units: money.Max, Asset: "KWD"}))
}

func export(t testing.TB, d *db.DB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := ledger.ExportHledger(t.Context(), d, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// wanted is what a reader of the export must find: account and asset to the
// balance, without those that hold nothing.
func wanted(t testing.TB, d *db.DB) map[string]string {
	t.Helper()
	want := map[string]string{}
	read(t, d, func(ctx context.Context, tx *db.Tx) error {
		all, err := ledger.Balances(ctx, tx, "", 1000, "")
		for _, a := range all {
			if a.Balance != 0 {
				want[strings.ReplaceAll(a.Path, "/", ":")+" "+string(a.Asset)] = money.Amount{Units: a.Balance, Asset: a.Asset}.Decimal()
			}
		}
		return err
	})
	return want
}

// TestExportHledger reads the text with a few lines of its own: every
// transaction sums to zero, and all of them to the balances.
func TestExportHledger(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		varied(t, d, clk)
		sums, transactions := map[string]*big.Rat{}, 0
		for _, block := range strings.Split(strings.TrimSpace(string(export(t, d))), "\n\n")[1:] {
			transactions++
			lines := strings.Split(block, "\n")
			if !strings.HasPrefix(lines[0], "2026-03-") || !strings.Contains(lines[0], fmt.Sprintf(" (%d) ", transactions)) {
				t.Errorf("transaction %d begins with %q", transactions, lines[0])
			}
			zero := map[string]*big.Rat{}
			for _, line := range lines[1:] {
				words := strings.Fields(line)
				n, ok := new(big.Rat).SetString(words[1])
				if len(words) != 3 || !ok || !strings.HasPrefix(line, "    ") {
					t.Fatalf("transaction %d has the line %q", transactions, line)
				}
				add(zero, words[2], n)
				add(sums, words[0]+" "+words[2], n)
			}
			for asset, n := range zero {
				if n.Sign() != 0 {
					t.Errorf("transaction %d sums to %s %s", transactions, n, asset)
				}
			}
		}
		got := map[string]string{}
		for name, n := range sums {
			if n.Sign() != 0 {
				got[name] = n.FloatString(money.Asset(name[strings.LastIndexByte(name, ' ')+1:]).Digits())
			}
		}
		if diff := cmp.Diff(wanted(t, d), got); diff != "" || transactions != 14 {
			t.Errorf("%d transactions sum to (-want +got):\n%s", transactions, diff)
		}
	})
}

func add(sums map[string]*big.Rat, name string, n *big.Rat) {
	if sums[name] == nil {
		sums[name] = new(big.Rat)
	}
	sums[name].Add(sums[name], n)
}

// TestHledgerAgrees has the real hledger check and sum the books.
func TestHledgerAgrees(t *testing.T) {
	program, err := exec.LookPath("hledger")
	if err != nil {
		dbtest.Unavailable(t, "hledger", "The program hledger was not found, so no other program checked the export; install the package hledger.")
	}
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		varied(t, d, clk)
		journal := export(t, d)
		run := func(args ...string) string {
			t.Helper()
			cmd := exec.CommandContext(t.Context(), program, append([]string{"-f", "-"}, args...)...)
			cmd.Stdin = bytes.NewReader(journal)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("hledger %v: %v\n%s", args, err, out)
			}
			return string(out)
		}
		run("check", "ordereddates")
		rows, err := csv.NewReader(strings.NewReader(run("balance", "--flat", "--no-total", "-O", "csv"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, row := range rows[1:] {
			for _, amount := range strings.Split(row[1], ", ") {
				n, asset, _ := strings.Cut(amount, " ")
				got[row[0]+" "+asset] = n
			}
		}
		if diff := cmp.Diff(wanted(t, d), got); diff != "" {
			t.Errorf("hledger sums the books otherwise (-ours +hledger's):\n%s", diff)
		}
		text := strings.TrimSpace(run("balance", "--flat"))
		if total := text[strings.LastIndexByte(text, '\n')+1:]; strings.TrimSpace(total) != "0" {
			t.Errorf("hledger's total of everything is %q, want 0", total)
		}
	})
}

// TestExportStopsAtError checks that an export does not read on when nobody
// takes it.
func TestExportStopsAtError(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		if err := ledger.ExportHledger(t.Context(), d, closedPipe{}); !errors.Is(err, errClosedPipe) {
			t.Errorf("got %v, want the writer's error", err)
		}
	})
}

var errClosedPipe = errors.New("the reader went away")

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errClosedPipe }
