// Package policy is what the schedules of all dated rules have in common: gifts,
// packs, rates, and the rules of tips, refunds, payouts and velocity.
//
// # Model
//
// A Set of rules stands in tables of the package that it belongs to, in versions.
// Each holds from an instant on, until the next one does; what is posted names the
// version that it was posted by. Presets bring versions under their own name
// (current@1). Operators schedule others under the name of the set (rates@1,
// rates@2…), which no preset may have, so that neither takes the other's numbers.
//
// Schedule adds a version with what it says (Content), and Withdraw takes one back
// that does not hold yet. Both tell it in the log of events (policy.changed) and
// in the audit log, in the same transaction. Look checks all and changes nothing:
// the page shows with it what would be scheduled.
//
// # Invariants
//
//   - A version never changes. One that holds, or has held, stays.
//   - What operators schedule begins at an instant to come, after every other
//     version of its set; so nothing is decided by rules that nobody could have
//     known (RuleKnown).
//   - A number is given once, also when its version was withdrawn.
//
// # How to change
//
// A further set is a Set beside the rules, with a Content that checks and installs
// them; its service has two lines, for Schedule and for Withdraw. Package app has
// the list of all sets: verify and the names of presets go by it.
package policy
