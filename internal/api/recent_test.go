package api

import (
	"fmt"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/id"
)

// TestRecent remembers the last 200 of each key, newest first, of the keys
// that were used last.
func TestRecent(t *testing.T) {
	var r recent
	at := time.Unix(1, 0)
	for i := range 450 {
		r.add("key_a", Request{ID: fmt.Sprint(i), At: at})
	}
	all := r.list("key_a")
	if len(all) != recentOfKey || all[0].ID != "449" || all[recentOfKey-1].ID != "250" {
		t.Errorf("%d, from %s to %s", len(all), all[0].ID, all[len(all)-1].ID)
	}
	if r.list("key_b") != nil {
		t.Error("a key that was not used has requests")
	}
	for i := range recentKeys {
		r.add(id.Key(fmt.Sprint("key_", i)), Request{At: at.Add(time.Duration(i+1) * time.Second)})
	}
	if r.count != recentKeys || r.list("key_a") != nil || len(r.list("key_0")) != 1 {
		t.Errorf("%d keys are remembered, also the one that was used first", r.count)
	}
}
