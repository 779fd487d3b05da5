package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
)

// entries returns the audit log without numbers and hashes, oldest first.
func entries(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		found, err := audit.List(t.Context(), tx, audit.Query{Limit: audit.MaxPage})
		for _, e := range found {
			all = append(all, strings.Join([]string{e.Actor, e.Verb, e.Subject, e.Changed}, " "))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

// Rules that are installed, and only these, are written down.
func TestPresetsAreAudited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		for _, name := range []string{"current", "current", "classic-2022", "current"} {
			clk.Advance(time.Hour)
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return InstallPreset(t.Context(), tx, name) }); err != nil {
				t.Fatal(err)
			}
		}
		from := func(hours int) string {
			return audit.Instant(dbtest.Start.Add(time.Duration(hours) * time.Hour).UnixMicro())
		}
		p, err := shippedPreset("current")
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			fmt.Sprintf(`console preset.switch current@1 {"before":"","from":"%s"}`, audit.Instant(p.From.UnixMicro())),
			fmt.Sprintf(`console preset.switch classic-2022@1 {"before":"current@1","from":"%s"}`, from(3)),
			fmt.Sprintf(`console preset.switch current@2 {"before":"classic-2022@1","from":"%s"}`, from(4)),
		}
		if diff := cmp.Diff(want, entries(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAuditOverTheAPI does what operators do, each by its own way in, and reads
// the log page by page.
func TestAuditOverTheAPI(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		site, _, err := s.handlers()
		s.ok(err)
		key, secret, err := s.People.FirstKey(ctx, "test")
		s.ok(err)
		ask := func(want int, line, body string) map[string]any {
			t.Helper()
			method, path, _ := strings.Cut(line, " ")
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.Host = "localhost"
			r.Header.Set("Authorization", "Bearer "+secret)
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			site.ServeHTTP(w, r)
			var o map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &o); w.Code != want || w.Body.Len() > 0 && err != nil {
				t.Fatalf("%s: %d, want %d: %v %s", line, w.Code, want, err, w.Body)
			}
			return o
		}
		person := string(s.fan)
		ask(http.StatusOK, "POST /v1/people/"+person+"/suspend", `{"reason": "Chargebacks."}`)
		ask(http.StatusConflict, "POST /v1/people/"+person+"/suspend", `{"reason": "Chargebacks."}`)
		ask(http.StatusOK, "POST /v1/people/"+person+"/reinstate", "")
		ask(http.StatusOK, "PATCH /v1/people/"+person, `{"region": "FR", "email": "secret@example.org"}`)
		ask(http.StatusOK, "POST /v1/people/"+person+"/programmes/live_gifts/refuse", `{"note": "Not yet."}`)
		ask(http.StatusOK, "POST /v1/people/"+person+"/programmes/live_gifts/readmit", "")
		ask(http.StatusOK, "POST /v1/people/"+person+"/programmes/live_gifts/readmit", "") // there is nothing to lift
		s.write(func(tx *db.Tx) error {
			if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: "test.poison", Key: "x", DueUS: 1}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE due_work SET dead = 1, attempts = 12 WHERE kind = 'test.poison'")
			return err
		})
		ask(http.StatusOK, "POST /v1/due-work/test.poison/x/revive", "")
		ask(http.StatusOK, "POST /v1/due-work/test.poison/x/revive", "")
		made := ask(http.StatusCreated, "POST /v1/api-keys", `{"name": "narrow", "scopes": ["people:read"]}`)
		ask(http.StatusNoContent, "DELETE /v1/api-keys/"+made["id"].(string), "")

		var got []string
		requests := map[string]bool{}
		for path := "GET /v1/audit?limit=3&actor=" + string(key.ID); path != ""; {
			list := ask(http.StatusOK, path, "")
			for _, one := range list["data"].([]any) {
				e := one.(map[string]any)
				changed, _ := json.Marshal(e["changed"])
				got = append(got, fmt.Sprintf("%v %v %v %s", e["verb"], e["subject"], e["reason"], changed))
				requests[fmt.Sprint(e["request"])] = true
			}
			path = ""
			if next, more := list["next_cursor"]; more {
				path = fmt.Sprintf("GET /v1/audit?limit=3&actor=%s&cursor=%v", key.ID, next)
			}
		}
		slices.Reverse(got)
		want := []string{
			"person.suspend " + person + " Chargebacks. {}",
			"person.reinstate " + person + " <nil> {}",
			"person.change " + person + ` <nil> {"fields":["email","region"]}`,
			"programme.refuse " + person + ` Not yet. {"programme":"live_gifts"}`,
			"programme.readmit " + person + ` <nil> {"programme":"live_gifts"}`,
			`work.revive test.poison x <nil> {"attempts":12}`,
			fmt.Sprintf(`key.create %v <nil> {"mode":"test","name":"narrow","scopes":["people:read"]}`, made["id"]),
			fmt.Sprintf(`key.revoke %v <nil> {"name":"narrow"}`, made["id"]),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if len(requests) != len(want) || requests["<nil>"] {
			t.Errorf("the requests are %v", requests)
		}
		for path, n := range map[string]int{"subject=" + person: 5, "verb=person.suspend": 1, "verb=nothing.done": 0, "actor=console": 2,
			"from=2999-01-01T00:00:00Z": 0, "to=2999-01-01T00:00:00Z&verb=key.revoke": 1} {
			if list := ask(http.StatusOK, "GET /v1/audit?"+path, ""); len(list["data"].([]any)) != n {
				t.Errorf("%s: %v", path, list)
			}
		}
		ask(http.StatusBadRequest, "GET /v1/audit?from=yesterday", "")
		narrow, secret2, err := s.People.CreateKey(ctx, people.Console(), people.NewKey{Name: "n", Scopes: []people.Scope{people.PeopleRead, people.LedgerRead}})
		if s.ok(err); narrow.ID == "" {
			t.Error("no key")
		}
		secret = secret2
		ask(http.StatusForbidden, "GET /v1/audit", "")
	})
}

// The sandbox's clock is moved by somebody, who is written down at the instant
// that was left.
func TestAdvanceIsAudited(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := context.WithValue(t.Context(), audit.OriginKey{}, audit.Origin{Actor: "usr_1", Request: "req_1"})
		if _, err := s.Advance(ctx, -time.Hour); err == nil {
			t.Error("the clock went back")
		}
		_, err := s.Advance(ctx, 7*time.Hour)
		s.ok(err)
		all := entries(t, s.DB)
		want := fmt.Sprintf(`usr_1 clock.advance clock {"by":"7h0m0s","from":"%s"}`, audit.Instant(dbtest.Start.UnixMicro()))
		if got := all[len(all)-1]; got != want || len(all) != 2 {
			t.Errorf("the log is %q, want at its end %q", all, want)
		}
	})
}

// The rule of the log is among those of the books.
func TestAuditIsVerified(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		exec := func(query string) {
			t.Helper()
			err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), query); return err })
			if err != nil {
				t.Fatal(err)
			}
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return audit.Record(t.Context(), tx, audit.Act{Origin: audit.Origin{Actor: "usr_1"}, Verb: "payout.hold", Reason: "A reason."})
		})
		if err != nil {
			t.Fatal(err)
		}
		ledgertest.Verify(t, d, Checks()...)
		exec("UPDATE audit_entry SET reason = 'Another reason.'")
		ledgertest.Names(t, d, audit.Rule, Checks()...)
		exec("UPDATE audit_entry SET reason = 'A reason.'")
		ledgertest.Verify(t, d, Checks()...)
		exec("DELETE FROM audit_entry")
		ledgertest.Names(t, d, audit.Rule, Checks()...)
	})
}
