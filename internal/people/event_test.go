package people

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/outbox"
)

// TestStateChanged changes each part of a person, and what is as it was, and
// reads what the log tells of it.
func TestStateChanged(t *testing.T) {
	each(t, func(w *world) {
		op := w.operator()
		p := w.join().Person
		name, handle, region := "Bea", "bea_"+strings.ToLower(string(p.ID[len(p.ID)-4:])), "CA"
		var from int64
		w.ok(w.db.Read(w.ctx, func(tx *db.Tx) (err error) { from, err = outbox.Head(w.ctx, tx); return err }))
		if from != 1 { // the operator's role; who is made has no event
			t.Errorf("%d events before the first change", from)
		}
		for range 2 { // the second time nothing changes
			_, err := w.Change(w.ctx, p.ID, Profile{Name: &name, Handle: &handle}, Details{Region: &region})
			w.ok(err)
			w.ok(w.GrantRole(w.ctx, op, p.ID, Creator))
		}
		w.ok(w.Suspend(w.ctx, op, p.ID, "A reason."))
		w.ok(w.Reinstate(w.ctx, op, p.ID))
		w.ok(w.RevokeRole(w.ctx, op, p.ID, Creator))
		w.ok(w.RevokeRole(w.ctx, op, p.ID, Creator))
		if err := w.Suspend(w.ctx, op, op.Person, "The last one."); err == nil {
			t.Error("the last operator was suspended")
		}
		var got [][]string
		w.ok(w.db.Read(w.ctx, func(tx *db.Tx) error {
			events, err := outbox.After(w.ctx, tx, from, 100)
			for _, e := range events {
				var d StateChanged
				if err := json.Unmarshal(e.Data, &d); err != nil || e.Type != "person.state_changed" || d.Person != p.ID || e.Topic != "person:"+string(p.ID) || d.ChangedAt == "" {
					t.Errorf("%s of %s: %s %v", e.Type, e.Topic, e.Data, err)
				}
				if slices.ContainsFunc([]string{name, handle, p.Email}, func(s string) bool { return strings.Contains(string(e.Data), s) }) {
					t.Errorf("the log keeps what is the person's: %s", e.Data)
				}
				got = append(got, d.Changed)
			}
			return err
		}))
		if diff := cmp.Diff([][]string{{"handle", "name", "region"}, {"roles"}, {"suspended"}, {"suspended"}, {"roles"}}, got); diff != "" {
			t.Error(diff)
		}
	})
}
