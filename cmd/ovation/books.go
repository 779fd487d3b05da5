package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

type ledgerCmd struct {
	Verify verifyCmd `cmd:"" help:"Recompute balances, chain and every rule; exit with 4 if the books are not right."`
	Export exportCmd `cmd:"" help:"Write the journal for another program."`
	AsOf   asOfCmd   `cmd:"" help:"The balances at an instant."`
}

type verifyCmd struct {
	books
	jsonFlag
	Anchor []string `help:"A head that was noted earlier and kept elsewhere, as this command prints it: the journal has to go on from it. May be given more than once." placeholder:"NUMBER:HASH"`
}

// Run implements the command.
func (c *verifyCmd) Run(s *shared) error {
	checks, err := anchorChecks(c.Anchor)
	if err != nil {
		return err
	}
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	bar, stop := progressOf(s.err, c.JSON, "reading the journal")
	r, err := ledger.Verify(s.ctx, d, bar, append(app.Checks(), checks...)...)
	stop()
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.out, verified{"ledger_verification", c.name(), headOf(r), r})
	} else {
		fmt.Fprintf(s.out, "database: %s\n", c.name())
		printReport(s.out, r)
	}
	if err == nil && !r.OK() {
		err = exit{statusBooks, fmt.Errorf("the books are not right: %d findings", len(r.Findings))}
	}
	return err
}

// verified is a verification for programs: the books may be those of another
// instance than the reader thinks of, so it says which.
type verified struct {
	Object   string `json:"object"`
	Database string `json:"database"`
	Head     string `json:"head"` // with its number, as --anchor takes it
	*ledger.Report
}

// headOf is the head in the form of --anchor; "" for a journal without
// transfers.
func headOf(r *ledger.Report) string {
	if r.Head == "" {
		return ""
	}
	return fmt.Sprintf("%d:%s", r.Transfers, r.Head)
}

var anchorForm = regexp.MustCompile(`^([1-9][0-9]{0,17}):([0-9a-f]{64})$`)

// anchorChecks are the checks that the journal goes on from these heads. More than
// one may be given, and ledger.Anchor is a rule by one name, so they are one
// check.
func anchorChecks(heads []string) ([]ledger.Check, error) {
	var all []ledger.Check
	for _, head := range heads {
		m := anchorForm.FindStringSubmatch(strings.ToLower(head))
		if m == nil {
			return nil, exit{statusUsage, fmt.Errorf("--anchor: %q is no head; write the number of the transfer, a colon and its hash of 64 digits, as ovation ledger verify prints them", head)}
		}
		seq, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, ledger.Anchor(seq, m[2]))
	}
	if len(all) < 2 {
		return all, nil
	}
	return []ledger.Check{{Name: ledger.RuleAnchor, Run: func(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
		for _, c := range all {
			if err := c.Run(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	}}}, nil
}

func printReport(w io.Writer, r *ledger.Report) {
	out := bufio.NewWriter(w)
	defer out.Flush()
	fmt.Fprintf(out, "%d transfers, %d lines, %d accounts, read in %s\n", r.Transfers, r.Lines, r.Accounts, r.Took.Round(time.Millisecond))
	fmt.Fprintf(out, "head of the chain: %s\n\n", cmp.Or(headOf(r), "none"))
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
	jsonFlag
	Format string `help:"hledger: plain text accounting." default:"hledger" enum:"hledger"`
	Out    string `help:"The file; - is the standard output." default:"-"`
}

// exported is an export for programs.
type exported struct {
	Object   string  `json:"object"`
	Database string  `json:"database"`
	Format   string  `json:"format"`
	File     string  `json:"file,omitempty"`
	Journal  *string `json:"journal,omitempty"` // the export itself, where it went into no file
}

// Run implements the command.
func (c *exportCmd) Run(s *shared) error {
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	answer := exported{Object: "ledger_export", Database: c.name(), Format: c.Format}
	switch {
	case c.Out != "-":
		answer.File = c.Out
		err = c.toFile(s.ctx, d)
	case c.JSON:
		var journal strings.Builder
		err = ledger.ExportHledger(s.ctx, d, &journal)
		text := journal.String()
		answer.Journal = &text
	default:
		return c.write(s.ctx, d, s.out)
	}
	if err != nil || !c.JSON {
		return err
	}
	return printJSON(s.out, answer)
}

// write begins with a comment about where the journal comes from.
func (c *exportCmd) write(ctx context.Context, d *db.DB, w io.Writer) error {
	if _, err := fmt.Fprintf(w, "; database: %s\n", c.name()); err != nil {
		return err
	}
	return ledger.ExportHledger(ctx, d, w)
}

func (c *exportCmd) toFile(ctx context.Context, d *db.DB) error {
	f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists already; choose a new name for the export", c.Out)
	}
	if err != nil {
		return err
	}
	if err := c.write(ctx, d, f); err != nil {
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
		return printJSON(s.out, balancesOf(c.name(), at, accounts))
	}
	fmt.Fprintf(s.out, "database: %s\n", c.name())
	for _, a := range accounts {
		fmt.Fprintf(s.out, "%20s %-8s %s\n", money.Amount{Units: a.Balance, Asset: a.Asset}.Decimal(), a.Asset, a.Path)
	}
	return nil
}

// balances are the accounts of an instant for programs, each as the API's
// GET /v1/ledger/accounts has it.
type balances struct {
	Object   string    `json:"object"`
	Database string    `json:"database"`
	At       time.Time `json:"at"`
	Data     []balance `json:"data"`
}

type balance struct {
	Object  string      `json:"object"`
	Path    string      `json:"path"`
	Asset   money.Asset `json:"asset"`
	Balance int64       `json:"balance"`
}

func balancesOf(database string, at time.Time, accounts []ledger.Account) balances {
	b := balances{"ledger_balances", database, at.UTC(), make([]balance, 0, len(accounts))}
	for _, a := range accounts {
		b.Data = append(b.Data, balance{"ledger_account", a.Path, a.Asset, a.Balance})
	}
	return b
}

type explainCmd struct {
	books
	jsonFlag
	ID    string `arg:"" help:"A payout, an earning, a gift, a combo, a lot or a purchase."`
	After string `help:"Go on with the parts after this place, which the part before names."`
}

// Run implements the command.
func (c *explainCmd) Run(s *shared) error {
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	step, err := report.NewReader(d).Explain(s.ctx, c.ID, c.After, "", true)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, explanation{"explanation", c.name(), step})
	}
	fmt.Fprintf(s.out, "database: %s\n", c.name())
	printStep(s.out, step, "")
	return nil
}

// explanation is the answer of the API's GET /v1/explain/{id}, and where it
// was read.
type explanation struct {
	Object   string `json:"object"`
	Database string `json:"database"`
	report.Step
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
	if st.Next != "" {
		fmt.Fprintf(w, "%s  … the parts that follow: ovation explain %s --after %s\n", indent, st.ID, st.Next)
	}
}
