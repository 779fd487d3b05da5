package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the numbers of the edge. A label is a route or a class of
// statuses, never a person: there are too many of them, and it is nobody's
// business.
type metrics struct {
	registry *prometheus.Registry
	duration *prometheus.HistogramVec
}

func newMetrics(registry *prometheus.Registry, inFlight *atomic.Int64) (*metrics, error) {
	m := &metrics{registry: registry, duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "ovation_http_request_duration_seconds",
		Help: "How long requests took from their header to the end of the answer.",
		Buckets: []float64{
			.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20,
		},
	}, []string{"route", "status"})}
	for _, c := range []prometheus.Collector{
		m.duration,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "ovation_http_requests_in_flight",
			Help: "How many requests are worked on, without streams.",
		}, func() float64 { return float64(inFlight.Load()) }),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(c); err != nil {
			if _, twice := err.(prometheus.AlreadyRegisteredError); twice { //nolint:errorlint // it is never wrapped
				continue // the program collects its own numbers in the same registry
			}
			return nil, fmt.Errorf("api: registering the numbers: %w", err)
		}
	}
	return m, nil
}

// watch looks the operation's counters up once, so that no request has to.
func (m *metrics) watch(op *operation) {
	for class := 1; class < len(op.duration); class++ {
		op.duration[class] = m.duration.WithLabelValues(op.route, strconv.Itoa(class)+"xx")
	}
}

// Admin answers /metrics, /healthz and /readyz for the listener that only the
// operator reaches.
func (a *API) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeHealth(w, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { writeHealth(w, a.isReady(r.Context())) })
	return mux
}

// health says whether the process lives: it answers, so it does.
func (a *API) health(w http.ResponseWriter, _ *http.Request) error {
	writeHealth(w, nil)
	return nil
}

// readyPage says whether the instance can serve, for a balancer.
func (a *API) readyPage(w http.ResponseWriter, r *http.Request) error {
	writeHealth(w, a.isReady(r.Context()))
	return nil
}

func writeHealth(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("not ready\n")) // why is in the log
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// readiness is the last answer of Config.Ready.
type readiness struct {
	mu    sync.Mutex
	asked time.Time
	err   error
}

// How often and how long the instance is asked whether it is ready.
const (
	readyFor    = time.Second
	readyWithin = 5 * time.Second
)

// errDraining is why an instance that is going is not ready.
var errDraining = fmt.Errorf("api: the server is shutting down")

// isReady asks Config.Ready, but not more than once a second.
func (a *API) isReady(ctx context.Context) error {
	if a.draining.Load() {
		return errDraining
	}
	if a.cfg.Ready == nil {
		return nil
	}
	a.ready.mu.Lock()
	defer a.ready.mu.Unlock()
	if now := time.Now(); now.Sub(a.ready.asked) >= readyFor {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWithin)
		defer cancel()
		a.ready.err = a.cfg.Ready(ctx)
		a.ready.asked = time.Now()
		if a.ready.err != nil {
			a.log.Warn("not ready", "error", a.ready.err)
		}
	}
	return a.ready.err
}
