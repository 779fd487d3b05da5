package api

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// How many streams are open at once.
const (
	maxStreams        = 10_000
	maxStreamsOfPlace = 100 // of one address
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

// beginStream counts the stream, lifts the server's bounds of time, and lets
// its context end with the server. leave closes it.
func (a *API) beginStream(x *exchange, r *http.Request) (leave func(), err error) {
	s, place := &a.streams, a.network(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= maxStreams || s.place[place] >= maxStreamsOfPlace {
		return nil, fault.New(fault.RateLimited, "Too many streams are open from this address. Close one, then try again.").After(5 * time.Second)
	}
	s.open++
	s.place[place]++
	x.uncounted = true
	a.inFlight.Add(-1)
	connection := http.NewResponseController(x.out.ResponseWriter)
	_ = connection.SetReadDeadline(time.Time{}) // a connection that has none needs none lifted
	_ = connection.SetWriteDeadline(time.Time{})
	ctx, cancel := context.WithCancel(x.Context)
	x.Context = ctx
	unhook := context.AfterFunc(s.going, cancel)
	return func() {
		unhook()
		cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
		if s.place[place]--; s.place[place] == 0 {
			delete(s.place, place)
		}
	}, nil
}
