package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/webhook"
)

// webhookRoutes is the table's part about where events are sent.
func (a *API) webhookRoutes() {
	read, write := []option{needs(people.WebhooksRead), impersonal()}, []option{needs(people.WebhooksWrite), impersonal()}
	with := func(options []option, more ...option) []option {
		return append(options[:len(options):len(options)], more...)
	}
	get(a, "/v1/webhook-endpoints", a.endpointList, "Where events are sent", read...)
	post(a, "/v1/webhook-endpoints", a.endpointCreate, "Have events sent to a URL, from now on", with(write, keyed(), status(http.StatusCreated), fails(fault.URLNotAllowed, fault.LimitReached, fault.Gone))...)
	get(a, "/v1/webhook-endpoints/{id}", a.endpointGet, "A webhook endpoint", read...)
	patch(a, "/v1/webhook-endpoints/{id}", a.endpointPatch, "Change a webhook endpoint", with(write, fails(fault.URLNotAllowed))...)
	remove(a, "/v1/webhook-endpoints/{id}", a.endpointDelete, "Delete a webhook endpoint with all that waits for it", write...)
	get(a, "/v1/webhook-endpoints/{id}/secret", a.endpointSecret, "What a webhook endpoint's messages are signed with", write...)
	post(a, "/v1/webhook-endpoints/{id}/rotate", a.endpointRotate, "Give a webhook endpoint a new secret; the old one signs too for a day", with(write, fails(fault.StateConflict))...)
	post(a, "/v1/webhook-endpoints/{id}/test", a.endpointTest, "Send a webhook endpoint an event webhook.test", with(write, status(http.StatusAccepted), fails(fault.StateConflict))...)
	post(a, "/v1/webhook-endpoints/{id}/enable", a.endpointEnable, "Send to a webhook endpoint again that was disabled", with(write, fails(fault.AlreadyDone))...)
	post(a, "/v1/webhook-endpoints/{id}/disable", a.endpointDisable, "Send nothing to a webhook endpoint until it is enabled", with(write, fails(fault.AlreadyDone))...)
	get(a, "/v1/webhook-endpoints/{id}/deliveries", a.deliveryList, "What was sent to a webhook endpoint, and what came of it", read...)
	get(a, "/v1/webhook-endpoints/{id}/deliveries/{delivery}", a.deliveryGet, "A delivery of a webhook endpoint", read...)
	post(a, "/v1/webhook-endpoints/{id}/redeliver", a.redeliver, "Send one delivery of a webhook endpoint again, or a range of them", with(write, status(http.StatusAccepted), fails(fault.StateConflict, fault.Gone, fault.LimitReached))...)
}

type endpointView struct {
	Object       string        `json:"object" enum:"webhook_endpoint" doc:"Always webhook_endpoint"`
	ID           id.Endpoint   `json:"id" doc:"Names the endpoint"`
	URL          string        `json:"url" doc:"Where messages are sent"`
	Description  string        `json:"description" doc:"What it is for, in its maker's words"`
	Types        []string      `json:"types" doc:"The types of events that it is sent; empty for all"`
	State        webhook.State `json:"state" enum:"enabled,disabled" doc:"Whether it is sent anything"`
	Disabled     *disabledView `json:"disabled,omitempty" doc:"Why it is sent nothing, while it is disabled"`
	Sequence     int64         `json:"sequence" doc:"The sequence of its last message; they are numbered without gap"`
	FailingSince *Instant      `json:"failing_since,omitempty" doc:"Since when every attempt has failed"`
	CreatedBy    string        `json:"created_by" doc:"The person or the key that made it"`
	CreatedAt    Instant       `json:"created_at" doc:"When it was made"`
	Secret       string        `json:"secret,omitempty" doc:"What its messages are signed with, in the answer that makes it; later it is read from its own address"`
}

type disabledView struct {
	Code   string  `json:"code" enum:"by_hand,gone,failing,restored" doc:"by_hand: somebody did it. gone: the receiver answered 410. failing: every attempt failed for three days. restored: the database is a restored backup"`
	Reason string  `json:"reason" doc:"The reason in a sentence, if one was given"`
	Since  Instant `json:"since" doc:"When it was disabled"`
}

func viewEndpoint(l Language, e webhook.Endpoint) endpointView {
	v := endpointView{Object: "webhook_endpoint", ID: e.ID, URL: e.URL, Description: e.Description, Types: append([]string{}, e.Types...), State: e.State,
		Sequence: e.Sequence, FailingSince: atOrNil(e.FailingUS), CreatedBy: e.CreatedBy, CreatedAt: at(e.CreatedUS)}
	if e.State == webhook.Disabled {
		reason := e.DisabledReason
		if e.DisabledCode != webhook.ByHand {
			reason = translate(l, reason)
		}
		v.Disabled = &disabledView{e.DisabledCode, reason, at(e.DisabledUS)}
	}
	return v
}

type endpointBody struct{ Body endpointView }

type endpointIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		URL         string   `json:"url" minLength:"1" maxLength:"2000" doc:"An https address that everybody can reach; in a sandbox also http, and this machine"`
		Description string   `json:"description,omitempty" maxLength:"3200" doc:"What it is for, in one line of up to 200 characters"`
		Types       []string `json:"types,omitempty" maxItems:"50" doc:"The types of events that it is sent, such as gift.sent; left out for all"`
	}
}

type endpointOut struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replay"`
	Body     endpointView
}

// endpointCreate shows the secret with the endpoint. It is symmetric, so it is
// kept, and an answer that was lost is had again with the same key.
func (a *API) endpointCreate(ctx context.Context, in *endpointIn) (*endpointOut, error) {
	by := CallerOf(ctx).Caller
	e, err := a.cfg.Services.Webhooks.Create(ctx, by, webhook.NewEndpoint{Key: in.Key, URL: in.Body.URL, Description: in.Body.Description, Types: in.Body.Types})
	if err != nil {
		return nil, err
	}
	s, err := a.cfg.Services.Webhooks.Secret(ctx, by, e.ID)
	if err != nil {
		return nil, err
	}
	out := &endpointOut{Status: http.StatusCreated, Location: "/v1/webhook-endpoints/" + string(e.ID), Body: viewEndpoint(LanguageOf(ctx), e)}
	out.Body.Secret = s.Present
	if e.Replayed {
		out.Replayed = "true"
	}
	return out, nil
}

// EndpointPath is the part of an address that names a webhook endpoint.
type EndpointPath struct {
	ID id.Endpoint `path:"id" doc:"The endpoint"`
}

func (a *API) endpointGet(ctx context.Context, in *EndpointPath) (*endpointBody, error) {
	e, err := a.cfg.Services.Webhooks.Endpoint(ctx, CallerOf(ctx).Caller, in.ID)
	return &endpointBody{viewEndpoint(LanguageOf(ctx), e)}, err
}

type endpointListIn struct {
	Page
	State webhook.State `query:"state" enum:"enabled,disabled" doc:"Only endpoints in this state"`
}

func (a *API) endpointList(ctx context.Context, in *endpointListIn) (*listOut[endpointView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := a.cfg.Services.Webhooks.Endpoints(ctx, CallerOf(ctx).Caller, webhook.Page{State: in.State, Before: id.Endpoint(before), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(e webhook.Endpoint) string { return string(e.ID) },
		func(e webhook.Endpoint) endpointView { return viewEndpoint(LanguageOf(ctx), e) }), nil
}

type endpointPatchIn struct {
	EndpointPath
	Body struct {
		URL         *string  `json:"url,omitempty" minLength:"1" maxLength:"2000" doc:"Where messages are sent from now on, also those that wait"`
		Description *string  `json:"description,omitempty" maxLength:"3200" doc:"What it is for, in one line of up to 200 characters"`
		Types       []string `json:"types,omitempty" maxItems:"50" doc:"The types of events that it is sent from now on; an empty list for all"`
	}
}

func (a *API) endpointPatch(ctx context.Context, in *endpointPatchIn) (*endpointBody, error) {
	c := webhook.Change{URL: in.Body.URL, Description: in.Body.Description}
	if in.Body.Types != nil {
		c.Types = &in.Body.Types
	}
	e, err := a.cfg.Services.Webhooks.Change(ctx, CallerOf(ctx).Caller, in.ID, c)
	return &endpointBody{viewEndpoint(LanguageOf(ctx), e)}, err
}

func (a *API) endpointDelete(ctx context.Context, in *EndpointPath) (*none, error) {
	return nil, a.cfg.Services.Webhooks.Delete(ctx, CallerOf(ctx).Caller, in.ID)
}

type secretView struct {
	Object    string   `json:"object" enum:"webhook_secret" doc:"Always webhook_secret"`
	Secret    string   `json:"secret" doc:"What messages are signed with: whsec_ and the key in base64"`
	Since     Instant  `json:"since" doc:"Since when it signs"`
	Old       string   `json:"old_secret,omitempty" doc:"The one before, while it signs too"`
	OldEndsAt *Instant `json:"old_ends_at,omitempty" doc:"When the one before stops to sign"`
}

func viewSecret(s webhook.Secrets) secretView {
	return secretView{"webhook_secret", s.Present, at(s.SinceUS), s.Old, atOrNil(s.OldUntilUS)}
}

func (a *API) endpointSecret(ctx context.Context, in *EndpointPath) (*struct{ Body secretView }, error) {
	s, err := a.cfg.Services.Webhooks.Secret(ctx, CallerOf(ctx).Caller, in.ID)
	return &struct{ Body secretView }{viewSecret(s)}, err
}

type rotateIn struct {
	EndpointPath
	Body struct {
		Overlap *int64 `json:"overlap,omitempty" minimum:"0" maximum:"86400" default:"86400" doc:"For how many seconds the old secret signs too; 0 for one that leaked, which ends all others at once"`
	}
}

func (a *API) endpointRotate(ctx context.Context, in *rotateIn) (*struct{ Body secretView }, error) {
	overlap := webhook.Overlap
	if in.Body.Overlap != nil {
		overlap = time.Duration(*in.Body.Overlap) * time.Second
	}
	s, err := a.cfg.Services.Webhooks.Rotate(ctx, CallerOf(ctx).Caller, in.ID, overlap)
	return &struct{ Body secretView }{viewSecret(s)}, err
}

type testView struct {
	Object string   `json:"object" enum:"webhook_test" doc:"Always webhook_test"`
	Event  id.Event `json:"event" doc:"The event that is on its way, as the header webhook-id names it"`
}

func (a *API) endpointTest(ctx context.Context, in *EndpointPath) (*struct{ Body testView }, error) {
	event, err := a.cfg.Services.Webhooks.Test(ctx, CallerOf(ctx).Caller, in.ID)
	return &struct{ Body testView }{testView{"webhook_test", event}}, err
}

type enableIn struct {
	EndpointPath
	Body struct {
		Resume *bool `json:"resume,omitempty" default:"true" doc:"Whether it gets what waits and what has happened since; otherwise it goes on from now"`
	}
}

func (a *API) endpointEnable(ctx context.Context, in *enableIn) (*endpointBody, error) {
	e, err := a.cfg.Services.Webhooks.Enable(ctx, CallerOf(ctx).Caller, in.ID, in.Body.Resume == nil || *in.Body.Resume)
	return &endpointBody{viewEndpoint(LanguageOf(ctx), e)}, err
}

type disableIn struct {
	EndpointPath
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"3200" doc:"One line, up to 200 characters"`
	}
}

func (a *API) endpointDisable(ctx context.Context, in *disableIn) (*endpointBody, error) {
	e, err := a.cfg.Services.Webhooks.Disable(ctx, CallerOf(ctx).Caller, in.ID, in.Body.Reason)
	return &endpointBody{viewEndpoint(LanguageOf(ctx), e)}, err
}
