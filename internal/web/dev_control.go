package web

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/money"
)

// Control steers the world of a sandbox. It is an interface because the world
// is the program's, which stands above the pages.
type Control interface {
	// Fans returns how the simulated fans act, and how many gifts they have
	// given since the server began.
	Fans() (FanMix, int64)
	// Steer changes how they act, at once.
	Steer(ctx context.Context, mix FanMix) error
	// Do makes something happen, and returns what; the same key does it once.
	// When it fails on its way, what it has done until then is returned with
	// the error, and stands in History too.
	Do(ctx context.Context, act Act) (Happening, error)
	// History returns what was made to happen lately, newest first.
	History() []Happening
	// Provider returns how the payment provider behaves.
	Provider() (Provider, error)
	// Deliver changes how the provider's news arrive from now on.
	Deliver(news ProviderNews) error
	// Break makes the provider's next answers bad.
	Break(fault ProviderFault) error
	// Mend takes back what Break has said.
	Mend()
}

// FanMix is how simulated fans act.
type FanMix struct {
	On        bool
	PerMinute int // acts a minute, on the average
	Large     int // of a hundred acts on LIVEs: large gifts
	Combos    int // of a hundred acts: combos
	Number    int // how many fans act
}

// The bounds of a FanMix.
const (
	MaxPace    = 600
	MaxNumber  = 200
	MaxPercent = 100
)

// Act is something that shall happen in a sandbox.
type Act struct {
	Key  string
	What string        // one of Acts, or ActClock
	By   time.Duration // of ActClock
}

// ActClock moves the clock.
const ActClock = "clock"

// Acts are the other things that can be made to happen, in the order of the
// page.
var Acts = []string{"coin_purchase", "coin_purchase.declined", "refund", "dispute", "gift", "gift.combo", "tip", "live.started", "live.ended", "payout.paid", "payout.failed", "payout.next"}

// Happening is what came of an Act.
type Happening struct {
	Key, What string
	AtUS      int64 // the sandbox's instant at its end
	Steps     []HappeningStep
	After     int64        // the last event before it
	Events    []EventCount // what the log got meanwhile, by type
	Failed    string       // why it did not come to its end: a sentence of a rule
}

// HappeningStep is one thing that was done.
type HappeningStep struct {
	What   string // bought, declined, gave, combo, live, over, bank, asked, payout, clock, refunded, disputed
	ID     string // of what was made
	Name   string // of a gift or a person, or a state
	Amount money.Amount
	US     int64
}

// EventCount is how many events of a type there were.
type EventCount struct {
	Type  string
	Count int64
}

// Provider is how the payment provider of a sandbox behaves.
type Provider struct {
	News   ProviderNews
	Faults []ProviderFault
}

// ProviderNews is how the provider's news (its webhooks) arrive.
type ProviderNews struct {
	Off          bool
	DelaySeconds int64
	Twice        bool
	Shuffled     bool
}

// ProviderFault makes the next calls to the provider go wrong.
type ProviderFault struct {
	Calls string // one of FaultCalls
	How   string // one of FaultWays
	Next  int    // how many calls
}

// FaultCalls are the calls that can go wrong, and FaultWays the ways.
var (
	FaultCalls = []string{"all", "charges", "transfers", "payouts"}
	FaultWays  = []string{"before", "after", "reset", "reset_before", "rate_limit"}
)

// MaxFaults bounds how many calls one ProviderFault spoils.
const MaxFaults = 20
