package people

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/alexedwards/argon2id"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// cheap is a cost of hashing that lets tests run; what it is does not change
// what the code does.
var cheap = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const password = "correct horse battery"

// world is a service on one database.
type world struct {
	*Service
	t   *testing.T
	ctx context.Context
	clk *clock.Manual
	n   int
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := newService(d, Test, rand.NewChaCha8([32]byte{1}), cheap)
		test(&world{Service: s, t: t, ctx: context.Background(), clk: clk})
	})
}

// form is a request to sign up in which everything is right.
func (w *world) form() SignUp {
	w.n++
	return SignUp{
		NewPerson: NewPerson{Handle: fmt.Sprintf("person_%c", 'a'+w.n), Name: "Ana Núñez", Email: fmt.Sprintf("Ana%d@Example.org", w.n), Region: "FR", BirthDate: "1990-05-17", Locale: "fr"},
		Password:  password,
		From:      From{Address: "192.0.2.7", Agent: "a browser"},
	}
}

// join signs somebody up.
func (w *world) join() SignedIn {
	w.t.Helper()
	in, err := w.SignUp(w.ctx, w.form())
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

// operator signs somebody up who runs the site.
func (w *world) operator() Caller {
	w.t.Helper()
	in := w.join()
	w.write(func(tx *db.Tx) error { return Grant(w.ctx, tx, in.Person.ID, Operator) })
	return Caller{Person: in.Person.ID, Roles: []Role{Fan, Operator}}
}

func (w *world) write(fn func(*db.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.ctx, fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(fn func(*db.Tx) error) {
	w.t.Helper()
	if err := w.db.Read(w.ctx, fn); err != nil {
		w.t.Fatal(err)
	}
}

// wants fails the test unless err carries the code.
func (w *world) wants(err error, code fault.Code) {
	w.t.Helper()
	if fault.CodeOf(err) != code || err == nil {
		w.t.Fatalf("got %v, want %s", err, code)
	}
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// count counts the rows of a query of one number.
func (w *world) count(query string, args ...any) (n int64) {
	w.t.Helper()
	w.read(func(tx *db.Tx) error { return tx.Row(w.ctx, query, args...).Scan(&n) })
	return n
}

func ptr[T any](v T) *T { return &v }

const somebodyElse = id.Person("usr_00000000000000000000000000")
