package people

import (
	"context"
	"errors"
	"fmt"
	"time"

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
}

// Caller returns who asks.
func (v *Visit) Caller() Caller { return Caller{Person: v.Person.ID, Roles: v.Roles} }

const sessionColumns = "id, person_id, origin, address, agent, created_us, expires_us, revoked_us"

func scanSession(r *db.Rows) (s Session, err error) {
	return s, r.Scan((*string)(&s.ID), (*string)(&s.Person), (*string)(&s.Origin), &s.Address, &s.Agent, &s.CreatedUS, &s.ExpiresUS, &s.RevokedUS)
}

func startSession(ctx context.Context, tx *db.Tx, tokenHash []byte, person id.Person, origin Origin, from From, lasts time.Duration) (Session, error) {
	s := Session{ID: id.Session(tx.NewID(id.KindSession)), Person: person, Origin: origin, Address: place(from.Address), Agent: cleanAgent(from.Agent),
		CreatedUS: tx.NowUS(), ExpiresUS: tx.NowUS() + lasts.Microseconds()}
	_, err := tx.Exec(ctx, "INSERT INTO session (token_hash, "+sessionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
		tokenHash, string(s.ID), string(s.Person), string(s.Origin), s.Address, s.Agent, s.CreatedUS, s.ExpiresUS)
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
// time, so that a revocation, a suspension and a change of roles hold from
// the next request on. The faults: token_invalid, session_revoked,
// token_expired, account_suspended.
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
	person, err := Get(ctx, tx, found[0].Person)
	if err != nil {
		return Visit{}, err
	}
	if person.SuspendedUS != 0 {
		return Visit{}, errSuspended(person.SuspendedUS, person.SuspendedReason)
	}
	return Visit{Session: found[0], Person: person}, nil
}

// MintSession starts a session for a person of the host platform, for as long
// as the host asks, between a minute and MaxHostSession.
func (s *Service) MintSession(ctx context.Context, person id.Person, lasts time.Duration) (SignedIn, error) {
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
		if in.Person, err = Get(ctx, tx, person); err != nil {
			return err
		}
		if in.Person.SuspendedUS != 0 {
			return errSuspended(in.Person.SuspendedUS, in.Person.SuspendedReason)
		}
		in.Session, err = startSession(ctx, tx, hash, person, ByHost, From{}, lasts)
		return err
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
	return s.db.Write(ctx, func(tx *db.Tx) error { return endSessions(ctx, tx, person, "") })
}

// EndSession ends one session of the person, or returns not_found.
func (s *Service) EndSession(ctx context.Context, person id.Person, session id.Session) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE session SET revoked_us = $3 WHERE person_id = $1 AND id = $2 AND revoked_us = 0", string(person), string(session), tx.NowUS())
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "There is no such session; it may have ended.")
		}
		return err
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
			WHERE person_id = $1 AND revoked_us = 0 AND expires_us > $2 ORDER BY created_us DESC, id DESC`, string(person), tx.NowUS()))(scanSession)
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
