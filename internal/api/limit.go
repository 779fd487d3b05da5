package api

import (
	"hash/maphash"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// The limiter is our own because the headers RateLimit and RateLimit-Policy
// want to know what is left and until when, for a key and a person at once,
// and because it must cost nothing on the way of a gift: one number for each
// caller and class, no timers, no goroutine. (httprate counts windows: twice
// the limit passes around their border, and its headers are others.)
//
// The number is the instant at which the caller has used nothing any more
// (the "theoretical arrival time" of the generic cell rate algorithm). Each
// request moves it on by what one request costs; a request is refused when it
// would lie further ahead than the burst.

// Limit is how much one caller may do: so many at once, and so many a second
// in the long run. The zero Limit allows everything.
type Limit struct {
	Burst     int
	PerSecond float64
}

// Class is the limits of a kind of operation.
type Class struct {
	Name    string
	Key     Limit // of an API key; a host's key speaks for many persons
	Person  Limit // of the person that acts or is acted for
	Address Limit // of an address (IPv6: its /64) that is nobody yet
}

// The classes. An operation is in read or write unless the table of routes
// says otherwise.
const (
	classRead  = "read"
	classWrite = "write"
	classMoney = "money" // moves money, and is not sent in storms
	classStorm = "storm" // gifts, chat, views: many a second for one person
	classGuess = "guess" // refused secrets
	classNone  = "none"  // no limit: whoever comes is known by a signature
)

// DefaultLimits are the limits of an instance that was told nothing else.
func DefaultLimits() []Class {
	return []Class{
		{classRead, Limit{2000, 500}, Limit{200, 40}, Limit{200, 20}},
		{classWrite, Limit{1000, 200}, Limit{60, 10}, Limit{30, 2}},
		{classMoney, Limit{500, 100}, Limit{20, 2}, Limit{10, 0.2}},
		{classStorm, Limit{20000, 10000}, Limit{200, 50}, Limit{30, 2}},
		{classGuess, Limit{}, Limit{}, Limit{20, 0.5}},
		{classNone, Limit{}, Limit{}, Limit{}},
	}
}

// rate is a Limit in the limiter's numbers.
type rate struct {
	cost   int64 // nanoseconds that one request moves the instant on; 0: no limit
	room   int64 // how far ahead the instant may lie
	policy []string
	prefix string // of the header RateLimit
}

// limitClass is a Class, prepared.
type limitClass struct {
	name                 string
	key, person, address rate
	salt                 uint64
}

func newRate(name string, l Limit) rate {
	if l.Burst <= 0 || l.PerSecond <= 0 {
		return rate{}
	}
	cost := int64(float64(time.Second) / l.PerSecond)
	window := int(math.Ceil(float64(l.Burst) / l.PerSecond))
	return rate{
		cost: cost, room: cost * int64(l.Burst),
		policy: []string{strconv.Quote(name) + ";q=" + strconv.Itoa(l.Burst) + ";w=" + strconv.Itoa(window)},
		prefix: strconv.Quote(name) + ";r=",
	}
}

func newClass(c Class) *limitClass {
	lc := &limitClass{name: c.Name}
	lc.key, lc.person, lc.address = newRate(c.Name, c.Key), newRate(c.Name, c.Person), newRate(c.Name, c.Address)
	lc.salt = maphash.String(limiterSeed, c.Name)
	return lc
}

var limiterSeed = maphash.MakeSeed()

const (
	limiterShards = 64
	shardSweep    = 4096  // from here on entries that are over are removed
	shardMost     = 16384 // a shard that is still larger is emptied
)

// limiter remembers the instants. Callers are told apart by a 64-bit hash.
type limiter struct {
	begun  time.Time
	shards [limiterShards]limiterShard
}

type limiterShard struct {
	mu    sync.Mutex
	used  map[uint64]int64
	sweep int64 // when to sweep next
}

func newLimiter() *limiter {
	l := &limiter{begun: time.Now()}
	for i := range l.shards {
		l.shards[i].used = map[uint64]int64{}
	}
	return l
}

// take uses one request of the rate for who. left is how many more there are
// at once; wait is how long until one is free again when ok is false, else
// until all are.
func (l *limiter) take(who uint64, r *rate, now int64) (left, wait int64, ok bool) {
	s := &l.shards[who%limiterShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	at := max(s.used[who], now) + r.cost
	ahead := at - now
	if ahead > r.room {
		return 0, ahead - r.room, false
	}
	if len(s.used) >= shardSweep && now >= s.sweep {
		s.clean(now)
	}
	s.used[who] = at
	return (r.room - ahead) / r.cost, ahead, true
}

// clean removes who has nothing in use, at most ten times a second.
func (s *limiterShard) clean(now int64) {
	s.sweep = now + int64(time.Second/10)
	for who, at := range s.used {
		if at <= now {
			delete(s.used, who)
		}
	}
	if len(s.used) >= shardMost {
		clear(s.used) // memory is bounded, at the price of a fresh start
	}
}

// limitCaller takes from the limits of the key and of the person, and tells
// of the one with less left.
func (a *API) limitCaller(x *exchange) error {
	if a.limiter == nil || !x.caller.Known() {
		return nil
	}
	c, now := x.op.class, int64(x.started.Sub(a.limiter.begun))
	var tight *rate
	var left, wait int64
	if c.key.cost > 0 && x.caller.Key != "" {
		var ok bool
		if left, wait, ok = a.limiter.take(maphash.String(limiterSeed, string(x.caller.Key))^c.salt, &c.key, now); !ok {
			return tooMany(x, &c.key, wait)
		}
		tight = &c.key
	}
	if c.person.cost > 0 && x.caller.Person != "" {
		l, w, ok := a.limiter.take(maphash.String(limiterSeed, string(x.caller.Person))^c.salt, &c.person, now)
		if !ok {
			return tooMany(x, &c.person, w)
		}
		if tight == nil || l < left {
			tight, left, wait = &c.person, l, w
		}
	}
	if tight != nil {
		tight.tell(x, left, wait)
	}
	return nil
}

// limitAddress takes from the limit of the client's address.
func (a *API) limitAddress(x *exchange, r *http.Request, c *limitClass) error {
	if a.limiter == nil || c.address.cost == 0 {
		return nil
	}
	who := maphash.Comparable(limiterSeed, a.network(r)) ^ c.salt
	left, wait, ok := a.limiter.take(who, &c.address, int64(x.started.Sub(a.limiter.begun)))
	if !ok {
		return tooMany(x, &c.address, wait)
	}
	c.address.tell(x, left, wait)
	return nil
}

func tooMany(x *exchange, r *rate, wait int64) error {
	r.tell(x, 0, wait)
	d := time.Duration(wait)
	return fault.New(fault.RateLimited, "More requests came than are accepted. Try again in %d seconds.", int(math.Ceil(d.Seconds()))).After(d)
}

// tell sets the headers: the policy, and what is left of it for how long.
func (r *rate) tell(x *exchange, left, wait int64) {
	b := make([]byte, 0, 48)
	b = append(b, r.prefix...)
	b = strconv.AppendInt(b, left, 10)
	b = append(b, ";t="...)
	b = strconv.AppendInt(b, (wait+int64(time.Second)-1)/int64(time.Second), 10)
	h := x.out.Header()
	h["Ratelimit"] = []string{string(b)}
	h["Ratelimit-Policy"] = r.policy
}
