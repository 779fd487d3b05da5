package sim

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// line is the way to the provider, on which calls go wrong. A timeout costs no
// time here: the call is made, or is not, and who made it is told that no answer
// came in time. All other faults are the sandbox's own.
type line struct {
	box    *sandbox.Server
	rnd    *rand.Rand
	likely float64 // that a call goes wrong
	keys   bool    // the known-bad setting: no keys, and look-ups find nothing
	calls  int
	hit    map[string]int

	kept, alone http.RoundTripper
}

// The faults, all as likely as each other.
var lineModes = []sandbox.Mode{sandbox.Before, sandbox.After, sandbox.Sticky, sandbox.Timeout, sandbox.TimeoutBefore, sandbox.Reset, sandbox.ResetBefore, sandbox.RateLimit}

func newLine(seed uint64, keys bool) *line {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &line{rnd: rand.New(rand.NewPCG(seed, 0x6c696e65)), keys: keys, hit: map[string]int{},
		kept: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 4},
		// Go asks again by itself when a connection that was used before breaks.
		alone: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
}

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.calls++
	if l.keys {
		if r = r.Clone(r.Context()); r.Method == http.MethodGet && r.URL.Path == "/v1/payment_intents" {
			return nothingFound(r), nil
		}
		r.Header.Del("Idempotency-Key")
	}
	if l.likely == 0 || l.rnd.Float64() >= l.likely {
		return l.kept.RoundTrip(r)
	}
	mode := lineModes[l.rnd.IntN(len(lineModes))]
	l.hit[string(mode)]++
	switch mode {
	case sandbox.TimeoutBefore:
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, context.DeadlineExceeded
	case sandbox.Timeout:
		if res, err := l.kept.RoundTrip(r); err == nil {
			_, _ = io.Copy(io.Discard, res.Body) // so that the connection can be used again
			res.Body.Close()
		}
		return nil, context.DeadlineExceeded
	case sandbox.Reset, sandbox.ResetBefore:
		l.box.AddFault(sandbox.Fault{Mode: mode, Next: 1})
		return l.alone.RoundTrip(r)
	}
	l.box.AddFault(sandbox.Fault{Mode: mode, Next: 1})
	return l.kept.RoundTrip(r)
}

// nothingFound is the answer of a look-up that finds nothing.
func nothingFound(r *http.Request) *http.Response {
	const none = `{"object":"list","data":[],"has_more":false,"url":"/v1/payment_intents"}`
	return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(none)), ContentLength: int64(len(none)), Request: r}
}
