package programme

import (
	"context"
	"fmt"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// Install adds policies, and emits policy.changed for each version of a
// programme that is new. Policies that exist with the same values are left as
// they are, so a start of the server may install its presets each time.
//
// The faults are validation_failed, with a pointer to every wrong part, and
// state_conflict where a version exists with other values or where two
// versions would start at the same instant.
func Install(ctx context.Context, tx *db.Tx, policies []Policy) error {
	if err := check(policies); err != nil {
		return err
	}
	installed, err := Policies(ctx, tx)
	if err != nil {
		return err
	}
	for _, group := range versions(policies) {
		p := group[0]
		have := slices.DeleteFunc(slices.Clone(installed), func(q Policy) bool { return !p.sameVersion(q) })
		if len(have) > 0 {
			if !sameSet(group, have) {
				return fault.New(fault.StateConflict, "The version %s of %s is installed with other values, and a version never changes. Install the new values under the next number.", p.Version, p.Programme)
			}
			continue
		}
		for _, q := range installed {
			if q.Programme == p.Programme && q.FromUS == p.FromUS {
				return fault.New(fault.StateConflict, "The versions %s and %s of %s start at the same instant, so nobody could say which one counts. Choose a later start for %s.", q.Version, p.Version, p.Programme, p.Version)
			}
		}
		if err := insert(ctx, tx, group); err != nil {
			return fmt.Errorf("programme: installing %s of %s: %w", p.Version, string(p.Programme), err)
		}
		if err := emitPolicy(ctx, tx, p); err != nil {
			return err
		}
		installed = append(installed, group...)
	}
	return nil
}

// versions groups policies by programme and version, in the order given.
func versions(policies []Policy) [][]Policy {
	var groups [][]Policy
	for _, p := range policies {
		i := slices.IndexFunc(groups, func(g []Policy) bool { return g[0].sameVersion(p) })
		if i < 0 {
			groups = append(groups, []Policy{p})
			continue
		}
		groups[i] = append(groups[i], p)
	}
	return groups
}

// sameSet reports whether both hold the same policies, in any order. Regions
// are unique in each.
func sameSet(a, b []Policy) bool {
	if len(a) != len(b) {
		return false
	}
	for _, p := range a {
		if !slices.ContainsFunc(b, p.equal) {
			return false
		}
	}
	return true
}

func insert(ctx context.Context, tx *db.Tx, policies []Policy) error {
	var rows, lines []any
	n := 0
	for _, p := range policies {
		rows = append(rows, string(p.Programme), p.Version, p.Region, p.Preset, p.FromUS, p.GraceDays, p.ReapplyDays)
		for k, c := range p.Criteria {
			lines = append(lines, string(p.Programme), p.Version, p.Region, k, string(c.Metric), string(c.Op), c.Threshold, joinWords(c.Words), c.Route, c.Label)
			n++
		}
	}
	err := tx.InsertRows(ctx, "programme_policy",
		[]string{"programme", "version", "region", "preset", "from_us", "grace_days", "reapply_days"}, len(policies), rows)
	if err != nil {
		return err
	}
	return tx.InsertRows(ctx, "programme_criterion",
		[]string{"programme", "version", "region", "n", "metric", "op", "threshold", "words", "route", "label"}, n, lines)
}
