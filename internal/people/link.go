package people

import (
	"context"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Purpose is what a one-time link permits.
type Purpose string

// The purposes.
const (
	ForSetUp    Purpose = "setup"    // make the account of an operator
	ForPassword Purpose = "password" // replace a forgotten password
)

// LinkTime is how long a link may be used.
const LinkTime = 30 * time.Minute

// CreateLink makes a link for the purpose and the person (nobody for
// ForSetUp), and ends earlier ones for the same. The token is shown this
// once; the address that it becomes part of is the caller's.
func (s *Service) CreateLink(ctx context.Context, purpose Purpose, person id.Person) (token string, expiresUS int64, err error) {
	return s.createLink(ctx, purpose, person, func(tx *db.Tx) error {
		subject := string(person)
		if person == "" {
			subject = string(purpose) // of an account that is not there yet
		}
		return audit.Record(ctx, tx, audit.Act{Origin: audit.Of(ctx), Verb: "link.create", Subject: subject, Changed: map[string]any{"purpose": purpose}})
	})
}

// createLink makes the link in a transaction in which note writes down who
// wanted it.
func (s *Service) createLink(ctx context.Context, purpose Purpose, person id.Person, note func(tx *db.Tx) error) (token string, expiresUS int64, err error) {
	token, hash, err := newToken(s.random, linkPrefix)
	if err != nil {
		return "", 0, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		switch {
		case purpose == ForPassword:
			if err := exists(ctx, tx, person); err != nil {
				return err
			}
		case purpose != ForSetUp || person != "":
			return fmt.Errorf("people: no link for %q and person %q", purpose, person)
		}
		if _, err := tx.Exec(ctx, "DELETE FROM one_time_link WHERE purpose = $1 AND person_id = $2 AND used_us = 0", string(purpose), string(person)); err != nil {
			return fmt.Errorf("people: ending earlier links: %w", err)
		}
		expiresUS = tx.NowUS() + LinkTime.Microseconds()
		_, err := tx.Exec(ctx, "INSERT INTO one_time_link (token_hash, purpose, person_id, created_us, expires_us, used_us) VALUES ($1, $2, $3, $4, $5, 0)",
			hash, string(purpose), string(person), tx.NowUS(), expiresUS)
		if err != nil {
			return fmt.Errorf("people: making a link: %w", err)
		}
		return note(tx)
	})
	if err != nil {
		return "", 0, err
	}
	return token, expiresUS, nil
}

// ForgotPassword makes a link for the person with the e-mail, to be sent
// there. known is false, without a fault, when nobody has it: the caller
// tells the two apart to nobody but the person.
func (s *Service) ForgotPassword(ctx context.Context, email string) (token string, person Person, known bool, err error) {
	person, _, _, err = s.credentials(ctx, lowerEmail(email), "")
	if err != nil || person.ID == "" || person.SuspendedUS != 0 {
		return "", Person{}, false, err
	}
	// Whoever has forgotten a password is nobody yet, and acts for themselves.
	token, _, err = s.createLink(ctx, ForPassword, person.ID, func(*db.Tx) error { return nil })
	return token, person, err == nil, err
}

// UseLink uses the link up in the transaction of what it permits, and returns
// the person that it is for. The faults: link_invalid and link_expired.
func UseLink(ctx context.Context, tx *db.Tx, token string, purpose Purpose) (id.Person, error) {
	person, err := PeekLink(ctx, tx, token, purpose)
	if err != nil {
		return "", err
	}
	n, err := tx.Exec(ctx, "UPDATE one_time_link SET used_us = $2 WHERE token_hash = $1 AND used_us = 0", hashToken(token), tx.NowUS())
	if err != nil {
		return "", fmt.Errorf("people: using a link: %w", err)
	}
	if n == 0 {
		return "", errLink()
	}
	return person, nil
}

func errLink() error {
	return fault.New(fault.LinkInvalid, "This link is not known, or has been used. Ask for a new one.")
}

// PeekLink returns whom the link is for without using it up. The faults are
// those of UseLink.
func PeekLink(ctx context.Context, tx *db.Tx, token string, purpose Purpose) (id.Person, error) {
	if !isToken(token, linkPrefix) {
		return "", errLink()
	}
	type link struct {
		person        id.Person
		expires, used int64
	}
	found, err := db.Collect[link](tx.Query(ctx, "SELECT person_id, expires_us, used_us FROM one_time_link WHERE token_hash = $1 AND purpose = $2",
		hashToken(token), string(purpose)))(func(r *db.Rows) (l link, err error) { return l, r.Scan((*string)(&l.person), &l.expires, &l.used) })
	switch {
	case err != nil:
		return "", fmt.Errorf("people: reading a link: %w", err)
	case len(found) == 0 || found[0].used != 0:
		return "", errLink()
	case found[0].expires <= tx.NowUS():
		return "", fault.New(fault.LinkExpired, "This link could be used for %d minutes, and they are over. Ask for a new one.", int(LinkTime.Minutes()))
	}
	return found[0].person, nil
}
