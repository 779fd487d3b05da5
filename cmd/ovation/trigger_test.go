package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/web"
)

// TestHappenings holds the list of the command to what a sandbox can do.
func TestHappenings(t *testing.T) {
	var listed []string
	for _, h := range happenings {
		listed = append(listed, h.name)
	}
	if diff := cmp.Diff(web.Acts, listed); diff != "" {
		t.Error(diff)
	}
}
