package webhook

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
)

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	Waiting   DeliveryState = "waiting"   // it is tried at NextUS, unless its endpoint is disabled
	Delivered DeliveryState = "delivered" // the receiver took it
	Dead      DeliveryState = "dead"      // it was given up
)

// Delivery is an event on its way to an endpoint.
type Delivery struct {
	ID       id.Delivery
	Endpoint id.Endpoint
	Sequence int64 // the endpoint's own
	Event    id.Event
	Type     string
	State    DeliveryState
	Attempts int64 // all that were made; Log has the latest
	NextUS   int64 // when it is tried next; 0: it is over
	MadeUS   int64
	EndedUS  int64 // 0: it waits
	Log      []Attempt

	event   int64 // the event's sequence in the log
	tries   int64 // attempts since it was made, or asked for again
	firstUS int64 // the first of these
}

// Attempt is one try of a delivery.
type Attempt struct {
	Number  int64
	AtUS    int64
	TookUS  int64
	Status  int64 // of the answer; 0 if there was none
	Failure Failure
	Answer  string // how the answer begins
}

const deliveryColumns = "id, endpoint_id, sequence, event, type, state, tries, attempts, first_us, next_us, made_us, ended_us"

func scanDelivery(r *db.Rows) (d Delivery, err error) {
	return d, r.Scan((*string)(&d.ID), (*string)(&d.Endpoint), &d.Sequence, &d.event, &d.Type, (*string)(&d.State), &d.tries, &d.Attempts, &d.firstUS, &d.NextUS, &d.MadeUS, &d.EndedUS)
}

// save writes what changes in a delivery.
func (d *Delivery) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE webhook_delivery SET state = $2, tries = $3, attempts = $4, first_us = $5, next_us = $6, ended_us = $7 WHERE id = $1",
		d.ID, string(d.State), d.tries, d.Attempts, d.firstUS, d.NextUS, d.EndedUS)
	return err
}

// deliveryOf returns the endpoint's delivery, or db.ErrNoRows.
func deliveryOf(ctx context.Context, tx *db.Tx, endpoint id.Endpoint, delivery id.Delivery) (Delivery, error) {
	all, err := db.Collect[Delivery](tx.Query(ctx, "SELECT "+deliveryColumns+" FROM webhook_delivery WHERE id = $1 AND endpoint_id = $2", delivery, endpoint))(scanDelivery)
	if err == nil && len(all) == 0 {
		err = db.ErrNoRows
	}
	if err != nil {
		return Delivery{}, err
	}
	return all[0], nil
}

func noDelivery(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return fault.New(fault.NotFound, "There is no such delivery of this webhook endpoint. Deliveries are removed after %d days.", int64(keepFor.Hours()/24))
	}
	return err
}

// DeliveryPage chooses a page of an endpoint's deliveries.
type DeliveryPage struct {
	State  DeliveryState // "" for all
	Type   string        // "" for all
	Before int64         // the sequence of the last of the page before; 0 for the first page
	Limit  int
}

// Deliveries returns the endpoint's deliveries of the page with their attempts,
// the newest first.
func (s *Service) Deliveries(ctx context.Context, by people.Caller, endpoint id.Endpoint, p DeliveryPage) (all []Delivery, err error) {
	if err := by.Require(people.WebhooksRead); err != nil {
		return nil, err
	}
	where, args := "endpoint_id = $1", []any{endpoint, int64(p.Limit)}
	add := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if p.Before > 0 {
		add("sequence < $%d", p.Before)
	}
	if p.State != "" {
		add("state = $%d", string(p.State))
	}
	if p.Type != "" {
		add("type = $%d", p.Type)
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if _, err := get(ctx, tx, endpoint); err != nil {
			return err
		}
		all, err = db.Collect[Delivery](tx.Query(ctx, "SELECT "+deliveryColumns+" FROM webhook_delivery WHERE "+where+" ORDER BY sequence DESC LIMIT $2", args...))(scanDelivery)
		if err != nil {
			return err
		}
		return fillIn(ctx, tx, all)
	})
	return all, err
}

// Delivery returns one delivery of the endpoint with its attempts.
func (s *Service) Delivery(ctx context.Context, by people.Caller, endpoint id.Endpoint, delivery id.Delivery) (d Delivery, err error) {
	if err := by.Require(people.WebhooksRead); err != nil {
		return d, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if _, err := get(ctx, tx, endpoint); err != nil {
			return err
		}
		if d, err = deliveryOf(ctx, tx, endpoint, delivery); err != nil {
			return noDelivery(err)
		}
		one := []Delivery{d}
		err := fillIn(ctx, tx, one)
		d = one[0]
		return err
	})
	return d, err
}

// fillIn adds to the deliveries what stands elsewhere: the ids of their events
// and their attempts, both read for all of them at once.
func fillIn(ctx context.Context, tx *db.Tx, all []Delivery) error {
	if len(all) == 0 {
		return nil
	}
	ids, sequences, at := make([]any, len(all)), make([]int64, len(all)), make(map[id.Delivery]*Delivery, len(all))
	for i := range all {
		ids[i], sequences[i], at[all[i].ID] = string(all[i].ID), all[i].event, &all[i]
	}
	events, err := outbox.Find(ctx, tx, sequences...)
	if err != nil {
		return err
	}
	of := make(map[int64]id.Event, len(events))
	for i := range events {
		of[events[i].Sequence] = events[i].ID()
	}
	for i := range all {
		all[i].Event = of[all[i].event]
	}
	rows, err := tx.QueryList(ctx, "SELECT delivery_id, number, at_us, took_us, status, error, answer FROM webhook_attempt WHERE delivery_id IN ($list) ORDER BY delivery_id, number", ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of string
		var a Attempt
		if err := rows.Scan(&of, &a.Number, &a.AtUS, &a.TookUS, &a.Status, (*string)(&a.Failure), &a.Answer); err != nil {
			return err
		}
		d := at[id.Delivery(of)]
		d.Log = append(d.Log, a)
	}
	return rows.Err()
}

// Sentence tells a failure in words.
func (f Failure) Sentence() string { return strings.TrimSpace(sentences[f]) }

// Sentences are the sentences of all failures.
func Sentences() map[Failure]string { return sentences }

var sentences = map[Failure]string{
	Timeout:    "The receiver did not answer within 15 seconds.",
	NoName:     "The name in the URL has no address at the moment.",
	NotAllowed: "The name in the URL leads to an address that is not public, so nothing was sent.",
	Refused:    "Nobody listens at the receiver's address.",
	Reset:      "The connection ended before there was an answer.",
	NoTLS:      "No encrypted connection came about. Look at the receiver's certificate.",
	Unreadable: "What the receiver answered is not HTTP.",
	Network:    "The receiver could not be reached.",
	Redirect:   "The receiver answered with a redirect, which is not followed. Change the URL to where it leads.",
	Gone:       "The receiver answered 410, and the endpoint was disabled.",
	BadStatus:  "The receiver did not answer with a status from 200 to 299.",
}
