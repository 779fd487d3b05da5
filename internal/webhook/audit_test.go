package webhook_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/webhook"
)

// What is decided about an endpoint is written down, without its secrets and
// what an address may hide behind its host. What was refused is not.
func TestAudit(t *testing.T) {
	each(t, func(w *world) {
		n := webhook.NewEndpoint{Key: "k", URL: "http://127.0.0.1:3999/hidden?token=hidden"}
		e, err := w.hooks.Create(w.ctx, manager, n)
		w.ok(err)
		_, err = w.hooks.Create(w.ctx, manager, n)
		w.ok(err)
		address, words := "http://127.0.0.1:4000/hidden", "hidden words"
		_, err = w.hooks.Change(w.ctx, manager, e.ID, webhook.Change{URL: &address, Description: &words})
		w.ok(err)
		secrets, err := w.hooks.Rotate(w.ctx, manager, e.ID, webhook.Overlap)
		w.ok(err)
		_, err = w.hooks.Rotate(w.ctx, manager, e.ID, webhook.Overlap)
		w.want(err, fault.StateConflict)
		_, err = w.hooks.Disable(w.ctx, manager, e.ID, "Maintenance.")
		w.ok(err)
		_, err = w.hooks.Disable(w.ctx, manager, e.ID, "Again.")
		w.want(err, fault.AlreadyDone)
		_, err = w.hooks.Enable(w.ctx, manager, e.ID, true)
		w.ok(err)
		_, err = w.hooks.Test(w.ctx, manager, e.ID)
		w.ok(err)
		w.ok(w.hooks.Delete(w.ctx, manager, e.ID))
		var got []string
		w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error {
			all, err := audit.List(w.ctx, tx, audit.Query{Subject: string(e.ID), Actor: "key_host", Limit: 100})
			for _, a := range all {
				got = append(got, a.Verb+" "+a.Reason+" "+a.Changed)
			}
			return err
		}))
		slices.Reverse(got)
		want := []string{`webhook.create  {"host":"127.0.0.1"}`, `webhook.change  {"fields":["url","description"],"host":"127.0.0.1"}`, `webhook.rotate  {"overlap_seconds":86400}`,
			"webhook.disable Maintenance. {}", `webhook.enable  {"resumed":true}`, "webhook.delete  {}"}
		if !slices.Equal(got, want) {
			w.Errorf("the log is %q", got)
		}
		if all := strings.Join(got, ""); strings.Contains(all, "hidden") || strings.Contains(all, secrets.Present) {
			w.Errorf("the log holds a secret: %s", all)
		}
	})
}
