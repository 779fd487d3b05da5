package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// AccountKind is what kind of account a person has.
type AccountKind string

// The kinds of accounts.
const (
	Personal   AccountKind = "personal"
	Business   AccountKind = "business"
	Government AccountKind = "government"
	Political  AccountKind = "political"
)

// Person is everything about a person but the password.
type Person struct {
	ID              id.Person
	Handle          string // lower case; "" for somebody whom the host has made without one
	Name            string
	Email           string // as it was typed; "" if unknown
	Region          string // ISO 3166-1 alpha-2; "" if unknown
	BirthDate       string // YYYY-MM-DD; "" if unknown
	Locale          string // BCP 47
	AccountKind     AccountKind
	ExternalID      string // the host platform's id of the person, "" if it has none
	CreatedUS       int64
	SuspendedUS     int64  // 0 if not suspended
	SuspendedReason string // a sentence that the person may read
	HasPassword     bool
}

// Brief is what use cases that storm need of a person.
type Brief struct {
	ID          id.Person
	Handle      string
	Name        string
	Region      string
	BirthDate   string
	AccountKind AccountKind
	SuspendedUS int64
}

// Brief returns the part of the person that hot paths use.
func (p *Person) Brief() Brief {
	return Brief{ID: p.ID, Handle: p.Handle, Name: p.Name, Region: p.Region, BirthDate: p.BirthDate, AccountKind: p.AccountKind, SuspendedUS: p.SuspendedUS}
}

const personColumns = "id, handle, name, email, region, birth_date, locale, account_kind, external_id, created_us, suspended_us, suspended_reason, password_hash"

func scanPerson(r *db.Rows) (Person, error) {
	p, _, err := scanSecret(r)
	return p, err
}

// scanSecret also returns the password's hash, which leaves this package in
// no other form.
func scanSecret(r *db.Rows) (p Person, hash string, err error) {
	err = r.Scan((*string)(&p.ID), &p.Handle, &p.Name, &p.Email, &p.Region, &p.BirthDate, &p.Locale, (*string)(&p.AccountKind),
		&p.ExternalID, &p.CreatedUS, &p.SuspendedUS, &p.SuspendedReason, &hash)
	p.HasPassword = hash != ""
	return p, hash, err
}

func errNobody() *fault.Error {
	return fault.New(fault.NotFound, "There is no such person.")
}

// one returns the only person of a query, or not_found.
func one(rows *db.Rows, err error) (Person, error) {
	found, err := db.Collect[Person](rows, err)(scanPerson)
	switch {
	case err != nil:
		return Person{}, fmt.Errorf("people: reading a person: %w", err)
	case len(found) == 0:
		return Person{}, errNobody()
	}
	return found[0], nil
}

// Get returns the person, or a fault not_found.
func Get(ctx context.Context, tx *db.Tx, person id.Person) (Person, error) {
	return one(tx.Query(ctx, "SELECT "+personColumns+" FROM person WHERE id = $1", string(person)))
}

// ByHandle returns the person whose handle reads like this one, or a fault
// not_found. An @ in front is ignored.
func ByHandle(ctx context.Context, tx *db.Tx, handle string) (Person, error) {
	key := Skeleton(handle)
	if key == "" {
		return Person{}, errNobody()
	}
	return one(tx.Query(ctx, "SELECT "+personColumns+" FROM person WHERE handle_skeleton = $1 AND handle_skeleton <> ''", key))
}

// ByExternal returns the person with the host platform's id, or a fault
// not_found.
func ByExternal(ctx context.Context, tx *db.Tx, external string) (Person, error) {
	if external == "" {
		return Person{}, errNobody()
	}
	return one(tx.Query(ctx, "SELECT "+personColumns+" FROM person WHERE external_id = $1 AND external_id <> ''", external))
}

// Payer returns how the person is called where money is taken, and the e-mail
// address that goes there; "" for one that is not known.
func Payer(ctx context.Context, tx *db.Tx, person id.Person) (name, email string, err error) {
	p, err := Get(ctx, tx, person)
	return p.Name, p.Email, err
}

// GetMany returns those of the persons that there are, with one query.
func GetMany(ctx context.Context, tx *db.Tx, persons []id.Person) (map[id.Person]Brief, error) {
	all := make(map[id.Person]Brief, len(persons))
	if len(persons) == 0 {
		return all, nil
	}
	list := make([]any, len(persons))
	for i, p := range persons {
		list[i] = string(p)
	}
	rows, err := tx.QueryList(ctx, "SELECT id, handle, name, region, birth_date, account_kind, suspended_us FROM person WHERE id IN ($list)", list)
	if err != nil {
		return nil, fmt.Errorf("people: reading %d persons: %w", len(persons), err)
	}
	defer rows.Close()
	for rows.Next() {
		var b Brief
		if err := rows.Scan((*string)(&b.ID), &b.Handle, &b.Name, &b.Region, &b.BirthDate, (*string)(&b.AccountKind), &b.SuspendedUS); err != nil {
			return nil, fmt.Errorf("people: reading %d persons: %w", len(persons), err)
		}
		all[b.ID] = b
	}
	return all, rows.Err()
}

// exists tells whether there is the person.
func exists(ctx context.Context, tx *db.Tx, person id.Person) error {
	var n int64
	err := tx.Row(ctx, "SELECT 1 FROM person WHERE id = $1", string(person)).Scan(&n)
	if errors.Is(err, db.ErrNoRows) {
		return errNobody()
	}
	if err != nil {
		return fmt.Errorf("people: looking for a person: %w", err)
	}
	return nil
}
