package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// TestEveryPropertyIsDescribed looks at each schema of the program's own
// description, at what stands inside it, and at each parameter.
func TestEveryPropertyIsDescribed(t *testing.T) {
	a, err := New(Config{Auth: callers{}, CursorKeys: [][]byte{make([]byte, 32)}, Services: Services{Advance: func(context.Context, time.Duration) (time.Time, error) { return time.Time{}, nil },
		Provider: &sandbox.Server{},
		Trigger:  func(context.Context, string, string) (Happening, error) { return Happening{}, nil }}})
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(a.openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	var look func(path string, v any)
	look = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				for _, name := range slices.Sorted(maps.Keys(properties)) {
					if p, _ := properties[name].(map[string]any); p["description"] == nil || p["description"] == "" {
						t.Errorf("%s.%s has no description", path, name)
					}
				}
			}
			if parameters, ok := v["parameters"].([]any); ok {
				for _, one := range parameters {
					if p := one.(map[string]any); p["$ref"] == nil && (p["description"] == nil || p["description"] == "") {
						t.Errorf("%s: the parameter %v has no description", path, p["name"])
					}
				}
			}
			for _, name := range slices.Sorted(maps.Keys(v)) {
				look(path+"/"+name, v[name])
			}
		case []any:
			for _, one := range v {
				look(path, one)
			}
		}
	}
	look("", doc)
}
