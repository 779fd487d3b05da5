package people

import (
	"slices"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

func TestUpdateProfile(t *testing.T) {
	each(t, func(w *world) {
		p, other := w.join().Person, w.join().Person
		got, err := w.UpdateProfile(w.ctx, p.ID, Profile{Handle: ptr("New.Name"), Name: ptr(" Bo "), Locale: ptr("FR-ca")})
		w.ok(err)
		p.Handle, p.Name, p.Locale = "new.name", "Bo", "fr-CA"
		if got != p {
			t.Errorf("%+v", got)
		}
		got, err = w.UpdateProfile(w.ctx, p.ID, Profile{Handle: ptr("NEWNAME")}) // the same name, written otherwise
		w.ok(err)
		if got.Handle != "newname" {
			t.Errorf("%+v", got)
		}
		for _, c := range []struct {
			change Profile
			code   fault.Code
		}{
			{Profile{Handle: ptr(other.Handle)}, fault.HandleTaken},
			{Profile{Handle: ptr("")}, fault.ValidationFailed},
			{Profile{Name: ptr("")}, fault.ValidationFailed},
			{Profile{Name: ptr(strings.Repeat("x", 51))}, fault.TextTooLong},
			{Profile{Locale: ptr("")}, fault.ValidationFailed},
			{Profile{Handle: ptr("a"), Name: ptr("\x00")}, fault.ValidationFailed},
		} {
			_, err := w.UpdateProfile(w.ctx, p.ID, c.change)
			w.wants(err, c.code)
		}
		_, err = w.UpdateProfile(w.ctx, somebodyElse, Profile{})
		w.wants(err, fault.NotFound)
		if now, _, err := w.Person(w.ctx, p.ID); err != nil || now != got {
			t.Errorf("a refused change left %+v, %v", now, err)
		}
	})
}

func TestSetDetails(t *testing.T) {
	each(t, func(w *world) {
		p, other := w.join().Person, w.join().Person
		got, err := w.SetDetails(w.ctx, p.ID, Details{Email: ptr("New@Example.org"), Region: ptr("JP"), BirthDate: ptr("2006-03-11"), AccountKind: ptr(Business)})
		w.ok(err)
		if got.Email != "New@Example.org" || got.Region != "JP" || got.AccountKind != Business {
			t.Errorf("%+v", got)
		}
		w.wants(got.MayPay(w.clk.Now()), fault.AgeRestricted)
		_, err = w.LogIn(w.ctx, LogIn{Email: "new@example.org", Password: password})
		w.ok(err)
		for _, c := range []struct {
			change Details
			code   fault.Code
		}{
			{Details{Email: ptr(strings.ToUpper(other.Email))}, fault.AlreadyDone},
			{Details{Email: ptr("x")}, fault.ValidationFailed},
			{Details{Region: ptr("XX")}, fault.ValidationFailed},
			{Details{BirthDate: ptr("")}, fault.ValidationFailed},
			{Details{BirthDate: ptr("2020-01-01")}, fault.AgeRestricted},
			{Details{AccountKind: ptr(AccountKind("x"))}, fault.ValidationFailed},
		} {
			_, err := w.SetDetails(w.ctx, p.ID, c.change)
			w.wants(err, c.code)
		}
	})
}

func TestRoles(t *testing.T) {
	each(t, func(w *world) {
		in, other := w.join(), w.join()
		me := Caller{Person: in.Person.ID, Roles: []Role{Fan}}
		w.ok(w.GrantRole(w.ctx, me, me.Person, Creator))
		w.ok(w.GrantRole(w.ctx, me, me.Person, Creator))
		w.wants(w.GrantRole(w.ctx, me, me.Person, Operator), fault.RoleRequired)
		w.wants(w.GrantRole(w.ctx, me, other.Person.ID, Creator), fault.NotFound)
		v, err := w.SessionOf(w.ctx, in.Token)
		w.ok(err)
		if !slices.Equal(v.Roles, []Role{Creator, Fan}) {
			t.Errorf("%v", v.Roles)
		}
		w.ok(w.RevokeRole(w.ctx, me, me.Person, Creator))
		w.ok(w.RevokeRole(w.ctx, me, me.Person, Creator))

		op := w.operator()
		w.wants(w.RevokeRole(w.ctx, op, op.Person, Operator), fault.StateConflict)
		w.wants(w.Suspend(w.ctx, op, op.Person, "Gone."), fault.StateConflict)
		w.ok(w.GrantRole(w.ctx, op, me.Person, Operator))
		w.ok(w.Suspend(w.ctx, op, me.Person, "Gone."))
		w.wants(w.RevokeRole(w.ctx, op, op.Person, Operator), fault.StateConflict) // the other can not log in
		w.ok(w.Reinstate(w.ctx, op, me.Person))
		w.ok(w.RevokeRole(w.ctx, op, op.Person, Operator))
		w.wants(w.GrantRole(w.ctx, op, somebodyElse, Fan), fault.NotFound)
		w.wants(w.GrantRole(w.ctx, op, me.Person, "king"), fault.ValidationFailed)

		host := Caller{Key: "key_x", Scopes: []Scope{PeopleWrite}}
		w.ok(w.GrantRole(w.ctx, host, other.Person.ID, Creator))
		w.wants(w.GrantRole(w.ctx, host, other.Person.ID, Operator), fault.RoleRequired)
		host.Scopes = []Scope{PeopleRead}
		w.wants(w.GrantRole(w.ctx, host, other.Person.ID, Creator), fault.ScopeMissing)
		w.ok(w.GrantRole(w.ctx, Caller{Key: "key_x", Scopes: []Scope{Admin}}, other.Person.ID, Operator))
		w.wants(w.GrantRole(w.ctx, Caller{Key: "key_x", Person: me.Person, Scopes: []Scope{Admin}}, other.Person.ID, Operator), fault.RoleRequired)
		w.write(func(tx *db.Tx) error {
			w.wants(Revoke(w.ctx, tx, other.Person.ID, "king"), fault.ValidationFailed)
			return nil
		})
	})
}

func TestSuspend(t *testing.T) {
	each(t, func(w *world) {
		in, op := w.join(), w.operator()
		me := Caller{Person: in.Person.ID, Roles: []Role{Fan}}
		w.wants(w.Suspend(w.ctx, me, op.Person, "No."), fault.RoleRequired)
		w.wants(w.Suspend(w.ctx, op, me.Person, " "), fault.ValidationFailed)
		w.wants(w.Suspend(w.ctx, op, me.Person, strings.Repeat("x", 201)), fault.TextTooLong)
		w.wants(w.Suspend(w.ctx, op, somebodyElse, "No."), fault.NotFound)
		w.ok(w.Suspend(w.ctx, op, me.Person, "Spam in chats."))
		w.wants(w.Suspend(w.ctx, op, me.Person, "Again."), fault.AlreadyDone)
		_, err := w.SessionOf(w.ctx, in.Token)
		w.wants(err, fault.AccountSuspended)
		if !strings.Contains(err.Error(), "Spam in chats.") {
			t.Error(err)
		}
		_, err = w.LogIn(w.ctx, LogIn{Email: in.Person.Email, Password: password})
		w.wants(err, fault.AccountSuspended)
		p, _, err := w.Person(w.ctx, me.Person)
		w.ok(err)
		w.wants(p.MayPay(w.clk.Now()), fault.AccountSuspended)
		w.wants(p.MayBePaid(w.clk.Now()), fault.AccountSuspended)
		w.wants(p.Brief().MayBePaid(w.clk.Now()), fault.AccountSuspended)
		link, _, known, err := w.ForgotPassword(w.ctx, in.Person.Email)
		if known || link != "" || err != nil {
			t.Error("a suspended person was sent a link", err)
		}
		w.wants(w.Reinstate(w.ctx, me, me.Person), fault.RoleRequired)
		w.ok(w.Reinstate(w.ctx, op, me.Person))
		w.wants(w.Reinstate(w.ctx, op, me.Person), fault.AlreadyDone)
		w.wants(w.Reinstate(w.ctx, op, somebodyElse), fault.NotFound)
		_, err = w.SessionOf(w.ctx, in.Token)
		w.ok(err)
	})
}
