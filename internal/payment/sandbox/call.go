package sandbox

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"
)

// call is one request while it runs, or one round of due work.
type call struct {
	*params
	*change
	srv   *Server
	at    time.Time
	now   int64  // at, in seconds since 1970
	owner string // whose objects: "" the platform, or a connected account
	req   *http.Request
	id    string // req_…
	key   string // the idempotency key
	base  string // where the hosted pages are
	crash *problem
}

// handler does an operation. What it returns is shown to the client: one
// object, or a *page.
type handler func(*call) (any, *problem)

// reply is an answer ready to be sent and stored.
type reply struct {
	status int
	body   []byte
	replay bool
}

// stored is the answer of an idempotency key.
type stored struct {
	ID          string `json:"id"`
	Fingerprint string `json:"fingerprint"`
	Status      int    `json:"status"`
	Body        string `json:"body"`
	Created     int64  `json:"created"`
}

const (
	maxBody     = 1 << 20
	keepKeysFor = 24 * 60 * 60 // seconds
)

// api serves one route: read, perhaps misbehave, run, answer.
func (s *Server) api(rt route) http.HandlerFunc {
	known := map[string]bool{"expand[]": true}
	for _, name := range strings.Fields(rt.params) {
		known[name] = true
	}
	return func(w http.ResponseWriter, r *http.Request) {
		c, bad := s.read(w, r, known)
		w.Header().Set("Request-Id", c.id)
		w.Header().Set("Stripe-Version", stripe.APIVersion)
		if bad != nil {
			s.send(w, c, failed(bad))
			return
		}
		f := s.fault(r.Method + " " + r.URL.Path)
		if s.before(w, r, f, c) {
			return
		}
		a := s.run(r.Context(), c, rt, f)
		if s.after(w, r, f) {
			return
		}
		s.send(w, c, a)
	}
}

// read checks who asks and what for. The call is never nil.
func (s *Server) read(w http.ResponseWriter, r *http.Request, known map[string]bool) (*call, *problem) {
	now := s.cfg.Clock.Now()
	c := &call{srv: s, params: &params{vals: url.Values{}}, at: now, now: now.Unix(), req: r,
		id: s.newID("req"), base: s.baseURL(r), owner: r.Header.Get("Stripe-Account")}
	if p := s.authorize(r); p != nil {
		return c, p
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	vals, p := form(r)
	if p != nil {
		return c, p
	}
	c.vals = vals
	if p := c.check(known); p != nil {
		return c, p
	}
	if r.Method == http.MethodPost {
		c.key = strings.TrimSpace(r.Header.Get("Idempotency-Key"))
		if len(c.key) > 255 {
			return c, malformed("", "", "Idempotency keys can have up to 255 characters.")
		}
	}
	return c, nil
}

// form reads the parameters of the query or of the form-encoded body.
func form(r *http.Request) (url.Values, *problem) {
	if r.Method != http.MethodPost {
		vals, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return nil, malformed("", "", "The query can not be read.")
		}
		return vals, nil
	}
	if ct, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); r.ContentLength != 0 && ct != "" && ct != "application/x-www-form-urlencoded" {
		return nil, malformed("", "", "Send the parameters form-encoded (application/x-www-form-urlencoded), not as %s.", clip(ct))
	}
	if err := r.ParseForm(); err != nil {
		p := malformed("", "", "The form can not be read.")
		if strings.Contains(err.Error(), "too large") {
			p.status = http.StatusRequestEntityTooLarge
		}
		return nil, p
	}
	return r.Form, nil
}

// authorize checks the secret key, given as bearer or as basic user.
func (s *Server) authorize(r *http.Request) *problem {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		key, _, ok = r.BasicAuth()
	}
	if ok && subtle.ConstantTimeCompare([]byte(key), []byte(s.cfg.SecretKey)) == 1 {
		return nil
	}
	p := malformed("", "", "You did not provide an API key. Set the sandbox's secret key in the Authorization header (Bearer).")
	if ok {
		p.Message = "Invalid API Key provided."
	}
	p.status = http.StatusUnauthorized
	return p
}

func (s *Server) baseURL(r *http.Request) string {
	if s.cfg.BaseURL != "" {
		return s.cfg.BaseURL
	}
	return "http://" + r.Host
}

// run carries the call out, once per idempotency key.
func (s *Server) run(ctx context.Context, c *call, rt route, f *Fault) reply {
	if c.key != "" {
		c.key = c.owner + "/" + c.key
		if !s.enter(c.key) {
			p := malformed("idempotency_key_in_use", "", "There is currently another in-progress request using this idempotency key. Try again later.")
			p.Type, p.status = "idempotency_error", http.StatusConflict
			return failed(p)
		}
		defer s.leave(c.key)
	}
	s.hold(ctx, f)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.change = s.state.begin()
	if a, done := c.replay(); done {
		return a
	}
	if c.owner != "" && c.record(c.owner) == nil {
		p := malformed("account_invalid", "", "The provided key does not have access to account '%s' (or that account does not exist).", clip(c.owner))
		p.status = http.StatusForbidden
		return failed(p)
	}
	a, p := c.perform(rt, f)
	if p != nil && !p.keep {
		c.change = s.state.begin() // nothing of it stays
	}
	if c.key != "" && (p == nil || !p.early) {
		id := storedID(c.key)
		c.put(kindStored, "", id, &stored{ID: id, Fingerprint: c.fingerprint(), Status: a.status, Body: string(a.body), Created: c.now})
	}
	if err := c.commit(ctx); err != nil {
		return failed(broken(err))
	}
	s.poke()
	return a
}

// perform runs the handler and writes its answer.
func (c *call) perform(rt route, f *Fault) (reply, *problem) {
	obj, p := rt.do(c)
	if c.err != nil {
		p = c.err
	}
	if c.crash != nil {
		p = c.crash
	}
	if p != nil {
		return failed(p), p
	}
	view, p := c.view(obj)
	if p != nil {
		return failed(p), p
	}
	body, err := json.MarshalIndent(view, "", "  ")
	if err != nil {
		p = broken(err)
		return failed(p), p
	}
	if f != nil && f.Mode == Sticky {
		return failed(outage()), nil
	}
	return reply{status: http.StatusOK, body: body}, nil
}

func failed(p *problem) reply {
	body, _ := json.MarshalIndent(map[string]any{"error": p}, "", "  ") // a problem is plain data
	return reply{status: p.status, body: body}
}

// replay answers from the stored answer of the key, if there is one.
func (c *call) replay() (reply, bool) {
	if c.key == "" {
		return reply{}, false
	}
	old, ok := find[stored](c.change, "", storedID(c.key))
	if !ok || c.now-old.Created >= keepKeysFor {
		return reply{}, false
	}
	if old.Fingerprint != c.fingerprint() {
		p := malformed("", "", "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '%s' if you meant to execute a different request.", clip(c.req.Header.Get("Idempotency-Key")))
		p.Type = "idempotency_error"
		return failed(p), true
	}
	return reply{status: old.Status, body: []byte(old.Body), replay: true}, true
}

func storedID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "key_" + hex.EncodeToString(sum[:])
}

func (c *call) fingerprint() string {
	sum := sha256.Sum256([]byte(c.req.Method + " " + c.req.URL.Path + "?" + c.vals.Encode()))
	return hex.EncodeToString(sum[:])
}

func (s *Server) enter(key string) bool {
	s.misc.Lock()
	defer s.misc.Unlock()
	if s.inflight[key] {
		return false
	}
	s.inflight[key] = true
	return true
}

func (s *Server) leave(key string) {
	s.misc.Lock()
	defer s.misc.Unlock()
	delete(s.inflight, key)
}

func (s *Server) send(w http.ResponseWriter, c *call, a reply) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache, no-store")
	if key := c.req.Header.Get("Idempotency-Key"); key != "" && len(key) <= 255 {
		h.Set("Idempotency-Key", key)
	}
	if a.replay {
		h.Set("Idempotent-Replayed", "true")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that has gone reads nothing
}
