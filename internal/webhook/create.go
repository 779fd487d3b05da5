package webhook

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
)

// NewEndpoint is what an endpoint shall be.
type NewEndpoint struct {
	Key         string // idempotency key, unique for the caller
	URL         string
	Description string
	Types       []string // of the events that it wants; empty means all
}

// The bounds of endpoints: each event is looked at for each of them.
const (
	mostEndpoints = 50
	mostTypes     = 50
	maxType       = 60
)

var typeForm = regexp.MustCompile(`^[a-z_]+([.][a-z_]+)+$`)

// cleanTypes returns the types once each, in alphabetical order.
func cleanTypes(types []string) ([]string, *fault.Field) {
	clean := slices.Compact(slices.Sorted(slices.Values(types)))
	if len(clean) > mostTypes {
		return nil, fault.Wrong(fault.ValidationFailed, "An endpoint chooses at most %d types of events; leave them out for all.", mostTypes)
	}
	for _, t := range clean {
		if len(t) > maxType || !typeForm.MatchString(t) {
			return nil, fault.Wrong(fault.ValidationFailed, "%q is no type of an event, such as gift.sent.", fault.Clip(t))
		}
	}
	return clean, nil
}

func (n *NewEndpoint) fingerprint() int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", n.URL, n.Description, n.Types))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// makerOf names who makes an endpoint: also a key that has started the
// person's session.
func makerOf(by people.Caller) string { return cmp.Or(string(by.Starter), by.ID()) }

// Create makes an endpoint, which is sent what is committed from now on, or
// returns the one that the key made before. Its faults: scope_missing,
// url_not_allowed, validation_failed, limit_reached, idempotency_key_reused,
// gone for a key whose endpoint was deleted.
func (s *Service) Create(ctx context.Context, by people.Caller, n NewEndpoint) (e Endpoint, err error) {
	if err := by.Require(people.WebhooksWrite); err != nil {
		return Endpoint{}, err
	}
	asked := n.fingerprint()
	before := func(tx *db.Tx) (found bool, err error) {
		e, found, err = s.madeBefore(ctx, tx, by, n.Key, asked)
		return found, err
	}
	var found bool
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { found, err = before(tx); return err })
	if found || err != nil {
		return e, err
	}
	var fields fault.Fields
	var wrong *fault.Field
	fields.Add("/url", s.checkURL(ctx, n.URL))
	n.Description, wrong = descriptionRule.Clean(n.Description)
	fields.Add("/description", wrong)
	n.Types, wrong = cleanTypes(n.Types)
	fields.Add("/types", wrong)
	if err := fields.Err(); err != nil {
		return Endpoint{}, err
	}
	secret := NewSecret()
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if found, err := before(tx); found || err != nil {
			return err
		}
		if e, err = insert(ctx, tx, by, n, asked, secret); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: "webhook.create", Subject: string(e.ID), Changed: map[string]any{"host": hostOf(e.URL)}}))
	})
	return e, err
}

func (s *Service) madeBefore(ctx context.Context, tx *db.Tx, by people.Caller, key string, asked int64) (Endpoint, bool, error) {
	var before id.Endpoint
	var print int64
	err := tx.Row(ctx, "SELECT id, fingerprint FROM webhook_endpoint WHERE created_by = $1 AND idem_key = $2", makerOf(by), key).Scan((*string)(&before), &print)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return Endpoint{}, false, nil
	case err != nil:
		return Endpoint{}, false, err
	case print != asked:
		return Endpoint{}, false, fault.New(fault.IdempotencyKeyReused, "This Idempotency-Key was used for another webhook endpoint (%s). Use a new key; nothing was made.", before)
	}
	e, _, err := find(ctx, tx, before)
	if err == nil && e.State == deleted {
		err = fault.New(fault.Gone, "The webhook endpoint that this Idempotency-Key has made (%s) was deleted.", before)
	}
	e.Replayed = true
	return e, err == nil, err
}

func insert(ctx context.Context, tx *db.Tx, by people.Caller, n NewEndpoint, asked int64, secret string) (Endpoint, error) {
	var there int64
	if err := tx.Row(ctx, "SELECT COUNT(*) FROM webhook_endpoint WHERE state <> 'deleted'").Scan(&there); err != nil {
		return Endpoint{}, err
	}
	if there >= mostEndpoints {
		return Endpoint{}, fault.New(fault.LimitReached, "There are %d webhook endpoints, and there may be %d. Delete one first.", there, mostEndpoints)
	}
	head, err := outbox.Head(ctx, tx)
	if err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{ID: id.Endpoint(tx.NewID(id.KindEndpoint)), URL: n.URL, Description: n.Description, Types: n.Types, State: Enabled, SecretUS: tx.NowUS(), Place: head,
		CreatedBy: makerOf(by), CreatedUS: tx.NowUS(), secret: secret}
	_, err = tx.Exec(ctx, "INSERT INTO webhook_endpoint ("+endpointColumns+", idem_key, fingerprint) VALUES ($1, $2, $3, $4, $5, '', '', 0, $6, $7, '', 0, $8, 0, 0, 0, $9, $10, $11, $12)",
		e.ID, e.URL, e.Description, strings.Join(e.Types, " "), string(e.State), e.secret, e.SecretUS, e.Place, e.CreatedBy, e.CreatedUS, n.Key, asked)
	return e, err
}
