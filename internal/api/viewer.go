package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/fault"
)

// The viewer is a page made once from the OpenAPI: a table of contents, the
// operations, the schemas. It needs no program in the browser and loads
// nothing.
type viewerPage struct {
	frameOf
	About   string
	Version string
	Tags    []viewerTag
	Schemas []viewerSchema
}

type viewerTag struct {
	Name       string
	Operations []viewerOperation
}

type viewerOperation struct {
	ID, Method, Path, Summary string
	Notes                     []string
	Params, Body              []viewerField
	Example                   string
	Answers                   []viewerAnswer
	Problems                  []viewerProblem
}

type viewerAnswer struct {
	Status, Type, About string
	Fields              []viewerField
}

type viewerProblem struct {
	Status string
	Codes  []fault.Code
}

type viewerSchema struct {
	Name   string
	Fields []viewerField
}

type viewerField struct {
	Name, Type, Link, Rule, Doc string
	Required                    bool
}

// docsGet serves /docs/api.
func (a *API) docsGet(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h["Content-Type"] = htmlType
	h["Content-Language"] = contentLanguage[English]
	h["Content-Security-Policy"] = pagePolicy
	h["Cache-Control"] = []string{"public, max-age=300"}
	_, err := w.Write(a.viewer)
	return err
}

// view renders the viewer.
func (a *API) view(doc *huma.OpenAPI) ([]byte, error) {
	page := viewerPage{frameOf: pageFrame(English, "The API"), About: doc.Info.Description, Version: doc.Info.Version}
	v := viewing{doc.Components.Schemas, doc.Components.Parameters}
	for _, op := range a.operations {
		i := slices.IndexFunc(page.Tags, func(t viewerTag) bool { return t.Name == op.tag })
		if i < 0 {
			page.Tags = append(page.Tags, viewerTag{Name: op.tag})
			i = len(page.Tags) - 1
		}
		page.Tags[i].Operations = append(page.Tags[i].Operations, v.operation(op, a.document(op)))
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		page.Schemas = append(page.Schemas, viewerSchema{name, v.fields("", schemas[name], 0)})
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "docs", page); err != nil {
		return nil, fmt.Errorf("api: rendering the viewer: %w", err)
	}
	return b.Bytes(), nil
}

// viewing reads the parts of an OpenAPI.
type viewing struct {
	schemas huma.Registry
	params  map[string]*huma.Param
}

func (v viewing) operation(op *operation, doc *huma.Operation) viewerOperation {
	out := viewerOperation{ID: op.id, Method: op.method, Path: op.path, Summary: op.summary, Notes: op.notes()}
	for _, p := range doc.Parameters {
		if p.Ref != "" {
			p = v.params[strings.TrimPrefix(p.Ref, "#/components/parameters/")]
		}
		f := v.field(p.Name, p.Schema, p.Required)
		if f.Rule = strings.TrimPrefix(p.In+", "+f.Rule, ", "); p.Description != "" {
			f.Doc = p.Description
		}
		f.Rule = strings.TrimSuffix(f.Rule, ", ")
		out.Params = append(out.Params, f)
	}
	if doc.RequestBody != nil {
		for _, media := range doc.RequestBody.Content {
			out.Body = v.fields("", media.Schema, 0)
			if text, err := json.MarshalIndent(v.example(media.Schema, 0), "", "  "); err == nil {
				out.Example = string(text)
			}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(doc.Responses)) {
		r := doc.Responses[status]
		if codes, ok := r.Extensions["x-codes"].([]fault.Code); ok {
			out.Problems = append(out.Problems, viewerProblem{status, codes})
			continue
		}
		answer := viewerAnswer{Status: status, About: r.Description}
		for _, t := range slices.Sorted(maps.Keys(r.Content)) {
			answer.Type = strings.TrimPrefix(answer.Type+", "+t, ", ")
			answer.Fields = v.fields("", r.Content[t].Schema, 0)
		}
		out.Answers = append(out.Answers, answer)
	}
	return out
}

// notes says in words what the table asks of an operation.
func (op *operation) notes() []string {
	var all []string
	switch {
	case op.public:
		all = append(all, "open to everybody")
	default:
		all = append(all, "scope "+string(op.scope))
	}
	if op.orScope != "" {
		all = append(all, "or scope "+string(op.orScope))
	}
	if op.hostOnly {
		all = append(all, "keys of the host only")
	}
	if op.role != "" {
		all = append(all, "role "+string(op.role))
	}
	if op.forPerson {
		all = append(all, "for one person")
	}
	if op.keyed {
		all = append(all, "needs an Idempotency-Key")
	}
	return append(all, "rate limit "+op.className)
}

// deepest is how far a schema is unfolded; below that it is a link.
const deepest = 3

// fields lists the members of a schema, those of members below them.
func (v viewing) fields(prefix string, s *huma.Schema, depth int) []viewerField {
	s = v.resolve(s)
	if s == nil {
		return nil
	}
	if s.Type == huma.TypeArray && s.Items != nil {
		return v.fields(prefix+"[]", s.Items, depth)
	}
	var all []viewerField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		full := strings.TrimPrefix(prefix+"."+name, ".")
		all = append(all, v.field(full, p, slices.Contains(s.Required, name)))
		if depth < deepest && p.Ref == "" {
			all = append(all, v.fields(full, p, depth+1)...)
		}
	}
	return all
}

func (v viewing) resolve(s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = v.schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// field describes one member.
func (v viewing) field(name string, s *huma.Schema, required bool) viewerField {
	f := viewerField{Name: name, Required: required, Doc: s.Description}
	if s.Ref != "" {
		f.Link = s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		f.Type = f.Link
		return f
	}
	f.Type = s.Type
	if s.Type == huma.TypeArray && s.Items != nil {
		item := v.field("", s.Items, false)
		f.Type, f.Link, f.Rule = "list of "+item.Type, item.Link, item.Rule
	}
	if s.Format != "" && s.Type == huma.TypeString {
		f.Type = s.Format
	}
	if s.Nullable {
		f.Type += " or null"
	}
	f.Rule = strings.TrimPrefix(f.Rule+", "+ruleOf(s), ", ")
	f.Rule = strings.TrimSuffix(f.Rule, ", ")
	return f
}

// ruleOf says the bounds of a schema in words.
func ruleOf(s *huma.Schema) string {
	var all []string
	if len(s.Enum) > 0 {
		words := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			words[i] = fmt.Sprint(e)
		}
		all = append(all, "one of "+strings.Join(words, ", "))
	}
	if s.Minimum != nil || s.Maximum != nil {
		all = append(all, bound(s.Minimum)+" to "+bound(s.Maximum))
	}
	if s.MaxLength != nil {
		all = append(all, "at most "+strconv.Itoa(*s.MaxLength)+" characters")
	}
	if s.MaxItems != nil {
		all = append(all, "at most "+strconv.Itoa(*s.MaxItems)+" entries")
	}
	if s.Default != nil {
		all = append(all, "otherwise "+fmt.Sprint(s.Default))
	}
	return strings.Join(all, ", ")
}

func bound(f *float64) string {
	if f == nil {
		return "…"
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

// example makes a value of a schema, from its examples where it has some.
func (v viewing) example(s *huma.Schema, depth int) any {
	s = v.resolve(s)
	switch {
	case s == nil || depth > 8:
		return nil
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		out := map[string]any{}
		for name, p := range s.Properties {
			if !p.ReadOnly {
				out[name] = v.example(p, depth+1)
			}
		}
		return out
	case huma.TypeArray:
		return []any{v.example(s.Items, depth+1)}
	case huma.TypeInteger, huma.TypeNumber:
		if s.Minimum != nil && *s.Minimum > 0 {
			return *s.Minimum
		}
		return 1
	case huma.TypeBoolean:
		return true
	case huma.TypeString:
		switch s.Format {
		case "date-time":
			return "2026-11-01T12:30:00Z"
		case "date":
			return "2026-11-01"
		case "uri":
			return "https://example.org/"
		case "email":
			return "name@example.org"
		}
		return "text"
	}
	return nil
}
