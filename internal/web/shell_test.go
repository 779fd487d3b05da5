package web

import "testing"

// TestKeys wants one page for each letter after g, whatever hats somebody wears.
func TestKeys(t *testing.T) {
	pages := map[string]string{}
	for _, h := range hats {
		for _, item := range h.items {
			if other := pages[item.key]; other != "" || item.key == "" || item.key == "g" {
				t.Errorf("%s and %s are both reached with g %q", other, item.path, item.key)
			}
			pages[item.key] = item.path
		}
	}
}
