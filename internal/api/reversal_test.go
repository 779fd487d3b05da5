package api

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/reversal"
)

// refunds is the shop with rules of refunds, and a fan in France who has bought
// coins for $9.99.
type refunds struct {
	*shop
	fan      id.Person
	me       string // the fan's Authorization line
	purchase string
}

func newRefunds(t *testing.T) *refunds {
	s := &refunds{shop: newShop(t)}
	usd := func(n int64) money.Amount { return money.Amount{Units: n, Asset: money.USD} }
	s.g.Write(func(tx *db.Tx) error {
		return reversal.Install(s.g.Ctx, tx, []reversal.Rule{{Version: "current@1", FromUS: 1, Agree: usd(500)}, {Version: "current@1", Region: "FR", FromUS: 1, Days: 14, Agree: usd(500)}})
	})
	s.fan = s.g.Person(func(p *people.NewPerson) { p.Region = "FR" })
	s.me = s.session(t, s.fan)
	s.purchase = s.buys(t)
	return s
}

func (s *refunds) buys(t *testing.T) string {
	t.Helper()
	card := s.answered(t, 201, "POST /v1/cards/test", s.me, "", `{"token":"pm_card_visa"}`)
	p := s.answered(t, 201, "POST /v1/coin-purchases", s.me, "Idempotency-Key: buy-"+s.g.Key(), "", fmt.Sprintf(`{"coins":700,"card":%q}`, card["id"]))
	return p["id"].(string)
}

func units(o map[string]any, name string) float64 {
	a, _ := o[name].(map[string]any)
	n, _ := a["amount"].(float64)
	return n
}

// TestOwnRefund gives the unspent coins of a purchase back to who bought them, and
// to nobody else.
func TestOwnRefund(t *testing.T) {
	s := newRefunds(t)
	line := "POST /v1/coin-purchases/" + s.purchase + "/refund"
	key := "Idempotency-Key: back"
	stranger := s.session(t, s.g.Person())
	wantProblem(t, s.ask(t, line, stranger, key, "", `{}`), fault.NotFound)
	wantProblem(t, s.ask(t, "POST /v1/tips/tip_7zzzzzzzzzzzzzzzzzzzzzzzzz/refund", s.me, key, "", `{}`), fault.NotFound)
	r := s.answered(t, 201, line, s.me, key, "", `{}`)
	if r["state"] != "refunded" || r["reason"] != "withdrawal" || units(r, "amount") != 999 || units(r, "coins") != 700 || r["asked_by"] != nil {
		t.Errorf("the refund: %v", r)
	}
	if again := s.answered(t, 201, line, s.me, key, "", `{}`); again["id"] != r["id"] {
		t.Errorf("the same key again: %v", again)
	}
	wantProblem(t, s.ask(t, line, s.me, "Idempotency-Key: other", "", `{}`), fault.AlreadyRefunded)
	one := "GET /v1/refunds/" + r["id"].(string)
	if o := s.answered(t, 200, one, s.me); o["of"] != s.purchase {
		t.Errorf("%v", o)
	}
	wantProblem(t, s.ask(t, one, stranger), fault.NotFound)
	if o := s.answered(t, 200, one, s.operator); o["asked_by"] != string(s.fan) {
		t.Errorf("to an operator: %v", o)
	}
	if n := len(s.answered(t, 200, "GET /v1/refunds?state=refunded", s.me)["data"].([]any)); n != 1 {
		t.Errorf("the fan has %d refunds", n)
	}
	if n := len(s.answered(t, 200, "GET /v1/refunds", stranger)["data"].([]any)); n != 0 {
		t.Errorf("a stranger has %d refunds", n)
	}
	wantProblem(t, s.ask(t, "GET /v1/refunds?person="+string(s.fan), stranger), fault.NotFound)
	if p := s.answered(t, 200, "GET /v1/coin-purchases/"+s.purchase, s.me); units(p, "refunded") != 999 || units(p, "disputed") != 0 {
		t.Errorf("the purchase: %v", p)
	}
	if p := s.answered(t, 200, "GET /v1/coin-purchases/"+s.purchase+"/receipt", s.me); p["refund"] != "full" || units(p, "refunded") != 999 || units(p, "disputed") != 0 || len(p["returns"].([]any)) != 1 {
		t.Errorf("the receipt: %v", p)
	}
	late := s.buys(t)
	s.g.Later(15 * 24 * time.Hour)
	s.me = s.session(t, s.fan)
	wantProblem(t, s.ask(t, "POST /v1/coin-purchases/"+late+"/refund", s.me, "Idempotency-Key: late", "", `{}`), fault.NotEligible)
}

// TestSecondOperator has an operator propose what another one has to agree to, and a
// key with the scope refund in the platform's place.
func TestSecondOperator(t *testing.T) {
	s := newRefunds(t)
	_, secret, err := s.people.CreateKey(t.Context(), people.Console(), people.NewKey{Name: "second", Scopes: []people.Scope{people.Admin}})
	s.g.OK(err)
	program := "Authorization: Bearer " + secret
	second := s.another(t)
	_, secret, err = s.people.CreateKey(t.Context(), people.Console(), people.NewKey{Name: "refunds", Scopes: []people.Scope{people.RefundsWrite}})
	s.g.OK(err)
	line := "POST /v1/coin-purchases/" + s.purchase + "/refund"
	wantProblem(t, s.ask(t, line, s.operator, "Idempotency-Key: a", "", `{}`), fault.ValidationFailed)
	wantProblem(t, s.ask(t, line, s.operator, "Idempotency-Key: b", "", `{"reason":"goodwill","amount":1000,"note":"too much"}`), fault.RefundExceedsOriginal)
	if r := s.answered(t, 201, line, "Authorization: Bearer "+secret, "Idempotency-Key: c", "", `{"reason":"goodwill","amount":99,"note":"a part"}`); r["state"] != "refunded" {
		t.Errorf("by a key: %v", r)
	}
	r := s.answered(t, 202, line, s.operator, "Idempotency-Key: d", "", `{"reason":"goodwill","note":"asked nicely"}`)
	if r["state"] != "proposed" || r["note"] != "asked nicely" {
		t.Errorf("it is not proposed: %v", r)
	}
	of := "POST /v1/refunds/" + r["id"].(string)
	const key = "Idempotency-Key: decision"
	wantProblem(t, s.ask(t, of+"/agree", s.operator), fault.IdempotencyKeyMissing)
	wantProblem(t, s.ask(t, of+"/agree", s.operator, key), fault.Forbidden)
	wantProblem(t, s.ask(t, of+"/agree", program, key), fault.Forbidden)
	wantProblem(t, s.ask(t, of+"/repay", second, key, "", `{"reason":"by cheque"}`), fault.StateConflict)
	wantProblem(t, s.ask(t, of+"/agree", s.me, key), fault.ScopeMissing)
	for range 2 { // the answer may be lost
		if o := s.answered(t, 200, of+"/agree", second, key); o["state"] != "asking" || o["agreed_by"] == nil {
			t.Errorf("agreed: %v", o)
		}
	}
	if o := s.answered(t, 200, "GET /v1/refunds/"+r["id"].(string), second); o["state"] != "refunded" {
		t.Errorf("agreed: %v", o)
	}
	wantProblem(t, s.ask(t, of+"/decline", second, key, "", `{"reason":"no"}`), fault.StateConflict)
	other := s.buys(t)
	r = s.answered(t, 202, "POST /v1/coin-purchases/"+other+"/refund", s.operator, "Idempotency-Key: e", "", `{"reason":"duplicate","note":"paid twice"}`)
	for range 2 {
		if o := s.answered(t, 200, "POST /v1/refunds/"+r["id"].(string)+"/decline", second, key, "", `{"reason":"it is the only one"}`); o["state"] != "declined" || o["failure"] != "it is the only one" {
			t.Errorf("declined: %v", o)
		}
	}
	if o := s.answered(t, 200, "GET /v1/people/"+string(s.fan)+"/minor-refund", s.operator); len(o["paid"].([]any)) != 2 {
		t.Errorf("what was paid: %v", o)
	}
	minor := "POST /v1/people/" + string(s.fan) + "/minor-refund"
	wantProblem(t, s.ask(t, minor, s.me, key, "", `{"note":"x"}`), fault.ScopeMissing)
	for range 2 {
		if o := s.answered(t, 200, minor, s.operator, key, "", `{"note":"an identity card"}`); len(o["refunds"].([]any)) != 1 {
			t.Errorf("a minor's refunds: %v", o)
		}
	}
	wantProblem(t, s.ask(t, minor, s.operator, "Idempotency-Key: again", "", `{"note":"again"}`), fault.StateConflict)
	words := s.answered(t, 200, "GET /v1/cases?kind=minor", s.operator, "Accept-Language: fr")["data"].([]any)[0].(map[string]any)["words"]
	if words != "Tout ce que cette personne a payé est rendu, à cause de son âge : 1 paiements." {
		t.Errorf("the case says %q", words)
	}
}

// another is another operator, in a session of their own.
func (s *shop) another(t *testing.T) string {
	t.Helper()
	p := s.g.Person()
	s.g.OK(s.people.GrantRole(t.Context(), people.Console(), p, people.Operator))
	return s.session(t, p)
}

// TestWhatPeopleReadOfRefunds has nobody but operators, and keys that refund, read
// what operators say to each other, and what they only propose.
func TestWhatPeopleReadOfRefunds(t *testing.T) {
	s := newRefunds(t)
	second := s.another(t)
	_, secret, err := s.people.CreateKey(t.Context(), people.Console(), people.NewKey{Name: "reads", Scopes: []people.Scope{people.WalletRead}})
	s.g.OK(err)
	reads := "Authorization: Bearer " + secret
	line := "POST /v1/coin-purchases/" + s.purchase + "/refund"
	r := s.answered(t, 202, line, s.operator, "Idempotency-Key: a", "", `{"reason":"fraudulent","note":"known"}`)
	declined := r["id"].(string)
	all := func(who string) []any { return s.answered(t, 200, "GET /v1/refunds", who)["data"].([]any) }
	hidden := func() {
		t.Helper()
		for _, who := range []string{s.me, reads} {
			if n := len(all(who)); n != 0 {
				t.Errorf("%d refunds are told", n)
			}
			wantProblem(t, s.ask(t, "GET /v1/refunds/"+declined, who), fault.NotFound)
		}
	}
	hidden()
	s.answered(t, 200, "POST /v1/refunds/"+declined+"/decline", second, "Idempotency-Key: b", "", `{"reason":"Known fraudster, see case file 7."}`)
	hidden()
	r = s.answered(t, 201, line, s.operator, "Idempotency-Key: c", "", `{"reason":"goodwill","amount":99,"note":"a part"}`)
	s.g.Exec("UPDATE reversal SET state = 'failed', failure_code = 'charge_disputed', failure_reason = 'Charge ch_1 has been charged back; it can not be refunded.' WHERE id = $1", r["id"])
	for _, who := range []string{s.me, reads, s.operator} {
		o := all(who)[0].(map[string]any)
		if secret := o["note"] != nil || o["asked_by"] != nil || o["failure"] == "Charge ch_1 has been charged back; it can not be refunded."; secret != (who == s.operator) || o["failure"] == nil {
			t.Errorf("told: %v", o)
		}
	}
	if o := s.answered(t, 200, "GET /v1/refunds/"+r["id"].(string), s.me, "Accept-Language: fr"); o["failure"] != "Le prestataire n’a pas pris le remboursement, et tout est où c’était. Écrivez à l’exploitant." {
		t.Errorf("in French: %v", o)
	}
}

// disputed has a bank dispute what was bought, and returns the address of the dispute.
func (s *refunds) disputed(t *testing.T) string {
	t.Helper()
	var c payment.Record
	s.g.Read(func(tx *db.Tx) (err error) {
		c, err = payment.ForSubject(s.g.Ctx, tx, s.purchase)
		return err
	})
	provider, err := s.box.Dispute(c.Provider, "fraudulent", 0, false)
	s.g.OK(err)
	_, err = s.API.cfg.Services.Reversals.Observe(s.g.Ctx, payment.Event{ID: "evt_1", Object: "dispute", ObjectID: provider})
	s.g.OK(err)
	all := s.answered(t, 200, "GET /v1/disputes?state=open", s.operator)["data"].([]any)
	if len(all) != 1 {
		t.Fatalf("disputes: %v", all)
	}
	return "/v1/disputes/" + all[0].(map[string]any)["id"].(string)
}

// TestGiveUpOverTheAPI has two operators give a dispute up, whatever is sent twice.
func TestGiveUpOverTheAPI(t *testing.T) {
	s := newRefunds(t)
	path := s.disputed(t)
	accept, body := "POST "+path+"/accept", `{"reason":"Not worth it."}`
	wantProblem(t, s.ask(t, accept, s.operator, "", body), fault.IdempotencyKeyMissing)
	var wg sync.WaitGroup
	for range 2 { // at once
		wg.Go(func() {
			if rec := s.ask(t, accept, s.operator, "Idempotency-Key: a", "", body); rec.Code != 200 {
				wantProblem(t, rec, fault.IdempotencyInProgress)
			}
		})
	}
	wg.Wait()
	first := s.answered(t, 200, accept, s.operator, "Idempotency-Key: a", "", body)
	if g := first["giving_up"].(map[string]any); first["state"] != "open" || g["state"] != "waits" || units(g, "amount") != 999 || units(g, "limit") != 500 || g["reason"] != "Not worth it." {
		t.Errorf("proposed: %v", first)
	}
	wantProblem(t, s.ask(t, accept, s.operator, "Idempotency-Key: a", "", `{"reason":"Or is it?"}`), fault.IdempotencyKeyReused)
	wantProblem(t, s.ask(t, accept, s.operator, "Idempotency-Key: b", "", `{"reason":"Or is it?"}`), fault.StateConflict)
	if got := s.answered(t, 200, "GET /v1/decisions?state=waits", s.operator)["data"].([]any); len(got) != 1 || got[0].(map[string]any)["kind"] != "dispute.accept" {
		t.Errorf("waiting: %v", got)
	}
	agree := "POST " + path + "/accept/agree"
	wantProblem(t, s.ask(t, agree, s.operator, "Idempotency-Key: c"), fault.Forbidden)
	wantProblem(t, s.ask(t, agree, s.me, "Idempotency-Key: c"), fault.ScopeMissing)
	another := s.another(t)
	if o := s.answered(t, 200, "POST "+path+"/accept/decline", another, "Idempotency-Key: d", "", `{"reason":"Let us try."}`); o["state"] != "open" || o["giving_up"].(map[string]any)["state"] != "declined" {
		t.Errorf("declined: %v", o)
	}
	if again := s.answered(t, 200, accept, s.operator, "Idempotency-Key: a", "", body); fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("the same key was answered %v, and before %v", again, first)
	}
	s.answered(t, 200, accept, s.operator, "Idempotency-Key: e", "", body)
	agreed := s.answered(t, 200, agree, another, "Idempotency-Key: f")
	if again := s.answered(t, 200, agree, another, "Idempotency-Key: f"); agreed["deciding"] != "accept" || fmt.Sprint(again) != fmt.Sprint(agreed) {
		t.Errorf("agreed: %v and %v", agreed, again)
	}
	if o := s.answered(t, 200, "GET "+path, s.operator); o["state"] != "lost" || o["note"] != "Not worth it." || o["giving_up"].(map[string]any)["state"] != "agreed" {
		t.Errorf("given up: %v", o)
	}
	wantProblem(t, s.ask(t, agree, another, "Idempotency-Key: g"), fault.AlreadyDone)
	page := s.answered(t, 200, "GET /v1/decisions?limit=1", s.operator)
	if next := s.answered(t, 200, "GET /v1/decisions?limit=1&cursor="+page["next_cursor"].(string), s.operator); next["has_more"] != false || next["data"].([]any)[0].(map[string]any)["state"] != "declined" {
		t.Errorf("the second page: %v", next)
	}
}

// TestDisputeOverTheAPI takes gifts back while a bank disputes, and gives them back
// when it is won.
func TestDisputeOverTheAPI(t *testing.T) {
	s := newRefunds(t)
	star := s.g.Creator()
	s.g.Give(s.fan, "rose", s.g.Live(star), 60)
	creator := s.session(t, star)
	path := s.disputed(t)
	wantProblem(t, s.ask(t, "GET /v1/disputes", s.me), fault.ScopeMissing)
	o := s.answered(t, 200, "GET "+path, s.operator)
	if o["parts_total"] != 1.0 || units(o, "spent") != 300 || units(o, "coins") != 400 || len(o["claws"].([]any)) != 1 || units(o, "taken") != 999 {
		t.Errorf("the dispute: %v", o)
	}
	claws := s.answered(t, 200, "GET /v1/claws", creator)["data"].([]any)
	if claw := claws[0].(map[string]any); len(claws) != 1 || claw["state"] != "held" || units(claw, "taken") != 300 || claw["reason"] != "chargeback" {
		t.Errorf("claws: %v", claws)
	}
	e := s.answered(t, 200, "GET /v1/earnings", creator)["data"].([]any)[0].(map[string]any)
	if units(e, "amount") != 150 || units(e, "taken_back") != 150 || units(e, "net") != 0 {
		t.Errorf("the earning: %v", e)
	}
	if p := s.answered(t, 200, "GET /v1/coin-purchases/"+s.purchase+"/receipt", s.me); p["refund"] != "disputed" || units(p, "refunded") != 0 || units(p, "disputed") != 999 {
		t.Errorf("the receipt: %v", p)
	}
	wantProblem(t, s.ask(t, "POST /v1/coin-purchases/"+s.purchase+"/refund", s.me, "Idempotency-Key: x", "", `{}`), fault.StateConflict)
	answer := []string{s.operator, "Idempotency-Key: answer", "", `{"evidence":"winning_evidence"}`}
	for range 2 {
		if o = s.answered(t, 200, "POST "+path+"/answer", answer...); o["state"] != "open" || o["deciding"] != "answer" {
			t.Errorf("answered: %v", o)
		}
	}
	if o = s.answered(t, 200, "GET "+path, s.operator); o["state"] != "answered" && o["state"] != "won" || o["deciding"] != nil {
		t.Errorf("after the answer: %v", o)
	}
	wantProblem(t, s.ask(t, "POST /v1/disputes/dsp_7zzzzzzzzzzzzzzzzzzzzzzzzz/accept", s.operator, "Idempotency-Key: x", "", `{"reason":"x"}`), fault.NotFound)
}
