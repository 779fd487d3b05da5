package api

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/people"
)

// TestDefaultsKeepWhatIsSent builds tables with inputs whose default would
// replace what a client sends. That the program's own table has none is what
// New says.
func TestDefaultsKeepWhatIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		add func(*API)
		bad bool
	}{
		"a bool": {defaulted[struct {
			Body struct {
				On bool `json:"on,omitempty" default:"true"`
			}
		}], true},
		"a bool that may be missing": {defaulted[struct {
			Body struct {
				On *bool `json:"on,omitempty" default:"true"`
			}
		}], false},
		"a number that may be 0": {defaulted[struct {
			Body struct {
				N int64 `json:"n,omitempty" minimum:"0" default:"3"`
			}
		}], true},
		"a number from 1": {defaulted[struct {
			Body struct {
				N int64 `json:"n,omitempty" minimum:"1" default:"3"`
			}
		}], false},
		"a text": {defaulted[struct {
			Body struct {
				T string `json:"t,omitempty" default:"x"`
			}
		}], true},
		"a text that is not empty": {defaulted[struct {
			Body struct {
				T string `json:"t,omitempty" minLength:"1" default:"x"`
			}
		}], false},
		"one of two words": {defaulted[struct {
			Body struct {
				T string `json:"t,omitempty" enum:"x,y" default:"x"`
			}
		}], false},
		"inside a list": {defaulted[struct {
			Body struct {
				Lines []struct {
					On bool `json:"on,omitempty" default:"true"`
				} `json:"lines"`
			}
		}], true},
		"a parameter": {defaulted[struct {
			On bool `query:"on" default:"true"`
		}], true},
	} {
		_, err := build(Config{Auth: callers{}, CursorKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}}, c.add)
		if told := err != nil && strings.Contains(err.Error(), "has a default"); told != c.bad || (err != nil && !told) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// defaulted adds an operation with the input to a table.
func defaulted[I any](a *API) {
	post(a, "/v1/things", func(context.Context, *I) (*none, error) { return nil, nil }, "Make a thing", needs(people.ContentWrite))
}
