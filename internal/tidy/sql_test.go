package tidy

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const migrations = "internal/db/migrations/"

var migrationName = regexp.MustCompile(`^(\d{4})_([a-z]+)\.sql$`)

// migrationOwner returns the package that a migration's file name gives it to.
func migrationOwner(p string) string {
	if m := migrationName.FindStringSubmatch(path.Base(p)); m != nil {
		return m[2]
	}
	return ""
}

// statement is one SQL statement of a migration, without its comments.
type statement struct {
	line int
	text string
}

// statements splits a migration at its semicolons. Comments and the texts in
// quotes are blanked, so that no rule reads them; line breaks stay.
func statements(sql string) []statement {
	blank := regexp.MustCompile(`--[^\n]*|'(?:[^']|'')*'`).ReplaceAllStringFunc(sql, func(s string) string {
		return strings.Repeat(" ", len(s)-strings.Count(s, "\n")) + strings.Repeat("\n", strings.Count(s, "\n"))
	})
	var all []statement
	line := 1
	for _, part := range strings.Split(blank, ";") {
		body := strings.TrimLeft(part, " \t\n")
		lead := strings.Count(part[:len(part)-len(body)], "\n")
		if body = strings.TrimRight(body, " \t\n"); body != "" {
			all = append(all, statement{line + lead, body})
		}
		line += strings.Count(part, "\n")
	}
	return all
}

// migrationFiles checks the files themselves: name, number, goose's mark.
func migrationFiles(t *tree) []finding {
	var found []finding
	taken := map[string]string{}
	packages := map[string]bool{}
	for _, s := range t.files {
		packages[path.Base(s.pkg)] = true
	}
	for _, p := range t.paths(".sql") {
		if !strings.HasPrefix(p, migrations) {
			continue
		}
		m := migrationName.FindStringSubmatch(path.Base(p))
		switch {
		case m == nil:
			found = append(found, finding{p, 0, "the name is not NNNN_<package>.sql",
				"name it after the next number and the one package that writes its tables"})
			continue
		case taken[m[1]] != "":
			found = append(found, finding{p, 0, "the number " + m[1] + " is taken by " + taken[m[1]], "take the next free number"})
		case !packages[m[2]]:
			found = append(found, finding{p, 0, "no package is called " + m[2], "name the file after the package that writes its tables"})
		}
		taken[m[1]] = path.Base(p)
		text := string(t.texts[p])
		if !strings.HasPrefix(text, "-- +goose Up\n") {
			found = append(found, finding{p, 1, "the first line is not the mark that the migrator looks for", "begin with: -- +goose Up"})
		}
		if i := strings.Index(text, "-- +goose Down"); i >= 0 {
			found = append(found, finding{p, lineOf(text, i), "a migration has no way down: it would drop money's history",
				"delete the section; undo by a further migration"})
		}
	}
	return found
}

func lineOf(text string, at int) int { return 1 + strings.Count(text[:at], "\n") }

// notPortable is what only one engine knows, or what hides a decision from
// the code. Types are checked where a type stands.
var notPortable = []struct {
	re     *regexp.Regexp
	wayOut string
}{
	{anyCase(`\bAUTOINCREMENT\b|\bGENERATED\s+(ALWAYS|BY)\b|\bCREATE\s+SEQUENCE\b|\bNEXTVAL\s*\(`), "make ids in Go with tx.NewID"},
	{anyCase(`\b(NOW|EXTRACT|DATE_TRUNC|STRFTIME)\s*\(|\bCURRENT_(TIMESTAMP|DATE|TIME)\b`), "the instant is tx.NowUS(), in a column that ends in _us"},
	{anyCase(`\bCREATE\s+(OR\s+REPLACE\s+)?(TRIGGER|FUNCTION|PROCEDURE|EXTENSION|UNLOGGED|TEMP|TEMPORARY)\b|\bDEFERRABLE\b|\)\s*STRICT\b`), "do it in Go, in the one package that writes the table"},
	{anyCase(`\bILIKE\b|\bSIMILAR\s+TO\b`), "keep a folded copy of the text in a column of its own and use LIKE on that"},
	{anyCase(`\bANY\s*\(|\bARRAY\s*\[`), "use IN ($list) with tx.QueryList"},
	{anyCase(`\bFOR\s+(NO\s+KEY\s+)?(UPDATE|SHARE)\b|\bSKIP\s+LOCKED\b`), "writes are serial already (docs/adr/0002): read the row"},
	{anyCase(`\bINSERT\s+OR\b|\bREPLACE\s+INTO\b`), "use INSERT … ON CONFLICT"},
	{anyCase(`::\s*[a-z]+`), "use CAST($1 AS BIGINT)"},
	{anyCase(`->>?|#>`), "give the field a column of its own"},
	{anyCase(`[=(,<>]\s*\?`), "number the parameters: $1, $2, …"},
}

func anyCase(re string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + re) }

var castTo = anyCase(`\bCAST\s*\([^()]*(?:\([^()]*\))?[^()]*\bAS\s+([A-Z]+)`)

// unportable calls visit for every place in a statement that is outside the
// subset: where it stands, what stands there, and what to write instead.
func unportable(sql string, visit func(at int, what, wayOut string)) {
	for _, np := range notPortable {
		for _, m := range np.re.FindAllStringIndex(sql, -1) {
			visit(m[0], strings.Join(strings.Fields(sql[m[0]:m[1]]), " "), np.wayOut)
		}
	}
	for _, m := range castTo.FindAllStringSubmatchIndex(sql, -1) {
		if word := sql[m[2]:m[3]]; !slices.Contains(columnTypes, strings.ToUpper(word)) {
			visit(m[2], word, "the types are TEXT, BIGINT and BYTEA")
		}
	}
}

// columnTypes are the types that both engines keep alike.
var columnTypes = []string{"TEXT", "BIGINT", "BYTEA"}

// sentence is how a constraint is named, so that its violation reads well.
var sentence = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+){2,}$`)

var tokenRE = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*|\d+|\n|[^\sA-Za-z0-9_]`)

// sqlToken is a word, a number or a sign of a statement.
type sqlToken struct {
	text string
	line int
}

func (k sqlToken) is(words ...string) bool { return slices.Contains(words, strings.ToUpper(k.text)) }

func tokens(st statement) []sqlToken {
	var all []sqlToken
	line := st.line
	for _, text := range tokenRE.FindAllString(st.text, -1) {
		if text == "\n" {
			line++
			continue
		}
		all = append(all, sqlToken{text, line})
	}
	return append(all, sqlToken{"", line}) // so that a rule may look one further
}

// phrase tells whether the tokens begin with these words, in any case, and
// returns what follows. A word in brackets may be missing.
func phrase(ks []sqlToken, words ...string) ([]sqlToken, bool) {
	for _, w := range words {
		optional := strings.HasPrefix(w, "[")
		w = strings.Trim(w, "[]")
		switch {
		case len(ks) > 0 && ks[0].is(w):
			ks = ks[1:]
		case !optional:
			return nil, false
		}
	}
	return ks, len(ks) > 0
}

// target returns the table that a statement of a migration is about, and the
// tokens after its name.
func target(ks []sqlToken) (table sqlToken, created bool, rest []sqlToken) {
	if rest, ok := phrase(ks, "CREATE", "TABLE", "[IF]", "[NOT]", "[EXISTS]"); ok {
		return rest[0], true, rest[1:]
	}
	if rest, ok := phrase(ks, "CREATE", "[UNIQUE]", "INDEX", "[IF]", "[NOT]", "[EXISTS]"); ok && len(rest) > 2 && rest[1].is("ON") {
		return rest[2], false, rest[3:]
	}
	for _, verb := range [][]string{{"ALTER", "TABLE"}, {"INSERT", "INTO"}, {"DELETE", "FROM"}, {"UPDATE"}, {"DROP", "TABLE", "[IF]", "[EXISTS]"}, {"DROP", "INDEX"}} {
		if rest, ok := phrase(ks, verb...); ok {
			return rest[0], false, rest[1:]
		}
	}
	return sqlToken{}, false, nil
}

// table is who creates a table, and where.
type table struct {
	owner, path string
	line        int
}

// tables reads which package owns each table, and each index, from all migrations.
func tables(t *tree) map[string]table {
	all := map[string]table{}
	for _, p := range t.paths(".sql") {
		if !strings.HasPrefix(p, migrations) {
			continue
		}
		for _, st := range statements(string(t.texts[p])) {
			name, created, _ := target(tokens(st))
			if index, ok := phrase(tokens(st), "CREATE", "[UNIQUE]", "INDEX"); ok { // who made it drops it
				name, created = index[0], true
			}
			if created {
				if _, twice := all[name.text]; !twice {
					all[name.text] = table{migrationOwner(p), p, name.line}
				}
			}
		}
	}
	return all
}

// migrationSQL checks every statement of the migrations: the subset of SQL,
// the names of constraints, and that a file touches its package's tables only.
func migrationSQL(t *tree) []finding {
	var found []finding
	owners := tables(t)
	for _, p := range t.paths(".sql") {
		if !strings.HasPrefix(p, migrations) {
			continue
		}
		for _, st := range statements(string(t.texts[p])) {
			unportable(st.text, func(at int, what, wayOut string) {
				found = append(found, finding{p, st.line + lineOf(st.text, at) - 1, "only one engine knows " + what, wayOut})
			})
			name, created, rest := target(tokens(st))
			own := owners[name.text]
			switch {
			case name.text == "":
				found = append(found, finding{p, st.line, "a migration creates or alters tables and indexes, and changes rows; this does none of it",
					"write it as CREATE TABLE, CREATE or DROP INDEX, ALTER TABLE, INSERT, UPDATE or DELETE, without quotes around names"})
			case own.owner != migrationOwner(p):
				found = append(found, finding{p, name.line, fmt.Sprintf("%s is not a table of %s but of %q", name.text, migrationOwner(p), own.owner),
					"put the statement into a migration of the package that owns the table"})
			case created && (own.path != p || own.line != name.line):
				found = append(found, finding{p, name.line, "the table " + name.text + " was created by " + own.path, "choose another name, beginning with the package's"})
			case created:
				found = append(found, tableBody(p, rest)...)
			default:
				if item, ok := phrase(rest, "ADD", "[COLUMN]"); ok {
					found = append(found, tableItem(p, item)...)
				}
			}
		}
	}
	return found
}

// tableBody checks the columns and constraints between the brackets.
func tableBody(p string, ks []sqlToken) []finding {
	var found []finding
	var item []sqlToken
	depth := 0
	for i, k := range ks {
		switch {
		case k.text == "(":
			depth++
			if depth == 1 {
				continue
			}
		case k.text == ")":
			depth--
			if depth == 0 {
				found = append(found, tableItem(p, item)...)
				if len(ks) > i+2 {
					found = append(found, finding{p, ks[i+1].line, "only one engine knows what follows the table: " + ks[i+1].text, "end the statement at the bracket"})
				}
				return found
			}
		case k.text == "," && depth == 1:
			found = append(found, tableItem(p, item)...)
			item = nil
			continue
		}
		item = append(item, k)
	}
	return found
}

// tableItem checks one column or one constraint.
func tableItem(p string, ks []sqlToken) []finding {
	var found []finding
	add := func(k sqlToken, wayOut, rule string, args ...any) {
		found = append(found, finding{p, k.line, fmt.Sprintf(rule, args...), wayOut})
	}
	if len(ks) < 2 {
		return nil
	}
	if first := ks[0]; !first.is("CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN") {
		if !ks[1].is(columnTypes...) {
			add(ks[1], "the types are TEXT, BIGINT (also for times, flags and amounts) and BYTEA", "the column %s has the type %s", first.text, ks[1].text)
		}
		if strings.HasSuffix(first.text, "_at") {
			add(first, "end the name in _us", "the column %s is a time and does not say its unit", first.text)
		}
	}
	depth := 0
	for i, k := range ks {
		switch {
		case k.text == "(":
			depth++
		case k.text == ")":
			depth--
		case depth > 0 || !k.is("CHECK", "UNIQUE"):
		case i < 2 || !ks[i-2].is("CONSTRAINT"):
			add(k, "name it as a sentence: CONSTRAINT balance_not_below_floor CHECK (…)", "a %s has no name", strings.ToUpper(k.text))
		case !sentence.MatchString(ks[i-1].text):
			add(k, "say what holds, in three words or more: balance_not_below_floor", "the name %s is no sentence", ks[i-1].text)
		}
	}
	return found
}

func TestMigrationFiles(t *testing.T) { holds(t, migrationFiles) }
func TestMigrationSQL(t *testing.T)   { holds(t, migrationSQL) }

func TestMigrationFilesBite(t *testing.T) {
	bites(t, migrationFiles, map[string]string{
		"internal/gift/send.go":      "package gift\n",
		migrations + "0001_gift.sql": "-- +goose Up\n",
		migrations + "0001_more.sql": "-- +goose Up\n",
		migrations + "0002_tip.sql":  "-- +goose Up\n",
		migrations + "0003_gift.sql": "-- +goose Up\nSELECT 1;\n-- +goose Down\n",
		migrations + "0004_gift.sql": "CREATE TABLE x (y TEXT);\n",
		migrations + "5_gift.sql":    "-- +goose Up\n",
	}, migrations+"0001_more.sql:0", migrations+"0002_tip.sql:0", migrations+"0003_gift.sql:3",
		migrations+"0004_gift.sql:1", migrations+"5_gift.sql:0")
}

func TestMigrationSQLBites(t *testing.T) {
	p := migrations + "0001_gift.sql"
	bites(t, migrationSQL, map[string]string{
		p: `-- +goose Up
-- A comment may say JSONB, now() and SERIAL; so may a text.
CREATE TABLE gift (
  id          TEXT PRIMARY KEY,
  coins       BIGINT NOT NULL CONSTRAINT coins_are_positive CHECK (coins > 0),
  note        TEXT NOT NULL DEFAULT 'now(); it''s JSONB',
  free        BOOLEAN NOT NULL,
  sent_at     BIGINT NOT NULL,
  made_us     BIGINT NOT NULL DEFAULT now(),
  seq         BIGINT NOT NULL CHECK (seq > 0),
  UNIQUE (seq),
  CONSTRAINT seq_once UNIQUE (seq),
  CONSTRAINT coins_within_the_cap CHECK (coins < 100000 AND
    (coins = 1 OR coins > 4)),
  FOREIGN KEY (note) REFERENCES gift (id)
);
CREATE UNIQUE INDEX gift_by_seq ON gift (seq);
ALTER TABLE gift ADD COLUMN art VARCHAR(10);
CREATE INDEX person_by_name ON person (name);
CREATE TABLE gift (id TEXT PRIMARY KEY);
CREATE VIEW v AS SELECT 1;
CREATE TABLE gift_goal (id TEXT PRIMARY KEY) STRICT;
`,
		migrations + "0002_people.sql": "-- +goose Up\nCREATE TABLE person (id TEXT PRIMARY KEY, name TEXT NOT NULL);\n",
	}, p+":7", p+":8", p+":9", p+":10", p+":11", p+":12", p+":18", p+":19", p+":20", p+":21", p+":22", p+":22")
}
