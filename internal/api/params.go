package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/fault"
)

// param is a parameter of an operation: a part of the path, of the query, or
// a header.
type param struct {
	name     string
	in       string // path, query, header
	shape    *shape
	required bool
	repeated bool // ?a=1&a=2 rather than ?a=1,2
}

// params makes the parameters that the operation's input declares.
func (sh *shaper) params(declared []*huma.Param) ([]param, error) {
	var all []param
	for _, p := range declared {
		s, err := sh.shape(p.Schema)
		if err != nil {
			return nil, err
		}
		all = append(all, param{
			name: p.Name, in: p.In, shape: s, required: p.Required,
			repeated: s.kind == array && p.Explode != nil && *p.Explode,
		})
	}
	return all, nil
}

// checkParams returns what is wrong with the address and the headers.
func (op *operation) checkParams(r *http.Request) ([]fault.Field, error) {
	var wrong []fault.Field
	query, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	matched := 0
	for i := range op.params {
		p := &op.params[i]
		var values []string
		switch p.in {
		case "path":
			values = []string{r.PathValue(p.name)}
		case "query":
			if values = query[p.name]; values != nil {
				matched++
			}
		case "header":
			values = r.Header.Values(p.name)
		}
		if f := p.check(values); f.Code != "" {
			if f.Code == fault.NotFound {
				return nil, fault.New(fault.NotFound, "There is nothing under this id. Ids of this kind begin with %s_.", p.shape.prefix)
			}
			wrong = append(wrong, f)
		}
	}
	if matched < len(query) {
		wrong = append(wrong, op.strangers(query)...)
	}
	return wrong, nil
}

// strangers lists the parameters of the query that the operation does not
// know, so that a typing error in a filter is not taken for no filter.
func (op *operation) strangers(query url.Values) []fault.Field {
	var wrong []fault.Field
next:
	for name := range query {
		for i := range op.params {
			if op.params[i].in == "query" && op.params[i].name == name {
				continue next
			}
		}
		if len(wrong) < maxWrongs {
			if len(name) > 64 {
				name = strings.ToValidUTF8(name[:64], "") + "…"
			}
			wrong = append(wrong, fault.Field{Pointer: name, Code: fault.InvalidParameter, Detail: "This parameter is not known here."})
		}
	}
	return wrong
}

// queryOf reads the query. Keys and tokens are refused in it: addresses are
// written into logs and histories.
func queryOf(r *http.Request) (url.Values, error) {
	if r.URL.RawQuery == "" {
		return nil, nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.InvalidParameter, "The query of the address can not be read.")
	}
	for name, values := range query {
		for _, v := range append(values, name) {
			if strings.Contains(v, secretPrefix) {
				return nil, fault.New(fault.InvalidParameter, "There is a key in the address, where logs and histories keep it. Send it in the header Authorization, and replace this key by a new one.")
			}
		}
	}
	return query, nil
}

// secretPrefix begins every key and token.
const secretPrefix = "ovn_"

// check returns what is wrong with the values of a parameter.
func (p *param) check(values []string) fault.Field {
	f := fault.Field{Pointer: p.name, Code: fault.InvalidParameter}
	if len(values) == 0 || (len(values) == 1 && values[0] == "") {
		if !p.required {
			return fault.Field{}
		}
		f.Code, f.Detail = fault.MissingParameter, "This parameter is missing."
		return f
	}
	s := p.shape
	if s.kind != array {
		if len(values) > 1 {
			f.Detail = "This parameter may be given once."
			return f
		}
		return p.checkOne(s, values[0])
	}
	if !p.repeated {
		if len(values) > 1 {
			f.Detail = "This parameter may be given once; separate its values by commas."
			return f
		}
		values = strings.Split(values[0], ",")
	}
	if len(values) < s.countMin || len(values) > s.countMax {
		f.Detail = fmt.Sprintf("This takes %d to %d values.", s.countMin, s.countMax)
		return f
	}
	for _, v := range values {
		if f := p.checkOne(s.items, v); f.Code != "" {
			return f
		}
	}
	return fault.Field{}
}

// checkOne returns what is wrong with one value. An id of a wrong kind in the
// path is something that is not there.
func (p *param) checkOne(s *shape, value string) fault.Field {
	f := fault.Field{Pointer: p.name, Code: fault.InvalidParameter}
	if !utf8.ValidString(value) || strings.IndexByte(value, 0) >= 0 {
		f.Detail = "This is not valid UTF-8 text without the character U+0000."
		return f
	}
	var code fault.Code
	switch s.kind {
	case integer:
		code, f.Detail = s.wrongInteger([]byte(value))
	case boolean:
		if value != "true" && value != "false" {
			code, f.Detail = fault.InvalidParameter, wants[boolean]
		}
	case number:
		if n, err := strconv.ParseFloat(value, 64); err != nil || !(n >= s.floor && n <= s.top) {
			code, f.Detail = fault.InvalidParameter, wants[number]
		}
	default:
		code, f.Detail = s.wrongText(literal{raw: []byte(value), runes: utf8.RuneCountInString(value)})
		if code != "" && p.in == "path" && s.format == idFormat {
			f.Code = fault.NotFound
			return f
		}
	}
	if code == "" {
		return fault.Field{}
	}
	return f
}
