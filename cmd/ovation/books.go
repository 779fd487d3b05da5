package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

// books are the flags of the commands that read beside a running server.
type books struct {
	Data     string `help:"The instance's data folder." default:"./ovation-dev" type:"path" env:"OVATION_DATA"`
	Database string `help:"sqlite:<file> or postgres://…; empty means the SQLite file in the data folder." env:"OVATION_DATABASE"`
}

func (b *books) url() string {
	if b.Database != "" {
		return b.Database
	}
	return "sqlite:" + b.Data + "/ovation.db"
}

// open opens the database for reading, whether or not a server runs.
func (b *books) open(ctx context.Context) (*db.DB, error) {
	d, err := db.Open(ctx, db.Config{URL: b.url(), Clock: sandboxClock(b.Data), ReadOnly: true})
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("there is no database at %s; name the instance's folder with --data", strings.TrimPrefix(b.url(), "sqlite:"))
	}
	return d, err
}

// sandboxClock is the machine's clock, moved as far as the sandbox's was.
func sandboxClock(data string) *clock.System {
	c := &clock.System{}
	if text, err := os.ReadFile(data + "/clock"); err == nil {
		if d, err := time.ParseDuration(strings.TrimSpace(string(text))); err == nil {
			c.SetOffset(d)
		}
	}
	return c
}

type ledgerCmd struct {
	Verify verifyCmd `cmd:"" help:"Recompute balances, chain and every rule; exit with 4 if the books are not right."`
	Export exportCmd `cmd:"" help:"Write the journal for another program."`
	AsOf   asOfCmd   `cmd:"" help:"The balances at an instant."`
}

type verifyCmd struct {
	books
	jsonFlag
}

// Run implements the command.
func (c *verifyCmd) Run(s *shared) error {
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	bar, stop := progressOf(s.err, c.JSON, "reading the journal")
	r, err := ledger.Verify(s.ctx, d, bar, app.Checks()...)
	stop()
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, r)
	} else {
		printReport(s.out, r)
	}
	if err == nil && !r.OK() {
		err = exit{statusBooks, fmt.Errorf("the books are not right: %d findings", len(r.Findings))}
	}
	return err
}

func printReport(w io.Writer, r *ledger.Report) {
	out := bufio.NewWriter(w)
	defer out.Flush()
	fmt.Fprintf(out, "%d transfers, %d lines, %d accounts, read in %s\n", r.Transfers, r.Lines, r.Accounts, r.Took.Round(time.Millisecond))
	fmt.Fprintf(out, "head of the chain: %s\n\n", r.Head)
	broken := map[string]int{}
	for _, f := range r.Findings {
		broken[f.Rule]++
	}
	for _, name := range r.Checks {
		mark := "holds "
		if broken[name] > 0 {
			mark = "BROKEN"
		}
		fmt.Fprintf(out, "  %s  %s\n", mark, name)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(out, "\n%s\n  %s: %s\n", f.Rule, f.Where, f.Detail)
	}
	if r.OK() {
		fmt.Fprintf(out, "\nThe books are right.\n")
	}
}

// progressOf shows a bar to a person who waits; not to a program.
func progressOf(w io.Writer, quiet bool, what string) (tell func(done, all int64), stop func()) {
	f, isFile := w.(*os.File)
	if st, err := os.Stdout.Stat(); quiet || !isFile || err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	return func(done, all int64) {
		bar.ChangeMax64(all)
		_ = bar.Set64(done) // a bar that can not be drawn is no reason to stop
	}, func() { _ = bar.Finish() }
}

type exportCmd struct {
	books
	Format string `help:"hledger: plain text accounting." default:"hledger" enum:"hledger"`
	Out    string `help:"The file; - is the standard output." default:"-"`
}

// Run implements the command.
func (c *exportCmd) Run(s *shared) error {
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if c.Out == "-" {
		return ledger.ExportHledger(s.ctx, d, s.out)
	}
	f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists already; choose a new name for the export", c.Out)
	}
	if err != nil {
		return err
	}
	if err := ledger.ExportHledger(s.ctx, d, f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

type asOfCmd struct {
	books
	jsonFlag
	At     string `arg:"" help:"The instant, RFC 3339, such as 2026-03-01T00:00:00Z."`
	Prefix string `help:"Of the accounts' paths, such as creator/."`
}

// Run implements the command.
func (c *asOfCmd) Run(s *shared) error {
	at, err := time.Parse(time.RFC3339Nano, c.At)
	if err != nil {
		return exit{statusUsage, fmt.Errorf("%q is no instant; write it like 2026-03-01T00:00:00Z", c.At)}
	}
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	accounts, err := report.Ask2(s.ctx, report.NewReader(d), ledger.AccountsAt, c.Prefix, at)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, accounts)
	}
	for _, a := range accounts {
		fmt.Fprintf(s.out, "%20s %-8s %s\n", money.Amount{Units: a.Balance, Asset: a.Asset}.Decimal(), a.Asset, a.Path)
	}
	return nil
}

type explainCmd struct {
	books
	jsonFlag
	ID string `arg:"" help:"A payout, an earning, a gift, a combo, a lot or a purchase."`
}

// Run implements the command.
func (c *explainCmd) Run(s *shared) error {
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	step, err := report.NewReader(d).Explain(s.ctx, c.ID, "", true)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, step)
	}
	printStep(s.out, step, "")
	return nil
}

func printStep(w io.Writer, st report.Step, indent string) {
	fmt.Fprintf(w, "%s%s %s  %s", indent, st.Amount.Decimal(), st.Amount.Asset, st.Title)
	for _, more := range []string{st.ID, st.State, st.Rule} {
		if more != "" {
			fmt.Fprintf(w, "  %s", more)
		}
	}
	fmt.Fprintln(w)
	if st.Formula != "" {
		fmt.Fprintf(w, "%s    = %s\n", indent, st.Formula)
	}
	for _, p := range st.Parts {
		printStep(w, p, indent+"  ")
	}
}
