package sandbox

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// params are the form parameters of one request. A typed read that fails
// remembers the first failure; the handler asks for it once, with valid.
type params struct {
	vals url.Values
	err  *problem
}

var (
	index    = regexp.MustCompile(`\[\d*\]`)
	metaKey  = regexp.MustCompile(`^(.*metadata\]?)\[([^\[\]]*)\]$`)
	accepted = regexp.MustCompile(`^[a-z0-9_]+(\[[^\[\]]*\])*$`)
)

// general returns the name without positions and metadata keys, as the lists
// in routes.go write it: line_items[0][quantity] is line_items[][quantity].
func general(name string) string {
	if m := metaKey.FindStringSubmatch(name); m != nil {
		return index.ReplaceAllString(m[1], "[]") + "{}"
	}
	return index.ReplaceAllString(name, "[]")
}

// check refuses what the operation does not know, as Stripe does.
func (p *params) check(known map[string]bool) *problem {
	for _, name := range slices.Sorted(maps.Keys(p.vals)) {
		g := general(name)
		if !accepted.MatchString(name) && !strings.HasSuffix(g, "{}") || !known[g] && !known[g+"{}"] {
			return malformed("parameter_unknown", clip(name), "Received unknown parameter: %s", clip(name))
		}
		for _, v := range p.vals[name] {
			if !utf8.ValidString(v) || !utf8.ValidString(name) || strings.ContainsRune(v, 0) || strings.ContainsRune(name, 0) {
				return malformed("parameter_invalid", clip(strings.ToValidUTF8(name, "?")), "Invalid UTF-8 or NUL in a parameter.")
			}
			if len(v) > 5000 {
				return malformed("parameter_invalid_string_length", clip(name), "Invalid string: must be at most 5000 characters.")
			}
		}
	}
	return nil
}

func (p *params) fail(err *problem) {
	if p.err == nil {
		p.err = err
	}
}

// valid returns the first failure of the reads so far.
func (p *params) valid() *problem { return p.err }

func (p *params) has(name string) bool { return len(p.vals[name]) > 0 }

// str returns the parameter, or "".
func (p *params) str(name string) string {
	v := p.vals[name]
	if len(v) == 0 {
		return ""
	}
	return v[len(v)-1]
}

// need returns a parameter that must be there and not be empty.
func (p *params) need(name string) string {
	if !p.has(name) {
		p.fail(missing(name))
		return ""
	}
	v := p.str(name)
	if v == "" {
		p.fail(malformed("parameter_invalid_empty", name, "You passed an empty string for '%s'. We assume empty values are an attempt to unset a parameter; however '%s' cannot be unset.", name, name))
	}
	return v
}

// num returns a whole number, or def when there is none.
func (p *params) num(name string, def int64) int64 {
	if !p.has(name) {
		return def
	}
	n, err := strconv.ParseInt(p.str(name), 10, 64)
	if err != nil {
		p.fail(malformed("parameter_invalid_integer", name, "Invalid integer: %s", clip(p.str(name))))
		return def
	}
	return n
}

// flag returns a true or false, or false when there is none.
func (p *params) flag(name string) bool {
	switch p.str(name) {
	case "true":
		return true
	case "false", "":
		return false
	}
	p.fail(malformed("parameter_invalid_boolean", name, "Invalid boolean: %s", clip(p.str(name))))
	return false
}

// one returns a parameter that is one of the values, or the first of them.
func (p *params) one(name string, values ...string) string {
	v := p.str(name)
	if v == "" {
		return values[0]
	}
	if !slices.Contains(values, v) {
		p.fail(malformed("parameter_invalid", name, "Invalid %s: must be one of %s", name, strings.Join(values, ", ")))
		return values[0]
	}
	return v
}

// all returns the values of a list: name[0], name[1]… or name[].
func (p *params) all(name string) []string {
	var list []string
	for i := 0; p.has(name + "[" + strconv.Itoa(i) + "]"); i++ {
		list = append(list, p.str(name+"["+strconv.Itoa(i)+"]"))
	}
	return append(list, p.vals[name+"[]"]...)
}

// link returns a URL that a person can be sent to, or "".
func (p *params) link(name string) string {
	v := p.str(name)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || len(v) > 2048 {
		p.fail(malformed("url_invalid", name, "Not a valid URL"))
		return ""
	}
	return v
}

// The bounds of metadata.
const (
	maxMetaKeys  = 50
	maxMetaKey   = 40
	maxMetaValue = 500
)

// meta returns name[key]=value pairs.
func (p *params) meta(name string) map[string]string {
	m := map[string]string{}
	for full := range p.vals {
		parts := metaKey.FindStringSubmatch(full)
		if parts == nil || parts[1] != name {
			continue
		}
		v := p.str(full)
		if utf8.RuneCountInString(parts[2]) > maxMetaKey || utf8.RuneCountInString(v) > maxMetaValue {
			p.fail(malformed("parameter_invalid_string_length", name, "Metadata keys can have up to 40 characters and values up to 500 characters."))
		}
		m[parts[2]] = v
	}
	if len(m) > maxMetaKeys {
		p.fail(malformed("parameter_invalid", name, "Metadata can have up to 50 keys."))
	}
	return m
}
