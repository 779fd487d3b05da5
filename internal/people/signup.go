package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// SignUp is what somebody gives who wants an account.
type SignUp struct {
	NewPerson
	Password string
	From     From
}

// From says where a request to log in came from.
type From struct {
	Address string // the IP address, without a port
	Agent   string // what the browser calls itself
}

// SignedIn is the beginning of a session. The token is shown this once.
type SignedIn struct {
	Person  Person
	Session Session
	Token   string
}

// SignUp makes an account with the role fan and logs in. The faults name
// every wrong field; somebody below AgeToSignUp gets age_restricted, and
// nothing is kept.
func (s *Service) SignUp(ctx context.Context, r SignUp) (SignedIn, error) {
	return s.join(ctx, r, func(context.Context, *db.Tx) error { return nil }, Fan)
}

// SetUp makes the account of an operator, with the link that the server
// printed when it started without one.
func (s *Service) SetUp(ctx context.Context, link string, r SignUp) (SignedIn, error) {
	err := s.db.Read(ctx, func(tx *db.Tx) error { // before any work is done for a stranger
		_, err := PeekLink(ctx, tx, link, ForSetUp)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.join(ctx, r, func(ctx context.Context, tx *db.Tx) error {
		_, err := UseLink(ctx, tx, link, ForSetUp)
		return err
	}, Fan, Operator)
}

// join checks the request, hashes the password, and makes the person and the
// session in one transaction in which permit agrees.
func (s *Service) join(ctx context.Context, r SignUp, permit func(context.Context, *db.Tx) error, roles ...Role) (SignedIn, error) {
	r.ExternalID = "" // the host platform gives it
	var c checks
	c.clean(&r.NewPerson, s.db.Clock().Now())
	c.need("/handle", r.Handle, "The handle")
	c.need("/name", r.Name, "The name")
	c.need("/email", r.Email, "The e-mail address")
	c.need("/region", r.Region, "The country")
	c.need("/birth_date", r.BirthDate, "The date of birth")
	c.Add("/password", refusePassword(r.Password, &r.NewPerson))
	if err := s.db.Read(ctx, func(tx *db.Tx) error { return c.taken(ctx, tx, &r.NewPerson, "") }); err != nil {
		return SignedIn{}, err
	}
	if err := c.Err(); err != nil {
		return SignedIn{}, err
	}
	if err := refuseChild(r.BirthDate, s.db.Clock().Now()); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.hasher.hash(ctx, r.Password)
	if err != nil {
		return SignedIn{}, err
	}
	token, tokenHash, err := newToken(s.random, sessionPrefix)
	if err != nil {
		return SignedIn{}, err
	}
	in := SignedIn{Token: token}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := permit(ctx, tx); err != nil {
			return err
		}
		if in.Person, err = create(ctx, tx, r.NewPerson, hash, roles...); err != nil {
			return err
		}
		if slices.Contains(roles, Operator) {
			act := audit.Act{Origin: audit.By(ctx, string(in.Person.ID)), Verb: "role.grant", Subject: string(in.Person.ID),
				Reason: "The account was made with a set-up link.", Changed: map[string]any{"role": Operator}}
			if err := audit.Record(ctx, tx, act); err != nil {
				return err
			}
		}
		in.Session, err = startSession(ctx, tx, tokenHash, in.Person.ID, BySignUp, r.From, sessionTime)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return in, nil
}

func refuseChild(birthDate string, now time.Time) error {
	if age, known := ageAt(birthDate, now); known && age < AgeToSignUp {
		return fault.New(fault.AgeRestricted, "An account is for people of %d years or more. Nothing of what you entered was kept.", AgeToSignUp)
	}
	return nil
}

// EnsureExternal returns the person with the host platform's id and makes it
// if there is none. Only ExternalID is required; an existing person is
// returned as it is.
func EnsureExternal(ctx context.Context, tx *db.Tx, p NewPerson) (person Person, created bool, err error) {
	person, err = ByExternal(ctx, tx, p.ExternalID)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return person, false, err
	}
	var c checks
	c.clean(&p, tx.Now())
	c.need("/external_id", p.ExternalID, "The external id")
	if err := c.Err(); err != nil {
		return Person{}, false, err
	}
	if err := refuseChild(p.BirthDate, tx.Now()); err != nil {
		return Person{}, false, err
	}
	person, err = create(ctx, tx, p, "", Fan)
	return person, err == nil, err
}

// EnsureExternal is the function of the same name in a transaction of its own.
func (s *Service) EnsureExternal(ctx context.Context, p NewPerson) (person Person, created bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		person, created, err = EnsureExternal(ctx, tx, p)
		return err
	})
	return person, created, err
}

// create writes a person that was checked, if nobody else has its handle,
// e-mail or external id.
func create(ctx context.Context, tx *db.Tx, p NewPerson, hash string, roles ...Role) (Person, error) {
	var c checks
	if err := c.taken(ctx, tx, &p, ""); err != nil {
		return Person{}, err
	}
	if err := c.Err(); err != nil {
		return Person{}, err
	}
	person := Person{ID: id.Person(tx.NewID(id.KindPerson)), Handle: p.Handle, Name: p.Name, Email: p.Email, Region: p.Region, BirthDate: p.BirthDate,
		Locale: p.Locale, AccountKind: p.AccountKind, ExternalID: p.ExternalID, CreatedUS: tx.NowUS(), HasPassword: hash != ""}
	_, err := tx.Exec(ctx, `INSERT INTO person (id, handle, handle_skeleton, name, email, email_lower, password_hash, region, birth_date, locale,
			account_kind, external_id, created_us, suspended_us, suspended_reason, name_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, '', $14)`,
		string(person.ID), p.Handle, Skeleton(p.Handle), p.Name, p.Email, strings.ToLower(p.Email), hash, p.Region, p.BirthDate, p.Locale,
		string(p.AccountKind), p.ExternalID, tx.NowUS(), nameKey(p.Name))
	if err != nil {
		return Person{}, fmt.Errorf("people: making a person: %w", err)
	}
	for _, role := range roles { // without an event: nobody knows the person yet
		if _, err := addRole(ctx, tx, person.ID, role); err != nil {
			return Person{}, err
		}
	}
	return person, nil
}

// taken adds the fields that somebody else has already.
func (c *checks) taken(ctx context.Context, tx *db.Tx, p *NewPerson, self id.Person) error {
	for _, unique := range []struct{ pointer, value, query, detail string }{
		{"/handle", Skeleton(p.Handle), "SELECT id FROM person WHERE handle_skeleton = $1 AND handle_skeleton <> ''", "This handle, or one that looks like it, is taken."},
		{"/email", strings.ToLower(p.Email), "SELECT id FROM person WHERE email_lower = $1 AND email_lower <> ''", "There is an account with this e-mail address. Log in, or ask for a new password."},
		{"/external_id", p.ExternalID, "SELECT id FROM person WHERE external_id = $1 AND external_id <> ''", "There is a person with this external id."},
	} {
		if unique.value == "" {
			continue
		}
		found, err := db.Collect[id.Person](tx.Query(ctx, unique.query, unique.value))(
			func(r *db.Rows) (p id.Person, err error) { return p, r.Scan((*string)(&p)) })
		if err != nil {
			return fmt.Errorf("people: looking for a namesake: %w", err)
		}
		if len(found) == 0 || found[0] == self {
			continue
		}
		code := fault.AlreadyDone
		if unique.pointer == "/handle" {
			code = fault.HandleTaken
		}
		c.Add(unique.pointer, &fault.Field{Code: code, Detail: unique.detail})
	}
	return nil
}
