package sandbox

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations is the schema of the sandbox's own database, for db.Config.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// OpenDB opens the sandbox's own database, a SQLite file, for Config.DB. It
// is a file of its own whatever database the product uses: the provider's
// books are not ours.
func OpenDB(ctx context.Context, file string, clk clock.Clock) (*db.DB, error) {
	return db.Open(ctx, db.Config{URL: "sqlite:" + file, Clock: clk, Migrations: Migrations()})
}

// record is an object with its place. Its obj is never changed in place: a
// handler copies it, changes the copy and puts that.
type record struct {
	id, kind, owner string
	seq             int64
	obj             any
	gone            bool // only in a change: the record is to be deleted
}

// shelf names the objects of one kind of one owner.
type shelf struct{ kind, owner string }

// unlisted kinds come and go, and are found without a list.
var unlisted = map[string]bool{kindDelivery: true, kindStored: true, kindSetting: true}

// state is everything that has been committed. The server's lock guards it.
type state struct {
	db      *db.DB // nil: memory only
	seq     int64
	byID    map[string]*record
	shelves map[shelf][]*record // in order of birth
	loose   map[string]map[string]*record
	open    map[string]int64               // when something happens to an object by itself, in seconds
	swept   int64                          // when old idempotency keys were last dropped
	books   map[string]map[string]*holding // by owner and currency
}

func newState(d *db.DB) *state {
	return &state{db: d, byID: map[string]*record{}, shelves: map[shelf][]*record{},
		loose: map[string]map[string]*record{}, open: map[string]int64{}, books: map[string]map[string]*holding{}}
}

// load reads what an earlier run has written.
func (s *state) load(ctx context.Context) error {
	if s.db == nil {
		return nil
	}
	var all []*record
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		var err error
		all, err = db.Collect[*record](tx.Query(ctx,
			`SELECT id, kind, account, seq, body FROM sandbox_object ORDER BY seq`))(readRecord)
		return err
	})
	if err != nil {
		return fmt.Errorf("sandbox: reading its database: %w", err)
	}
	for _, r := range all {
		s.place(r)
	}
	return nil
}

func readRecord(rows *db.Rows) (*record, error) {
	r := &record{}
	var body string
	if err := rows.Scan(&r.id, &r.kind, &r.owner, &r.seq, &body); err != nil {
		return nil, err
	}
	empty, ok := blank[r.kind]
	if !ok {
		return nil, fmt.Errorf("object %s is of the unknown kind %q", r.id, r.kind)
	}
	r.obj = empty()
	if err := json.Unmarshal([]byte(body), r.obj); err != nil {
		return nil, fmt.Errorf("object %s: %w", r.id, err)
	}
	return r, nil
}

// place puts a committed record where readers find it.
func (s *state) place(r *record) {
	s.seq = max(s.seq, r.seq)
	if r.gone {
		delete(s.byID, r.id)
		delete(s.loose[r.kind], r.id)
		return
	}
	if o, ok := r.obj.(interface{ due() int64 }); ok {
		delete(s.open, r.id)
		if at := o.due(); at != 0 {
			s.open[r.id] = at
		}
	}
	if old := s.byID[r.id]; old != nil {
		old.obj = r.obj
		return
	}
	s.byID[r.id] = r
	if unlisted[r.kind] {
		if s.loose[r.kind] == nil {
			s.loose[r.kind] = map[string]*record{}
		}
		s.loose[r.kind][r.id] = r
		return
	}
	at := shelf{r.kind, r.owner}
	s.shelves[at] = append(s.shelves[at], r)
	if e, ok := r.obj.(*entry); ok {
		s.hold(r.owner, e)
	}
}

// change is the overlay of one request.
type change struct {
	state *state
	recs  map[string]*record
}

func (s *state) begin() *change { return &change{state: s, recs: map[string]*record{}} }

func (c *change) record(id string) *record {
	if r := c.recs[id]; r != nil {
		if r.gone {
			return nil
		}
		return r
	}
	return c.state.byID[id]
}

// put stores the object; its kind and owner matter at its birth only.
func (c *change) put(kind, owner, id string, obj any) {
	if r := c.recs[id]; r != nil {
		r.obj, r.gone = obj, false
		return
	}
	r := &record{id: id, kind: kind, owner: owner, obj: obj}
	if old := c.state.byID[id]; old != nil {
		r.kind, r.owner, r.seq = old.kind, old.owner, old.seq
	} else {
		c.state.seq++ // a number that a failed request leaves out is never missed
		r.seq = c.state.seq
	}
	c.recs[id] = r
}

func (c *change) drop(kind, id string) {
	c.recs[id] = &record{id: id, kind: kind, gone: true}
}

// find returns a copy of the object of that owner, ready to be changed.
func find[T any](c *change, owner, id string) (*T, bool) {
	r := c.record(id)
	if r == nil || r.owner != owner {
		return nil, false
	}
	obj, ok := r.obj.(*T)
	if !ok {
		return nil, false
	}
	dup := *obj
	return &dup, true
}

// each returns the objects of a kind and owner in order of birth, as they
// were before this change.
func each[T any](s *state, kind, owner string, fn func(*T) bool) {
	for _, r := range s.shelves[shelf{kind, owner}] {
		if obj, ok := r.obj.(*T); ok && !fn(obj) {
			return
		}
	}
}

// commit writes the change, and shows it once it is on disk.
func (c *change) commit(ctx context.Context) error {
	if len(c.recs) == 0 {
		return nil
	}
	recs := slices.SortedFunc(maps.Values(c.recs), func(a, b *record) int { return cmp.Compare(a.seq, b.seq) })
	if c.state.db != nil {
		if err := c.write(ctx, recs); err != nil {
			return err
		}
	}
	for _, r := range recs {
		c.state.place(r)
	}
	return nil
}

// write is the one place that stores anything.
func (c *change) write(ctx context.Context, recs []*record) error {
	bodies := make([]string, len(recs))
	for i, r := range recs {
		raw, err := json.Marshal(r.obj)
		if err != nil {
			return fmt.Errorf("sandbox: writing %s: %w", r.id, err)
		}
		bodies[i] = string(raw)
	}
	return c.state.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		for i, r := range recs {
			query := `INSERT INTO sandbox_object (id, kind, account, seq, body) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (id) DO UPDATE SET body = excluded.body`
			args := []any{r.id, r.kind, r.owner, r.seq, bodies[i]}
			if r.gone {
				query, args = `DELETE FROM sandbox_object WHERE id = $1`, []any{r.id}
			}
			if _, err := tx.Exec(ctx, query, args...); err != nil {
				return fmt.Errorf("sandbox: storing %s: %w", r.id, err)
			}
		}
		return nil
	})
}
