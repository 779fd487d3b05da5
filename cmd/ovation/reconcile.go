package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/money"
)

type reconcileCmd struct {
	Since    string `help:"Ask the provider for its entries from this instant on, RFC 3339; left out: from a while before the newest that is known." placeholder:"INSTANT"`
	Complete bool   `help:"From the beginning, comparing all there is."`
	Data     string `help:"The data folder of the running sandbox." default:"./ovation-dev" type:"path" env:"OVATION_DEV_DATA"`
	Instance string `help:"Another running instance, by its address; its key, with the scope admin, is taken from OVATION_KEY." placeholder:"URL"`
	Key      string `hidden:"" env:"OVATION_KEY"`
	jsonFlag
}

// compareFor is how long a comparison may take, as the API gives it.
const compareFor = 5 * time.Minute

// compared is a comparison as the API tells of it.
type compared struct {
	At      string
	Agrees  bool
	Entries int64
	Fresh   int64
	Booked  int64
	Causes  int64
	Totals  []struct {
		Asset                     money.Asset
		Ours, Theirs, Unexplained int64
	}
	Problems    int64
	InFlight    int64 `json:"in_flight"`
	Differences []struct {
		Kind     string
		InFlight bool `json:"in_flight"`
		Cause    string
		By       money.Amount
		Ours     int64
		Theirs   int64
		Entries  []string
		Sources  []string
		ToDo     string `json:"to_do"`
	}
}

// Run implements the command. The instance itself compares: it has the
// provider's key, and what it finds is kept for its operators.
func (c *reconcileCmd) Run(s *shared) error {
	r := remote{ctx: s.ctx, url: strings.TrimSuffix(c.Instance, "/"), key: c.Key, wait: compareFor}
	if c.Instance == "" {
		w, err := sandboxOf(c.Data)
		if err != nil {
			return fmt.Errorf("%w; or name a running instance with --instance", err)
		}
		r.url, r.key = w.URL, w.OperatorKey
	} else if c.Key == "" {
		return exit{statusUsage, errors.New("put a key with the scope admin into OVATION_KEY")}
	}
	ask := map[string]any{"complete": c.Complete}
	if c.Since != "" {
		if _, err := time.Parse(time.RFC3339Nano, c.Since); err != nil {
			return exit{statusUsage, fmt.Errorf("--since: %q is no instant; write it like 2026-03-01T00:00:00Z", c.Since)}
		}
		ask["since"] = c.Since
	}
	var raw json.RawMessage
	if err := r.call(http.MethodPost, "/v1/ledger/reconciliation", "", ask, &raw); err != nil {
		return err
	}
	var done compared
	if err := json.Unmarshal(raw, &done); err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(s.out, raw); err != nil {
			return err
		}
	} else {
		done.print(s)
	}
	if !done.Agrees {
		return exit{statusBooks, fmt.Errorf("our books and the provider's differ: %d problems", done.Problems)}
	}
	return nil
}

func (c *compared) print(s *shared) {
	fmt.Fprintf(s.out, "%d entries of the provider were read, %d of them new and %d booked; %d of our rows were compared.\n\n", c.Entries, c.Fresh, c.Booked, c.Causes)
	for _, t := range c.Totals {
		in := func(n int64) string { return money.Amount{Units: n, Asset: t.Asset}.Decimal() }
		fmt.Fprintf(s.out, "  %s  our books %s, the provider's %s", t.Asset, in(t.Ours), in(t.Theirs))
		if t.Unexplained != 0 {
			fmt.Fprintf(s.out, ", of which nothing explains %s", in(t.Unexplained))
		}
		fmt.Fprintln(s.out)
	}
	for _, d := range c.Differences {
		kind := d.Kind
		if d.InFlight {
			kind += ", in flight"
		}
		in := func(n int64) string { return money.Amount{Units: n, Asset: d.By.Asset}.Decimal() }
		fmt.Fprintf(s.out, "\n%s: %s %s\n  here %s  %s\n  there %s  %s\n  %s\n", kind, in(d.By.Units), d.By.Asset, in(d.Ours), d.Cause, in(d.Theirs), strings.Join(append(d.Entries, d.Sources...), " "), d.ToDo)
	}
	switch {
	case c.Agrees && c.InFlight > 0:
		fmt.Fprint(s.out, "\nBoth books say the same, but for what is on its way.\n")
	case c.Agrees:
		fmt.Fprint(s.out, "\nBoth books say the same.\n")
	}
}
