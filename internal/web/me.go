package web

import (
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// own is what a visitor's own page shows.
type own struct {
	Sessions []people.Session
	Details  *entry // of the form with the name
	Password *entry
	Notice   string // key of a sentence
}

func mePage(v *visit) error { return showMe(v, &own{}, http.StatusOK) }

// showMe shows the visitor's own page, with what went wrong with a form on it.
func showMe(v *visit, o *own, status int) error {
	var err error
	if o.Sessions, err = v.site.cfg.People.Sessions(v, v.me()); err != nil {
		return err
	}
	p := v.person.Person
	if o.Details == nil {
		o.Details = &entry{Typed: people.NewPerson{Name: p.Name, Handle: p.Handle}}
	}
	if o.Password == nil {
		o.Password = &entry{}
	}
	o.Notice = noticeOf(v.r.URL.Query().Get("did"), "me_changed", "password_changed", "session_ended", "preferred")
	return v.show(status, meView(v, o))
}

// changeMe changes the name and the handle.
func changeMe(v *visit) error {
	name, handle := v.form("name"), v.form("handle")
	if _, err := v.site.cfg.People.UpdateProfile(v, v.me(), people.Profile{Name: &name, Handle: &handle}); err != nil {
		p := v.problemOf(err)
		return showMe(v, &own{Details: &entry{Typed: people.NewPerson{Name: name, Handle: handle}, Problem: p}}, p.Status)
	}
	return v.redirect("/me?did=me_changed")
}

// changePassword replaces the password, which ends the other sessions.
func changePassword(v *visit) error {
	err := v.site.cfg.People.ChangePassword(v, v.person.Session, v.r.PostFormValue("present"), v.r.PostFormValue("password"))
	if err != nil {
		p := v.problemOf(err)
		return showMe(v, &own{Password: &entry{Problem: p}}, p.Status)
	}
	return v.redirect("/me?did=password_changed")
}

// endSession ends one of the visitor's sessions.
func endSession(v *visit) error {
	session := id.Session(v.form("session"))
	if err := v.site.cfg.People.EndSession(v, v.me(), session); err != nil {
		return err
	}
	if session == v.person.Session.ID {
		v.forget()
		return v.redirect("/")
	}
	return v.redirect("/me?did=session_ended#sessions")
}

// endSessions signs the visitor out everywhere.
func endSessions(v *visit) error {
	if err := v.site.cfg.People.LogOutEverywhere(v, v.me()); err != nil {
		return err
	}
	v.forget()
	return v.redirect("/")
}

// device names the browser and the system of a session, as far as it says.
func (v *visit) device(agent string) string {
	named := func(all ...string) string {
		for i := 0; i < len(all); i += 2 {
			if strings.Contains(agent, all[i]) {
				return all[i+1]
			}
		}
		return ""
	}
	browser := named("Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	system := named("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "macOS", "Linux", "Linux")
	switch {
	case browser != "" && system != "":
		return v.T("me.device", browser, system)
	case browser+system != "":
		return browser + system
	}
	return v.T("me.device_unknown")
}

// languageName is a language in its own words.
func languageName(lang string) string {
	return map[string]string{"en": "English", "fr": "Français"}[lang]
}
