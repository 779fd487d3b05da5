package policy

import "github.com/ovationhq/ovation/internal/ledger"

// RuleKnown is the rule of what operators schedule, by name.
const RuleKnown = "rules that operators scheduled were known before they held, and stand unless they were withdrawn"

// Checks hold the versions of the sets that operators scheduled to the audit log,
// which nobody rewrites unseen.
func Checks(sets ...*Set) []ledger.Check {
	var all []ledger.Violation
	for _, s := range sets {
		all = append(all, s.violations()...)
	}
	return []ledger.Check{ledger.Look(RuleKnown, all...)}
}

func (s *Set) violations() []ledger.Violation {
	scheduled := "EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject = v.version AND a.verb = 'rules.scheduled' AND a.at_us < v.from_us)"
	return []ledger.Violation{
		{Detail: "it holds from %d on (µs), and by the audit log nobody had scheduled it before", Args: []any{s.Name + "@", s.Name + "@~"},
			Query: "SELECT v.version, v.from_us FROM (SELECT DISTINCT version, from_us FROM " + s.Table + " WHERE version > $1 AND version < $2) v WHERE NOT " + scheduled},
		{Detail: "it was withdrawn, and is there", Args: []any{s.Name + "@", s.Name + "@~"},
			Query: "SELECT DISTINCT v.version FROM " + s.Table + " v WHERE v.version > $1 AND v.version < $2 AND EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject = v.version AND a.verb = 'rules.withdrawn')"},
		{Detail: "it was scheduled and not withdrawn, and is gone", Args: []any{s.Name + "@", s.Name + "@~"},
			Query: `SELECT a.subject FROM audit_entry a WHERE a.subject > $1 AND a.subject < $2 AND a.verb = 'rules.scheduled'
				AND NOT EXISTS (SELECT 1 FROM ` + s.Table + ` v WHERE v.version = a.subject)
				AND NOT EXISTS (SELECT 1 FROM audit_entry w WHERE w.subject = a.subject AND w.verb = 'rules.withdrawn')`},
	}
}
