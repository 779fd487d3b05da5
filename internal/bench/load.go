package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load sends gifts and remembers which were acknowledged.
type load struct {
	o       Options
	world   *world
	address string
	run     string

	next    atomic.Int64 // numbers the gifts
	began   time.Time
	seconds float64
	workers []*worker
}

// worker is one connection.
type worker struct {
	load    *load
	rnd     *rand.Rand
	zipf    *rand.Zipf
	request []byte
	took    []time.Duration
	acked   []ack
	errors  int64
	first   string
}

// ack is an acknowledged gift: its number, and its id without the prefix, which
// is no string so that millions of them are nothing to the garbage collector.
type ack struct {
	number int64
	id     [idLength]byte
}

// idLength is how long the random part of an id is.
const idLength = 26

// send runs all connections for the duration.
func (l *load) send(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, l.o.Duration)
	defer cancel()
	var wg sync.WaitGroup
	l.began = time.Now()
	for i := range l.o.Connections {
		rnd := rand.New(rand.NewPCG(7, uint64(i)))
		w := &worker{load: l, rnd: rnd, zipf: zipf(rnd, max(len(l.world.targets), 2))}
		l.workers = append(l.workers, w)
		wg.Go(func() { w.run(ctx) })
	}
	wg.Wait()
	l.seconds = time.Since(l.began).Seconds()
}

func (w *worker) run(ctx context.Context) {
	c, err := dial(w.load.address)
	if err != nil {
		w.fail(err.Error())
		return
	}
	defer c.close()
	for ctx.Err() == nil {
		from := w.load.next.Add(int64(w.load.o.Batch)) - int64(w.load.o.Batch)
		due := time.Now()
		if w.load.o.Rate > 0 { // open loop: the time counts from when it should have been sent
			due = w.load.began.Add(time.Duration(float64(from) / float64(w.load.o.Rate) * float64(time.Second)))
			if wait := time.Until(due); wait > 0 {
				time.Sleep(wait)
			}
		}
		w.build(from)
		status, body, err := c.do(w.request)
		took := time.Since(due)
		if err != nil {
			w.fail(err.Error())
			return
		}
		w.took = append(w.took, took)
		w.note(from, status, body)
	}
}

func (w *worker) fail(why string) {
	w.errors++
	if w.first == "" {
		w.first = why
	}
}

var (
	accepted = []byte(`{"status":201,`)
	giftID   = []byte(`"id":"gft_`)
)

// note remembers what was acknowledged.
func (w *worker) note(from int64, status int, body []byte) {
	want, n := 201, w.load.o.Batch
	if n > 1 {
		want = 200
	}
	if status != want || n > 1 && bytes.Count(body, accepted) != n {
		w.fail(fmt.Sprintf("%d %.300s", status, body))
		return
	}
	rest := body
	for i := range n {
		a := ack{number: from + int64(i)}
		_, after, found := bytes.Cut(rest, giftID)
		if !found || copy(a.id[:], after) < idLength || after[idLength] != '"' {
			w.fail(fmt.Sprintf("an answer without a gift: %d %.300s", status, body))
			return
		}
		w.acked = append(w.acked, a)
		rest = after
	}
}

// key is the idempotency key of a gift.
func (l *load) key(b []byte, n int64) []byte {
	if l.o.RandomKeys {
		b = strconv.AppendUint(b, splitmix(uint64(n)), 36)
		b = append(b, '-')
	}
	b = append(b, l.run...)
	b = append(b, '-')
	text := strconv.FormatInt(n, 10)
	b = append(b, "0000000000"[:max(0, 10-len(text))]...)
	return append(b, text...)
}

// splitmix spreads a counter over all numbers, without repeating any.
func splitmix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// sender returns who sends a gift: every fan in turn, far from each other.
func (l *load) sender(n int64) string {
	return l.world.fans[int(uint64(n)*7919%uint64(len(l.world.fans)))]
}

func (w *worker) target(n int64) string {
	t := w.load.world.targets
	if w.load.o.Mode == "zipf" {
		return t[w.zipf.Uint64()]
	}
	return t[n%int64(len(t))]
}

// build writes the request of the gifts from the number on.
func (w *worker) build(from int64) {
	l := w.load
	var body []byte
	b := w.request[:0]
	if l.o.Batch == 1 {
		body = append(body, `{"gift":"rose","target":"`...)
		body = append(body, w.target(from)...)
		body = append(body, `"}`...)
		b = append(b, "POST /v1/gifts HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer "...)
		b = append(b, l.world.key...)
		b = append(b, "\r\nOvation-Person: "...)
		b = append(b, l.sender(from)...)
		b = append(b, "\r\nIdempotency-Key: "...)
		b = l.key(b, from)
	} else {
		body = append(body, `{"gifts":[`...)
		for i := range l.o.Batch {
			n := from + int64(i)
			if i > 0 {
				body = append(body, ',')
			}
			body = append(body, `{"idempotency_key":"`...)
			body = l.key(body, n)
			body = append(body, `","sender":"`...)
			body = append(body, l.sender(n)...)
			body = append(body, `","gift":"rose","target":"`...)
			body = append(body, w.target(n)...)
			body = append(body, `"}`...)
		}
		body = append(body, `]}`...)
		b = append(b, "POST /v1/gifts/batch HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer "...)
		b = append(b, l.world.key...)
	}
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	w.request = append(b, body...)
}

// result adds the connections up.
func (l *load) result(s *server) *Result {
	r := &Result{Mode: l.o.Mode, Database: engineOf(l.o.Database), Connections: l.o.Connections, Batch: l.o.Batch, Seconds: l.seconds,
		ResidentMiB: s.resident(), StartMS: ms(s.started), LeastServed: -1, Differences: []string{}}
	var took []time.Duration
	for _, w := range l.workers {
		n := int64(len(w.acked))
		r.Gifts += n
		r.Errors += w.errors
		if r.FirstError == "" {
			r.FirstError = w.first
		}
		if r.LeastServed < 0 || n < r.LeastServed {
			r.LeastServed = n
		}
		r.MostServed = max(r.MostServed, n)
		took = append(took, w.took...)
	}
	r.PerSecond = float64(r.Gifts) / l.seconds
	slices.Sort(took)
	at := func(q float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return ms(took[min(len(took)-1, int(q*float64(len(took))))])
	}
	r.P50, r.P95, r.P99, r.Max = at(0.50), at(0.95), at(0.99), at(1)
	return r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
