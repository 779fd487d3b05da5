package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/ovationhq/ovation/internal/money"
)

// Happening is what was made to happen in a sandbox.
type Happening struct {
	Object string           `json:"object" enum:"happening" doc:"Always happening"`
	What   string           `json:"what" doc:"What was asked for"`
	At     Instant          `json:"at" doc:"The sandbox's instant when it was over"`
	Steps  []HappeningStep  `json:"steps" doc:"What was done for it, in order"`
	Events []HappeningEvent `json:"events" doc:"What the log of events got meanwhile, the most frequent type first"`
}

// HappeningStep is one thing that was done.
type HappeningStep struct {
	What   string        `json:"what" doc:"bought, declined, gave, combo, live, over, bank, asked, payout or clock"`
	ID     string        `json:"id,omitempty" doc:"Of what was made"`
	Name   string        `json:"name,omitempty" doc:"Of a gift or a LIVE, the end of a bank account's number, or the state of a payout"`
	Amount *money.Amount `json:"amount,omitempty" doc:"How many coins, or how much money"`
	At     *Instant      `json:"at,omitempty" doc:"Of clock: what the clock was moved to"`
}

// HappeningEvent is how many events of a type there were.
type HappeningEvent struct {
	Type  string `json:"type" doc:"The type of the events"`
	Count int64  `json:"count" doc:"How many"`
}

type happeningIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		What string `json:"what" minLength:"1" maxLength:"40" doc:"Such as coin_purchase, gift, gift.combo, live.ended or payout.paid; ovation trigger lists all"`
	}
}

// happeningMake makes something happen in a sandbox.
func (a *API) happeningMake(ctx context.Context, in *happeningIn) (*struct{ Body Happening }, error) {
	key := sha256.Sum256([]byte(in.Body.What + "\x00" + in.Key)) // as long as the keys that are made of it may be
	h, err := a.cfg.Services.Trigger(ctx, hex.EncodeToString(key[:16]), in.Body.What)
	return &struct{ Body Happening }{h}, err
}
