package people

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// LogIn is what somebody gives to log in.
type LogIn struct {
	Email    string
	Password string
	From     From
}

func errCredentials() error {
	return fault.New(fault.AuthRequired, "The e-mail address or the password is not right.")
}

// LogIn starts a session. An e-mail that nobody has gets the answer of a
// wrong password, after as much time. The faults: auth_required,
// rate_limited, account_suspended (with the right password only).
func (s *Service) LogIn(ctx context.Context, r LogIn) (SignedIn, error) {
	email := lowerEmail(r.Email)
	person, hash, known, err := s.credentials(ctx, email, place(r.From.Address))
	if err != nil {
		return SignedIn{}, err
	}
	limits := loginLimits(email, place(r.From.Address), known)
	if err := s.attempts.enter(s.db.Clock().Now(), limits...); err != nil {
		return SignedIn{}, err
	}
	ok, stale, err := s.hasher.matches(ctx, r.Password, hash)
	if err != nil {
		s.attempts.takeBack(limits...)
		return SignedIn{}, err
	}
	if !ok {
		return SignedIn{}, errCredentials()
	}
	s.attempts.succeeded(limits...)
	if person.SuspendedUS != 0 {
		return SignedIn{}, errSuspended(person.SuspendedUS, person.SuspendedReason)
	}
	fresh := hash
	if stale {
		if fresh, err = s.hasher.hash(ctx, r.Password); err != nil {
			return SignedIn{}, err
		}
	}
	return s.begin(ctx, person, hash, fresh, r.From)
}

// lowerEmail returns the address as it is looked up. What is no address at
// all is looked up too: it finds nobody.
func lowerEmail(email string) string {
	email = strings.TrimSpace(email)
	email = strings.ToValidUTF8(email[:min(len(email), maxEmail)], "")
	return strings.ReplaceAll(strings.ToLower(email), "\x00", "")
}

// begin writes the session, if the password is still the one that was
// compared, and its hash anew if it was made with another cost.
func (s *Service) begin(ctx context.Context, person Person, hash, fresh string, from From) (SignedIn, error) {
	token, tokenHash, err := newToken(s.random, sessionPrefix)
	if err != nil {
		return SignedIn{}, err
	}
	in := SignedIn{Token: token, Person: person}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE person SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND suspended_us = 0", string(person.ID), hash, fresh)
		if err != nil {
			return fmt.Errorf("people: logging in: %w", err)
		}
		if n == 0 {
			return errCredentials()
		}
		in.Session, err = startSession(ctx, tx, tokenHash, person.ID, ByPassword, from, sessionTime)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return in, nil
}

// credentials returns the person with the e-mail and the password's hash; for
// an e-mail that nobody has both are empty. known tells that the person has
// logged in from this place before.
func (s *Service) credentials(ctx context.Context, email, from string) (person Person, hash string, known bool, err error) {
	type secret struct {
		person Person
		hash   string
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		found, err := db.Collect[secret](tx.Query(ctx, "SELECT "+personColumns+" FROM person WHERE email_lower = $1 AND email_lower <> ''", email))(
			func(r *db.Rows) (s secret, err error) {
				s.person, s.hash, err = scanSecret(r)
				return s, err
			})
		if err != nil {
			return fmt.Errorf("people: looking for an e-mail: %w", err)
		}
		if len(found) > 0 {
			person, hash = found[0].person, found[0].hash
		}
		known, err = hasLoggedInFrom(ctx, tx, person.ID, from)
		return err
	})
	return person, hash, known, err
}

// loginLimits are the counts that an attempt has to pass. Whoever tries is
// counted by the e-mail as it was typed, whether anybody has it or not.
func loginLimits(email, from string, known bool) []limit {
	limits := []limit{{"both " + from + " " + email, boundBoth}}
	if from != "" {
		limits = append(limits, limit{"address " + from, boundAddress})
	}
	if !known {
		limits = append(limits, limit{"email " + email, boundEmail})
	}
	return limits
}

// checkPassword compares the password of a person who is logged in already.
func (s *Service) checkPassword(ctx context.Context, person Person, hash, password string, now time.Time) error {
	l := limit{"person " + string(person.ID), boundPerson}
	if err := s.attempts.enter(now, l); err != nil {
		return err
	}
	ok, _, err := s.hasher.matches(ctx, password, hash)
	if err != nil {
		s.attempts.takeBack(l)
		return err
	}
	if !ok {
		return fault.New(fault.AuthRequired, "The present password is not right. Nothing was changed.").
			At("/password", fault.AuthRequired, "The present password is not right.")
	}
	s.attempts.succeeded(l)
	return nil
}
