package ledger

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
)

// Violation is a query for the rows that break a rule.
type Violation struct {
	// Detail tells what is there and what should be, as a format of the
	// query's values: %d for each integer, %s or %q for each text.
	Detail string
	// Query returns the name of the row, which is a text, and then the values.
	Query string
	Args  []any
}

// Look is the check that these queries find nothing.
func Look(name string, all ...Violation) Check {
	return Check{Name: name, Run: func(ctx context.Context, tx *db.Tx, r *Report) error {
		for _, v := range all {
			if err := v.look(ctx, tx, name, r); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (v *Violation) look(ctx context.Context, tx *db.Tx, rule string, r *Report) error {
	rows, err := tx.Query(ctx, v.Query, v.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	verbs := valueVerbs.FindAllString(v.Detail, -1)
	for rows.Next() {
		var where string
		number, text := make([]int64, len(verbs)), make([]string, len(verbs))
		dest, values := []any{&where}, make([]any, len(verbs))
		for i, verb := range verbs {
			if verb == "%d" {
				dest = append(dest, &number[i])
			} else {
				dest = append(dest, &text[i])
			}
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for i, verb := range verbs {
			if values[i] = text[i]; verb == "%d" {
				values[i] = number[i]
			}
		}
		r.Add(rule, where, v.Detail, values...)
	}
	return rows.Err()
}

var valueVerbs = regexp.MustCompile(`%[dsq]`)

// RuleKinds is the name of the check that KindsOnly makes.
const RuleKinds = "every transfer is of a kind that a product posts"

// KindsOnly is the check that the journal has transfers of these kinds alone.
// That each of them has its cause is a rule of the product that posts it.
func KindsOnly(kinds ...string) Check {
	list, args := make([]string, len(kinds)), make([]any, len(kinds))
	for i, k := range kinds {
		list[i], args[i] = "$"+strconv.Itoa(i+1), k
	}
	return Look(RuleKinds, Violation{Detail: "transfer %d is of the kind %q", Args: args,
		Query: "SELECT t.cause, t.seq, t.kind FROM ledger_transfer t WHERE t.kind NOT IN (" + strings.Join(list, ", ") + ")"})
}
