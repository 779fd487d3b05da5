// Package programme is the one door to every tool with which a creator earns:
// which programmes there are, what they ask for, who is in.
//
// # Model
//
// A programme (video_gifts, live_gifts, …) is a monetization feature that a
// creator joins. What it asks for is a policy: dated rows with a version such
// as current@1, one policy a region and one for everywhere else ('*'). The
// version in force is the one that started last; within it the row of the
// person's region counts, else the row '*'. A programme is installed once one
// of its policies has started.
//
// A policy is a list of criteria: a metric, an operator, a threshold or some
// words, the key of its label. Criteria without a route are all asked for.
// Criteria with the same route belong together, and one whole route of several
// is enough ("10,000 followers and 100,000 views, or the LIVE route").
//
// The metrics have three sources. followers, views_30d, public_posts_30d and
// live_minutes are measured by the host (PutAudience). account_age_days,
// age_years, account_kind and payout_account_ready come with the Subject that
// the caller loads. region_listed is 1 where the policy has a row for the
// person's own region, and 0 where only '*' matched. What was never measured
// is not met, and is shown as unknown instead of as 0.
//
// An enrolment is where a person stands in a programme:
//
//	not_joined ──Join──▶ active ◀──Recheck──▶ grace ──its end──▶ left
//	any ──Refuse──▶ refused ──Readmit──▶ left       active, grace ──Leave──▶ left
//
// Who has left may join again at once, who was refused when the wait is over;
// both meet the criteria of that day.
//
// Judging (judge) is a pure function of a policy and the facts. The verbs load
// the facts, ask it, and write at most one row a programme. Each change of
// state adds the event eligibility.changed, which names the policy and the
// criteria that were not met.
//
// # Invariants
//
//   - A version of a programme never changes: Install refuses other values.
//     A decision that names its version can be explained for ever.
//   - Nobody is switched off in silence: who falls below gets the policy's
//     grace period, and an event at its start and at its end.
//   - Thresholds, ages and days stand in rows, which package app installs from
//     the preset's file. No rule has a number of its own.
//   - An estimate is a date or nothing, never a guess: two measurements at
//     least a day apart that grow, or a birthday, or the age of the account.
//   - Require and RequireMany read one table with one statement. They do not
//     judge: Recheck has done so when the facts changed.
//
// # How to change
//
// A new programme is rows under its name (a constant in programme.go); a new
// threshold is a new version. A new metric is a constant, a line in metrics
// and a case in facts.read. Who changes a fact of the Subject (birth date,
// region, account kind, payout account) calls Recheck in the same transaction;
// PutAudience does so itself. A runner calls Recheck for the persons of Due,
// which finds ended grace periods and people judged by an older version.
package programme
