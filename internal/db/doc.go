// Package db is the only way to the database: one Write, one Read, one SQL
// text for SQLite (the embedded default) and PostgreSQL (15 or later).
//
// # Model
//
// Write runs a closure in a transaction. Concurrent calls are gathered: one
// writer takes everything that waits, runs the closures one after another,
// each in a savepoint of its own, and answers all of them after one commit.
// While a commit is on its way to the disk the next calls gather, so the
// batch grows with the load and nobody waits for a tick. When Write returns
// nil the change is on disk.
//
// On PostgreSQL each batch first takes "the pen", a row that only one
// transaction can hold. Batches of all processes are therefore serial, as on
// SQLite: sequences have no gaps, the hash chain has one head, and there is
// nothing to deadlock. See docs/adr/0002.
//
// Set goes one step further for use cases that storm: it gathers the calls
// of one kind and hands them to one closure that decides them as a set.
//
// # Invariants
//
//   - A closure does no I/O but its Tx, and may run more than once.
//   - A closure that fails leaves nothing behind, and does not disturb the
//     others of its batch.
//   - Nothing is answered before the commit; AfterCommit runs after it.
//   - Everything in a transaction happens at one instant, Tx.Now.
//   - A second process is refused on the same SQLite file, and a schema newer
//     than the program is refused on both.
//   - After a failed fsync nothing is written again until a restart.
//
// # How to change
//
// Products write only the subset of SQL that both engines speak: $1…$n, TEXT,
// BIGINT, BYTEA. What differs stands in sqlite.go, postgres.go and rewrite.go
// and nowhere else. A new table is a new file in migrations, named after the
// one package that writes it.
package db
