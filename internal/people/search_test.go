package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// crowd makes people and returns their ids by external id.
func (w *world) crowd(all ...NewPerson) map[string]id.Person {
	w.t.Helper()
	ids := map[string]id.Person{}
	for _, n := range all {
		p, _, err := w.EnsureExternal(w.ctx, n)
		w.ok(err)
		ids[n.ExternalID] = p.ID
	}
	return ids
}

// finds returns the external ids of whom the search finds.
func (w *world) finds(q Search) (names []string) {
	w.t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	all, err := w.Search(w.ctx, q)
	w.ok(err)
	for _, f := range all {
		names = append(names, f.ExternalID)
	}
	return names
}

func TestSearch(t *testing.T) {
	each(t, func(w *world) {
		ids := w.crowd(
			NewPerson{ExternalID: "x1", Handle: "mina", Name: "Mina Okafor", Email: "mina@example.org"},
			NewPerson{ExternalID: "x2", Handle: "min.a_fan", Name: "Zoé Minard", Email: "Zoe@Example.org"},
			NewPerson{ExternalID: "x3", Name: "minou"},
			NewPerson{ExternalID: "x4", Handle: "theo", Name: "Théo Lindqvist"},
			NewPerson{ExternalID: "mina", Handle: "other", Name: "An External Mina"},
			NewPerson{ExternalID: "x6", Name: "李小龙"},
			NewPerson{ExternalID: "x7", Handle: "l00p", Name: "100% %s _'; --"},
		)
		op := w.operator()
		w.ok(w.GrantRole(w.ctx, op, ids["x4"], Creator))
		w.ok(w.Suspend(w.ctx, op, ids["x3"], "A reason."))
		for query, want := range map[string][]string{
			"mina":             {"mina", "x1", "x2"}, // the external id in full, then handles, then names: x1 is one by its handle already
			"min":              {"x1", "x2", "x3"},
			"MIN":              {"x1", "x2", "x3"},
			"@min":             {"x1", "x2"},
			"min_a":            {"x1", "x2"},
			"mino":             {"x3"},
			"mina o":           {"x1"},
			"Zoe":              {"x2"},
			"zoé":              {"x2"},
			"Zoé M":            {"x2"},
			"theo":             {"x4"},
			"THÉO":             {"x4"},
			"zoe@example.org":  {"x2"},
			" ZOE@EXAMPLE.ORG": {"x2"},
			"zoe@example.or":   nil,
			"zoe@":             nil,
			string(ids["x3"]):  {"x3"},
			"x7":               {"x7"},
			"loop":             {"x7"},
			"100% %":           {"x7"},
			"%":                nil,
			"李小":               {"x6"},
			"小龙":               nil,
			"okafor":           nil,
			"nobody":           nil,
			"'":                nil,
		} {
			if got := w.finds(Search{Query: query}); !slices.Equal(got, want) {
				t.Errorf("%q finds %q, want %q", query, got, want)
			}
		}
		everybody := w.finds(Search{})
		if len(everybody) != 8 || everybody[0] != "" || everybody[7] != "x1" { // the operator signed up last
			t.Errorf("everybody is %q", everybody)
		}
		for name, c := range map[string]struct {
			q    Search
			want []string
		}{
			"creators":           {Search{Roles: []Role{Creator}}, []string{"x4"}},
			"operators and more": {Search{Roles: []Role{Operator, Creator}}, []string{"", "x4"}},
			"suspended":          {Search{State: Suspended}, []string{"x3"}},
			"suspended min":      {Search{Query: "min", State: Suspended}, []string{"x3"}},
			"active min":         {Search{Query: "min", State: Active}, []string{"x1", "x2"}},
			"a creator's id":     {Search{Query: string(ids["x4"]), Roles: []Role{Creator}, State: Active}, []string{"x4"}},
			"no creator's id":    {Search{Query: string(ids["x1"]), Roles: []Role{Creator}}, nil},
			"no suspended id":    {Search{Query: string(ids["x1"]), State: Suspended}, nil},
		} {
			if got := w.finds(c.q); !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		all, err := w.Search(w.ctx, Search{Query: "theo", Limit: 1})
		w.ok(err)
		if !slices.Equal(all[0].Roles, []Role{Creator, Fan}) || all[0].Name != "Théo Lindqvist" || all[0].HasPassword {
			t.Errorf("found: %+v", all[0])
		}
		name := "Ålex Minard"
		_, err = w.Change(w.ctx, ids["x4"], Profile{Name: &name}, Details{})
		w.ok(err)
		if got := w.finds(Search{Query: "alex"}); !slices.Equal(got, []string{"x4"}) {
			t.Errorf("after a change of name: %q", got)
		}
		_, err = w.Search(w.ctx, Search{State: "gone", Limit: 1})
		w.wants(err, fault.InvalidParameter)
		_, err = w.Search(w.ctx, Search{Roles: []Role{"king"}, Limit: 1})
		w.wants(err, fault.ValidationFailed)
	})
}

// Pages of any size put together are the whole, also when somebody joins in
// between.
func TestSearchByPages(t *testing.T) {
	w := &world{Service: newService(dbtest.SQLite(t, clock.NewManual(dbtest.Start)), Test, zeros{}, cheap), t: t, ctx: context.Background()}
	var crowd []NewPerson
	for i := range 40 {
		n := NewPerson{ExternalID: fmt.Sprintf("e%d", i), Name: []string{"Ana", "ana", "Anä B", "Bea", "anan"}[i%5]}
		if i%3 == 0 {
			n.Handle = fmt.Sprintf("an%c%c", 'a'+i%7, 'a'+i%26)
		}
		crowd = append(crowd, n)
	}
	crowd = append(crowd, NewPerson{ExternalID: "an", Name: "Nobody"}, NewPerson{ExternalID: "ana", Name: "Ana"})
	w.crowd(crowd...)
	rapid.Check(t, func(r *rapid.T) {
		q := Search{Query: rapid.SampledFrom([]string{"", "a", "an", "ana", "ana b", "@an", "b", "anan"}).Draw(r, "query"), Limit: 1000}
		whole := w.finds(q)
		var got []string
		seen := map[string]bool{}
		for q.Limit = rapid.IntRange(1, 7).Draw(r, "limit"); ; {
			page, err := w.Search(w.ctx, q)
			w.ok(err)
			for _, f := range page {
				if seen[string(f.ID)] {
					r.Fatalf("%s comes twice", f.ExternalID)
				}
				seen[string(f.ID)] = true
				got = append(got, f.ExternalID)
			}
			if len(page) < q.Limit {
				break
			}
			q.After = page[len(page)-1].Position
		}
		if !slices.Equal(got, whole) {
			r.Fatalf("%q by pages of %d: %q, want %q", q.Query, q.Limit, got, whole)
		}
	})
}

// zeros is no chance at all.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestSearchIsShort has the engine that tells its plan walk along an index: no
// query that names something reads everybody.
func TestSearchIsShort(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	plan := func(query string, args ...any) (all string) {
		t.Helper()
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			steps, err := db.Collect[string](tx.Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...))(func(r *db.Rows) (s string, err error) {
				var n int64
				return s, r.Scan(&n, &n, &n, &s)
			})
			all = strings.Join(steps, "; ")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	check := func(query string, args []any, index string) {
		t.Helper()
		got := plan(query, args...)
		if !strings.Contains(got, index) || strings.Contains(got, "SCAN person") && !strings.Contains(got, "USING INDEX "+index) || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("the plan of %s: %s", query, got)
		}
	}
	for _, q := range []Search{{Query: "min"}, {Query: "min", After: "2 mina"}, {Query: "min", After: "3 mina\x00usr_1"}, {Query: "min", Roles: []Role{Creator, Fan}, State: Active}} {
		q.Limit = 20
		for i, w := range q.walks(Skeleton(q.Query), nameKey(q.Query)) {
			query, args := q.statement(w.column, w.order, w.where)
			check(query, args, []string{"person_by_handle", "person_by_name"}[i])
		}
	}
	q := Search{State: Suspended, Limit: 20}
	query, args := q.statement("id", " ORDER BY id DESC", nil)
	check(query, args, "person_suspended")
	check("SELECT id FROM person WHERE email_lower = $1 AND email_lower <> ''", []any{"a"}, "person_by_email")
	check("SELECT id FROM person WHERE external_id = $1 AND external_id <> ''", []any{"a"}, "person_by_external")
}
