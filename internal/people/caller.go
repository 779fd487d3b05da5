package people

import (
	"slices"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Caller is who asks: a person with a session, or a program with a key.
type Caller struct {
	Person  id.Person // whose session it is, or whom the key is bound to; "" for a key of the host
	Key     id.Key    // "" for a session
	Starter id.Key    // the host's key that started the session; "" if the person began it
	Roles   []Role    // of a session's person
	Scopes  []Scope   // of the key, or of the one that started the session
}

// console stands for a person where who administers the machine asks.
const console id.Person = "console"

// Console is who administers the machine (the command line, the sandbox): it
// has the database in its hands, so nothing is refused to it.
func Console() Caller { return Caller{Person: console, Roles: []Role{Operator}} }

// ID names the caller: the key's id, or the person's.
func (c Caller) ID() string {
	if c.Key != "" {
		return string(c.Key)
	}
	return string(c.Person)
}

// IsHost reports whether this is a key of the host platform, which may act
// for any person.
func (c Caller) IsHost() bool { return c.Key != "" && c.Person == "" }

// Is reports whether the caller has the role. A key of the host with the
// scope admin counts as an operator; no key counts as anything else. A session
// that a key has started is an operator's only if that key is one too.
func (c Caller) Is(role Role) bool {
	if c.Key != "" {
		return role == Operator && c.IsHost() && slices.Contains(c.Scopes, Admin)
	}
	return slices.Contains(c.Roles, role) && (role != Operator || c.within(Admin))
}

// within reports whether the scope is inside what the caller's secret was
// given: a key has its scopes, a session those of the key that started it, and
// one that the person began has all. It is no permission by itself.
func (c Caller) within(scope Scope) bool {
	return c.Key == "" && c.Starter == "" || slices.Contains(c.Scopes, scope) || slices.Contains(c.Scopes, Admin)
}

// May reports whether the caller may do what the scope permits: a key needs
// it or admin; a person may do all that is personal, and the rest as an
// operator, and in a session that a key has started no more than that key.
// For whom the caller may do it is another question.
func (c Caller) May(scope Scope) bool {
	if c.Key != "" {
		return c.within(scope)
	}
	doc, known := docOf(scope)
	return c.Person != "" && known && (doc.Personal || c.Is(Operator)) && c.within(scope)
}

// Require returns a fault scope_missing unless the caller may.
func (c Caller) Require(scope Scope) error {
	if c.May(scope) {
		return nil
	}
	return errScope(scope)
}

// RequireRole returns a fault role_required unless the caller has the role.
func (c Caller) RequireRole(role Role) error {
	if c.Is(role) {
		return nil
	}
	return fault.New(fault.RoleRequired, "This is for a person with the role %s.", role)
}

// ActsFor reports whether the caller may act for the person: it is the
// person, a key bound to the person, or the host.
func (c Caller) ActsFor(person id.Person) bool {
	return person != "" && (c.Person == person || c.IsHost())
}
