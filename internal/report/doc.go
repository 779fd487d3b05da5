// Package report reads across the products: it explains amounts and adds up
// dashboards. It writes nothing.
//
// # Model
//
// Explain answers "where does this amount come from" for anything that has an
// id: a payout is made of parts of earnings, an earning of the diamonds of
// gifts, a gift of the coins of lots, a lot of a card payment. Each step shows
// its formula with the numbers put in. The parts of a step add up to the
// amount that it says they add up to, also when only some of them are shown:
// the rest stands in one last part.
//
// Income, Earned and TargetSummary are what a creator reads; Spending what a fan
// does. Their figures are sums over the same parts: of earnings by place, fan
// and gift, as far as package earnings has added them up, and of the gifts that
// came since along the trails of the earnings. So the tile, the bars, the foot
// of a list, its rows and its file agree to the cent on one snapshot, and none
// of them is behind.
//
// # Invariants
//
//   - Every figure is a sum of ledger lines or of rows that verify checks
//     against them; nothing is counted a second way.
//   - Step.PartsOf equals the sum of Step.Parts, always.
//
// # How to change
//
// A new kind of thing to explain is a function in a file of its own and a line
// in Explain.
package report
