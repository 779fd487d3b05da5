package report

import (
	"context"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// Accounts returns the accounts whose path starts with the prefix, by path and
// asset, from the first one after the position that AccountPosition made of
// another ("" for the first page). A page may end between the currencies of
// one path, and is at most limit long.
func Accounts(ctx context.Context, tx *db.Tx, prefix string, limit int, after string) ([]ledger.Account, error) {
	path, asset := "", money.Asset("")
	if cut := strings.LastIndexByte(after, ' '); cut >= 0 {
		path, asset = after[:cut], money.Asset(after[cut+1:])
	}
	var all []ledger.Account
	if path != "" { // the other currencies of the path where the last page ended
		same, err := ledger.Balances(ctx, tx, path, 1, "")
		if err != nil {
			return nil, err
		}
		for _, a := range same {
			if a.Path == path && a.Asset > asset {
				all = append(all, a)
			}
		}
	}
	further, err := ledger.Balances(ctx, tx, prefix, limit, path)
	all = append(all, further...)
	return all[:min(limit, len(all))], err
}

// AccountPosition is where a page of Accounts ended that ended with this one.
func AccountPosition(a ledger.Account) string { return a.Path + " " + string(a.Asset) }
