package ledger

import (
	"strings"

	"github.com/ovationhq/ovation/internal/id"
)

// The paths of accounts. Where money is and whose it is can be read from
// them; dashboards are sums by path.
const (
	CoinsIssued     = "world/coins"              // COIN: below zero by all coins ever sold or promised
	CoinsSpent      = "platform/coins/spent"     // COIN: all coins given as gifts
	DiamondsIssued  = "world/diamonds"           // DIAMOND: below zero by all diamonds ever earned
	DiamondsCashed  = "world/diamonds/cashed"    // DIAMOND: converted to money
	Provider        = "provider/stripe"          // money: below zero by what the provider holds for us
	Deferred        = "platform/deferred"        // money: coins sold and not yet spent
	GiftRevenue     = "platform/revenue/gift"    // money: the coins given, less what creators were paid for them
	Conversion      = "world/conversion"         // money: what was exchanged, above zero in what we got, below in what we gave
	ProcessingCosts = "platform/cost/processing" // money: the provider's fees, below zero
	DifferenceCosts = "platform/cost/difference" // money: what nobody could explain and was written off
	ProviderUnknown = "suspense/provider"        // money: what moved at the provider for a reason that is not known yet
	Bank            = "world/bank"               // money: below zero by what the provider has paid out to the platform's own bank
	Reserve         = "platform/cost/reserve"    // money: what the platform bears of refunds and disputes, below zero
)

// LotPath is the COIN account of one lot.
func LotPath(lot id.Lot) string { return "lot/" + string(lot) }

// IsLot reports whether the path is a lot's.
func IsLot(path string) bool { return strings.HasPrefix(path, "lot/") }

// EarningPath is the account of one earning, in DIAMOND or in money.
func EarningPath(e id.Earning) string { return "earning/" + string(e) }

// AvailablePath is the money that a creator can have paid out.
func AvailablePath(creator id.Person) string { return "creator/" + string(creator) + "/available" }

// PayoutPath is the money of one payout, from the request until the provider
// has it.
func PayoutPath(p id.Payout) string { return "payout/" + string(p) }

// ClawPath is what a refund or a dispute took back from one earning, in DIAMOND or
// in money, while it is not decided who keeps it.
func ClawPath(c id.Claw) string { return "claw/" + string(c) }
