package api

import (
	"context"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/webhook"
)

type deliveryView struct {
	Object   string                `json:"object" enum:"webhook_delivery" doc:"Always webhook_delivery"`
	ID       id.Delivery           `json:"id" doc:"Names the delivery"`
	Endpoint id.Endpoint           `json:"endpoint" doc:"Where it goes"`
	Event    id.Event              `json:"event" doc:"The event, as the header webhook-id names it"`
	Type     string                `json:"type" doc:"The type of the event"`
	Sequence int64                 `json:"sequence" doc:"The number of the message among those of its endpoint"`
	State    webhook.DeliveryState `json:"state" enum:"waiting,delivered,dead" doc:"waiting: it is tried at its instant, unless the endpoint is disabled. delivered: the receiver took it. dead: it was given up"`
	NextAt   *Instant              `json:"next_at,omitempty" doc:"When it is tried next, while it waits"`
	MadeAt   Instant               `json:"made_at" doc:"When the event was handed out to the endpoint"`
	EndedAt  *Instant              `json:"ended_at,omitempty" doc:"When it was taken, or given up"`
	Tried    int64                 `json:"attempts_count" doc:"How often it was tried"`
	Attempts []attemptView         `json:"attempts" doc:"The last 50 attempts, oldest first"`
}

type attemptView struct {
	Number int64           `json:"number" doc:"Counts the attempts of the delivery"`
	At     Instant         `json:"at" doc:"When it was over"`
	TookMS int64           `json:"took_ms" doc:"How long it took, in milliseconds"`
	Status int64           `json:"status,omitempty" doc:"The status of the answer; missing if there was none"`
	Code   webhook.Failure `json:"error,omitempty" enum:"timeout,name_not_found,address_not_allowed,connection_refused,connection_reset,tls_failed,answer_unreadable,network,redirect,gone,status" doc:"Why it failed; missing if it did not"`
	Detail string          `json:"detail,omitempty" doc:"Why it failed, in a sentence"`
	Answer string          `json:"answer,omitempty" doc:"How the answer begins, up to 1,000 bytes"`
}

func viewDelivery(l Language, d webhook.Delivery) deliveryView {
	v := deliveryView{Object: "webhook_delivery", ID: d.ID, Endpoint: d.Endpoint, Event: d.Event, Type: d.Type, Sequence: d.Sequence, State: d.State,
		NextAt: atOrNil(d.NextUS), MadeAt: at(d.MadeUS), EndedAt: atOrNil(d.EndedUS), Tried: d.Attempts, Attempts: []attemptView{}}
	for _, t := range d.Log {
		v.Attempts = append(v.Attempts, attemptView{t.Number, at(t.AtUS), t.TookUS / 1000, t.Status, t.Failure, translate(l, t.Failure.Sentence()), t.Answer})
	}
	return v
}

type deliveryListIn struct {
	EndpointPath
	Page
	State webhook.DeliveryState `query:"state" enum:"waiting,delivered,dead" doc:"Only deliveries in this state"`
	Type  string                `query:"type" maxLength:"60" pattern:"^[a-z_]+([.][a-z_]+)+$" doc:"Only deliveries of events of this type"`
}

func (a *API) deliveryList(ctx context.Context, in *deliveryListIn) (*listOut[deliveryView], error) {
	position, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	p := webhook.DeliveryPage{State: in.State, Type: in.Type, Limit: in.Limit + 1}
	if position != "" {
		if p.Before, err = strconv.ParseInt(position, 10, 64); err != nil {
			return nil, err
		}
	}
	all, err := a.cfg.Services.Webhooks.Deliveries(ctx, CallerOf(ctx).Caller, in.ID, p)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(d webhook.Delivery) string { return strconv.FormatInt(d.Sequence, 10) },
		func(d webhook.Delivery) deliveryView { return viewDelivery(LanguageOf(ctx), d) }), nil
}

type deliveryGetIn struct {
	EndpointPath
	Delivery id.Delivery `path:"delivery" doc:"The delivery"`
}

func (a *API) deliveryGet(ctx context.Context, in *deliveryGetIn) (*struct{ Body deliveryView }, error) {
	d, err := a.cfg.Services.Webhooks.Delivery(ctx, CallerOf(ctx).Caller, in.ID, in.Delivery)
	return &struct{ Body deliveryView }{viewDelivery(LanguageOf(ctx), d)}, err
}

type redeliverIn struct {
	EndpointPath
	Body struct {
		Delivery id.Delivery           `json:"delivery,omitempty" doc:"One delivery"`
		From     int64                 `json:"from_sequence,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Or those from this sequence on"`
		To       int64                 `json:"to_sequence,omitempty" minimum:"1" maximum:"9007199254740991" doc:"And up to this one; left out for the last"`
		Since    string                `json:"since,omitempty" format:"date-time" doc:"Or those that were made since this instant"`
		State    webhook.DeliveryState `json:"state,omitempty" enum:"waiting,delivered,dead" doc:"Of a range only those in this state; left out for all"`
	}
}

type redeliveryView struct {
	Object     string `json:"object" enum:"webhook_redelivery" doc:"Always webhook_redelivery"`
	Deliveries int64  `json:"deliveries" doc:"How many are sent again"`
}

func (a *API) redeliver(ctx context.Context, in *redeliverIn) (*struct{ Body redeliveryView }, error) {
	b := in.Body
	r := webhook.Range{Delivery: b.Delivery, From: b.From, To: b.To, State: b.State}
	if b.Since != "" {
		since, err := time.Parse(time.RFC3339, b.Since)
		if err != nil || since.UnixMicro() <= 0 {
			return nil, fault.New(fault.ValidationFailed, "").At("/since", fault.ValidationFailed, noInstant)
		}
		r.SinceUS = since.UnixMicro()
	}
	n, err := a.cfg.Services.Webhooks.Redeliver(ctx, CallerOf(ctx).Caller, in.ID, r)
	return &struct{ Body redeliveryView }{redeliveryView{"webhook_redelivery", n}}, err
}
