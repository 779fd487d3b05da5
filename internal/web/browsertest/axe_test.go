package browsertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// TestViolationsBite wants axe to see what is wrong with a page that is.
func TestViolationsBite(t *testing.T) {
	b := Open(t)
	b.Go("data:text/html,<html><body style='color:%23999;background:%23fff'><img src='data:,'><p>pale</p><button></button></body></html>")
	got := b.Violations()
	for _, want := range []string{"image-alt", "color-contrast", "button-name", "html-has-lang"} {
		if !slices.ContainsFunc(got, func(v string) bool { return strings.HasPrefix(v, want) }) {
			t.Errorf("axe does not find %s: %q", want, got)
		}
	}
}
