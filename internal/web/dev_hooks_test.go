package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// receiver is a server that is sent events.
type receiver struct {
	url    string
	status atomic.Int64
	got    atomic.Int64
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.status.Store(http.StatusOK)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		r.got.Add(1)
		w.WriteHeader(int(r.status.Load()))
		_, _ = io.WriteString(w, "<i>taken</i>")
	}))
	t.Cleanup(srv.Close)
	r.url = srv.URL
	return r
}

var whsec = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]{40,}`)

// TestWebhookPages walks an endpoint from its beginning to its end.
func TestWebhookPages(t *testing.T) {
	r := still(t)
	to := newReceiver(t)
	boss := r.browser(r.boss.ID)
	newKey := func() string { return hidden(t, boss.get("/dev/webhooks").body, "/dev/webhooks", "key") }
	has(t, boss.get("/dev/webhooks"), 200, "Events are sent nowhere yet")
	for _, private := range []string{"http://10.0.0.7/hook", "https://192.168.1.1/hook", "ftp://example.org/x", "http://169.254.169.254/latest"} {
		bad := boss.post("/dev/webhooks", url.Values{"key": {newKey()}, "url": {private}, "description": {"<b>kept"}, "type": {"gift.sent", "payout.failed"}})
		has(t, bad, 422, `value="`+private+`"`, `value="&lt;b&gt;kept"`, `value="payout.failed" checked`, `value="gift.sent" checked`, `aria-invalid="true"`)
		checkHTML(t, private, "en", bad.body)
	}
	has(t, boss.post("/dev/webhooks", url.Values{"url": {to.url}}), 400, "without its key", `value="`+to.url+`"`)

	form := url.Values{"key": {newKey()}, "url": {to.url + "/hook"}, "description": {"Staging"}, "type": {"payout.failed"}}
	made := boss.post("/dev/webhooks", form)
	has(t, made, 200, "The endpoint is made", "Nothing was sent to it yet", to.url+"/hook", "whe_")
	path := made.url.Path
	if again := boss.post("/dev/webhooks", form); again.url.Path != path {
		t.Errorf("the form sent twice made %s and %s", path, again.url.Path)
	}
	if whsec.MatchString(made.body) {
		t.Error("the secret is shown unasked")
	}
	tested := boss.post(path+"/test", url.Values{})
	has(t, tested, 200, "A test is on its way", `hx-trigger="every 2s"`)
	r.ok(r.settle(t.Context()))
	page := boss.get(path)
	has(t, page, 200, "webhook.test", "delivered", "answered 200", "&lt;i&gt;taken&lt;/i&gt;", "healthy")
	checkHTML(t, "an endpoint", "en", page.body)
	if to.got.Load() != 1 || strings.Contains(page.body, "every 2s") || strings.Contains(page.body, "<i>taken") {
		t.Errorf("%d messages; the page still waits, or trusts the receiver", to.got.Load())
	}
	to.status.Store(500)
	boss.post(path+"/test", url.Values{})
	r.ok(r.settle(t.Context()))
	has(t, boss.get(path+"?state=waiting"), 200, "answered 500", "did not answer with a status from 200 to 299")
	has(t, boss.get(path+"?state=dead"), 200, "No delivery is like that")
	has(t, boss.get("/dev/webhooks"), 200, "failing")
	has(t, boss.get("/dev"), 200, "The last message arrived", "webhook.test: waiting")
	boss.lang = "fr"
	has(t, boss.get(path), 200, "réponse 500", "en attente")
	boss.lang = "en"

	to.status.Store(200)
	has(t, boss.post(path+"/redeliver", url.Values{"delivery": {hidden(t, boss.get(path+"?state=delivered").body, path+"/redeliver", "delivery")}}), 200, "under the same ids")
	has(t, boss.post(path+"/redeliver", url.Values{"from": {"7"}, "to": {"3"}}), 422, `value="7"`, `value="3"`)
	has(t, boss.post(path+"/redeliver", url.Values{"from": {"77"}}), 404, "There is no delivery in this range", `value="77"`)
	has(t, boss.post(path+"/redeliver", url.Values{"from": {"1"}}), 200, "under the same ids")
	has(t, boss.post(path+"/secret", url.Values{}), 200, `hx-get="`+path+`"`) // the deliveries look again where they are, not where the form led
	before := to.got.Load()
	r.ok(r.settle(t.Context()))
	if n := to.got.Load() - before; n != 2 {
		t.Errorf("%d messages were sent again, want 2", n)
	}
	r.afterwards(t, boss, path)
}

// afterwards looks at the secret, changes the endpoint and takes it away.
func (r *rig) afterwards(t *testing.T, boss *browser, path string) {
	t.Helper()
	shown := boss.post(path+"/secret", url.Values{})
	has(t, shown, 200, "In use since")
	first := whsec.FindString(shown.body)
	rotated := boss.post(path+"/rotate", url.Values{})
	has(t, rotated, 200, "This is the new secret", first, "The one before signs too until")
	has(t, boss.post(path+"/rotate", url.Values{}), 409, "The secret was changed already")
	leaked := boss.post(path+"/rotate", url.Values{"leaked": {"yes"}})
	has(t, leaked, 200, "This is the new secret")
	if all := whsec.FindAllString(leaked.body, -1); first == "" || len(all) != 1 || all[0] == first {
		t.Errorf("after a leak the page has %d secrets", len(all))
	}
	if whsec.MatchString(boss.get(path).body) || whsec.MatchString(r.log.String()) {
		t.Error("a secret is shown unasked, or in the log")
	}

	has(t, boss.post(path+"/change", url.Values{"url": {"http://10.1.1.1/"}, "description": {"Other"}}), 422, `value="http://10.1.1.1/"`, `value="Other"`)
	url2 := "http://127.0.0.1:18080/other"
	has(t, boss.post(path+"/change", url.Values{"url": {url2}, "description": {"Other"}, "type": {"gift.sent"}}), 200, "The endpoint is changed", url2)
	has(t, boss.get("/dev"), 200, "Choose this type")
	has(t, boss.post(path+"/disable", url.Values{"reason": {"at <night>"}}), 200, "Somebody disabled it: at &lt;night&gt;", "Enable from now on")
	has(t, boss.post(path+"/test", url.Values{}), 409, "disabled")
	has(t, boss.post(path+"/enable", url.Values{"resume": {"no"}}), 200, "sent to this endpoint again")

	fan := r.browser(r.fan.ID)
	seen := fan.get(path)
	has(t, seen, 200, url2, "Operators may change it", "Be Ada Oduya, operator")
	if strings.Contains(seen.body, path+"/") || whsec.MatchString(seen.body) {
		t.Error("a fan is offered what only operators may do")
	}
	for _, verb := range []string{"change", "secret", "rotate", "test", "enable", "disable", "delete", "redeliver"} {
		if a := fan.post(path+"/"+verb, url.Values{"url": {url2}, "delivery": {"whd_x"}}); a.status != 403 || whsec.MatchString(a.body) {
			t.Errorf("a fan's %s answers %d", verb, a.status)
		}
		has(t, boss.post("/dev/webhooks/whe_01m7z0nhk8ew79reafkqmy257e/"+verb, url.Values{"url": {url2}, "delivery": {"whd_x"}}), 404)
		has(t, boss.post(path+"/"+verb, url.Values{}, "Sec-Fetch-Site", "cross-site"), 403)
	}
	has(t, boss.post(path+"/delete", url.Values{}), 200, "The endpoint is deleted")
	has(t, boss.get(path), 404)
}

// TestEventsPage shows the log, and follows it without loss and without
// telling anything twice.
func TestEventsPage(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 1000)
	fan := r.browser(r.fan.ID)
	for range 3 {
		fan.give(t, r, "spark@1", "1")
	}
	page := fan.get("/dev/events")
	has(t, page, 200, "gift spark · quantity 1 · coins 1 COIN", "&#34;quantity&#34;: 1", "/v1/events?after=", `data-stream="/stream?after=`, "gift.combo.ended", "ledger_txn_count")
	checkHTML(t, "events", "en", page.body)
	only := fan.get("/dev/events?type=live.started")
	if n := strings.Count(only.body, `<li data-type="`); n != 1 || !strings.Contains(only.body, `data-type="live.started"`) {
		t.Errorf("of one type there are %d rows", n)
	}
	older := fan.get("/dev/events?before=3")
	if n := strings.Count(older.body, `<li data-type="`); n != 2 || strings.Contains(older.body, "data-stream") {
		t.Errorf("before the third there are %d rows", n)
	}
	has(t, fan.get("/dev/events?type=nothing&before=-9"), 200)

	all, gifts := fan.listens(t, "events", ""), fan.listens(t, "events:gift.sent", "")
	fan.give(t, r, "lantern@100", "1")
	h := gifts.next()
	if h.name != "event" || !strings.Contains(h.data, "coins 100 COIN") || !strings.Contains(h.data, `data-type=\"gift.sent\"`) {
		t.Errorf("the page hears %+v", h)
	}
	for first := all.next(); first.id != h.id; first = all.next() {
	}
	all.stop()
	fan.give(t, r, "spark@1", "2")
	fan.give(t, r, "spark@1", "3")
	again := fan.listens(t, "events:gift.sent", h.id)
	for _, want := range []string{"quantity 2", "quantity 3"} {
		if got := again.next(); !strings.Contains(got.data, want) {
			t.Errorf("who comes back hears %s, want %s", got.data, want)
		}
	}
	select {
	case h := <-again.events:
		t.Errorf("something is told twice: %+v", h)
	case <-time.After(50 * time.Millisecond):
	}
}
