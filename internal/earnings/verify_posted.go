package earnings

import "github.com/ovationhq/ovation/internal/ledger"

// checkPosted compares each earning with its own lines in the ledger: sums
// over all earnings would not see what one got and another lacks. What claws took
// while it was pending and did not return was not converted.
func checkPosted() ledger.Check {
	return ledger.Look(RulePosted, ledger.Violation{Detail: "%d was credited to it, it says %d",
		Query: `SELECT s.id, CAST(s.credited AS BIGINT), s.own FROM (
				SELECT e.id AS id, CASE WHEN e.own_asset = 'DIAMOND' THEN e.diamonds ELSE e.amount_units END AS own, SUM(l.amount) AS credited
				FROM ledger_line l JOIN earning e ON e.account_id = l.to_account JOIN ledger_transfer t ON t.seq = l.seq
				WHERE e.state = 'available' AND t.kind <> 'claw.returned' GROUP BY e.id, e.own_asset, e.diamonds, e.amount_units) s
			WHERE s.credited <> s.own`,
	}, ledger.Violation{Detail: "%d of its %d were converted, expected %d; %d became available to its creator, expected %d",
		Query: `SELECT s.id, CAST(s.converted AS BIGINT), s.own, s.own - COALESCE(k.moved, 0), CAST(s.paid AS BIGINT), s.units - COALESCE(k.units, 0)
			FROM (SELECT e.id AS id, CASE WHEN e.own_asset = 'DIAMOND' THEN e.diamonds ELSE e.amount_units END AS own, e.amount_units AS units,
					COALESCE(SUM(CASE WHEN l.from_account = e.account_id THEN l.amount ELSE 0 END), 0) AS converted,
					COALESCE(SUM(CASE WHEN a.path = 'creator/' || e.creator_id || '/available' AND a.asset = e.amount_asset THEN l.amount ELSE 0 END), 0) AS paid
				FROM earning e LEFT JOIN (SELECT t.cause AS earning_id, t.seq AS seq FROM ledger_transfer t WHERE t.kind = 'earning.available'
						UNION ALL SELECT c.earning_id, t.seq FROM earning_claw c JOIN ledger_transfer t ON t.cause = c.id AND t.kind = 'claw.returned'
						JOIN ledger_line l ON l.seq = t.seq AND l.n = 2 WHERE c.moved > 0) m ON m.earning_id = e.id
				LEFT JOIN ledger_line l ON l.seq = m.seq LEFT JOIN ledger_account a ON a.id = l.to_account
				GROUP BY e.id, e.own_asset, e.diamonds, e.amount_units) s
			LEFT JOIN (SELECT earning_id, CAST(SUM(moved) AS BIGINT) AS moved, CAST(SUM(units) AS BIGINT) AS units FROM earning_claw WHERE state <> 'returned' AND moved > 0 GROUP BY earning_id) k ON k.earning_id = s.id
			JOIN earning e ON e.id = s.id
			WHERE e.state = 'available' AND (s.converted <> s.own - COALESCE(k.moved, 0) OR s.paid <> s.units - COALESCE(k.units, 0))
				OR e.state = 'pending' AND (s.converted <> 0 OR s.paid <> 0)`,
	}, ledger.Violation{Detail: "it was converted at %d and held until %d (µs), or under another rate card, or is said to be pending",
		Query: `SELECT e.id, t.at_us, e.available_us FROM earning e JOIN ledger_transfer t ON t.cause = e.id AND t.kind = 'earning.available'
			WHERE e.state <> 'available' OR t.at_us < e.available_us OR t.rule <> e.rule`,
	}, ledger.Violation{Detail: "transfer %d converted it, and there is no such earning",
		Query: `SELECT t.cause, t.seq FROM ledger_transfer t WHERE t.kind = 'earning.available' AND NOT EXISTS (SELECT 1 FROM earning e WHERE e.id = t.cause)`})
}

// checkAccrued compares what earned money with the transfer that booked it.
func checkAccrued() ledger.Check {
	return ledger.Look(RuleAccrued,
		ledger.Violation{Detail: "it accrued %d, and transfer %d moved %d into its earning", Query: `SELECT x.cause, x.units, x.seq, CAST(COALESCE(SUM(l.amount), 0) AS BIGINT)
			FROM earning_accrual x LEFT JOIN earning e ON e.id = x.earning_id LEFT JOIN ledger_transfer t ON t.seq = x.seq AND t.cause = x.cause
				LEFT JOIN ledger_line l ON l.seq = t.seq AND l.to_account = e.account_id
			GROUP BY x.cause, x.units, x.seq HAVING COALESCE(SUM(l.amount), 0) <> x.units`},
		ledger.Violation{Detail: "transfer %d moved %d into it, and nothing accrued by it", Query: `SELECT e.id, l.seq, l.amount FROM earning e JOIN ledger_line l ON l.to_account = e.account_id
				JOIN ledger_transfer t ON t.seq = l.seq LEFT JOIN earning_accrual x ON x.seq = l.seq AND x.earning_id = e.id
			WHERE e.own_asset <> 'DIAMOND' AND t.kind <> 'claw.returned' AND x.cause IS NULL`})
}

// checkClawed compares earnings with the sums of their claws. A claw's money is at
// most one smallest unit away from its diamonds at the rate, by the rounding of
// the running total.
func checkClawed() ledger.Check {
	return ledger.Look(RuleClawed,
		ledger.Violation{Detail: "%d of it and %d of its money are taken back, its claws are %d and %d", Query: `SELECT e.id, e.clawed_own, e.clawed_units, CAST(COALESCE(k.own, 0) AS BIGINT), CAST(COALESCE(k.units, 0) AS BIGINT) FROM earning e
				LEFT JOIN (SELECT earning_id, SUM(own) AS own, SUM(units) AS units FROM earning_claw WHERE state <> 'returned' GROUP BY earning_id) k ON k.earning_id = e.id
			WHERE e.clawed_own <> COALESCE(k.own, 0) OR e.state = 'available' AND e.clawed_units <> COALESCE(k.units, 0)`},
		ledger.Violation{Detail: "it takes %d, of which %d is money and %d is borne: that is not its worth", Query: `SELECT c.id, c.own, c.units, c.borne_units FROM earning_claw c
				LEFT JOIN earning e ON e.id = c.earning_id AND e.creator_id = c.creator_id AND e.amount_asset = c.asset LEFT JOIN rate_card r ON r.version = e.rule
			WHERE e.id IS NULL OR c.moved > 0 AND c.borne_units > 0
				OR e.own_asset <> 'DIAMOND' AND c.units + c.borne_units <> c.own
				OR e.own_asset = 'DIAMOND' AND (c.moved = 0 OR e.state = 'available' AND c.state <> 'returned')
					AND (c.units + c.borne_units < c.own * r.pay_num / r.pay_den OR c.units + c.borne_units > c.own * r.pay_num / r.pay_den + 1)`})
}

// checkClaws compares each claw with its account and its transfers.
func checkClaws() ledger.Check {
	const took = "CASE WHEN c.moved > 0 THEN c.moved ELSE c.units END"
	return ledger.Look(RuleClaws,
		ledger.Violation{Detail: "it is %s, took %d and its accounts hold %d", Query: `SELECT c.id, c.state, ` + took + `, CAST(COALESCE(a.held, 0) AS BIGINT) FROM earning_claw c
				LEFT JOIN (SELECT path, SUM(balance) AS held FROM ledger_account WHERE path >= 'claw/' AND path < 'claw0' GROUP BY path) a ON a.path = 'claw/' || c.id
			WHERE COALESCE(a.held, 0) <> CASE WHEN c.state = 'held' THEN ` + took + ` ELSE 0 END`},
		ledger.Violation{Detail: "it is %s and took %d, and %d came to it from its earning or its creator; to the earning or the creator went %d", Query: `SELECT c.id, c.state, ` + took + `, CAST(COALESCE(m.came, 0) + COALESCE(x.units, 0) AS BIGINT), CAST(COALESCE(m.back, 0) AS BIGINT)
			FROM earning_claw c LEFT JOIN (
				SELECT c.id AS id, SUM(CASE WHEN t.kind = 'claw.held' AND o.path = 'claw/' || c.id AND f.path = CASE WHEN c.moved > 0 THEN 'earning/' || c.earning_id ELSE 'creator/' || c.creator_id || '/available' END THEN l.amount ELSE 0 END) AS came,
					SUM(CASE WHEN t.kind = 'claw.returned' AND f.path = 'claw/' || c.id AND o.path = CASE WHEN c.moved > 0 THEN 'earning/' || c.earning_id ELSE 'creator/' || c.creator_id || '/available' END THEN l.amount ELSE 0 END) AS back
				FROM earning_claw c JOIN ledger_transfer t ON t.cause = c.id JOIN ledger_line l ON l.seq = t.seq
					JOIN ledger_account f ON f.id = l.from_account JOIN ledger_account o ON o.id = l.to_account GROUP BY c.id) m ON m.id = c.id
			LEFT JOIN (SELECT claw_id, CAST(SUM(units) AS BIGINT) AS units FROM earning_recovery GROUP BY claw_id) x ON x.claw_id = c.id
			WHERE COALESCE(m.came, 0) + COALESCE(x.units, 0) <> ` + took + ` OR COALESCE(m.back, 0) <> CASE WHEN c.state = 'returned' THEN ` + took + ` ELSE 0 END`},
		ledger.Violation{Detail: "its end is %s, and that is not what the books say of where it went", Query: `SELECT c.id, c.state FROM earning_claw c
			WHERE c.state <> 'held' AND ` + took + ` + c.borne_units > 0 AND (` + took + ` > (SELECT COALESCE(SUM(x.units), 0) FROM earning_recovery x WHERE x.claw_id = c.id AND x.into_claw = 0) OR c.state = 'kept' AND EXISTS (SELECT 1 FROM earning e WHERE e.id = c.earning_id AND e.own_asset = 'DIAMOND')) AND NOT EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.cause = c.id AND t.kind = 'claw.' || c.state)`},
		ledger.Violation{Detail: "transfer %d is its %s, and there is no such claw, or it has not ended so", Query: `SELECT t.cause, t.seq, t.kind FROM ledger_transfer t LEFT JOIN earning_claw c ON c.id = t.cause
			WHERE t.kind IN ('claw.held', 'claw.kept', 'claw.regained', 'claw.returned') AND (c.id IS NULL OR t.kind <> 'claw.held' AND t.kind <> 'claw.' || c.state AND (c.kept_us = 0 OR t.kind = 'claw.returned' OR c.state <> 'returned'))`},
		ledger.Violation{Detail: "it was kept until %d (µs) and returned then, and %d of the reserve and %d of the revenue did not come back", Args: []any{ledger.Reserve, ledger.GiftRevenue},
			Query: `SELECT s.id, s.ended_us, CAST(s.reserve AS BIGINT), CAST(s.revenue AS BIGINT) FROM (SELECT c.id AS id, c.ended_us AS ended_us,
					COALESCE(SUM(CASE WHEN o.path = $1 THEN l.amount WHEN f.path = $1 THEN -l.amount ELSE 0 END), 0) + COALESCE((SELECT SUM(x.units) FROM earning_recovery x WHERE x.claw_id = c.id AND x.into_claw = 0), 0) AS reserve,
					COALESCE(SUM(CASE WHEN o.path = $2 THEN l.amount WHEN f.path = $2 THEN -l.amount ELSE 0 END), 0) AS revenue
				FROM earning_claw c LEFT JOIN ledger_transfer t ON t.cause = c.id AND t.kind IN ('claw.kept', 'claw.regained') LEFT JOIN ledger_line l ON l.seq = t.seq
					LEFT JOIN ledger_account f ON f.id = l.from_account LEFT JOIN ledger_account o ON o.id = l.to_account
				WHERE c.kept_us > 0 GROUP BY c.id, c.ended_us) s WHERE s.reserve <> 0 OR s.revenue <> 0`})
}

// checkRecovered compares what repaid the reserve with the transfers that booked it.
func checkRecovered() ledger.Check {
	return ledger.Look(RuleRecovered,
		ledger.Violation{Detail: "%d of it repaid claws that were held and %d the reserve; in the books are %d and %d", Args: []any{ledger.Reserve}, Query: `SELECT x.id, CAST(SUM(x.held) AS BIGINT), CAST(SUM(x.kept) AS BIGINT), CAST(-SUM(x.got) AS BIGINT), CAST(-SUM(x.paid) AS BIGINT) FROM (
				SELECT payout_id AS id, CASE WHEN into_claw = 1 THEN units ELSE 0 END AS held, CASE WHEN into_claw = 1 THEN 0 ELSE units END AS kept, 0 AS got, 0 AS paid FROM earning_recovery
				UNION ALL SELECT t.cause, 0, 0, CASE WHEN o.path LIKE 'claw/%' AND f.path LIKE 'creator/%' THEN -l.amount ELSE 0 END, CASE WHEN o.path = $1 AND f.path LIKE 'creator/%' THEN -l.amount ELSE 0 END
					FROM ledger_transfer t JOIN ledger_line l ON l.seq = t.seq JOIN ledger_account f ON f.id = l.from_account JOIN ledger_account o ON o.id = l.to_account WHERE t.kind = 'claw.recovered') x
			GROUP BY x.id HAVING SUM(x.held) + SUM(x.got) <> 0 OR SUM(x.kept) + SUM(x.paid) <> 0`},
		ledger.Violation{Detail: "%d came back of the payout %s for it, which had no part in its earning", Query: `SELECT x.claw_id, x.units, x.payout_id FROM earning_recovery x JOIN earning_claw c ON c.id = x.claw_id
			WHERE NOT EXISTS (SELECT 1 FROM payout_line l WHERE l.payout_id = x.payout_id AND l.earning_id = c.earning_id AND l.units >= x.units)`})
}
