package webhook

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
)

// Change is what shall be otherwise; nil leaves it as it is.
type Change struct {
	URL         *string
	Description *string
	Types       *[]string
}

// told is what the audit log tells of the change. An address may carry a secret
// behind its host.
func (c *Change) told() map[string]any {
	fields := []string{}
	changed := map[string]any{}
	if c.URL != nil {
		fields = append(fields, "url")
		changed["host"] = hostOf(*c.URL)
	}
	if c.Description != nil {
		fields = append(fields, "description")
	}
	if c.Types != nil {
		fields = append(fields, "types")
	}
	changed["fields"] = fields
	return changed
}

// hostOf returns the host of an address that was checked.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Change changes an endpoint. What waits goes to the new URL; other types hold
// for the events that were not handed out yet. Its faults are those of Create.
func (s *Service) Change(ctx context.Context, by people.Caller, endpoint id.Endpoint, c Change) (Endpoint, error) {
	if err := by.Require(people.WebhooksWrite); err != nil {
		return Endpoint{}, err
	}
	err := s.db.Read(ctx, func(tx *db.Tx) error { // what is not there is said before what is wrong
		_, err := get(ctx, tx, endpoint)
		return err
	})
	if err != nil {
		return Endpoint{}, err
	}
	var fields fault.Fields
	var description string
	var types []string
	var wrong *fault.Field
	if c.URL != nil {
		fields.Add("/url", s.checkURL(ctx, *c.URL))
	}
	if c.Description != nil {
		description, wrong = descriptionRule.Clean(*c.Description)
		fields.Add("/description", wrong)
	}
	if c.Types != nil {
		types, wrong = cleanTypes(*c.Types)
		fields.Add("/types", wrong)
	}
	if err := fields.Err(); err != nil {
		return Endpoint{}, err
	}
	return s.change(ctx, by, endpoint, audit.Act{Verb: "webhook.change", Changed: c.told()}, func(_ *db.Tx, e *Endpoint) error {
		if c.URL != nil {
			e.URL = *c.URL
		}
		if c.Description != nil {
			e.Description = description
		}
		if c.Types != nil {
			e.Types = slices.Clone(types)
		}
		return nil
	})
}

// Disable stops an endpoint until it is enabled; the reason may be empty. What
// waits and what happens meanwhile is kept for Enable. Its faults: not_found,
// already_done, text_not_allowed.
func (s *Service) Disable(ctx context.Context, by people.Caller, endpoint id.Endpoint, reason string) (Endpoint, error) {
	reason, wrong := reasonRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return Endpoint{}, err
	}
	return s.change(ctx, by, endpoint, audit.Act{Verb: "webhook.disable", Reason: reason}, func(tx *db.Tx, e *Endpoint) error {
		if e.State == Disabled {
			return fault.New(fault.AlreadyDone, "The webhook endpoint is disabled already.")
		}
		return e.disable(ctx, tx, ByHand, reason)
	})
}

// Enable has an endpoint be sent events again. With resume it gets what waits
// and what has happened since it was disabled; without, only what happens from
// now on: what waits is dead then. Its faults: not_found, already_done.
func (s *Service) Enable(ctx context.Context, by people.Caller, endpoint id.Endpoint, resume bool) (Endpoint, error) {
	if err := by.Require(people.WebhooksWrite); err != nil {
		return Endpoint{}, err
	}
	done, err := s.prepare(ctx, endpoint, resume)
	if err != nil {
		return Endpoint{}, err
	}
	return s.change(ctx, by, endpoint, audit.Act{Verb: "webhook.enable", Changed: map[string]any{"resumed": resume}}, func(tx *db.Tx, e *Endpoint) error {
		if e.State == Enabled {
			return fault.New(fault.AlreadyDone, "The webhook endpoint is enabled already.")
		}
		e.State, e.DisabledCode, e.DisabledReason, e.DisabledUS, e.FailingUS = Enabled, "", "", 0, 0
		if !resume {
			head, err := outbox.Head(ctx, tx)
			if err != nil {
				return err
			}
			e.Place = head
		}
		if err := enableSome(ctx, tx, e.ID, resume, done, e.Sequence); err != nil {
			return err
		}
		if err := drive(ctx, tx, e.ID, tx.NowUS()); err != nil {
			return err
		}
		return tell(ctx, tx, "webhook.endpoint.enabled", e.ID, map[string]any{"endpoint": e.ID, "resumed": resume, "enabled_at": tx.Now().UTC().Format(instant)})
	})
}

// enableAtOnce bounds the deliveries that one transaction makes due or dead.
const enableAtOnce = 1000

// prepare does most of Enable's work on what waits in small transactions, so
// that a long outage of a receiver does not keep the writer from others. The
// endpoint is disabled until it is through, so nobody sends meanwhile; an Enable
// that was cut short is done again from the beginning. It returns the sequence
// up to which it has come.
func (s *Service) prepare(ctx context.Context, endpoint id.Endpoint, resume bool) (done int64, err error) {
	for more := true; more; {
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			e, err := get(ctx, tx, endpoint)
			if more = err == nil && e.State == Disabled; !more {
				return err
			}
			var upTo int64
			err = tx.Row(ctx, "SELECT sequence FROM webhook_delivery WHERE endpoint_id = $1 AND state = 'waiting' AND sequence > $2 ORDER BY sequence LIMIT 1 OFFSET $3", endpoint, done, enableAtOnce-1).Scan(&upTo)
			if errors.Is(err, db.ErrNoRows) { // the rest is done when it is enabled
				more = false
				return nil
			}
			if err != nil {
				return err
			}
			if err = enableSome(ctx, tx, endpoint, resume, done, upTo); err == nil {
				done = upTo
			}
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return done, nil
}

// enableSome makes what waits behind a sequence, up to another, due now or dead.
func enableSome(ctx context.Context, tx *db.Tx, endpoint id.Endpoint, resume bool, after, upTo int64) error {
	query := "UPDATE webhook_delivery SET tries = 0, first_us = 0, next_us = $2"
	if !resume {
		query = "UPDATE webhook_delivery SET state = 'dead', next_us = 0, ended_us = $2"
	}
	_, err := tx.Exec(ctx, query+" WHERE endpoint_id = $1 AND state = 'waiting' AND sequence > $3 AND sequence <= $4", endpoint, tx.NowUS(), after, upTo)
	return err
}

// Delete takes an endpoint away, with its secrets at once and with its
// deliveries as Sweep gets to them.
func (s *Service) Delete(ctx context.Context, by people.Caller, endpoint id.Endpoint) error {
	_, err := s.change(ctx, by, endpoint, audit.Act{Verb: "webhook.delete"}, func(_ *db.Tx, e *Endpoint) error {
		*e = Endpoint{ID: e.ID, State: deleted, Place: e.Place}
		return nil
	})
	return err
}

// Test adds an event webhook.test for this endpoint alone, which goes the way
// of every other event, and returns its id. Its faults: not_found,
// state_conflict.
func (s *Service) Test(ctx context.Context, by people.Caller, endpoint id.Endpoint) (event id.Event, err error) {
	_, err = s.change(ctx, by, endpoint, audit.Act{}, func(tx *db.Tx, e *Endpoint) error {
		if e.State != Enabled {
			return errDisabled()
		}
		if err := tell(ctx, tx, TypeTest, e.ID, map[string]any{"endpoint": e.ID, "sent_at": tx.Now().UTC().Format(instant)}); err != nil {
			return err
		}
		head, err := outbox.Head(ctx, tx)
		event = (&outbox.Stored{Sequence: head, At: tx.Now()}).ID()
		return err
	})
	return event, err
}

// TypeTest is the type of what Test adds.
const TypeTest = "webhook.test"

func errDisabled() error {
	return fault.New(fault.StateConflict, "The webhook endpoint is disabled. Enable it first.")
}
