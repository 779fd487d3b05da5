package api

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/ovationhq/ovation/internal/id"
)

// Request is one request that was made with a key, as its owner sees it.
type Request struct {
	ID     string // req_…
	At     time.Time
	Route  string // such as POST /v1/gifts
	Status int
	Took   time.Duration
}

// How much is remembered: the latest requests of each key, of the keys that
// were used last. It is memory only, and gone with the process.
const (
	recentOfKey = 200
	recentKeys  = 256
)

// recent are the latest requests of each key, for who writes a program and
// wants to see what it sends. It is safe for concurrent use; nobody waits for
// anybody, because a storm of gifts with one key comes by here.
type recent struct {
	keys  sync.Map   // id.Key to *lately
	count int        // of the keys
	mu    sync.Mutex // held while a key is added
}

// lately is a ring of a key's requests.
type lately struct {
	added atomic.Int64 // requests so far
	slots [recentOfKey]atomic.Pointer[Request]
}

// add remembers a request.
func (r *recent) add(key id.Key, q Request) {
	l, ok := r.keys.Load(key)
	if !ok {
		l = r.make(key)
	}
	ring := l.(*lately)
	ring.slots[(ring.added.Add(1)-1)%recentOfKey].Store(&q)
}

// make begins the ring of a key, in the place of the one that was used least
// lately if there are too many.
func (r *recent) make(key id.Key) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, there := r.keys.LoadOrStore(key, &lately{})
	if there {
		return l
	}
	if r.count++; r.count <= recentKeys {
		return l
	}
	var oldest id.Key
	var since time.Time
	for k, other := range r.keys.Range {
		all := other.(*lately).list()
		if k == key || len(all) == 0 { // just begun
			continue
		}
		if oldest == "" || all[0].At.Before(since) {
			oldest, since = k.(id.Key), all[0].At
		}
	}
	if oldest != "" {
		r.keys.Delete(oldest)
		r.count--
	}
	return l
}

// list returns the requests, newest first. One that comes meanwhile may stand
// in the place of the oldest.
func (l *lately) list() (all []Request) {
	for n := l.added.Load(); len(all) < recentOfKey && n > 0; n-- {
		if q := l.slots[(n-1)%recentOfKey].Load(); q != nil {
			all = append(all, *q)
		}
	}
	return all
}

func (r *recent) list(key id.Key) []Request {
	if l, ok := r.keys.Load(key); ok {
		return l.(*lately).list()
	}
	return nil
}

// Recent returns the latest requests that were made with the key, newest
// first.
func (a *API) Recent(key id.Key) []Request { return a.recent.list(key) }

// remember notes the exchange for the owner of its key.
func (a *API) remember(x *exchange, took time.Duration) {
	if x.caller.Key == "" {
		return
	}
	at := x.started
	if a.cfg.Services.Advance != nil { // a sandbox, by whose clock the key's own dates are
		at = a.cfg.Services.Now()
	}
	a.recent.add(x.caller.Key, Request{ID: x.id, At: at, Route: x.op.route, Status: x.out.status, Took: took})
}
