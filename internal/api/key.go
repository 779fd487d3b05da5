package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

type keyView struct {
	Object     string         `json:"object" enum:"api_key" doc:"Always api_key"`
	ID         id.Key         `json:"id" doc:"Names the key; it is not the secret"`
	Name       string         `json:"name" doc:"What the key is for, in its maker's words"`
	Last4      string         `json:"last4" doc:"The end of the secret, to know the key by"`
	Scopes     []people.Scope `json:"scopes" doc:"What the key may do"`
	Mode       people.Mode    `json:"mode" enum:"test,live" doc:"Whether it is for test money or for real money"`
	Person     id.Person      `json:"person,omitempty" doc:"Whom the key is bound to; missing for a key of the host platform"`
	APIVersion string         `json:"api_version,omitempty" doc:"The version of the API that the key speaks; missing for the newest at each time"`
	CreatedBy  string         `json:"created_by" doc:"The person or the key that made it; for one made in a session that a key has started, that key"`
	CreatedAt  Instant        `json:"created_at" doc:"When it was made"`
	RevokedAt  *Instant       `json:"revoked_at,omitempty" doc:"When it was revoked; missing while it holds"`
	Secret     string         `json:"secret,omitempty" doc:"The key itself, in the answer that makes it and never again"`
}

func viewKey(k people.Key) keyView {
	return keyView{"api_key", k.ID, k.Name, k.Last4, k.Scopes, k.Mode, k.Person, k.APIVersion, k.CreatedBy, at(k.CreatedUS), atOrNil(k.RevokedUS), ""}
}

type keyIn struct {
	Body struct {
		Name       string    `json:"name" minLength:"1" maxLength:"200" doc:"What the key is for"`
		Scopes     []string  `json:"scopes" minItems:"1" maxItems:"40" doc:"What the key may do; no more than its maker"`
		Person     id.Person `json:"person,omitempty" doc:"Whom to bind the key to. Left out: a person makes a key of its own, a host's key and an operator make one of the host platform"`
		APIVersion string    `json:"api_version,omitempty" maxLength:"10" doc:"The version of the API that the key shall speak, such as 2026-11-01; another than this server speaks is refused"`
	}
}

// ownKeys is whose keys the caller means without naming anybody: its own, or
// the platform's for who speaks for the platform.
func (a *API) ownKeys(c *Caller, named id.Person) id.Person {
	if named == "" && !a.seesAll(c) {
		return c.Person
	}
	return named
}

// keyCreate makes a key. The secret is shown in this answer alone, so there
// is no Idempotency-Key: an answer that was lost leaves a key that nobody
// knows, and that is revoked by its id.
func (a *API) keyCreate(ctx context.Context, in *keyIn) (*struct{ Body keyView }, error) {
	c, b := CallerOf(ctx), in.Body
	scopes := make([]people.Scope, len(b.Scopes))
	for i, s := range b.Scopes {
		scopes[i] = people.Scope(s)
	}
	k, secret, err := a.cfg.Services.People.CreateKey(ctx, c.Caller, people.NewKey{Name: b.Name, Scopes: scopes, Person: a.ownKeys(&c, b.Person), APIVersion: b.APIVersion, Versions: Versions})
	if err != nil {
		return nil, err
	}
	v := viewKey(k)
	v.Secret = secret
	return &struct{ Body keyView }{v}, nil
}

type keysIn struct {
	Person id.Person `query:"person" doc:"Whose keys; left out: the caller's own, for a host's key and an operator those of the host platform"`
}

func (a *API) keyList(ctx context.Context, in *keysIn) (*listOut[keyView], error) {
	c := CallerOf(ctx)
	whose := a.ownKeys(&c, in.Person)
	if !a.seesAll(&c) && whose != c.Person {
		return nil, fault.New(fault.NotFound, "There is no such person.")
	}
	all, err := a.cfg.Services.People.Keys(ctx, whose)
	if err != nil {
		return nil, err
	}
	out := &listOut[keyView]{Body: List[keyView]{Object: "list", Data: []keyView{}}}
	for _, k := range all {
		out.Body.Data = append(out.Body.Data, viewKey(k))
	}
	return out, nil
}

type keyGetIn struct {
	ID id.Key `path:"id" doc:"The key's id, not the secret"`
}

func (a *API) keyRevoke(ctx context.Context, in *keyGetIn) (*none, error) {
	return nil, a.cfg.Services.People.RevokeKey(ctx, CallerOf(ctx).Caller, in.ID)
}

type sessionView struct {
	Object    string        `json:"object" enum:"session" doc:"Always session"`
	ID        id.Session    `json:"id" doc:"Names the session; it is not the token"`
	Person    id.Person     `json:"person" doc:"Who is signed in"`
	Origin    people.Origin `json:"origin" enum:"sign_up,password,reset,host" doc:"How it began"`
	Address   string        `json:"address,omitempty" doc:"From where: an IPv4 address, or the first half of an IPv6 address"`
	Agent     string        `json:"agent,omitempty" doc:"What the browser calls itself"`
	Current   bool          `json:"current" doc:"Whether it is the session of this request"`
	CreatedAt Instant       `json:"created_at" doc:"When it began"`
	ExpiresAt Instant       `json:"expires_at" doc:"When it ends by itself"`
	Token     string        `json:"token,omitempty" doc:"The token, in the answer that starts the session and never again"`
}

func viewSession(s people.Session, current id.Session) sessionView {
	return sessionView{"session", s.ID, s.Person, s.Origin, s.Address, s.Agent, s.ID == current, at(s.CreatedUS), at(s.ExpiresUS), ""}
}

func (a *API) sessionList(ctx context.Context, _ *struct{}) (*listOut[sessionView], error) {
	c := CallerOf(ctx)
	all, err := a.cfg.Services.People.Sessions(ctx, c.Person)
	if err != nil {
		return nil, err
	}
	out := &listOut[sessionView]{Body: List[sessionView]{Object: "list", Data: []sessionView{}}}
	for _, s := range all {
		out.Body.Data = append(out.Body.Data, viewSession(s, c.Session))
	}
	return out, nil
}

type sessionIn struct {
	Body struct {
		Person id.Person `json:"person" doc:"Who shall be signed in"`
		Lasts  int64     `json:"lasts" minimum:"60" maximum:"86400" doc:"For how many seconds"`
	}
}

// sessionMint starts a short session of a person for the host's own pages. It
// may do what the person may and the key may too, and ends with the key.
func (a *API) sessionMint(ctx context.Context, in *sessionIn) (*struct{ Body sessionView }, error) {
	signed, err := a.cfg.Services.People.MintSession(ctx, CallerOf(ctx).Caller, in.Body.Person, time.Duration(in.Body.Lasts)*time.Second)
	if err != nil {
		return nil, err
	}
	v := viewSession(signed.Session, "")
	v.Token = signed.Token
	return &struct{ Body sessionView }{v}, nil
}

type sessionGetIn struct {
	ID id.Session `path:"id" doc:"The session's id"`
}

func (a *API) sessionEnd(ctx context.Context, in *sessionGetIn) (*none, error) {
	return nil, a.cfg.Services.People.EndSession(ctx, CallerOf(ctx).Person, in.ID)
}

func (a *API) sessionEndAll(ctx context.Context, _ *struct{}) (*none, error) {
	return nil, a.cfg.Services.People.LogOutEverywhere(ctx, CallerOf(ctx).Person)
}

// keyRoutes is the table's part about who may call.
func (a *API) keyRoutes() {
	get(a, "/v1/api-keys", a.keyList, "The API keys, without their secrets", needs(people.KeysWrite), impersonal(), fails(fault.NotFound))
	post(a, "/v1/api-keys", a.keyCreate, "Make an API key that may do no more than its maker", needs(people.KeysWrite), impersonal(), status(http.StatusCreated), fails(fault.RoleRequired, fault.ScopeMissing, fault.NotFound))
	remove(a, "/v1/api-keys/{id}", a.keyRevoke, "Revoke an API key", needs(people.KeysWrite), impersonal(), fails(fault.AlreadyDone))
	get(a, "/v1/sessions", a.sessionList, "Where the person is signed in", needs(people.PeopleRead), forPerson())
	post(a, "/v1/sessions", a.sessionMint, "Start a short session of a person, which may do no more than the key and ends with it", needs(people.SessionsWrite), hostOnly(), status(http.StatusCreated), fails(fault.NotFound))
	remove(a, "/v1/sessions", a.sessionEndAll, "Sign the person out everywhere", needs(people.PeopleWrite), forPerson())
	remove(a, "/v1/sessions/{id}", a.sessionEnd, "End one of the person's sessions", needs(people.PeopleWrite), forPerson())
}
