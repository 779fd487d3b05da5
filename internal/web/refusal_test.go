package web_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/people"
)

// TestGiftFormIsNotGuessed sends quantities and prices that are none: nothing
// is charged, and the form comes back with the gift that was chosen.
func TestGiftFormIsNotGuessed(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 10_000)
	b := r.browser(r.fan.ID)
	stage := "/live/" + string(r.room.ID) + "/gifts"
	for _, quantity := range []string{"0", "-1", "1.5", "1e2", "٥", "0x5", "2;3", "99999999999999999999", "1001", "", "+1", "1 0"} {
		a := b.give(t, r, "fireworks@500", quantity)
		has(t, a, 422, "The quantity is a whole number from 1 to 1000. Nothing was charged.", "10,000 coins")
		if !strings.Contains(a.body, `value="fireworks@500" checked`) {
			t.Errorf("quantity %q: the gift is not chosen any more", quantity)
		}
	}
	for _, gift := range []string{"rose@x", "rose@", "rose", "rose@0", "rose@-5", "rose@5.0", "rose@5@5", "rose@+5"} {
		has(t, b.give(t, r, gift, "1"), 422, "without the price that you were shown", "10,000 coins")
	}
	has(t, b.give(t, r, "", "1"), 422, "Choose a gift. Nothing was charged.")
	has(t, b.post(stage, url.Values{"gift": {"rose@x"}, "quantity": {"1"}}, "Accept", "application/json"), 422, `"code":"validation_failed"`)
	has(t, b.post(stage, url.Values{"gift": {"rose@5"}, "quantity": {"1.5"}}, "Accept", "application/json"), 422, `"code":"amount_out_of_range"`)
	has(t, b.give(t, r, "rose@4", "1"), 409, "10,000 coins")
	has(t, b.give(t, r, "rose@5", "3"), 200, "9,985 coins")
}

// TestPackFormIsNotGuessed buys with a price that is none, which would let any
// price pass.
func TestPackFormIsNotGuessed(t *testing.T) {
	r := still(t)
	b := r.browser(r.fan.ID)
	b.post("/wallet/cards/test", url.Values{})
	for _, pack := range []string{"70@x@USD", "70@@USD", "70@0@USD", "70@-99@USD", "+70@99@USD", "7e1@99@USD"} {
		has(t, b.pay(t, pack), 422, "Choose how many coins to buy. Nothing was charged.")
	}
	has(t, b.pay(t, "70@98@USD"), 409)
	has(t, b.pay(t, "70@99@USD"), 200, ">70 coins</a>")
}

// TestLinksAreNotLogged fails at a page whose address is a secret.
func TestLinksAreNotLogged(t *testing.T) {
	r := still(t)
	token, _, err := r.people.CreateLink(t.Context(), people.ForSetUp, "")
	r.ok(err)
	r.gate.Drain()
	has(t, r.browser("").get("/setup/"+token), 503)
	if log := r.log.String(); strings.Contains(log, token) || !strings.Contains(log, `msg="a page could not do its work"`) || !strings.Contains(log, `route="GET /setup/{token}"`) {
		t.Errorf("the log: %s", log)
	}
}

// TestFormThatDoesNotArrive announces a form and sends none of it.
func TestFormThatDoesNotArrive(t *testing.T) {
	r := still(t)
	server := httptest.NewUnstartedServer(r.handler)
	server.Config.ReadTimeout = 200 * time.Millisecond
	server.Start()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	r.ok(err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nemail="))
	r.ok(err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	r.ok(err)
	defer res.Body.Close()
	var page strings.Builder
	_, err = bufio.NewReader(res.Body).WriteTo(&page)
	r.ok(err)
	if res.StatusCode != 408 || !strings.Contains(page.String(), "The form did not arrive in time. Nothing was changed; send it again.") {
		t.Errorf("%d %s", res.StatusCode, plain(page.String()))
	}
}

// TestHeadOfAStream asks whether there is a stream without listening to it.
func TestHeadOfAStream(t *testing.T) {
	r := still(t)
	req, err := http.NewRequest(http.MethodHead, r.url+"/stream?topics=live:"+string(r.room.ID), nil)
	r.ok(err)
	if a := r.browser("").do(req); a.status != 200 || a.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

// TestLongTexts: what a rule permits arrives whole in any script, and what it
// does not permit is refused in words instead of being cut.
func TestLongTexts(t *testing.T) {
	r := still(t)
	for _, lang := range []string{"en", "fr"} {
		fan := r.browser(r.fan.ID)
		fan.lang = lang
		stage := "/live/" + string(r.room.ID)
		long := strings.Repeat("贈", 190) + lang
		has(t, fan.post(stage+"/chat", url.Values{"text": {long}, "key": {"frm_" + lang + strings.Repeat("x", 20)}}), 200, long)
		has(t, fan.post(stage+"/chat", url.Values{"text": {strings.Repeat("🎁", 260)}}), 422, `id="chat-wrong"`, "it has 260")
		has(t, fan.post("/wallet/buy", url.Values{"key": {"frm_" + strings.Repeat("x", 20)}, "pack": {"70@99@USD"}, "card": {strings.Repeat("x", 300)}}), 404)
	}
}

// TestSessionEndsMeanwhile sends forms whose session has ended. Signing in leads
// back to where they stand, and what was typed is not lost.
func TestSessionEndsMeanwhile(t *testing.T) {
	r := still(t)
	for lang, told := range map[string]string{"en": "What you had typed was not sent.", "fr": "Ce que vous aviez écrit n’a pas été envoyé."} {
		b := r.browser("")
		b.lang = lang
		for path, to := range map[string]string{"/me": "/me", "/me/limits": "/me/limits", "/wallet/buy": "/wallet", "/c/goals": "/c/goals", "/dev/webhooks": "/dev/webhooks"} {
			page := b.post(path, url.Values{"title": {"A <b>lamp</b> & a chair"}, "password": {"hunter22 hunter22"}})
			has(t, page, 401, `href="/sign-in?`+url.Values{"to": {to}}.Encode()+`"`, "A &lt;b&gt;lamp&lt;/b&gt; &amp; a chair", told)
			lacks(t, page, "hunter22")
			checkHTML(t, path+" signed out", lang, page.body)
		}
	}
}

// TestProblemsCanBeHandedOn: what went wrong has an id to copy, and what may pass
// a way to try again.
func TestProblemsCanBeHandedOn(t *testing.T) {
	r := still(t)
	for lang, again := range map[string]string{"en": "Try again", "fr": "Réessayer"} {
		b := r.browser(r.fan.ID)
		b.lang = lang
		page := b.get("/nowhere/at-all")
		has(t, page, 404, `data-copy="request-req_`)
		lacks(t, page, again)
		checkHTML(t, "nothing", lang, page.body)
		mend := r.hide("wallet_lot")
		page = b.get("/wallet?of=given")
		mend()
		has(t, page, 500, `href="/wallet?of=given">`+again, `data-copy="request-req_`)
		wrong := b.post("/me/limits", url.Values{"currency": {"nothing"}})
		has(t, wrong, wrong.status, `id="trouble"`, `data-copy="request-req_`)
		checkHTML(t, "limits with a problem", lang, wrong.body)
	}
}

// hide takes a table away until the function that it returns is called.
func (r *rig) hide(table string) (back func()) {
	r.t.Helper()
	run := func(from, to string) {
		r.ok(r.d.Write(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), "ALTER TABLE "+from+" RENAME TO "+to)
			return err
		}))
	}
	run(table, table+"_gone")
	return func() { run(table+"_gone", table) }
}
