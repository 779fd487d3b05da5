package people

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// bound says how many failures are free, and how long the wait can grow
// that each further one doubles.
type bound struct {
	free int
	most time.Duration
}

// The bounds of guessing. An address can stand for a whole office, so it is
// given more; an e-mail alone is given a short wait, because it is its owner
// who would suffer.
var (
	boundBoth    = bound{free: 5, most: 15 * time.Minute}
	boundAddress = bound{free: 50, most: 15 * time.Minute}
	boundEmail   = bound{free: 20, most: time.Minute}
	boundPerson  = bound{free: 5, most: 15 * time.Minute}
)

const (
	firstWait   = time.Second
	forgetAfter = time.Hour // without a failure everything is forgotten
	maxCounts   = 50_000    // bounds the memory
)

// attempts counts failures in the memory of the process.
type attempts struct {
	mu     sync.Mutex
	counts map[string]*count
}

type count struct {
	failures int
	last     time.Time
}

func newAttempts() *attempts { return &attempts{counts: map[string]*count{}} }

// limit is one count that an attempt has to pass.
type limit struct {
	key string
	bound
}

// enter counts an attempt as failed, before it is known to be, so that many
// at once do not slip through; succeeded and takeBack uncount it. Nothing is
// counted when the caller has to wait.
func (a *attempts) enter(now time.Time, limits ...limit) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var wait time.Duration
	for _, l := range limits {
		wait = max(wait, a.wait(now, l))
	}
	if wait > 0 {
		wait = wait.Truncate(time.Second) + time.Second
		return fault.New(fault.RateLimited, "There were too many failed attempts. Try again in %s.", wait).After(wait)
	}
	for _, l := range limits {
		c := a.counts[l.key]
		if c == nil {
			a.makeRoom(now)
			c = &count{}
			a.counts[l.key] = c
		}
		c.failures++
		c.last = now
	}
	return nil
}

// wait is how long the limit keeps an attempt waiting. A clock that has
// stepped back does not prolong it.
func (a *attempts) wait(now time.Time, l limit) time.Duration {
	c := a.counts[l.key]
	if c == nil {
		return 0
	}
	passed := now.Sub(c.last)
	if passed > forgetAfter || passed < 0 {
		delete(a.counts, l.key)
		return 0
	}
	if c.failures < l.free {
		return 0
	}
	pause := l.most
	if over := c.failures - l.free; over < 20 {
		pause = min(firstWait<<over, l.most)
	}
	return max(pause-passed, 0)
}

// succeeded takes the attempt back, and forgets all failures under the first
// limit.
func (a *attempts) succeeded(limits ...limit) {
	a.takeBack(limits...)
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.counts, limits[0].key)
}

// takeBack uncounts an attempt that did not fail.
func (a *attempts) takeBack(limits ...limit) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range limits {
		if c := a.counts[l.key]; c != nil {
			if c.failures--; c.failures <= 0 {
				delete(a.counts, l.key)
			}
		}
	}
}

// makeRoom drops what is old, then what keeps nobody waiting, then all.
func (a *attempts) makeRoom(now time.Time) {
	if len(a.counts) < maxCounts {
		return
	}
	for key, c := range a.counts {
		if now.Sub(c.last) > forgetAfter {
			delete(a.counts, key)
		}
	}
	for key, c := range a.counts {
		if len(a.counts) >= maxCounts*9/10 && c.failures < boundBoth.free {
			delete(a.counts, key)
		}
	}
	if len(a.counts) >= maxCounts {
		clear(a.counts)
	}
}

// place is the part of an address that one party controls: all of IPv4, the
// first half of IPv6.
func place(address string) string {
	ip, err := netip.ParseAddr(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return ""
	}
	return prefix.String()
}
