// Command ovation is the whole platform in one program: the site, the API,
// the sandbox, and the tools that prove the books.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// cli is every command with its flags.
type cli struct {
	Dev       devCmd       `cmd:"" help:"Open a populated sandbox: simulated money, simulated fans, a clock that you can move."`
	Serve     serveCmd     `cmd:"" help:"Run Ovation for real."`
	Admin     adminCmd     `cmd:"" help:"Set-up of an instance."`
	Config    configCmd    `cmd:"" help:"Look at the settings."`
	Doctor    doctorCmd    `cmd:"" help:"Look whether the payment provider's account and the settings are fit for real money."`
	Ledger    ledgerCmd    `cmd:"" help:"Check, export and look back into the books."`
	Reconcile reconcileCmd `cmd:"" help:"Compare our books with the payment provider's; exit with 4 if they differ."`
	Explain   explainCmd   `cmd:"" help:"Explain where an amount comes from."`
	Audit     auditCmd     `cmd:"" help:"List what operators, the host and the console have decided."`
	Clock     clockCmd     `cmd:"" help:"Move the clock of a running sandbox."`
	Listen    listenCmd    `cmd:"" help:"Print events as they happen, and send them on to a program of yours."`
	Trigger   triggerCmd   `cmd:"" help:"Make things happen in a running sandbox, to see the events that they bring."`
	Bench     benchCmd     `cmd:"" help:"Measure this machine."`
	Sim       simCmd       `cmd:"" help:"Run the seeded simulation of fans, creators, faults and time."`
	Backup    backupCmd    `cmd:"" help:"Copy the database, while the server goes on."`
	Restore   restoreCmd   `cmd:"" help:"Put a backup in place and verify it."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// shared is what every command is given.
type shared struct {
	ctx context.Context
	out io.Writer
	err io.Writer
}

// jsonFlag lets a program read the answer.
type jsonFlag struct {
	JSON bool `help:"Answer as JSON, for programs."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// What an instance writes is money and secrets: databases, logs of them,
	// backups, exports. Nobody else on the machine reads any of it.
	syscall.Umask(0o077)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// exit is an error with the status of the process.
type exit struct {
	status int
	error
}

// The statuses of the process: 0 is success.
const (
	statusFailed = 1 // it did not work; the message says why
	statusUsage  = 2 // the command line or a setting is wrong
	statusBooks  = 4 // the books are not right
)

// run is main without the process, so that tests can call it.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	switch { // what people try first
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help":
		args = append(slices.Clone(args[1:]), "--help")
	case args[0] == "--version":
		args[0] = "version"
	}
	var c cli
	parser, err := kong.New(&c, kong.Name("ovation"), kong.Description("Pay creators, show the math."), kong.UsageOnError(),
		kong.Writers(out, errOut), kong.Configuration(readSettings), kong.Exit(func(int) {}), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(errOut, "ovation:", err)
		return statusFailed
	}
	k, err := parser.Parse(args)
	if helpAsked(args) {
		return 0
	}
	if err != nil {
		return failed(args, errOut, exit{statusUsage, fmt.Errorf("%w; see ovation --help", err)})
	}
	if err = checkEnvironment(); err == nil || k.Command() == "config check" || k.Command() == "version" {
		err = k.Run(&shared{ctx: ctx, out: out, err: errOut}) // config check tells all that is wrong at once
	}
	return failed(args, errOut, err)
}

// failed tells the error, if there is one, to whom asked, and returns the
// status.
func failed(args []string, errOut io.Writer, err error) int {
	if err == nil {
		return 0
	}
	status := statusFailed
	if e, ok := errors.AsType[exit](err); ok {
		status = e.status
	}
	switch {
	case errors.Is(err, context.Canceled): // somebody pressed Ctrl-C and knows
	case slices.Contains(args, "--json"):
		// A program that reads JSON gets it also when it goes wrong.
		_ = printJSON(errOut, map[string]any{"error": map[string]string{"code": codeOf(err, status), "detail": plain(err)}})
	default:
		fmt.Fprintln(errOut, "ovation:", plain(err))
	}
	return status
}

// codeOf is the error for a program: the code of the rule that was broken, as
// the API has it, or what the status means.
func codeOf(err error, status int) string {
	f, isFault := errors.AsType[*fault.Error](err)
	switch {
	case isFault:
		return string(f.Code)
	case errors.Is(err, db.ErrLocked):
		return "database_in_use"
	case status == statusUsage:
		return "usage"
	case status == statusBooks:
		return "books_not_right"
	}
	return "failed"
}

// speaker is the name of the package that an error comes from, which helps
// who reads a log of ours and nobody who reads a message. Each is a folder of
// internal.
var speaker = regexp.MustCompile(`^((api|app|audit|bench|clock|config|content|creator|db|earnings|fault|gift|id|idem|ledger|limit|live|money|outbox|payment|payout|people|programme|purchase|report|sandbox|sim|stripe|text|wallet|webhook|courier|casework|collect|paper|reconcile|reversal|tip|walk|web|support|goal|chat|policy|second): )+`)

// plain is the error in words: the code of a broken rule and the names of
// packages are for programs and programmers.
func plain(err error) string {
	text := speaker.ReplaceAllString(err.Error(), "")
	if f, ok := errors.AsType[*fault.Error](err); ok {
		text = strings.TrimPrefix(text, string(f.Code)+": ")
	}
	return strings.TrimSuffix(text, ": "+db.ErrLocked.Error())
}

func helpAsked(args []string) bool {
	for _, a := range args {
		if a == "--help" || a == "-h" {
			return true
		}
	}
	return false
}

// logger writes what happened as lines of text to the error output.
func logger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // the flag allows no other words
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l}))
}

// printJSON writes a value for programs.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
