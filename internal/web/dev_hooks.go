package web

import (
	_ "embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/webhook"
)

// How a receiver checks a message; the same as in docs/webhooks.md, which a
// test holds them to and which tests compile.
var (
	//go:embed samples/verify.go.txt
	verifyGo string
	//go:embed samples/verify.js.txt
	verifyJS string
	//go:embed samples/verify.py.txt
	verifyPython string
)

// webhookRoutes is the table's part about where events are sent.
func (s *site) webhookRoutes(page func(class, pattern string, h handler)) {
	page(classRead, "GET /dev/webhooks", developers(endpointsPage))
	page(classWrite, "POST /dev/webhooks", developers(makeEndpoint))
	page(classRead, "GET /dev/webhooks/{id}", developers(endpointPage))
	for verb, h := range map[string]handler{
		"change": changeEndpoint, "secret": showSecret, "rotate": rotateSecret, "test": testEndpoint, "enable": enableEndpoint, "disable": disableEndpoint,
		"delete": deleteEndpoint, "redeliver": redeliver,
	} {
		page(classWrite, "POST /dev/webhooks/{id}/"+verb, developers(h))
	}
}

// hooks is what the list of endpoints shows.
type hooks struct {
	All     []hookRow
	Typed   hookForm
	Notice  string
	Problem *problem
}

// hookRow is an endpoint with the last thing that it was sent.
type hookRow struct {
	webhook.Endpoint
	Last *webhook.Delivery
}

// hookForm is what was typed into the form of an endpoint.
type hookForm struct {
	URL, Description string
	Types            []string // empty means all
}

func (f hookForm) has(name string) bool { return slices.Contains(f.Types, name) }

// mostEndpoints is more than there can be.
const mostEndpoints = 100

func endpointsPage(v *visit) error {
	h := &hooks{Notice: noticeOf(v.r.URL.Query().Get("did"), "endpoint_deleted")}
	return v.showEndpoints(h, http.StatusOK)
}

func (v *visit) showEndpoints(h *hooks, status int) error {
	all, err := v.endpoints()
	if err != nil {
		return err
	}
	h.All = all
	return v.show(status, hooksView(v, h))
}

// endpoints are all endpoints, newest first, each with its last delivery.
func (v *visit) endpoints() (rows []hookRow, err error) {
	all, err := v.site.cfg.Webhooks.Endpoints(v, v.looks(), webhook.Page{Limit: mostEndpoints})
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		row := hookRow{Endpoint: e}
		last, err := v.site.cfg.Webhooks.Deliveries(v, v.looks(), e.ID, webhook.DeliveryPage{Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			row.Last = &last[0]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// deliveries is the part of the state of an integration that is about
// webhooks.
func (v *visit) deliveries() ([]check, error) {
	all, err := v.endpoints()
	if err != nil {
		return nil, err
	}
	set := check{Key: "dev.status.endpoint", State: "wait", Href: "/dev/webhooks", Action: "dev.status.endpoint_do"}
	arrived := check{Key: "dev.status.arrived", State: "wait", Href: "/dev/webhooks", Action: "dev.status.arrived_do"}
	failed := check{Key: "dev.status.failed", State: "wait", Href: "/dev/webhooks", Action: "dev.status.failed_do"}
	signed := check{Key: "dev.status.signed", Note: v.T("dev.status.signed_note"), Href: "/dev/webhooks", Action: "dev.status.signed_do"}
	var last *webhook.Delivery
	for _, e := range all {
		if e.State != webhook.Enabled {
			continue
		}
		set.State, set.Note = "good", e.URL
		arrived.Href, signed.Href, failed.Href = "/dev/webhooks/"+string(e.ID), "/dev/webhooks/"+string(e.ID)+"#verify", "/dev/webhooks/"+string(e.ID)+"#change"
		if len(e.Types) == 0 || slices.Contains(e.Types, "payout.failed") {
			failed.State = "good"
		}
		if e.Last != nil && (last == nil || e.Last.MadeUS > last.MadeUS) {
			last = e.Last
		}
	}
	if last != nil {
		arrived.Note = last.Type + ": " + v.T("dev.of.delivery."+string(last.State))
		if last.State == webhook.Delivered {
			arrived.State = "good"
		}
	}
	return []check{set, arrived, failed, signed}, nil
}

// typedHook reads the form of an endpoint.
func (v *visit) typedHook() hookForm {
	f := hookForm{URL: v.long("url", 2000), Description: v.form("description")}
	for _, t := range v.r.PostForm["type"] {
		if len(t) <= 100 && len(f.Types) < 100 {
			f.Types = append(f.Types, strings.ToValidUTF8(t, ""))
		}
	}
	return f
}

// long reads a field that may be longer than most.
func (v *visit) long(name string, most int) string {
	s := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(v.r.PostFormValue(name), "\x00", ""), ""))
	return s[:min(len(s), most+1)] // one more, so that the rule sees what is too long
}

// makeEndpoint has events sent to a URL from now on.
func makeEndpoint(v *visit) error {
	f := v.typedHook()
	key, err := v.keyOf(f.URL, f.Description, strings.Join(f.Types, " "))
	var e webhook.Endpoint
	if err == nil {
		e, err = v.site.cfg.Webhooks.Create(v, v.person.Caller(), webhook.NewEndpoint{Key: short(key), URL: f.URL, Description: f.Description, Types: f.Types})
	}
	if err != nil {
		p := v.problemOf(err)
		return v.showEndpoints(&hooks{Typed: f, Problem: p}, p.Status)
	}
	return v.redirect("/dev/webhooks/" + string(e.ID) + "?did=endpoint_made")
}

// hook is what the page of one endpoint shows.
type hook struct {
	hookRow
	Deliveries []webhook.Delivery
	State      webhook.DeliveryState // of the filter
	Type       string
	Before     int64
	Older      int64
	Waits      bool // something is about to be sent: the page looks again soon
	Secrets    *webhook.Secrets
	Rotated    bool
	Typed      hookForm
	From, To   string // of the range to send again, as typed
	Notice     string
	Problem    *problem
}

// shownDeliveries is how many deliveries a page shows.
const shownDeliveries = 25

func endpointPage(v *visit) error {
	return v.showEndpoint(&hook{Notice: noticeOf(v.r.URL.Query().Get("did"), "endpoint_made", "endpoint_changed", "endpoint_tested", "endpoint_enabled", "endpoint_disabled", "redelivered")}, http.StatusOK)
}

// showEndpoint fills in what was not typed and shows the page.
func (v *visit) showEndpoint(h *hook, status int) error {
	endpoint, q := id.Endpoint(v.r.PathValue("id")), v.r.URL.Query()
	e, err := v.site.cfg.Webhooks.Endpoint(v, v.looks(), endpoint)
	if err != nil {
		return err
	}
	h.Endpoint = e
	if h.Problem == nil || h.Typed.URL == "" {
		h.Typed = hookForm{URL: e.URL, Description: e.Description, Types: e.Types}
	}
	h.State, h.Type, h.Before = webhook.DeliveryState(q.Get("state")), q.Get("type"), integer(q.Get("before"))
	if !slices.Contains(deliveryStates, h.State) {
		h.State = ""
	}
	if !isEventType(h.Type) {
		h.Type = ""
	}
	h.Deliveries, err = v.site.cfg.Webhooks.Deliveries(v, v.looks(), endpoint, webhook.DeliveryPage{State: h.State, Type: h.Type, Before: h.Before, Limit: shownDeliveries + 1})
	if err != nil {
		return err
	}
	if len(h.Deliveries) > shownDeliveries {
		h.Deliveries = h.Deliveries[:shownDeliveries]
		h.Older = h.Deliveries[shownDeliveries-1].Sequence
	}
	h.Waits = v.waits(h)
	return v.show(status, hookView(v, h))
}

// endpointPath is where the deliveries that are shown can be looked at again;
// the page may be the answer to a form with another address.
func (v *visit) endpointPath(h *hook) string {
	path := "/dev/webhooks/" + string(h.Endpoint.ID)
	if v.r.Method == http.MethodGet && v.r.URL.Path == path {
		return v.page()
	}
	return path
}

var deliveryStates = []webhook.DeliveryState{webhook.Waiting, webhook.Delivered, webhook.Dead}

// soon is how near the next try has to be for the page to look again by
// itself.
const soon = 10 * time.Second

// waits reports whether something is about to be sent: a delivery that is due,
// or a test that was not handed out yet.
func (v *visit) waits(h *hook) bool {
	if h.Endpoint.State != webhook.Enabled || h.Before > 0 {
		return false
	}
	event := v.r.URL.Query().Get("event")
	found := event == ""
	for i := range h.Deliveries {
		d := &h.Deliveries[i]
		found = found || string(d.Event) == event
		if d.State == webhook.Waiting && d.NextUS < v.shown()+soon.Microseconds() {
			return true
		}
	}
	if found || h.State != "" || h.Type != "" {
		return false
	}
	at, ok := id.Sequence(id.KindEvent, event) // of a test of a moment ago, not one of an old address
	head, err := v.site.cfg.Hub.Head(v)
	return ok && err == nil && at <= head && head-at < 1000
}

// onEndpoint does something to the endpoint and shows what it is then, or what
// went wrong.
func (v *visit) onEndpoint(did string, do func(endpoint id.Endpoint) error) error {
	endpoint := id.Endpoint(v.r.PathValue("id"))
	if err := do(endpoint); err != nil {
		return v.refuseHook(&hook{}, err)
	}
	return v.redirect("/dev/webhooks/" + string(endpoint) + "?" + query("did", did))
}

func (v *visit) refuseHook(h *hook, err error) error {
	h.Problem = v.problemOf(err)
	if h.Problem.Code == fault.NotFound && h.From == "" {
		return err
	}
	return v.showEndpoint(h, h.Problem.Status)
}

func changeEndpoint(v *visit) error {
	f, endpoint := v.typedHook(), id.Endpoint(v.r.PathValue("id"))
	if f.Types == nil {
		f.Types = []string{}
	}
	_, err := v.site.cfg.Webhooks.Change(v, v.person.Caller(), endpoint, webhook.Change{URL: &f.URL, Description: &f.Description, Types: &f.Types})
	if err != nil {
		return v.refuseHook(&hook{Typed: f}, err)
	}
	return v.redirect("/dev/webhooks/" + string(endpoint) + "?did=endpoint_changed")
}

// showSecret shows what messages are signed with; the page that answers is the
// only one that has it.
func showSecret(v *visit) error {
	s, err := v.site.cfg.Webhooks.Secret(v, v.person.Caller(), id.Endpoint(v.r.PathValue("id")))
	if err != nil {
		return v.refuseHook(&hook{}, err)
	}
	return v.showEndpoint(&hook{Secrets: &s}, http.StatusOK)
}

func rotateSecret(v *visit) error {
	overlap := webhook.Overlap
	if v.form("leaked") == "yes" {
		overlap = 0
	}
	s, err := v.site.cfg.Webhooks.Rotate(v, v.person.Caller(), id.Endpoint(v.r.PathValue("id")), overlap)
	if err != nil {
		return v.refuseHook(&hook{}, err)
	}
	return v.showEndpoint(&hook{Secrets: &s, Rotated: true}, http.StatusOK)
}

func testEndpoint(v *visit) error {
	endpoint := id.Endpoint(v.r.PathValue("id"))
	event, err := v.site.cfg.Webhooks.Test(v, v.person.Caller(), endpoint)
	if err != nil {
		return v.refuseHook(&hook{}, err)
	}
	return v.redirect("/dev/webhooks/" + string(endpoint) + "?" + query("did", "endpoint_tested", "event", string(event)) + "#deliveries")
}

func enableEndpoint(v *visit) error {
	return v.onEndpoint("endpoint_enabled", func(e id.Endpoint) error {
		_, err := v.site.cfg.Webhooks.Enable(v, v.person.Caller(), e, v.form("resume") != "no")
		return err
	})
}

func disableEndpoint(v *visit) error {
	return v.onEndpoint("endpoint_disabled", func(e id.Endpoint) error {
		_, err := v.site.cfg.Webhooks.Disable(v, v.person.Caller(), e, v.form("reason"))
		return err
	})
}

func deleteEndpoint(v *visit) error {
	if err := v.site.cfg.Webhooks.Delete(v, v.person.Caller(), id.Endpoint(v.r.PathValue("id"))); err != nil {
		return v.refuseHook(&hook{}, err)
	}
	return v.redirect("/dev/webhooks?did=endpoint_deleted")
}

// redeliver has one delivery sent again, or a range of them.
func redeliver(v *visit) error {
	endpoint := id.Endpoint(v.r.PathValue("id"))
	h := &hook{From: v.form("from"), To: v.form("to")}
	r := webhook.Range{Delivery: id.Delivery(v.form("delivery"))}
	if r.Delivery == "" {
		r.From, r.To, r.State = max(1, integer(h.From)), integer(h.To), webhook.DeliveryState(v.form("state"))
		if r.State != "" && !slices.Contains(deliveryStates, r.State) {
			r.State = ""
		}
	}
	if _, err := v.site.cfg.Webhooks.Redeliver(v, v.person.Caller(), endpoint, r); err != nil {
		return v.refuseHook(h, err)
	}
	return v.redirect("/dev/webhooks/" + string(endpoint) + "?did=redelivered#deliveries")
}
