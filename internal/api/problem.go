package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/fault"
)

// Problem is the answer to a request that did not succeed (RFC 9457).
type Problem struct {
	Type      string         `json:"type" doc:"The address of a page that says what the code means and what to do" example:"/problems/insufficient_balance"`
	Title     string         `json:"title" doc:"The code in a few words"`
	Status    int            `json:"status" doc:"The HTTP status; one code has one status"`
	Detail    string         `json:"detail" doc:"This case: what is wrong, its numbers, the next step; in the language of Accept-Language (en, fr)"`
	Instance  string         `json:"instance" doc:"The request, as the operator's log names it" example:"urn:request:req_01kgw1ptrhe8zr2b7a5y3c9dxm"`
	Code      string         `json:"code" doc:"The stable name of the problem, for programs" example:"insufficient_balance"`
	Retryable bool           `json:"retryable" doc:"Whether the same request, with the same Idempotency-Key, may succeed later"`
	Errors    []ProblemField `json:"errors,omitempty" doc:"Every wrong part of the request at once"`

	extra      map[string]any
	retryAfter time.Duration
}

// ProblemField is one wrong part of a request.
type ProblemField struct {
	Pointer string `json:"pointer" doc:"A JSON pointer into the body, or the name of the parameter" example:"/quantity"`
	Code    string `json:"code" doc:"What is wrong with it, for programs" example:"amount_out_of_range"`
	Detail  string `json:"detail" doc:"What is wrong with it, for people"`
}

// problemType is the media type of every Problem.
const problemType = "application/problem+json"

// Error implements error; it tells no more than the client sees.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus tells the library the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells the library the media type.
func (p *Problem) ContentType(string) string { return problemType }

// plainProblem has the fields of a Problem and nothing else.
type plainProblem Problem

// MarshalJSON writes the members of the document and those of the case.
func (p *Problem) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	if err := encode(&b, (*plainProblem)(p)); err != nil {
		return nil, err
	}
	b.Truncate(b.Len() - len("}\n"))
	names := make([]string, 0, len(p.extra))
	for name := range p.extra {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		var value bytes.Buffer
		if slices.Contains(problemMembers, name) || encode(&value, p.extra[name]) != nil {
			continue // the document stands without it
		}
		b.WriteByte(',')
		b.WriteString(strconv.Quote(name))
		b.WriteByte(':')
		b.Write(bytes.TrimSuffix(value.Bytes(), []byte("\n")))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// problemMembers are the names that a fault's data can not take.
var problemMembers = []string{"type", "title", "status", "detail", "instance", "code", "retryable", "errors"}

// encode writes JSON as all answers are written: one line, no escaped HTML.
func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Explain turns any error into what may be told about it, and writes those
// that are ours into the log. Pages show the same detail and request id.
func (a *API) Explain(ctx context.Context, err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	f := faultOf(err)
	o, known := outcomes[f.Code]
	if !known {
		f = fault.Wrap(err, fault.Internal, unexpected)
		o = outcomes[fault.Internal]
	}
	l, id := LanguageOf(ctx), RequestID(ctx)
	if o.status >= 500 {
		level := slog.LevelError
		if o.status == http.StatusServiceUnavailable {
			level = slog.LevelWarn // our own refusals: busy, closing, read only
		}
		a.log.LogAttrs(ctx, level, "request failed", slog.String("request_id", id), slog.String("code", string(f.Code)), slog.Any("error", err))
	}
	p := &Problem{
		Type: "/problems/" + string(f.Code), Title: helpFor(l, f.Code).title, Status: o.status,
		Detail: translate(l, f.Detail), Instance: "urn:request:" + id, Code: string(f.Code), Retryable: o.retryable,
		Errors: fieldsIn(l, f.Fields), extra: membersOf(l, f), retryAfter: f.RetryAfter,
	}
	if things, ok := p.extra["missing"].([]string); ok {
		p.Detail = dueDetail(l, things)
	}
	if p.Detail == "" {
		p.Detail = summary(l, f.Code, p.Errors)
	}
	if p.retryAfter == 0 && o.retryable && (o.status == http.StatusTooManyRequests || o.status == http.StatusServiceUnavailable || f.Code == fault.IdempotencyInProgress) {
		p.retryAfter = time.Second
	}
	return p
}

// unexpected is all that is told about an error that is no fault.
const unexpected = "Something went wrong on our side, and it was written down. Send the request again with the same key; if it goes on, tell the operator the request's id."

// faultOf turns an error into a fault: itself, or the one that fits.
func faultOf(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.BodyTooLarge, "The body is larger than the %d bytes that are accepted here.", tooLarge.Limit)
	}
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() && !errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(err, fault.RequestTimeout, "The body did not arrive in time. Nothing was changed; send it again with the same key.")
	}
	switch {
	case errors.Is(err, context.Canceled):
		return fault.Wrap(err, fault.RequestTimeout, "The connection was closed before the answer was ready. Send the request again with the same key to learn what became of it.")
	case errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(err, fault.Overloaded, "The answer was not ready in time. Send the request again with the same key to learn what became of it.")
	}
	return fault.Wrap(err, fault.Internal, unexpected)
}

// summary is the detail of a problem that only lists wrong fields.
func summary(l Language, code fault.Code, fields []ProblemField) string {
	switch len(fields) {
	case 0:
		return helpFor(l, code).means
	case 1:
		return fields[0].Pointer + ": " + fields[0].Detail
	}
	if l == French {
		return strconv.Itoa(len(fields)) + " parties de la requête sont incorrectes ; chacune est citée dans errors."
	}
	return strconv.Itoa(len(fields)) + " parts of the request are wrong; each is listed in errors."
}

// prepare sets the headers that belong to a problem.
func (p *Problem) prepare(h http.Header, l Language) {
	h["Content-Language"] = contentLanguage[l]
	h["Content-Type"] = problemContentType
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		challenge := `Bearer realm="ovation"`
		if p.Code != string(fault.AuthRequired) {
			challenge += `, error="invalid_token"`
		}
		h.Set("WWW-Authenticate", challenge)
	}
}

var (
	problemContentType = []string{problemType}
	contentLanguage    = [][]string{English: {"en"}, French: {"fr"}}
)

// fail answers the request with the problem of err. When the answer has
// begun already the connection is cut, so that nobody takes it for whole.
func (a *API) fail(x *exchange, err error) {
	p := a.Explain(x, err)
	if x.out.status != 0 {
		a.log.LogAttrs(x, slog.LevelWarn, "answer cut short", slog.String("request_id", x.id), slog.String("code", p.Code))
		panic(http.ErrAbortHandler)
	}
	p.prepare(x.out.Header(), x.lang)
	x.out.WriteHeader(p.Status)
	_ = encode(&x.out, p) // the client is gone if this fails
}

// Fail answers a request inside a Frame with the problem of err.
func (a *API) Fail(_ http.ResponseWriter, r *http.Request, err error) {
	if x := exchangeOf(r.Context()); x != nil {
		a.fail(x, err)
	}
}

// fromLibrary turns what the library found wrong by itself into a Problem.
// The operation's own checks come first, so this is the net below them. What
// the client sent is in errs and stays there.
func fromLibrary(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
	if ctx == nil { // asked for an example of an error, to document it
		return &Problem{Status: status}
	}
	x := exchangeOf(ctx.Context())
	var err error
	for _, e := range errs {
		if _, ok := errors.AsType[*Problem](e); ok || fault.CodeOf(e) != "" {
			err = e
		}
	}
	switch {
	case err != nil:
	case status == http.StatusUnprocessableEntity || status == http.StatusBadRequest:
		f := fault.New(fault.ValidationFailed, "")
		for _, e := range errs {
			if d, ok := errors.AsType[*huma.ErrorDetail](e); ok {
				f = f.At(pointerOf(d.Location), fault.ValidationFailed, "This does not have the documented form.")
			}
		}
		err = f
	case status == http.StatusNotAcceptable:
		err = notAcceptable()
	case status == http.StatusRequestEntityTooLarge:
		err = &http.MaxBytesError{Limit: x.op.maxBody}
	default:
		err = errors.Join(errs...)
		if err == nil {
			err = errors.New("api: the library answered with status " + strconv.Itoa(status))
		}
	}
	p := x.api.Explain(x, err)
	p.prepare(x.out.Header(), x.lang)
	return p
}
