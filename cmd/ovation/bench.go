package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ovationhq/ovation/internal/bench"
	"github.com/ovationhq/ovation/internal/sim"
)

// benchCmd measures.
type benchCmd struct {
	Gifts    benchGiftsCmd    `cmd:"" help:"Gifts a second over HTTP, every reply on disk, and proof that none was lost or doubled."`
	Pages    benchPagesCmd    `cmd:"" help:"How fast the pages of a populated sandbox are answered, and what they weigh."`
	Payments benchPaymentsCmd `cmd:"" help:"Payments while the provider's calls fail and its webhooks come shuffled and repeated, and proof that none was lost or doubled."`
	Live     benchLiveCmd     `cmd:"" help:"How fast the gifts on a LIVE reach all who listen, and proof that each gets every event once and in order."`
}

type benchPagesCmd struct {
	jsonFlag
	Visitors int           `help:"How many visitors there are at once." default:"50"`
	Think    time.Duration `help:"How long a visitor looks at a page before the next one." default:"500ms"`
	Duration time.Duration `help:"How long to measure." default:"20s"`
	Folder   string        `help:"Where the temporary folder is made." type:"path"`
}

// Run implements the command.
func (c *benchPagesCmd) Run(s *shared) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	r, err := bench.Pages(s.ctx, bench.PagesOptions{Program: program, Visitors: c.Visitors, Think: c.Think, Duration: c.Duration, Folder: c.Folder, Log: s.err})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, r)
	}
	r.Print(s.out)
	if r.Errors > 0 {
		return fmt.Errorf("%d pages were not answered, such as %s", r.Errors, r.First)
	}
	return nil
}

type benchGiftsCmd struct {
	jsonFlag
	Mode        string        `help:"hot: one creator; spread: 1,000 creators; zipf: a few popular ones." default:"hot" enum:"hot,spread,zipf"`
	Connections int           `help:"How many clients send at once." default:"64"`
	Rate        int           `help:"Gifts a second, sent on time whether or not answers come (open loop); 0 sends as fast as answers come."`
	Duration    time.Duration `help:"How long to measure." default:"10s"`
	Batch       int           `help:"Gifts in one request, 1 to 1,000." default:"1"`
	Fans        int           `help:"Funded fans." default:"10000"`
	Keys        string        `help:"ordered: keys that grow; random: keys without order." default:"ordered" enum:"ordered,random"`
	Database    string        `help:"sqlite (in a temporary folder), or a postgres://… of an empty database." default:"sqlite"`
	Folder      string        `help:"Where the temporary folder is made." type:"path"`
}

// Run implements the command.
func (c *benchGiftsCmd) Run(s *shared) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	o := bench.Options{Program: program, Mode: c.Mode, Connections: c.Connections, Rate: c.Rate, Duration: c.Duration, Batch: c.Batch,
		Fans: c.Fans, RandomKeys: c.Keys == "random", Database: c.Database, Folder: c.Folder, Log: s.err}
	if err := o.Check(); err != nil {
		return exit{statusUsage, err}
	}
	r, err := bench.Gifts(s.ctx, o)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, r)
	} else {
		r.Print(s.out)
	}
	if err == nil && !r.Proved() {
		err = exit{statusBooks, fmt.Errorf("the proof failed: %v", r.Differences)}
	}
	return err
}

type benchLiveCmd struct {
	jsonFlag
	Listeners int           `help:"How many listen to the one room." default:"5000"`
	Rate      int           `help:"Gifts and taps of combos a second." default:"10"`
	Duration  time.Duration `help:"How long to measure." default:"20s"`
	Database  string        `help:"sqlite (in a temporary folder), or a postgres://… of an empty database." default:"sqlite"`
	Folder    string        `help:"Where the temporary folder is made." type:"path"`
}

// Run implements the command.
func (c *benchLiveCmd) Run(s *shared) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	o := bench.LiveOptions{Program: program, Listeners: c.Listeners, Rate: c.Rate, Duration: c.Duration, Database: c.Database, Folder: c.Folder, Log: s.err}
	if err := o.Check(); err != nil {
		return exit{statusUsage, err}
	}
	r, err := bench.Live(s.ctx, o)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, r)
	} else {
		r.Print(s.out)
	}
	if err == nil && !r.Proved() {
		err = exit{statusBooks, fmt.Errorf("the proof failed: %d events lost, %d duplicated, %d listeners out of order, %d errors", r.Lost, r.Duplicated, r.Disordered, r.Errors)}
	}
	return err
}

type benchPaymentsCmd struct {
	jsonFlag
	Payments int     `help:"How many payments are made: coins and tips." default:"10000"`
	Faults   float64 `help:"How likely each call of the provider goes wrong." default:"0.3"`
	Webhooks int     `help:"How many webhooks are brought: each event, and then repetitions." default:"100000"`
	Seed     uint64  `help:"Chooses everything that happens." default:"1"`
	Order    uint64  `help:"Chooses the order of the webhooks that come at the end." default:"1"`
	Orders   int     `help:"Instead: live the same world so many times, with all webhooks after it in another order each time, and compare how it ends."`
	Bad      string  `help:"Break the program on purpose (repeat or keys), to see that it is noticed." default:"" enum:",repeat,keys"`
	Database string  `help:"sqlite (in a temporary folder), or a postgres://… of an empty database." default:"sqlite"`
	Folder   string  `help:"Where the temporary folder is made." type:"path"`
}

// Run implements the command.
func (c *benchPaymentsCmd) Run(s *shared) error {
	o := sim.PaymentOptions{Seed: c.Seed, Order: c.Order, Payments: c.Payments, Webhooks: c.Webhooks, Faults: c.Faults, Bad: c.Bad, Database: c.Database, Folder: c.Folder}
	if err := o.Check(); err != nil {
		return exit{statusUsage, err}
	}
	if c.Orders > 1 && c.Database != "sqlite" {
		return exit{statusUsage, errors.New("several orders need a new database each; leave --database out")}
	}
	var first string
	for n := range max(1, c.Orders) {
		if c.Orders > 1 {
			o.Order, o.Late = c.Order+uint64(n), true
		}
		tell, stop := progressOf(s.err, c.JSON, "paying")
		o.Progress = tell
		r, err := sim.Payments(s.ctx, o)
		stop()
		if err != nil {
			return err
		}
		if n == 0 {
			first = r.State
		} else {
			r.Differences = append(r.Differences, sim.Differ(first, r.State)...)
		}
		if c.JSON {
			err = printJSON(s.out, r)
		} else {
			r.Print(s.out)
		}
		if err == nil && !r.Proved() {
			err = exit{1, fmt.Errorf("the proof failed: %d differences; see it again with --seed %d --order %d", len(r.Differences), o.Seed, o.Order)}
		}
		if err != nil {
			return err
		}
	}
	if c.Orders > 1 {
		fmt.Fprintf(s.err, "%d orders, one end\n", c.Orders)
	}
	return nil
}
