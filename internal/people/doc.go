// Package people knows who somebody is: persons and their roles, the sessions
// they log in with, the API keys of programs, and one-time links.
//
// # Model
//
// A person is made by signing up (SignUp, SetUp) or by the host platform
// (EnsureExternal). Somebody the host has made may lack a handle, an e-mail,
// a password and a birth date; without a birth date nobody can pay.
//
// A session, an API key and a one-time link are 256 random bits. Whoever
// presents them gets them checked; the tables hold only their SHA-256. A
// Caller is what a request is after that check: a person with roles, or a key
// with scopes.
//
// Handles are unique by their skeleton, in which dots and underscores are
// gone and 0 and 1 are o and l, so that nobody can pass for somebody else.
// E-mail addresses are unique without regard to case.
//
// Service owns the verbs that begin outside a transaction. Passwords are
// hashed there, before the transaction, two at a time: each takes 19 MiB and
// tens of milliseconds. The functions that take a tx are for the products.
//
// # Guessing
//
// LogIn answers an unknown e-mail like a wrong password, in words and in
// time. Failures are counted in the memory of the process by e-mail and
// address together, by address, and by e-mail; each bound grows a wait that
// never exceeds a quarter of an hour. The bound by e-mail alone does not hold
// for an address from which the person has logged in before, so an attacker
// can not keep a person out. SignUp does say that an e-mail has an account,
// because nobody could go on otherwise; the edge limits how often it is asked.
//
// # Freshness
//
// KeyOf alone answers from memory: at most two seconds old, and never after
// RevokeKey or Suspend in the same process. Sessions, roles and suspensions
// are read each time, so they end with the next request.
//
// # Invariants
//
//   - A handle's skeleton, an e-mail without case, an external id and a hash
//     of a secret belong to one row each. Held by the schema.
//   - A key never has a scope that its maker lacks, nor another mode.
//   - A session that a key has started (MintSession) may do what its person may
//     and that key may too, and ends when the key is revoked. So may a key that
//     is made in it, which outlives it as a key outlives its maker.
//   - A link is used once, in the transaction of what it permits.
//   - A change of password ends all other sessions in the same transaction.
//   - One operator at least remains.
//   - A change of what GET /v1/people/{id}/state shows of a person adds the event
//     person.state_changed in its transaction. The event names fields, never
//     their values: the log is kept for ever.
//   - What operators, the host and the console decide about persons, roles, keys,
//     links and sessions is in the audit log, in the same transaction.
//
// # How to change
//
// A new scope is a constant with its sentence in scopeDocs (scope.go). A new
// field of a person belongs into NewPerson, its check into check.go, its name
// into Person.changes, and into Brief only if a use case that storms needs it.
package people
