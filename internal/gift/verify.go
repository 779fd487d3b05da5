package gift

import "github.com/ovationhq/ovation/internal/ledger"

// The rules of gifts, by name.
const (
	RuleCoins    = "a gift takes price × quantity coins and issues floor(coins × rate) diamonds"
	RuleTransfer = "every gift has its one transfer, and every gift transfer its gift"
	RuleOwners   = "the coins of a gift come from its sender's lots, and its diamonds go to its creator's earning of its place"
	RuleCombo    = "a combo is the sum of its sender's taps, numbered without gap"
	RuleSelf     = "nobody gives to themselves"
	RuleRates    = "a gift's transfer names the rate card that was in force"
	RulePrice    = "a gift cost what the catalogue in force said"
	RuleLog      = "events are numbered without gap up to the head"
	RuleEvents   = "every gift outside a combo and every combo that has ended has its one event"
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{"gift.sent"}

// Checks are the rules of gifts for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RuleCoins, ledger.Violation{Detail: "it earned %d diamonds, the rate card of its transfer says %d (-1: there is no such rate card)",
			Query: `SELECT g.id, g.diamonds, COALESCE(g.price_coins * g.quantity * c.diamonds_num / c.diamonds_den, -1) FROM gift g
				JOIN ledger_transfer t ON t.seq = g.transfer_seq LEFT JOIN rate_card c ON c.version = t.rule
				WHERE c.version IS NULL OR g.diamonds <> g.price_coins * g.quantity * c.diamonds_num / c.diamonds_den`}), // what its lines say rides with RuleOwners
		ledger.Look(RuleTransfer, ledger.Violation{Detail: "transfer %d is not its own, or of another instant",
			Query: `SELECT g.id, g.transfer_seq FROM gift g LEFT JOIN ledger_transfer t ON t.seq = g.transfer_seq
				WHERE t.seq IS NULL OR t.cause <> g.id OR t.kind <> 'gift.sent' OR t.at_us <> g.sent_us`,
		}, ledger.Violation{Detail: "transfer %d has no gift", // a cause has one transfer of a kind, so equal numbers leave none over
			Query: `SELECT t.cause, t.seq FROM ledger_transfer t LEFT JOIN gift g ON g.id = t.cause WHERE t.kind = 'gift.sent' AND g.id IS NULL
				AND (SELECT COUNT(*) FROM ledger_transfer WHERE kind = 'gift.sent') <> (SELECT COUNT(*) FROM gift)`}),
		{Name: RuleOwners, Ride: rideLines}, // and RuleCoins
		ledger.Look(RuleCombo, ledger.Violation{Detail: "its taps sum to %d coins, it says %d; or their numbers have a gap",
			Query: `SELECT c.id, CAST(COALESCE(SUM(g.price_coins * g.quantity), 0) AS BIGINT), c.coins FROM gift_combo c LEFT JOIN gift g ON g.combo = c.id AND g.combo <> ''
				GROUP BY c.id, c.coins, c.count, c.taps, c.diamonds
				HAVING COALESCE(SUM(g.price_coins * g.quantity), 0) <> c.coins OR COALESCE(SUM(g.diamonds), 0) <> c.diamonds OR COALESCE(SUM(g.quantity), 0) <> c.count OR COUNT(g.id) <> c.taps OR COALESCE(MAX(g.combo_seq), 0) <> c.taps`,
		}, ledger.Violation{Detail: "tap %d has no combo of the same sender, creator, place and gift",
			Query: `SELECT g.id, g.combo_seq FROM gift g LEFT JOIN gift_combo c ON c.id = g.combo
					AND c.sender_id = g.sender_id AND c.creator_id = g.creator_id AND c.target = g.target AND c.item = g.item
				WHERE g.combo <> '' AND c.id IS NULL`}),
		ledger.Look(RuleSelf, ledger.Violation{Detail: "sender and creator are the same person", Query: "SELECT g.id FROM gift g WHERE g.sender_id = g.creator_id"}),
		{Name: RuleRates, Run: checkRates},
		{Name: RulePrice, Run: checkPrices},
		{Name: RuleLog, Run: checkLog},
		{Name: RuleEvents, Run: checkEvents},
	}
}
