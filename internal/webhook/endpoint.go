package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

// State is whether an endpoint is sent anything.
type State string

// The states of an endpoint. One that is deleted is shown to nobody, and gone
// once its deliveries have been removed.
const (
	Enabled  State = "enabled"
	Disabled State = "disabled"
	deleted  State = "deleted"
)

// Why an endpoint is disabled.
const (
	ByHand   = "by_hand"  // somebody did it
	IsGone   = "gone"     // it answered 410
	Failing  = "failing"  // everything failed for three days
	Restored = "restored" // the database is a restored backup
)

// The sentences of what disables an endpoint by itself.
const (
	goneReason     = "The receiver answered 410, which says that it wants no more messages."
	failingReason  = "Every attempt failed for as long as a delivery is tried. Enable the endpoint when the receiver is back."
	restoredReason = "The database was restored from a backup. Enable the endpoint when this instance is the one that sends."
)

// Reasons are the sentences that an endpoint is disabled with by itself.
func Reasons() []string { return []string{goneReason, failingReason, restoredReason} }

// Endpoint is where events are sent. Its secrets are not shown with it.
type Endpoint struct {
	ID             id.Endpoint
	URL            string
	Description    string
	Types          []string // of the events that it wants; empty means all
	State          State
	DisabledCode   string
	DisabledReason string
	DisabledUS     int64
	SecretUS       int64  // since when the present secret signs
	OldUntilUS     int64  // until when the one before signs too; 0: there is none
	Sequence       int64  // of its last delivery
	Removed        int64  // its deliveries up to this one were removed, because of their age
	FailingUS      int64  // since when every attempt has failed; 0: the last one succeeded, or there was none
	Place          int64  // the sequence in the event log up to which events were handed out
	CreatedBy      string // the id of a person or of a key
	CreatedUS      int64

	Replayed bool // the key had made this endpoint before

	secret, oldSecret string
}

const endpointColumns = "id, url, description, types, state, disabled_code, disabled_reason, disabled_us, secret, secret_us, old_secret, old_until_us, place, sequence, removed, failing_us, created_by, created_us"

func scanEndpoint(r *db.Rows) (e Endpoint, err error) {
	var types string
	err = r.Scan((*string)(&e.ID), &e.URL, &e.Description, &types, (*string)(&e.State), &e.DisabledCode, &e.DisabledReason, &e.DisabledUS, &e.secret, &e.SecretUS, &e.oldSecret,
		&e.OldUntilUS, &e.Place, &e.Sequence, &e.Removed, &e.FailingUS, &e.CreatedBy, &e.CreatedUS)
	e.Types = strings.Fields(types)
	return e, err
}

// find returns the endpoint, also one that is deleted; ok is false when it is
// not there.
func find(ctx context.Context, tx *db.Tx, endpoint id.Endpoint) (e Endpoint, ok bool, err error) {
	all, err := db.Collect[Endpoint](tx.Query(ctx, "SELECT "+endpointColumns+" FROM webhook_endpoint WHERE id = $1", endpoint))(scanEndpoint)
	if err != nil || len(all) == 0 {
		return Endpoint{}, false, err
	}
	return all[0], true, nil
}

func get(ctx context.Context, tx *db.Tx, endpoint id.Endpoint) (Endpoint, error) {
	e, ok, err := find(ctx, tx, endpoint)
	if err == nil && (!ok || e.State == deleted) {
		err = fault.New(fault.NotFound, "There is no such webhook endpoint.")
	}
	return e, err
}

// save writes what somebody may change in an endpoint.
func (e *Endpoint) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET url = $2, description = $3, types = $4, state = $5, disabled_code = $6, disabled_reason = $7, disabled_us = $8,
		secret = $9, secret_us = $10, old_secret = $11, old_until_us = $12, place = $13, failing_us = $14 WHERE id = $1`,
		e.ID, e.URL, e.Description, strings.Join(e.Types, " "), string(e.State), e.DisabledCode, e.DisabledReason, e.DisabledUS,
		e.secret, e.SecretUS, e.oldSecret, e.OldUntilUS, e.Place, e.FailingUS)
	return err
}

// change reads the endpoint in a transaction, applies f and saves it, with the
// act in the audit log; one without a verb decides nothing.
func (s *Service) change(ctx context.Context, by people.Caller, endpoint id.Endpoint, act audit.Act, f func(tx *db.Tx, e *Endpoint) error) (e Endpoint, err error) {
	if err := by.Require(people.WebhooksWrite); err != nil {
		return Endpoint{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if e, err = get(ctx, tx, endpoint); err != nil {
			return err
		}
		if err := f(tx, &e); err != nil {
			return err
		}
		if act.Verb != "" {
			act.Subject = string(endpoint)
			if err := audit.Record(ctx, tx, by.Act(ctx, act)); err != nil {
				return err
			}
		}
		return e.save(ctx, tx)
	})
	return e, err
}

// Endpoint returns one endpoint.
func (s *Service) Endpoint(ctx context.Context, by people.Caller, endpoint id.Endpoint) (e Endpoint, err error) {
	if err := by.Require(people.WebhooksRead); err != nil {
		return e, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		e, err = get(ctx, tx, endpoint)
		return err
	})
	return e, err
}

// Page chooses a page of the endpoints.
type Page struct {
	State  State       // "" for all
	Before id.Endpoint // the last of the page before; "" for the first page
	Limit  int
}

// Endpoints returns the endpoints of the page, newest first.
func (s *Service) Endpoints(ctx context.Context, by people.Caller, p Page) (all []Endpoint, err error) {
	if err := by.Require(people.WebhooksRead); err != nil {
		return nil, err
	}
	if p.Before == "" {
		p.Before = "whe_~"
	}
	where, args := "state <> 'deleted' AND id < $1", []any{p.Before, int64(p.Limit)}
	if p.State != "" {
		where, args = where+" AND state = $3", append(args, string(p.State))
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = db.Collect[Endpoint](tx.Query(ctx, "SELECT "+endpointColumns+" FROM webhook_endpoint WHERE "+where+" ORDER BY id DESC LIMIT $2", args...))(scanEndpoint)
		return err
	})
	return all, err
}

var (
	descriptionRule = text.Rule{Name: "The description", Max: 200, Optional: true}
	reasonRule      = text.Rule{Name: "The reason", Max: 200, Optional: true}
)

// disable stops an endpoint. The caller saves it.
func (e *Endpoint) disable(ctx context.Context, tx *db.Tx, code, reason string) error {
	e.State, e.DisabledCode, e.DisabledReason, e.DisabledUS = Disabled, code, reason, tx.NowUS()
	return tell(ctx, tx, "webhook.endpoint.disabled", e.ID, map[string]any{
		"endpoint": e.ID, "code": code, "reason": reason, "disabled_at": tx.Now().UTC().Format(instant)})
}

// Quiet disables all endpoints of a database that was restored, and returns how
// many: what the backup had not sent yet was sent since, and the instance that
// it was made of may be running.
func Quiet(ctx context.Context, tx *db.Tx) (n int, err error) {
	all, err := db.Collect[Endpoint](tx.Query(ctx, "SELECT "+endpointColumns+" FROM webhook_endpoint WHERE state = 'enabled' ORDER BY id"))(scanEndpoint)
	for i := range all {
		if err := errors.Join(all[i].disable(ctx, tx, Restored, restoredReason), all[i].save(ctx, tx)); err != nil {
			return 0, err
		}
	}
	return len(all), err
}

// tell adds an event about an endpoint. It never holds the URL: the log is kept
// for ever and read by others, and a URL may hold a secret of its receiver.
func tell(ctx context.Context, tx *db.Tx, kind string, endpoint id.Endpoint, data map[string]any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("webhook: writing an event: %w", err)
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: topic(endpoint), Data: raw})
}

func topic(endpoint id.Endpoint) string { return "webhook:" + string(endpoint) }

// signs returns the secrets that sign now, the present one first.
func (e *Endpoint) signs(now time.Time) []string {
	if e.oldSecret != "" && now.UnixMicro() < e.OldUntilUS {
		return []string{e.secret, e.oldSecret}
	}
	return []string{e.secret}
}
