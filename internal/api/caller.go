package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// Caller is who sent a request, and for whom.
type Caller struct {
	people.Caller            // whose key or session it is, and what that may do
	Session       id.Session // "" for a key
	Person        id.Person  // for whom: the session's or key's own person, or whom the host acts for; "" for nobody
	Host          bool       // whether it is the host's key, which acts for any person
	Version       string     // the API version that is pinned to the key, or ""
}

// Role and Scope are what the table of routes asks for.
type (
	Role  = people.Role
	Scope = people.Scope
)

// Known reports whether anybody was recognised.
func (c *Caller) Known() bool { return c.Key != "" || c.Session != "" }

// name is the caller in the log: the id of the key or session.
func (c *Caller) name() string {
	if c.Key != "" {
		return string(c.Key)
	}
	return string(c.Session)
}

// Authenticator tells who a request is from. It is an interface because the
// API must be testable without a database; the program has one, made from
// package people, which keeps what it looks up often in memory.
type Authenticator interface {
	// Authenticate returns the caller who holds the secret: an API key or a
	// session's token. For one that is not good it returns a fault with the
	// code token_invalid, token_expired, session_revoked or account_suspended.
	Authenticate(ctx context.Context, secret string) (Caller, error)
	// Person returns the person that the host names, "usr_…" or
	// "external:…", or a fault with the code not_found.
	Person(ctx context.Context, ref string) (id.Person, error)
}

// The headers that callers and answers use.
const (
	PersonHeader  = "Ovation-Person"
	VersionHeader = "Ovation-Version"
	KeyHeader     = "Idempotency-Key"
	ReplayHeader  = "Idempotent-Replay"
)

// SessionCookie is the name of the cookie that carries a session's token. A
// browser takes the prefix __Host- only over TLS, without a domain and with
// the path /; it can not be planted by another host then.
func SessionCookie(secure bool) string {
	if secure {
		return "__Host-ovation"
	}
	return "ovation"
}

// identify finds out who is calling, and refuses what a browser was made to
// send by another site.
func (a *API) identify(x *exchange, r *http.Request) error {
	secret, cookie, err := a.secretOf(r)
	if err != nil {
		return a.stranger(x, r, err)
	}
	if secret == "" {
		if !x.op.public {
			return a.stranger(x, r, fault.New(fault.AuthRequired, "This needs an API key or a session. Send Authorization: Bearer with a key, or sign in."))
		}
		return a.limitAddress(x, r, x.op.class)
	}
	if x.caller, err = a.cfg.Auth.Authenticate(x, secret); err != nil {
		x.caller = Caller{}
		if cookie && x.op.public && StatusOf(fault.CodeOf(err)) == http.StatusUnauthorized {
			return a.limitAddress(x, r, x.op.class) // an old cookie does not close an open door
		}
		return a.stranger(x, r, err)
	}
	x.caller.Host = x.caller.IsHost()
	if cookie {
		if err := a.csrf.Check(r); err != nil {
			return fault.Wrap(err, fault.CsrfFailed, "The browser says that another site has caused this request. Nothing was changed; do it from a page of this site.")
		}
	}
	if refs := r.Header[PersonHeader]; len(refs) > 0 {
		if x.op.impersonal {
			return fault.New(fault.InvalidParameter, "").At(PersonHeader, fault.InvalidParameter, "This is the same for everybody and is not done for a person. Leave the header out.")
		}
		return a.actFor(x, refs)
	}
	return nil
}

// stranger refuses somebody whom we do not know, and counts that against the
// address, so that nobody guesses secrets fast.
func (a *API) stranger(x *exchange, r *http.Request, err error) error {
	if StatusOf(fault.CodeOf(err)) == http.StatusUnauthorized {
		if limited := a.limitAddress(x, r, a.guess); limited != nil {
			return limited
		}
	}
	return err
}

// actFor turns the caller into one that acts for the person that the header
// names.
func (a *API) actFor(x *exchange, refs []string) error {
	if !x.caller.Host {
		return fault.New(fault.Forbidden, "Only a host's key may act for a person. Leave the header %s out.", PersonHeader)
	}
	if len(refs) > 1 || len(refs[0]) > 300 || !visible(refs[0]) {
		return fault.New(fault.InvalidParameter, "").At(PersonHeader, fault.InvalidParameter, "Name one person, as usr_… or as external: and your own id of the person.")
	}
	person, err := a.cfg.Auth.Person(x, refs[0])
	x.caller.Person = person
	return err
}

// secretOf returns the key or token of the request and whether it came as a
// cookie, which a browser sends by itself.
func (a *API) secretOf(r *http.Request) (secret string, cookie bool, err error) {
	if lines := r.Header["Authorization"]; len(lines) > 0 {
		scheme, token, _ := strings.Cut(lines[0], " ")
		token = strings.TrimSpace(token)
		if len(lines) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > 512 || !visible(token) {
			return "", false, fault.New(fault.TokenInvalid, "The Authorization header is not of the form: Bearer, a space, the key.")
		}
		return token, false, nil
	}
	if len(r.Header["Cookie"]) > 0 {
		if c, err := r.Cookie(a.cookie); err == nil && c.Value != "" && len(c.Value) <= 512 {
			return c.Value, true, nil
		}
	}
	return "", false, nil
}

// permit checks what the route table asks of the caller.
func (op *operation) permit(c *Caller) error {
	if op.public {
		return nil
	}
	if err := c.Require(op.scope); err != nil && (op.orScope == "" || !c.May(op.orScope)) {
		return err
	}
	if op.hostOnly && !c.Host {
		return fault.New(fault.Forbidden, "This is for the host's keys; a person can not do it.")
	}
	if op.role != "" {
		if err := c.RequireRole(op.role); err != nil {
			return err
		}
	}
	if op.forPerson && c.Person == "" {
		return fault.New(fault.MissingParameter, "").At(PersonHeader, fault.MissingParameter, "Name the person for whom this is, as usr_… or as external: and your own id of the person.")
	}
	return nil
}

// visible reports whether s is visible ASCII only.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
