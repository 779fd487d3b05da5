package api

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/ovationhq/ovation/internal/fault"
)

// serve takes a request through the checks of its operation, from the cheap
// to the dear, and to the handler. An error is the answer.
func (a *API) serve(x *exchange, r *http.Request) error {
	op := x.op
	defer a.bind(x)()
	if err := a.identify(x, r); err != nil {
		return err
	}
	if err := a.limitCaller(x); err != nil {
		return err
	}
	if err := op.permit(&x.caller); err != nil {
		return err
	}
	if err := a.speak(x, r); err != nil {
		return err
	}
	if op.keyed {
		var err error
		if x.key, err = keyOf(r); err != nil {
			return err
		}
	}
	if err := a.read(x, r); err != nil {
		return err
	}
	if op.once {
		leave, err := a.beginOnce(x, r)
		if err != nil {
			return err
		}
		defer leave()
	}
	if op.stream {
		leave, err := a.beginStream(x, r)
		if err != nil {
			return err
		}
		defer leave()
	}
	return op.handle(&x.out, r)
}

// Version is the version of the API that this program speaks.
const Version = "2026-11-01"

// Versions are the versions that it understands, the newest first.
var Versions = []string{Version}

// speak checks the version and whether the client reads what is answered.
func (a *API) speak(x *exchange, r *http.Request) error {
	op := x.op
	if !op.page {
		version := x.caller.Version
		if asked := r.Header[VersionHeader]; len(asked) > 0 {
			version = asked[0]
		}
		if version != "" && version != Version && !slices.Contains(Versions, version) {
			return fault.New(fault.APIVersionUnknown, "This server speaks the API versions %s.", strings.Join(Versions, ", ")).With("supported", Versions)
		}
	}
	if accept := r.Header["Accept"]; len(accept) > 0 && !op.accepted(accept) {
		return notAcceptable()
	}
	return nil
}

func notAcceptable() error {
	return fault.New(fault.NotAcceptable, "The header Accept excludes every type of answer that there is here. Accept application/json, or leave the header out.")
}

var onlyJSON = []string{"application/json"}

// accepted reports whether a type that the operation writes is accepted.
func (op *operation) accepted(lines []string) bool {
	offers := op.produces
	if len(offers) == 0 {
		offers = onlyJSON
	}
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			media, params, _ := strings.Cut(item, ";")
			media = strings.TrimSpace(media)
			if media == "*/*" && params == "" {
				return true
			}
			if slices.ContainsFunc(offers, func(o string) bool { return matches(media, o) }) && quality(params) > 0 {
				return true
			}
		}
	}
	return false
}

// matches reports whether a range of media types, as Accept has them, holds
// the type.
func matches(media, offer string) bool {
	if media == "*/*" || strings.EqualFold(media, offer) {
		return true
	}
	kind, wild := strings.CutSuffix(media, "/*")
	return wild && strings.HasPrefix(offer, strings.ToLower(kind)+"/")
}

// read checks the parameters and the body, and says everything that is wrong
// with both at once.
func (a *API) read(x *exchange, r *http.Request) error {
	op := x.op
	wrong, err := op.checkParams(r)
	if err != nil {
		return err
	}
	inParams := len(wrong)
	if op.rawBody {
		if err := a.readBody(x, r); err != nil {
			return err
		}
	}
	if op.body != nil {
		if err := a.readBody(x, r); err != nil {
			return err
		}
		if len(x.body) > 0 || op.needsBody {
			inBody, err := op.body.check(x.body)
			if err != nil {
				return err
			}
			wrong = append(wrong, inBody...)
		}
		if !op.byHand {
			r.Body = &body{*bytes.NewReader(x.body)}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &fault.Error{Code: oneCode(wrong, inParams), Fields: wrong}
}

// oneCode is the code of the problem as a whole: the one that all wrong
// fields share, or the general one. A card number among them is what matters.
func oneCode(wrong []fault.Field, inParams int) fault.Code {
	code := wrong[0].Code
	if slices.ContainsFunc(wrong, func(f fault.Field) bool { return f.Code == fault.CardDataNotAccepted }) {
		return fault.CardDataNotAccepted
	}
	for _, f := range wrong {
		if f.Code != code {
			if inParams > 0 {
				return fault.InvalidParameter
			}
			return fault.ValidationFailed
		}
	}
	return code
}

// body gives the library the bytes that were read.
type body struct{ bytes.Reader }

// Close does nothing; the connection's body was read to its end.
func (*body) Close() error { return nil }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostPooled is the largest buffer that is kept for the next request.
const mostPooled = 64 << 10

// release gives the body's buffer back.
func (a *API) release(x *exchange) {
	if x.buf != nil && x.buf.Cap() <= mostPooled {
		x.buf.Reset()
		buffers.Put(x.buf)
	}
	x.buf, x.body = nil, nil
}

// readBody reads the body up to the operation's bound.
func (a *API) readBody(x *exchange, r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		if x.op.needsBody {
			return fault.New(fault.MalformedJSON, "The body is empty; send a JSON object.")
		}
		return nil
	}
	if !x.op.rawBody {
		if err := acceptsBody(r); err != nil {
			return err
		}
	}
	limit := x.op.maxBody
	if r.ContentLength > limit {
		x.out.Header().Set("Connection", "close") // nobody reads what follows
		return &http.MaxBytesError{Limit: limit}
	}
	buf, ok := buffers.Get().(*bytes.Buffer)
	if !ok {
		buf = new(bytes.Buffer)
	}
	x.buf = buf
	from := r.Body
	if r.ContentLength > 0 {
		buf.Grow(int(r.ContentLength) + bytes.MinRead) // net/http gives no more than was announced
	} else {
		from = http.MaxBytesReader(x.out.ResponseWriter, from, limit)
	}
	if _, err := buf.ReadFrom(from); err != nil {
		if err == io.ErrUnexpectedEOF { //nolint:errorlint // net/http returns it as it is
			return context.Canceled // the client went away in the middle
		}
		return err
	}
	x.body = buf.Bytes()
	if len(x.body) == 0 && x.op.needsBody {
		return fault.New(fault.MalformedJSON, "The body is empty; send a JSON object.")
	}
	return nil
}

// acceptsBody checks that the body is JSON as it is.
func acceptsBody(r *http.Request) error {
	types := r.Header["Content-Type"]
	if len(types) != 1 {
		return notJSON()
	}
	if types[0] != "application/json" {
		media, params, err := mime.ParseMediaType(types[0])
		charset, named := params["charset"]
		if err != nil || media != "application/json" || (named && !strings.EqualFold(charset, "utf-8")) {
			return notJSON()
		}
	}
	if e := r.Header["Content-Encoding"]; len(e) > 0 && !strings.EqualFold(e[0], "identity") {
		return fault.New(fault.UnsupportedMediaType, "Send the body as it is, without Content-Encoding.")
	}
	return nil
}

func notJSON() error {
	return fault.New(fault.UnsupportedMediaType, "Send JSON with the header Content-Type: application/json.")
}
