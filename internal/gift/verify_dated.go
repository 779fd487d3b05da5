package gift

import (
	"context"
	"fmt"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// inForce is an SQL expression for the version that was in force for a
// transfer of the alias t: of the versions that were known before it and had
// begun by then, the last to begin. The query lists version, from_us and
// after_seq in that order, the last to begin first.
func inForce(ctx context.Context, tx *db.Tx, query string) (expr string, args []any, err error) {
	var b strings.Builder
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return "", nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var version string
		var fromUS, afterSeq int64
		if err := rows.Scan(&version, &fromUS, &afterSeq); err != nil {
			return "", nil, err
		}
		n := len(args)
		fmt.Fprintf(&b, "WHEN t.seq > $%d AND t.at_us >= $%d THEN CAST($%d AS TEXT) ", n+1, n+2, n+3)
		args = append(args, afterSeq, fromUS, version)
	}
	if len(args) == 0 {
		return "''", nil, rows.Err()
	}
	return "CASE " + b.String() + "ELSE '' END", args, rows.Err()
}

func checkRates(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	card, args, err := inForce(ctx, tx, "SELECT version, from_us, after_seq FROM rate_card ORDER BY from_us DESC, version DESC")
	if err != nil {
		return err
	}
	return ledger.Look(RuleRates, ledger.Violation{Detail: "its transfer %d names a rate card that was not in force", Args: args,
		Query: "SELECT t.cause, t.seq FROM ledger_transfer t WHERE t.kind = 'gift.sent' AND t.rule <> " + card}).Run(ctx, tx, r)
}

func checkPrices(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	catalogue, args, err := inForce(ctx, tx, "SELECT DISTINCT version, from_us, after_seq FROM gift_item ORDER BY from_us DESC, version DESC")
	if err != nil {
		return err
	}
	return ledger.Look(RulePrice, ledger.Violation{Detail: "it cost %d coins, the catalogue in force said %d (-1: it did not have it)", Args: args,
		Query: `SELECT g.id, g.price_coins, COALESCE(i.price_coins, -1) FROM gift g JOIN ledger_transfer t ON t.seq = g.transfer_seq
			LEFT JOIN gift_item i ON i.id = g.item AND i.version = ` + catalogue + `
			WHERE i.id IS NULL OR i.price_coins <> g.price_coins`}).Run(ctx, tx, r)
}
