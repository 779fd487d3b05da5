package app

import (
	"context"
	"net/http"
	"net/http/pprof"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ovationhq/ovation/internal/api"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/ledger"
)

// handlers builds what the two listeners serve: the site with the API, and
// the operator's.
func (a *App) handlers() (site, admin http.Handler, err error) {
	registry := prometheus.NewRegistry()
	if err := registry.Register(&numbers{app: a, keep: numbersFor, stats: a.DB.Stats}); err != nil {
		return nil, nil, err
	}
	cfg := api.Config{
		Registry: registry,
		Log:      a.Log, CursorKeys: [][]byte{a.secret}, Secure: a.secure(),
		NoLimits: a.Options.NoLimits, StreamsPerAddress: a.Options.Config.StreamsPerAddress, Ready: a.ready, TrustedProxies: a.Options.Config.Proxies(),
		Services: api.Services{People: a.People, Gifts: a.Gifts, Purchases: a.Purchases, Tips: a.Tips, Reversals: a.Reversals, Payouts: a.Payouts, Creators: a.Creators, Reader: a.Reader, Support: a.Support, Goals: a.Goals, Chat: a.Chat, Hub: a.Hub, Webhooks: a.Webhooks, Work: a.Runner, Catalogues: gift.NewPublisher(a.DB), Limits: a.Limits, Cases: a.Cases,
			Stripe: a.Stripe, PublicURL: a.Options.Config.PublicURL(), Now: a.time.Now, Observe: a.Observe, Verify: a.Verify, Reconcile: a.Reconcile},
	}
	if a.sandbox != nil {
		cfg.Services.Advance, cfg.Services.Trigger, cfg.Services.Provider = a.Advance, a.control.trigger, a.sandbox.server
		cfg.Hosts = []string{} // the machine's own names
		if u, err := url.Parse(a.Options.Config.PublicURL()); err == nil && u.Host != "" {
			cfg.Hosts = append(cfg.Hosts, strings.ToLower(u.Hostname()))
		}
	}
	if a.api, err = api.New(cfg); err != nil {
		return nil, nil, err
	}
	pages, err := a.pages()
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", a.api.Admin())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return a.api.Before(pages), mux, nil
}

// secure reports whether people come over TLS.
func (a *App) secure() bool { return strings.HasPrefix(a.Options.Config.PublicURL(), "https://") }

// ready reports why the instance can not serve money: it writes.
func (a *App) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := a.DB.Probe(ctx); err != nil {
		return err
	}
	return a.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := ledger.Open(tx).Now(ctx) // whether the clock fits the books
		return err
	})
}

// Verify checks the books with the rules of all products. Who asks while that
// is under way gets the same report: it takes seconds of all processors.
func (a *App) Verify(ctx context.Context) (*ledger.Report, error) {
	done := a.verifying.DoChan("", func() (any, error) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // others may still want it when the first has gone
		defer cancel()
		go func() {
			select {
			case <-a.stopping:
				cancel()
			case <-ctx.Done():
			}
		}()
		r, err := ledger.Verify(ctx, a.DB, nil, Checks()...)
		if err != nil {
			return r, err
		}
		a.verified.Store(&verification{time.Now(), r.OK()})
		if err := a.DB.Write(ctx, func(tx *db.Tx) error { return ledger.NoteVerification(ctx, tx, r) }); err != nil {
			a.Log.Error("how the check of the books ended could not be written down", "error", err) // who asked is told all the same
		}
		return r, nil
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*ledger.Report), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
