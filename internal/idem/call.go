package idem

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// Call is one request as it is remembered.
type Call struct {
	Caller      string // who asks: the id of a key or of a person
	Operation   string // what is asked for: the operation's id in the API
	Key         string // the Idempotency-Key
	Fingerprint []byte // SHA-256 over everything that was asked

	// Answer is what to send. Once fills it in.
	Answer Answer
	// Replayed says that Answer was stored by an earlier request.
	Replayed bool
}

// Answer is a successful answer as it went over the wire.
type Answer struct {
	Status int    // 200–299
	Body   string // JSON
}

// Find returns the stored answer to the call, and whether there is one. It
// returns a fault with the code idempotency_key_reused when the key was used
// for a request that asked for something else.
func Find(ctx context.Context, tx *db.Tx, c *Call) (Answer, bool, error) {
	var a Answer
	var fingerprint []byte
	err := tx.Row(ctx, `SELECT fingerprint, status, body FROM idem
		WHERE caller = $1 AND operation = $2 AND key = $3`,
		c.Caller, c.Operation, c.Key).Scan(&fingerprint, &a.Status, &a.Body)
	if errors.Is(err, db.ErrNoRows) {
		return Answer{}, false, nil
	}
	if err != nil {
		return Answer{}, false, fmt.Errorf("idem: looking for the answer of %s: %w", c.Operation, err)
	}
	if !bytes.Equal(fingerprint, c.Fingerprint) {
		return Answer{}, false, fault.New(fault.IdempotencyKeyReused, "This Idempotency-Key was used before for another request. Nothing was changed; send this request with a new key.")
	}
	return a, true, nil
}

// Store keeps the answer to the call. It belongs in the transaction of the
// effect that the answer reports.
func Store(ctx context.Context, tx *db.Tx, c *Call, a Answer) error {
	if a.Status < 200 || a.Status > 299 {
		return fmt.Errorf("idem: the answer of %s has the status %d; only success is kept", c.Operation, a.Status)
	}
	_, err := tx.Exec(ctx, `INSERT INTO idem (caller, operation, key, fingerprint, status, body, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.Caller, c.Operation, c.Key, c.Fingerprint, a.Status, a.Body, tx.NowUS())
	if err != nil {
		return fmt.Errorf("idem: keeping the answer of %s: %w", c.Operation, err)
	}
	return nil
}

// Once runs the effect unless the call was answered before, and leaves the
// answer in c.Answer either way. An error of the effect is returned as it is,
// and nothing is kept. A nil call (a caller inside the program) only runs the
// effect.
//
// Like every closure in a transaction Once may run more than once; only what
// it left after the commit counts.
func (c *Call) Once(ctx context.Context, tx *db.Tx, effect func() (Answer, error)) error {
	if c == nil {
		_, err := effect()
		return err
	}
	c.Answer, c.Replayed = Answer{}, false
	a, found, err := Find(ctx, tx, c)
	if err != nil {
		return err
	}
	if found {
		c.Answer, c.Replayed = a, true
		return nil
	}
	if a, err = effect(); err != nil {
		return err
	}
	if err := Store(ctx, tx, c, a); err != nil {
		return err
	}
	c.Answer = a
	return nil
}
