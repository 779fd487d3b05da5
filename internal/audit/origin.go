package audit

import "context"

// Origin is who acts, and with which request.
type Origin struct {
	Actor   string // the id of a person or a key, or Console
	Self    string // the person who acts, also by a key that is bound to them; "" for the host's keys
	Request string // the id of the request, "" if there is none
}

// Console is who administers the machine: the command line, and the server
// itself as it was started.
const Console = "console"

// OriginKey finds the Origin in a context. The edge puts it there.
type OriginKey struct{}

// Of returns who acts: whom the context names, or Console where nothing has
// come in from outside.
func Of(ctx context.Context) Origin {
	o, _ := ctx.Value(OriginKey{}).(Origin)
	if o.Actor == "" {
		o.Actor = Console
	}
	return o
}

// By returns the origin of an act whose actor the verb knows.
func By(ctx context.Context, actor string) Origin {
	return Origin{Actor: actor, Request: Of(ctx).Request}
}

// reasonKey finds the reason in a context.
type reasonKey struct{}

// Because returns a context of what is done for the reason, in the actor's
// words. It is noted with acts whose verb asks for no reason of its own, such
// as the release of a payout.
func Because(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, reasonKey{}, reason)
}

// reasonOf returns the reason of an act: its own, or the context's.
func reasonOf(ctx context.Context, a *Act) string {
	if a.Reason != "" {
		return a.Reason
	}
	reason, _ := ctx.Value(reasonKey{}).(string)
	return reason
}
