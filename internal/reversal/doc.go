// Package reversal takes money back to who paid it: refunds, which we give, and
// disputes, in which the bank of a card takes it.
//
// # Model
//
// A reversal is of one charge, or of a part of it, and finds what the money has
// become (plan): coins of the charge's lot that were not spent; then what creators
// got for the others, the latest gifts first; or what a creator earned in money.
// All of it is held until it is decided: coins and what they were sold for in an
// account of the reversal's own (wallet.SetAside), what creators got as claws
// (earnings.ClawBack), for which payouts that have not begun give back what they
// reserve (payout.MakeRoom). Nothing else of anybody is touched.
//
//	refund:   proposed → asking → pending → refunded → bounced → repaid
//	             ↓          ↓        ↓
//	          declined    failed   failed
//	dispute:  inquiry → open → answered → won
//	             ↓        ↓        ↓
//	          closed     won  ←  lost
//
// In failed, declined, won and closed everything is where it was. In refunded and
// lost it is gone: coins are as if they were never issued, creators do not get
// their part, and what they had been paid out the reserve bears. A refund that the
// bank sends back after that is owed to the person, and an operator pays it in
// another way.
//
// While a dispute is open the reserve has paid: the provider takes the money at
// once. What it moved is booked as it says, in the currency of our balance; where
// that is another amount than the charge's part, the difference goes to suspense
// and gets a case.
//
// The provider is called between two transactions, under a key made of the
// reversal's id and attempt. The reply, the look-up and the news end in the same
// two functions, refunded and disputed, which take a reversal from wherever it is
// to where the provider says that it is.
//
// A refund that somebody gives at the provider itself becomes one of ours when it is
// heard of (adopt). What an operator decides about a dispute is an intent until the
// provider has confirmed it. A dispute that was lost may be won later: what was
// kept is held again (regain) and returned as ever. What comes back otherwise stands in
// suspense with a case; an inquiry that was closed may go on (reopen).
//
// # Who may
//
// People have the unspent coins of their own purchases refunded, for as long as the
// rule of their region says. Operators refund anything that others paid; above the
// rule's amount a second one has to agree. What one gives back alone is added up: of
// one payment, and of all that a person paid within thirty days (needsSecond). The
// second one is a person and no key, is not behind the key that proposed it, and does
// not get the money (another). All that a minor has paid is one decision
// (RefundMinor), signed for each refund. What a bank sent back is paid in another way
// by two people above the same amount (Repay). Operators answer disputes or give them
// up.
//
// The key of a request belongs to the person who paid, and its answer is the first
// that knew an outcome. Decisions have the key of their caller (Once).
//
// # Invariants
//
//   - No more of a charge goes back than was charged, however it goes back; the
//     schema of package payment refuses more.
//   - Nobody falls below zero: not the fan's wallet, not what a creator has.
//   - The coins that were spent are taken back once, and each diamond with them.
//   - What is given back above the rule's amount two people have decided, and neither
//     of them gets it.
//   - A proposed refund of coins that were not spent takes nothing from creators when
//     it is agreed to later.
//   - A dispute that is won returns all to the same places; what would have matured
//     meanwhile matures then.
//
// # How to change
//
// A product whose charges can go back gives creators their part through
// earnings.Accrue, with the charge's subject as cause: then nothing is needed here
// but the name of its event (refundedEvent, in tell.go). Rules are dated rows
// (Install).
package reversal
