package api

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

func limited(t testing.TB, change func(*Config)) *world {
	return newWorld(t, func(c *Config) {
		c.NoLimits = false
		c.Limits = []Class{
			{classRead, Limit{Burst: 3, PerSecond: 0.001}, Limit{Burst: 2, PerSecond: 0.001}, Limit{Burst: 2, PerSecond: 0.001}},
			{classGuess, Limit{}, Limit{}, Limit{Burst: 4, PerSecond: 0.001}},
		}
		if change != nil {
			change(c)
		}
	})
}

func TestLimits(t *testing.T) {
	w := limited(t, nil)
	read := func(headers ...string) *httptest.ResponseRecorder {
		return w.ask(t, "GET /v1/nodes/1/state", headers...)
	}
	rec := read(asHost, forFan)
	if rec.Code != 200 || rec.Header().Get("RateLimit") != `"read";r=1;t=1000` || rec.Header().Get("RateLimit-Policy") != `"read";q=2;w=2000` {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
	if rec := read(asHost, forFan); rec.Code != 200 {
		t.Errorf("the second: %d", rec.Code)
	}
	rec = read(asHost, forFan)
	p := wantProblem(t, rec, fault.RateLimited)
	if rec.Header().Get("Retry-After") != "1000" || !strings.Contains(p["detail"].(string), "1000 seconds") || p["retryable"] != true {
		t.Errorf("%v %v", rec.Header(), p)
	}
	// The key has used three; the person of a session is the same person.
	wantProblem(t, read(asHost), fault.RateLimited)
	wantProblem(t, read(asFan), fault.RateLimited)
	if rec := read("Authorization: Bearer " + opSession); rec.Code != 200 {
		t.Errorf("somebody else: %d", rec.Code)
	}
	// Nobody in particular is known by the address.
	for _, want := range []int{200, 200, 429} {
		if rec := w.ask(t, "GET /v1/open"); rec.Code != want {
			t.Errorf("nobody: %d, want %d", rec.Code, want)
		}
	}
}

func TestGuessing(t *testing.T) {
	w := limited(t, nil)
	for range 4 {
		wantProblem(t, w.ask(t, "GET /v1/nodes/1/state", "Authorization: Bearer ovn_test_sk_guess"), fault.TokenInvalid)
	}
	wantProblem(t, w.ask(t, "GET /v1/nodes/1/state", "Authorization: Bearer ovn_test_sk_guess"), fault.RateLimited)
	if rec := w.ask(t, "GET /v1/nodes/1/state", asHost); rec.Code != 200 {
		t.Errorf("the right key from the same address: %d", rec.Code)
	}
}

func TestLimiter(t *testing.T) {
	l, r := newLimiter(), newRate("x", Limit{Burst: 3, PerSecond: 10})
	now := int64(0)
	for i := range 3 {
		if left, _, ok := l.take(1, &r, now); !ok || left != int64(2-i) {
			t.Fatalf("request %d: %v, %d left", i, ok, left)
		}
	}
	if _, wait, ok := l.take(1, &r, now); ok || wait != int64(100*time.Millisecond) {
		t.Fatalf("the fourth: %v, wait %v", ok, time.Duration(wait))
	}
	if _, _, ok := l.take(2, &r, now); !ok {
		t.Error("somebody else is refused")
	}
	now += int64(100 * time.Millisecond)
	if _, _, ok := l.take(1, &r, now); !ok {
		t.Error("after the wait it is refused")
	}
	if _, _, ok := l.take(1, &r, now); ok {
		t.Error("after the wait two are accepted")
	}
	// No window ever sees more than the burst and what flows in.
	accepted := 0
	for i := range 1000 {
		if _, _, ok := l.take(3, &r, now+int64(i)*int64(time.Millisecond)); ok {
			accepted++
		}
	}
	if accepted != 3+9 {
		t.Errorf("%d in a second, want 12", accepted)
	}
	for who := range uint64(3 * shardSweep * limiterShards) {
		l.take(who, &r, now+int64(who)*10_000)
	}
	total := 0
	for i := range l.shards {
		total += len(l.shards[i].used)
	}
	if total > 2*shardSweep*limiterShards {
		t.Errorf("%d are remembered", total)
	}
}

func TestNetwork(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:1234", "", "192.0.2.1/32"},
		{"192.0.2.1:1234", "198.51.100.7", "192.0.2.1/32"},
		{"10.0.0.1:1", "198.51.100.7", "198.51.100.7/32"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.7", "198.51.100.7/32"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7/32"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1/32"},
		{"[2001:db8:1:2:3:4:5:6]:1", "", "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.1]:1", "", "192.0.2.1/32"},
		{"[fe80::1%eth0]:1", "", "fe80::/64"},
		{"@", "", "invalid Prefix"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := w.network(r).String(); got != c.want {
			t.Errorf("%s for %q is %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func BenchmarkLimiter(b *testing.B) {
	l, r := newLimiter(), newRate("x", Limit{Burst: 1 << 30, PerSecond: 1e9})
	for i := range b.N {
		l.take(uint64(i%10000)*0x9e3779b97f4a7c15, &r, int64(i)*1000)
	}
}
