// Package reconcile compares our books with the provider's, line by line.
//
// # Model
//
// Our clearing account, provider/stripe, says what the provider holds for us.
// The provider says it too: as a balance, and as entries, each of which has moved
// it. A run fetches the entries that came since and keeps them; each leads to a row
// of ours (see lead), which is the cause of transfers here. By
// cause and currency the sum of our lines on the clearing account has to be the
// sum of the entries' net amounts. What differs is told with what is on either
// side; the totals are compared besides.
//
// What belongs to no row of ours the run books itself, with the entry as cause: payouts
// to the platform's own bank and top-ups from there, and all else to suspense,
// with a case that an operator closes. If it turns out later what it belongs to,
// the case is closed by that, and suspense is empty again. What carries the id of a row
// of ours that is not here is not booked: our database was restored from an
// older copy, and this is the list of what it lacks.
//
// A run compares the causes for which anything came on either side since the run
// before, and those that differed; a complete one compares all there are. What is
// younger than a few minutes may be on its way, and is told as that.
//
// # Invariants
//
//   - The provider is not called inside a transaction.
//   - An entry is kept once; keeping it and what is booked for it commit together.
//   - Whatever was booked for an entry is its net amount, in one transfer.
//   - Runs may overlap, be repeated or die half way: nothing is booked twice, and
//     what was not compared stays to be compared.
//
// # How to change
//
// A product whose rows the provider moves money for needs nothing here if its id
// goes with the call (metadata); if the provider begins it, lead finds the
// row. A further kind of entry of the platform's own is a word in ownBank.
package reconcile
