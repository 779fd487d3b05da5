package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// keyring is what the page of keys shows.
type keyring struct {
	Held    []keyRow
	Revoked []keyRow
	Typed   keyForm
	Made    people.Key
	Secret  string // of Made, this once
	Notice  string
	Problem *problem
	Log     []Requested // of the key that the address names
	LogOf   people.Key
}

// keyRow is a key and when it was used last, since the server began.
type keyRow struct {
	people.Key
	UsedUS int64
	Uses   int
}

// keyForm is what was typed into the form of a new key.
type keyForm struct {
	Name     string
	Scopes   []string
	Platform bool // it is to act for the platform
}

// scopeGroup is scopes that belong together.
type scopeGroup struct {
	Key    string // of its words
	Scopes []people.Scope
}

var scopeGroups = []scopeGroup{
	{"dev.keys.fans", []people.Scope{people.GiftsSend, people.TipsSend, people.CoinsBuy, people.WalletRead, people.ChatWrite}},
	{"dev.keys.creators", []people.Scope{people.ContentWrite, people.EarningsRead, people.PayoutsRead, people.PayoutsWrite}},
	{"dev.keys.persons", []people.Scope{people.PeopleRead, people.PeopleWrite, people.SessionsWrite}},
	{"dev.keys.integration", []people.Scope{people.EventsRead, people.WebhooksRead, people.WebhooksWrite, people.ExplainRead, people.KeysWrite}},
	{"dev.keys.operation", []people.Scope{people.LedgerRead, people.PolicyRead, people.PolicyWrite, people.RefundsWrite, people.Admin}},
}

// grouped are the scopes that the visitor may give, in groups; one that
// belongs to none stands with the integration's.
func (v *visit) grouped() (all []scopeGroup) {
	var known []people.Scope
	for _, g := range scopeGroups {
		known = append(known, g.Scopes...)
	}
	for _, g := range scopeGroups {
		mine := scopeGroup{Key: g.Key}
		for _, d := range people.ScopeDocs() {
			in := slices.Contains(g.Scopes, d.Scope) || g.Key == "dev.keys.integration" && !slices.Contains(known, d.Scope)
			if in && (d.Personal || v.manages()) {
				mine.Scopes = append(mine.Scopes, d.Scope)
			}
		}
		if len(mine.Scopes) > 0 {
			all = append(all, mine)
		}
	}
	return all
}

// scopeText says what a scope permits.
func (v *visit) scopeText(s people.Scope) string {
	for _, d := range people.ScopeDocs() {
		if d.Scope == s {
			return v.or("dev.of.scope."+string(s), d.Doc)
		}
	}
	return string(s)
}

// personal reports whether a key of one person may have the scope.
func personal(s people.Scope) bool {
	return slices.ContainsFunc(people.ScopeDocs(), func(d people.ScopeDoc) bool { return d.Scope == s && d.Personal })
}

func (f keyForm) has(s people.Scope) bool { return slices.Contains(f.Scopes, string(s)) }

func keysPage(v *visit) error {
	k := &keyring{Notice: noticeOf(v.r.URL.Query().Get("did"), "key_revoked"), Typed: keyForm{Platform: v.manages()}}
	return v.showKeys(k, http.StatusOK)
}

func (v *visit) showKeys(k *keyring, status int) error {
	all, err := v.ownKeys()
	if err != nil {
		return err
	}
	for _, key := range all {
		requests := v.requests(key.ID)
		row := keyRow{Key: key, Uses: len(requests)}
		if len(requests) > 0 {
			row.UsedUS = requests[0].AtUS
		}
		if string(key.ID) == v.r.URL.Query().Get("log") {
			k.Log, k.LogOf = requests, key
		}
		if key.RevokedUS == 0 {
			k.Held = append(k.Held, row)
		} else {
			k.Revoked = append(k.Revoked, row)
		}
	}
	return v.show(status, keysView(v, k))
}

// makeKey makes a key and shows its secret on the page that answers, the only
// one that ever has it.
func makeKey(v *visit) error {
	f := keyForm{Name: v.form("name"), Platform: v.manages() && v.form("for") == "platform"}
	for _, s := range v.r.PostForm["scope"] {
		if len(s) <= 60 {
			f.Scopes = append(f.Scopes, strings.ToValidUTF8(s, ""))
		}
	}
	n := people.NewKey{Name: f.Name, Person: v.me()}
	if f.Platform {
		n.Person = ""
	}
	for _, s := range f.Scopes {
		n.Scopes = append(n.Scopes, people.Scope(s))
	}
	var made people.Key
	var secret string
	err := v.once(func() (err error) {
		made, secret, err = v.site.cfg.People.CreateKey(v, v.person.Caller(), n)
		return err
	})
	if err != nil {
		p := v.problemOf(err)
		return v.showKeys(&keyring{Typed: f, Problem: p}, p.Status)
	}
	return v.showKeys(&keyring{Typed: keyForm{Platform: v.manages()}, Made: made, Secret: secret}, http.StatusOK)
}

func revokeKey(v *visit) error {
	if err := v.site.cfg.People.RevokeKey(v, v.person.Caller(), id.Key(v.form("id"))); err != nil {
		p := v.problemOf(err)
		return v.showKeys(&keyring{Problem: p, Typed: keyForm{Platform: v.manages()}}, p.Status)
	}
	return v.redirect("/dev/keys?did=key_revoked")
}
