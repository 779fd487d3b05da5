// Package casework keeps what somebody has to look into: a dispute, a minor's
// spending, money that nobody can explain.
//
// # Model
//
// A case is of a kind and about a subject, which is an id of ours. A product
// opens it in the transaction of what made it necessary, and closes it when that
// is decided, with who decided what and why.
//
// A difference is a case about money: what the provider says came or went and
// our rows do not explain. The product that finds one moves it to or from an account
// below suspense/ and opens the case in the same transaction. The amount of the
// case is what the account got by it, so it is below zero where the provider took
// something. Settle closes the case and empties the account: an operator writes
// the amount off, and of more than the limit (Limit) a second one has to do
// the same; or reconciliation finds what it belongs to.
//
// # Invariants
//
//   - There is one case of a kind about a subject, for ever; opening it again
//     changes nothing.
//   - A closed case says who closed it, when, and what was decided; what a person
//     decides is in the audit log.
//   - What stands in the accounts below suspense/ is the open differences, to the
//     cent, and none of it stands there for more than seven days.
//
// # How to change
//
// A kind needs no line here. Kinds are closed by their products; what operators
// close themselves is in ByHand.
package casework
