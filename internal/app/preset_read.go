package app

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// mistake is something in a preset's file that can not be used.
type mistake struct {
	line int
	text string
}

// sheet is a preset's file while it is read. It gathers every mistake, so that
// an operator mends all of them at once.
type sheet struct {
	lines map[string]int // of each place, as pathOf writes it
	wrong []mistake
}

// blame notes a mistake at a place such as programme[0].criteria[2].metric. A
// place without a line of its own is told by the one around it.
func (s *sheet) blame(path, format string, args ...any) {
	line := 1
	for p := path; p != ""; p = around(p) {
		if n := s.lines[p]; n > 0 {
			line = n
			break
		}
	}
	m := mistake{line, path + ": " + fmt.Sprintf(format, args...)}
	if !slices.Contains(s.wrong, m) {
		s.wrong = append(s.wrong, m)
	}
}

// sorted returns the mistakes in the order of the file.
func (s *sheet) sorted() []mistake {
	slices.SortStableFunc(s.wrong, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	return s.wrong
}

func around(path string) string {
	i := max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['))
	return path[:max(i, 0)]
}

// table is a table of the file. What nobody reads of it is a mistake too, so
// that a misspelt limit is not taken for none.
type table struct {
	sheet  *sheet
	path   string
	values map[string]any
	read   map[string]bool
}

func (s *sheet) table(path string, values map[string]any) *table {
	return &table{s, path, values, map[string]bool{}}
}

func (t *table) at(key string) string {
	if t.path == "" {
		return key
	}
	return t.path + "." + key
}

func (t *table) blame(key, format string, args ...any) { t.sheet.blame(t.at(key), format, args...) }

// value returns what the key is, and whether it is there.
func (t *table) value(key string) (any, bool) {
	t.read[key] = true
	v, there := t.values[key]
	return v, there
}

// need is value for what has to be there.
func (t *table) need(key, what string) (any, bool) {
	v, there := t.value(key)
	if !there {
		t.blame(key, "it is missing; write %s", what)
	}
	return v, there
}

// text reads a text that is not empty.
func (t *table) text(key, what string) string {
	v, there := t.need(key, what)
	s, ok := v.(string)
	if there && (!ok || strings.TrimSpace(s) == "") {
		t.blame(key, "%v is not what is wanted; write %s", v, what)
	}
	return s
}

// whole reads a whole number within bounds.
func (t *table) whole(key string, least, most int64) int64 {
	v, there := t.need(key, fmt.Sprintf("a whole number from %d to %d", least, most))
	n, ok := v.(int64)
	if there && (!ok || n < least || n > most) {
		t.blame(key, "%v is not what is wanted; write a whole number from %d to %d", v, least, most)
	}
	return n
}

// flag reads true or false; nothing means false.
func (t *table) flag(key string) bool {
	v, there := t.value(key)
	b, ok := v.(bool)
	if there && !ok {
		t.blame(key, "%v is neither true nor false", v)
	}
	return b
}

// instant reads an instant with its zone.
func (t *table) instant(key string) time.Time {
	const what = "an instant such as 2026-03-01T00:00:00Z"
	v, there := t.need(key, what)
	at, ok := v.(time.Time)
	// A time without a zone comes in a place of the decoder's own.
	if there && (!ok || strings.HasSuffix(at.Location().String(), "-local") || at.UnixMicro() <= 0) {
		t.blame(key, "%v is not what is wanted; write %s", v, what)
	}
	return at
}

// words reads a list of texts; nothing means none.
func (t *table) words(key string) (all []string) {
	v, there := t.value(key)
	list, ok := v.([]any)
	for _, one := range list {
		s, isText := one.(string)
		ok = ok && isText
		all = append(all, s)
	}
	if there && !ok {
		t.blame(key, "%v is no list of texts", v)
	}
	return all
}

// numbers reads a list of whole numbers; nothing means none.
func (t *table) numbers(key string) (all []int64) {
	v, there := t.value(key)
	list, ok := v.([]any)
	for _, one := range list {
		n, isNumber := one.(int64)
		ok = ok && isNumber
		all = append(all, n)
	}
	if there && !ok {
		t.blame(key, "%v is no list of whole numbers", v)
	}
	return all
}

// sub reads a table; one that is missing is empty.
func (t *table) sub(key string) *table {
	v, there := t.value(key)
	values, ok := v.(map[string]any)
	if there && !ok {
		t.blame(key, "%v is no table", v)
	}
	return t.sheet.table(t.at(key), values)
}

// keys returns the names in the table in order, each to be read by its name.
func (t *table) keys() []string { return slices.Sorted(maps.Keys(t.values)) }

// tables reads a list of tables; nothing means none.
func (t *table) tables(key string) (all []*table) {
	v, there := t.value(key)
	var list []map[string]any
	ok := true
	switch v := v.(type) {
	case []map[string]any:
		list = v
	case []any:
		for _, one := range v {
			values, isTable := one.(map[string]any)
			ok = ok && isTable
			list = append(list, values)
		}
	default:
		ok = false
	}
	if there && !ok {
		t.blame(key, "%v is no list of tables", v)
	}
	for i, values := range list {
		all = append(all, t.sheet.table(fmt.Sprintf("%s[%d]", t.at(key), i), values))
	}
	return all
}

// done tells of what nobody has read.
func (t *table) done() {
	for _, key := range t.keys() {
		if !t.read[key] {
			t.blame(key, "there is no such name; the names are those of the presets that ship with the program")
		}
	}
}

// linesOf finds on which line each place of a TOML file begins. It reads the
// form that the presets are written in, one key or one table of a list a line;
// where a file is written otherwise a mistake is told by the place around it.
func linesOf(text string) map[string]int {
	lines := map[string]int{}
	count := map[string]int{}
	header, list, element, depth := "", "", 0, 0
	n := 0
	for raw := range strings.Lines(text) {
		n++
		line := strings.TrimSpace(bare(raw))
		switch {
		case line == "":
		case depth > 0:
			if depth == 1 && strings.HasPrefix(line, "{") {
				lines[fmt.Sprintf("%s[%d]", list, element)] = n
				element++
			}
		case strings.HasPrefix(line, "[["):
			name := strings.Trim(line, "[] ")
			header = fmt.Sprintf("%s[%d]", name, count[name])
			count[name]++
			lines[header] = n
		case strings.HasPrefix(line, "["):
			header = strings.Trim(line, "[] ")
			lines[header] = n
		default:
			key, _, _ := strings.Cut(line, "=")
			list = strings.Trim(strings.TrimSpace(key), `"`)
			if header != "" {
				list = header + "." + list
			}
			lines[list], element = n, 0
		}
		if depth > 0 || !strings.HasPrefix(line, "[") {
			depth += strings.Count(line, "[") - strings.Count(line, "]")
		}
	}
	return lines
}

// bare is the line without its comment and without what stands in quotes
// behind the equals sign.
func bare(line string) string {
	var b strings.Builder
	quoted, value := false, false
	for _, c := range line {
		switch {
		case c == '"' && value:
			quoted = !quoted
		case quoted:
		case c == '#':
			return b.String()
		default:
			value = value || c == '='
			b.WriteRune(c)
		}
	}
	return b.String()
}
