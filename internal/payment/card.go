package payment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Instrument tells cards apart: it is the same for one number, whoever saved it
// and however often, and "" where the provider does not say. It is a hash of the
// provider's mark, so that what is kept here names no card there.
func (c *Card) Instrument() string {
	if c == nil || c.Fingerprint == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("card " + c.Fingerprint))
	return hex.EncodeToString(sum[:16])
}

// InstrumentOf returns what tells a saved card of the person's apart, or "" if that
// is not known here yet.
func InstrumentOf(ctx context.Context, tx *db.Tx, person id.Person, card string) (instrument string, err error) {
	err = tx.Row(ctx, "SELECT instrument FROM payment_card WHERE id = $1 AND person_id = $2", card, person).Scan(&instrument)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("payment: which card %s is: %w", card, err)
	}
	return instrument, nil
}

// UnknownCards returns those of the person's cards of which it is not kept yet what
// the provider tells about them now: a bank may give a saved card another number.
func UnknownCards(ctx context.Context, tx *db.Tx, person id.Person, cards []Card) (unknown []Card, err error) {
	for i := range cards {
		now := cards[i].Instrument()
		if now == "" {
			continue
		}
		kept, err := InstrumentOf(ctx, tx, person, cards[i].ID)
		if err != nil {
			return nil, err
		}
		if kept != now {
			unknown = append(unknown, cards[i])
		}
	}
	return unknown, nil
}

// KeepCards keeps what tells the person's cards apart, of those of which the
// provider says it.
func KeepCards(ctx context.Context, tx *db.Tx, person id.Person, cards ...Card) error {
	for i := range cards {
		instrument := cards[i].Instrument()
		if instrument == "" || cards[i].ID == "" {
			continue
		}
		_, err := tx.Exec(ctx, `INSERT INTO payment_card (id, person_id, instrument, learned_us) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, instrument = excluded.instrument, learned_us = excluded.learned_us`,
			cards[i].ID, person, instrument, tx.NowUS())
		if err != nil {
			return fmt.Errorf("payment: keeping which card %s is: %w", cards[i].ID, err)
		}
	}
	return nil
}
