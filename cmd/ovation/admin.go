package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/db"
)

// adminCmd is the set-up of an instance.
type adminCmd struct {
	Create adminCreateCmd `cmd:"" help:"Make a one-time link with which somebody becomes an operator, or a first API key. On SQLite the server has to be stopped for it."`
}

type adminCreateCmd struct {
	settings
	jsonFlag
	Key bool `help:"Make an API key of the host platform instead of a link."`
}

// Run implements the command.
func (c *adminCreateCmd) Run(s *shared) error {
	if err := c.check(); err != nil {
		return err
	}
	if err := c.exists(s.ctx); err != nil {
		return err
	}
	a, err := app.New(s.ctx, app.Options{Config: c.Config, KeepRules: true, Log: logger(s.err, c.LogLevel)})
	if errors.Is(err, db.ErrLocked) {
		return fmt.Errorf("the server of %s is running, and only one process at a time writes to the database: stop it for a moment, make the link, and start it again (a server that has no operator prints a link of its own when it starts): %w", c.Data, db.ErrLocked)
	}
	if err != nil {
		return err
	}
	defer a.Close()
	if c.Key {
		return c.makeKey(s, a)
	}
	return c.makeLink(s, a)
}

// exists refuses a place without an instance: a link that was made in a new
// and empty one would be known to no server.
func (c *adminCreateCmd) exists(ctx context.Context) error {
	file, sqlite := strings.CutPrefix(c.DatabaseURL(), "sqlite:")
	if sqlite {
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("there is no database at %s; name the folder that the server uses with --data, or start the server there once: ovation serve --data %s", file, c.Data)
		}
		return nil
	}
	d, err := db.Open(ctx, db.Config{URL: c.DatabaseURL(), Clock: sandboxClock(""), ReadOnly: true})
	if err == nil {
		return d.Close()
	}
	if errors.Is(err, db.ErrOtherSchema) {
		err = fmt.Errorf("there is no instance in %s that this program can read; start the server there once: ovation serve --database …: %w", databaseName(c.DatabaseURL()), err)
	}
	return err
}

func (c *adminCreateCmd) makeKey(s *shared, a *app.App) error {
	key, secret, err := a.People.FirstKey(s.ctx, "made on the command line")
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"object": "api_key", "id": key.ID, "secret": secret, "database": databaseName(c.DatabaseURL())})
	}
	fmt.Fprintf(s.out, "The key %s, shown once:\n%s\n", key.ID, secret)
	return nil
}

func (c *adminCreateCmd) makeLink(s *shared, a *app.App) error {
	link, err := newLink(s.ctx, a, c.PublicURL())
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"object": "setup_link", "url": link.URL, "expires_at": link.Until, "database": databaseName(c.DatabaseURL())})
	}
	fmt.Fprintf(s.out, "Start the server of %s, then open this link once, before %s:\n  %s\nThe address is that of --url or --listen; give the same ones as to ovation serve.\n", databaseName(c.DatabaseURL()), link.Until, link.URL)
	return nil
}
