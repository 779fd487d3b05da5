package people

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/ovationhq/ovation/internal/fault"
)

// NewPerson is what is known of somebody who gets an account.
type NewPerson struct {
	Handle      string
	Name        string
	Email       string
	Region      string // ISO 3166-1 alpha-2
	BirthDate   string // YYYY-MM-DD
	Locale      string // BCP 47; "" means en
	AccountKind AccountKind
	ExternalID  string
}

// checks collects what is wrong with a request, all of it.
type checks struct{ fields []fault.Field }

func (c *checks) add(pointer string, field *fault.Field) {
	if field != nil {
		field.Pointer = pointer
		c.fields = append(c.fields, *field)
	}
}

// fault returns nil, the one problem as itself, or all under validation_failed.
func (c *checks) fault() error {
	switch len(c.fields) {
	case 0:
		return nil
	case 1:
		f := c.fields[0]
		return fault.New(f.Code, "%s", f.Detail).At(f.Pointer, f.Code, "%s", f.Detail)
	}
	all := fault.New(fault.ValidationFailed, "%d fields are not right. Nothing was changed.", len(c.fields))
	all.Fields = c.fields
	return all
}

func invalid(format string, args ...any) *fault.Field {
	return &fault.Field{Code: fault.ValidationFailed, Detail: fmt.Sprintf(format, args...)}
}

// clean brings every field that is given to its one form and collects what is
// wrong with them. What must be given is the caller's to say.
func (c *checks) clean(p *NewPerson, now time.Time) {
	var field *fault.Field
	if p.Handle != "" {
		p.Handle, field = cleanHandle(p.Handle)
		c.add("/handle", field)
	}
	if p.Name != "" {
		p.Name, field = cleanName(p.Name)
		c.add("/name", field)
	}
	if p.Email != "" {
		p.Email, field = cleanEmail(p.Email)
		c.add("/email", field)
	}
	if p.Region != "" && !isRegion(p.Region) {
		c.add("/region", invalid("The region is a country code of two capital letters (ISO 3166-1), such as FR."))
	}
	if p.BirthDate != "" {
		c.add("/birth_date", refuseBirthDate(p.BirthDate, now))
	}
	p.Locale, field = cleanLocale(p.Locale)
	c.add("/locale", field)
	if p.AccountKind == "" {
		p.AccountKind = Personal
	}
	c.add("/account_kind", refuseKind(p.AccountKind))
	if p.ExternalID != "" {
		c.add("/external_id", refuseExternal(p.ExternalID))
	}
}

// need adds the field if it is empty.
func (c *checks) need(pointer, value, what string) {
	if value == "" {
		for _, f := range c.fields {
			if f.Pointer == pointer {
				return // it was given, and is wrong
			}
		}
		c.add(pointer, invalid("%s is missing.", what))
	}
}

func cleanName(name string) (string, *fault.Field) {
	name, field := cleanLine(name, maxName, maxNameBytes)
	if field == nil && name == "" {
		field = refusal("There is nothing to see in the name.")
	}
	return name, field
}

// maxEmail is the longest address that mail can be sent to, in bytes.
const maxEmail = 254

// cleanEmail takes a bare address in ASCII. It can not know whether somebody
// reads it.
func cleanEmail(email string) (string, *fault.Field) {
	email = strings.TrimSpace(email)
	wrong := invalid("The e-mail address looks like name@example.org; a domain with other letters is written in its xn-- form.")
	if len(email) > maxEmail || strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", wrong
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Name != "" || parsed.Address != email {
		return "", wrong
	}
	at := strings.LastIndexByte(email, '@')
	if at < 1 || at > 64 || !isDomain(email[at+1:]) {
		return "", wrong
	}
	return email, nil
}

func isDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if !letterOrDigit(label[i]) && label[i] != '-' {
				return false
			}
		}
	}
	return strings.ContainsFunc(labels[len(labels)-1], func(r rune) bool { return r > '9' })
}

// oldest is how long ago somebody who lives can have been born, in years.
const oldest = 125

func refuseBirthDate(date string, now time.Time) *fault.Field {
	born, err := time.Parse(time.DateOnly, date)
	switch {
	case err != nil:
		return invalid("The date of birth is a day of the calendar, written as 2001-12-31.")
	case born.After(now):
		return invalid("The date of birth %s is in the future.", date)
	case born.AddDate(oldest, 0, 0).Before(now):
		return invalid("The date of birth %s is more than %d years ago.", date, oldest)
	}
	return nil
}

// cleanLocale returns the language in its one written form.
func cleanLocale(locale string) (string, *fault.Field) {
	if locale == "" {
		return "en", nil
	}
	tag, err := language.Parse(locale)
	if err != nil || len(locale) > 35 || tag == language.Und {
		return "", invalid("The language is written as in BCP 47, such as en or fr-CA.")
	}
	return tag.String(), nil
}

func refuseKind(kind AccountKind) *fault.Field {
	switch kind {
	case Personal, Business, Government, Political:
		return nil
	}
	return invalid("The kind of account is personal, business, government or political.")
}

// maxExternal bounds a host platform's id of a person, in bytes.
const maxExternal = 200

func refuseExternal(external string) *fault.Field {
	if len(external) > maxExternal || strings.ContainsFunc(external, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return invalid("An external id has at most %d characters, all of them visible ASCII.", maxExternal)
	}
	return nil
}
