package web_test

import (
	"context"
	"net/url"
	"regexp"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/purchase"
)

// unwritten has the database refuse a statement until the function that it
// returns is called: what the provider did by then was done, and nobody here
// has noted it.
func (r *rig) unwritten(statement, table string) (mend func()) {
	r.t.Helper()
	run := func(sql string) {
		r.t.Helper()
		r.ok(r.d.Write(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), sql)
			return err
		}))
	}
	run("CREATE TRIGGER unwritten BEFORE " + statement + " ON " + table + " BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END")
	return func() { run("DROP TRIGGER unwritten") }
}

// purchases are the fan's, and all of them.
func (r *rig) purchases() (all []purchase.Purchase) {
	r.t.Helper()
	ctx := context.Background()
	r.ok(r.d.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = purchase.OfPerson(ctx, tx, r.fan.ID, id.Purchase(""), 100)
		return err
	}))
	return all
}

// once wants one purchase, and one charge at the provider, that succeeded.
func (r *rig) once(t *testing.T) {
	t.Helper()
	if all := r.purchases(); len(all) != 1 || all[0].Outcome != payment.Succeeded {
		t.Errorf("the purchases are %+v, want one that succeeded", all)
	}
}

// TestChargedWithoutAnswer buys, and what came of it can not be noted after the
// card was charged. The page that says so keeps the key of its form, so pressing
// again finds that purchase; so it does in the tray of a gift.
func TestChargedWithoutAnswer(t *testing.T) {
	for _, lang := range []string{"en", "fr"} {
		open := map[string]string{"en": "It is not known yet whether your card was charged $0.99 for 70 coins.", "fr": "On ne sait pas encore si votre carte a été débitée de 0,99\u00a0$US pour 70 pièces."}[lang]
		t.Run("wallet "+lang, func(t *testing.T) {
			r := still(t)
			b := r.browser(r.fan.ID)
			b.lang = lang
			b.post("/wallet/cards/test", url.Values{})
			page := b.get("/wallet")
			form := url.Values{"key": {hidden(t, page.body, "/wallet/buy", "key")}, "pack": {"70@99@USD"}, "card": {cardOf.FindStringSubmatch(page.body)[1]}}
			mend := r.unwritten("UPDATE", "coin_purchase")
			page = b.post("/wallet/buy", form)
			has(t, page, 500, open)
			mend()
			form.Set("key", hidden(t, page.body, "/wallet/buy", "key"))
			has(t, b.post("/wallet/buy", form), 200, `id="bought"`)
			r.once(t)
		})
		t.Run("tray "+lang, func(t *testing.T) {
			r := still(t)
			b := r.browser(r.fan.ID)
			b.lang = lang
			b.post("/wallet/cards/test", url.Values{})
			stage := "/live/" + string(r.room.ID)
			page := b.get(stage + "?gift=rose&quantity=10")
			form := url.Values{"key": {hidden(t, page.body, stage+"/topup", "key")}, "gift": {"rose@5"}, "quantity": {"10"}, "pack": {"70@99@USD"}, "card": {cardOf.FindStringSubmatch(page.body)[1]}}
			mend := r.unwritten("UPDATE", "coin_purchase")
			page = b.post(stage+"/topup", form)
			has(t, page, 500, open)
			mend()
			has(t, b.get(stage+"?gift=rose&quantity=10"), 200, open) // who reads the page anew learns it, too
			form.Set("key", hidden(t, page.body, stage+"/topup", "key"))
			has(t, b.post(stage+"/topup", form), 200, `id="bought"`)
			r.once(t)
		})
	}
}

// TestGivenWithoutAnswer gives while nothing can be written: the key stays, and
// is good for one gift.
func TestGivenWithoutAnswer(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 100)
	b := r.browser(r.fan.ID)
	stage := "/live/" + string(r.room.ID)
	form := url.Values{"key": {hidden(t, b.get(stage).body, stage+"/gifts", "key")}, "gift": {"rose@5"}, "quantity": {"1"}}
	mend := r.unwritten("INSERT", "gift")
	page := b.post(stage+"/gifts", form)
	has(t, page, 500)
	mend()
	if key := hidden(t, page.body, stage+"/gifts", "key"); key != form.Get("key") {
		t.Errorf("the key is %s now, want %s still", key, form.Get("key"))
	}
	for range 2 {
		has(t, b.post(stage+"/gifts", form), 200, "95 coins")
	}
}

// TestDeclinedGetsANewKey: what was refused for good is used up, and the same
// card can be tried again, as after its owner has spoken to the bank.
func TestDeclinedGetsANewKey(t *testing.T) {
	r := still(t)
	b := r.browser(r.fan.ID)
	_, err := r.buys.AddTestCard(t.Context(), r.fan.ID, "pm_card_chargeCustomerFail")
	r.ok(err)
	page := b.get("/wallet")
	form := url.Values{"key": {hidden(t, page.body, "/wallet/buy", "key")}, "pack": {"70@99@USD"}, "card": {cardOf.FindStringSubmatch(page.body)[1]}}
	page = b.post("/wallet/buy", form)
	has(t, page, 402, "The card was declined")
	if key := hidden(t, page.body, "/wallet/buy", "key"); key == form.Get("key") || !regexp.MustCompile(`^frm_[a-z0-9]+\.?[a-z0-9_]*$`).MatchString(key) {
		t.Errorf("after %s the key is %s", form.Get("key"), key)
	}
	form.Set("key", hidden(t, page.body, "/wallet/buy", "key"))
	has(t, b.post("/wallet/buy", form), 402, "The card was declined")
	if n := len(r.purchases()); n != 2 {
		t.Errorf("there are %d purchases: the second try was not one of its own", n)
	}
}
