package web

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/wallet"
)

// developerPages are the pages of who writes programs against this site.
var developerPages = []navItem{
	{"/dev", "rocket", "nav.dev", "d"},
	{"/dev/keys", "key", "nav.keys", "z"},
	{"/dev/webhooks", "webhook", "nav.webhooks", "h"},
	{"/dev/events", "zap", "nav.events", "n"},
	{"/dev/sandbox", "wrench", "nav.sandbox", "x"},
}

// sandboxPages are those that a real instance does not have.
var sandboxPages = map[string]bool{"/dev/sandbox": true}

// developerRoutes is the table's part about developers.
func (s *site) developerRoutes(page func(class, pattern string, h handler)) {
	page(classRead, "GET /dev", developers(quickstartPage))
	page(classWrite, "POST /dev/key", developers(makeTestKey))
	page(classRead, "GET /dev/keys", developers(keysPage))
	page(classWrite, "POST /dev/keys", developers(makeKey))
	page(classWrite, "POST /dev/keys/revoke", developers(revokeKey))
	page(classRead, "GET /dev/events", developers(eventsPage))
	s.webhookRoutes(page)
	if s.cfg.Sandbox != nil && s.cfg.Sandbox.Control != nil {
		page(classRead, "GET /dev/sandbox", developers(sandboxPage))
		page(classWrite, "POST /dev/sandbox/clock", developers(moveClock))
		page(classMoney, "POST /dev/sandbox/act", developers(act))
		page(classWrite, "POST /dev/sandbox/fans", developers(steerFans))
		page(classWrite, "POST /dev/sandbox/news", developers(deliverNews))
		page(classWrite, "POST /dev/sandbox/faults", developers(breakProvider))
		page(classWrite, "POST /dev/sandbox/mend", developers(mendProvider))
		s.providerRoutes(page)
	}
}

// developerPage is the page that a form under the path stands on.
func developerPage(path string) string {
	for _, item := range slices.Backward(developerPages) {
		if strings.HasPrefix(path, item.path+"/") || path == item.path {
			return item.path
		}
	}
	return "/dev"
}

// develops reports whether the visitor sees the developer's pages: operators
// do, and in a sandbox everybody who is signed in.
func (v *visit) develops() bool {
	return v.person != nil && (v.manages() || v.site.cfg.Sandbox != nil)
}

// manages reports whether the visitor changes what belongs to the platform.
func (v *visit) manages() bool { return v.is(people.Operator) }

// looks is the caller for reading what only operators may: in a sandbox
// everybody may look, because anybody can be the operator with one click.
func (v *visit) looks() people.Caller {
	if v.site.cfg.Sandbox != nil {
		return people.Console()
	}
	return v.person.Caller()
}

// developers lets in who develops.
func developers(h handler) handler {
	return signedIn(func(v *visit) error {
		if !v.develops() {
			return fault.New(fault.RoleRequired, "This page is for the operators of this site.")
		}
		return h(v)
	})
}

// operatorPersona is whom a visitor of a sandbox becomes to change what they
// may only look at; "" where there is nobody.
func (v *visit) operatorPersona() Persona {
	if v.site.cfg.Sandbox != nil {
		for _, p := range v.site.cfg.Sandbox.Personas {
			if p.Role == people.Operator {
				return p
			}
		}
	}
	return Persona{}
}

// quickstart is what the first page of developers shows.
type quickstart struct {
	Secret  string // of the key that was just made
	Key     people.Key
	Host    bool // the snippets act for the platform, and name a person
	Room    content.Room
	Creator people.Brief
	Item    gift.Item
	Sender  people.Brief
	Coins   int64 // of the sender
	Pack    int64 // coins of the smallest pack
	Head    int64 // the last event
	Once    string
	Status  []check
	Problem *problem
}

// check is one line of the state of an integration.
type check struct {
	Key    string // of its words
	State  string // good, wait, or "" for what can not be known
	Note   string
	Href   string
	Action string // key of the link's words
}

func quickstartPage(v *visit) error { return v.showQuickstart(&quickstart{}, http.StatusOK) }

// makeTestKey makes a key that can do the three steps, and shows it once. Who
// runs the site gets one of the platform, anybody else one of their own.
func makeTestKey(v *visit) error {
	n := people.NewKey{Name: v.T("dev.quick.key_name", v.day(time.UnixMicro(v.shown()))), Scopes: []people.Scope{people.CoinsBuy, people.GiftsSend, people.WalletRead}, Person: v.me()}
	if v.manages() {
		n.Person, n.Scopes = "", append(n.Scopes, people.EventsRead)
	}
	var k people.Key
	var secret string
	err := v.once(func() (err error) {
		k, secret, err = v.site.cfg.People.CreateKey(v, v.person.Caller(), n)
		return err
	})
	if err != nil {
		p := v.problemOf(err)
		return v.showQuickstart(&quickstart{Problem: p}, p.Status)
	}
	return v.showQuickstart(&quickstart{Key: k, Secret: secret}, http.StatusOK)
}

func (v *visit) showQuickstart(q *quickstart, status int) error {
	q.Host, q.Once = v.manages(), "try-"+strings.ToLower(rand.Text()[:8])
	if err := v.fillQuickstart(q); err != nil {
		return err
	}
	var err error
	if q.Status, err = v.integration(); err != nil {
		return err
	}
	return v.show(status, quickstartView(v, q))
}

// fillQuickstart finds the real ids that the snippets name: a LIVE of somebody
// else, the cheapest gift, and who gives it.
func (v *visit) fillQuickstart(q *quickstart) error {
	sender := v.me()
	if q.Host && v.site.cfg.Sandbox != nil {
		for _, p := range v.site.cfg.Sandbox.Personas {
			if p.Role == people.Fan {
				sender = p.ID
				break
			}
		}
	}
	home, err := v.site.cfg.Reader.LiveNow(v)
	if err != nil {
		return err
	}
	for _, r := range home.Rooms {
		if r.GiftsOn && r.Creator != sender {
			q.Room, q.Creator = r, home.People[r.Creator]
			break
		}
	}
	items, err := report.Ask(v, v.site.cfg.Reader, gift.Catalog)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.OnLive && (q.Item.ID == "" || i.PriceCoins < q.Item.PriceCoins) {
			q.Item = i
		}
	}
	if q.Coins, err = report.Ask1(v, v.site.cfg.Reader, wallet.Balance, sender); err != nil {
		return err
	}
	packs, err := v.packs()
	if err != nil {
		return err
	}
	for _, p := range packs {
		if q.Pack == 0 || p.Coins < q.Pack {
			q.Pack = p.Coins
		}
	}
	names, err := report.Ask1(v, v.site.cfg.Reader, people.GetMany, []id.Person{sender})
	if err != nil {
		return err
	}
	q.Sender = names[sender]
	q.Head, err = v.site.cfg.Hub.Head(v)
	return err
}

// bearer is what stands for the key in a snippet.
func (q *quickstart) bearer() string {
	if q.Secret != "" {
		return q.Secret
	}
	return "$OVATION_KEY"
}

// curl writes a call as one copies it into a shell.
func (v *visit) curl(q *quickstart, method, path string, body string, more ...string) string {
	var b strings.Builder
	b.WriteString("curl -sS ")
	if method != http.MethodGet {
		b.WriteString("-X " + method + " ")
	}
	b.WriteString("\"" + v.base() + path + "\" \\\n  -H \"Authorization: Bearer " + q.bearer() + "\"")
	if q.Host && method != http.MethodGet {
		more = append([]string{"Ovation-Person: " + string(q.Sender.ID)}, more...)
	}
	for _, h := range more {
		b.WriteString(" \\\n  -H \"" + h + "\"")
	}
	if body != "" {
		b.WriteString(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '" + body + "'")
	}
	return b.String()
}

// base is the site's address for a program.
func (v *visit) base() string { return v.site.cfg.PublicURL }

func (v *visit) curlFind(q *quickstart) string {
	return v.curl(q, http.MethodGet, "/v1/live-rooms?limit=1", "")
}

func (v *visit) curlBuy(q *quickstart) string {
	return v.curl(q, http.MethodPost, "/v1/cards/test", "{}") + "\n\n" +
		v.curl(q, http.MethodPost, "/v1/coin-purchases", `{"coins": `+numeral(max(q.Pack, q.Item.PriceCoins))+`, "card": "pm_…"}`, "Idempotency-Key: "+q.Once+"-coins")
}

func (v *visit) curlGive(q *quickstart) string {
	return v.curl(q, http.MethodPost, "/v1/gifts", `{"gift": "`+q.Item.ID+`", "target": "`+string(q.Room.ID)+`"}`, "Idempotency-Key: "+q.Once)
}

func (v *visit) curlRead(q *quickstart) string {
	if q.Host {
		return v.curl(q, http.MethodGet, "/v1/events?type=gift.sent&after="+numeral(q.Head), "")
	}
	return strings.Replace(v.curl(q, http.MethodGet, "/v1/stream?topics="+live.TopicOf(string(q.Room.ID)), ""), "curl -sS", "curl -sSN", 1)
}

// short reports whether the sender lacks coins for the gift.
func (q *quickstart) short() bool { return q.Coins < q.Item.PriceCoins }

// Requested is one request that was made to the API with a key.
type Requested struct {
	ID     string // req_…
	AtUS   int64
	Route  string // such as POST /v1/gifts
	Status int
	TookUS int64
}

// ownKeys are the keys that the visitor manages, newest first: an operator's
// are those of the platform too.
func (v *visit) ownKeys() (all []people.Key, err error) {
	if all, err = v.site.cfg.People.Keys(v, v.me()); err != nil || !v.manages() {
		return all, err
	}
	host, err := v.site.cfg.People.Keys(v, "")
	all = append(all, host...)
	slices.SortFunc(all, func(a, b people.Key) int { return strings.Compare(string(b.ID), string(a.ID)) })
	return all, err
}

// requests are the latest of a key, newest first.
func (v *visit) requests(key id.Key) []Requested {
	if v.site.cfg.Requests == nil {
		return nil
	}
	return v.site.cfg.Requests(key)
}

// integration says how far the visitor's integration is, from what is known.
func (v *visit) integration() ([]check, error) {
	keys, err := v.ownKeys()
	if err != nil {
		return nil, err
	}
	made, used := check{Key: "dev.status.key", State: "wait", Href: "/dev/keys", Action: "dev.status.key_do"}, check{Key: "dev.status.used", State: "wait", Href: "#try", Action: "dev.status.used_do"}
	held := int64(0)
	var last Requested
	for _, k := range keys {
		if k.RevokedUS == 0 {
			held++
		}
		if all := v.requests(k.ID); len(all) > 0 && all[0].AtUS > last.AtUS {
			last = all[0]
		}
	}
	if held > 0 {
		made.State, made.Note = "good", v.N("dev.keys.held", held)
	}
	if last.AtUS > 0 {
		used.State, used.Note = "good", v.T("dev.status.used_note", last.Route, numeral(int64(last.Status)))
	}
	hooks, err := v.deliveries()
	return append([]check{made, used}, hooks...), err
}
