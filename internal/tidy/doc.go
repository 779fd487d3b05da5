// Package tidy holds the rules of this repository about itself, as tests.
//
// # Model
//
// A rule is a function from the tree (every Go file, parsed once, and every
// other text file) to findings. A finding names the file and line, the rule,
// and the way out. There is one test a rule, and beside it a test that plants
// one violation in a small tree made in memory: a rule that can not find what
// it is for proves nothing.
//
//   - floors_test.go: a package imports only lower floors; who may import
//     net/http, db and the database drivers.
//   - house_test.go: lengths, names, documentation, the wall clock, sleeps.
//   - sql_test.go: the migrations: their names, their subset of SQL, the names
//     of constraints.
//   - writers_test.go: the statements in Go files: the one package that writes
//     a table, and the subset.
//   - checks_test.go: every package's rules for ledger verify are run by it.
//   - repo_test.go: each dependency has a reason, generated pages have
//     their source, vendored files have their checksum, and no text names a
//     path of somebody's machine.
//
// # Invariants
//
// The files are read and parsed here; nothing shells out. The test cache of
// the go command knows which files a test has opened, and so it runs these
// again whenever one changes. It knows nothing of what a child process reads.
//
// # How to change
//
// What differs from a rule stands in the table next to the rule, with the
// reason. A new package gets its floor in floorOf. A new rule gets its planted
// violation.
package tidy
