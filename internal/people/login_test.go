package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

func TestLogIn(t *testing.T) {
	each(t, func(w *world) {
		p := w.join().Person
		from := From{Address: "2001:db8::1:2", Agent: "x\r\n" + strings.Repeat("y", 1000)}
		in, err := w.LogIn(w.ctx, LogIn{Email: "  " + strings.ToUpper(p.Email), Password: password, From: from})
		w.ok(err)
		if in.Person.ID != p.ID || in.Session.Origin != ByPassword || in.Session.Address != "2001:db8::/64" || len(in.Session.Agent) != maxAgent || in.Session.Agent[:2] != "xy" {
			t.Errorf("%+v", in)
		}
		v, err := w.SessionOf(w.ctx, in.Token)
		w.ok(err)
		if v.Session != in.Session || v.Caller().ID() != string(p.ID) {
			t.Errorf("%+v", v)
		}
		if again, err := w.LogIn(w.ctx, LogIn{Email: p.Email, Password: password}); err != nil || again.Token == in.Token {
			t.Error("a login does not give a token of its own", err)
		}
		// One password written in two forms of Unicode is one password.
		r := w.form()
		r.Password = "cafe\u0301 au lait"
		_, err = w.SignUp(w.ctx, r)
		w.ok(err)
		_, err = w.LogIn(w.ctx, LogIn{Email: r.Email, Password: "café au lait"})
		w.ok(err)
	})
}

// TestLogInTellsNothing compares the answers to a wrong password, an e-mail
// that nobody has, and somebody who has no password.
func TestLogInTellsNothing(t *testing.T) {
	each(t, func(w *world) {
		p := w.join().Person
		_, _, err := w.EnsureExternal(w.ctx, NewPerson{ExternalID: "1", Email: "host@example.org"})
		w.ok(err)
		suspended := w.join().Person
		w.ok(w.Suspend(w.ctx, w.operator(), suspended.ID, "Spam."))
		var words []string
		for i, email := range []string{p.Email, "nobody@example.org", "host@example.org", "", "\x00", "' OR 1=1", suspended.Email} {
			_, err := w.LogIn(w.ctx, LogIn{Email: email, Password: "wrong password", From: From{Address: fmt.Sprintf("198.51.100.%d", i)}})
			w.wants(err, fault.AuthRequired)
			words = append(words, err.Error())
		}
		for _, s := range words[1:] {
			if s != words[0] {
				t.Errorf("%q and %q", words[0], s)
			}
		}
		_, err = w.LogIn(w.ctx, LogIn{Email: suspended.Email, Password: password})
		w.wants(err, fault.AccountSuspended)
	})
}

// TestHashingTakesTheSameWork counts what is hashed, since time on a shared
// machine tells little: an unknown e-mail costs one hash of the same cost.
func TestHashingTakesTheSameWork(t *testing.T) {
	h := newHasher(cheap)
	for _, c := range []struct{ password, hash string }{{password, ""}, {"nobody has this password", ""}, {strings.Repeat("x", 10_000), h.nobody}} {
		ok, stale, err := h.matches(context.Background(), c.password, c.hash)
		if ok || stale || err != nil {
			t.Errorf("%q: %v %v %v", c.password, ok, stale, err)
		}
	}
	ok, _, err := h.matches(context.Background(), "nobody has this password", h.nobody)
	if !ok || err != nil {
		t.Error("the hash of nobody is no hash", err)
	}
}

func TestHashingIsBounded(t *testing.T) {
	h := newHasher(cheap)
	ctx, cancel := context.WithCancel(context.Background())
	for range hashesAtOnce {
		if err := h.enter(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	refused := make(chan error, 3*hashesWaiting)
	for range 2 * hashesWaiting {
		wg.Go(func() { _, err := h.hash(ctx, password); refused <- err })
	}
	for range hashesWaiting { // those beyond the bound are refused at once; the others wait
		if err := <-refused; fault.CodeOf(err) != fault.Overloaded {
			t.Fatal(err)
		}
	}
	cancel()
	wg.Wait()
	for range hashesWaiting {
		if err := <-refused; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if h.waiting.Load() != 0 {
		t.Errorf("%d still wait", h.waiting.Load())
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	each(t, func(w *world) {
		p := w.join().Person
		guess := func(from string, n int) error {
			_, err := w.LogIn(w.ctx, LogIn{Email: p.Email, Password: fmt.Sprint("guess number ", n), From: From{Address: from}})
			return err
		}
		for n := range boundBoth.free {
			w.wants(guess("203.0.113.1", n), fault.AuthRequired)
		}
		err := guess("203.0.113.1", 9)
		w.wants(err, fault.RateLimited)
		f, _ := errors.AsType[*fault.Error](err)
		if f.RetryAfter <= 0 || f.RetryAfter > 2*time.Second {
			t.Errorf("wait %s", f.RetryAfter)
		}
		// The right password has to wait as well, or the wait would tell.
		_, err = w.LogIn(w.ctx, LogIn{Email: p.Email, Password: password, From: From{Address: "203.0.113.1"}})
		w.wants(err, fault.RateLimited)
		// Somewhere else it works, and after the wait here too.
		_, err = w.LogIn(w.ctx, LogIn{Email: p.Email, Password: password, From: From{Address: "192.0.2.99"}})
		w.ok(err)
		w.clk.Advance(2 * time.Second)
		_, err = w.LogIn(w.ctx, LogIn{Email: p.Email, Password: password, From: From{Address: "203.0.113.1"}})
		w.ok(err)
		w.wants(guess("203.0.113.1", 0), fault.AuthRequired) // the success has wiped the slate
	})
}

// TestVictimIsNotLockedOut has a thousand addresses guess for one e-mail: its
// owner still gets in from home, and from a new place within a minute.
func TestVictimIsNotLockedOut(t *testing.T) {
	each(t, func(w *world) {
		p := w.join().Person // from 192.0.2.7
		blocked := false
		for i := range 1000 {
			_, err := w.LogIn(w.ctx, LogIn{Email: p.Email, Password: "a wrong guess", From: From{Address: fmt.Sprintf("198.18.%d.%d", i/200, i%200)}})
			blocked = blocked || fault.Is(err, fault.RateLimited)
		}
		if !blocked {
			t.Error("a thousand addresses guess without a wait")
		}
		_, err := w.LogIn(w.ctx, LogIn{Email: p.Email, Password: password, From: From{Address: "192.0.2.7"}})
		w.ok(err)
		w.clk.Advance(time.Minute + time.Second)
		_, err = w.LogIn(w.ctx, LogIn{Email: p.Email, Password: password, From: From{Address: "192.0.2.200"}})
		w.ok(err)
	})
}

func TestGuessesAtOnceDoNotSlipThrough(t *testing.T) {
	each(t, func(w *world) {
		p := w.join().Person
		var wg sync.WaitGroup
		var mu sync.Mutex
		tried := 0
		for i := range 40 {
			wg.Go(func() {
				_, err := w.LogIn(w.ctx, LogIn{Email: p.Email, Password: fmt.Sprint("guess number ", i), From: From{Address: "203.0.113.5"}})
				if fault.Is(err, fault.AuthRequired) {
					mu.Lock()
					tried++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if tried > boundBoth.free {
			t.Errorf("%d of 40 guesses at once were looked at", tried)
		}
	})
}

// TestWaitIsBounded has somebody fail at random moments: the wait never
// exceeds the bound, also when the clock steps back, and a quiet hour ends it.
func TestWaitIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, now := newAttempts(), time.Unix(1_800_000_000, 0)
		l := limit{"x", boundBoth}
		for range rapid.IntRange(1, 200).Draw(t, "tries") {
			now = now.Add(time.Duration(rapid.IntRange(-3600, 3600).Draw(t, "seconds")) * time.Second)
			err := a.enter(now, l)
			if f, ok := errors.AsType[*fault.Error](err); ok && (f.RetryAfter <= 0 || f.RetryAfter > l.most+time.Second) {
				t.Fatalf("wait %s", f.RetryAfter)
			}
			if err != nil && a.wait(now.Add(l.most), l) > 0 {
				t.Fatal("the wait is longer than its bound")
			}
		}
		if err := a.enter(now.Add(forgetAfter+time.Second), l); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCountsAreBounded(t *testing.T) {
	a, now := newAttempts(), time.Unix(1_800_000_000, 0)
	for i := range maxCounts + 1000 {
		if err := a.enter(now, limit{fmt.Sprint(i), boundBoth}); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.counts) > maxCounts {
		t.Errorf("%d counts", len(a.counts))
	}
}

func TestPlace(t *testing.T) {
	for in, want := range map[string]string{"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "x": "", "192.0.2.1:80": ""} {
		if got := place(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestHashIsRenewedWithTheCost(t *testing.T) {
	each(t, func(w *world) {
		p := w.join().Person
		dearer := cheap
		dearer.Iterations = 2
		next := newService(w.db, Test, w.random, dearer)
		_, err := next.LogIn(w.ctx, LogIn{Email: p.Email, Password: password})
		w.ok(err)
		if n := w.count("SELECT COUNT(*) FROM person WHERE password_hash LIKE '%t=2%'"); n != 1 {
			t.Error("the hash kept its old cost")
		}
		_, err = next.LogIn(w.ctx, LogIn{Email: p.Email, Password: password})
		w.ok(err)
	})
}

func TestSessions(t *testing.T) {
	each(t, func(w *world) {
		in := w.join()
		for _, bad := range []string{"", "x", in.Token + "0", in.Token[:len(in.Token)-1], strings.ToUpper(in.Token), "ovn_st_" + strings.Repeat("0", 52), "ovn_lk_" + in.Token[7:]} {
			_, err := w.SessionOf(w.ctx, bad)
			w.wants(err, fault.TokenInvalid)
		}
		w.clk.Advance(sessionTime - time.Second)
		_, err := w.SessionOf(w.ctx, in.Token)
		w.ok(err)
		w.clk.Advance(time.Second)
		_, err = w.SessionOf(w.ctx, in.Token)
		w.wants(err, fault.TokenExpired)

		a, err := w.LogIn(w.ctx, LogIn{Email: in.Person.Email, Password: password})
		w.ok(err)
		b, err := w.LogIn(w.ctx, LogIn{Email: in.Person.Email, Password: password})
		w.ok(err)
		c, err := w.LogIn(w.ctx, LogIn{Email: in.Person.Email, Password: password})
		w.ok(err)
		other := w.join()
		w.ok(w.LogOut(w.ctx, a.Token))
		w.ok(w.LogOut(w.ctx, a.Token))
		w.ok(w.LogOut(w.ctx, "nonsense"))
		_, err = w.SessionOf(w.ctx, a.Token)
		w.wants(err, fault.SessionRevoked)
		w.wants(w.EndSession(w.ctx, other.Person.ID, b.Session.ID), fault.NotFound)
		w.ok(w.EndSession(w.ctx, in.Person.ID, b.Session.ID))
		w.wants(w.EndSession(w.ctx, in.Person.ID, b.Session.ID), fault.NotFound)
		left, err := w.Sessions(w.ctx, in.Person.ID)
		w.ok(err)
		if len(left) != 1 || left[0] != c.Session {
			t.Errorf("left: %+v", left)
		}
		w.ok(w.LogOutEverywhere(w.ctx, in.Person.ID))
		_, err = w.SessionOf(w.ctx, c.Token)
		w.wants(err, fault.SessionRevoked)
		_, err = w.SessionOf(w.ctx, other.Token)
		w.ok(err)

		if n := w.count("SELECT COUNT(*) FROM session WHERE token_hash = $1", []byte(other.Token)); n != 0 {
			t.Error("a token is readable in the table")
		}
		w.clk.Advance(sessionTime + sessionsKeptFor + time.Second)
		w.write(func(tx *db.Tx) error { return Sweep(w.ctx, tx) })
		if n := w.count("SELECT COUNT(*) FROM session"); n != 0 {
			t.Errorf("%d sessions were kept", n)
		}
	})
}

func TestMintSession(t *testing.T) {
	each(t, func(w *world) {
		p, _, err := w.EnsureExternal(w.ctx, NewPerson{ExternalID: "7"})
		w.ok(err)
		in, err := w.MintSession(w.ctx, Console(), p.ID, 10*time.Minute)
		w.ok(err)
		_, err = w.SessionOf(w.ctx, in.Token)
		w.ok(err)
		w.clk.Advance(10 * time.Minute)
		_, err = w.SessionOf(w.ctx, in.Token)
		w.wants(err, fault.TokenExpired)
		for _, d := range []time.Duration{-1, 0, time.Second, MaxHostSession + 1} {
			_, err = w.MintSession(w.ctx, Console(), p.ID, d)
			w.wants(err, fault.ValidationFailed)
		}
		_, err = w.MintSession(w.ctx, Console(), somebodyElse, time.Hour)
		w.wants(err, fault.NotFound)
		w.ok(w.Suspend(w.ctx, w.operator(), p.ID, "Spam."))
		_, err = w.MintSession(w.ctx, Console(), p.ID, time.Hour)
		w.wants(err, fault.AccountSuspended)
	})
}

// mint makes a host's key with the scopes and starts a session with it.
func (w *world) mint(person id.Person, scopes ...Scope) (Key, Visit, string) {
	w.t.Helper()
	k, _, err := w.CreateKey(w.ctx, Console(), NewKey{Name: "host", Scopes: scopes})
	w.ok(err)
	in, err := w.MintSession(w.ctx, k.Caller(), person, time.Hour)
	w.ok(err)
	v, err := w.SessionOf(w.ctx, in.Token)
	w.ok(err)
	return k, v, in.Token
}

// TestMintedSessionNeverExceedsItsKey draws keys and persons: what the session
// may, the person and the key may too, and so may a key that is made in it.
func TestMintedSessionNeverExceedsItsKey(t *testing.T) {
	each(t, func(w *world) {
		fan, operator := w.join().Person.ID, w.operator().Person
		var every []Scope
		for _, d := range scopeDocs {
			every = append(every, d.Scope)
		}
		rapid.Check(t, func(rt *rapid.T) {
			some := rapid.SliceOfNDistinct(rapid.SampledFrom(every), 1, len(every), rapid.ID[Scope])
			person := rapid.SampledFrom([]id.Person{fan, operator}).Draw(rt, "person")
			k, _, err := w.CreateKey(w.ctx, Console(), NewKey{Name: "host", Scopes: some.Draw(rt, "key")})
			if err != nil {
				rt.Fatal(err)
			}
			key := k.Caller()
			in, err := w.MintSession(w.ctx, key, person, time.Hour)
			if may := key.May(SessionsWrite) && (person == fan || key.May(Admin)); (err == nil) != may {
				rt.Fatalf("%v starts a session for %s: %v", k.Scopes, person, err)
			}
			if err != nil {
				return
			}
			v, err := w.SessionOf(w.ctx, in.Token)
			if err != nil {
				rt.Fatal(err)
			}
			c := v.Caller()
			itself := Caller{Person: person, Roles: v.Roles}
			for _, s := range every {
				if c.May(s) != (key.May(s) && itself.May(s)) {
					rt.Fatalf("key %v, person %v: the session may %s: %v", k.Scopes, v.Roles, s, c.May(s))
				}
			}
			if c.Is(Operator) != (key.Is(Operator) && itself.Is(Operator)) || c.IsHost() {
				rt.Fatalf("key %v made the session of an operator", k.Scopes)
			}
			asked := NewKey{Name: "x", Scopes: some.Draw(rt, "asked"), Person: rapid.SampledFrom([]id.Person{"", person}).Draw(rt, "bound to")}
			made, _, err := w.CreateKey(w.ctx, c, asked)
			if err != nil {
				return
			}
			for _, s := range every {
				if by := made.Caller(); by.May(s) && !key.May(s) {
					rt.Fatalf("in a session of %v a key was made that may %s", k.Scopes, s)
				}
			}
			if made.CreatedBy != string(k.ID) {
				rt.Fatalf("made by %s", made.CreatedBy)
			}
		})
	})
}

// TestMintedSessionEndsWithItsKey also looks at who rises after the session
// was started.
func TestMintedSessionEndsWithItsKey(t *testing.T) {
	each(t, func(w *world) {
		person := w.join().Person.ID
		k, v, token := w.mint(person, SessionsWrite, KeysWrite, PeopleRead)
		c := v.Caller()
		w.wants(c.Require(GiftsSend), fault.ScopeMissing)
		_, err := w.MintSession(w.ctx, c, person, time.Hour)
		w.wants(err, fault.ScopeMissing)
		w.wants(w.ChangePassword(w.ctx, v.Session, password, nextPassword), fault.Forbidden)

		w.write(func(tx *db.Tx) error { return Grant(w.ctx, tx, person, Operator) })
		v, err = w.SessionOf(w.ctx, token)
		w.ok(err)
		if c = v.Caller(); c.Is(Operator) || c.May(Admin) || c.May(SessionsWrite) {
			t.Errorf("the session rose with its person: %+v", c)
		}
		held, err := w.Sessions(w.ctx, person)
		w.ok(err)
		w.ok(w.RevokeKey(w.ctx, Console(), k.ID))
		_, err = w.SessionOf(w.ctx, token)
		w.wants(err, fault.SessionRevoked)
		_, _, err = w.CreateKey(w.ctx, c, NewKey{Name: "late", Scopes: []Scope{PeopleRead}, Person: person})
		w.wants(err, fault.TokenInvalid)
		by := k.Caller()
		_, err = w.MintSession(w.ctx, by, w.join().Person.ID, time.Hour)
		w.wants(err, fault.TokenInvalid)
		if after, err := w.Sessions(w.ctx, person); err != nil || len(after) != len(held)-1 {
			t.Errorf("%d sessions, and %d after the key was revoked: %v", len(held), len(after), err)
		}
	})
}
