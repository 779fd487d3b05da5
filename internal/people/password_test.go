package people

import (
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

const nextPassword = "another battery staple"

func TestChangePassword(t *testing.T) {
	each(t, func(w *world) {
		in := w.join()
		elsewhere, err := w.LogIn(w.ctx, LogIn{Email: in.Person.Email, Password: password})
		w.ok(err)
		w.wants(w.ChangePassword(w.ctx, in.Session, "a wrong guess", nextPassword), fault.AuthRequired)
		w.wants(w.ChangePassword(w.ctx, in.Session, password, "short"), fault.ValidationFailed)
		w.wants(w.ChangePassword(w.ctx, in.Session, password, in.Person.Email), fault.ValidationFailed)
		_, err = w.SessionOf(w.ctx, elsewhere.Token)
		w.ok(err) // nothing of that has changed anything
		w.ok(w.ChangePassword(w.ctx, in.Session, password, nextPassword))
		_, err = w.SessionOf(w.ctx, in.Token)
		w.ok(err)
		_, err = w.SessionOf(w.ctx, elsewhere.Token)
		w.wants(err, fault.SessionRevoked)
		_, err = w.LogIn(w.ctx, LogIn{Email: in.Person.Email, Password: password})
		w.wants(err, fault.AuthRequired)
		_, err = w.LogIn(w.ctx, LogIn{Email: in.Person.Email, Password: nextPassword})
		w.ok(err)
	})
}

func TestChangePasswordIsThrottled(t *testing.T) {
	each(t, func(w *world) {
		in := w.join()
		for range boundPerson.free {
			w.wants(w.ChangePassword(w.ctx, in.Session, "a wrong guess", nextPassword), fault.AuthRequired)
		}
		w.wants(w.ChangePassword(w.ctx, in.Session, password, nextPassword), fault.RateLimited)
		w.clk.Advance(2 * time.Second)
		w.ok(w.ChangePassword(w.ctx, in.Session, password, nextPassword))
	})
}

func TestFirstPassword(t *testing.T) {
	each(t, func(w *world) {
		p, _, err := w.EnsureExternal(w.ctx, NewPerson{ExternalID: "7", Email: "seven@example.org"})
		w.ok(err)
		in, err := w.MintSession(w.ctx, Console(), p.ID, time.Hour)
		w.ok(err)
		w.ok(w.ChangePassword(w.ctx, in.Session, "", nextPassword))
		_, err = w.LogIn(w.ctx, LogIn{Email: "seven@example.org", Password: nextPassword})
		w.ok(err)
		w.wants(w.ChangePassword(w.ctx, in.Session, "", password), fault.AuthRequired)
	})
}

func TestResetPassword(t *testing.T) {
	each(t, func(w *world) {
		in := w.join()
		old, p, known, err := w.ForgotPassword(w.ctx, in.Person.Email)
		w.ok(err)
		if !known || p.ID != in.Person.ID {
			t.Fatalf("%v %+v", known, p)
		}
		link, _, _, err := w.ForgotPassword(w.ctx, in.Person.Email)
		w.ok(err)
		_, err = w.ResetPassword(w.ctx, old, nextPassword, From{})
		w.wants(err, fault.LinkInvalid) // a newer one was asked for
		_, err = w.ResetPassword(w.ctx, link, "short", From{})
		w.wants(err, fault.ValidationFailed) // and the link is still good
		out, err := w.ResetPassword(w.ctx, link, nextPassword, From{})
		w.ok(err)
		_, err = w.SessionOf(w.ctx, in.Token)
		w.wants(err, fault.SessionRevoked)
		_, err = w.SessionOf(w.ctx, out.Token)
		w.ok(err)
		_, err = w.ResetPassword(w.ctx, link, password, From{})
		w.wants(err, fault.LinkInvalid)
		_, err = w.LogIn(w.ctx, LogIn{Email: in.Person.Email, Password: nextPassword})
		w.ok(err)

		for _, email := range []string{"nobody@example.org", "", "x\x00"} {
			if token, _, known, err := w.ForgotPassword(w.ctx, email); known || token != "" || err != nil {
				t.Errorf("%q: %v %v", email, known, err)
			}
		}
	})
}

func TestLinks(t *testing.T) {
	each(t, func(w *world) {
		in := w.join()
		link, expires, err := w.CreateLink(w.ctx, ForPassword, in.Person.ID)
		w.ok(err)
		if time.UnixMicro(expires).Sub(w.clk.Now()) != LinkTime {
			t.Errorf("it expires at %d", expires)
		}
		use := func(token string, purpose Purpose) error {
			return w.db.Write(w.ctx, func(tx *db.Tx) error { _, err := UseLink(w.ctx, tx, token, purpose); return err })
		}
		for _, bad := range []string{"", "ovn_lk_", link[:40], link + "x", "ovn_st_" + link[7:]} {
			w.wants(use(bad, ForPassword), fault.LinkInvalid)
		}
		w.wants(use(link, ForSetUp), fault.LinkInvalid)
		w.clk.Advance(LinkTime)
		w.wants(use(link, ForPassword), fault.LinkExpired)
		w.clk.Advance(-time.Second)
		var wg sync.WaitGroup
		var mu sync.Mutex
		used := 0
		for range 10 {
			wg.Go(func() {
				if use(link, ForPassword) == nil {
					mu.Lock()
					used++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if used != 1 {
			t.Errorf("the link was used %d times", used)
		}
		w.clk.Advance(25 * time.Hour)
		w.write(func(tx *db.Tx) error { return Sweep(w.ctx, tx) })
		if n := w.count("SELECT COUNT(*) FROM one_time_link"); n != 0 {
			t.Errorf("%d links were kept", n)
		}
		_, _, err = w.CreateLink(w.ctx, ForPassword, somebodyElse)
		w.wants(err, fault.NotFound)
		for _, bad := range []Purpose{"", "other", ForSetUp} {
			if _, _, err := w.CreateLink(w.ctx, bad, in.Person.ID); err == nil {
				t.Errorf("a link for %q was made", bad)
			}
		}
	})
}
