package stripe_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

func TestWebhookVectors(t *testing.T) {
	api, err := stripe.New(stripe.Config{SecretKey: "sk_test_x", WebhookSecrets: []string{"", "whsec_old", "whsec_new"}})
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"id":"evt_1","object":"event","api_version":"2026-03-25.dahlia","created":1773144000,"livemode":false,"type":"charge.refunded",
		"data":{"object":{"id":"ch_1","object":"charge","payment_intent":"pi_1","metadata":{"ovation_ref":"pay_1"}}}}`)
	sign := func(secret string, at time.Time) string { return sandbox.Signature(at, body, secret) }
	unix := func(at time.Time) string { return "t=" + strconv.FormatInt(at.Unix(), 10) }
	good := payment.Event{ID: "evt_1", Type: "charge.refunded", Object: "charge", ObjectID: "ch_1", Parent: "pi_1", Ref: "pay_1", CreatedAt: time.Unix(1773144000, 0).UTC()}
	for name, v := range map[string]struct {
		body   []byte
		header string
		want   fault.Code
	}{
		"old secret":             {body, sign("whsec_old", start), ""},
		"new secret":             {body, sign("whsec_new", start), ""},
		"both signatures":        {body, sign("whsec_other", start) + ",v1=" + strings.SplitN(sign("whsec_new", start), "v1=", 2)[1], ""},
		"299 seconds old":        {body, sign("whsec_new", start.Add(-299*time.Second)), ""},
		"301 seconds old":        {body, sign("whsec_new", start.Add(-301*time.Second)), fault.WebhookTimestampOutOfRange},
		"301 seconds ahead":      {body, sign("whsec_new", start.Add(301*time.Second)), fault.WebhookTimestampOutOfRange},
		"wrong secret":           {body, sign("whsec_other", start), fault.WebhookSignatureInvalid},
		"empty secret":           {body, sign("", start), fault.WebhookSignatureInvalid},
		"no header":              {body, "", fault.WebhookSignatureInvalid},
		"no time":                {body, "v1=00", fault.WebhookSignatureInvalid},
		"no signature":           {body, "t=1773144000", fault.WebhookSignatureInvalid},
		"nonsense":               {body, "t=x,v1=y,=,==,,", fault.WebhookSignatureInvalid},
		"other scheme":           {body, strings.ReplaceAll(sign("whsec_new", start), "v1=", "v0="), fault.WebhookSignatureInvalid},
		"other body":             {append(slices.Clone(body), ' '), sign("whsec_new", start), fault.WebhookSignatureInvalid},
		"time changed afterward": {body, "t=1773143999," + strings.SplitN(sign("whsec_new", start), ",", 2)[1], fault.WebhookSignatureInvalid},
		"an old one behind now":  {body, unix(start) + "," + sign("whsec_new", start.Add(-time.Hour)), fault.WebhookSignatureInvalid},
		"now behind an old one":  {body, unix(start.Add(-time.Hour)) + "," + sign("whsec_new", start), fault.WebhookSignatureInvalid},
		"one time twice":         {body, unix(start) + ", " + sign("whsec_new", start), fault.WebhookSignatureInvalid},
		"too large":              {make([]byte, 1<<20+1), "", fault.BodyTooLarge},
	} {
		got, err := api.ParseWebhook(v.body, v.header, start)
		if fault.CodeOf(err) != v.want || (v.want == "") != (err == nil) {
			t.Errorf("%s: error %v, want code %q", name, err, v.want)
		}
		if v.want == "" && got != good {
			t.Errorf("%s: event %+v", name, got)
		}
	}
	body = []byte(`not json`)
	if _, err := api.ParseWebhook(body, sign("whsec_new", start), start); !fault.Is(err, fault.MalformedJSON) {
		t.Errorf("signed nonsense: %v", err)
	}
	body = []byte(`{"id":"evt_2","object":"event","api_version":"2099-01-01.future","type":"thing.new","data":{"object":{"id":7,"metadata":[]}}}`)
	if e, err := api.ParseWebhook(body, sign("whsec_new", start), start); err != nil || e.Type != "thing.new" {
		t.Errorf("an event of the future: %+v %v", e, err)
	}
	body = []byte(`{"id":"evt_3","object":"event","type":"thing.old","data":null}`)
	if _, err := api.ParseWebhook(body, sign("whsec_new", start), start); err != nil {
		t.Errorf("an event without data: %v", err)
	}
}

func FuzzParseWebhook(f *testing.F) {
	api, err := stripe.New(stripe.Config{SecretKey: "sk_test_x", WebhookSecrets: []string{"whsec"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"object":"event","data":{"object":{}}}`), "t=1,v1=00", true)
	f.Add([]byte(`{"object":"event","data":{"object":[]}}`), "", true)
	f.Fuzz(func(t *testing.T, body []byte, header string, signed bool) {
		if signed {
			header = sandbox.Signature(start, body, "whsec")
		}
		_, err := api.ParseWebhook(body, header, start)
		if err != nil && fault.CodeOf(err) == "" {
			t.Errorf("not a fault: %v", err)
		}
	})
}

func TestWebhookModes(t *testing.T) {
	r := newRig(t, nil)
	count := func() map[string]int {
		r.settle()
		r.mu.Lock()
		defer r.mu.Unlock()
		m := map[string]int{}
		for _, e := range r.inbox {
			m[e.ID]++
		}
		r.inbox = nil
		return m
	}
	r.ok(r.box.SetWebhooks(sandbox.Webhooks{Duplicate: 2, Shuffle: true}))
	r.pay("pay_1", 500, "pm_card_visa")
	for id, n := range count() {
		if n != 3 {
			t.Errorf("event %s came %d times", id, n)
		}
	}
	r.ok(r.box.SetWebhooks(sandbox.Webhooks{DelaySeconds: 3600}))
	r.pay("pay_2", 500, "pm_card_visa")
	if got := count(); len(got) != 0 {
		t.Errorf("late events came early: %v", got)
	}
	r.clk.Advance(time.Hour)
	late := len(count())
	if late == 0 {
		t.Error("late events never came")
	}
	r.pay("pay_3", 500, "pm_card_visa")
	if _, err := r.box.Flush(r.ctx); err != nil {
		t.Fatal(err)
	}
	if got := len(count()); got != late {
		t.Errorf("flushed %d events, want %d", got, late)
	}
	r.ok(r.box.SetWebhooks(sandbox.Webhooks{Off: true}))
	r.pay("pay_4", 500, "pm_card_visa")
	r.clk.Advance(72 * time.Hour)
	if got := count(); len(got) != 0 {
		t.Errorf("events came although they were off: %v", got)
	}
}

// A receiver that fails gets the same event again, for three days.
func TestWebhookRetries(t *testing.T) {
	r := newRig(t, nil)
	r.refuse = true
	r.pay("pay_1", 500, "pm_card_visa")
	r.settle()
	r.refuse = false
	if got := r.news(); len(got) != 0 {
		t.Fatalf("tried again at once: %v", got)
	}
	r.clk.Advance(time.Minute)
	r.mustHear("payment_intent.succeeded")
	r.refuse = true
	r.pay("pay_2", 500, "pm_card_visa")
	for range 100 {
		r.later(time.Hour)
	}
	r.refuse = false
	r.later(1000 * time.Hour)
	if got := r.news(); len(got) != 0 {
		t.Fatalf("tried again after three days: %v", got)
	}
}

// Who missed the webhooks reads the events.
func TestListEvents(t *testing.T) {
	r := newRig(t, nil)
	r.ok(r.box.SetWebhooks(sandbox.Webhooks{Off: true}))
	for i := range 60 {
		r.pay("pay_"+string(rune('a'+i%26))+string(rune('a'+i/26)), 500, "pm_card_bypassPending")
	}
	a := r.creator("usr_c", sandbox.Onboarding{Name: "Ada"})
	_, err := r.api.CreateTransfer(r.ctx, payment.TransferRequest{Ref: "pyo_1", Account: a.ID, Amount: usd(500)})
	r.ok(err)
	all, err := r.api.ListEvents(r.ctx, stripe.EventQuery{Since: start})
	r.ok(err)
	if len(all) < 240 || all[len(all)-1].Type != "transfer.created" || all[0].Type != "customer.created" {
		t.Fatalf("%d events, from %+v to %+v", len(all), all[0], all[len(all)-1])
	}
	var walked []payment.Event
	for last := all[0].ID; ; {
		some, err := r.api.ListEvents(r.ctx, stripe.EventQuery{After: last, Limit: 17})
		r.ok(err)
		if len(some) == 0 {
			break
		}
		walked = append(walked, some...)
		last = some[len(some)-1].ID
	}
	if !slices.Equal(walked, all[1:]) {
		t.Fatalf("walked over %d events, want %d in the same order", len(walked), len(all)-1)
	}
	theirs, err := r.api.ListEvents(r.ctx, stripe.EventQuery{Account: a.ID})
	r.ok(err)
	if len(theirs) == 0 || theirs[0].Type != "account.updated" || theirs[0].Account != a.ID || theirs[0].Ref != "usr_c" {
		t.Fatalf("events of the account: %+v", theirs)
	}
	r.clk.Advance(31 * 24 * time.Hour)
	gone, err := r.api.ListEvents(r.ctx, stripe.EventQuery{})
	r.ok(err)
	if len(gone) != 0 {
		t.Fatalf("%d events after a month", len(gone))
	}
}

// The body of a webhook is the event as the API shows it.
func TestWebhookBody(t *testing.T) {
	r := newRig(t, nil)
	r.pay("pay_1", 500, "pm_card_visa")
	_, m := r.raw("GET", "/v1/events?limit=100", "", nil)
	data, _ := m["data"].([]any)
	for _, item := range data {
		raw, _ := json.Marshal(item)
		if strings.Contains(string(raw), "_sandbox") {
			t.Errorf("the sandbox's own member shows: %s", raw)
		}
	}
	if len(data) == 0 {
		t.Error("no events")
	}
}
