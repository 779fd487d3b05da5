package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
)

// log returns the audit log, oldest first, and verifies it.
func (w *world) log() (all []audit.Entry) {
	w.t.Helper()
	w.read(func(tx *db.Tx) (err error) {
		if all, err = audit.List(w.ctx, tx, audit.Query{Limit: audit.MaxPage}); err != nil {
			return err
		}
		return audit.Verify(w.ctx, tx, func(where, format string, args ...any) { w.t.Errorf("%s: %s", where, fmt.Sprintf(format, args...)) })
	})
	slices.Reverse(all)
	return all
}

// TestAudit does everything that is written down, once with effect and once
// without, and reads the log.
func TestAudit(t *testing.T) {
	each(t, func(w *world) {
		op, p := w.operator(), w.join().Person
		host, _, err := w.CreateKey(w.ctx, op, NewKey{Name: "the host", Scopes: []Scope{PeopleRead, PeopleWrite, SessionsWrite}})
		w.ok(err)
		byHost := context.WithValue(w.ctx, audit.OriginKey{}, audit.Origin{Actor: string(host.ID), Request: "req_1"})
		region, email := "CA", "other@example.org"
		for range 2 {
			_, err = w.Change(byHost, p.ID, Profile{}, Details{Region: &region, Email: &email})
			w.ok(err)
			w.ok(w.GrantRole(w.ctx, op, p.ID, Creator))
		}
		w.ok(w.RevokeRole(w.ctx, host.Caller(), p.ID, Creator))
		w.ok(w.GrantRole(w.ctx, op, p.ID, Operator))
		minted, err := w.MintSession(w.ctx, Console(), p.ID, time.Hour)
		w.ok(err)
		w.ok(w.RevokeRole(w.ctx, op, p.ID, Operator))
		w.ok(w.EndSession(byHost, p.ID, minted.Session.ID))
		w.ok(w.LogOutEverywhere(byHost, p.ID))
		w.ok(w.Suspend(w.ctx, op, p.ID, "Chargebacks."))
		if err := w.Suspend(w.ctx, op, p.ID, "Again."); err == nil {
			t.Error("suspended twice")
		}
		w.ok(w.Reinstate(w.ctx, op, p.ID))
		link, _, err := w.CreateLink(w.ctx, ForSetUp, "")
		w.ok(err)
		boss, err := w.SetUp(w.ctx, link, w.form())
		w.ok(err)
		w.ok(w.RevokeKey(w.ctx, op, host.ID))

		var got []string
		for _, e := range w.log() {
			got = append(got, strings.Join([]string{e.Actor, e.Verb, e.Subject, e.Reason, e.Changed, e.Request}, " "))
			for name, secret := range map[string]string{"an address": email, "another address": p.Email, "a token": minted.Token, "a link": link} {
				if strings.Contains(e.Changed+e.Reason+e.Subject, secret) {
					t.Errorf("the log holds %s: %+v", name, e)
				}
			}
		}
		want := []string{
			fmt.Sprintf(`%s key.create %s  {"mode":"test","name":"the host","scopes":["people:read","people:write","sessions:write"]} `, op.Person, host.ID),
			fmt.Sprintf(`%s person.change %s  {"fields":["email","region"]} req_1`, host.ID, p.ID),
			fmt.Sprintf(`%s role.grant %s  {"role":"creator"} `, op.Person, p.ID),
			fmt.Sprintf(`%s role.revoke %s  {"role":"creator"} `, host.ID, p.ID),
			fmt.Sprintf(`%s role.grant %s  {"role":"operator"} `, op.Person, p.ID),
			fmt.Sprintf(`console session.mint %s  {"seconds":3600,"session":"%s"} `, p.ID, minted.Session.ID),
			fmt.Sprintf(`%s role.revoke %s  {"role":"operator"} `, op.Person, p.ID),
			fmt.Sprintf(`%s session.end %s  {"session":"%s"} req_1`, host.ID, p.ID, minted.Session.ID),
			fmt.Sprintf(`%s session.end_all %s  {} req_1`, host.ID, p.ID),
			fmt.Sprintf(`%s person.suspend %s Chargebacks. {} `, op.Person, p.ID),
			fmt.Sprintf(`%s person.reinstate %s  {} `, op.Person, p.ID),
			`console link.create setup  {"purpose":"setup"} `,
			fmt.Sprintf(`%s role.grant %s The account was made with a set-up link. {"role":"operator"} `, boss.Person.ID, boss.Person.ID),
			fmt.Sprintf(`%s key.revoke %s  {"name":"the host"} `, op.Person, host.ID),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// What people do with what is their own is not written down, nor is what was
// refused.
func TestNoAudit(t *testing.T) {
	each(t, func(w *world) {
		in := w.join()
		p := in.Person
		for _, own := range []audit.Origin{{Actor: string(p.ID), Self: string(p.ID)}, {Actor: "key_1", Self: string(p.ID)}} {
			ctx := context.WithValue(w.ctx, audit.OriginKey{}, own)
			name := "Bea " + own.Actor
			_, err := w.Change(ctx, p.ID, Profile{Name: &name}, Details{})
			w.ok(err)
			w.ok(w.LogOutEverywhere(ctx, p.ID))
		}
		me := Caller{Person: p.ID, Roles: []Role{Fan}}
		w.ok(w.GrantRole(w.ctx, me, p.ID, Creator))
		w.ok(w.RevokeRole(w.ctx, Caller{Person: p.ID, Key: "key_1", Scopes: []Scope{PeopleWrite}}, p.ID, Creator))
		_, _, _, err := w.ForgotPassword(w.ctx, p.Email)
		w.ok(err)
		if err := w.GrantRole(w.ctx, me, p.ID, Operator); err == nil {
			t.Error("somebody made themselves an operator")
		}
		if err := w.Suspend(w.ctx, me, p.ID, "Myself."); err == nil {
			t.Error("somebody suspended themselves")
		}
		if all := w.log(); len(all) != 0 {
			t.Errorf("the log holds %+v", all)
		}
	})
}

// TestAuditFallsWithItsAct has the log refuse an entry: what was to be done is
// not done either.
func TestAuditFallsWithItsAct(t *testing.T) {
	each(t, func(w *world) {
		op, p := w.operator(), w.join().Person
		w.write(func(tx *db.Tx) error { _, err := tx.Exec(w.ctx, "DELETE FROM audit_head"); return err })
		for name, act := range map[string]func(ctx context.Context) error{
			"suspend": func(ctx context.Context) error { return w.Suspend(ctx, op, p.ID, "A reason.") },
			"role":    func(ctx context.Context) error { return w.GrantRole(ctx, op, p.ID, Creator) },
			"key":     func(ctx context.Context) error { _, _, err := w.FirstKey(ctx, "a key"); return err },
			"link":    func(ctx context.Context) error { _, _, err := w.CreateLink(ctx, ForSetUp, ""); return err },
			"signout": func(ctx context.Context) error { return w.LogOutEverywhere(ctx, p.ID) },
		} {
			if err := act(w.ctx); err == nil {
				t.Errorf("%s: it was done without an entry", name)
			}
		}
		if n := w.count("SELECT (SELECT COUNT(*) FROM person WHERE suspended_us > 0) + (SELECT COUNT(*) FROM person_role WHERE role = 'creator') + (SELECT COUNT(*) FROM api_key) + (SELECT COUNT(*) FROM one_time_link) + (SELECT COUNT(*) FROM session WHERE revoked_us > 0)"); n != 0 {
			t.Errorf("%d rows changed without an entry", n)
		}
	})
}
