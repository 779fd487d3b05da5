package people

import (
	"crypto/rand"
	"io"

	"github.com/alexedwards/argon2id"

	"github.com/ovationhq/ovation/internal/db"
)

// Mode tells whether an instance moves real money.
type Mode string

// The modes. A key of one is nothing to an instance of the other.
const (
	Test Mode = "test"
	Live Mode = "live"
)

// Service owns the verbs that begin outside a transaction. It is safe for
// concurrent use.
type Service struct {
	db       *db.DB
	mode     Mode
	random   io.Reader
	hasher   *hasher
	attempts *attempts
	keys     keyCache
}

// NewService returns the Service of an instance.
func NewService(d *db.DB, mode Mode) *Service { return newService(d, mode, rand.Reader, standardCost) }

func newService(d *db.DB, mode Mode, random io.Reader, cost argon2id.Params) *Service {
	return &Service{db: d, mode: mode, random: random, hasher: newHasher(cost), attempts: newAttempts()}
}
