package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/idem"
)

// exchange is one request and its answer. It is the request's context and
// what everything on its way learns about it, in one allocation.
type exchange struct {
	context.Context

	api     *API
	out     writer
	op      *operation
	request *http.Request
	key     string // Idempotency-Key of an operation that wants one
	id      string // req_…
	started time.Time
	lang    Language
	caller  Caller
	body    []byte        // read and checked; valid until the handler returns
	buf     *bytes.Buffer // holds body, goes back to the pool
	call    *idem.Call    // of an operation that is answered once

	uncounted bool // a stream, which is not among the requests at work
}

// exchangeKey finds the exchange in a context.
type exchangeKey struct{}

// Value returns the exchange itself under its key, and to the audit log who
// acts: the key or the person whose secret was sent, not whom it acts for.
func (x *exchange) Value(key any) any {
	switch key.(type) {
	case exchangeKey:
		return x
	case audit.OriginKey:
		return audit.Origin{Actor: x.caller.ID(), Self: string(x.caller.Caller.Person), Request: x.id}
	}
	return x.Context.Value(key)
}

// exchangeOf returns the exchange that a context belongs to, or nil.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.(*exchange); ok {
		return x
	}
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// CallerOf returns who sent the request. Outside of a request it is nobody.
func CallerOf(ctx context.Context) Caller {
	if x := exchangeOf(ctx); x != nil {
		return x.caller
	}
	return Caller{}
}

// RequestID returns the request's id (req_…), or "".
func RequestID(ctx context.Context) string {
	if x := exchangeOf(ctx); x != nil {
		return x.id
	}
	return ""
}

// LanguageOf returns the language that the request asks for.
func LanguageOf(ctx context.Context) Language {
	if x := exchangeOf(ctx); x != nil {
		return x.lang
	}
	return English
}

// Body returns the request's body as it came, read and checked against the
// operation's schema. It is valid until the handler returns.
func Body(ctx context.Context) []byte {
	if x := exchangeOf(ctx); x != nil {
		return x.body
	}
	return nil
}

// writer watches what is answered.
type writer struct {
	http.ResponseWriter
	x      *exchange
	status int   // 0 until the header was written
	bytes  int64 // of the body
}

// WriteHeader writes the header once; a second status is not written.
func (w *writer) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	if status >= 200 { // 1xx come before the answer
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the body.
func (w *writer) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom lets a file go out without being copied through this program.
func (w *writer) ReadFrom(from io.Reader) (int64, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := io.Copy(w.ResponseWriter, from)
	w.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController find what the connection can do.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// SetReadDeadline sets the deadline on the connection for operations that
// read their own stream. All others have been read to their end when the
// library below asks for it, and the server's own deadline holds.
func (w *writer) SetReadDeadline(t time.Time) error {
	if w.x.op == nil || !w.x.op.stream {
		return nil
	}
	return http.NewResponseController(w.ResponseWriter).SetReadDeadline(t)
}
