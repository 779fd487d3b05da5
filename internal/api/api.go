package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Config is what the API is made of.
type Config struct {
	// Auth tells who a request is from; nil means Directory(Services.People).
	Auth Authenticator
	// Services are the products behind the operations.
	Services Services
	// Log takes one line for each request and each fault of ours; nil
	// discards them.
	Log *slog.Logger
	// IDs makes the ids of requests; nil means a randomly seeded one.
	IDs *id.Maker
	// CursorKeys sign the cursors of lists: the first signs, all of them are
	// accepted, so that a key can be renewed. Each has 32 bytes or more.
	// Required.
	CursorKeys [][]byte
	// Secure says that clients come over TLS: the session's cookie gets its
	// __Host- name and answers ask for TLS from then on.
	Secure bool
	// TrustedOrigins are sites beside this one from which a browser may write
	// with the session's cookie, such as "https://studio.example.org".
	TrustedOrigins []string
	// Hosts are the names by which a sandbox may be asked, beside those of the
	// machine itself; nil lets any name in. A sandbox signs whoever asks in as
	// anybody, so a web site that points its own name at this machine (DNS
	// rebinding) must not be answered: the browser takes it for one site with
	// ours. Where people sign in with a password it would gain nothing, and a
	// proxy may ask by a name that is nobody's business.
	Hosts []string
	// TrustedProxies are the addresses that X-Forwarded-For is believed from.
	TrustedProxies []netip.Prefix
	// Limits are the classes of rate limits; nil means DefaultLimits.
	Limits []Class
	// NoLimits switches the rate limits off, for measuring.
	NoLimits bool
	// StreamsPerAddress is how many streams one address may have open at once;
	// 0 means 100.
	StreamsPerAddress int
	// MaxInFlight is how many requests are worked on at once; 0 means 16384.
	MaxInFlight int64
	// Ready returns why the instance can not serve at the moment, or nil; it
	// is asked at most once a second. nil means always ready.
	Ready func(context.Context) error
	// Registry collects the numbers; nil means a new one.
	Registry *prometheus.Registry
}

// API answers the requests under /v1 and the pages about them. It is safe
// for concurrent use.
type API struct {
	cfg     Config
	log     *slog.Logger
	ids     *id.Maker
	cookie  string
	csrf    *http.CrossOriginProtection
	classes map[string]*limitClass
	guess   *limitClass
	limiter *limiter // nil: no limits
	running running
	metrics *metrics
	ready   readiness

	router     router
	operations []*operation
	unmatched  *operation
	mistakes   []error

	lib      huma.API
	captured capture
	shapes   map[*huma.Schema]*shape
	giftItem *shape // of a batch
	openAPI  []byte
	shown    []fault.Code // that have a page
	viewer   []byte

	inFlight atomic.Int64
	recent   recent
	draining atomic.Bool
	streams  streams
}

// New makes the API with the operations of routes.go. It returns all mistakes
// in the configuration or the table at once.
func New(cfg Config) (*API, error) { return build(cfg, (*API).routes) }

// build makes an API with the operations of a table; tests have their own.
func build(cfg Config, routes func(*API)) (*API, error) {
	if cfg.Auth == nil {
		if cfg.Services.People == nil {
			return nil, errors.New("api: Config.Auth or Config.Services.People is required")
		}
		cfg.Auth = Directory(cfg.Services.People)
	}
	if len(cfg.CursorKeys) == 0 {
		return nil, errors.New("api: Config.CursorKeys is required")
	}
	for i, k := range cfg.CursorKeys {
		if len(k) < 32 {
			return nil, fmt.Errorf("api: Config.CursorKeys[%d] has %d bytes; 32 is the least", i, len(k))
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.IDs == nil {
		cfg.IDs = id.NewMaker(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	if cfg.MaxInFlight == 0 {
		cfg.MaxInFlight = 16384
	}
	if cfg.StreamsPerAddress == 0 {
		cfg.StreamsPerAddress = maxStreamsOfPlace
	}
	if cfg.Registry == nil {
		cfg.Registry = prometheus.NewRegistry()
	}
	a := &API{
		cfg: cfg, log: cfg.Log, ids: cfg.IDs, cookie: SessionCookie(cfg.Secure),
		csrf: http.NewCrossOriginProtection(), classes: map[string]*limitClass{},
		running: running{keys: map[runningKey]struct{}{}}, streams: newStreams(), shapes: map[*huma.Schema]*shape{},
	}
	for _, origin := range cfg.TrustedOrigins {
		if err := a.csrf.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("api: Config.TrustedOrigins: %w", err)
		}
	}
	if err := a.setLimits(); err != nil {
		return nil, err
	}
	var err error
	if a.metrics, err = newMetrics(cfg.Registry, &a.inFlight); err != nil {
		return nil, err
	}
	a.unmatched = a.pseudo("unmatched")
	a.lib = humago.New(&a.captured, libraryConfig())
	routes(a)
	if len(a.mistakes) > 0 {
		return nil, errors.Join(a.mistakes...)
	}
	return a, a.publish()
}

// setLimits prepares the classes; one that the configuration leaves out is as
// in DefaultLimits.
func (a *API) setLimits() error {
	for _, c := range append(DefaultLimits(), a.cfg.Limits...) {
		a.classes[c.Name] = newClass(c)
	}
	if len(a.classes) > len(DefaultLimits()) {
		return errors.New("api: Config.Limits names a class that no operation is in; see DefaultLimits for the names")
	}
	a.guess = a.classes[classGuess]
	if !a.cfg.NoLimits {
		a.limiter = newLimiter()
	}
	return nil
}

// pseudo is an operation that is in no table, for the log and the numbers.
func (a *API) pseudo(name string) *operation {
	op := &operation{route: name}
	a.metrics.watch(op)
	return op
}

// Handler answers everything under Prefixes.
func (a *API) Handler() http.Handler { return a }

// Prefixes are the paths that Handler answers; one that ends in a slash
// stands for everything below it.
func Prefixes() []string {
	return []string{"/v1/", "/openapi.json", "/docs/api", "/problems", "/problems/", "/healthz", "/readyz", "/webhooks/"}
}

// Before answers what is under Prefixes and leaves the rest to the pages. It
// does not tidy paths like http.ServeMux, which answers an untidy one by a
// redirection instead of a problem.
func (a *API) Before(pages http.Handler) http.Handler {
	prefixes := Prefixes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range prefixes {
			if r.URL.Path == p || (p[len(p)-1] == '/' && strings.HasPrefix(r.URL.Path, p)) {
				a.ServeHTTP(w, r)
				return
			}
		}
		pages.ServeHTTP(w, r)
	})
}

// Drain makes the server say that it is going: it is not ready any more, new
// requests get 503 maintenance with Retry-After, and streams end.
func (a *API) Drain() {
	a.draining.Store(true)
	a.streams.end()
}

// Server returns a server for the handler with the bounds that cut slow
// clients off. They are lifted for streams.
func Server(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return context.Background() },
	}
}

// Route is a line of the table, for tests that try every operation.
type Route struct {
	Method, Path, ID string
	Scope            Scope // "" when everybody may
	Role             Role
	ForPerson        bool // acts for a person
	HostOnly         bool
	Impersonal       bool // refuses to be done for a person
	Keyed            bool // wants an Idempotency-Key
	Body             bool // reads a JSON body
	Stream           bool
	MaxBody          int64 // bytes
}

// Routes returns the table.
func (a *API) Routes() []Route {
	all := make([]Route, len(a.operations))
	for i, op := range a.operations {
		all[i] = Route{
			Method: op.method, Path: op.path, ID: op.id, Scope: op.scope, Role: op.role, ForPerson: op.forPerson,
			HostOnly: op.hostOnly, Impersonal: op.impersonal, Keyed: op.keyed, Body: op.needsBody, Stream: op.stream, MaxBody: op.maxBody,
		}
	}
	return all
}
