package app

import (
	"context"
	"io/fs"
	"net/http"
	"os"
	"time"

	"github.com/ovationhq/ovation/internal/api"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/web"
)

// pages serves what people see.
func (a *App) pages() (http.Handler, error) {
	media, err := a.media()
	if err != nil {
		return nil, err
	}
	cfg := web.Config{Reader: a.Reader, Gifts: a.Gifts, Purchases: a.Purchases, Tips: a.Tips, Payouts: a.Payouts, Reversals: a.Reversals, Creators: a.Creators, People: a.People, Chat: a.Chat, Limits: a.Limits, Hub: a.Hub, Work: a.Runner, Goals: a.Goals, Webhooks: a.Webhooks, Verify: a.Verify, Cases: a.Cases, Reconcile: a.Reconcile, Catalogues: gift.NewPublisher(a.DB),
		PublicURL: a.Options.Config.PublicURL(), Media: media, Secure: a.secure(), Log: a.Log, Translate: api.Translate, Gate: a.api, Stop: a.stopping,
		NoPayments: a.sandbox == nil && a.Options.Config.StripeKey == "", Requests: a.requests}
	if a.sandbox != nil {
		cfg.Sandbox = &web.Sandbox{
			Now:      a.time.Now,
			Advance:  func(ctx context.Context, by time.Duration) error { _, err := a.Advance(ctx, by); return err },
			Personas: a.personas(),
			Grow:     a.growAudience,
			Control:  a.control,
			Provider: a.sandbox.server,
		}
	}
	return web.New(cfg)
}

// requests are the latest of a key, newest first.
func (a *App) requests(key id.Key) []web.Requested {
	recent := a.api.Recent(key)
	all := make([]web.Requested, len(recent))
	for i, r := range recent {
		all[i] = web.Requested{ID: r.ID, AtUS: r.At.UnixMicro(), Route: r.Route, Status: r.Status, TookUS: r.Took.Microseconds()}
	}
	return all
}

// media opens the media folder. No name leads out of it.
func (a *App) media() (fs.FS, error) {
	if err := os.MkdirAll(a.mediaDir(), 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(a.mediaDir())
	if err != nil {
		return nil, err
	}
	return root.FS(), nil
}

// personas are the sandbox's people that a visitor can sign in as.
func (a *App) personas() []web.Persona {
	w := a.world
	if w == nil {
		return nil
	}
	all := []web.Persona{{ID: w.People["fan"], Name: "Fay Moreau", Role: people.Fan}}
	for _, c := range creatorSeeds {
		all = append(all, web.Persona{ID: w.People[c.handle], Name: c.name, Role: people.Creator})
	}
	return append(all, web.Persona{ID: w.People["operator"], Name: "Olu Adeyemi", Role: people.Operator})
}
