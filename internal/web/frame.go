package web

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
)

// contentPolicy is what a page may load and do. Posters and clips may stand on other
// hosts, as content allows; everything else is ours.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; media-src 'self' https:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxForm bounds what a form may send, in bytes.
const maxForm = 64 << 10

// requestIDHeader carries the id under which a problem is found in the log;
// the gate sets it.
const requestIDHeader = "Request-Id"

// frame does what is the same for every request.
func (s *site) frame(class, pattern string, next http.Handler) http.Handler {
	inner := s.guard.Handler(next)
	return s.cfg.Gate.Frame(pattern, class, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		}
		inner.ServeHTTP(w, r)
	}))
}

// fromElsewhere answers what another site has made the browser send.
func fromElsewhere(*visit) error {
	return fault.New(fault.CsrfFailed, "The browser says that another site has caused this request. Nothing was changed; do it from a page of this site.")
}

// handler answers one request. What it returns is shown as a problem.
type handler func(*visit) error

// handle makes a handler one of net/http: it finds out who asks and whether
// they may, and turns errors into pages.
func (s *site) handle(h handler) http.Handler {
	return s.bare(func(v *visit) error {
		if err := s.cfg.Gate.Admit(v.r); err != nil {
			return err
		}
		if err := v.whoIsIt(); err != nil {
			return err
		}
		if err := s.cfg.Gate.Visitor(v.r, v.person); err != nil {
			return err
		}
		if err := v.readAddress(); err != nil {
			return err
		}
		if err := v.readForm(); err != nil {
			return err
		}
		return h(v)
	})
}

// bare makes a handler one of net/http that does not ask who it is. Errors and
// panics become pages.
func (s *site) bare(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.begin(w, r)
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				s.log.Error("a page panicked", "request", v.requestID(), "route", r.Pattern, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				v.fail(fmt.Errorf("web: panic: %v", p))
			}
		}()
		if err := h(v); err != nil {
			v.fail(err)
		}
	})
}

// isText reports whether it is text that a database takes.
func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func notText(s string) bool { return !isText(s) }

// readAddress refuses an address with bytes in it that are no text: nothing here
// has such a name, and no database takes one.
func (v *visit) readAddress() error {
	if !isText(v.r.URL.Path) {
		return fault.New(fault.NotFound, "There is no page at this address.")
	}
	for name, values := range v.r.URL.Query() {
		if !isText(name) || slices.ContainsFunc(values, notText) {
			return fault.New(fault.InvalidParameter, "The address holds bytes that are no text. Go back to the page, and follow its links.")
		}
	}
	return nil
}

// readForm reads the form that was posted. One that is too large, or that
// holds a card number, is refused before any of it is used. Passwords are
// nobody's to look at, and a form's own key is ours.
func (v *visit) readForm() error {
	if v.r.Method != http.MethodPost {
		return nil
	}
	err := v.r.ParseForm()
	if err == nil {
		if err = v.r.ParseMultipartForm(maxForm); errors.Is(err, http.ErrNotMultipart) {
			err = nil // most forms are not
		}
	}
	if err != nil {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return tooLarge
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fault.Wrap(err, fault.RequestTimeout, "The form did not arrive in time. Nothing was changed; send it again.")
		}
		return fault.Wrap(err, fault.InvalidParameter, "The form can not be read. Nothing was changed.")
	}
	for name, values := range v.r.PostForm {
		if !isText(name) || slices.ContainsFunc(values, notText) {
			return fault.New(fault.InvalidParameter, "The form holds bytes that are no text. Nothing was changed; type it again.")
		}
		if name != "password" && name != "present" && name != "key" && slices.ContainsFunc(values, payment.HoldsCardNumber) {
			return fault.New(fault.CardDataNotAccepted, "This looks like a card number. It was not kept. Cards are entered on the payment provider's page alone.")
		}
	}
	return nil
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

// nowhere answers for addresses that are none, and for methods that an address
// does not have.
func nowhere(v *visit) error {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		asked := v.r.Clone(v)
		asked.Method = method
		if _, pattern := v.site.mux.Handler(asked); pattern != "/" && pattern != profilePattern {
			allow = append(allow, method)
			if method == http.MethodGet {
				allow = append(allow, http.MethodHead)
			}
		}
	}
	if len(allow) == 0 {
		return fault.New(fault.NotFound, "There is no page at this address.")
	}
	list := strings.Join(allow, ", ")
	v.w.Header().Set("Allow", list)
	return fault.New(fault.MethodNotAllowed, "This address can be asked with %s.", list)
}
