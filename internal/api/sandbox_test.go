package api

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// TestSandboxProvider steers the payment provider of a sandbox.
func TestSandboxProvider(t *testing.T) {
	s := newShop(t)
	const line = "/v1/sandbox/provider"
	post := func(status int, path, body string) map[string]any {
		t.Helper()
		return s.answered(t, status, "POST "+line+path, s.operator, "", body)
	}
	wantProblem(t, s.ask(t, "GET "+line, s.host), fault.ScopeMissing)
	o := s.answered(t, 200, "PUT "+line+"/webhooks", s.operator, "", `{"off":false,"delay_seconds":60,"duplicate":2,"shuffle":true,"drop_percent":30}`)
	if w := o["webhooks"].(map[string]any); w["drop_percent"] != 30.0 || w["duplicate"] != 2.0 || w["shuffle"] != true {
		t.Errorf("%v", w)
	}
	o = s.answered(t, 200, "PUT "+line+"/settings", s.operator, "", `{"extra_fee":3,"late_entries":false,"settle_in":"EUR"}`)
	if st := o["settings"].(map[string]any); st["settle_in"] != "EUR" || st["extra_fee"] != 3.0 {
		t.Errorf("%v", st)
	}
	wantProblem(t, s.ask(t, "PUT "+line+"/settings", s.operator, "", `{"extra_fee":0,"late_entries":false,"settle_in":"XXX"}`), fault.StateConflict)
	o = post(200, "/faults", `{"operation":"POST /v1/transfers","mode":"after","next":0,"percent":30}`)
	if f := o["faults"].([]any)[0].(map[string]any); f["percent"] != 30.0 || f["mode"] != "after" {
		t.Errorf("%v", f)
	}
	wantProblem(t, s.ask(t, "POST "+line+"/faults", s.operator, "", `{"operation":"","mode":"after","next":0,"percent":0}`), fault.ValidationFailed)
	if o = s.answered(t, 200, "DELETE "+line+"/faults", s.operator); len(o["faults"].([]any)) != 0 {
		t.Errorf("%v", o)
	}
	post(200, "/acts", `{"act":"fee.take","amount":-5000,"currency":"USD"}`)
	made := post(200, "/acts", `{"act":"payout.own","amount":100,"currency":"usd"}`)["made"].(string)
	post(200, "/acts", `{"act":"payout.bounce","id":"`+made+`","reason":"account_closed"}`)
	wantProblem(t, s.ask(t, "POST "+line+"/acts", s.operator, "", `{"act":"payout.bounce","id":"`+made+`"}`), fault.StateConflict)
	wantProblem(t, s.ask(t, "POST "+line+"/acts", s.operator, "", `{"act":"dispute.win","id":"du_none"}`), fault.NotFound)
	wantProblem(t, s.ask(t, "POST "+line+"/acts", s.operator, "", `{"act":"nonsense"}`), fault.ValidationFailed)
	if n := len(s.box.Latest(sandbox.Payouts, 5)); n != 1 {
		t.Errorf("%d payouts", n)
	}
	if b := s.answered(t, 200, "GET "+line, s.operator)["books"].([]any)[0].(map[string]any); b["theirs"] != 5000.0 || b["difference"] != 5000.0 || b["ours"] != 0.0 {
		t.Errorf("the books: %v", b)
	}
	s.g.Later(time.Hour)
	s.answered(t, 200, "POST /v1/ledger/reconciliation", s.operator, "", "{}")
	if b := s.answered(t, 200, "GET "+line, s.operator)["books"].([]any)[0].(map[string]any); b["difference"] != 0.0 {
		t.Errorf("the books when they were compared: %v", b)
	}
	if rec := s.ask(t, "GET "+line+"/objects?kind=payout&limit=1", s.operator); rec.Code != 200 || len(rec.Body.String()) < 40 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
