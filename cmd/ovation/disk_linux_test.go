package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/sim"
)

// TestDiskFull fills the disk under a server: money is refused and says why,
// reading goes on, and everything works again once there is room.
func TestDiskFull(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=16m"); err != nil {
		dbtest.Unavailable(t, "mount", "A small disk could not be mounted ("+err.Error()+"), so a full disk was not tested; run the test as root.")
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	r := newRig(t, "sqlite:"+filepath.Join(disk, "ovation.db"), sim.Crowd{Fans: 20, Creators: 2, Coins: 1 << 40})
	defer r.server.Kill() // before the disk goes away
	filler := filepath.Join(disk, "filler")
	if err := fill(filler, disk, 200<<10); err != nil {
		t.Fatal(err)
	}
	fan, room := r.world.Fans[0], r.world.Targets[0]
	send := func(key string) answer {
		return r.call(http.MethodPost, "/v1/gifts", fan, key, fmt.Sprintf(`{"gift":"rose","target":%q}`, room))
	}
	given, full := 0, answer{}
	for full.status == 0 && given < 3000 {
		if a := send(fmt.Sprintf("fill-%d", given)); a.status == http.StatusCreated {
			given++
		} else {
			full = a
		}
	}
	full.problem(t, "a gift on a full disk", http.StatusInsufficientStorage, "disk_full")
	if !strings.Contains(full.json.Detail, "room") {
		t.Errorf("the problem does not say what to do: %s", full.json.Detail)
	}
	for _, path := range []string{"/v1/wallet", "/v1/wallet/entries", "/v1/gift-catalog"} {
		if a := r.call(http.MethodGet, path, fan, "", ""); a.status != http.StatusOK {
			t.Errorf("reading %s on a full disk: %d %s", path, a.status, a.body)
		}
	}
	if a := r.call(http.MethodGet, "/healthz", "", "", ""); a.status != http.StatusOK {
		t.Errorf("/healthz on a full disk: %d", a.status)
	}
	r.readiness(http.StatusServiceUnavailable, func() { send("again") })
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	key := fmt.Sprintf("fill-%d", given)
	if a := send(key); a.status != http.StatusCreated {
		t.Fatalf("with room again: %d %s", a.status, a.body)
	}
	r.readiness(http.StatusOK, func() {})
	if a := send("fill-0"); a.status != http.StatusCreated || a.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("a gift from before is not replayed: %d %s", a.status, a.body)
	}
	r.verified()
	t.Logf("the disk was full after %d gifts", given)
}

// readiness waits until /readyz, which asks once a second, answers so.
func (r *rig) readiness(want int, meanwhile func()) {
	r.t.Helper()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		meanwhile()
		a := r.call(http.MethodGet, "/readyz", "", "", "")
		if a.status == want {
			return
		}
		if time.Since(begun) > 20*time.Second {
			r.t.Fatalf("/readyz answers %d, want %d", a.status, want)
		}
	}
}

// fill leaves only so many bytes free on a small disk.
func fill(file, disk string, left uint64) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(disk, &st); err != nil {
		return err
	}
	free := st.Bavail * uint64(st.Bsize)
	if free <= left {
		return nil
	}
	return os.WriteFile(file, make([]byte, free-left), 0o600)
}
