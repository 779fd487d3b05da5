package people

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// keyFresh is how long an answer of KeyOf may come from memory.
const keyFresh = 2 * time.Second

// maxKeys bounds the memory.
const maxKeys = 10_000

// keyCache remembers keys that hold, by the hash of their secret. It does not
// remember what is no key: guesses would fill it.
type keyCache struct {
	mu     sync.Mutex
	held   map[string]heldKey
	change int // counts what was forgotten, so that a read that began before does not bring it back
}

type heldKey struct {
	key  Key
	read time.Time
}

func (c *keyCache) get(hash string, now time.Time) (Key, bool, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.held[hash]
	age := now.Sub(h.read)
	return h.key, ok && age >= 0 && age < keyFresh, c.change
}

func (c *keyCache) put(hash string, k Key, now time.Time, change int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.change != change {
		return
	}
	if c.held == nil || len(c.held) >= maxKeys {
		c.held = map[string]heldKey{}
	}
	c.held[hash] = heldKey{k, now}
}

func (c *keyCache) forgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = nil
	c.change++
}

func errKey() error {
	return fault.New(fault.TokenInvalid, "This API key is not known, or has been revoked.")
}

// KeyOf returns the key that the secret belongs to. The answer is at most two
// seconds old. The faults: token_invalid, also for a key of another mode, and
// account_suspended for a key that is bound to a suspended person.
func (s *Service) KeyOf(ctx context.Context, secret string) (Key, error) {
	for _, other := range []Mode{Test, Live} {
		if other != s.mode && isToken(secret, keyPrefix+string(other)+"_sk_") {
			return Key{}, fault.New(fault.TokenInvalid, "This is a key for %s mode, and this instance runs in %s mode.", other, s.mode)
		}
	}
	if !isToken(secret, keyPrefix+string(s.mode)+"_sk_") {
		return Key{}, errKey()
	}
	hash := hashToken(secret)
	now := s.db.Clock().Now()
	k, fresh, change := s.keys.get(string(hash), now)
	if fresh {
		return k, nil
	}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		found, err := db.Collect[Key](tx.Query(ctx, "SELECT "+keyColumns+" FROM api_key WHERE secret_hash = $1", hash))(scanKey)
		if err != nil {
			return fmt.Errorf("people: reading a key: %w", err)
		}
		if len(found) == 0 || found[0].RevokedUS != 0 {
			return errKey()
		}
		if k = found[0]; k.Person == "" {
			return nil
		}
		person, err := Get(ctx, tx, k.Person)
		if err == nil && person.SuspendedUS != 0 {
			return errSuspended(person.SuspendedUS, person.SuspendedReason)
		}
		return err
	})
	if err != nil {
		return Key{}, err
	}
	s.keys.put(string(hash), k, now, change)
	return k, nil
}
