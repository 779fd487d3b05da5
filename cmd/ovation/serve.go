package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/people"
)

// devCmd opens a sandbox.
type devCmd struct {
	Data     string `help:"Folder of the sandbox." default:"./ovation-dev" type:"path" env:"OVATION_DEV_DATA"`
	Database string `help:"sqlite:<file> or postgres://…; empty means a SQLite file in the data folder."`
	Listen   string `help:"Address of the site." default:"127.0.0.1:8080"`
	Preset   string `help:"The rules of the sandbox." default:"current" enum:"current,classic-2022"`
	Seed     uint64 `help:"Makes the world and what its fans do repeatable." default:"1"`
	Fans     int    `help:"How many simulated fans." default:"24"`
	NoSim    bool   `help:"Keep the simulated fans still."`
	LogLevel string `help:"debug, info, warn or error." default:"warn" enum:"debug,info,warn,error"`
}

// Run implements the command.
func (c *devCmd) Run(s *shared) error {
	o := app.Options{Sandbox: true, Seed: c.Seed, Fans: c.Fans, Sim: !c.NoSim, Log: logger(s.err, c.LogLevel)}
	o.Config.Data, o.Config.Database, o.Config.Listen, o.Config.Preset = c.Data, c.Database, c.Listen, c.Preset
	begun := time.Now()
	a, err := app.New(s.ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.RunSandbox(s.ctx, func(w app.World) {
		fmt.Fprintf(s.out, `Ovation sandbox: no real money, nothing leaves this machine.

  Site       %s
  API        %s/docs/api
  Programs   %s/dev.json has an operator's key and the ids to begin with

Ready after %d ms. Sign in as anybody on the site. Stop with Ctrl-C; the world stays in %s.
`, w.URL, w.URL, c.Data, time.Since(begun).Milliseconds(), c.Data)
	})
}

// serveCmd runs an instance for real.
type serveCmd struct {
	settings
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
	tuneMemory()
	a, err := app.New(s.ctx, app.Options{Config: c.Config, Log: logger(s.err, c.LogLevel), NoLimits: c.NoRateLimits})
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Run(s.ctx, func(url string) {
		fmt.Fprintf(s.out, "Ovation serves %s\n", url)
		if err := printSetup(s, a, url); err != nil {
			fmt.Fprintln(s.err, "ovation: the set-up link could not be made:", err)
		}
	})
}

// printSetup prints a one-time link if there is no operator yet. There is no
// default password anywhere.
func printSetup(s *shared, a *app.App, url string) error {
	some, err := a.HasOperator(s.ctx)
	if err != nil || some {
		return err
	}
	token, expires, err := a.People.CreateLink(s.ctx, people.ForSetUp, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Nobody runs this instance yet. Open this link once, before %s, to become its operator:\n  %s/setup/%s\n",
		time.UnixMicro(expires).UTC().Format(time.RFC3339), url, token)
	return nil
}

// adminCmd is the set-up of an instance.
type adminCmd struct {
	Create adminCreateCmd `cmd:"" help:"Make a one-time link with which somebody becomes an operator, or a first API key."`
}

type adminCreateCmd struct {
	settings
	jsonFlag
	Key bool `help:"Make an API key of the host platform instead of a link."`
}

// Run implements the command.
func (c *adminCreateCmd) Run(s *shared) error {
	a, err := app.New(s.ctx, app.Options{Config: c.Config, Log: logger(s.err, c.LogLevel)})
	if err != nil {
		return err
	}
	defer a.Close()
	if c.Key {
		key, secret, err := a.People.FirstKey(s.ctx, "made on the command line")
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, map[string]any{"id": key.ID, "secret": secret})
		}
		fmt.Fprintf(s.out, "The key %s, shown once:\n%s\n", key.ID, secret)
		return nil
	}
	token, expires, err := a.People.CreateLink(s.ctx, people.ForSetUp, "")
	if err != nil {
		return err
	}
	link, until := c.PublicURL()+"/setup/"+token, time.UnixMicro(expires).UTC().Format(time.RFC3339)
	if c.JSON {
		return printJSON(s.out, map[string]any{"url": link, "expires_at": until})
	}
	fmt.Fprintf(s.out, "Open this link once, before %s:\n  %s\n", until, link)
	return nil
}
