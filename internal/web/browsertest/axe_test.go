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

// TestSidewaysBites wants the cause named, not what is folded away.
func TestSidewaysBites(t *testing.T) {
	b := Open(t)
	b.Size(360, 640)
	b.Go("data:text/html,<meta name=viewport content='width=device-width'><body style='margin:0'><details><summary>more</summary><p class=folded style='width:900px'>folded</p></details><pre style='overflow:auto;width:300px'><b style='display:block;width:800px'>scrolls</b></pre><p class=wide style='width:500px'>wide</p></body>")
	if got := b.Value(sideways); got != "P.wide ends at 500" {
		t.Errorf("what makes the page wide is said to be %q", got)
	}
	b.Do("take it away", Run(`document.querySelector('.wide').remove()`))
	if got := b.Value(sideways); got != "" {
		t.Errorf("a narrow page is said to be wide by %q", got)
	}
}
