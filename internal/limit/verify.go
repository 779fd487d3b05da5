package limit

import (
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
)

// RuleCause is the name of the rule of causes.
const RuleCause = "what counts against somebody's caps belongs to a product that charges people"

// Checks are the rules of limits for ledger verify. The products that charge
// people have ids of these kinds, and each holds its own spends to its rows.
func Checks(products ...id.Kind) []ledger.Check {
	known, args := make([]string, len(products)), make([]any, len(products))
	for i, k := range products {
		known[i], args[i] = "$"+strconv.Itoa(i+1), string(k)+"_"
	}
	return []ledger.Check{ledger.Look(RuleCause, ledger.Violation{Detail: "%d %s count for %s, and no product charges for it", Args: args,
		Query: "SELECT cause, units, asset, person_id FROM limit_spend WHERE SUBSTR(cause, 1, 4) NOT IN (" + strings.Join(known, ", ") + ")"})}
}
