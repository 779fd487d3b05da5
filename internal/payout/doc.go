// Package payout sends what a creator has available to the creator's bank.
//
// # Model
//
// A creator's payout account is an account at the provider, made and
// completed on the provider's pages; we keep what it said last. A payout
// takes available earnings, oldest first, and moves the money to an account
// of its own in the ledger. Due work then drives it: money is transferred to
// the creator's account at the provider, and from there paid out to the bank.
//
//	scheduled → sending → sent → paid
//	  ↓   ↑↓       ↓        ↓
//	  ↓  held   failed   returning → returned
//	  ↓   ↓
//	canceled
//
// scheduled can still be canceled; so can held, and a refund or a dispute that takes
// back what they are of cancels them by rule (MakeRoom), because what is reserved is
// still ours. held means that it can not begin now: the
// creator is suspended or too young, the account is not ready, its bank is new,
// our balance at the provider does not cover it (all by a rule), or an operator looks into it. A hold may have an end. What a rule holds goes by itself as soon as the
// reason is gone: the work looks every hour, and news about the account wake
// it. What an operator holds waits for the operator, also with its
// cancellation; above the amount of the rules two operators let it go (release.go, package
// second), and nobody ends another one's hold by holding for less long. What waits for the
// second one lapses with the hold. Each change is told once. sending means that the provider was, or
// may have been, asked. In failed, canceled and returned the money is back
// with the earnings that it came from, less what it repaid of claws (earnings.Recover). A bank may send back what was paid, for
// which paid goes to returning; and what is returning goes to sent when the
// provider turns out to have paid it out after all.
//
// Each payout has the day on which it goes (goes_us), and the daily cap is by
// that day. What a request asks for above it is further payouts on the days
// after, reserved at once; they share the group of the first. A payout whose day
// went by, because it was held or nobody was there, is given the next with room.
//
// The calendar announces a month and pays it (monthly.go): for who has chosen it,
// and for sources that go by it alone. A row for each creator, month and
// currency keeps it from being told or paid twice. Rules (rules.go) have its days
// and the limits of the currencies that are not the rate card's.
//
// The provider forgets a key after a day. So what was asked is looked for
// before it is asked again, and nothing is asked under an old key: see mayAsk.
// The state, the transfer and the instant of the first call of each step are
// written down, so it does not matter how long we were off in between.
//
// # Invariants
//
//   - A payout's amount is the sum of its lines; an earning never pays more
//     than it is.
//   - The provider is asked with keys made from the payout's id and attempt;
//     the state is written before it is asked.
//   - One payout is transferred at most once and paid out at most once,
//     whatever answers are lost and for however long.
//   - Only a refusal that says so ends a payout, and only after a look. All
//     else is asked again; Sweep brings back work that was given up.
//   - Until it is transferred or given back, the payout's ledger account
//     holds the amount; afterwards it is empty.
//   - A held payout says why, who holds it and since when; its money stays in
//     its own account, and the provider was not asked.
//   - Nothing is paid out while the account is not ready, below the minimum,
//     or above the day's cap.
//
// # How to change
//
// Limits are the rate card's (package earnings) and those of Rules. A new state needs a word in
// the schema's constraint, a way out of it in drive.go and a line above. A new
// reason to wait is a code in obstacle (hold.go).
package payout
