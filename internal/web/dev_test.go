package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/web"
)

// testControl notes what a sandbox's page asks for.
type testControl struct {
	mu    sync.Mutex
	mix   web.FanMix
	news  web.ProviderNews
	fault []web.ProviderFault
	acts  []web.Act
	past  []web.Happening
	wrong error // of the next Do
}

func (c *testControl) Fans() (web.FanMix, int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mix, 3
}

func (c *testControl) Steer(_ context.Context, m web.FanMix) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.PerMinute < 1 || m.Large > 100 {
		return fault.New(fault.ValidationFailed, "From 1 to %d acts a minute, from 1 to %d fans, and large gifts and combos up to 100 percent together.", 600, 200)
	}
	c.mix = m
	return nil
}

func (c *testControl) Do(_ context.Context, a web.Act) (web.Happening, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acts = append(c.acts, a)
	h := web.Happening{Key: a.Key, What: a.What, AtUS: 1, Steps: []web.HappeningStep{{What: "live", ID: "liv_01m7z0nhk8ew79reafkqmy257e", Name: "<b>New</b>"}, {What: "payout", ID: "pyo_01m7z0nhk8ew79reafkqmy257e", Name: "paid"}},
		Events: []web.EventCount{{Type: "payout.paid", Count: 2}}}
	if c.wrong != nil {
		return h, c.wrong
	}
	c.past = append([]web.Happening{h}, c.past...)
	return h, nil
}

func (c *testControl) History() []web.Happening { return c.past }

func (c *testControl) Provider() (web.Provider, error) {
	return web.Provider{News: c.news, Faults: c.fault}, nil
}

func (c *testControl) Deliver(n web.ProviderNews) error { c.news = n; return nil }

func (c *testControl) Break(f web.ProviderFault) error {
	if f.Next > web.MaxFaults {
		return fault.New(fault.ValidationFailed, "Choose which calls go wrong, how, and how many: from 1 to %d.", web.MaxFaults)
	}
	c.fault = append(c.fault, f)
	return nil
}

func (c *testControl) Mend() { c.fault = nil }

var secretForm = regexp.MustCompile(`ovn_test_sk_[0-9a-z]{52}`)

// real is the rig without a sandbox, for who is signed in already.
func (r *rig) real() {
	r.t.Helper()
	cfg := r.cfg
	cfg.Sandbox = nil
	h, err := web.New(cfg)
	r.ok(err)
	r.handler = h
}

// TestQuickstart makes a key with one press, and puts it into calls that work.
func TestQuickstart(t *testing.T) {
	r := still(t)
	boss, fan := r.browser(r.boss.ID), r.browser(r.fan.ID)
	has(t, boss.get("/dev"), 200, "$OVATION_KEY", string(r.room.ID), "Mia Laurent has 0 coins, which is too few", "There is an API key", "Still to do:", "/v1/events?type=gift.sent&amp;after=")
	made := boss.post("/dev/key", once(url.Values{}))
	secret := secretForm.FindString(made.body)
	has(t, made, 200, "only its hash is kept", "Authorization: Bearer "+secret, "Ovation-Person: "+string(r.fan.ID))
	checkHTML(t, "quickstart", "en", made.body)
	k, err := r.people.KeyOf(t.Context(), secret)
	r.ok(err)
	if c := k.Caller(); !c.IsHost() || !c.May(people.GiftsSend) || !c.May(people.EventsRead) || c.May(people.Admin) {
		t.Errorf("the operator's key is %+v", k)
	}
	if again := boss.get("/dev"); strings.Contains(again.body, secret) || !strings.Contains(again.body, "1 key holds") {
		t.Errorf("the key is shown again, or not counted: %s", plain(again.body))
	}
	own := fan.post("/dev/key", once(url.Values{}))
	has(t, own, 200, "/v1/stream?topics=live:"+string(r.room.ID))
	if k, err = r.people.KeyOf(t.Context(), secretForm.FindString(own.body)); err != nil || k.Person != r.fan.ID {
		t.Errorf("the fan's key is %+v, %v", k, err)
	}
	if strings.Contains(own.body, "Ovation-Person: ") || strings.Contains(r.log.String(), "ovn_test_sk_") {
		t.Error("a fan acts for others, or a secret is in the log")
	}
}

// TestKeysPage makes and revokes keys.
func TestKeysPage(t *testing.T) {
	r := still(t)
	boss, fan := r.browser(r.boss.ID), r.browser(r.fan.ID)
	has(t, boss.get("/dev/keys"), 200, "There is no key yet", "Read the event log.", "platform only")
	if a := fan.get("/dev/keys"); strings.Contains(a.body, "events:read") || strings.Contains(a.body, "platform only") {
		t.Error("a fan is offered what a key of a person can not have")
	}
	form := url.Values{"name": {"<script>site"}, "scope": {"gifts:send", "events:read"}, "for": {"platform"}}
	made := boss.post("/dev/keys", once(form))
	secret := secretForm.FindString(made.body)
	has(t, made, 200, "&lt;script&gt;site", "Acts for the platform", "<code>events:read</code>", "…"+secret[len(secret)-4:])
	if a := boss.get("/dev/keys"); strings.Contains(a.body, secret) || strings.Contains(a.body, "<script>site") {
		t.Error("the secret is shown twice, or the name is no text")
	}
	if _, err := r.people.KeyOf(t.Context(), secret); err != nil {
		t.Errorf("the key does not hold: %v", err)
	}

	bad := boss.post("/dev/keys", once(url.Values{"name": {"kept"}, "scope": {"gifts:send", "x:y"}, "for": {"me"}}))
	has(t, bad, 422, `value="kept"`, `value="gifts:send" checked`, `value="me" checked`)
	has(t, boss.post("/dev/keys", once(url.Values{"name": {"none"}})), 422, "Name at least one scope.", `value="none"`)
	boss.lang = "fr"
	has(t, boss.post("/dev/keys", once(url.Values{"name": {"none"}})), 422, "Quelque chose manque ou ne va pas")
	boss.lang = "en"
	has(t, fan.post("/dev/keys", once(url.Values{"name": {"more"}, "scope": {"admin"}, "for": {"platform"}})), 422, "The scope admin is for keys of the host platform", `value="more"`)
	has(t, boss.post("/dev/keys", form, "Sec-Fetch-Site", "cross-site"), 403, "another site has caused this request")

	id := hidden(t, boss.get("/dev/keys").body, "/dev/keys/revoke", "id")
	has(t, fan.post("/dev/keys/revoke", url.Values{"id": {id}}), 404, "There is no such key")
	has(t, boss.post("/dev/keys/revoke", url.Values{"id": {id}}), 200, "The key is revoked", "1 revoked key")
	if _, err := r.people.KeyOf(t.Context(), secret); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("a revoked key: %v", err)
	}
	if strings.Contains(r.log.String(), secret) {
		t.Error("the secret is in the log")
	}
}

// TestDevelopersAlone keeps the pages for operators on a real instance.
func TestDevelopersAlone(t *testing.T) {
	r := still(t)
	fan, boss, nobody := r.browser(r.fan.ID), r.browser(r.boss.ID), r.browser("")
	r.real()
	for _, path := range []string{"/dev", "/dev/keys", "/dev/webhooks", "/dev/webhooks/whe_01m7z0nhk8ew79reafkqmy257e", "/dev/events"} {
		has(t, fan.get(path), 403, "This page is for the operators of this site.")
		if a := nobody.get(path); a.url.Path != "/sign-in" || a.status != 200 {
			t.Errorf("%s leads a stranger to %s, %d", path, a.url, a.status)
		}
	}
	for _, path := range []string{"/dev/key", "/dev/keys", "/dev/keys/revoke", "/dev/webhooks", "/dev/webhooks/x/test"} {
		has(t, fan.post(path, url.Values{}), 403)
	}
	page := boss.get("/dev")
	has(t, page, 200, `href="/dev/webhooks"`)
	if strings.Contains(page.body, `href="/dev/sandbox"`) || strings.Contains(fan.get("/").body, `href="/dev"`) {
		t.Error("the navigation leads to pages that are not there, or not for a fan")
	}
	has(t, boss.get("/dev/sandbox"), 404)
	has(t, fan.get("/stream?topics=events"), 404)
}

// TestSandboxPage steers the world.
func TestSandboxPage(t *testing.T) {
	r := still(t)
	r.control.mix = web.FanMix{On: true, PerMinute: 70, Large: 2, Combos: 11, Number: 24}
	b := r.browser(r.fan.ID)
	page := b.get("/dev/sandbox")
	has(t, page, 200, `value="70"`, "3 gifts since the server began", "Payout bounces", "Let them rest")
	act := func(what string) answer {
		return b.post("/dev/sandbox/act", url.Values{"key": {hidden(t, b.get("/dev/sandbox").body, "/dev/sandbox/act", "key")}, "what": {what}})
	}
	done := act("payout.paid")
	has(t, done, 200, "“&lt;b&gt;New&lt;/b&gt;” is LIVE", `href="/live/liv_01m7z0nhk8ew79reafkqmy257e"`, `href="/explain/pyo_01m7z0nhk8ew79reafkqmy257e"`, `href="/dev/events?type=payout.paid"`, "payout.paid ×2")
	checkHTML(t, "what happened", "en", done.body)
	has(t, act("everything"), 404, "could be made to happen")
	has(t, b.post("/dev/sandbox/act", url.Values{"what": {"gift"}}), 400, "without its key")
	r.control.wrong = fault.New(fault.StateConflict, "The creator has not earned enough for a payout.")
	has(t, act("payout.next"), 409, "has not earned enough")
	r.control.wrong = nil

	clock := func(form url.Values) answer {
		form.Set("key", hidden(t, b.get("/dev/sandbox").body, "/dev/sandbox/clock", "key"))
		return b.post("/dev/sandbox/clock", form)
	}
	has(t, clock(url.Values{"by": {"24h0m0s"}}), 200, "Done.")
	has(t, clock(url.Values{"to": {"1999-01-01"}}), 400, "The clock moves forward", `value="1999-01-01"`)
	has(t, clock(url.Values{"by": {"soon"}}), 400)
	if last := r.control.acts[len(r.control.acts)-1]; last.What != web.ActClock || last.By.Hours() != 24 {
		t.Errorf("the last act is %+v", last)
	}

	has(t, b.post("/dev/sandbox/fans", url.Values{"switch": {"off"}}), 200, "Let them give")
	has(t, b.post("/dev/sandbox/fans", url.Values{"number": {"5"}, "pace": {"0"}, "large": {"400"}, "combos": {"7"}}), 422, "acts a minute", `value="5"`, `value="7"`)
	has(t, b.post("/dev/sandbox/fans", url.Values{"number": {"5"}, "pace": {"30"}, "large": {"40"}, "combos": {"0"}}), 200)
	if want := (web.FanMix{PerMinute: 30, Large: 40, Number: 5}); r.control.mix != want {
		t.Errorf("steered to %+v", r.control.mix)
	}
	has(t, b.post("/dev/sandbox/news", url.Values{"twice": {"on"}, "delay": {"60"}}), 200, `name="twice" value="on" checked`, `value="60"`)
	has(t, b.post("/dev/sandbox/faults", url.Values{"calls": {"payouts"}, "how": {"reset"}, "next": {"99"}}), 422, `value="payouts" selected`)
	has(t, b.post("/dev/sandbox/faults", url.Values{"calls": {"payouts"}, "how": {"reset"}, "next": {"2"}}), 200, "2 more", "Answer as it should again")
	has(t, b.post("/dev/sandbox/mend", url.Values{}), 200, "answers as it should again")
	has(t, r.browser("").post("/dev/sandbox/act", url.Values{"what": {"gift"}}), 401)
	has(t, b.post("/dev/sandbox/mend", url.Values{}, "Sec-Fetch-Site", "cross-site"), http.StatusForbidden)
}
