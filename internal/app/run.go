package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/ovationhq/ovation/internal/api"
)

// Run listens and serves until the context ends or the storage fails; ready,
// if not nil, is told the site's address once it answers.
func (a *App) Run(ctx context.Context, ready func(url string)) error {
	return a.run(ctx, nil, ready)
}

// run is Run with something to prepare once the address is known and before
// the first request is answered.
func (a *App) run(ctx context.Context, prepare func(context.Context) error, ready func(url string)) error {
	l, err := net.Listen("tcp", a.Options.Config.Listen)
	if err != nil {
		return fmt.Errorf("listening: %w; choose another address with --listen", err)
	}
	if a.Options.Config.URL == "" {
		a.Options.Config.Listen = l.Addr().String() // the port that the system chose for :0
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &background{log: a.Log}
	defer b.group.Wait()
	defer cancel()
	if err := a.start(ctx, b, prepare); err != nil {
		l.Close()
		return err
	}
	handler, admin, err := a.handlers()
	if err != nil {
		l.Close()
		return err
	}
	srv := api.Server(handler, a.Log)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	if err := a.serveAdmin(ctx, b, admin); err != nil {
		return errors.Join(err, srv.Close())
	}
	if ready != nil {
		ready(a.Options.Config.PublicURL())
	}
	select {
	case <-ctx.Done():
	case err = <-a.failed:
		err = fmt.Errorf("the storage failed, and the server stops so that it starts again from what is on disk: %w", err)
	case err = <-served:
		return err
	}
	a.api.Drain()
	close(a.stopping)
	return errors.Join(err, drain(srv))
}

// start begins what runs beside the requests.
func (a *App) start(ctx context.Context, b *background, prepare func(context.Context) error) error {
	if err := a.Runner.Start(ctx); err != nil {
		return err
	}
	if prepare != nil { // while nothing runs that looks at the clock, which it may move
		if err := prepare(ctx); err != nil {
			return err
		}
	}
	if a.sandbox != nil {
		if err := a.sandbox.start(ctx, b, a.Options.Config.PublicURL()); err != nil {
			return err
		}
	}
	if err := a.Hub.Start(ctx); err != nil {
		return err
	}
	a.Clock.OnMove(a.Runner.Woken)
	a.Clock.OnMove(a.Senders.Woken)
	b.run(ctx, "due work", func(ctx context.Context) error { return a.turns.background(ctx, a.Runner.Run) })
	b.run(ctx, "realtime", a.Hub.Run)
	b.run(ctx, "webhooks", a.Webhooks.Follow)
	b.run(ctx, "webhook senders", a.Senders.Run)
	b.run(ctx, "goals", func(ctx context.Context) error { return a.Goals.Run(ctx, a.Log) })
	b.run(ctx, "leaderboards", func(ctx context.Context) error { return a.Support.Run(ctx, a.Log) })
	return nil
}

// drain lets the requests at work end, and closes what is left after a while.
func drain(srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainFor)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return srv.Close()
	}
	return nil
}

// serveAdmin serves metrics and the profiler on an address of their own.
func (a *App) serveAdmin(ctx context.Context, b *background, h http.Handler) error {
	if a.Options.Config.Admin == "" {
		return nil
	}
	l, err := net.Listen("tcp", a.Options.Config.Admin)
	if err != nil {
		return fmt.Errorf("listening for --admin: %w", err)
	}
	srv := api.Server(h, a.Log)
	b.run(ctx, "admin", func(context.Context) error { return srv.Serve(l) })
	context.AfterFunc(ctx, func() { srv.Close() })
	return nil
}
