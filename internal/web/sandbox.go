package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
)

// clockStep is what a button moves the sandbox's clock by.
type clockStep struct {
	Key string // of its words
	By  time.Duration
}

// steps are what the sandbox's clock can be moved by, with one click.
var steps = []clockStep{
	{"sandbox.hour", time.Hour},
	{"sandbox.day", 24 * time.Hour},
	{"sandbox.week", 8 * 24 * time.Hour},
}

// sandboxSignIn signs the visitor in as one of the sandbox's people.
func sandboxSignIn(v *visit) error {
	persona := id.Person(v.form("persona"))
	if !slices.ContainsFunc(v.site.cfg.Sandbox.Personas, func(p Persona) bool { return p.ID == persona }) {
		return fault.New(fault.NotFound, "There is no such person to sign in as.")
	}
	if err := v.become(persona); err != nil {
		return err
	}
	return v.redirect(local(v.form("to"), "/"))
}

// become starts a session for the person in the sandbox.
func (v *visit) become(person id.Person) error {
	start := v.site.cfg.Sandbox.SignIn
	if start == nil {
		start = func(ctx context.Context, person id.Person) (string, error) {
			in, err := v.site.cfg.People.MintSession(ctx, people.Console(), person, people.MaxHostSession)
			return in.Token, err
		}
	}
	token, err := start(v, person)
	if err != nil {
		return err
	}
	v.remember(token, int((30 * 24 * time.Hour).Seconds()))
	return nil
}

// sandboxAdvance moves the clock. A session would end with the time that
// passes, so the visitor gets a new one.
func sandboxAdvance(v *visit) error {
	by, err := time.ParseDuration(v.form("by"))
	if err != nil || by <= 0 || by > 366*24*time.Hour {
		return fault.New(fault.InvalidParameter, "The clock moves forward, by at most a year at once.")
	}
	form := "clock " + v.form("key")
	if v.form("key") == "" || v.site.sent.take(form) { // a double click moves it once
		if err := v.site.cfg.Sandbox.Advance(context.WithoutCancel(v), by); err != nil {
			v.site.sent.free(form)
			return err
		}
	}
	if v.person != nil {
		if err := v.become(v.me()); err != nil {
			return err
		}
	}
	to := v.back("/")
	if strings.HasPrefix(to, "/sandbox/") {
		to = "/"
	}
	return v.redirect(to)
}

// sandboxAudience measures the visitor's audience after a good week, as a host
// would: who tries the sandbox has no followers, and would never see how one
// becomes a creator.
func sandboxAudience(v *visit) error {
	if err := v.site.cfg.Sandbox.Grow(v, v.me()); err != nil {
		return err
	}
	return v.redirect("/c/programmes?did=audience")
}

// mayGrow reports whether a larger audience is among what the visitor lacks,
// and can be had here.
func (v *visit) mayGrow(standing []programme.Standing) bool {
	if v.site.cfg.Sandbox == nil || v.site.cfg.Sandbox.Grow == nil {
		return false
	}
	return slices.ContainsFunc(standing, func(s programme.Standing) bool {
		return slices.ContainsFunc(s.Evaluation.Missing(), func(c programme.Checked) bool {
			switch c.Metric {
			case programme.Followers, programme.Views30d, programme.PublicPosts30d, programme.LiveMinutes:
				return true
			}
			return false
		})
	})
}
