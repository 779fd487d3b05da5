// Package sandbox is a stateful server with the shape of Stripe: the part of
// Stripe's API that payment/stripe uses, the pages on which a person types a
// card, passes 3-D Secure or opens a creator's account, and the webhooks.
// A newcomer needs no account anywhere, and the code that runs is the code
// that runs in production.
//
// # Model
//
// A Server holds objects by id. Each has a kind, an owner (the platform or a
// connected account), a birth number, and a body: the JSON that Stripe would
// show, plus a member "_sandbox" with what only the sandbox needs, which is
// never shown. A request works on an overlay (change); when its handler is
// done the changed objects, the stored answer of its idempotency key, the
// events and the webhook deliveries are written in ONE transaction, and only
// then become visible and are answered. A kill -9 at any moment therefore
// loses nothing that was answered. Without a database the objects live in
// memory only.
//
// Money moves by balance transactions alone. The balance of an account is the
// sum of its balance transactions, and Books derives the same total a second
// way, from charges, refunds, disputes, fees and payouts.
//
// Time is the injected clock. Tick does what has become due (payouts reach
// the bank, reviews end, pages expire) and then delivers due webhooks; Run
// calls Tick whenever something happened. Tests call Tick and never wait.
//
// # What is as at Stripe
//
//   - URLs, form encoding, JSON shapes, expand[], list paging, error objects,
//     Request-Id, refusal of unknown parameters, the minimum amounts.
//   - Idempotency keys: same key and parameters give the first answer again
//     with Idempotent-Replayed: true, errors included; other parameters give
//     400 idempotency_error; a key whose first request still runs gives 409;
//     a request that failed validation leaves its key free; keys are
//     forgotten after 24 hours of the clock.
//   - Test payment methods (pm_card_visa…), tokens (tok_visa…) and test card
//     numbers, with their declines, 3-D Secure rules, disputes and refunds.
//   - Charges are pending for two days, then available; 4000 0000 0000 0077
//     is available at once. The fee is 2.9 % + 30 and is not given back. On
//     request a charge succeeds before it has a balance transaction, which
//     follows with charge.updated.
//   - A transfer needs available funds and a recipient with the capability;
//     a payout needs available funds and payouts_enabled. Test bank account
//     numbers fail as Stripe's do, and a failed payout disables the account's
//     bank until the creator gives another.
//   - Webhooks: signature, retries with growing pauses for three days, at
//     least once, in no promised order; events of connected accounts carry
//     "account" and are listed under that account only, for 30 days.
//
// # What differs
//
//   - The pages are ours, plain and without script. They accept test cards
//     only, and say so.
//   - Balances stay in the currency of the charge unless SetSettlement names
//     the one that the platform's balance is kept in. Then a charge in another
//     one comes converted, with an exchange_rate, and refunds and disputes of it
//     go back in that currency. The rates are few and stand still.
//   - Connected accounts have a manual payout schedule only.
//   - Each use of a test name or token (pm_card_visa, tok_visa) is a card with a
//     fingerprint of its own. At Stripe all cards of one test name have one, so
//     that all test fans would share what one card may pay in a day. A test number
//     that is typed or sent has one fingerprint, whoever gives it, as at Stripe:
//     that is how a shared card is tried out.
//   - A refund may take the balance below zero instead of waiting.
//   - A dispute's page is left out; disputes are settled by evidence texts or
//     through the control API.
//   - One webhook endpoint and one secret serve the platform's events and
//     those of connected accounts.
//   - Anything not listed in routes.go answers 404.
//
// # Control
//
// POST /_control/… (JSON, the same secret key) sets faults, changes how
// webhooks arrive, bounces payouts, opens and closes disputes, moves the
// clock and shows the books. See control.go.
//
// # How to change
//
// One file holds one Stripe resource: its JSON shape, its handlers and the
// list of parameters that they accept. Add the route to routes.go with that
// list; a parameter that is not listed is refused as Stripe refuses it. Keep
// every movement of money inside (*call).move.
package sandbox
