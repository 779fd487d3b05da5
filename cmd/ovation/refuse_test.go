package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/sim"
)

// amounts are what somebody may write where a whole number from 1 is wanted.
var amounts = []string{
	`0`, `-0`, `-1`, `-9223372036854775808`, `-9223372036854775809`,
	`0.5`, `1.5`, `1.0`, `1e0`, `1E2`, `1e-9`, `1e300`, `1e999`, `-1e5`, `0.30000000000000004`,
	`9007199254740992`, `9007199254740993`, `9223372036854775806`, `9223372036854775807`, `9223372036854775808`, `18446744073709551615`, `18446744073709551616`,
	`99999999999999999999999999999999999999`,
	`"1"`, `"70"`, `""`, `" 1"`, `"1e3"`, `"0x10"`, `"NaN"`, `"١"`, `"７０"`, `"1,000"`, `"∞"`,
	`true`, `false`, `[]`, `[1]`, `{}`, `{"amount":1,"asset":"USD"}`,
}

// What a refusal says is right. A bound that is that of all amounts and not
// the field's own is told on the side that was crossed.
var (
	wholeNumber = regexp.MustCompile(`whole number`)
	fromOne     = regexp.MustCompile(`between 1 and \d|at least 1\.|at most \d`)
)

// noNumbers are no JSON at all.
var noNumbers = []string{`NaN`, `Infinity`, `-Infinity`, `0x10`, `010`, `01`, `+1`, `1_000`, `.5`, `5.`, `١`, `７`, `1 000`, `--1`, `1e`, `$1`}

// TestAmounts writes every amount into every field that moves money: it is
// refused with the range, and nothing changes.
func TestAmounts(t *testing.T) {
	r := newRig(t, "", sim.Crowd{Fans: 1, Creators: 1, Coins: 1000})
	fan, room := r.world.Fans[0], r.world.Targets[0]
	fields := []struct{ name, path, body string }{
		{"quantity", "/v1/gifts", `{"gift":"rose","target":"` + room + `","quantity":%s}`},
		{"expected_price", "/v1/gifts", `{"gift":"rose","target":"` + room + `","expected_price":%s}`},
		{"coins", "/v1/coin-purchases", `{"coins":%s,"card":"pm_1"}`},
		{"expected_price", "/v1/coin-purchases", `{"coins":70,"card":"pm_1","expected_price":%s}`},
		{"amount", "/v1/payouts", `{"amount":%s}`},
	}
	before, n := r.heads(), 0
	send := func(path, body string) answer {
		n++
		return r.call(http.MethodPost, path, fan, fmt.Sprintf("amount-%d", n), body)
	}
	for _, f := range fields {
		for _, v := range amounts {
			a := send(f.path, fmt.Sprintf(f.body, v))
			what := f.path + " " + f.name + " " + v
			if a.status != http.StatusUnprocessableEntity || len(a.json.Errors) != 1 {
				t.Errorf("%s: %d %s", what, a.status, a.body)
				continue
			}
			e := a.json.Errors[0]
			says := map[string]*regexp.Regexp{"amount_not_integer": wholeNumber, "amount_out_of_range": fromOne}[e.Code]
			if e.Pointer != "/"+f.name || says == nil || !says.MatchString(e.Detail) {
				t.Errorf("%s: the problem is %s at %s and does not say what is right: %s", what, e.Code, e.Pointer, e.Detail)
			}
		}
		for _, v := range noNumbers {
			send(f.path, fmt.Sprintf(f.body, v)).problem(t, f.path+" "+f.name+" "+v, http.StatusBadRequest, "malformed_json")
		}
	}
	send("/v1/gifts", `{"gift":"rose","target":"`+room+`","quantity":1001}`).problem(t, "quantity 1001", http.StatusUnprocessableEntity, "amount_out_of_range")
	send("/v1/coin-purchases", `{"coins":70,"card":"pm_1"}`).problem(t, "buying without a payment provider", http.StatusBadGateway, "upstream_failed")
	if after := r.heads(); after != before {
		t.Errorf("refused amounts changed %s to %s", before, after)
	}
	r.verified()
	t.Logf("%d requests", n)
}

// TestWebhookGarbage sends to the webhook what no provider would: it is
// refused, or taken without effect, and never a failure of ours.
func TestWebhookGarbage(t *testing.T) {
	const secret = "whsec_test_garbage"
	r := newRig(t, "", sim.Crowd{Fans: 1, Creators: 1, Coins: 10}, "--stripe-key", "sk_test_garbage", "--stripe-webhook-secret", secret)
	before := r.heads()
	post := func(body, signature string) answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.server.Address+"/webhooks/stripe", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if signature != "" {
			req.Header.Set("Stripe-Signature", signature)
		}
		return r.do(req)
	}
	signed := func(body string) string { return sandbox.Signature(time.Now(), []byte(body), secret) }
	event := `{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1,"data":{"object":{"id":"pi_unknown","object":"payment_intent"}}}`

	for what, signature := range map[string]string{
		"no signature": "", "nonsense": "nonsense", "no time": "v1=00", "no hash": "t=1", "a wrong hash": "t=1,v1=00", "words for a time": "t=now,v1=00",
		"another secret": sandbox.Signature(time.Now(), []byte(event), "whsec_other"), "bytes": "t=\x80,v1=\xff", "commas": ",,,,=,=", "long": strings.Repeat("v1=00,", 2000),
	} {
		post(event, signature).problem(t, what, http.StatusBadRequest, "webhook_signature_invalid")
	}
	for what, age := range map[string]time.Duration{"old": -time.Hour, "of the future": time.Hour} {
		post(event, sandbox.Signature(time.Now().Add(age), []byte(event), secret)).problem(t, what, http.StatusBadRequest, "webhook_timestamp_out_of_range")
	}
	for _, body := range []string{
		``, `{`, `nonsense`, `[]`, `null`, `0`, `"text"`, `{}`, `{"id":null}`, `{"id":7}`, `{"data":[]}`, `{"id":"evt_2","type":"x","data":{"object":[]}}`, "\x00\x01\xff",
		strings.Repeat("[", 50_000), `{"id":"evt_3","type":"payment_intent.succeeded","data":{"object":"pi_1"}}`, `{"id":"evt_4","type":"payment_intent.succeeded","data":null}`,
		`{"id":"evt_5","object":"event","type":"payout.paid","account":7,"data":{"object":{"id":{}}}}`,
	} {
		a := post(body, signed(body))
		if a.status >= 500 || a.status != http.StatusOK && a.json.Code == "" {
			t.Errorf("signed %.60q: %d %s", body, a.status, a.body)
		}
	}
	for what, body := range map[string]string{
		"an unknown payment": event, "an unknown type": strings.ReplaceAll(event, "payment_intent.succeeded", "moon.rises"),
		"an unknown account": `{"id":"evt_6","object":"event","type":"account.updated","account":"acct_x","created":1,"data":{"object":{"id":"acct_x","object":"account"}}}`,
	} {
		if a := post(body, signed(body)); a.status != http.StatusOK {
			t.Errorf("%s: %d %s; it concerns nobody here and would be sent for days", what, a.status, a.body)
		}
	}
	long := `{"id":"` + strings.Repeat("x", 300<<10) + `"}`
	post(long, signed(long)).problem(t, "a long event", http.StatusRequestEntityTooLarge, "body_too_large")
	if after := r.heads(); after != before {
		t.Errorf("garbage changed %s to %s", before, after)
	}
}

// TestTakenAddress wants a start that can not be to leave nothing behind.
func TestTakenAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, command := range []string{"dev", "serve"} {
		folder := filepath.Join(t.TempDir(), "data")
		status, said := runProgram(t, command, "--data", folder, "--listen", l.Addr().String())
		if status != statusFailed || !strings.Contains(said, "choose another address") {
			t.Errorf("%s: %d %s", command, status, said)
		}
		if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s left its folder: %v", command, err)
		}
	}
}
