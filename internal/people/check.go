package people

import (
	"net/mail"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/text"
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
type checks struct{ fault.Fields }

func invalid(format string, args ...any) *fault.Field {
	return fault.Wrong(fault.ValidationFailed, format, args...)
}

// clean brings every field that is given to its one form and collects what is
// wrong with them. What must be given is the caller's to say.
func (c *checks) clean(p *NewPerson, now time.Time) {
	var field *fault.Field
	if p.Handle != "" {
		p.Handle, field = cleanHandle(p.Handle)
		c.Add("/handle", field)
	}
	if p.Name != "" {
		p.Name, field = nameRule.Clean(p.Name)
		c.Add("/name", field)
	}
	if p.Email != "" {
		p.Email, field = cleanEmail(p.Email)
		c.Add("/email", field)
	}
	if p.Region != "" && !isRegion(p.Region) {
		c.Add("/region", invalid("The region is a country code of two capital letters (ISO 3166-1), such as FR."))
	}
	if p.BirthDate != "" {
		c.Add("/birth_date", refuseBirthDate(p.BirthDate, now))
	}
	p.Locale, field = cleanLocale(p.Locale)
	c.Add("/locale", field)
	if p.AccountKind == "" {
		p.AccountKind = Personal
	}
	c.Add("/account_kind", refuseKind(p.AccountKind))
	if p.ExternalID != "" {
		c.Add("/external_id", refuseExternal(p.ExternalID))
	}
}

// need adds the field if it is empty.
func (c *checks) need(pointer, value, what string) {
	if value == "" {
		for _, f := range c.Fields {
			if f.Pointer == pointer {
				return // it was given, and is wrong
			}
		}
		c.Add(pointer, invalid("%s is missing.", what))
	}
}

// What people write about themselves, and about each other.
var (
	nameRule   = text.Rule{Name: "The name", Max: 50, Names: true}
	reasonRule = text.Rule{Name: "The reason", Max: 200}
)

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
