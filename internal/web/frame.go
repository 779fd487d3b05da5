package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// policy is what a page may load and do. Posters and clips may stand on other
// hosts, as content allows; everything else is ours.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; media-src 'self' https:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxForm bounds what a form may send, in bytes.
const maxForm = 64 << 10

// requestIDHeader carries the id under which a problem is found in the log.
const requestIDHeader = "X-Request-Id"

// frame does what is the same for every request.
func (s *site) frame(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(s.handle(func(*visit) error {
		return fault.New(fault.CsrfFailed, "The browser says that another site has caused this request. Nothing was changed; do it from a page of this site.")
	}))
	inner := guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set(requestIDHeader, s.ids.New(id.KindRequest, time.Now()))
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
		if s.cfg.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		}
		inner.ServeHTTP(w, r)
	})
}

// handler answers one request. What it returns is shown as a problem.
type handler func(*visit) error

// handle makes a handler one of net/http: it finds out who asks, and turns
// errors and panics into pages.
func (s *site) handle(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.begin(w, r)
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				s.log.Error("a page panicked", "request", v.requestID(), "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				v.fail(fmt.Errorf("web: panic: %v", p))
			}
		}()
		err := v.whoIsIt()
		if err == nil {
			err = h(v)
		}
		if err != nil {
			v.fail(err)
		}
	})
}

// signedIn lets in who is signed in; others sign in first and come back.
func signedIn(h handler) handler {
	return func(v *visit) error {
		if v.person == nil {
			if v.r.Method != http.MethodGet {
				return fault.New(fault.AuthRequired, "You are signed out. Sign in, and do it again; nothing was changed.")
			}
			return v.redirect("/sign-in?" + query("to", v.r.URL.RequestURI()))
		}
		return h(v)
	}
}

// nowhere answers for addresses that are none.
func nowhere(v *visit) error {
	return fault.New(fault.NotFound, "There is no page at this address.")
}
