package sandbox

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
)

// The keys that the sandbox has when none are given. They open nothing else.
const (
	DefaultSecretKey     = "sk_test_sandbox_ovation"
	DefaultWebhookSecret = "whsec_sandbox_ovation"
)

// Config says how a sandbox is set up.
type Config struct {
	// Clock decides what is due. Required.
	Clock clock.Clock
	// DB keeps the objects; open it with OpenDB. nil keeps them in memory.
	DB *db.DB
	// BaseURL is where browsers reach the hosted pages, without a path. Empty:
	// taken from each request's Host.
	BaseURL string
	// WebhookURL receives the events; empty means that nobody listens.
	WebhookURL string
	// WebhookSecret signs them; empty means DefaultWebhookSecret.
	WebhookSecret string
	// SecretKey is what the API asks for; empty means DefaultSecretKey.
	SecretKey string
	// Country is the platform's; empty means US.
	Country string
	// Seed makes ids and chance repeatable; 0 means random.
	Seed uint64
	// Client delivers webhooks; nil means one that waits 20 seconds.
	Client *http.Client
}

// Server is the sandbox. It is an http.Handler and is safe for concurrent
// use. Serve it at the root of an address of its own.
type Server struct {
	cfg   Config
	mux   *http.ServeMux
	pages *template.Template
	hooks *http.Client
	wake  chan struct{} // something may be due

	mu    sync.Mutex // guards state, hook and everything that requests change
	state *state
	hook  string // the webhook URL

	misc     sync.Mutex // guards what follows
	rnd      *rand.Rand
	inflight map[string]bool
	faults   []*Fault
	release  chan struct{} // closed to let held requests go on

	ticking sync.Mutex // one Tick at a time
}

// New sets up a sandbox and reads what an earlier run has stored.
func New(cfg Config) (*Server, error) {
	if cfg.Clock == nil {
		return nil, errors.New("sandbox: Config.Clock is required")
	}
	orDefault(&cfg.SecretKey, DefaultSecretKey)
	orDefault(&cfg.WebhookSecret, DefaultWebhookSecret)
	orDefault(&cfg.Country, "US")
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	s := &Server{cfg: cfg, hook: cfg.WebhookURL, hooks: cfg.Client, wake: make(chan struct{}, 1),
		state: newState(cfg.DB), inflight: map[string]bool{}, release: make(chan struct{})}
	if s.hooks == nil {
		s.hooks = &http.Client{Timeout: 20 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if err := s.state.load(context.Background()); err != nil {
		return nil, err
	}
	// The birth number of the newest object goes into the seed, so that a
	// restart with the same seed does not make the same ids again.
	seed := rand.NewPCG(cfg.Seed, uint64(s.state.seq))
	if cfg.Seed == 0 {
		seed = rand.NewPCG(rand.Uint64(), rand.Uint64())
	}
	s.rnd = rand.New(seed)
	pages, err := template.ParseFS(pageFiles, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("sandbox: reading its pages: %w", err)
	}
	s.pages = pages
	s.mux = s.routes()
	return s, nil
}

func orDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// ServeHTTP answers the API, the hosted pages and the control API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// SetWebhookURL changes where events go from now on; empty sends none.
func (s *Server) SetWebhookURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = url
}

// Run does what becomes due until ctx ends: after each request that left work
// behind, when the clock is moved, and at least once a second. What could not
// be stored, because the disk is full, is due again at the next beat.
func (s *Server) Run(ctx context.Context) error {
	if moves, ok := s.cfg.Clock.(interface{ OnMove(func()) }); ok {
		moves.OnMove(s.poke)
	}
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for {
		_, _ = s.Tick(ctx) // see above
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-beat.C:
		}
	}
}

// poke lets Run look for due work without waiting for its beat.
func (s *Server) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// within runs fn on an overlay, commits it and wakes the deliveries. It is
// how pages, Tick and the control API change anything.
func (s *Server) within(ctx context.Context, fn func(*call) *problem) *problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Clock.Now()
	c := &call{srv: s, params: &params{}, change: s.state.begin(), at: now, now: now.Unix()}
	p := fn(c)
	if p == nil {
		p = c.crash
	}
	if p != nil && !p.keep {
		return p
	}
	if err := c.commit(ctx); err != nil {
		return broken(err)
	}
	if len(c.recs) > 0 { // else Run, whose Tick comes by here, would wake itself for ever
		s.poke()
	}
	return p
}

const idLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID makes an id of Stripe's form: a prefix and 24 letters.
func (s *Server) newID(prefix string) string { return prefix + "_" + s.letters(24) }

func (s *Server) letters(n int) string {
	s.misc.Lock()
	defer s.misc.Unlock()
	b := make([]byte, n)
	for i := range b {
		b[i] = idLetters[s.rnd.IntN(len(idLetters))]
	}
	return string(b)
}
