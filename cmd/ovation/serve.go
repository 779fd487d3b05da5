package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/config"
	"github.com/ovationhq/ovation/internal/people"
)

// devCmd opens a sandbox.
type devCmd struct {
	Data         string `help:"Folder of the sandbox." default:"./ovation-dev" type:"path" env:"OVATION_DEV_DATA"`
	Database     string `help:"sqlite:<file> or postgres://…; empty means a SQLite file in the data folder." placeholder:"URL"`
	Listen       string `help:"Address of the site." default:"127.0.0.1:8080"`
	Admin        string `help:"Address of /metrics and the profiler; empty means none." placeholder:"HOST:PORT"`
	Preset       string `help:"The rules of the sandbox." default:"current" enum:"current,classic-2022"`
	PresetFile   string `help:"A file with rules of your own; used instead of --preset." type:"path" placeholder:"FILE"`
	Seed         uint64 `help:"Makes the world and what its fans do repeatable." default:"1"`
	Fans         int    `help:"How many simulated fans." default:"24"`
	NoSim        bool   `help:"Keep the simulated fans still."`
	History      int    `help:"Days of history that the world begins with." default:"42"`
	LogLevel     string `help:"debug, info, warn or error." default:"warn" enum:"debug,info,warn,error"`
	NoRateLimits bool   `hidden:"" help:"Switch the rate limits off, for measuring."`
	jsonFlag
}

// Run implements the command.
func (c *devCmd) Run(s *shared) error {
	o := app.Options{Sandbox: true, Seed: c.Seed, Fans: c.Fans, Sim: !c.NoSim, History: min(max(c.History, 0), 365), NoLimits: c.NoRateLimits, Log: logger(s.err, c.LogLevel)}
	o.Config.Data, o.Config.Database, o.Config.Listen, o.Config.Admin, o.Config.Preset = c.Data, c.Database, c.Listen, c.Admin, c.Preset
	o.Config.PresetFile = c.PresetFile
	if err := config.Err(checkAll(&o.Config, true)); err != nil {
		return exit{statusUsage, err}
	}
	if err := free(c.Listen); err != nil {
		return err
	}
	warnOfOpenFolder(s, c.Data)
	begun := time.Now()
	a, err := app.New(s.ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.RunSandbox(s.ctx, func(w app.World) {
		if c.JSON {
			_ = printJSON(s.out, map[string]any{"object": "sandbox", "url": w.URL, "data": c.Data, "people": w.People, "content": w.Content}) // a reader that has gone ends nothing
			return
		}
		fmt.Fprintf(s.out, `Ovation sandbox: no real money, nothing leaves this machine.

  Site       %s
  API        %s/docs/api
  Programs   %s/dev.json has an operator's key and the ids to begin with

Ready after %d ms. Sign in as anybody on the site. Stop with Ctrl-C; the world stays in %s.
`, w.URL, w.URL, c.Data, time.Since(begun).Milliseconds(), c.Data)
	})
}

// free refuses an address that somebody has, before anything is made: a folder
// that was left behind would be taken for an instance.
func free(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listening: %w; choose another address with --listen", err)
	}
	return l.Close()
}

// serveCmd runs an instance for real.
type serveCmd struct {
	settings
	jsonFlag
	NoRateLimits bool `hidden:"" help:"Switch the rate limits off, for measuring."`
}

// The garbage collector's bounds: with a heap as small as this program's it
// would otherwise run many times a second. GOGC and GOMEMLIMIT win.
const (
	collectAt   = 300       // percent of the live heap
	memoryLimit = 256 << 20 // bytes, above which it runs as often as it takes
)

func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// Run implements the command.
func (c *serveCmd) Run(s *shared) error {
	if err := c.check(); err != nil {
		return err
	}
	if err := free(c.Listen); err != nil {
		return err
	}
	warnOfOpenFolder(s, c.Data)
	tuneMemory()
	a, err := app.New(s.ctx, app.Options{Config: c.Config, Log: logger(s.err, c.LogLevel), NoLimits: c.NoRateLimits})
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Run(s.ctx, func(url string) {
		link, err := firstLink(s.ctx, a, url)
		if err != nil {
			fmt.Fprintln(s.err, "ovation: the set-up link could not be made:", plain(err))
		}
		switch {
		case c.JSON:
			_ = printJSON(s.out, serving{"server", url, link}) // a reader that has gone ends nothing
		case link == nil:
			fmt.Fprintf(s.out, "Ovation serves %s\n", url)
		default:
			fmt.Fprintf(s.out, "Ovation serves %s\nNobody runs this instance yet. Open this link once, before %s, to become its operator:\n  %s\n", url, link.Until, link.URL)
		}
	})
}

// serving tells a program that the server answers.
type serving struct {
	Object string     `json:"object"`
	URL    string     `json:"url"`
	SetUp  *setUpLink `json:"set_up"` // null when somebody runs the instance
}

// setUpLink makes who opens it the operator, once.
type setUpLink struct {
	URL   string `json:"url"`
	Until string `json:"expires_at"`
}

// firstLink makes a one-time link if there is no operator yet. There is no
// default password anywhere.
func firstLink(ctx context.Context, a *app.App, url string) (*setUpLink, error) {
	some, err := a.HasOperator(ctx)
	if err != nil || some {
		return nil, err
	}
	return newLink(ctx, a, url)
}

func newLink(ctx context.Context, a *app.App, url string) (*setUpLink, error) {
	token, expires, err := a.People.CreateLink(ctx, people.ForSetUp, "")
	return &setUpLink{URL: url + "/setup/" + token, Until: time.UnixMicro(expires).UTC().Format(time.RFC3339)}, err
}
