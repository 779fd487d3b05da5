package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
)

// tolerance is how far a webhook's time may be from ours.
const tolerance = 300 * time.Second

// maxEvent is the largest webhook that is read, in bytes.
const maxEvent = 1 << 20

// ParseWebhook believes an event only if one of our secrets signed it within
// five minutes of now. A refusal is a fault with the code
// webhook_signature_invalid, webhook_timestamp_out_of_range or malformed_json.
func (c *Client) ParseWebhook(payload []byte, header string, now time.Time) (payment.Event, error) {
	if len(payload) > maxEvent {
		return payment.Event{}, fault.New(fault.BodyTooLarge, "The event has %d bytes; events have at most %d.", len(payload), maxEvent)
	}
	opts := webhook.ConstructEventOptions{IgnoreTolerance: true, IgnoreAPIVersionMismatch: true}
	failed := webhook.ErrNoValidSignature
	for _, secret := range c.secrets {
		if secret == "" {
			continue // an empty secret would sign for everyone
		}
		err := webhook.ValidatePayloadIgnoringTolerance(payload, header, secret)
		if err != nil {
			failed = err
			continue
		}
		if err := fresh(header, now); err != nil {
			return payment.Event{}, err
		}
		e, err := webhook.ConstructEventWithOptions(payload, header, secret, opts)
		if err != nil {
			return payment.Event{}, fault.Wrap(err, fault.MalformedJSON, "The event is signed, but it can not be read as a Stripe event.")
		}
		return event(&e), nil
	}
	if errors.Is(failed, webhook.ErrNotSigned) {
		return payment.Event{}, fault.New(fault.WebhookSignatureInvalid, "The event has no Stripe-Signature header.")
	}
	return payment.Event{}, fault.New(fault.WebhookSignatureInvalid, "The event's signature was made with none of the webhook secrets that are set.")
}

// fresh refuses an old or a future signature. The header was verified before,
// with the last of its times; so that the time looked at here is that one, there
// has to be one alone.
func fresh(header string, now time.Time) error {
	var times []string
	for part := range strings.SplitSeq(header, ",") {
		if t, ok := strings.CutPrefix(strings.TrimSpace(part), "t="); ok {
			times = append(times, t)
		}
	}
	if len(times) != 1 {
		return fault.New(fault.WebhookSignatureInvalid, "The event's signature names %d times; it names one.", len(times))
	}
	seconds, err := strconv.ParseInt(times[0], 10, 64)
	if err != nil {
		return fault.New(fault.WebhookSignatureInvalid, "The event's signature names no time.")
	}
	if age := now.Sub(time.Unix(seconds, 0)).Abs(); age > tolerance {
		return fault.New(fault.WebhookTimestampOutOfRange,
			"The event was signed %s away from this server's time; %s are allowed. Check the clocks, or send the event again.", age.Round(time.Second), tolerance)
	}
	return nil
}

// EventQuery says which events to list.
type EventQuery struct {
	Account string    // a creator's account; empty for our own
	After   string    // the id of the last event that is known; wins over Since
	Since   time.Time // events of this second and later
	Limit   int       // 0 means all there are
}

// ListEvents lists events, oldest first. Stripe keeps them for 30 days; an
// After that is older is an ErrNotFound: use Since then, and compare ids.
func (c *Client) ListEvents(ctx context.Context, q EventQuery) ([]payment.Event, error) {
	p := &sdk.EventListParams{}
	p.Limit = sdk.Int64(100)
	if q.Account != "" {
		p.SetStripeAccount(q.Account)
	}
	if q.After != "" {
		p.EndingBefore = sdk.String(q.After)
	} else if !q.Since.IsZero() {
		p.CreatedRange = &sdk.RangeQueryParams{GreaterThanOrEqual: q.Since.Unix()}
	}
	var list []payment.Event
	for o, err := range c.api.V1Events.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		e := event(o)
		if e.Account == "" {
			e.Account = q.Account
		}
		list = append(list, e)
		if q.After != "" && q.Limit > 0 && len(list) == q.Limit {
			break
		}
	}
	if q.After == "" {
		slices.Reverse(list) // Stripe lists the newest first
		if q.Limit > 0 && len(list) > q.Limit {
			list = list[:q.Limit]
		}
	}
	return list, nil
}

// event reads what an event is about; the object is fetched anew by whoever
// acts on it.
func event(e *sdk.Event) payment.Event {
	out := payment.Event{ID: e.ID, Type: string(e.Type), Account: e.Account, Live: e.Livemode, CreatedAt: instant(e.Created)}
	if e.Data == nil {
		return out
	}
	var about struct {
		ID            string            `json:"id"`
		Object        string            `json:"object"`
		Metadata      map[string]string `json:"metadata"`
		PaymentIntent json.RawMessage   `json:"payment_intent"`
	}
	if err := json.Unmarshal(e.Data.Raw, &about); err != nil {
		return out // an object of an unknown shape is an event we do nothing about
	}
	out.Object, out.ObjectID, out.Ref = about.Object, about.ID, about.Metadata[refKey]
	if id, ok := sdk.ParseID(about.PaymentIntent); ok {
		out.Parent = id
	}
	return out
}
