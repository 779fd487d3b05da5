package api

import (
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// option says something about a line of the table of routes.
type option func(*operation)

// needs names the scope that a key or session must have. Each operation has
// either needs or public.
func needs(s Scope) option { return func(op *operation) { op.scope = s } }

// orNeeds names another scope that is enough as well.
func orNeeds(s Scope) option { return func(op *operation) { op.orScope = s } }

// public lets everybody in, known or not.
func public() option { return func(op *operation) { op.public = true } }

// forPerson wants a person: the session's, or the one that a host's key acts
// for. The handler finds it in CallerOf(ctx).Person.
func forPerson() option { return func(op *operation) { op.forPerson = true } }

// hostOnly refuses sessions: only the host's keys may, and for nobody else
// than the host.
func hostOnly() option { return func(op *operation) { op.hostOnly, op.impersonal = true, true } }

// impersonal refuses the header Ovation-Person: what the operation does is
// the same for whomever it is done, so a caller who names somebody is wrong
// about what it gets.
func impersonal() option { return func(op *operation) { op.impersonal = true } }

// role wants the caller to have the role.
func role(r Role) option { return func(op *operation) { op.role = r } }

// fails lists the codes that the rule behind the operation may answer with,
// for the OpenAPI. Those of every operation need not be listed.
func fails(codes ...fault.Code) option {
	return func(op *operation) { op.codes = append(op.codes, codes...) }
}

// status is the status of success when it is not 200, or 204 without a body.
func status(code int) option { return func(op *operation) { op.status = code } }

// also lists further statuses of success, with the same body.
func also(codes ...int) option { return func(op *operation) { op.further = codes } }

// class puts the operation into another class of rate limits.
func class(name string) option { return func(op *operation) { op.className = name } }

// anyBody hands the body to the handler as it came, which finds it in Body(ctx):
// up to so many bytes, of any type. For what is signed byte by byte.
func anyBody(most int64) option { return func(op *operation) { op.rawBody, op.maxBody = true, most } }

// batch accepts bodies of up to 8 MiB.
func batch() option { return func(op *operation) { op.maxBody = maxBatchBody } }

// keyed wants an Idempotency-Key and leaves the rest to the handler, which
// finds it in its input if that names the header, or in the exchange. For use
// cases that remember their keys themselves.
func keyed() option { return func(op *operation) { op.keyed = true } }

// tagged lists the operation under another tag than the first part of its
// path.
func tagged(tag string) option { return func(op *operation) { op.tag = tag } }

// produces lists the media types of the answer when it is not JSON.
func produces(types ...string) option { return func(op *operation) { op.produces = types } }

// within bounds how long the handler may run; 0 is for ever.
func within(d time.Duration) option { return func(op *operation) { op.timeout = d } }

// streaming leaves body and answer to the handler for as long as it takes: no
// limit of size or time, not counted among the requests at work, and few from
// one address. Its context ends when the server shuts down.
func streaming() option {
	return func(op *operation) { op.stream, op.timeout = true, 0 }
}

// asPage marks what people open in a browser: pages and documents. They have
// no version and their own content policy.
func asPage() option { return func(op *operation) { op.page = true } }

// always answers while the server is shutting down, too.
func always() option { return func(op *operation) { op.always = true } }
