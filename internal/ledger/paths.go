package ledger

import (
	"strings"

	"github.com/ovationhq/ovation/internal/id"
)

// The paths of accounts. Where money is and whose it is can be read from
// them; dashboards are sums by path.
const (
	CoinsIssued       = "world/coins"               // COIN: below zero by all coins ever sold or promised
	CoinsSpent        = "platform/coins/spent"      // COIN: all coins given as gifts
	DiamondsIssued    = "world/diamonds"            // DIAMOND: below zero by all diamonds ever earned
	DiamondsCashed    = "world/diamonds/cashed"     // DIAMOND: converted to money
	Provider          = "provider/stripe"           // money: below zero by what the provider holds for us
	Deferred          = "platform/deferred"         // money: coins sold and not yet spent
	GiftRevenue       = "platform/revenue/gift"     // money: the coins given, less what creators were paid for them
	Conversion        = "world/conversion"          // money: what was exchanged, above zero in what we got, below in what we gave
	ProcessingCosts   = "platform/cost/processing"  // money: the provider's fees, below zero
	TipSuspense       = "suspense/tip"              // money: what the provider's fees of covered tips were less than the rules say, or below zero more
	Reserve           = "platform/cost/reserve"     // money: what the platform bears of refunds and disputes, below zero
	DisputeCosts      = "platform/cost/dispute"     // money: what the provider takes for disputes, below zero
	RefundDifference  = "suspense/refund"           // money: what a refund took at the provider beyond what it should
	DisputeDifference = "suspense/dispute"          // money: the same of a dispute
	Rounding          = "platform/revenue/rounding" // money: smallest units that a division left over
	DifferenceCosts   = "platform/cost/difference"  // money: what nobody could explain and was written off
	ProviderUnknown   = "suspense/provider"         // money: what moved at the provider for a reason that is not known yet
	Bank              = "world/bank"                // money: below zero by what the provider has paid out to the platform's own bank
)

// LotPath is the COIN account of one lot.
func LotPath(lot id.Lot) string { return "lot/" + string(lot) }

// IsLot reports whether the path is a lot's.
func IsLot(path string) bool { return strings.HasPrefix(path, "lot/") }

// EarningPath is the account of one earning, in DIAMOND or in money.
func EarningPath(e id.Earning) string { return "earning/" + string(e) }

// AvailablePath is the money that a creator can have paid out.
func AvailablePath(creator id.Person) string { return "creator/" + string(creator) + "/available" }

// TipPath is the money of one tip on its way through: it ends at nothing.
func TipPath(t id.Tip) string { return "tip/" + string(t) }

// PayoutPath is the money of one payout, from the request until the provider
// has it.
func PayoutPath(p id.Payout) string { return "payout/" + string(p) }

// ClawPath is what a refund or a dispute took back from one earning, in DIAMOND or
// in money, while it is not decided who keeps it.
func ClawPath(c id.Claw) string { return "claw/" + string(c) }

// ReversalPath is what a refund or a dispute set aside, coins and money, until it
// is decided.
func ReversalPath(reversal string) string { return "reversal/" + reversal }
