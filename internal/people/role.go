package people

import (
	"context"
	"fmt"
	"slices"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Role is what somebody does here. One person can have several.
type Role string

// The roles.
const (
	Fan      Role = "fan"
	Creator  Role = "creator"
	Operator Role = "operator"
)

func refuseRole(role Role) error {
	switch role {
	case Fan, Creator, Operator:
		return nil
	}
	return fault.New(fault.ValidationFailed, "The roles are fan, creator and operator.").
		At("/role", fault.ValidationFailed, "The roles are fan, creator and operator.")
}

// RolesOf returns the person's roles in alphabetical order.
func RolesOf(ctx context.Context, tx *db.Tx, person id.Person) ([]Role, error) {
	all, err := db.Collect[Role](tx.Query(ctx, "SELECT role FROM person_role WHERE person_id = $1 ORDER BY role", string(person)))(
		func(r *db.Rows) (role Role, err error) { return role, r.Scan((*string)(&role)) })
	if err != nil {
		return nil, fmt.Errorf("people: reading roles: %w", err)
	}
	return all, nil
}

// Grant gives the person the role; it changes nothing for who has it.
func Grant(ctx context.Context, tx *db.Tx, person id.Person, role Role) error {
	if err := refuseRole(role); err != nil {
		return err
	}
	if err := exists(ctx, tx, person); err != nil {
		return err
	}
	fresh, err := addRole(ctx, tx, person, role)
	if err != nil || !fresh {
		return err
	}
	return emitChange(ctx, tx, person, "roles")
}

// addRole writes the role, and reports whether the person did not have it.
func addRole(ctx context.Context, tx *db.Tx, person id.Person, role Role) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO person_role (person_id, role, since_us) VALUES ($1, $2, $3) ON CONFLICT (person_id, role) DO NOTHING",
		string(person), string(role), tx.NowUS())
	if err != nil {
		return false, fmt.Errorf("people: granting a role: %w", err)
	}
	return n > 0, nil
}

// Revoke takes the role from the person; it changes nothing for who does not
// have it. The last operator keeps the role: state_conflict.
func Revoke(ctx context.Context, tx *db.Tx, person id.Person, role Role) error {
	if err := refuseRole(role); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, "DELETE FROM person_role WHERE person_id = $1 AND role = $2", string(person), string(role))
	if err != nil {
		return fmt.Errorf("people: revoking a role: %w", err)
	}
	if n == 0 {
		return nil
	}
	if role == Operator {
		if err := requireOperator(ctx, tx); err != nil {
			return err
		}
	}
	return emitChange(ctx, tx, person, "roles")
}

// HasOperator reports whether an operator can log in: one who is not
// suspended.
func HasOperator(ctx context.Context, tx *db.Tx) (bool, error) {
	var n int64
	err := tx.Row(ctx, `SELECT COUNT(*) FROM person_role r JOIN person p ON p.id = r.person_id
		WHERE r.role = 'operator' AND p.suspended_us = 0`).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("people: counting operators: %w", err)
	}
	return n > 0, nil
}

// requireOperator refuses a change after which nobody could run the site.
func requireOperator(ctx context.Context, tx *db.Tx) error {
	some, err := HasOperator(ctx, tx)
	if err == nil && !some {
		return fault.New(fault.StateConflict, "This is the last operator. Make somebody else an operator first.")
	}
	return err
}

// GrantRole gives the person the role. Operators are made by operators; a
// creator also by the person, and by a program that may write people.
func (s *Service) GrantRole(ctx context.Context, by Caller, person id.Person, role Role) error {
	if err := mayChangeRole(by, person, role); err != nil {
		return err
	}
	return s.changeRole(ctx, by, person, role, audit.Act{Verb: "role.grant"}, Grant)
}

// RevokeRole takes the role from the person. Who may give it may take it.
func (s *Service) RevokeRole(ctx context.Context, by Caller, person id.Person, role Role) error {
	if err := mayChangeRole(by, person, role); err != nil {
		return err
	}
	return s.changeRole(ctx, by, person, role, audit.Act{Verb: "role.revoke"}, Revoke)
}

// changeRole is the transaction of both. What changes nothing is no act, nor
// is what a person does with its own role.
func (s *Service) changeRole(ctx context.Context, by Caller, person id.Person, role Role, act audit.Act, change func(context.Context, *db.Tx, id.Person, Role) error) error {
	act.Changed = map[string]any{"role": role}
	act = by.Act(ctx, act)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := RolesOf(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := change(ctx, tx, person, role); err != nil {
			return err
		}
		after, err := RolesOf(ctx, tx, person)
		if err != nil || slices.Equal(before, after) {
			return err
		}
		if role == Operator { // also when an operator gives its own role up
			act.Subject = string(person)
			return audit.Record(ctx, tx, act)
		}
		return recordOf(ctx, tx, person, act)
	})
}

func mayChangeRole(by Caller, person id.Person, role Role) error {
	if by.Is(Operator) {
		return nil
	}
	if role == Operator {
		return by.RequireRole(Operator)
	}
	if !by.ActsFor(person) {
		return errNobody() // the same answer as for somebody who is not there
	}
	return by.Require(PeopleWrite)
}
