package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ovationhq/ovation/internal/fault"
)

// The bounds of what is read.
const (
	maxDepth  = 32    // objects and arrays inside one another
	maxWrongs = 100   // what is wrong after these is not listed
	mostNames = 5_000 // of one object that its shape does not list
)

// reading is one pass over a body.
type reading struct {
	b       []byte
	at      int
	depth   int
	pointer []byte
	wrong   []fault.Field
	broken  *fault.Error // the body as a whole can not be read
}

// check reads a body against the shape. It returns the wrong fields, or the
// fault of a body that can not be read at all.
func (s *shape) check(body []byte) ([]fault.Field, error) {
	r := reading{b: body}
	if len(body) >= 3 && body[0] == 0xEF && body[1] == 0xBB && body[2] == 0xBF {
		return nil, fault.New(fault.MalformedJSON, "The body begins with a byte order mark; leave it out.")
	}
	r.space()
	r.value(s)
	if r.broken == nil {
		if r.space(); r.at < len(r.b) {
			r.malformed("There is something after the end of the JSON value, at byte %d.")
		}
	}
	if r.broken != nil {
		return nil, r.broken
	}
	return r.wrong, nil
}

// malformed gives the reading up. The sentence takes the place, so that the
// client's bytes need not be shown.
func (r *reading) malformed(sentence string) {
	if r.broken == nil {
		r.broken = fault.New(fault.MalformedJSON, sentence, r.at)
		r.at = len(r.b)
	}
}

const noJSON = "The body is not valid JSON at byte %d."

// bad notes that the value at the pointer is wrong.
func (r *reading) bad(code fault.Code, format string, args ...any) {
	if len(r.wrong) < maxWrongs {
		r.wrong = append(r.wrong, fault.Field{Pointer: string(r.pointer), Code: code, Detail: fmt.Sprintf(format, args...)})
	}
}

func (r *reading) space() {
	for r.at < len(r.b) {
		switch r.b[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end.
func (r *reading) peek() byte {
	if r.at < len(r.b) {
		return r.b[r.at]
	}
	return 0
}

// value reads one value of the shape.
func (r *reading) value(s *shape) {
	switch c := r.peek(); {
	case c == '{':
		r.enter(func() { r.object(s) })
	case c == '[':
		r.enter(func() { r.array(s) })
	case c == '"':
		t := r.text()
		if r.broken == nil {
			r.textValue(s, t)
		}
	case c == '-' || (c >= '0' && c <= '9'):
		digits := r.number()
		if r.broken == nil {
			r.numberValue(s, digits)
		}
	case c == 't':
		r.word("true")
		r.expect(s, boolean)
	case c == 'f':
		r.word("false")
		r.expect(s, boolean)
	case c == 'n':
		r.word("null")
		if r.broken == nil && !s.nullable {
			r.bad(fault.ValidationFailed, "This must not be null.")
		}
	default:
		r.malformed(noJSON)
	}
}

// enter bounds the depth.
func (r *reading) enter(read func()) {
	if r.depth++; r.depth > maxDepth {
		r.malformed("The body is nested too deeply at byte %d.")
		return
	}
	r.at++
	read()
	r.depth--
}

// expect notes a value of another kind than the shape has.
func (r *reading) expect(s *shape, got kind) {
	if r.broken != nil || s.kind == anything || s.kind == got {
		return
	}
	switch s.kind {
	case integer:
		r.bad(fault.AmountNotInteger, "%s", wantInteger)
	default:
		r.bad(fault.ValidationFailed, "%s", wants[s.kind])
	}
}

// wants says what each kind looks like.
var wants = map[kind]string{
	object:  "This must be an object.",
	array:   "This must be a list.",
	text:    "This must be a text in quotes.",
	number:  "This must be a number.",
	boolean: "This must be true or false.",
}

const wantInteger = "Write a whole number in plain digits, without quotes, point or exponent."

func (r *reading) word(w string) {
	if len(r.b)-r.at < len(w) || string(r.b[r.at:r.at+len(w)]) != w {
		r.malformed(noJSON)
		return
	}
	r.at += len(w)
}

// object reads the members up to the closing brace.
func (r *reading) object(s *shape) {
	if s.kind != object {
		r.expect(s, object)
		s = s.inside()
	}
	var seen names
	length := len(r.pointer)
	if r.space(); r.peek() == '}' {
		r.at++
	} else {
		for {
			name, ok := r.name()
			if !ok {
				return
			}
			if m := r.member(s, name, &seen); m != nil {
				r.value(m)
			}
			r.pointer = r.pointer[:length]
			if !r.next('}') {
				break
			}
		}
	}
	if r.broken == nil {
		r.complete(s, &seen)
	}
}

// names are the names that an object had so far.
type names struct {
	known  uint64          // a bit for each member of the shape
	others map[string]bool // names that the shape does not list
	count  int
}

// member notes a name and returns the shape of its value, or nil when the
// value is a null that stands for nothing and was read already.
func (r *reading) member(s *shape, name []byte, seen *names) *shape {
	seen.count++
	i, known := s.names[string(name)]
	if known && seen.known&(1<<i) != 0 || seen.others[string(name)] {
		r.malformed("A name appears twice in one object, before byte %d.")
		return nil
	}
	r.point(name)
	if known {
		seen.known |= 1 << i
		if !s.members[i].required && r.skipNull() {
			return nil
		}
		return s.members[i].shape
	}
	if seen.others == nil {
		seen.others = map[string]bool{}
	}
	if seen.others[string(name)] = true; len(seen.others) > mostNames {
		r.malformed("An object has too many names, before byte %d.")
		return nil
	}
	return r.stranger(s, name)
}

// free takes any member; what is inside a wrong value is only read.
var free = &shape{kind: anything, nullable: true, nameMax: mostText, countMax: 1 << 62}

// unread takes any value, too; who registers it looks at the value later.
var unread = &shape{kind: anything, nullable: true, nameMax: mostText, countMax: 1 << 62, name: true}

// inside is the shape of what is inside a value that is only read.
func (s *shape) inside() *shape {
	if s == unread {
		return unread
	}
	return free
}

// stranger is the shape of a member whose name the object does not know.
func (r *reading) stranger(s *shape, name []byte) *shape {
	switch {
	case s.kind == anything:
		return s.inside()
	case s.extra == nil:
		r.bad(fault.UnknownField, "This field is not known here.")
		return free
	case utf8.RuneCount(name) > s.nameMax:
		r.bad(fault.TextTooLong, "The name has more than %d characters.", s.nameMax)
	}
	return s.extra
}

// skipNull reads the null of a member that may be left out.
func (r *reading) skipNull() bool {
	if r.peek() != 'n' {
		return false
	}
	r.word("null")
	return true
}

// name reads a member's name and the colon.
func (r *reading) name() ([]byte, bool) {
	r.space()
	if r.peek() != '"' {
		r.malformed(noJSON)
		return nil, false
	}
	t := r.text()
	if r.broken != nil {
		return nil, false
	}
	if r.space(); r.peek() != ':' {
		r.malformed(noJSON)
		return nil, false
	}
	r.at++
	r.space()
	if t.zero {
		r.malformed("A name contains the character U+0000, before byte %d.")
		return nil, false
	}
	return t.decoded(), true
}

// next reads the comma before another element, or the end.
func (r *reading) next(end byte) bool {
	if r.broken != nil {
		return false
	}
	r.space()
	switch r.peek() {
	case ',':
		r.at++
		r.space()
		return true
	case end:
		r.at++
		return false
	}
	r.malformed(noJSON)
	return false
}

// complete notes what is missing from an object, and a wrong count.
func (r *reading) complete(s *shape, seen *names) {
	length := len(r.pointer)
	for i := range s.members {
		if s.members[i].required && seen.known&(1<<i) == 0 {
			r.point([]byte(s.members[i].name))
			r.bad(fault.ValidationFailed, "This field is missing.")
			r.pointer = r.pointer[:length]
		}
	}
	r.count(s, seen.count)
}

func (r *reading) count(s *shape, count int) {
	if s.kind == anything || (count >= s.countMin && count <= s.countMax) {
		return
	}
	r.bad(fault.ValidationFailed, "There must be %d to %d entries here, and there are %d.", s.countMin, s.countMax, count)
}

// array reads the items up to the closing bracket.
func (r *reading) array(s *shape) {
	if s.kind != array {
		r.expect(s, array)
		s = s.inside()
	}
	items := s.items
	if items == nil {
		items = s.inside()
	}
	length := len(r.pointer)
	var known map[string]bool
	count := 0
	if r.space(); r.peek() == ']' {
		r.at++
	} else {
		for r.broken == nil {
			r.pointer = appendIndex(append(r.pointer, '/'), count)
			begin := r.at
			r.value(items)
			if s.unique && r.broken == nil && count < s.countMax {
				if known == nil {
					known = map[string]bool{}
				}
				raw := string(r.b[begin:r.at])
				if known[raw] {
					r.bad(fault.ValidationFailed, "This entry stands in the list twice.")
				}
				known[raw] = true
			}
			r.pointer = r.pointer[:length]
			count++
			if !r.next(']') {
				break
			}
		}
	}
	if r.broken == nil && s.kind == array {
		r.count(s, count)
	}
}

// point adds a member's name to the pointer (RFC 6901). A long name is cut:
// the pointer is for finding the place, not for sending everything back.
func (r *reading) point(name []byte) {
	r.pointer = append(r.pointer, '/')
	for i, c := range string(name) {
		switch {
		case i >= 64:
			r.pointer = append(r.pointer, "…"...)
			return
		case c == '~':
			r.pointer = append(r.pointer, "~0"...)
		case c == '/':
			r.pointer = append(r.pointer, "~1"...)
		default:
			r.pointer = utf8.AppendRune(r.pointer, c)
		}
	}
}

// pointerOf turns the library's place, such as body.lines[3].amount, into a
// pointer.
func pointerOf(location string) string {
	in, rest, _ := strings.Cut(location, ".")
	if in != "body" {
		return rest
	}
	rest = strings.NewReplacer("~", "~0", "/", "~1", ".", "/", "[", "/", "]", "").Replace(rest)
	if rest == "" {
		return ""
	}
	return "/" + rest
}

// literal is a text as it stands in the body.
type literal struct {
	raw     []byte // without the quotes
	runes   int
	escaped bool
	zero    bool // has U+0000, which no database text can hold
}

// decoded returns the text itself.
func (t literal) decoded() []byte {
	if !t.escaped {
		return t.raw
	}
	var s string
	quoted := append(append([]byte{'"'}, t.raw...), '"')
	if json.Unmarshal(quoted, &s) != nil {
		return t.raw
	}
	return []byte(s)
}
