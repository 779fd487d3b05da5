package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Origin is how a session began.
type Origin string

// The origins.
const (
	BySignUp   Origin = "sign_up"
	ByPassword Origin = "password"
	ByReset    Origin = "reset" // with a link that replaces a forgotten password
	ByHost     Origin = "host"  // made by the host platform
)

// How long sessions last.
const (
	sessionTime     = 30 * 24 * time.Hour
	MaxHostSession  = 24 * time.Hour
	minHostSession  = time.Minute
	maxAgent        = 300 // bytes that are kept of what a browser calls itself
	sessionsKeptFor = 90 * 24 * time.Hour
)

// Session is somebody being logged in somewhere.
type Session struct {
	ID        id.Session
	Person    id.Person
	Key       id.Key // the host's key that started it, by which it is bounded; "" if the person did
	Origin    Origin
	Address   string // all of IPv4, the first half of IPv6
	Agent     string
	CreatedUS int64
	ExpiresUS int64
	RevokedUS int64 // 0 while it holds
}

// Visit is a session that holds, with whose it is.
type Visit struct {
	Session Session
	Person  Person
	Roles   []Role
	Scopes  []Scope // of the key that started the session, if one did
}

// Caller returns who asks.
func (v *Visit) Caller() Caller {
	return Caller{Person: v.Person.ID, Starter: v.Session.Key, Roles: v.Roles, Scopes: v.Scopes}
}

const sessionColumns = "id, person_id, key_id, origin, address, agent, created_us, expires_us, revoked_us"

func scanSession(r *db.Rows) (s Session, err error) {
	return s, r.Scan((*string)(&s.ID), (*string)(&s.Person), (*string)(&s.Key), (*string)(&s.Origin), &s.Address, &s.Agent, &s.CreatedUS, &s.ExpiresUS, &s.RevokedUS)
}

// startSession starts a session that the person begins.
func startSession(ctx context.Context, tx *db.Tx, tokenHash []byte, person id.Person, origin Origin, from From, lasts time.Duration) (Session, error) {
	return insertSession(ctx, tx, tokenHash, Session{Person: person, Origin: origin, Address: place(from.Address), Agent: cleanAgent(from.Agent)}, lasts)
}

func insertSession(ctx context.Context, tx *db.Tx, tokenHash []byte, s Session, lasts time.Duration) (Session, error) {
	s.ID, s.CreatedUS, s.ExpiresUS = id.Session(tx.NewID(id.KindSession)), tx.NowUS(), tx.NowUS()+lasts.Microseconds()
	_, err := tx.Exec(ctx, "INSERT INTO session (token_hash, "+sessionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
		tokenHash, string(s.ID), string(s.Person), string(s.Key), string(s.Origin), s.Address, s.Agent, s.CreatedUS, s.ExpiresUS)
	if err != nil {
		return Session{}, fmt.Errorf("people: starting a session: %w", err)
	}
	return s, nil
}

// cleanAgent keeps the printable ASCII of what a browser says of itself.
func cleanAgent(agent string) string {
	kept := make([]byte, 0, min(len(agent), maxAgent))
	for i := 0; i < len(agent) && len(kept) < maxAgent; i++ {
		if agent[i] >= ' ' && agent[i] <= '~' {
			kept = append(kept, agent[i])
		}
	}
	return string(kept)
}

func errToken() error {
	return fault.New(fault.TokenInvalid, "This session is not known. Log in again.")
}

// SessionOf returns the session that the token belongs to. It reads it each
// time, so that a revocation (also of the key that started it), a suspension
// and a change of roles hold from the next request on. The faults:
// token_invalid, session_revoked, token_expired, account_suspended.
func (s *Service) SessionOf(ctx context.Context, token string) (Visit, error) {
	if !isToken(token, sessionPrefix) {
		return Visit{}, errToken()
	}
	var v Visit
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		var err error
		if v, err = visit(ctx, tx, hashToken(token)); err != nil {
			return err
		}
		v.Roles, err = RolesOf(ctx, tx, v.Person.ID)
		return err
	})
	if err != nil {
		return Visit{}, err
	}
	return v, nil
}

func visit(ctx context.Context, tx *db.Tx, tokenHash []byte) (Visit, error) {
	found, err := db.Collect[Session](tx.Query(ctx, "SELECT "+sessionColumns+" FROM session WHERE token_hash = $1", tokenHash))(scanSession)
	switch {
	case err != nil:
		return Visit{}, fmt.Errorf("people: reading a session: %w", err)
	case len(found) == 0:
		return Visit{}, errToken()
	case found[0].RevokedUS != 0:
		return Visit{}, fault.New(fault.SessionRevoked, "You were logged out here. Log in again.")
	case found[0].ExpiresUS <= tx.NowUS():
		return Visit{}, fault.New(fault.TokenExpired, "This session has ended. Log in again.")
	}
	v := Visit{Session: found[0]}
	if v.Session.Key != "" {
		starter, err := keyByID(ctx, tx, v.Session.Key)
		if err != nil {
			return Visit{}, err
		}
		if starter.RevokedUS != 0 {
			return Visit{}, fault.New(fault.SessionRevoked, "The key that started this session was revoked, and the session ended with it. Log in again.")
		}
		v.Scopes = starter.Scopes
	}
	if v.Person, err = Get(ctx, tx, v.Session.Person); err != nil {
		return Visit{}, err
	}
	if v.Person.SuspendedUS != 0 {
		return Visit{}, errSuspended(v.Person.SuspendedUS, v.Person.SuspendedReason)
	}
	return v, nil
}

// MintSession starts a session for a person, for as long as the host asks,
// between a minute and MaxHostSession. The session may do what the person may
// and the host's key may too, and it ends when the key is revoked; that of the
// Console is like one that the person began.
func (s *Service) MintSession(ctx context.Context, by Caller, person id.Person, lasts time.Duration) (SignedIn, error) {
	if err := by.Require(SessionsWrite); err != nil {
		return SignedIn{}, err
	}
	if !by.IsHost() && by.Person != console {
		return SignedIn{}, fault.New(fault.Forbidden, "Sessions are started by a key of the host platform.")
	}
	if lasts < minHostSession || lasts > MaxHostSession {
		return SignedIn{}, fault.New(fault.ValidationFailed, "A session lasts between %s and %s.", minHostSession, MaxHostSession).
			At("/lasts", fault.ValidationFailed, "between %s and %s", minHostSession, MaxHostSession)
	}
	token, hash, err := newToken(s.random, sessionPrefix)
	if err != nil {
		return SignedIn{}, err
	}
	in := SignedIn{Token: token}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := stillHolds(ctx, tx, by); err != nil {
			return err
		}
		if in.Person, err = Get(ctx, tx, person); err != nil {
			return err
		}
		if in.Person.SuspendedUS != 0 {
			return errSuspended(in.Person.SuspendedUS, in.Person.SuspendedReason)
		}
		roles, err := RolesOf(ctx, tx, person)
		if err != nil {
			return err
		}
		if slices.Contains(roles, Operator) && !by.Is(Operator) {
			return fault.New(fault.ScopeMissing, "This person is an operator. Only a key with the scope admin starts a session for one.").With("scope", string(Admin))
		}
		in.Session, err = insertSession(ctx, tx, hash, Session{Person: person, Key: by.Key, Origin: ByHost}, lasts)
		if err != nil || !slices.Contains(roles, Operator) {
			return err // the session itself tells which key has started it
		}
		return audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: "session.mint", Subject: string(person), Changed: map[string]any{"session": in.Session.ID, "seconds": int64(lasts.Seconds())}}))
	})
	if err != nil {
		return SignedIn{}, err
	}
	return in, nil
}

// LogOut ends the session of the token. A token that is not known has nothing
// to end, which is no fault.
func (s *Service) LogOut(ctx context.Context, token string) error {
	if !isToken(token, sessionPrefix) {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE session SET revoked_us = $2 WHERE token_hash = $1 AND revoked_us = 0", hashToken(token), tx.NowUS())
		return err
	})
}

// LogOutEverywhere ends all sessions of the person.
func (s *Service) LogOutEverywhere(ctx context.Context, person id.Person) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := endSessions(ctx, tx, person, ""); err != nil {
			return err
		}
		return recordOf(ctx, tx, person, audit.Act{Origin: audit.Of(ctx), Verb: "session.end_all"})
	})
}

// EndSession ends one session of the person, or returns not_found.
func (s *Service) EndSession(ctx context.Context, person id.Person, session id.Session) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE session SET revoked_us = $3 WHERE person_id = $1 AND id = $2 AND revoked_us = 0", string(person), string(session), tx.NowUS())
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "There is no such session; it may have ended.")
		}
		if err != nil {
			return err
		}
		return recordOf(ctx, tx, person, audit.Act{Origin: audit.Of(ctx), Verb: "session.end", Changed: map[string]any{"session": session}})
	})
}

// endSessions ends all sessions of the person but one.
func endSessions(ctx context.Context, tx *db.Tx, person id.Person, but id.Session) error {
	_, err := tx.Exec(ctx, "UPDATE session SET revoked_us = $2 WHERE person_id = $1 AND revoked_us = 0 AND id <> $3", string(person), tx.NowUS(), string(but))
	if err != nil {
		return fmt.Errorf("people: ending sessions: %w", err)
	}
	return nil
}

// Sessions returns the sessions of the person that hold, the newest first.
func (s *Service) Sessions(ctx context.Context, person id.Person) (all []Session, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = db.Collect[Session](tx.Query(ctx, "SELECT "+sessionColumns+` FROM session
			WHERE person_id = $1 AND revoked_us = 0 AND expires_us > $2
			AND NOT EXISTS (SELECT 1 FROM api_key k WHERE k.id = session.key_id AND k.revoked_us > 0) ORDER BY created_us DESC, id DESC`, string(person), tx.NowUS()))(scanSession)
		return err
	})
	return all, err
}

// hasLoggedInFrom reports whether the person has had a session from the place
// in the time for which sessions are kept.
func hasLoggedInFrom(ctx context.Context, tx *db.Tx, person id.Person, from string) (bool, error) {
	var n int64
	err := tx.Row(ctx, "SELECT 1 FROM session WHERE person_id = $1 AND address = $2 AND address <> '' LIMIT 1", string(person), from).Scan(&n)
	if errors.Is(err, db.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Sweep deletes what has no use any more: sessions some time after their end,
// and links a day after theirs. It is the work of once a day.
func Sweep(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM session WHERE expires_us < $1", tx.NowUS()-sessionsKeptFor.Microseconds()); err != nil {
		return fmt.Errorf("people: deleting old sessions: %w", err)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM one_time_link WHERE expires_us < $1", tx.NowUS()-(24*time.Hour).Microseconds()); err != nil {
		return fmt.Errorf("people: deleting old links: %w", err)
	}
	return nil
}
