package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// Act is something that an operator, the host or the machine's administrator
// has decided.
type Act struct {
	Origin
	Verb    string // such as person.suspend
	Subject string // the id of what it was done to
	Reason  string // in the actor's words; "" takes that of the context (Because), if it has one
	// Changed is what is otherwise now, by name; nil is nothing. Neither secrets
	// nor addresses of people belong into it.
	Changed map[string]any
}

// Instant writes an instant among what changed, as the API writes all of them.
func Instant(us int64) string {
	return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
}

// maxChanged bounds the JSON of what changed, in bytes.
const maxChanged = 4000

// Record writes the act down, in the transaction in which it happens.
func Record(ctx context.Context, tx *db.Tx, a Act) error {
	e := Entry{AtUS: tx.NowUS(), Actor: a.Actor, Verb: a.Verb, Subject: a.Subject, Reason: reasonOf(ctx, &a), Changed: "{}", Request: a.Request}
	if len(a.Changed) > 0 {
		raw, err := json.Marshal(a.Changed)
		if err != nil {
			return fmt.Errorf("audit: writing what %s changed: %w", a.Verb, err)
		}
		e.Changed = string(raw)
	}
	if a.Actor == "" || !dotted(a.Verb) || len(e.Changed) > maxChanged {
		return fmt.Errorf("audit: the act %q of %q with %d bytes of changes can not be written down", a.Verb, a.Actor, len(e.Changed))
	}
	var head []byte
	err := tx.Row(ctx, "SELECT seq, hash FROM audit_head WHERE id = 1").Scan(&e.Seq, &head)
	if errors.Is(err, db.ErrNoRows) {
		err = errors.New("the log has no head; run ovation ledger verify")
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	e.Seq++
	e.Hash = digest(head, &e)
	_, err = tx.Exec(ctx, "INSERT INTO audit_entry ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		e.Seq, e.AtUS, e.Actor, e.Verb, e.Subject, e.Reason, e.Changed, e.Request, e.Hash)
	if err != nil {
		return fmt.Errorf("audit: writing %s down: %w", a.Verb, err)
	}
	if _, err := tx.Exec(ctx, "UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1", e.Seq, e.Hash); err != nil {
		return fmt.Errorf("audit: moving the head: %w", err)
	}
	return nil
}

func dotted(verb string) bool {
	of, does, ok := strings.Cut(verb, ".")
	return ok && of != "" && does != ""
}

// Entry is an act as the log keeps it.
type Entry struct {
	Seq     int64
	AtUS    int64
	Actor   string // the id of a person or a key, or Console
	Verb    string
	Subject string
	Reason  string
	Changed string // a JSON object
	Request string // the id of the request, "" if there was none
	Hash    []byte
}

const columns = "seq, at_us, actor, verb, subject, reason, changed, request, hash"

func scanEntry(r *db.Rows) (e Entry, err error) {
	return e, r.Scan(&e.Seq, &e.AtUS, &e.Actor, &e.Verb, &e.Subject, &e.Reason, &e.Changed, &e.Request, &e.Hash)
}

// Query chooses entries. An empty field chooses all.
type Query struct {
	Actor   string
	Subject string
	Verb    string
	FromUS  int64 // not before this instant
	ToUS    int64 // before this instant
	Before  int64 // entries with a smaller number: the last one of the page before
	Limit   int   // from 1 to MaxPage
}

// MaxPage is the most entries that one List returns.
const MaxPage = 1000

// List returns the chosen entries, the newest first.
func List(ctx context.Context, tx *db.Tx, q Query) ([]Entry, error) {
	if q.Limit < 1 || q.Limit > MaxPage {
		return nil, fault.New(fault.InvalidParameter, "At most %d entries can be read at once, and at least one.", MaxPage).At("limit", fault.InvalidParameter, "from 1 to %d", MaxPage)
	}
	var where []string
	var args []any
	for _, f := range []struct {
		is     string
		value  any
		chosen bool
	}{
		{"actor =", q.Actor, q.Actor != ""}, {"subject =", q.Subject, q.Subject != ""}, {"verb =", q.Verb, q.Verb != ""},
		{"at_us >=", q.FromUS, q.FromUS != 0}, {"at_us <", q.ToUS, q.ToUS != 0}, {"seq <", q.Before, q.Before > 0},
	} {
		if f.chosen {
			args = append(args, f.value)
			where = append(where, fmt.Sprintf("%s $%d", f.is, len(args)))
		}
	}
	chosen := ""
	if len(where) > 0 {
		chosen = " WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, q.Limit)
	return db.Collect[Entry](tx.Query(ctx, fmt.Sprintf("SELECT %s FROM audit_entry%s ORDER BY seq DESC LIMIT $%d", columns, chosen, len(args)), args...))(scanEntry)
}

// LastNumber returns the greatest number of name@1, name@2… to which the verb was
// ever done, and 0 if it was done to none. What was made and taken back again has
// its number still.
func LastNumber(ctx context.Context, tx *db.Tx, verb, name string) (last int, err error) {
	found, err := db.Collect[string](tx.Query(ctx, "SELECT subject FROM audit_entry WHERE subject > $1 AND subject < $2 AND verb = $3", name+"@", name+"@~", verb))(
		func(r *db.Rows) (subject string, err error) { return subject, r.Scan(&subject) })
	for _, subject := range found {
		if n, err := strconv.Atoi(strings.TrimPrefix(subject, name+"@")); err == nil {
			last = max(last, n)
		}
	}
	return last, err
}

// Head is where the log ends.
type Head struct {
	Seq  int64
	Hash []byte
}

// End returns the head of the log. Kept elsewhere, it shows a log that was
// rewritten or cut off since.
func End(ctx context.Context, tx *db.Tx) (h Head, err error) {
	return h, tx.Row(ctx, "SELECT seq, hash FROM audit_head WHERE id = 1").Scan(&h.Seq, &h.Hash)
}
