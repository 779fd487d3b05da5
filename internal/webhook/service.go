package webhook

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Message is what is sent to an endpoint.
type Message struct {
	URL       string
	ID        id.Event  // the same at each attempt
	Timestamp time.Time // of the attempt
	Signature string
	Body      []byte
}

// Outcome is what came of an attempt.
type Outcome struct {
	Status     int     // of the answer; 0 if there was none
	Failure    Failure // why there was no answer, or none that counts
	Answer     string  // how the answer begins
	Took       time.Duration
	RetryAfter time.Duration // for so long the receiver wants to be left alone
}

// Failure is why an attempt failed, in one word; "" if it did not.
type Failure string

// The failures. Those of the network come from the courier.
const (
	Timeout    Failure = "timeout"
	NoName     Failure = "name_not_found"
	NotAllowed Failure = "address_not_allowed"
	Refused    Failure = "connection_refused"
	Reset      Failure = "connection_reset"
	NoTLS      Failure = "tls_failed"
	Unreadable Failure = "answer_unreadable"
	Network    Failure = "network"
	Redirect   Failure = "redirect"
	Gone       Failure = "gone"
	BadStatus  Failure = "status"
)

// Courier takes a message to its receiver. It is an interface because rules
// know nothing of HTTP; the program has one, in package courier.
type Courier interface {
	// Send makes one attempt, and returns when it is over or the context ends.
	Send(ctx context.Context, m Message) Outcome
}

// Resolver looks up the addresses of a name, as net.Resolver does. It is an
// interface so that a test can have a name whose address changes.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Config is what a Service is made of.
type Config struct {
	DB       *db.DB
	Courier  Courier
	Resolver Resolver
	Guard    Guard
	Stamp    clock.Clock // of the timestamps that are signed
	Log      *slog.Logger
}

// Service owns the use cases of endpoints and their deliveries. It is safe for
// concurrent use.
type Service struct {
	db       *db.DB
	courier  Courier
	resolver Resolver
	guard    Guard
	stamp    clock.Clock
	log      *slog.Logger

	mu     sync.Mutex
	looked map[id.Endpoint]looked // how far Fan has looked without finding anything
}

// NewService returns a Service.
func NewService(c Config) *Service {
	return &Service{db: c.DB, courier: c.Courier, resolver: c.Resolver, guard: c.Guard, stamp: c.Stamp, log: c.Log, looked: map[id.Endpoint]looked{}}
}
