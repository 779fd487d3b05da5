package api

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// RequestIDHeader carries the request's id in every answer.
const RequestIDHeader = "Request-Id"

// Headers that every answer has. The values are shared: nobody appends to a
// slice whose capacity is used up, and Set replaces it.
var (
	nosniff      = []string{"nosniff"}
	noReferrer   = []string{"no-referrer"}
	noStore      = []string{"no-store"}
	sameOrigin   = []string{"same-origin"}
	nothingLoads = []string{"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}
	denied       = []string{"DENY"}
	onlyTLS      = []string{"max-age=63072000; includeSubDomains"}
)

// begin opens an exchange: the id, the language, the headers of every answer.
func (a *API) begin(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{Context: r.Context(), api: a, started: time.Now()}
	x.out = writer{ResponseWriter: w, x: x}
	x.id = a.ids.New(id.KindRequest, x.started)
	x.lang = languageOf(r.Header.Get("Accept-Language"))
	x.op = a.unmatched
	h := w.Header()
	h[RequestIDHeader] = []string{x.id}
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = noReferrer
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	h["X-Frame-Options"] = denied
	h["Content-Security-Policy"] = nothingLoads
	h["Cache-Control"] = noStore
	if a.cfg.Secure {
		h["Strict-Transport-Security"] = onlyTLS
	}
	a.inFlight.Add(1)
	return x
}

// end closes an exchange: a panic becomes a problem, the numbers and the log
// learn how it went. It is deferred, so that it sees every way out.
func (a *API) end(x *exchange) {
	p := recover()
	if !x.uncounted {
		a.inFlight.Add(-1)
	}
	if p != nil && !isAbort(p) {
		a.log.LogAttrs(x, slog.LevelError, "panic", slog.String("request_id", x.id), slog.String("route", x.op.route),
			slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
		if x.out.status == 0 {
			a.fail(x, fault.New(fault.Internal, unexpected))
			p = nil
		} else {
			p = http.ErrAbortHandler
		}
	}
	a.release(x)
	took := time.Since(x.started)
	x.op.observe(x.out.status, took)
	a.access(x, took)
	a.remember(x, took)
	if p != nil {
		panic(p)
	}
}

// isAbort reports whether a panic is the wish to cut the connection.
func isAbort(p any) bool {
	err, ok := p.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// access writes the line of the log: no addresses, no bodies, no secrets, no
// names. The route is the pattern, so an id or a signed path is not told.
func (a *API) access(x *exchange, took time.Duration) {
	level := slog.LevelInfo
	if x.out.status >= 500 {
		level = slog.LevelError
	}
	if !a.log.Enabled(x, level) {
		return
	}
	a.log.LogAttrs(x, level, "request",
		slog.String("request_id", x.id),
		slog.String("route", x.op.route),
		slog.Int("status", x.out.status),
		slog.Int64("took_us", took.Microseconds()),
		slog.Int64("bytes", x.out.bytes),
		slog.String("caller", x.caller.name()))
}

// ServeHTTP answers a request to the API.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := a.begin(w, r)
	defer a.end(x)
	if err := a.sane(r); err != nil {
		a.fail(x, err)
		return
	}
	r = r.WithContext(x)
	x.request = r
	op, allow := a.router.find(r)
	if op == nil {
		a.fail(x, a.nowhere(x, allow))
		return
	}
	x.op = op
	if a.draining.Load() && !op.always {
		a.fail(x, going())
		return
	}
	if err := a.serve(x, r); err != nil {
		a.fail(x, err)
	}
}

// sane refuses what nothing here could answer.
func (a *API) sane(r *http.Request) error {
	if a.inFlight.Load() > a.cfg.MaxInFlight {
		return fault.New(fault.Overloaded, "The server has too many requests at once. Nothing was changed; send the request again with the same key in a moment.")
	}
	if a.cfg.Hosts != nil && !a.hosts(r.Host) {
		return fault.New(fault.OriginNotAllowed, "This sandbox is not asked by this name. Open it at %s, or start it with --url and the address that you want to use.", cmp.Or(a.cfg.Services.PublicURL, "localhost"))
	}
	if r.URL.Host != "" { // the request line held a whole address
		return fault.New(fault.InvalidParameter, "Send the path alone in the request line, and the host in the header Host.")
	}
	return nil
}

// hosts reports whether the header Host has a name of this machine or one of
// the configured ones, with any port.
func (a *API) hosts(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	if addr, err := netip.ParseAddr(name); err == nil && addr.Unmap().IsLoopback() {
		return true
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || slices.Contains(a.cfg.Hosts, name)
}

// going is the answer of a server that shuts down.
func going() error {
	return fault.New(fault.Maintenance, "The server is shutting down. Nothing was changed; send the request again with the same key in a moment.")
}

// nowhere is the answer to a path or method that no operation has.
func (a *API) nowhere(x *exchange, allow []string) error {
	if len(allow) == 0 {
		return fault.New(fault.NotFound, "There is nothing at this address. The list of operations is at /docs/api.")
	}
	list := strings.Join(allow, ", ")
	x.out.Header().Set("Allow", list)
	return fault.New(fault.MethodNotAllowed, "This address can be asked with %s.", list)
}
