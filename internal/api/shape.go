package api

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// A shape is the schema of a request as it is checked. The library's own
// check decodes a body into maps with floats, which takes 2^53+1 for 2^53 and
// 1.0 for 1, keeps the last of two equal names, and tells what was sent in
// English only. A shape reads the bytes once, and says everything that is
// wrong with them at once. It is made from the schema in the OpenAPI, so the
// two can not differ; bounds that a field lacks are written into the schema.
type shape struct {
	kind     kind
	nullable bool

	// objects
	names    map[string]int
	members  []member
	extra    *shape // of members that have no name; nil: there are none
	nameMax  int    // the longest name of such a member
	countMin int    // members or items
	countMax int

	// arrays
	items  *shape
	unique bool

	// texts
	lenMin, lenMax int // characters
	pattern        *regexp.Regexp
	enum           []string
	format         string
	prefix         id.Kind // of an id
	name           bool    // names a thing by the client's own numbers: not looked at for card numbers

	// numbers
	min, max   int64
	step       int64
	floor, top float64
}

type member struct {
	name     string
	shape    *shape
	required bool
}

type kind uint8

const (
	anything kind = iota
	object
	array
	text
	integer
	number
	boolean
)

// What a field has at most that says nothing else.
const (
	mostText  = 10_000
	mostItems = 1_000
)

// shaper makes shapes from the schemas of a registry.
type shaper struct {
	registry huma.Registry
	done     map[*huma.Schema]*shape
}

// shape returns the shape of a schema, or why it can not be checked.
func (sh *shaper) shape(s *huma.Schema) (*shape, error) {
	nullable := s.Nullable
	for s.Ref != "" {
		s = sh.registry.SchemaFromRef(s.Ref)
	}
	if known, ok := sh.done[s]; ok {
		return known, nil
	}
	if s.OneOf != nil || s.AnyOf != nil || s.AllOf != nil || s.Not != nil || len(s.DependentRequired) > 0 {
		return nil, fmt.Errorf("a schema with alternatives or dependencies can not be checked; make it two operations, or check it in the rule")
	}
	out := &shape{nullable: nullable || s.Nullable}
	sh.done[s] = out
	var err error
	switch s.Type {
	case "":
		out.nullable = true
	case huma.TypeObject:
		out.kind = object
		err = sh.object(out, s)
	case huma.TypeArray:
		out.kind = array
		err = sh.array(out, s)
	case huma.TypeString:
		out.kind = text
		err = sh.text(out, s)
	case huma.TypeInteger:
		out.kind = integer
		sh.integer(out, s)
	case huma.TypeNumber:
		out.kind = number
		sh.number(out, s)
	case huma.TypeBoolean:
		out.kind = boolean
	default:
		err = fmt.Errorf("the type %q is not known", s.Type)
	}
	return out, err
}

func (sh *shaper) object(out *shape, s *huma.Schema) error {
	out.names = map[string]int{}
	names := make([]string, 0, len(s.Properties))
	for name, p := range s.Properties {
		if !p.ReadOnly { // what only the server writes is refused like any other unknown name
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		p, err := sh.shape(s.Properties[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		p.name = p.kind == text && namesThing(name)
		out.names[name] = len(out.members)
		out.members = append(out.members, member{name, p, slices.Contains(s.Required, name)})
	}
	if len(out.members) > 64 {
		return fmt.Errorf("an object has %d members, and 64 is the most", len(out.members))
	}
	var err error
	switch extra := s.AdditionalProperties.(type) {
	case *huma.Schema:
		out.extra, err = sh.shape(extra)
	case bool:
		if extra {
			out.extra = &shape{nullable: true}
		}
	}
	if s.MinProperties != nil {
		out.countMin = *s.MinProperties
	}
	if s.MaxProperties == nil && out.extra != nil {
		most := mostItems
		s.MaxProperties = &most
	}
	out.countMax = math.MaxInt
	if s.MaxProperties != nil {
		out.countMax = *s.MaxProperties
	}
	out.nameMax = mostText
	if rule, ok := s.Extensions["propertyNames"].(*huma.Schema); ok && rule.MaxLength != nil {
		out.nameMax = *rule.MaxLength
	}
	return err
}

// namesThing reports whether a member carries an id or a key that the client
// has made: a long number among them is by chance no card number.
func namesThing(member string) bool {
	return strings.HasSuffix(member, "_id") || strings.HasSuffix(member, "_key")
}

func (sh *shaper) array(out *shape, s *huma.Schema) error {
	items, err := sh.shape(s.Items)
	out.items, out.unique = items, s.UniqueItems
	if s.MinItems != nil {
		out.countMin = *s.MinItems
	}
	if s.MaxItems == nil {
		most := mostItems
		s.MaxItems = &most
	}
	out.countMax = *s.MaxItems
	return err
}

// formats are the formats of texts that are checked.
var formats = []string{"", "date-time", "date", "uri", "email", idFormat}

func (sh *shaper) text(out *shape, s *huma.Schema) error {
	if s.MinLength != nil {
		out.lenMin = *s.MinLength
	}
	if s.MaxLength == nil && s.Format != idFormat && len(s.Enum) == 0 {
		most := mostText
		s.MaxLength = &most
	}
	out.lenMax = mostText
	if s.MaxLength != nil {
		out.lenMax = *s.MaxLength
	}
	for _, e := range s.Enum {
		out.enum = append(out.enum, fmt.Sprint(e))
	}
	out.format = s.Format
	if s.ContentEncoding == "base64" {
		out.format = "base64"
	} else if !slices.Contains(formats, s.Format) {
		return fmt.Errorf("texts of the format %q can not be checked", s.Format)
	}
	switch {
	case s.Format == idFormat:
		prefix, _, _ := strings.Cut(strings.TrimPrefix(s.Pattern, "^"), "_")
		out.prefix = id.Kind(prefix)
	case s.Pattern != "":
		re, err := regexp.Compile(s.Pattern)
		if err != nil {
			return err
		}
		out.pattern = re
	}
	return nil
}

// integer takes the bounds of a whole number; without any it has those of an
// amount.
func (sh *shaper) integer(out *shape, s *huma.Schema) {
	least, most := float64(-money.Max), float64(money.Max)
	if s.Format == "int32" {
		least, most = math.MinInt32, math.MaxInt32
	}
	if s.Minimum == nil && s.ExclusiveMinimum == nil {
		s.Minimum = &least
	}
	if s.Maximum == nil && s.ExclusiveMaximum == nil {
		s.Maximum = &most
	}
	out.min, out.max = -money.Max, money.Max
	if s.Minimum != nil {
		out.min = int64(math.Ceil(*s.Minimum))
	}
	if s.ExclusiveMinimum != nil {
		out.min = max(out.min, int64(math.Floor(*s.ExclusiveMinimum))+1)
	}
	if s.Maximum != nil {
		out.max = int64(math.Floor(*s.Maximum))
	}
	if s.ExclusiveMaximum != nil {
		out.max = min(out.max, int64(math.Ceil(*s.ExclusiveMaximum))-1)
	}
	if s.MultipleOf != nil {
		out.step = int64(*s.MultipleOf)
	}
	for _, e := range s.Enum {
		out.enum = append(out.enum, fmt.Sprint(e))
	}
}

func (sh *shaper) number(out *shape, s *huma.Schema) {
	out.floor, out.top = -math.MaxFloat64, math.MaxFloat64
	if s.Minimum != nil {
		out.floor = *s.Minimum
	}
	if s.Maximum != nil {
		out.top = *s.Maximum
	}
}
