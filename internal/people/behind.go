package people

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// Behind returns the ids of the people and keys that are behind these: themselves,
// and of a key the person that it is bound to and who made it, as far back as that
// goes. Who administers the machine is behind nothing but what it does itself.
func Behind(ctx context.Context, tx *db.Tx, ids ...string) (map[string]bool, error) {
	behind := map[string]bool{}
	for len(ids) > 0 {
		one := ids[0]
		ids = ids[1:]
		if one == "" || behind[one] {
			continue
		}
		behind[one] = true
		makers, err := db.Collect[string](tx.Query(ctx, "SELECT person_id FROM api_key WHERE id = $1 UNION SELECT created_by FROM api_key WHERE id = $1 AND created_by <> $2", one, string(console)))(
			func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
		if err != nil {
			return nil, fmt.Errorf("people: finding who is behind %s: %w", one, err)
		}
		ids = append(ids, makers...)
	}
	return behind, nil
}

// IDs names all that is behind the caller at once: the person, the key, and the key
// that started the session.
func (c Caller) IDs() []string { return []string{string(c.Person), string(c.Key), string(c.Starter)} }

// Second refuses whoever can not be the second of two people who decide: a program,
// and whoever was the first one, or is behind the key that was, or the other way
// round. The operator's role is asked for, too.
func Second(ctx context.Context, tx *db.Tx, by Caller, first string) error {
	if err := by.RequireRole(Operator); err != nil {
		return err
	}
	if by.Key != "" {
		return fault.New(fault.Forbidden, "A second person has to agree, and a key is none. Sign in as another operator; nothing was changed.")
	}
	one, err := Behind(ctx, tx, first)
	if err != nil {
		return err
	}
	other, err := Behind(ctx, tx, by.IDs()...)
	for who := range one {
		if err == nil && other[who] {
			err = fault.New(fault.Forbidden, "Whoever has proposed it can not agree to it as well. Another operator has to; nothing was changed.")
		}
	}
	return err
}
