package sandbox

import (
	"encoding/json"

	"github.com/stripe/stripe-go/v85"
)

type event struct {
	ID              string       `json:"id"`
	Object          string       `json:"object"`
	Account         string       `json:"account,omitempty"`
	APIVersion      string       `json:"api_version"`
	Created         int64        `json:"created"`
	Data            eventData    `json:"data"`
	Livemode        bool         `json:"livemode"`
	PendingWebhooks int64        `json:"pending_webhooks"`
	Request         eventRequest `json:"request"`
	Type            string       `json:"type"`
}

type eventData struct {
	Object json.RawMessage `json:"object"`
}

type eventRequest struct {
	ID  text `json:"id"`
	Key text `json:"idempotency_key"`
}

func (o *event) birth() int64 { return o.Created }

// keepEventsFor is how long events can be listed, in seconds: 30 days.
const keepEventsFor = 30 * 24 * 60 * 60

// emit records that something happened, with the object as it is now, and
// plans the delivery of the webhook. owner is whose event it is.
func (c *call) emit(news string, obj any, owner string) {
	snapshot, err := json.Marshal(c.show(obj))
	if err != nil {
		c.crash = broken(err)
		return
	}
	e := &event{ID: c.srv.newID("evt"), Object: kindEvent, Account: owner, APIVersion: stripe.APIVersion,
		Created: c.now, Data: eventData{Object: snapshot}, Type: news}
	if c.id != "" {
		e.Request = eventRequest{ID: text(c.id)}
		if c.req != nil {
			e.Request.Key = text(c.req.Header.Get("Idempotency-Key"))
		}
	}
	c.put(kindEvent, owner, e.ID, e)
	c.plan(e)
}

const eventParams = "type types[] delivery_success created created[gt] created[gte] created[lt] created[lte] limit starting_after ending_before"

func listEvents(c *call) (any, *problem) {
	types := map[string]bool{}
	for _, t := range append(c.all("types"), c.str("type")) {
		if t != "" {
			types[t] = true
		}
	}
	return list(c, kindEvent, func(e *event) bool {
		return (len(types) == 0 || types[e.Type]) && c.now-e.Created < keepEventsFor
	})
}

// payload is the body of the webhook: the event as it is in the API.
func (o *event) payload(now int64) ([]byte, error) {
	m, err := shown(o, now)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(m, "", "  ")
}
