package reconcile

import "github.com/ovationhq/ovation/internal/ledger"

// The rules of reconciliation, by name.
const (
	RulePlace  = "reconciliation has compared no more of the journal than there is"
	RuleBooked = "an entry of the provider that reconciliation books has one transfer, of its net amount"
	RuleCase   = "an entry in suspense has a case of its amount"
)

// Checks are the rules of reconciliation for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RulePlace, ledger.Violation{Detail: "it is transfer %d, and the journal ends with %d",
			Query: "SELECT 'reconcile_place', p.seq, h.seq FROM reconcile_place p CROSS JOIN (SELECT COALESCE(MAX(seq), 0) AS seq FROM ledger_transfer) h WHERE p.seq > h.seq"}),
		ledger.Look(RuleBooked,
			ledger.Violation{Detail: "it was booked to %q, with %d transfers, and %d of their lines are its %d %s to where it was booked", Args: []any{ledger.Provider, ledger.Bank, ledger.ProviderUnknown},
				Query: `SELECT s.id, s.booked, CAST(s.transfers AS BIGINT), CAST(s.fits AS BIGINT), s.net_units, s.asset FROM (
					SELECT e.id AS id, e.booked AS booked, e.net_units AS net_units, e.asset AS asset,
						(SELECT COUNT(*) FROM ledger_transfer t WHERE t.cause = e.id AND t.kind LIKE 'provider_entry.%') AS transfers,
						(SELECT COUNT(*) FROM ledger_transfer t JOIN ledger_line l ON l.seq = t.seq JOIN ledger_account f ON f.id = l.from_account JOIN ledger_account o ON o.id = l.to_account
							WHERE t.cause = e.id AND t.kind = 'provider_entry.' || e.booked AND f.asset = e.asset AND (
								(e.net_units = l.amount AND f.path = $1 AND o.path = CASE e.booked WHEN 'bank' THEN $2 ELSE $3 END)
								OR (e.net_units = -l.amount AND o.path = $1 AND f.path = CASE e.booked WHEN 'bank' THEN $2 ELSE $3 END))) AS fits
					FROM reconcile_entry e) s
					WHERE s.transfers <> CASE WHEN s.booked = '' OR s.net_units = 0 THEN 0 ELSE 1 END OR s.fits <> s.transfers`},
			ledger.Violation{Detail: "transfer %d books no entry", Query: `SELECT t.cause, t.seq FROM ledger_transfer t WHERE t.kind LIKE 'provider_entry.%'
				AND NOT EXISTS (SELECT 1 FROM reconcile_entry e WHERE e.id = t.cause)`}),
		ledger.Look(RuleCase, ledger.Violation{Detail: "it is about %d %s, its case about %d %s in %q", Args: []any{ledger.ProviderUnknown},
			Query: `SELECT e.id, e.net_units, e.asset, COALESCE(c.amount_units, 0), COALESCE(c.amount_asset, 'nothing'), COALESCE(c.account, '')
				FROM reconcile_entry e LEFT JOIN casework_case c ON c.kind = 'difference' AND c.subject = e.id
				WHERE e.booked = 'suspense' AND (c.id IS NULL OR c.amount_units <> e.net_units OR c.amount_asset <> e.asset OR c.account <> $1)`}),
	}
}
