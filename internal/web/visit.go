package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// visit is one request with who makes it and how they want it answered.
type visit struct {
	context.Context
	site *site
	w    http.ResponseWriter
	r    *http.Request

	lang   string // en or fr
	theme  string // light, dark, or "" for what the system says
	noKeys bool   // single letters do nothing
	person *people.Visit
	token  string // of the session
	stream string // the address of what the page listens to
	wrote  bool
	keys   []pageKey // what keys do on the page that is shown
}

func (s *site) begin(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{Context: r.Context(), site: s, w: w, r: r, lang: languageOf(r)}
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		v.theme = c.Value
	}
	if c, err := r.Cookie(keysCookie); err == nil && c.Value == "off" {
		v.noKeys = true
	}
	w.Header().Add("Vary", "Accept-Language, Cookie")
	return v
}

// sessionCookie is the name of the cookie that carries a session's token. A
// browser takes the prefix __Host- only over TLS, without a domain and with
// the path /; another host can not plant it then.
func sessionCookie(secure bool) string {
	if secure {
		return "__Host-ovation"
	}
	return "ovation"
}

// whoIsIt looks up the session. One that has ended is forgotten: the visitor
// is signed out, and learns it when a page needs them.
func (v *visit) whoIsIt() error {
	c, err := v.r.Cookie(sessionCookie(v.site.cfg.Secure))
	if err != nil || c.Value == "" || len(c.Value) > 512 {
		return nil
	}
	who, err := v.site.cfg.People.SessionOf(v, c.Value)
	switch fault.CodeOf(err) {
	case fault.TokenInvalid, fault.TokenExpired, fault.SessionRevoked:
		v.forget()
		return nil
	}
	if err != nil {
		if fault.Is(err, fault.AccountSuspended) {
			v.forget()
		}
		return err
	}
	if who.Session.Key != "" {
		// It is for the API, where each operation names its scope and so keeps
		// to what the key that started it may. Pages do not.
		return nil
	}
	v.person, v.token = &who, c.Value
	return nil
}

// remember gives the browser the session.
func (v *visit) remember(token string, seconds int) {
	http.SetCookie(v.w, &http.Cookie{Name: sessionCookie(v.site.cfg.Secure), Value: token, Path: "/", MaxAge: seconds, HttpOnly: true,
		Secure: v.site.cfg.Secure, SameSite: http.SameSiteLaxMode})
}

func (v *visit) forget() { v.remember("", -1) }

// from says where the visitor comes from.
func (v *visit) from() people.From {
	return people.From{Address: v.site.cfg.Gate.Address(v.r), Agent: v.r.UserAgent()}
}

func (v *visit) me() id.Person {
	if v.person == nil {
		return ""
	}
	return v.person.Person.ID
}

func (v *visit) is(role people.Role) bool {
	if v.person == nil {
		return false
	}
	c := v.person.Caller()
	return c.Is(role)
}

func (v *visit) requestID() string { return v.w.Header().Get(requestIDHeader) }

// wants reports whether the page's own script asks for a part of a page.
func (v *visit) wants(part string) bool { return v.r.Header.Get("X-Part") == part }

// wantsJSON reports whether the page's own script asks for data.
func (v *visit) wantsJSON() bool { return v.r.Header.Get("Accept") == "application/json" }

// show writes a page.
func (v *visit) show(status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(v, &b); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.lang)
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "X-Part")
	v.wrote = true
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b.Bytes()) // a browser that has gone reads nothing
	return nil
}

// data writes an answer for the page's own script.
func (v *visit) data(status int, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	v.wrote = true
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b)
	return nil
}

// redirect leads to an address of this site, to be read with GET.
func (v *visit) redirect(to string) error {
	v.wrote = true
	v.w.Header().Set("Cache-Control", "no-store")
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// leave leads to a page of the payment provider. The form policy of this site
// does not let a form lead to another host, so this is a page that goes on by
// itself and has a link.
func (v *visit) leave(to, why string) error {
	if u, err := url.Parse(to); err != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return fault.New(fault.UpstreamFailed, "The payment provider gave no page to go to. Nothing was changed; try again in a minute.")
	}
	v.w.Header().Set("Refresh", "0;url="+to)
	return v.show(http.StatusOK, leavePage(v, to, why))
}

// mostTyped is how many bytes of a field are read: more than any rule permits in
// any script, so that a rule refuses what is too long and nothing is cut in
// silence.
const mostTyped = 8 << 10

// form returns a posted value.
func (v *visit) form(name string) string {
	s := v.r.PostFormValue(name)
	return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(s[:min(len(s), mostTyped)], "\x00", ""), ""))
}

// back returns the address of this site that a form names, or another.
func (v *visit) back(otherwise string) string { return local(v.form("back"), otherwise) }

// local returns the address if it lies on this site, else another one.
func local(to, otherwise string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return otherwise
	}
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" {
		return otherwise
	}
	return to
}

// query writes a query string of names and values.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q.Encode()
}

// formKey makes the key that a form carries.
func formKey() string { return "frm_" + strings.ToLower(rand.Text()) }

// keyAfter makes the key of the form to the address when its page is shown
// again. p is what went wrong with it. Unless that says that the key is used up,
// the form keeps its key: where the outcome is open, such as money that was taken
// while its answer got lost, sending it again finds what was done.
func (v *visit) keyAfter(action string, p *problem) string {
	if p == nil || v.r.Method != http.MethodPost || v.r.URL.Path != action || p.Code == fault.CardDeclined || p.Code == fault.IdempotencyKeyReused || p.Code == fault.StateConflict {
		return formKey()
	}
	key, err := v.keyOf()
	if err != nil {
		return formKey()
	}
	return key
}

// keyOf returns the key of a form that was sent, made specific by what was
// chosen in it: the same choice sent twice has one effect, and another choice
// after going back is another act.
func (v *visit) keyOf(choices ...string) (string, error) {
	key := v.form("key")
	if !strings.HasPrefix(key, "frm_") || len(key) < 20 || len(key) > 80 {
		return "", fault.New(fault.IdempotencyKeyMissing, "The form came without its key. Open the page again and send it from there; nothing was changed.")
	}
	return strings.Join(append([]string{key}, choices...), "/"), nil
}
