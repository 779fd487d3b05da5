package api

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

// The functions of this file let the pages stand behind the same gate as the
// operations: one request id, one log, one set of numbers and of limits.

// classStream is the class of pages that go on for as long as somebody
// listens. They have the limits of reading.
const classStream = "stream"

// Frame puts a handler that is not of the API into the frame of all requests:
// id, security headers, log, numbers, and a problem for a panic. route is its
// name in the numbers and the log, class that of its limits; a class that
// there is not counts as writing.
func (a *API) Frame(route, class string, next http.Handler) http.Handler {
	op := a.pseudo(route)
	op.stream = class == classStream
	switch {
	case op.stream:
		op.class = a.classes[classRead]
	case a.classes[class] != nil:
		op.class = a.classes[class]
	default:
		op.class = a.classes[classWrite]
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := a.begin(w, r)
		defer a.end(x)
		x.op, x.request = op, r
		defer a.bind(x)()
		r = r.WithContext(x)
		if op.stream {
			leave, err := a.beginStream(x, r)
			if err != nil {
				a.fail(x, err)
				return
			}
			defer leave()
		}
		next.ServeHTTP(&x.out, r)
	})
}

// Admit refuses a request inside a Frame that can not be answered at the
// moment: the server goes, or has too much to do.
func (a *API) Admit(r *http.Request) error {
	if a.draining.Load() {
		return going()
	}
	return a.sane(r)
}

// Visitor tells who a request inside a Frame is from, nil for nobody known,
// and takes it from the limits of its class.
func (a *API) Visitor(r *http.Request, who *people.Visit) error {
	x := exchangeOf(r.Context())
	if x == nil {
		return nil
	}
	if who == nil {
		return a.limitAddress(x, r, x.op.class)
	}
	x.caller = Caller{Caller: who.Caller(), Session: who.Session.ID, Person: who.Person.ID}
	return a.limitCaller(x)
}

// Status is StatusOf, for those who do not know this package.
func (*API) Status(code fault.Code) int { return StatusOf(code) }

// Address returns where a request comes from, behind the proxies that are
// trusted.
func (a *API) Address(r *http.Request) string {
	if addr := a.client(r); addr.IsValid() {
		return addr.String()
	}
	return r.RemoteAddr
}
