package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// entry is what the pages of signing in and up show.
type entry struct {
	To      string // where to go afterwards
	Action  string // where the form is posted to
	SetUp   bool   // it makes the first operator
	Typed   people.NewPerson
	Problem *problem
}

func signInPage(v *visit) error {
	to := local(v.r.URL.Query().Get("to"), "/")
	if v.person != nil {
		return v.redirect(to)
	}
	return v.show(http.StatusOK, signInView(v, &entry{To: to, Action: "/sign-in"}))
}

// signIn starts a session with e-mail and password.
func signIn(v *visit) error {
	in, err := v.site.cfg.People.LogIn(v, people.LogIn{Email: v.form("email"), Password: v.r.PostFormValue("password"), From: v.from()})
	if err != nil {
		p := v.problemOf(err)
		if p.Code == fault.AuthRequired {
			p.Title = v.T("problem.sign_in")
		}
		return v.show(p.Status, signInView(v, &entry{To: local(v.form("to"), "/"), Action: "/sign-in", Typed: people.NewPerson{Email: v.form("email")}, Problem: p}))
	}
	return v.welcome(in)
}

// welcome gives the browser the new session and leads on.
func (v *visit) welcome(in people.SignedIn) error {
	lasts := time.Duration(in.Session.ExpiresUS-in.Session.CreatedUS) * time.Microsecond
	v.remember(in.Token, int(lasts.Seconds()))
	return v.redirect(local(v.form("to"), "/"))
}

func signUpPage(v *visit) error {
	e := &entry{To: local(v.r.URL.Query().Get("to"), "/"), Action: "/sign-up"}
	return v.show(http.StatusOK, signUpView(v, e))
}

// newcomer reads the form of a new account.
func (v *visit) newcomer() people.SignUp {
	return people.SignUp{
		NewPerson: people.NewPerson{Handle: v.form("handle"), Name: v.form("name"), Email: v.form("email"), Region: strings.ToUpper(v.form("region")),
			BirthDate: v.form("birth_date"), Locale: v.lang},
		Password: v.r.PostFormValue("password"), From: v.from(),
	}
}

// signUp makes an account and starts its first session.
func signUp(v *visit) error {
	r := v.newcomer()
	in, err := v.site.cfg.People.SignUp(v, r)
	if err != nil {
		p := v.problemOf(err)
		return v.show(p.Status, signUpView(v, &entry{To: local(v.form("to"), "/"), Action: "/sign-up", Typed: r.NewPerson, Problem: p}))
	}
	return v.welcome(in)
}

// signOut ends the session.
func signOut(v *visit) error {
	if err := v.site.cfg.People.LogOut(v, v.token); err != nil {
		return err
	}
	v.forget()
	return v.redirect("/")
}

// setUpPage shows the form that makes the first operator, to who has a link
// that works. The link is used up by the form, not by opening the page.
func setUpPage(v *visit) error {
	if _, err := report.Ask2(v, v.site.cfg.Reader, people.PeekLink, v.r.PathValue("token"), people.ForSetUp); err != nil {
		return err
	}
	return v.show(http.StatusOK, signUpView(v, &entry{To: "/op", Action: "/setup/" + v.r.PathValue("token"), SetUp: true}))
}

// setUp makes the first operator.
func setUp(v *visit) error {
	r := v.newcomer()
	in, err := v.site.cfg.People.SetUp(v, v.r.PathValue("token"), r)
	if err != nil {
		p := v.problemOf(err)
		if p.Code == fault.LinkInvalid || p.Code == fault.LinkExpired {
			return err // no form helps
		}
		return v.show(p.Status, signUpView(v, &entry{To: "/op", Action: "/setup/" + v.r.PathValue("token"), SetUp: true, Typed: r.NewPerson, Problem: p}))
	}
	return v.welcome(in)
}
