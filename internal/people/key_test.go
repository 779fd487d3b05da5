package people

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

func TestKeys(t *testing.T) {
	each(t, func(w *world) {
		op := w.operator()
		k, secret, err := w.CreateKey(w.ctx, op, NewKey{Name: "the site", Scopes: []Scope{GiftsSend, PeopleRead, GiftsSend}, APIVersion: "2026-11-01", Versions: []string{"2026-11-01"}})
		w.ok(err)
		if !strings.HasPrefix(secret, "ovn_test_sk_") || len(secret) != 12+52 || !strings.HasSuffix(secret, k.Last4) || !slices.Equal(k.Scopes, []Scope{PeopleRead, GiftsSend}) {
			t.Errorf("%s %+v", secret, k)
		}
		got, err := w.KeyOf(w.ctx, secret)
		w.ok(err)
		if diff := cmp.Diff(k, got); diff != "" {
			t.Error(diff)
		}
		if n := w.count("SELECT COUNT(*) FROM api_key WHERE secret_hash = $1", []byte(secret)); n != 0 {
			t.Error("a secret is readable in the table")
		}
		for _, bad := range []string{"", "x", secret[:60], secret + "x", strings.ToUpper(secret), "ovn_test_sk_" + strings.Repeat("0", 52), "ovn_live_sk_" + secret[12:], "ovn_ok_" + secret[12:]} {
			_, err := w.KeyOf(w.ctx, bad)
			w.wants(err, fault.TokenInvalid)
		}
		all, err := w.Keys(w.ctx, "")
		w.ok(err)
		if diff := cmp.Diff([]Key{k}, all); diff != "" {
			t.Error(diff)
		}
		c := got.Caller()
		if !c.IsHost() || c.May(WalletRead) || !c.May(GiftsSend) || c.Is(Operator) || c.ID() != string(k.ID) || !c.ActsFor(somebodyElse) {
			t.Errorf("%+v", c)
		}
		w.wants(c.Require(Admin), fault.ScopeMissing)
		w.wants(c.RequireRole(Operator), fault.RoleRequired)

		for name, bad := range map[string]NewKey{
			"no name":     {Scopes: []Scope{Admin}},
			"no scope":    {Name: "x"},
			"wrong scope": {Name: "x", Scopes: []Scope{"everything"}},
			"version":     {Name: "x", Scopes: []Scope{Admin}, APIVersion: "newest", Versions: []string{"2026-11-01"}},
			"a day":       {Name: "x", Scopes: []Scope{Admin}, APIVersion: "1999-01-01", Versions: []string{"2026-11-01"}},
			"not his":     {Name: "x", Scopes: []Scope{Admin}, Person: op.Person},
		} {
			if _, _, err := w.CreateKey(w.ctx, op, bad); fault.CodeOf(err) != fault.ValidationFailed && fault.CodeOf(err) != fault.TextNotAllowed {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, _, err = w.CreateKey(w.ctx, op, NewKey{Name: "x", Scopes: []Scope{WalletRead}, Person: somebodyElse})
		w.wants(err, fault.NotFound)
		if _, _, err := w.FirstKey(w.ctx, "console"); err != nil {
			t.Error(err)
		}
	})
}

func TestKeyOfPerson(t *testing.T) {
	each(t, func(w *world) {
		in, other := w.join(), w.join()
		me := Caller{Person: in.Person.ID, Roles: []Role{Fan}}
		_, _, err := w.CreateKey(w.ctx, me, NewKey{Name: "x", Scopes: []Scope{WalletRead}})
		w.wants(err, fault.RoleRequired)
		_, _, err = w.CreateKey(w.ctx, me, NewKey{Name: "x", Scopes: []Scope{WalletRead}, Person: other.Person.ID})
		w.wants(err, fault.NotFound)
		for _, host := range []Scope{Admin, LedgerRead, EventsRead, SessionsWrite} {
			_, _, err = w.CreateKey(w.ctx, me, NewKey{Name: "x", Scopes: []Scope{host}, Person: me.Person})
			w.wants(err, fault.ValidationFailed)
		}
		k, secret, err := w.CreateKey(w.ctx, me, NewKey{Name: "bot", Scopes: []Scope{WalletRead}, Person: me.Person})
		w.ok(err)
		c := k.Caller()
		if c.IsHost() || !c.ActsFor(me.Person) || c.ActsFor(other.Person.ID) || c.ActsFor("") {
			t.Errorf("%+v", c)
		}
		_, _, err = w.CreateKey(w.ctx, c, NewKey{Name: "x", Scopes: []Scope{WalletRead}, Person: me.Person})
		w.wants(err, fault.ScopeMissing) // it may not make keys at all

		op := w.operator()
		w.ok(w.Suspend(w.ctx, op, me.Person, "Spam."))
		_, err = w.KeyOf(w.ctx, secret)
		w.wants(err, fault.AccountSuspended)
		w.ok(w.Reinstate(w.ctx, op, me.Person))
		_, err = w.KeyOf(w.ctx, secret)
		w.ok(err)
		w.wants(w.RevokeKey(w.ctx, Caller{Person: other.Person.ID}, k.ID), fault.NotFound)
		w.ok(w.RevokeKey(w.ctx, me, k.ID))
		w.wants(w.RevokeKey(w.ctx, me, k.ID), fault.AlreadyDone)
		w.wants(w.RevokeKey(w.ctx, me, "key_00000000000000000000000000"), fault.NotFound)
	})
}

// TestKeyNeverExceedsItsMaker draws keys and what they ask for.
func TestKeyNeverExceedsItsMaker(t *testing.T) {
	every := make([]Scope, len(scopeDocs))
	for i, d := range scopeDocs {
		every[i] = d.Scope
	}
	each(t, func(w *world) {
		person := w.join().Person.ID
		rapid.Check(t, func(rt *rapid.T) {
			some := rapid.SliceOfNDistinct(rapid.SampledFrom(every), 1, len(every), rapid.ID[Scope])
			maker, _, err := w.CreateKey(w.ctx, Caller{Person: person, Roles: []Role{Operator}}, NewKey{Name: "maker", Scopes: some.Draw(rt, "maker")})
			if err != nil {
				rt.Fatal(err)
			}
			by := maker.Caller()
			asked := NewKey{Name: "made", Scopes: some.Draw(rt, "asked"), Person: rapid.SampledFrom([]id.Person{"", person}).Draw(rt, "bound to")}
			made, _, err := w.CreateKey(w.ctx, by, asked)
			if err != nil {
				if by.May(Admin) && asked.Person == "" {
					rt.Fatalf("admin may not make %v: %v", asked.Scopes, err)
				}
				return
			}
			c := made.Caller()
			for _, s := range every {
				if c.May(s) && !by.May(s) {
					rt.Fatalf("%v made a key that may %s", maker.Scopes, s)
				}
			}
			if !by.May(KeysWrite) || made.Mode != maker.Mode || (c.Is(Operator) && !by.Is(Operator)) {
				rt.Fatalf("%+v made %+v", maker, made)
			}
		})
	})
}

func TestRevokedMakerMakesNothing(t *testing.T) {
	each(t, func(w *world) {
		op := w.operator()
		k, _, err := w.CreateKey(w.ctx, op, NewKey{Name: "maker", Scopes: []Scope{KeysWrite, WalletRead}})
		w.ok(err)
		by := k.Caller()
		bigger, _, err := w.CreateKey(w.ctx, op, NewKey{Name: "bigger", Scopes: []Scope{Admin}})
		w.ok(err)
		w.wants(w.RevokeKey(w.ctx, by, bigger.ID), fault.NotFound)
		w.ok(w.RevokeKey(w.ctx, by, k.ID))
		_, _, err = w.CreateKey(w.ctx, by, NewKey{Name: "late", Scopes: []Scope{WalletRead}})
		w.wants(err, fault.TokenInvalid)
	})
}

// TestKeyIsFresh revokes a key in this process, where it is over at once, and
// in another, where it is over two seconds later.
func TestKeyIsFresh(t *testing.T) {
	each(t, func(w *world) {
		op := w.operator()
		other := newService(w.db, Test, w.random, cheap)
		k, secret, err := w.CreateKey(w.ctx, op, NewKey{Name: "x", Scopes: []Scope{WalletRead}})
		w.ok(err)
		for _, s := range []*Service{w.Service, other} {
			_, err = s.KeyOf(w.ctx, secret)
			w.ok(err)
		}
		w.ok(w.RevokeKey(w.ctx, op, k.ID))
		_, err = w.KeyOf(w.ctx, secret)
		w.wants(err, fault.TokenInvalid)
		_, err = other.KeyOf(w.ctx, secret)
		w.ok(err) // from memory, the docs say so
		w.clk.Advance(-time.Minute)
		_, err = other.KeyOf(w.ctx, secret)
		w.wants(err, fault.TokenInvalid) // a clock that steps back does not keep it
		w.clk.Advance(time.Minute + keyFresh)
		_, err = other.KeyOf(w.ctx, secret)
		w.wants(err, fault.TokenInvalid)
	})
}

func TestKeyCacheForgetsWhatWasReadBefore(t *testing.T) {
	var c keyCache
	now := time.Unix(1_800_000_000, 0)
	_, _, change := c.get("h", now)
	c.forgetAll() // a revocation between the read of the row and put
	c.put("h", Key{ID: "k"}, now, change)
	if _, ok, _ := c.get("h", now); ok {
		t.Error("a revoked key came back")
	}
	_, _, change = c.get("h", now)
	for i := range maxKeys + 10 {
		c.put(string(rune(i)), Key{}, now, change)
	}
	if len(c.held) > maxKeys {
		t.Errorf("%d keys are held", len(c.held))
	}
}

func TestScopeDocs(t *testing.T) {
	seen := map[Scope]bool{}
	for _, d := range ScopeDocs() {
		if seen[d.Scope] || !strings.HasSuffix(d.Doc, ".") || d.Scope == "" {
			t.Errorf("%+v", d)
		}
		seen[d.Scope] = true
	}
	if got := splitScopes(joinScopes([]Scope{Admin, GiftsSend})); !slices.Equal(got, []Scope{Admin, GiftsSend}) {
		t.Error(got)
	}
	if (Caller{}).May(WalletRead) || (Caller{}).Is(Fan) || (Caller{}).ActsFor("") {
		t.Error("nobody may something")
	}
}

// TestKeyRevokesNothingStronger has keys that may only make keys end others.
func TestKeyRevokesNothingStronger(t *testing.T) {
	each(t, func(w *world) {
		me := Caller{Person: w.join().Person.ID, Roles: []Role{Fan}}
		make := func(person id.Person, scopes ...Scope) Key {
			by := Console()
			if person != "" {
				by = me
			}
			k, _, err := w.CreateKey(w.ctx, by, NewKey{Name: "x", Scopes: scopes, Person: person})
			w.ok(err)
			return k
		}
		host, own := make("", KeysWrite), make(me.Person, KeysWrite)
		_, session, _ := w.mint(me.Person, SessionsWrite, KeysWrite)
		stronger, bot := make("", KeysWrite, WalletRead), make(me.Person, PayoutsWrite, CoinsBuy)
		for _, by := range []Caller{host.Caller(), own.Caller(), session.Caller()} {
			w.wants(w.RevokeKey(w.ctx, by, stronger.ID), fault.NotFound)
			w.wants(w.RevokeKey(w.ctx, by, bot.ID), fault.NotFound)
			w.ok(w.RevokeKey(w.ctx, by, make(me.Person, KeysWrite).ID))
		}
		w.ok(w.RevokeKey(w.ctx, me, bot.ID))
		w.ok(w.RevokeKey(w.ctx, host.Caller(), host.ID))
		w.ok(w.RevokeKey(w.ctx, own.Caller(), own.ID))
	})
}
