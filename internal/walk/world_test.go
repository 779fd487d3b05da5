package walk

import (
	"context"
	"log/slog"
	"testing"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/web/browsertest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// sandbox is a whole instance on a free port, with some weeks of history.
type sandbox struct {
	testing.TB
	app   *app.App
	world app.World
	url   string
}

func open(t testing.TB) *sandbox {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser and a world take some seconds")
	}
	o := app.Options{Sandbox: true, Seed: 1, Fans: 12, History: 30, NoLimits: true, Log: slog.New(slog.DiscardHandler)}
	o.Config.Data, o.Config.Listen, o.Config.Preset = t.TempDir(), "127.0.0.1:0", "current"
	a, err := app.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox{TB: t, app: a}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan app.World, 1), make(chan error, 1)
	go func() { ended <- a.RunSandbox(ctx, func(w app.World) { ready <- w }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the sandbox ended with: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("closing the sandbox: %v", err)
		}
	})
	select {
	case s.world = <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the sandbox did not become ready: %v", err)
	}
	s.url = s.world.URL
	return s
}

// tab is one page of a browser.
type tab struct{ browsertest.Tab }

// browser opens the site on a wide screen.
func (s *sandbox) browser() tab {
	s.Helper()
	b := tab{browsertest.Open(s.TB)}
	b.Size(1440, 900)
	b.Go(s.url + "/")
	return b
}
