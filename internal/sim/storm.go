package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Storm sends gifts over HTTP from many connections. Each gift has a number,
// and everything about it follows from the number: who sends what to whom,
// and the key that the client made. So any gift can be asked for again.
type Storm struct {
	World       *World
	Name        string // makes the keys of this storm unlike those of others
	Seed        uint64
	Connections int

	next   atomic.Int64
	client *http.Client
	acks   *ackFile
	first  chan struct{} // closed by the first acknowledgement
	once   sync.Once

	mu       sync.Mutex
	statuses map[int]int64 // of the answers; 0 counts connections that broke
	wrong    []string      // answers that should not be
}

// NewStorm prepares a storm that notes its acknowledgements in the file.
func NewStorm(w *World, name string, seed uint64, connections int, ackPath string) (*Storm, error) {
	acks, err := openAcks(ackPath)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	return &Storm{World: w, Name: name, Seed: seed, Connections: connections, acks: acks, first: make(chan struct{}), statuses: map[int]int64{},
		client: &http.Client{Transport: transport, Timeout: 20 * time.Second}}, nil
}

// Key is the idempotency key of a gift.
func (s *Storm) Key(n int64) string { return fmt.Sprintf("%s-%08d", s.Name, n) }

// Sent is how many gifts were sent; their numbers are 0 to Sent−1.
func (s *Storm) Sent() int64 { return s.next.Load() }

// Raging is closed when the first gift was acknowledged: a moment counted from
// there lies in the storm, however busy the machine is.
func (s *Storm) Raging() <-chan struct{} { return s.first }

// Statuses counts the answers by status; 0 stands for no answer.
func (s *Storm) Statuses() map[int]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.statuses)
}

// Run sends from all connections until the context ends. A connection that
// gets no answer tries its luck with the next gift a moment later.
func (s *Storm) Run(ctx context.Context, address string) {
	var wg sync.WaitGroup
	for range s.Connections {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := s.next.Add(1) - 1
				a, err := s.send(ctx, address, n)
				s.note(n, a, err)
				if err != nil || a.status >= 500 {
					pause(ctx, 5*time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	s.client.CloseIdleConnections()
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// reply is what the server said.
type reply struct {
	status   int
	body     string
	replayed bool
	after    string // Retry-After
	kind     string // Content-Type
}

func (s *Storm) note(n int64, a reply, err error) {
	if err == nil && a.status == http.StatusCreated {
		err = s.acks.add(n, a.body)
		s.once.Do(func() { close(s.first) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		a.status = 0
	}
	s.statuses[a.status]++
	switch {
	case a.status == 0 || a.status == http.StatusCreated:
	case a.status == http.StatusServiceUnavailable && a.after == "":
		s.differ("gift %d got 503 without Retry-After: %s", n, a.body)
	case !strings.HasPrefix(a.kind, "application/problem+json"):
		s.differ("gift %d got %d that is no problem+json: %s %.200s", n, a.status, a.kind, a.body)
	case a.status == http.StatusInternalServerError:
		s.differ("gift %d got 500: %.300s", n, a.body)
	}
}

const maxDifferences = 20

// differ notes what should not be; the caller holds mu.
func (s *Storm) differ(format string, args ...any) {
	if len(s.wrong) < maxDifferences {
		s.wrong = append(s.wrong, s.Name+": "+fmt.Sprintf(format, args...))
	}
}

// mix spreads a number over all others.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

var stormItems = []string{"spark", "rose", "clap", "popcorn"}

// request makes the request of a gift from its number.
func (s *Storm) request(ctx context.Context, address string, n int64) (*http.Request, error) {
	chance := mix(s.Seed ^ uint64(n)<<1)
	pick := func(n int) int {
		chance = mix(chance)
		return int(chance % uint64(n))
	}
	body := fmt.Sprintf(`{"gift":%q,"target":%q,"quantity":%d}`, stormItems[pick(len(stormItems))], s.World.Targets[pick(len(s.World.Targets))], 1+pick(3))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/v1/gifts", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.World.Key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Ovation-Person", s.World.Fans[pick(len(s.World.Fans))])
	req.Header.Set("Idempotency-Key", s.Key(n))
	return req, nil
}

func (s *Storm) send(ctx context.Context, address string, n int64) (reply, error) {
	req, err := s.request(ctx, address, n)
	if err != nil {
		return reply{}, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, string(body), res.Header.Get("Idempotent-Replay") == "true", res.Header.Get("Retry-After"), res.Header.Get("Content-Type")}, err
}

// Replay asks for every gift of the storm again. What was acknowledged must be
// answered as it was, byte by byte, and as a replay; what was not is decided
// now. It returns how many were given for the first time.
func (s *Storm) Replay(ctx context.Context, address string) (fresh int64, err error) {
	first, err := s.acks.read()
	if err != nil {
		return 0, err
	}
	var given, next atomic.Int64
	var wg sync.WaitGroup
	for range s.Connections {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < s.Sent() && ctx.Err() == nil; n = next.Add(1) - 1 {
				a, err := s.send(ctx, address, n)
				if !a.replayed && a.status == http.StatusCreated {
					given.Add(1)
				}
				s.compare(n, first, a, err)
			}
		})
	}
	wg.Wait()
	s.client.CloseIdleConnections()
	return given.Load(), ctx.Err()
}

func (s *Storm) compare(n int64, first map[int64]string, a reply, err error) {
	was, acked := first[n]
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		s.differ("asking for gift %d again: %v", n, err)
	case a.status != http.StatusCreated:
		s.differ("gift %d (acknowledged: %v) is answered with %d now: %.300s", n, acked, a.status, a.body)
	case acked && !a.replayed:
		s.differ("gift %d was acknowledged and was given once more", n)
	case acked && a.body != was:
		s.differ("gift %d is answered differently now:\n  first %s\n  now   %s", n, was, a.body)
	}
}

// Acked returns the numbers and answers of the acknowledged gifts, as the
// file has them.
func (s *Storm) Acked() (map[int64]string, error) { return s.acks.read() }

// Wrong returns what was answered that should not have been.
func (s *Storm) Wrong() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.wrong...)
}

// Close closes the file of acknowledgements.
func (s *Storm) Close() error { return s.acks.close() }

var errShortLine = errors.New("sim: a line of the acknowledgements has no number")

func parseAck(line []byte) (n int64, body string, err error) {
	number, rest, ok := bytes.Cut(line, []byte{' '})
	if !ok {
		return 0, "", errShortLine
	}
	n, err = strconv.ParseInt(string(number), 10, 64)
	return n, string(rest), err
}
