package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/idem"
)

// rawJSON is JSON that was written already.
type rawJSON = json.RawMessage

// Call is what the use case wraps its effect in.
func (o *Once[B]) Call() *idem.Call { return o.call }

// Answer writes the body as it will be sent, now and when the request comes
// again. The use case calls it inside its transaction, through a function that
// the handler gives it.
func (o *Once[B]) Answer(body B) (idem.Answer, error) {
	var b bytes.Buffer
	if err := encode(&b, body); err != nil {
		return idem.Answer{}, fmt.Errorf("api: writing the answer of %s: %w", o.call.Operation, err)
	}
	return idem.Answer{Status: o.status, Body: string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))}, nil
}

// answerOf is the answer that the use case left in the call.
func answerOf(c *idem.Call) (*onceAnswer, error) {
	if c.Answer.Status == 0 {
		return nil, errors.New("api: " + c.Operation + " has not wrapped its effect in Call.Once")
	}
	out := &onceAnswer{Status: c.Answer.Status, Body: rawJSON(c.Answer.Body)}
	if c.Replayed {
		out.Replayed = "true"
	}
	return out, nil
}

// running are the keyed requests that this process works on.
type running struct {
	mu   sync.Mutex
	keys map[runningKey]struct{}
}

type runningKey struct{ caller, operation, key string }

// enter takes the key of the call, or refuses while another request has it.
func (r *running) enter(c *idem.Call) (leave func(), err error) {
	k := runningKey{c.Caller, c.Operation, c.Key}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, busy := r.keys[k]; busy {
		return nil, fault.New(fault.IdempotencyInProgress, "The first request with this Idempotency-Key is still running. Send this one again in a second to get its answer.")
	}
	r.keys[k] = struct{}{}
	return func() {
		r.mu.Lock()
		delete(r.keys, k)
		r.mu.Unlock()
	}, nil
}

// keyOf returns the Idempotency-Key of the request.
func keyOf(r *http.Request) (string, error) {
	switch keys := r.Header[KeyHeader]; {
	case len(keys) == 0 || (len(keys) == 1 && keys[0] == ""):
		return "", fault.New(fault.IdempotencyKeyMissing, "This moves money, so it needs the header Idempotency-Key: a new random value, and the same one when you repeat the request.")
	case len(keys) > 1 || len(keys[0]) > 255 || !visible(keys[0]):
		return "", fault.New(fault.IdempotencyKeyInvalid, "An Idempotency-Key has 1 to 255 characters of visible ASCII, and is given once.")
	default:
		return keys[0], nil
	}
}

// Fingerprint is SHA-256 over what the request asks for: the person, the
// address and the body, whatever its spaces and the order of its names.
func Fingerprint(c *Caller, r *http.Request, body []byte) ([]byte, error) {
	if len(body) > 0 {
		var v any
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("api: reading a checked body again: %w", err)
		}
		var err error
		if body, err = json.Marshal(v); err != nil {
			return nil, fmt.Errorf("api: writing a checked body again: %w", err)
		}
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(c.Person), []byte(r.URL.EscapedPath()), []byte(r.URL.RawQuery), body} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	return h.Sum(nil), nil
}

// beginOnce prepares the call of an operation that is answered once.
func (a *API) beginOnce(x *exchange, r *http.Request) (leave func(), err error) {
	fingerprint, err := Fingerprint(&x.caller, r, x.body)
	if err != nil {
		return nil, err
	}
	x.call = &idem.Call{Caller: x.caller.ID(), Operation: x.op.id, Key: x.key, Fingerprint: fingerprint}
	return a.running.enter(x.call)
}
