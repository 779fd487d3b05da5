package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/people"
)

const script = `<script>alert("x")</script>`

// TestSearchPeople looks for people by all that they are known by.
func TestSearchPeople(t *testing.T) {
	r := still(t)
	ops := r.browser(r.boss.ID)
	row := func(p people.Person) string { return `href="/op/people/` + string(p.ID) + `"` }
	for q, want := range map[string]people.Person{"theo": r.maker, "@theo": r.maker, "theo@example.org": r.maker, "host-theo": r.maker, string(r.maker.ID): r.maker, "Théo Mar": r.maker, "mia": r.fan} {
		page := ops.get("/op/people?" + url.Values{"q": {q}}.Encode())
		has(t, page, 200, row(want))
		if strings.Count(page.body, `href="/op/people/usr_`) != 1 {
			t.Errorf("%q finds others too: %s", q, plain(page.body))
		}
	}
	has(t, ops.get("/op/people?role=operator"), 200, row(r.boss))
	has(t, ops.get("/op/people?state=suspended"), 200, "Nobody fits.")
	has(t, ops.get("/op/people?q="+url.QueryEscape(script)), 200, "Nobody fits.", "&lt;script&gt;")
	has(t, ops.get("/op/people?state=asleep"), 400)
	has(t, ops.get("/op/people/usr_nobody"), 404)
	ops.lang = "fr"
	has(t, ops.get("/op/people?q=nobody.at.all"), 200, "Personne ne correspond.")
}

// TestDossier shows an operator what a person has and did.
func TestDossier(t *testing.T) {
	r := still(t)
	fan := r.browser(r.fan.ID)
	fan.buy(t, "350@499@USD")
	fan.give(t, r, "rose@5", "10")
	ops := r.browser(r.boss.ID)
	page := ops.get("/op/people/" + string(r.fan.ID))
	has(t, page, 200, "Mia Laurent", "@mia.fan", "mia.fan@example.org", "host-mia.fan", "300 coins", "$4.99", "Rose ×10 to Théo Marchand", "Signed in at 1 place.", "Has set no limit.", "Nobody has decided anything.")
	checkHTML(t, "a fan", "en", page.body)
	page = ops.get("/op/people/" + string(r.maker.ID))
	has(t, page, 200, "Rose ×10", "Mia Laurent", "All together: $0.25 for 50 coins.", "Pending earnings", "50 diamonds")
	checkHTML(t, "a creator", "en", page.body)
	ops.lang = "fr"
	has(t, ops.get("/op/people/"+string(r.maker.ID)), 200, "Cadeaux reçus", "Gains en attente")
}

// TestDecisions suspends and reinstates a person, gives and takes a role, closes
// a programme and opens it, ends sessions: each wants a reason, keeps what was
// typed, and is written down.
func TestDecisions(t *testing.T) {
	r := still(t)
	ops, fan := r.browser(r.boss.ID), r.browser(r.fan.ID)
	page := "/op/people/" + string(r.fan.ID)
	why := "Looks strange " + script
	shown := "Looks strange &lt;script&gt;"

	has(t, ops.post(page+"/suspend", url.Values{}), 422, "The reason is missing.", `<details class="ask" open>`)
	long := ops.post(page+"/suspend", url.Values{"reason": {strings.Repeat("long ", 50)}})
	has(t, long, 422, "may have 200 characters", `value="long long`)
	checkHTML(t, "a refused decision", "en", long.body)
	if strings.Contains(r.lastAct(), "person.suspend") {
		t.Errorf("without a reason: %s", r.lastAct())
	}
	has(t, ops.post(page+"/suspend", url.Values{"reason": {why}}), 200, "The person is suspended.", "Suspended since", shown)
	r.acted("person.suspend", string(r.fan.ID), why)
	has(t, fan.get("/wallet"), 403)
	has(t, ops.get("/op/people?state=suspended"), 200, "Mia Laurent")
	has(t, ops.post(page+"/suspend", url.Values{"reason": {"Again."}}), 409, "suspended already")
	has(t, ops.post(page+"/reinstate", url.Values{"reason": {"A mistake."}}), 200, "The person is reinstated.")
	r.acted("person.reinstate", string(r.fan.ID), "A mistake.")

	role := url.Values{"role": {"operator"}, "do": {"grant"}, "reason": {"Joins the team."}}
	has(t, ops.post(page+"/roles", role), 200, "The person has the role now.", "No longer operator")
	r.acted("role.grant", string(r.fan.ID), "Joins the team.")
	role.Set("do", "revoke")
	has(t, ops.post(page+"/roles", role), 200, "no longer has the role")
	r.acted("role.revoke", string(r.fan.ID), "Joins the team.")
	has(t, ops.post(page+"/roles", url.Values{"role": {"emperor"}, "do": {"grant"}, "reason": {"x"}}), 422)
	self := "/op/people/" + string(r.boss.ID)
	has(t, ops.post(self+"/suspend", url.Values{"reason": {"Myself."}}), 409, "This is the last operator.")

	maker := "/op/people/" + string(r.maker.ID)
	refuse := url.Values{"programme": {"live_gifts"}, "do": {"refuse"}, "reason": {why}}
	has(t, ops.post(maker+"/programmes", refuse), 200, "The programme is closed for the person.", shown, "Lift the refusal")
	r.acted("programme.refuse", string(r.maker.ID), why)
	refuse.Set("do", "readmit")
	has(t, ops.post(maker+"/programmes", refuse), 200, "The refusal is lifted.")
	r.acted("programme.readmit", string(r.maker.ID), why)
	has(t, ops.post(maker+"/programmes", url.Values{"programme": {"nothing"}, "do": {"refuse"}, "reason": {"x"}}), 404)

	fan = r.browser(r.fan.ID)
	has(t, ops.post(page+"/sign-out", url.Values{"reason": {"A lost phone."}}), 200, "signed out everywhere", "Signed in nowhere.", "A lost phone.")
	r.acted("session.end_all", string(r.fan.ID), "A lost phone.")
	if a := fan.get("/wallet"); a.url.Path != "/sign-in" {
		t.Errorf("the fan is still signed in: %d %s", a.status, a.url)
	}
	for _, did := range []string{"suspend", "reinstate", "roles", "sign-out", "programmes"} {
		has(t, ops.post("/op/people/usr_01m7z0nhk8ew79reafkqmy257e/"+did, url.Values{"reason": {"x"}, "role": {"creator"}, "programme": {"live_gifts"}}), 404)
	}
	log := ops.get("/op/audit?subject=" + string(r.fan.ID))
	has(t, log, 200, "Suspended a person", shown, "A mistake.", "the chain is unbroken", "session.end_all")
	checkHTML(t, "the log", "en", log.body)
}
