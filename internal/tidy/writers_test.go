package tidy

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// bulk are the methods of db.Tx that write rows of a table given by name, and
// which argument is the name.
var bulk = map[string]int{"InsertRows": 1, "UpdateRows": 1}

var (
	// write matches a statement that changes rows; keywords are written large.
	write = regexp.MustCompile(`\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_][a-z0-9_]*)`)
	// smallWrite matches one that is written small; it begins the text, so
	// that a sentence about an update is not taken for one.
	smallWrite = regexp.MustCompile(`(?i)^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z_][a-z0-9_]*)`)
	// looksLikeSQL matches a text that is a statement from its first word on.
	looksLikeSQL = regexp.MustCompile(`^\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)
	quoted       = regexp.MustCompile(`\x27(?:[^\x27]|\x27\x27)*\x27`)
)

// ownerOf returns the package of a file as migrations name it.
func ownerOf(s *source) string {
	own, known := home(s.pkg)
	if !known {
		own = s.pkg
	}
	return path.Base(own)
}

// literals calls visit for every string literal of a file. at gives the position
// of a byte of its text; inside a raw string that is the right line.
func (s *source) literals(visit func(lit *ast.BasicLit, text string, at func(int) token.Pos)) {
	ast.Inspect(s.ast, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err == nil {
			visit(lit, text, func(i int) token.Pos {
				if lit.Value[0] == '`' {
					return lit.Pos() + 1 + token.Pos(i)
				}
				return lit.Pos()
			})
		}
		return true
	})
}

// writers checks that each table is written by the package that owns it: by
// the statements in its string literals, and by the bulk calls.
func writers(t *tree) []finding {
	var found []finding
	owners := tables(t)
	for _, s := range t.files {
		if s.test {
			continue
		}
		own := ownerOf(s)
		foreign := func(pos token.Pos, name string) {
			if to, known := owners[name]; known && to.owner != own {
				found = append(found, s.at(pos,
					"call a function of "+to.owner+" that takes the tx, or add one there; reading is free",
					"%s writes the table %s, which %s owns (%s:%d)", s.name(), name, to.owner, to.path, to.line))
			}
		}
		s.literals(func(_ *ast.BasicLit, text string, at func(int) token.Pos) {
			all := write.FindAllStringSubmatchIndex(text, -1)
			if len(all) == 0 {
				all = smallWrite.FindAllStringSubmatchIndex(text, -1)
			}
			for _, m := range all {
				foreign(at(m[2]), text[m[2]:m[3]])
			}
		})
		if own == "db" {
			continue // it defines the bulk calls
		}
		for _, call := range s.bulkCalls() {
			lit, ok := call.name.(*ast.BasicLit)
			if !ok {
				found = append(found, s.at(call.name.Pos(),
					"write the table's name into the call",
					"%s is not given a table by its name, so nobody can see who writes it", call.method))
				continue
			}
			name, _ := strconv.Unquote(lit.Value)
			foreign(lit.Pos(), name)
		}
	}
	return found
}

// bulkCall is a call of one of the bulk methods.
type bulkCall struct {
	method string
	name   ast.Expr // the table
}

func (s *source) bulkCalls() []bulkCall {
	var all []bulkCall
	ast.Inspect(s.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if i, ok := bulk[sel.Sel.Name]; ok && len(call.Args) > i {
			all = append(all, bulkCall{sel.Sel.Name, call.Args[i]})
		}
		return true
	})
	return all
}

// productSQL checks the statements in Go files against the subset that both
// engines speak. The engines themselves stand in db.
func productSQL(t *tree) []finding {
	var found []finding
	for _, s := range t.files {
		if s.test || ownerOf(s) == "db" {
			continue
		}
		s.literals(func(_ *ast.BasicLit, text string, at func(int) token.Pos) {
			if !looksLikeSQL.MatchString(text) {
				return
			}
			sql := quoted.ReplaceAllStringFunc(text, func(q string) string { return strings.Repeat("_", len(q)) })
			unportable(sql, func(i int, what, wayOut string) {
				found = append(found, s.at(at(i), wayOut, "only one engine knows %s", what))
			})
		})
	}
	return found
}

func TestWriters(t *testing.T)    { holds(t, writers) }
func TestProductSQL(t *testing.T) { holds(t, productSQL) }

func TestWritersBite(t *testing.T) {
	bites(t, writers, map[string]string{
		migrations + "0001_gift.sql":   "-- +goose Up\nCREATE TABLE gift (id TEXT PRIMARY KEY);\n",
		migrations + "0002_wallet.sql": "-- +goose Up\nCREATE TABLE lot (id TEXT PRIMARY KEY);\n",
		"internal/gift/send.go": "package gift\nvar a = `INSERT INTO gift (id) VALUES ($1)\n" +
			" ON CONFLICT (id) DO UPDATE SET id = $1`\nvar b = `\nUPDATE lot SET id = $1`\n" +
			"var c = \"delete from lot\"\nvar d = \"gift: could not update lot\"\n" +
			"func f() { tx.InsertRows(ctx, \"gift\", nil) }\n" +
			"func g() { tx.InsertRows(ctx, \"lot\", nil) }\n" +
			"func h() { tx.UpdateRows(ctx, name, nil) }\n" +
			"var e = `SELECT id FROM lot`\n",
		"internal/gift/send_test.go": "package gift\nvar a = `DELETE FROM lot`\n",
		"internal/wallet/lot.go":     "package wallet\nvar a = `DELETE FROM lot`\n",
		"cmd/ovation/main.go":        "package main\nvar a = `DELETE FROM lot`\n",
	}, "internal/gift/send.go:5", "internal/gift/send.go:6", "internal/gift/send.go:9", "internal/gift/send.go:10", "cmd/ovation/main.go:2")
}

func TestProductSQLBites(t *testing.T) {
	bites(t, productSQL, map[string]string{
		"internal/gift/query.go": "package gift\nvar a = `SELECT id FROM gift\n WHERE note ILIKE $1`\n" +
			"var b = `SELECT id FROM gift WHERE id = ANY($1)`\n" +
			"var c = `SELECT CAST($1 AS BIGINT), CAST(sum(x) AS TEXT), CAST(sum(y) AS INTEGER) FROM gift`\n" +
			"var d = `SELECT id FROM gift WHERE id = ?`\n" +
			"var e = `SELECT id FROM gift WHERE note = 'FOR UPDATE'`\n" +
			"var f = \"a sentence about now()\"\n",
		"internal/db/postgres.go": "package db\nvar a = `SELECT 1 FROM db_pen FOR UPDATE`\n",
	}, "internal/gift/query.go:3", "internal/gift/query.go:4", "internal/gift/query.go:5", "internal/gift/query.go:6")
}
