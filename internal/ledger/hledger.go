package ledger

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
)

// hledgerHead says that 1.000 is one, not a thousand.
const hledgerHead = "; The journal of the books, one transaction a transfer.\ndecimal-mark .\n"

// ExportHledger writes the whole journal in the format of hledger, so that a
// program that is not ours can check the books.
func ExportHledger(ctx context.Context, d *db.DB, w io.Writer) error {
	out := bufio.NewWriter(w)
	err := d.Read(ctx, func(tx *db.Tx) error {
		if _, err := out.WriteString(hledgerHead); err != nil {
			return err
		}
		// By the line's own columns, so that the rows come as they are stored.
		rows, err := tx.Query(ctx, "SELECT "+entryColumns+" ORDER BY l.seq, l.n")
		if err != nil {
			return err
		}
		defer rows.Close()
		var last int64
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			if err := writeEntry(out, &e, e.Seq != last); err != nil {
				return err
			}
			last = e.Seq
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// plainText keeps what stands in a transfer from being read as a comment or as
// a line of the format.
var plainText = strings.NewReplacer("\n", " ", "\r", " ", ";", ",")

func writeEntry(w io.Writer, e *Entry, first bool) error {
	if first {
		_, err := fmt.Fprintf(w, "\n%s (%d) %s ; at: %s, rule: %s\n", e.At.Format(time.DateOnly), e.Seq,
			plainText.Replace(e.Kind+" "+e.Cause), e.At.Format(time.RFC3339Nano), plainText.Replace(e.Rule))
		if err != nil {
			return err
		}
	}
	in, out := e.Amount, money.Amount{Units: -e.Amount.Units, Asset: e.Amount.Asset}
	_, err := fmt.Fprintf(w, "    %s  %s %s\n    %s  %s %s\n", hledgerName(e.To), in.Decimal(), in.Asset, hledgerName(e.From), out.Decimal(), out.Asset)
	return err
}

// hledgerName writes a path as hledger's account name.
func hledgerName(path string) string { return strings.ReplaceAll(path, "/", ":") }
