package people

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// State is whether somebody may do anything.
type State string

// The states; "" is any of them.
const (
	Active    State = "active"
	Suspended State = "suspended"
)

// Search is what an operator looks for.
type Search struct {
	// Query is an id, an e-mail address or an external id, in full; or how a
	// handle or a name begins. With an @ in front it is a handle. Nothing is
	// everybody, the newest first.
	Query string
	Roles []Role // any of these; none: whatever the role
	State State
	After string // the Position of the last one of the page before; "" for the first page
	Limit int
}

// Found is a person whom a search has found.
type Found struct {
	Person
	Roles    []Role
	Position string // where the search goes on after it
}

// Found people come in this order: who is named in full, then by handle, then
// by name.
const (
	foundExactly  = "1"
	foundByHandle = "2"
	foundByName   = "3"
	foundAll      = "0" // without a query
)

// Search returns the people that are looked for, at most so many, in an order
// that new people do not change. Operators do it, and the host.
//
// What it costs: an id, an e-mail address and an external id are one look into
// an index each, and handles and names one walk along an index from the first
// that fits, as far as the page goes. A role or a state that few of those have
// who fit makes the walk longer, up to all of them. A name is found by its
// beginning, whatever its accents and capitals, and not by its second word: that
// would need every name read.
func (s *Service) Search(ctx context.Context, q Search) (all []Found, err error) {
	if q.Limit < 1 {
		return nil, fmt.Errorf("people: a search for %d people", q.Limit)
	}
	for _, role := range q.Roles {
		if err := refuseRole(role); err != nil {
			return nil, err
		}
	}
	if q.State != "" && q.State != Active && q.State != Suspended {
		return nil, fault.New(fault.InvalidParameter, "The state is active or suspended.").At("state", fault.InvalidParameter, "The state is active or suspended.")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = search(ctx, tx, q)
		return err
	})
	return all, err
}

func search(ctx context.Context, tx *db.Tx, q Search) (all []Found, err error) {
	q.Query = strings.TrimSpace(q.Query)
	if q.Query == "" {
		all, err = q.page(ctx, tx, foundAll, "id", " ORDER BY id DESC", condition{q.after(foundAll, "id < %s")})
		if err != nil {
			return nil, err
		}
		return all, addRoles(ctx, tx, all)
	}
	exact, err := q.exactly(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, f := range exact {
		if q.fits(&f) && f.Position > q.After {
			all = append(all, f)
		}
	}
	skeleton, key := Skeleton(q.Query), nameKey(q.Query)
	for _, w := range q.walks(skeleton, key) {
		if w.prefix == "" || len(all) >= q.Limit || q.After != "" && q.After[:1] > w.section {
			continue
		}
		for _, f := range exact {
			w.where = append(w.where, clause{"id <> %s", []any{string(f.ID)}})
		}
		rest := q
		rest.Limit -= len(all)
		more, err := rest.page(ctx, tx, w.section, w.column, w.order, w.where)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	all = all[:min(len(all), q.Limit)]
	return all, addRoles(ctx, tx, all)
}

// walk is along an index of what begins with the prefix.
type walk struct {
	section, column, prefix, order string
	where                          condition
}

// walks are the two walks of a query that names nobody in full.
func (q *Search) walks(skeleton, key string) []walk {
	byHandle := between("handle_skeleton", skeleton)
	if strings.HasPrefix(q.Query, "@") {
		key = ""
	}
	return []walk{
		{foundByHandle, "handle_skeleton", skeleton, " ORDER BY handle_skeleton", condition{byHandle, {"handle_skeleton <> ''", nil}, q.after(foundByHandle, "handle_skeleton > %s")}},
		{foundByName, "name_key", key, " ORDER BY name_key, id", condition{between("name_key", key), byHandle.not(skeleton), q.after(foundByName, "(name_key, id) > (%s, %s)")}},
	}
}

// clause is a part of a condition: %s stands for each of its values.
type clause struct {
	text string
	args []any
}

// condition is what has to hold together. An empty clause always does.
type condition []clause

// build writes the condition, with its values behind those of args.
func (c condition) build(args []any) (string, []any) {
	var parts []string
	for _, one := range c {
		if one.text == "" {
			continue
		}
		places := make([]any, len(one.args))
		for i, a := range one.args {
			args = append(args, a)
			places[i] = fmt.Sprintf("$%d", len(args))
		}
		parts = append(parts, fmt.Sprintf(one.text, places...))
	}
	if len(parts) == 0 {
		return "", args
	}
	return " WHERE " + strings.Join(parts, " AND "), args
}

// between is that the column begins with the prefix. Texts sort by their bytes
// on both engines, and no character has a byte of 0xFF.
func between(column, prefix string) clause {
	return clause{column + " >= %s AND " + column + " < %s", []any{prefix, prefix + "\U0010ffff"}}
}

// not turns the clause around, unless the prefix is empty: then nothing begins
// with it.
func (c clause) not(prefix string) clause {
	if prefix == "" {
		return clause{}
	}
	return clause{"NOT (" + c.text + ")", c.args}
}

// after is where the walk goes on, if the page before ended in its section.
func (q *Search) after(section, text string) clause {
	at, found := strings.CutPrefix(q.After, section+" ")
	if !found {
		return clause{}
	}
	if key, person, two := strings.Cut(at, "\x00"); two {
		return clause{text, []any{key, person}}
	}
	return clause{text, []any{at}}
}

// filters are the roles and the state that are looked for.
func (q *Search) filters() (c condition) {
	if len(q.Roles) > 0 {
		args := make([]any, len(q.Roles))
		for i, r := range q.Roles {
			args[i] = string(r)
		}
		places := strings.TrimSuffix(strings.Repeat("%s, ", len(args)), ", ")
		c = append(c, clause{"EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = person.id AND r.role IN (" + places + "))", args})
	}
	switch q.State {
	case Active:
		c = append(c, clause{"suspended_us = 0", nil})
	case Suspended:
		c = append(c, clause{"suspended_us > 0", nil})
	}
	return c
}

// statement is a walk along one order.
func (q *Search) statement(key, order string, where condition) (query string, args []any) {
	chosen, args := append(where, q.filters()...).build(nil)
	args = append(args, q.Limit)
	return fmt.Sprintf("SELECT %s, %s FROM person%s%s LIMIT $%d", key, personColumns, chosen, order, len(args)), args
}

// page walks along one order.
func (q *Search) page(ctx context.Context, tx *db.Tx, section, key, order string, where condition) ([]Found, error) {
	query, args := q.statement(key, order, where)
	return db.Collect[Found](tx.Query(ctx, query, args...))(
		func(r *db.Rows) (f Found, err error) {
			var at, hash string
			err = r.Scan(&at, (*string)(&f.ID), &f.Handle, &f.Name, &f.Email, &f.Region, &f.BirthDate, &f.Locale, (*string)(&f.AccountKind),
				&f.ExternalID, &f.CreatedUS, &f.SuspendedUS, &f.SuspendedReason, &hash)
			f.HasPassword, f.Position = hash != "", section+" "+at
			if section == foundByName { // names are not unique
				f.Position += "\x00" + string(f.ID)
			}
			return f, err
		})
}

// exactly returns whom the query names in full, whatever their role and state,
// by their ids: three looks into three indexes.
func (q *Search) exactly(ctx context.Context, tx *db.Tx) (all []Found, err error) {
	seen := map[id.Person]bool{}
	for _, one := range []struct{ where, value string }{
		{"id = $1", q.Query}, {"email_lower = $1 AND email_lower <> ''", strings.ToLower(q.Query)}, {"external_id = $1 AND external_id <> ''", q.Query},
	} {
		found, err := db.Collect[Person](tx.Query(ctx, "SELECT "+personColumns+" FROM person WHERE "+one.where, one.value))(scanPerson)
		if err != nil {
			return nil, fmt.Errorf("people: looking for a person: %w", err)
		}
		for _, p := range found {
			if !seen[p.ID] {
				seen[p.ID] = true
				all = append(all, Found{Person: p, Position: fmt.Sprintf("%s %d", foundExactly, len(all))})
			}
		}
	}
	return all, addRoles(ctx, tx, all)
}

// fits applies the filters to somebody who was named in full.
func (q *Search) fits(f *Found) bool {
	if q.State == Active && f.SuspendedUS != 0 || q.State == Suspended && f.SuspendedUS == 0 {
		return false
	}
	if len(q.Roles) == 0 {
		return true
	}
	for _, want := range q.Roles {
		for _, has := range f.Roles {
			if want == has {
				return true
			}
		}
	}
	return false
}

// addRoles reads the roles of all in one query.
func addRoles(ctx context.Context, tx *db.Tx, all []Found) error {
	if len(all) == 0 {
		return nil
	}
	list, at := make([]any, len(all)), make(map[string]int, len(all))
	for i := range all {
		list[i], at[string(all[i].ID)], all[i].Roles = string(all[i].ID), i, nil
	}
	rows, err := tx.QueryList(ctx, "SELECT person_id, role FROM person_role WHERE person_id IN ($list) ORDER BY person_id, role", list)
	if err != nil {
		return fmt.Errorf("people: reading roles: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var person string
		var role Role
		if err := rows.Scan(&person, (*string)(&role)); err != nil {
			return fmt.Errorf("people: reading roles: %w", err)
		}
		f := &all[at[person]]
		f.Roles = append(f.Roles, role)
	}
	return rows.Err()
}

// mostKey bounds what is kept of a name to find it by, in characters.
const mostKey = 64

// nameKey is a name as it is looked up by: in small letters, without marks, and
// with the plain forms of its characters.
func nameKey(name string) string {
	var b strings.Builder
	n := 0
	for _, c := range norm.NFKD.String(name) {
		if unicode.Is(unicode.M, c) || n >= mostKey {
			continue
		}
		b.WriteRune(unicode.ToLower(c))
		n++
	}
	return b.String()
}
