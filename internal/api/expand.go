package api

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// An answer names other things by their ids. ?expand= has some of them told
// whole in the same answer: ?expand=lines, or ?expand=lines.earning for what
// is inside them. An operation takes part by a parameter of the type expansion
// in its input, whose enum are the paths; the shape of the parameter refuses
// every other path with the list of these. Paths have two parts at most. A
// handler reads what was asked for at once for all entries of its answer, never
// for each of them.
type expansion []string

// wants reports whether the path was asked for, itself or as the way to what
// is inside it.
func (e expansion) wants(path string) bool {
	for _, asked := range e {
		if asked == path || strings.HasPrefix(asked, path+".") {
			return true
		}
	}
	return false
}

// ref is an id in an answer, or the thing itself when it is expanded.
type ref[I ~string, T any] struct {
	id    I
	whole *T
}

// MarshalJSON implements json.Marshaler.
func (r ref[I, T]) MarshalJSON() ([]byte, error) {
	if r.whole != nil {
		return json.Marshal(r.whole)
	}
	return json.Marshal(r.id)
}

// Schema implements huma.SchemaProvider.
func (ref[I, T]) Schema(registry huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "The id, or all of it when it is expanded",
		OneOf:       []*huma.Schema{registry.Schema(reflect.TypeFor[I](), true, ""), registry.Schema(reflect.TypeFor[T](), true, "")},
	}
}
