package db

import (
	"bytes"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The one SQL text is written for PostgreSQL's reading of it. What SQLite
// wants otherwise is rewritten here, on the way in.

// positional replaces $n by ? and returns for each ? the index of its
// argument. SQLite takes $1 for a name and would look each one up by name.
func positional(query string) (string, []int) {
	if !strings.Contains(query, "$") {
		n := strings.Count(query, "?")
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		return query, order
	}
	var b strings.Builder
	var order []int
	quoted := false
	for i := 0; i < len(query); i++ {
		ch := query[i]
		if ch == '\'' {
			quoted = !quoted
		}
		if ch != '$' || quoted {
			b.WriteByte(ch)
			continue
		}
		end := i + 1
		for end < len(query) && query[end] >= '0' && query[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(query[i+1 : end])
		if err != nil {
			b.WriteByte(ch)
			continue
		}
		b.WriteByte('?')
		order = append(order, n-1)
		i = end - 1
	}
	return b.String(), order
}

// setList writes "a = <prefix>n, b = <prefix>n+1" for the columns.
func setList(cols []string, prefix string, from int) string {
	set := make([]string, len(cols))
	for i, c := range cols {
		set[i] = c + " = " + prefix + strconv.Itoa(from+i)
	}
	return strings.Join(set, ", ")
}

func firstLine(query string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(query), "\n")
	if len(line) > 120 {
		line = line[:120] + "…"
	}
	return line
}

var (
	bigint      = regexp.MustCompile(`\bBIGINT\b`)
	bytea       = regexp.MustCompile(`\bBYTEA\b`)
	text        = regexp.MustCompile(`\bTEXT\b`)
	createTable = regexp.MustCompile(`(?s)CREATE TABLE .*?\n\);`)
	rowidKey    = regexp.MustCompile(`\bINTEGER PRIMARY KEY\b`)
)

// forSQLite rewrites a migration. STRICT tables refuse a text in a money
// column. A table whose key is not one integer is stored in the key's order
// (WITHOUT ROWID), which saves the second tree.
func forSQLite(sql string) string {
	sql = bigint.ReplaceAllString(sql, "INTEGER")
	sql = bytea.ReplaceAllString(sql, "BLOB")
	return createTable.ReplaceAllStringFunc(sql, func(t string) string {
		end := "\n) STRICT, WITHOUT ROWID;"
		if rowidKey.MatchString(t) {
			end = "\n) STRICT;"
		}
		return strings.TrimSuffix(t, "\n);") + end
	})
}

// forPostgres rewrites a migration: texts sort by their bytes, as in SQLite,
// whatever language the cluster was made for.
func forPostgres(sql string) string {
	return text.ReplaceAllString(sql, `TEXT COLLATE "C"`)
}

// rewritten is a file system whose .sql files pass through a rewriting.
type rewritten struct {
	fs.FS
	rewrite func(string) string
}

func (r rewritten) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	body := []byte(r.rewrite(string(raw)))
	return &memFile{Reader: bytes.NewReader(body), info: memInfo{FileInfo: st, size: int64(len(body))}}, nil
}

type memFile struct {
	*bytes.Reader
	info memInfo
}

func (m *memFile) Stat() (fs.FileInfo, error) { return m.info, nil }
func (m *memFile) Close() error               { return nil }

type memInfo struct {
	fs.FileInfo
	size int64
}

func (m memInfo) Size() int64        { return m.size }
func (m memInfo) ModTime() time.Time { return time.Time{} }
