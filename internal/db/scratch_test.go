package db_test

import "strings"

// sqliteTypes writes the scratch table's types as the migrations' rewriting
// does for SQLite.
var sqliteTypes = strings.NewReplacer("BIGINT", "INTEGER", "BYTEA", "BLOB")
