package tip

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of tips, by name.
const (
	RuleCharged  = "a tip has its charge, of what its fan pays, and is completed if and only if that succeeded"
	RuleBooked   = "a tip whose money came and whose entry is known has its one transfer: what arrived, the provider's fee, and the creator's part"
	RuleWhole    = "the creator gets a covered tip whole, and else what arrived less the fee"
	RulePlatform = "the platform keeps nothing of a tip"
	RuleEmpty    = "a tip's account ends at nothing, and belongs to a tip"
	RuleRule     = "a tip names the rules that were in force, and costs what they say"
	RuleCaps     = "a fan tips no more in a UTC day than its caps"
	RuleCounted  = "a tip counts against its fan's own caps with what they pay from the intent on, and no longer once its charge has failed"
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{Booked}

// Checks are the rules of tips for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RuleCharged, ledger.Violation{Detail: "the charge is %s of %d %s; the tip costs %d %s and was completed at %d",
			Query: `SELECT t.id, COALESCE(c.outcome, 'none'), COALESCE(c.amount_units, 0), COALESCE(c.amount_asset, ''), t.charged_units, t.asset, t.completed_us
				FROM tip t LEFT JOIN payment_charge c ON c.subject = t.id
				WHERE c.id IS NULL OR c.purpose <> 'tip' OR c.person_id <> t.fan_id OR c.amount_units <> t.charged_units OR c.amount_asset <> t.asset
					OR (c.outcome = 'succeeded') <> (t.completed_us > 0)`}),
		checkBooked(),
		ledger.Look(RuleWhole, ledger.Violation{Detail: "the creator got %d %s of a tip of %d, covered %d; %d %s arrived, less a fee of %d",
			Query: `SELECT t.id, t.net_units, t.net_asset, t.amount_units, t.cover_fee, c.settled_units, c.settled_asset, c.fee_units
				FROM tip t JOIN payment_charge c ON c.subject = t.id WHERE t.net_asset <> '' AND (t.net_asset <> c.settled_asset
					OR t.net_units <> CASE WHEN t.cover_fee = 1 AND c.settled_asset = t.asset THEN t.charged_units - t.fee_units
						WHEN c.settled_units > c.fee_units THEN c.settled_units - c.fee_units ELSE 0 END)`}),
		ledger.Look(RulePlatform, ledger.Violation{Detail: "line %d of its transfer moves %d from or to %s",
			Query: `SELECT t.cause, l.n, l.amount, a.path FROM ledger_transfer t CROSS JOIN ledger_line l
				JOIN ledger_account a ON a.id = l.from_account OR a.id = l.to_account
				WHERE l.seq = t.seq AND t.kind = 'tip.succeeded' AND SUBSTR(a.path, 1, 9) = 'platform/'`}), // a cross join is read in this order: there are few tips among the lines
		ledger.Look(RuleEmpty, ledger.Violation{Detail: "it holds %d %s",
			Query: `SELECT a.path, a.balance, a.asset FROM ledger_account a WHERE a.path >= 'tip/' AND a.path < 'tip0'
				AND (a.balance <> 0 OR NOT EXISTS (SELECT 1 FROM tip t WHERE t.id = SUBSTR(a.path, 5)))`}),
		{Name: RuleRule, Run: checkRules},
		{Name: RuleCaps, Run: checkCaps},
		ledger.Look(RuleCounted, ledger.Violation{Detail: "%d %s of %s count since %d, with the card %q, and were released at %d; the charge is %s of the card %q",
			Query: `SELECT t.id, COALESCE(s.units, 0), COALESCE(s.asset, ''), COALESCE(s.person_id, ''), COALESCE(s.at_us, 0), COALESCE(s.instrument, ''), COALESCE(s.released_us, 0), COALESCE(c.outcome, 'none'), COALESCE(c.instrument, '')
				FROM tip t LEFT JOIN payment_charge c ON c.subject = t.id LEFT JOIN limit_spend s ON s.cause = t.id
				WHERE s.cause IS NULL OR s.units <> t.charged_units OR s.asset <> t.asset OR s.person_id <> t.fan_id OR s.at_us <> t.created_us
					OR s.instrument <> c.instrument OR (s.released_us > 0) <> (COALESCE(c.outcome, '') IN ('failed', 'canceled'))`},
			ledger.Violation{Detail: "%d %s count for a tip that there is not",
				Query: "SELECT cause, units, asset FROM limit_spend s WHERE SUBSTR(cause, 1, 4) = 'tip_' AND NOT EXISTS (SELECT 1 FROM tip t WHERE t.id = s.cause)"}),
	}
}

// checkBooked adds up what went through a tip's account in its transfer: in from
// the provider what arrived, out to it the fee, out to the creator's earning the
// rest. A tip whose entry is not known has none.
func checkBooked() ledger.Check {
	return ledger.Look(RuleBooked, ledger.Violation{
		Detail: "%d transfers: %d came in, %d were the fee, %d went to its earning; the charge says %d and %d in %q, the tip %d",
		Args:   []any{ledger.Provider},
		Query: `SELECT s.id, s.transfers, CAST(s.came AS BIGINT), CAST(s.fee AS BIGINT), CAST(s.earned AS BIGINT), s.settled_units, s.fee_units, s.settled_asset, s.net_units FROM (
				SELECT t.id AS id, t.net_units AS net_units, t.net_asset AS net_asset, c.settled_units AS settled_units, c.settled_asset AS settled_asset, c.fee_units AS fee_units,
					COUNT(DISTINCT x.seq) AS transfers,
					COALESCE(SUM(CASE WHEN f.path = $1 AND o.path = 'tip/' || t.id AND f.asset = c.settled_asset THEN l.amount ELSE 0 END), 0) AS came,
					COALESCE(SUM(CASE WHEN f.path = 'tip/' || t.id AND o.path = $1 AND f.asset = c.settled_asset THEN l.amount ELSE 0 END), 0) AS fee,
					COALESCE(SUM(CASE WHEN f.path = 'tip/' || t.id AND o.path = 'earning/' || t.earning_id AND f.asset = c.settled_asset AND t.earning_id <> ''
						AND EXISTS (SELECT 1 FROM earning e WHERE e.id = t.earning_id AND e.creator_id = t.creator_id AND e.source = 'tip') THEN l.amount ELSE 0 END), 0) AS earned
				FROM tip t JOIN payment_charge c ON c.subject = t.id LEFT JOIN ledger_transfer x ON x.cause = t.id AND x.kind = 'tip.succeeded'
					LEFT JOIN ledger_line l ON l.seq = x.seq LEFT JOIN ledger_account f ON f.id = l.from_account LEFT JOIN ledger_account o ON o.id = l.to_account
				GROUP BY t.id, t.net_units, t.net_asset, c.outcome, c.settled_units, c.settled_asset, c.fee_units) s
			WHERE CASE WHEN s.settled_asset = '' THEN s.transfers <> 0 OR s.net_asset <> ''
				ELSE s.net_asset <> s.settled_asset OR s.came <> s.settled_units OR s.fee <> s.fee_units OR s.earned <> s.net_units
					OR s.transfers <> CASE WHEN s.settled_units = 0 AND s.fee_units = 0 AND s.net_units = 0 THEN 0 ELSE 1 END END`},
		ledger.Violation{Detail: "transfer %d is one of tips, and there is no such tip",
			Query: "SELECT x.cause, x.seq FROM ledger_transfer x WHERE x.kind = 'tip.succeeded' AND NOT EXISTS (SELECT 1 FROM tip t WHERE t.id = x.cause)"})
}

// checkRules goes through the tips with the rules that they name.
func checkRules(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	rules, err := History(ctx, tx)
	if err != nil {
		return err
	}
	all, err := db.Collect[Tip](tx.Query(ctx, "SELECT "+tipColumns+" FROM tip ORDER BY id"))(scanTip)
	if err != nil {
		return err
	}
	for _, t := range all {
		var held *Rule // the one of the currency in the version that was in force
		version := ""
		for i := range rules { // the newest first
			if rules[i].FromUS <= t.CreatedUS && version == "" {
				version = rules[i].Version
			}
			if rules[i].Version == version && rules[i].Asset == t.Price.Amount.Asset {
				held = &rules[i]
			}
		}
		switch {
		case held == nil || version != t.Rule:
			r.Add(RuleRule, string(t.ID), "it names %s, in force was %q", t.Rule, version)
		case held.amount(t.Price.Amount.Units) != nil:
			r.Add(RuleRule, string(t.ID), "%d %s can not be tipped by %s", t.Price.Amount.Units, t.Price.Amount.Asset, t.Rule)
		case held.Price(t.Price.Amount.Units, t.CoverFee) != t.Price:
			r.Add(RuleRule, string(t.ID), "%d were charged with a fee of %d, %s says otherwise", t.Price.Charged.Units, t.Price.Fee.Units, t.Rule)
		}
	}
	return nil
}

// checkCaps adds up each fan's days. A day across a change of the rules has at
// most the larger number of tips.
func checkCaps(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	type day struct {
		fan  string
		n    int64
		tips int64 // the cap in number
		spent
	}
	all, err := db.Collect[day](tx.Query(ctx, `SELECT t.fan_id, t.created_us / 86400000000 AS day, MAX(r.day_tips), CAST(SUM(t.amount_units) AS BIGINT), r.day_units, COUNT(*)
		FROM tip t JOIN payment_charge c ON c.subject = t.id JOIN tip_rule r ON r.version = t.rule AND r.asset = t.asset
		WHERE `+counts+` GROUP BY t.fan_id, t.created_us / 86400000000, t.rule, t.asset, r.day_units ORDER BY 1, 2`))(
		func(row *db.Rows) (d day, err error) {
			return d, row.Scan(&d.fan, &d.n, &d.tips, &d.units, &d.cap, &d.spent.tips)
		})
	for from := 0; from < len(all); {
		to, most := from, int64(0)
		var parts []spent
		for ; to < len(all) && all[to].fan == all[from].fan && all[to].n == all[from].n; to++ {
			parts, most = append(parts, all[to].spent), max(most, all[to].tips)
		}
		used, tips := share(parts)
		if over := used.Cmp(one) > 0; over || tips > most {
			r.Add(RuleCaps, all[from].fan, "on %s it gave %d of %d tips, of which %s of a day's money", time.Unix(all[from].n*86400, 0).UTC().Format(time.DateOnly), tips, most, used.FloatString(3))
		}
		from = to
	}
	return err
}
