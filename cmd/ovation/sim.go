package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ovationhq/ovation/internal/sim"
)

// simCmd tries to break the program, from a seed.
type simCmd struct {
	jsonFlag
	Seed     uint64        `help:"Chooses everything that happens; the same seed makes the same journal. 0 takes one by chance, and prints it."`
	Steps    int           `help:"How many things happen in the simulated world." default:"1500"`
	Kills    int           `help:"Instead: storm a real server over HTTP and kill it so many times."`
	Outage   time.Duration `help:"The longest time that the simulated provider's answers are lost." default:"20h"`
	Database string        `help:"sqlite (in a temporary folder), or a postgres://… of an empty database." default:"sqlite"`
	Folder   string        `help:"Where the temporary folder is made." type:"path"`
}

// Run implements the command.
func (c *simCmd) Run(s *shared) error {
	if c.Steps < 1 || c.Kills < 0 || c.Outage < 0 {
		return exit{statusUsage, errors.New("there is at least one step, and the kills and the outage are not below 0")}
	}
	if c.Seed == 0 {
		c.Seed = uint64(time.Now().UnixNano()) % 1_000_000_000
	}
	if c.Kills > 0 {
		return c.kill(s)
	}
	return c.live(s)
}

func (c *simCmd) kill(s *shared) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	tell, stop := progressOf(s.err, c.JSON, "killing the server")
	r, err := sim.Kills(s.ctx, sim.KillOptions{Program: program, Seed: c.Seed, Rounds: c.Kills, Database: c.Database, Folder: c.Folder, Log: s.err, Progress: tell})
	stop()
	if err != nil {
		return fmt.Errorf("seed %d: %w", c.Seed, err)
	}
	if c.JSON {
		err = printJSON(s.out, r)
	} else {
		r.Print(s.out)
	}
	if err == nil && len(r.Differences) > 0 {
		err = exit{statusBooks, fmt.Errorf("something was lost or doubled; run it again with --seed %d", c.Seed)}
	}
	return err
}

func (c *simCmd) live(s *shared) error {
	tell, stop := progressOf(s.err, c.JSON, "living")
	r, err := sim.Run(s.ctx, sim.Options{Seed: c.Seed, Steps: c.Steps, Outage: c.Outage, Database: c.Database, Folder: c.Folder, Progress: tell})
	stop()
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, r)
	} else {
		r.Print(s.out)
	}
	if err == nil && len(r.Differences) > 0 {
		err = exit{statusBooks, fmt.Errorf("the books are not right; see it again with --seed %d --steps %d", c.Seed, c.Steps)}
	}
	return err
}
