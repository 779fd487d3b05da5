package people

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Key is an API key, without its secret.
type Key struct {
	ID         id.Key
	Last4      string // the end of the secret, to know a key by
	Name       string
	Scopes     []Scope
	Mode       Mode
	Person     id.Person // who the key is bound to; "" for the host platform
	APIVersion string    // the version that it speaks unless it asks for another; "" means the newest at each time
	CreatedBy  string    // the id of a person or of a key, also of one that started the person's session
	CreatedUS  int64
	RevokedUS  int64 // 0 while it holds
}

// Caller returns who asks.
func (k *Key) Caller() Caller { return Caller{Person: k.Person, Key: k.ID, Scopes: k.Scopes} }

// NewKey is what a key shall be.
type NewKey struct {
	Name       string
	Scopes     []Scope
	Person     id.Person // "" for a key of the host platform
	APIVersion string
	Versions   []string // that the API speaks, the newest first: APIVersion is one of them, or ""
}

const keyColumns = "id, last4, name, scopes, mode, person_id, api_version, created_by, created_us, revoked_us"

func scanKey(r *db.Rows) (k Key, err error) {
	var scopes string
	err = r.Scan((*string)(&k.ID), &k.Last4, &k.Name, &scopes, (*string)(&k.Mode), (*string)(&k.Person), &k.APIVersion, &k.CreatedBy, &k.CreatedUS, &k.RevokedUS)
	k.Scopes = splitScopes(scopes)
	return k, err
}

// CreateKey makes a key of the instance's mode and returns its secret, which
// is shown this once. A key can not make a key with a scope that it lacks,
// nor for somebody else; a person makes keys for itself with personal scopes,
// and an operator any.
func (s *Service) CreateKey(ctx context.Context, by Caller, k NewKey) (Key, string, error) {
	if err := by.Require(KeysWrite); err != nil {
		return Key{}, "", err
	}
	if err := k.clean(); err != nil {
		return Key{}, "", err
	}
	if err := mayMake(by, k); err != nil {
		return Key{}, "", err
	}
	secret, hash, err := newToken(s.random, keyPrefix+string(s.mode)+"_sk_")
	if err != nil {
		return Key{}, "", err
	}
	made := Key{Last4: secret[len(secret)-4:], Name: k.Name, Scopes: k.Scopes, Mode: s.mode, Person: k.Person, APIVersion: k.APIVersion, CreatedBy: by.ID()}
	if by.Starter != "" {
		made.CreatedBy = string(by.Starter) // who looks for what a leaked key has made finds this too
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := stillHolds(ctx, tx, by); err != nil {
			return err
		}
		if k.Person != "" {
			if err := exists(ctx, tx, k.Person); err != nil {
				return err
			}
		}
		made.ID, made.CreatedUS = id.Key(tx.NewID(id.KindKey)), tx.NowUS()
		_, err := tx.Exec(ctx, "INSERT INTO api_key (secret_hash, "+keyColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)",
			hash, string(made.ID), made.Last4, made.Name, joinScopes(made.Scopes), string(made.Mode), string(made.Person), made.APIVersion, made.CreatedBy, made.CreatedUS)
		if err != nil {
			return fmt.Errorf("people: making a key: %w", err)
		}
		changed := map[string]any{"name": made.Name, "scopes": made.Scopes, "mode": made.Mode}
		if made.Person != "" {
			changed["person"] = made.Person
		}
		return audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: "key.create", Subject: string(made.ID), Changed: changed}))
	})
	if err != nil {
		return Key{}, "", err
	}
	return made, secret, nil
}

// FirstKey makes a key of the host platform with the scope admin, for who
// administers the machine (the command line, the sandbox).
func (s *Service) FirstKey(ctx context.Context, name string) (Key, string, error) {
	return s.CreateKey(ctx, Console(), NewKey{Name: name, Scopes: []Scope{Admin}})
}

func (k *NewKey) clean() error {
	var c checks
	var field *fault.Field
	k.Name, field = nameRule.Clean(k.Name)
	c.Add("/name", field)
	k.Scopes, field = cleanScopes(k.Scopes)
	c.Add("/scopes", field)
	if k.APIVersion != "" && !slices.Contains(k.Versions, k.APIVersion) { // such a key could do nothing
		c.Add("/api_version", invalid("This server speaks the API versions %s.", strings.Join(k.Versions, ", ")))
	}
	return c.Err()
}

// mayMake refuses a key that could do more than its maker.
func mayMake(by Caller, k NewKey) error {
	if k.Person == "" && !by.IsHost() && !by.Is(Operator) {
		return fault.New(fault.RoleRequired, "A key of the host platform is made by an operator. Make one that is bound to you.")
	}
	if k.Person != "" && !by.ActsFor(k.Person) && !by.Is(Operator) {
		return errNobody()
	}
	for _, scope := range k.Scopes {
		doc, _ := docOf(scope)
		if k.Person != "" && !doc.Personal {
			return fault.New(fault.ValidationFailed, "The scope %s is for keys of the host platform, not for one that is bound to a person.", scope).
				At("/scopes", fault.ValidationFailed, "%s is for keys of the host platform", scope)
		}
		if !by.May(scope) {
			return errScope(scope)
		}
	}
	return nil
}

// stillHolds refuses a key that was revoked since it was looked at, and a
// session that such a key has started.
func stillHolds(ctx context.Context, tx *db.Tx, by Caller) error {
	key := cmp.Or(by.Key, by.Starter)
	if key == "" {
		return nil
	}
	k, err := keyByID(ctx, tx, key)
	if err != nil {
		return err
	}
	if k.RevokedUS != 0 {
		return errKey()
	}
	return nil
}

// keyByID returns the key, or the fault of one that is not known.
func keyByID(ctx context.Context, tx *db.Tx, key id.Key) (Key, error) {
	found, err := db.Collect[Key](tx.Query(ctx, "SELECT "+keyColumns+" FROM api_key WHERE id = $1", string(key)))(scanKey)
	if err != nil {
		return Key{}, fmt.Errorf("people: reading a key: %w", err)
	}
	if len(found) == 0 {
		return Key{}, errKey()
	}
	return found[0], nil
}

// RevokeKey ends a key that the caller could have made, and the sessions that
// the key has started. The sessions are over at once; the key is in this
// process, and in others after two seconds.
func (s *Service) RevokeKey(ctx context.Context, by Caller, key id.Key) error {
	if err := by.Require(KeysWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		missing := fault.New(fault.NotFound, "There is no such key.")
		found, err := db.Collect[Key](tx.Query(ctx, "SELECT "+keyColumns+" FROM api_key WHERE id = $1", string(key)))(scanKey)
		switch {
		case err != nil:
			return fmt.Errorf("people: reading a key: %w", err)
		case len(found) == 0 || !mayRevoke(by, &found[0]):
			return missing
		case found[0].RevokedUS != 0:
			return fault.New(fault.AlreadyDone, "This key has been revoked already.")
		}
		if _, err := tx.Exec(ctx, "UPDATE api_key SET revoked_us = $2 WHERE id = $1", string(key), tx.NowUS()); err != nil {
			return fmt.Errorf("people: revoking a key: %w", err)
		}
		tx.AfterCommit(s.keys.forgetAll)
		return audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: "key.revoke", Subject: string(key), Changed: map[string]any{"name": found[0].Name}}))
	})
}

// mayRevoke lets everybody end only what they could have made: a person its
// own keys, an operator all, and a key none that is stronger than itself.
func mayRevoke(by Caller, k *Key) bool {
	return by.Is(Operator) || mayMake(by, NewKey{Scopes: k.Scopes, Person: k.Person}) == nil
}

// Keys returns the keys that are bound to the person ("" for those of the
// host platform), also the revoked ones, the newest first.
func (s *Service) Keys(ctx context.Context, person id.Person) (all []Key, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = db.Collect[Key](tx.Query(ctx, "SELECT "+keyColumns+" FROM api_key WHERE person_id = $1 ORDER BY id DESC", string(person)))(scanKey)
		return err
	})
	return all, err
}
