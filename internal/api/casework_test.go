package api

import (
	"testing"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/reversal"
)

// TestCases reads cases page by page, and closes what operators close.
func TestCases(t *testing.T) {
	s := newShop(t)
	fan := s.g.Person()
	var differs, disputed casework.Case
	s.g.Write(func(tx *db.Tx) (err error) {
		amount := money.Amount{Units: 120, Asset: money.USD}
		if _, err := ledger.Post(s.g.Ctx, tx, casework.Cleared, "ent_1", "", ledger.Move{From: ledger.ProviderUnknown, To: ledger.Provider, Amount: amount}); err != nil {
			return err
		}
		if differs, err = casework.Open(s.g.Ctx, tx, casework.New{Kind: casework.Difference, Subject: "ent_1", Account: ledger.ProviderUnknown, Amount: money.Amount{Units: -120, Asset: money.USD}, Words: "It took something."}); err != nil {
			return err
		}
		disputed, err = casework.Open(s.g.Ctx, tx, casework.New{Kind: "dispute", Subject: "dsp_1", Person: fan, Amount: amount, Words: "The bank asks."})
		return err
	})
	wantProblem(t, s.ask(t, "GET /v1/cases", s.host), fault.ScopeMissing)
	page := s.answered(t, 200, "GET /v1/cases?limit=1", s.operator)
	if page["has_more"] != true || page["data"].([]any)[0].(map[string]any)["id"] != string(disputed.ID) {
		t.Errorf("the first page: %v", page)
	}
	page = s.answered(t, 200, "GET /v1/cases?limit=1&cursor="+page["next_cursor"].(string), s.operator)
	if one := page["data"].([]any)[0].(map[string]any); page["has_more"] != false || one["id"] != string(differs.ID) || one["by_hand"] != true || one["account"] != "suspense/provider" {
		t.Errorf("the second page: %v", page)
	}
	if n := len(s.answered(t, 200, "GET /v1/cases?state=open&kind=dispute&person="+string(fan), s.operator)["data"].([]any)); n != 1 {
		t.Errorf("%d disputes", n)
	}
	if o := s.answered(t, 200, "GET /v1/cases/"+string(disputed.ID), s.operator); o["person"] != string(fan) || o["state"] != "open" {
		t.Errorf("%v", o)
	}
	wantProblem(t, s.ask(t, "GET /v1/cases/cas_7zzzzzzzzzzzzzzzzzzzzzzzzz", s.operator), fault.NotFound)
	const key = "Idempotency-Key: close"
	reason := []string{s.operator, key, "", `{"reason":"too small to ask"}`}
	wantProblem(t, s.ask(t, "POST /v1/cases/"+string(disputed.ID)+"/close", reason...), fault.StateConflict)
	wantProblem(t, s.ask(t, "POST /v1/cases/"+string(differs.ID)+"/close", s.operator, key, "", `{"reason":" "}`), fault.ValidationFailed)
	s.g.Write(func(tx *db.Tx) error {
		return reversal.Install(s.g.Ctx, tx, []reversal.Rule{{Version: "current@1", FromUS: 1, Agree: money.Amount{Units: 119, Asset: money.USD}}})
	})
	for range 2 { // the answer may be lost
		if o := s.answered(t, 200, "POST /v1/cases/"+string(differs.ID)+"/close", reason...); o["state"] != "open" || o["proposed_note"] != "too small to ask" || o["proposed_by"] == nil {
			t.Errorf("%v", o)
		}
	}
	wantProblem(t, s.ask(t, "POST /v1/cases/"+string(differs.ID)+"/close", s.operator, "Idempotency-Key: again", "", `{"reason":"again"}`), fault.Forbidden)
	second := s.g.Person()
	s.g.OK(s.people.GrantRole(t.Context(), people.Console(), second, people.Operator))
	reason[0] = s.session(t, second)
	for range 2 {
		if o := s.answered(t, 200, "POST /v1/cases/"+string(differs.ID)+"/close", reason...); o["state"] != "closed" || o["decision"] != "written_off" || o["note"] != "too small to ask" {
			t.Errorf("%v", o)
		}
	}
	wantProblem(t, s.ask(t, "POST /v1/cases/"+string(differs.ID)+"/close", reason[0], "Idempotency-Key: again", "", `{"reason":"again"}`), fault.AlreadyDone)
}
