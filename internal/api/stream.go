package api

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// How many streams are open at once, and of one address when nothing else was
// configured.
const (
	maxStreams        = 10_000
	maxStreamsOfPlace = 100
)

// streams are the open streams.
type streams struct {
	going context.Context // ends when the server shuts down
	end   context.CancelFunc

	mu    sync.Mutex
	open  int
	place map[netip.Prefix]int
}

func newStreams() streams {
	going, end := context.WithCancel(context.Background())
	return streams{going: going, end: end, place: map[netip.Prefix]int{}}
}

// beginStream counts the stream and lifts the server's bounds of time. leave
// closes it.
func (a *API) beginStream(x *exchange, r *http.Request) (leave func(), err error) {
	s, place := &a.streams, a.network(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= maxStreams || s.place[place] >= a.cfg.StreamsPerAddress {
		return nil, fault.New(fault.RateLimited, "Too many streams are open from this address. Close one, then try again.").After(5 * time.Second)
	}
	s.open++
	s.place[place]++
	x.uncounted = true
	a.inFlight.Add(-1)
	connection := http.NewResponseController(x.out.ResponseWriter)
	_ = connection.SetReadDeadline(time.Time{}) // a connection that has none needs none lifted
	_ = connection.SetWriteDeadline(time.Time{})
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
		if s.place[place]--; s.place[place] == 0 {
			delete(s.place, place)
		}
	}, nil
}

// bind lets the exchange's context end in time: that of a stream with the
// server, any other after the operation's bound. It comes before anybody gets
// the context, who may still look at it when the exchange is over.
func (a *API) bind(x *exchange) (release func()) {
	var cancel context.CancelFunc
	switch {
	case x.op.stream:
		x.Context, cancel = context.WithCancel(x.Context)
		unhook := context.AfterFunc(a.streams.going, cancel)
		return func() { unhook(); cancel() }
	case x.op.timeout > 0:
		x.Context, cancel = context.WithTimeout(x.Context, x.op.timeout)
		return cancel
	}
	return func() {}
}
