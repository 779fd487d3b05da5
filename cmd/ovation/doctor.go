package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/app"
)

// doctorCmd looks whether an instance is fit for real money. It changes nothing,
// here and at the provider.
type doctorCmd struct {
	settings `embed:""`
	jsonFlag

	Provider string `help:"Where the provider's API is; for tests." hidden:""`
}

// Run tells each finding in a line. It fails when real money would not work.
func (c *doctorCmd) Run(s *shared) error {
	if err := c.check(); err != nil {
		return err
	}
	client, err := app.DoctorClient(&c.Config, c.Provider, nil)
	if err != nil {
		return err
	}
	found := app.Doctor(s.ctx, &c.Config, client, time.Now)
	if c.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(map[string]any{"ok": !found.Fails(), "findings": found}); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			fmt.Fprintf(s.out, "%-5s %s: %s\n", f.Level, f.What, f.Detail)
			if f.Do != "" {
				fmt.Fprintf(s.out, "      → %s\n", f.Do)
			}
		}
	}
	if found.Fails() {
		return exit{statusFailed, errors.New("this instance is not fit for real money yet; the lines above that fail say what to do")}
	}
	return nil
}
