// Package limit keeps what people bound for themselves: how much money they
// spend, a time in which they spend nothing, and from what price on they want
// to be asked again.
//
// # Model
//
// Caps are of a day, a week and a month, each perhaps, all in one currency of
// the person's choice. The windows are those of the calendar in UTC; a week
// begins on Monday, as in ISO 8601. A cap that is new or lower holds at once.
// One that is higher or gone, and another currency, hold a day later: until
// then that is pending, is shown with its instant, and can be withdrawn at
// once. While there are caps, money in another currency is refused, because
// nothing says what it would be in theirs.
//
// A cool-off ends at an instant. It can be made longer, and neither shorter nor
// ended. Until then the person neither pays nor gives; what was begun before
// goes on to its end.
//
// A use case that charges a person takes the amount (Take) in the transaction
// in which it writes the intent, under the id of what is paid for, and releases
// it (Release) in the one in which it learns that the money does not move. So
// money on its way counts, and of many payments at once no more pass than the
// cap has room for: transactions are serial. Whether there are caps or not, a
// spend is written down, because a cap that is set today looks back.
//
// Gifts are given in storms and cost coins, which were paid for before. Only
// the cool-off holds for them: CoolingOff answers for a whole set at once. It
// asks for the few who cool off at the moment, and by name only where there are
// many. Promotional coins and lots that are granted are no spend.
//
// # What binds everybody
//
// Velocities are rules of the platform, dated, installed with the preset and scheduled
// by operators (schedule.go): the
// most that a person is charged within any so many hours that end now, and a
// smaller most for accounts that are new. There is one amount for each currency;
// what is paid in several counts in each by its part, so that several allow no
// more than one. A spend that was released counts no longer.
//
// A person may have several accounts, so that a card counts beside the account: what
// was paid by the account or with the card, each spend once, is no more than the
// rules allow the account that pays now. Cards are told apart by an Instrument, which
// package payment makes of the provider's mark; no number is known. Mostly it is known
// when the spend is taken. Of a card that is typed on the provider's page it is not:
// such a spend is held to its account alone, and counts with the card from when its
// money has come (Learn). So pages that are open at once are not held to each other,
// and nobody is refused by a card there, also who has paid with it before: the page is
// where one pays with another.
// What a refusal tells of a card is the rule alone, not what others paid with it. The
// card is asked last, after all that the person bounds and has to confirm: a question
// in between would tell for nothing that the card has room. What people bound for
// themselves stays a matter of the account.
//
// # Invariants
//
//   - At the instant of each spend, what counts in the time before it is no more
//     than the velocity in force allowed (RuleVelocity): of the account, and of the
//     card if it was known then.
//
//   - A spend has the card of its charge, and keeps it; what is known of one card has
//     an order, also where clocks stand still or step back.
//
//   - While caps hold, what is taken and not released in a window is at most the
//     cap, or was so when the cap was lowered below it.
//
//   - No cap becomes looser in less than Patience, whatever is asked for in
//     between; no cool-off becomes shorter.
//
//   - A cause counts once, with the amount that its product charges. The product
//     holds it to its own rows (RuleCounted of package purchase); Checks hold
//     that every cause belongs to a product that does.
//
//   - A change of the caps, of what is pending and of the cool-off adds the event
//     person.state_changed.
//
// # How to change
//
// A product that charges people calls Take, Learn and Release, adds the prefix of its
// ids to Checks in package app, and has a rule like purchase's in its verify.go.
package limit
