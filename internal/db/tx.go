package db

import (
	"context"
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/id"
)

// Tx is a transaction: the statements, the one instant and the ids of it.
type Tx struct {
	conn    conn
	now     time.Time
	ids     *id.Maker
	signals *signals
	after   []func()
}

// Now is the instant at which everything in this transaction happens.
func (t *Tx) Now() time.Time { return t.now }

// NowUS is Now in microseconds since 1970, as the tables keep it.
func (t *Tx) NowUS() int64 { return t.now.UnixMicro() }

// NewID makes the id of a new row.
func (t *Tx) NewID(k id.Kind) string { return t.ids.New(k, t.now) }

// AfterCommit registers f to run once this closure's change is on disk. It
// does not run if the change does not get there.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// Exec runs a statement and returns the number of rows that it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return t.conn.exec(ctx, query, plain(args))
}

// Query runs a query. The caller closes the rows, or uses Collect.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	src, err := t.conn.query(ctx, query, plain(args))
	if err != nil {
		return nil, err
	}
	return &Rows{src: src}, nil
}

// Row runs a query of which at most one row matters.
func (t *Tx) Row(ctx context.Context, query string, args ...any) Row {
	rows, err := t.Query(ctx, query, args...)
	return Row{rows: rows, err: err}
}

// maxList is how many values of a list one statement takes: SQLite takes
// 32,766 arguments.
const maxList = 8192

// QueryList runs a query that contains IN ($list) for any number of values;
// args are $1…$n beside it. A long list is asked for in parts, so the query
// looks its rows up and does no more: it neither sorts nor counts them. An
// empty list is the caller's to avoid.
func (t *Tx) QueryList(ctx context.Context, query string, list []any, args ...any) (*Rows, error) {
	if len(list) > maxList {
		first, err := t.QueryList(ctx, query, list[:maxList], args...)
		if err != nil {
			return nil, err
		}
		return &Rows{src: &inParts{rowSource: first.src, rest: func() (*Rows, error) { return t.QueryList(ctx, query, list[maxList:], args...) }}}, nil
	}
	// The list is padded to a power of two with its last value, so that few
	// different statements exist and each stays prepared.
	size := 1 << bits.Len(uint(len(list)-1))
	all := make([]any, 0, len(args)+size)
	all = append(all, args...)
	all = append(all, list...)
	for len(all) < len(args)+size {
		all = append(all, list[len(list)-1])
	}
	return t.Query(ctx, expandList(query, len(args), size), all...)
}

// inParts goes on with the rest of a list when the rows of its first part are
// through.
type inParts struct {
	rowSource
	rest   func() (*Rows, error) // nil once it is asked
	failed error
}

func (p *inParts) next() bool {
	if p.rowSource.next() {
		return true
	}
	if p.rest == nil || p.rowSource.err() != nil {
		return false
	}
	rest := p.rest
	p.rest = nil
	p.rowSource.close()
	rows, err := rest()
	if err != nil {
		p.failed = err
		return false
	}
	p.rowSource = rows.src
	return p.rowSource.next()
}

func (p *inParts) err() error {
	if p.failed != nil {
		return p.failed
	}
	return p.rowSource.err()
}

func expandList(query string, before, size int) string {
	at := strings.Index(query, "$list")
	if at < 0 {
		return query
	}
	var b strings.Builder
	b.Grow(len(query) + 6*size)
	b.WriteString(query[:at])
	for i := range size {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(before + 1 + i))
	}
	b.WriteString(query[at+len("$list"):])
	return b.String()
}

// InsertRows inserts n rows with as few statements as the engine allows.
// args holds the rows one after another, each in the order of cols.
func (t *Tx) InsertRows(ctx context.Context, table string, cols []string, n int, args []any) error {
	if n == 0 {
		return nil
	}
	if len(args) != n*len(cols) {
		return fmt.Errorf("db: insert into %s: %d values for %d rows of %d columns", table, len(args), n, len(cols))
	}
	return t.conn.insertRows(ctx, table, cols, n, plain(args))
}

// UpdateRows sets columns of n rows that exist. cols[0] is the BIGINT key
// column; args holds the rows one after another, each in the order of cols.
func (t *Tx) UpdateRows(ctx context.Context, table string, cols []string, n int, args []any) error {
	if n == 0 {
		return nil
	}
	if len(args) != n*len(cols) {
		return fmt.Errorf("db: update of %s: %d values for %d rows of %d columns", table, len(args), n, len(cols))
	}
	return t.conn.updateRows(ctx, table, cols, n, plain(args))
}

// UpsertRows inserts n rows, and changes those whose key is there already: set
// is what stands behind DO UPDATE SET, with the new values as excluded.…. The key
// columns come first, keys of them, and no key comes twice. args holds the rows
// one after another, each in the order of cols.
func (t *Tx) UpsertRows(ctx context.Context, table string, cols []string, keys, n int, args []any, set string) error {
	width := len(cols)
	if len(args) != n*width {
		return fmt.Errorf("db: upsert into %s: %d values for %d rows of %d columns", table, len(args), n, width)
	}
	head := "INSERT INTO " + table + " (" + strings.Join(cols, ", ") + ") VALUES "
	tail := " ON CONFLICT (" + strings.Join(cols[:keys], ", ") + ") DO UPDATE SET " + set
	for size := bulkRows; n > 0; { // in powers of two, so that there are few statements to prepare
		if size > n {
			size /= 2
			continue
		}
		var b strings.Builder
		b.WriteString(head)
		for i := range size * width {
			switch {
			case i%width > 0:
				b.WriteString(", $")
			case i > 0:
				b.WriteString("), ($")
			default:
				b.WriteString("($")
			}
			b.WriteString(strconv.Itoa(i + 1))
		}
		b.WriteString(")" + tail)
		if _, err := t.Exec(ctx, b.String(), slices.Clone(args[:size*width])...); err != nil {
			return err
		}
		args, n = args[size*width:], n-size
	}
	return nil
}

// plain turns named strings and integers into the types that both engines
// know, in place.
func plain(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case string, int64, []byte:
		case int:
			args[i] = int64(v)
		case bool:
			args[i] = int64(0)
			if v {
				args[i] = int64(1)
			}
		default:
			rv := reflect.ValueOf(a)
			switch rv.Kind() {
			case reflect.String:
				args[i] = rv.String()
			case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
				args[i] = rv.Int()
			}
		}
	}
	return args
}

// Rows is a result set.
type Rows struct{ src rowSource }

// Next moves to the next row and reports whether there is one.
func (r *Rows) Next() bool { return r.src.next() }

// Scan copies the columns of the row into dest: pointers to strings,
// integers, byte slices or types made of these.
func (r *Rows) Scan(dest ...any) error { return r.src.scan(dest) }

// Err returns the error that ended Next early, if any.
func (r *Rows) Err() error { return r.src.err() }

// Close ends the result set; it may be called more than once.
func (r *Rows) Close() { r.src.close() }

// Row is the result of Tx.Row.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the first row into dest, or returns ErrNoRows.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}

// Collect reads all rows with scan and closes them. It takes the two results
// of Query, so that the calls read as one.
func Collect[T any](rows *Rows, err error) func(scan func(*Rows) (T, error)) ([]T, error) {
	return func(scan func(*Rows) (T, error)) ([]T, error) {
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var all []T
		for rows.Next() {
			v, err := scan(rows)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		return all, rows.Err()
	}
}

// assign stores an engine's value in a destination pointer.
func assign(dest, src any) error {
	switch d := dest.(type) {
	case *string:
		if s, ok := src.(string); ok {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := src.(int64); ok {
			*d = n
			return nil
		}
	case *int:
		if n, ok := src.(int64); ok {
			*d = int(n)
			return nil
		}
	case *[]byte:
		switch b := src.(type) {
		case []byte:
			*d = b
			return nil
		case nil:
			*d = nil
			return nil
		}
	case *bool:
		if n, ok := src.(int64); ok {
			*d = n != 0
			return nil
		}
	}
	return assignNamed(dest, src)
}

func assignNamed(dest, src any) error {
	rv := reflect.ValueOf(dest)
	if rv.Kind() == reflect.Pointer && !rv.IsNil() {
		switch v := rv.Elem(); {
		case v.Kind() == reflect.String:
			if s, ok := src.(string); ok {
				v.SetString(s)
				return nil
			}
		case v.CanInt():
			if n, ok := src.(int64); ok {
				v.SetInt(n)
				return nil
			}
		}
	}
	return fmt.Errorf("db: can not scan %T into %T", src, dest)
}
