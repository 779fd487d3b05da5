package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Profile is what a person may change. nil leaves a field as it is.
type Profile struct {
	Handle *string
	Name   *string
	Locale *string
}

// Details are what the host platform or an operator may change beside the
// profile: they decide about age, region and programmes.
type Details struct {
	Email       *string
	Region      *string
	BirthDate   *string
	AccountKind *AccountKind
}

// UpdateProfile changes the profile and returns the person as it is then.
func (s *Service) UpdateProfile(ctx context.Context, person id.Person, p Profile) (Person, error) {
	return s.Change(ctx, person, p, Details{})
}

// SetDetails changes the details and returns the person as it is then.
func (s *Service) SetDetails(ctx context.Context, person id.Person, d Details) (Person, error) {
	return s.Change(ctx, person, Profile{}, d)
}

// set replaces the value by one that is given; an empty one is a wrong field.
func set[T ~string](c *checks, pointer string, value, given *T, what string) {
	if given != nil {
		c.need(pointer, string(*given), what)
		*value = *given
	}
}

func (s *Service) update(ctx context.Context, person id.Person, change func(*NewPerson, *checks)) (after Person, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := Get(ctx, tx, person)
		if err != nil {
			return err
		}
		n := NewPerson{Handle: p.Handle, Name: p.Name, Email: p.Email, Region: p.Region, BirthDate: p.BirthDate, Locale: p.Locale, AccountKind: p.AccountKind}
		var c checks
		change(&n, &c)
		c.clean(&n, tx.Now())
		if err := c.taken(ctx, tx, &n, person); err != nil {
			return err
		}
		if err := c.Err(); err != nil {
			return err
		}
		if n.BirthDate != p.BirthDate {
			if err := refuseChild(n.BirthDate, tx.Now()); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE person SET handle = $2, handle_skeleton = $3, name = $4, email = $5, email_lower = $6, region = $7, birth_date = $8,
			locale = $9, account_kind = $10, name_key = $11 WHERE id = $1`,
			string(person), n.Handle, Skeleton(n.Handle), n.Name, n.Email, strings.ToLower(n.Email), n.Region, n.BirthDate, n.Locale, string(n.AccountKind), nameKey(n.Name))
		if err != nil {
			return fmt.Errorf("people: changing a person: %w", err)
		}
		if after, err = Get(ctx, tx, person); err != nil {
			return err
		}
		changed := after.changes(&p)
		if len(changed) == 0 {
			return nil
		}
		if err := recordOf(ctx, tx, person, audit.Act{Origin: audit.Of(ctx), Verb: "person.change", Changed: map[string]any{"fields": changed}}); err != nil {
			return err
		}
		return emitChange(ctx, tx, person, changed...)
	})
	return after, err
}

// Person returns the person and its roles, or not_found.
func (s *Service) Person(ctx context.Context, person id.Person) (p Person, roles []Role, err error) {
	return s.find(ctx, func(tx *db.Tx) (Person, error) { return Get(ctx, tx, person) })
}

// ByHandle returns the person with the handle and its roles, or not_found.
func (s *Service) ByHandle(ctx context.Context, handle string) (Person, []Role, error) {
	return s.find(ctx, func(tx *db.Tx) (Person, error) { return ByHandle(ctx, tx, handle) })
}

// ByExternal returns the person with the host platform's id and its roles, or
// not_found.
func (s *Service) ByExternal(ctx context.Context, external string) (Person, []Role, error) {
	return s.find(ctx, func(tx *db.Tx) (Person, error) { return ByExternal(ctx, tx, external) })
}

func (s *Service) find(ctx context.Context, read func(*db.Tx) (Person, error)) (p Person, roles []Role, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if p, err = read(tx); err != nil {
			return err
		}
		roles, err = RolesOf(ctx, tx, p.ID)
		return err
	})
	return p, roles, err
}

// Suspend stops the person from logging in, paying and being paid, from the
// next request on. The person may read the reason. Operators do it; the last
// one can not be suspended.
func (s *Service) Suspend(ctx context.Context, by Caller, person id.Person, reason string) error {
	if err := by.RequireRole(Operator); err != nil {
		return err
	}
	reason, field := reasonRule.Clean(reason)
	var c checks
	c.Add("/reason", field)
	if err := c.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE person SET suspended_us = $2, suspended_reason = $3 WHERE id = $1 AND suspended_us = 0", string(person), tx.NowUS(), reason)
		if err != nil {
			return fmt.Errorf("people: suspending: %w", err)
		}
		if n == 0 {
			if err := exists(ctx, tx, person); err != nil {
				return err
			}
			return fault.New(fault.AlreadyDone, "This person is suspended already.")
		}
		tx.AfterCommit(s.keys.forgetAll)
		if err := audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: "person.suspend", Subject: string(person), Reason: reason})); err != nil {
			return err
		}
		if err := emitChange(ctx, tx, person, "suspended"); err != nil {
			return err
		}
		roles, err := RolesOf(ctx, tx, person)
		if err != nil || !slices.Contains(roles, Operator) {
			return err
		}
		return requireOperator(ctx, tx)
	})
}

// Reinstate ends a suspension. Operators do it.
func (s *Service) Reinstate(ctx context.Context, by Caller, person id.Person) error {
	if err := by.RequireRole(Operator); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE person SET suspended_us = 0, suspended_reason = '' WHERE id = $1 AND suspended_us <> 0", string(person))
		if err != nil {
			return fmt.Errorf("people: reinstating: %w", err)
		}
		if n == 0 {
			if err := exists(ctx, tx, person); err != nil {
				return err
			}
			return fault.New(fault.AlreadyDone, "This person is not suspended.")
		}
		tx.AfterCommit(s.keys.forgetAll)
		if err := audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: "person.reinstate", Subject: string(person)})); err != nil {
			return err
		}
		return emitChange(ctx, tx, person, "suspended")
	})
}
