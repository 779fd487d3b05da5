package people

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/id"
)

// Change changes profile and details at once, or nothing, and returns the
// person as it is then. Who may change details is the caller's to say.
func (s *Service) Change(ctx context.Context, person id.Person, p Profile, d Details) (Person, error) {
	return s.update(ctx, person, func(n *NewPerson, c *checks) {
		changeProfile(n, c, p)
		changeDetails(n, c, d)
	})
}

func changeProfile(n *NewPerson, c *checks, p Profile) {
	set(c, "/handle", &n.Handle, p.Handle, "The handle")
	set(c, "/name", &n.Name, p.Name, "The name")
	set(c, "/locale", &n.Locale, p.Locale, "The language")
}

func changeDetails(n *NewPerson, c *checks, d Details) {
	set(c, "/email", &n.Email, d.Email, "The e-mail address")
	set(c, "/region", &n.Region, d.Region, "The country")
	set(c, "/birth_date", &n.BirthDate, d.BirthDate, "The date of birth")
	set(c, "/account_kind", &n.AccountKind, d.AccountKind, "The kind of account")
}

// Differs returns the pointers of the fields that are given and that the
// person has otherwise. What is wrong with them comes first, as a fault.
func (p *Person) Differs(given NewPerson, now time.Time) ([]string, error) {
	locale, kind := given.Locale, given.AccountKind
	var c checks
	c.clean(&given, now)
	if err := c.Err(); err != nil {
		return nil, err
	}
	var all []string
	compare := func(pointer, given, had string) {
		if given != "" && given != had {
			all = append(all, pointer)
		}
	}
	compare("/handle", given.Handle, p.Handle)
	compare("/name", given.Name, p.Name)
	compare("/email", given.Email, p.Email)
	compare("/region", given.Region, p.Region)
	compare("/birth_date", given.BirthDate, p.BirthDate)
	if locale != "" {
		compare("/locale", given.Locale, p.Locale)
	}
	if kind != "" {
		compare("/account_kind", string(given.AccountKind), string(p.AccountKind))
	}
	return all, nil
}
