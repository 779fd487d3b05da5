package people

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// ChangePassword replaces the password of the person whose session it is, and
// ends the person's other sessions. Who has no password yet gives none.
func (s *Service) ChangePassword(ctx context.Context, session Session, present, next string) error {
	if session.Key != "" { // a first password would be a way past what bounds the session
		return fault.New(fault.Forbidden, "A password is not changed in a session that the host platform has started. Log in here first.")
	}
	var person Person
	var hash string
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		person, hash, err = withHash(ctx, tx, session.Person)
		return err
	})
	if err != nil {
		return err
	}
	if hash != "" {
		if err := s.checkPassword(ctx, person, hash, present, s.db.Clock().Now()); err != nil {
			return err
		}
	}
	fresh, err := s.newHash(ctx, person, next)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		return setPassword(ctx, tx, person.ID, hash, fresh, session.ID)
	})
}

// ResetPassword replaces a forgotten password by means of a link, ends all
// sessions of the person and starts a new one.
func (s *Service) ResetPassword(ctx context.Context, link, next string, from From) (SignedIn, error) {
	var person Person
	var hash string
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		who, err := PeekLink(ctx, tx, link, ForPassword)
		if err != nil {
			return err
		}
		person, hash, err = withHash(ctx, tx, who)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	fresh, err := s.newHash(ctx, person, next)
	if err != nil {
		return SignedIn{}, err
	}
	token, tokenHash, err := newToken(s.random, sessionPrefix)
	if err != nil {
		return SignedIn{}, err
	}
	in := SignedIn{Token: token}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := UseLink(ctx, tx, link, ForPassword); err != nil {
			return err
		}
		if in.Person, err = Get(ctx, tx, person.ID); err != nil {
			return err
		}
		if in.Person.SuspendedUS != 0 {
			return errSuspended(in.Person.SuspendedUS, in.Person.SuspendedReason)
		}
		if err := setPassword(ctx, tx, person.ID, hash, fresh, ""); err != nil {
			return err
		}
		in.Person.HasPassword = true
		in.Session, err = startSession(ctx, tx, tokenHash, person.ID, ByReset, from, sessionTime)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return in, nil
}

func (s *Service) newHash(ctx context.Context, person Person, password string) (string, error) {
	var c checks
	c.Add("/new_password", refusePassword(password, &NewPerson{Email: person.Email, Handle: person.Handle, Name: person.Name}))
	if err := c.Err(); err != nil {
		return "", err
	}
	return s.hasher.hash(ctx, password)
}

// setPassword replaces the hash, if nobody has done so in the meantime, and
// ends the sessions of the person but one.
func setPassword(ctx context.Context, tx *db.Tx, person id.Person, hash, fresh string, but id.Session) error {
	n, err := tx.Exec(ctx, "UPDATE person SET password_hash = $3 WHERE id = $1 AND password_hash = $2", string(person), hash, fresh)
	if err != nil {
		return fmt.Errorf("people: changing a password: %w", err)
	}
	if n == 0 {
		return fault.New(fault.StateConflict, "The password was changed somewhere else at the same moment. Nothing was changed here.")
	}
	return endSessions(ctx, tx, person, but)
}

func withHash(ctx context.Context, tx *db.Tx, person id.Person) (p Person, hash string, err error) {
	rows, err := tx.Query(ctx, "SELECT "+personColumns+" FROM person WHERE id = $1", string(person))
	if err != nil {
		return p, "", fmt.Errorf("people: reading a person: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return p, "", fmt.Errorf("people: reading a person: %w", err)
		}
		return p, "", errNobody()
	}
	return scanSecret(rows)
}
