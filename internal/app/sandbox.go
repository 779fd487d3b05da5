package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/ovationhq/ovation/internal/api"
	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// WebhookPath is where the payment provider sends its news.
const WebhookPath = "/webhooks/stripe"

// sandboxWorld is the payment provider of a sandbox: a server of its own with
// books of its own, on a loopback port.
type sandboxWorld struct {
	db       *db.DB
	listener net.Listener
	server   *sandbox.Server
	served   *http.Server
}

func (a *App) openSandbox(ctx context.Context) (*sandboxWorld, error) {
	w := &sandboxWorld{}
	var err error
	if w.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("the sandbox's payment provider: %w", err)
	}
	if w.db, err = sandbox.OpenDB(ctx, filepath.Join(a.Options.Config.Data, "provider.db"), a.time); err != nil {
		return nil, errors.Join(err, w.listener.Close())
	}
	w.server, err = sandbox.New(sandbox.Config{Clock: a.time, DB: w.db, BaseURL: w.url(), Seed: a.Options.Seed})
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	w.served = api.Server(w.server, a.Log)
	go func() { _ = w.served.Serve(w.listener) }() // ends with close
	return w, nil
}

func (w *sandboxWorld) url() string { return "http://" + w.listener.Addr().String() }

func (w *sandboxWorld) stripeConfig() stripe.Config {
	return stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: w.url(), WebhookSecrets: []string{sandbox.DefaultWebhookSecret}}
}

// start lets the provider send its news to the site.
func (w *sandboxWorld) start(ctx context.Context, b *background, site string) error {
	w.server.SetWebhookURL(site + WebhookPath)
	b.run(ctx, "sandbox provider", w.server.Run)
	return nil
}

func (w *sandboxWorld) close() error {
	var err error
	if w.served != nil {
		err = w.served.Close()
	}
	if w.db != nil {
		err = errors.Join(err, w.db.Close())
	}
	return err
}

func (a *App) offsetFile() string { return filepath.Join(a.Options.Config.Data, "clock") }

// loadOffset sets the clock to where the sandbox left it.
func (a *App) loadOffset() error {
	text, err := os.ReadFile(a.offsetFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the sandbox's clock: %w", err)
	}
	d, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("the sandbox's clock in %s can not be read: %w", a.offsetFile(), err)
	}
	a.Clock.SetOffset(d)
	return nil
}

// maxAdvance bounds one step of the sandbox's clock.
const maxAdvance = 5 * 366 * 24 * time.Hour

// Advance moves the sandbox's clock forward, runs what has become due, and
// returns the new instant. It is refused outside the sandbox.
func (a *App) Advance(ctx context.Context, d time.Duration) (time.Time, error) {
	if a.sandbox == nil {
		return time.Time{}, errors.New("only a sandbox's clock can be moved")
	}
	if d <= 0 || d > maxAdvance {
		return time.Time{}, fmt.Errorf("the clock moves forward, by at most %d days", int(maxAdvance.Hours()/24))
	}
	by := audit.Of(ctx)
	var now time.Time
	err := a.turns.instead(func() error {
		err := a.DB.Write(ctx, func(tx *db.Tx) error { // at the instant that is left, and before anything follows from the next
			return audit.Record(ctx, tx, audit.Act{Origin: by, Verb: "clock.advance", Subject: "clock", Changed: map[string]any{"by": d.String(), "from": audit.Instant(tx.NowUS())}})
		})
		if err != nil {
			return err
		}
		for left := d; left > 0; {
			by := min(left, max(leastStride, d/mostStrides))
			left -= by
			if err := a.stride(ctx, by); err != nil {
				return err
			}
		}
		now = a.Clock.Now()
		return nil
	})
	return now, err
}

// A long way is gone in strides, so that what becomes due on it happens near
// its own instant and what follows from it has the rest of the way.
const (
	leastStride = 6 * time.Hour
	mostStrides = 64
)

func (a *App) stride(ctx context.Context, by time.Duration) error {
	offset := a.Clock.Offset() + by
	err := a.replaceFile("clock", []byte(offset.String()+"\n"))
	if errors.Is(err, syscall.ENOSPC) {
		return fault.Wrap(err, fault.DiskFull, "There is no room left on the server's disk. The clock was not moved.")
	}
	if err != nil {
		return fmt.Errorf("the sandbox's clock: %w", err)
	}
	a.Clock.SetOffset(offset)
	return a.settle(ctx)
}

// settleRounds bounds how often work and the provider take turns.
const settleRounds = 20

// settle runs due work and the provider in turns until neither has anything to
// do: after a step of the clock a page shows what came of it.
func (a *App) settle(ctx context.Context) error {
	for range settleRounds {
		ran, err := a.Runner.RunDue(ctx)
		if err != nil {
			return err
		}
		ticked, err := a.sandbox.server.Tick(ctx)
		if err != nil {
			return err
		}
		if ran == 0 && ticked == 0 {
			return nil
		}
	}
	return nil
}
