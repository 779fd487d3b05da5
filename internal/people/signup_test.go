package people

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

func TestSignUp(t *testing.T) {
	each(t, func(w *world) {
		r := w.form()
		r.Handle, r.Name, r.ExternalID = "Ana.Nunez", "  Ana \u00a0 Nu\u0301n\u0303ez ", "stolen"
		in, err := w.SignUp(w.ctx, r)
		w.ok(err)
		want := Person{ID: in.Person.ID, Handle: "ana.nunez", Name: "Ana Núñez", Email: r.Email, Region: "FR", BirthDate: "1990-05-17", Locale: "fr",
			AccountKind: Personal, CreatedUS: w.clk.Now().UnixMicro(), HasPassword: true}
		if diff := cmp.Diff(want, in.Person); diff != "" {
			t.Error(diff)
		}
		v, err := w.SessionOf(w.ctx, in.Token)
		w.ok(err)
		if diff := cmp.Diff(Visit{Session: in.Session, Person: want, Roles: []Role{Fan}}, v); diff != "" {
			t.Error(diff)
		}
		if n := w.count("SELECT COUNT(*) FROM person WHERE password_hash LIKE $1 OR password_hash NOT LIKE $2", "%"+password+"%", "$argon2id$%"); n != 0 {
			t.Error("a password is readable in the table")
		}
	})
}

func TestSignUpNamesAllWrongFields(t *testing.T) {
	each(t, func(w *world) {
		taken := w.join().Person
		_, err := w.SignUp(w.ctx, SignUp{NewPerson: NewPerson{Handle: strings.ToUpper(taken.Handle), Email: strings.ToUpper(taken.Email), Region: "ZZ", BirthDate: "2001-02-29",
			Locale: "not a language", AccountKind: "secret"}, Password: "short"})
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != fault.ValidationFailed {
			t.Fatal(err)
		}
		got := map[string]fault.Code{}
		for _, field := range f.Fields {
			got[field.Pointer] = field.Code
		}
		want := map[string]fault.Code{"/handle": fault.HandleTaken, "/email": fault.AlreadyDone, "/region": fault.ValidationFailed, "/birth_date": fault.ValidationFailed,
			"/locale": fault.ValidationFailed, "/account_kind": fault.ValidationFailed, "/password": fault.ValidationFailed, "/name": fault.ValidationFailed}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		_, err = w.SignUp(w.ctx, SignUp{})
		f, _ = errors.AsType[*fault.Error](err)
		if f == nil || len(f.Fields) != 6 {
			t.Errorf("an empty form: %v", err)
		}
		if n := w.count("SELECT COUNT(*) FROM person"); n != 1 {
			t.Errorf("%d persons, want 1", n)
		}
	})
}

func TestSignUpOneWrongFieldIsItself(t *testing.T) {
	each(t, func(w *world) {
		taken := w.join().Person
		for _, c := range []struct {
			change func(*SignUp)
			code   fault.Code
		}{
			{func(r *SignUp) { r.Handle = strings.ReplaceAll(taken.Handle, "_", ".") }, fault.HandleTaken},
			{func(r *SignUp) { r.Handle = "Support" }, fault.HandleInvalid},
			{func(r *SignUp) { r.Email = strings.ToLower(taken.Email) }, fault.AlreadyDone},
			{func(r *SignUp) { r.Name = strings.Repeat("é", 51) }, fault.TextTooLong},
			{func(r *SignUp) { r.Name = "\u202etxt" }, fault.TextNotAllowed},
			{func(r *SignUp) { r.Name = "\u200d" }, fault.TextNotAllowed},
			{func(r *SignUp) { r.Name = "   " }, fault.ValidationFailed},
			{func(r *SignUp) { r.Password = r.Email }, fault.ValidationFailed},
			{func(r *SignUp) { r.Password = "Password123" }, fault.ValidationFailed},
			{func(r *SignUp) { r.Password = strings.Repeat("ab", 10) }, fault.ValidationFailed},
			{func(r *SignUp) { r.Password = strings.Repeat("abcdef", 30) }, fault.ValidationFailed},
			{func(r *SignUp) { r.BirthDate = "2013-03-11" }, fault.AgeRestricted}, // 13 tomorrow
			{func(r *SignUp) { r.BirthDate = "2026-03-11" }, fault.ValidationFailed},
		} {
			r := w.form()
			c.change(&r)
			_, err := w.SignUp(w.ctx, r)
			w.wants(err, c.code)
		}
		r := w.form()
		r.BirthDate = "2013-03-10" // 13 today
		if _, err := w.SignUp(w.ctx, r); err != nil {
			t.Error(err)
		}
	})
}

func TestSignUpAtOnce(t *testing.T) {
	each(t, func(w *world) {
		r := w.form()
		var wg sync.WaitGroup
		codes := make([]fault.Code, 10)
		for i := range codes {
			wg.Go(func() {
				_, err := w.SignUp(w.ctx, r)
				codes[i] = fault.CodeOf(err)
			})
		}
		wg.Wait()
		slices.Sort(codes)
		if codes[0] != "" || codes[1] == "" || w.count("SELECT COUNT(*) FROM person") != 1 {
			t.Errorf("of ten at once: %v", codes)
		}
	})
}

func TestSetUp(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.SetUp(w.ctx, "", w.form())
		w.wants(err, fault.LinkInvalid)
		link, _, err := w.CreateLink(w.ctx, ForSetUp, "")
		w.ok(err)
		bad := w.form()
		bad.Name = ""
		_, err = w.SetUp(w.ctx, link, bad)
		w.wants(err, fault.ValidationFailed) // and the link is still good
		in, err := w.SetUp(w.ctx, link, w.form())
		w.ok(err)
		v, err := w.SessionOf(w.ctx, in.Token)
		w.ok(err)
		if c := v.Caller(); !c.Is(Operator) || !c.May(Admin) {
			t.Errorf("the roles are %v", v.Roles)
		}
		_, err = w.SetUp(w.ctx, link, w.form())
		w.wants(err, fault.LinkInvalid)
	})
}

func TestEnsureExternal(t *testing.T) {
	each(t, func(w *world) {
		p, created, err := w.EnsureExternal(w.ctx, NewPerson{ExternalID: "42", Name: "Kim", Region: "KR", BirthDate: "2008-01-01"})
		w.ok(err)
		if !created || p.Handle != "" || p.HasPassword {
			t.Fatalf("%+v", p)
		}
		again, created, err := w.EnsureExternal(w.ctx, NewPerson{ExternalID: "42", Name: "Kim Two"})
		w.ok(err)
		if created || again.ID != p.ID || again.Name != "Kim" {
			t.Fatalf("%+v", again)
		}
		w.wants(p.MayPay(w.clk.Now()), fault.AgeRestricted)
		second, _, err := w.EnsureExternal(w.ctx, NewPerson{ExternalID: "43"})
		w.ok(err)
		w.wants(second.MayPay(w.clk.Now()), fault.AgeRestricted)

		for _, bad := range []NewPerson{{}, {ExternalID: "a b"}, {ExternalID: strings.Repeat("x", 201)}, {ExternalID: "é"}, {ExternalID: "44", Email: "x"}} {
			_, _, err = w.EnsureExternal(w.ctx, bad)
			w.wants(err, fault.ValidationFailed)
		}
		_, _, err = w.EnsureExternal(w.ctx, NewPerson{ExternalID: "45", BirthDate: "2020-01-01"})
		w.wants(err, fault.AgeRestricted)

		found, roles, err := w.ByExternal(w.ctx, "42")
		w.ok(err)
		if found.ID != p.ID || !slices.Equal(roles, []Role{Fan}) {
			t.Errorf("%+v %v", found, roles)
		}
		for _, nobody := range []string{"", "44", "4"} {
			_, _, err = w.ByExternal(w.ctx, nobody)
			w.wants(err, fault.NotFound)
		}
		// Without a password there is nothing to log in with.
		_, err = w.LogIn(w.ctx, LogIn{Email: "", Password: ""})
		w.wants(err, fault.AuthRequired)
	})
}

func TestGet(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.join().Person, w.join().Person
		w.read(func(tx *db.Tx) error {
			got, err := Get(w.ctx, tx, a.ID)
			w.ok(err)
			if diff := cmp.Diff(a, got); diff != "" {
				t.Error(diff)
			}
			_, err = Get(w.ctx, tx, somebodyElse)
			w.wants(err, fault.NotFound)
			many, err := GetMany(w.ctx, tx, []id.Person{a.ID, somebodyElse, b.ID, a.ID})
			w.ok(err)
			if diff := cmp.Diff(map[id.Person]Brief{a.ID: a.Brief(), b.ID: b.Brief()}, many); diff != "" {
				t.Error(diff)
			}
			none, err := GetMany(w.ctx, tx, nil)
			if len(none) != 0 || err != nil {
				t.Error(none, err)
			}
			return nil
		})
		for _, form := range []string{a.Handle, "@" + a.Handle, strings.ToUpper(a.Handle), strings.ReplaceAll(a.Handle, "o", "0")} {
			if got, _, err := w.ByHandle(w.ctx, form); err != nil || got.ID != a.ID {
				t.Errorf("%s: %v %v", form, got.ID, err)
			}
		}
		for _, form := range []string{"", "@", "___", "nobody", "pérson_a", strings.Repeat("x", 100)} {
			_, _, err := w.ByHandle(w.ctx, form)
			w.wants(err, fault.NotFound)
		}
	})
}
