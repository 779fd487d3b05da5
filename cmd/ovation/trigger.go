package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/ovationhq/ovation/internal/money"
)

type triggerCmd struct {
	What string `arg:"" optional:"" help:"What shall happen; left out: a list of what can."`
	Data string `help:"The sandbox's data folder." default:"./ovation-dev" type:"path" env:"OVATION_DEV_DATA"`
	jsonFlag
}

// happening is something that can be made to happen; what is done for it is the
// sandbox's own, which its pages offer too.
type happening struct{ name, help string }

var happenings = []happening{
	{"coin_purchase", "the fan buys coins with a test card (coin_purchase.completed)"},
	{"coin_purchase.declined", "the fan pays with a card that the bank declines"},
	{"refund", "the fan buys coins, and an operator gives them back"},
	{"dispute", "the fan buys coins and gives some, and the bank of the card disputes the payment"},
	{"gift", "the fan gives a gift on a LIVE (gift.sent)"},
	{"gift.combo", "the fan taps a combo of five, which ends 3 s later (gift.combo.progressed, gift.combo.ended)"},
	{"tip", "the fan tips the creator with a test card, on a LIVE if there is one (tip.succeeded)"},
	{"live.started", "the creator goes LIVE in a new room"},
	{"live.ended", "the creator ends a LIVE, a new one if there is no other"},
	{"payout.paid", "the creator is paid out; moves the clock by the hold and the bank's days"},
	{"payout.failed", "the creator's bank sends a payout back; moves the clock too"},
	{"payout.next", "the payout that is next comes to its end; moves the clock too"},
}

// Run implements the command.
func (c *triggerCmd) Run(s *shared) error {
	if c.What == "" {
		return c.list(s)
	}
	known := false
	for _, h := range happenings {
		known = known || h.name == c.What
	}
	if !known {
		return exit{statusUsage, fmt.Errorf("nothing is called %q here; ovation trigger lists what can happen", c.What)}
	}
	w, err := sandboxOf(c.Data)
	if err != nil {
		return err
	}
	r := remote{ctx: s.ctx, url: w.URL, key: w.OperatorKey}
	var done struct{ Steps []step }
	if err := r.call(http.MethodPost, "/v1/happenings", "", map[string]string{"what": c.What}, &done); err != nil {
		if _, gone := errors.AsType[unreachable](err); gone {
			err = fmt.Errorf("the sandbox of %s does not answer at %s; start it with: ovation dev --data %s", c.Data, w.URL, c.Data)
		}
		return err
	}
	lines, ids := []string{}, []string{}
	for _, s := range done.Steps {
		lines = append(lines, s.said())
		if s.ID != "" {
			ids = append(ids, s.ID)
		}
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"triggered": c.What, "done": lines, "ids": ids})
	}
	for _, line := range lines {
		fmt.Fprintln(s.out, line)
	}
	return nil
}

// step is one thing that was done, as the API tells of it.
type step struct {
	What, ID, Name, At string
	Amount             money.Amount
}

// said puts a step into words.
func (s *step) said() string {
	switch s.What {
	case "bought":
		return fmt.Sprintf("The fan bought %d coins (%s).", s.Amount.Units, s.ID)
	case "declined":
		return "The bank declined the fan's card."
	case "tipped":
		return fmt.Sprintf("The fan tipped %s %s (%s).", s.Amount.Decimal(), s.Amount.Asset, s.ID)
	case "gave":
		return fmt.Sprintf("The fan gave %s for %d coins (%s).", s.Name, s.Amount.Units, s.ID)
	case "combo":
		return fmt.Sprintf("The fan tapped %s for %d coins; the combo %s ends in 3 s.", s.Name, s.Amount.Units, s.ID)
	case "live":
		return fmt.Sprintf("The creator is LIVE (%s).", s.ID)
	case "over":
		return fmt.Sprintf("The LIVE is over (%s).", s.ID)
	case "bank":
		return fmt.Sprintf("The creator has a bank account that ends in %s.", s.Name)
	case "asked":
		return fmt.Sprintf("The creator asked for a payout of %s %s (%s).", s.Amount.Decimal(), s.Amount.Asset, s.ID)
	case "payout":
		return fmt.Sprintf("The payout %s is %s.", s.ID, s.Name)
	case "refunded":
		return fmt.Sprintf("An operator gave back %s %s (%s).", s.Amount.Decimal(), s.Amount.Asset, s.ID)
	case "disputed":
		return fmt.Sprintf("The bank of the card disputes %s %s (%s).", s.Amount.Decimal(), s.Amount.Asset, s.ID)
	case "clock":
		return fmt.Sprintf("The sandbox's clock was moved to %s.", s.At)
	}
	return s.What + " " + s.ID
}

func (c *triggerCmd) list(s *shared) error {
	if c.JSON {
		all := map[string]string{}
		for _, h := range happenings {
			all[h.name] = h.help
		}
		return printJSON(s.out, all)
	}
	fmt.Fprintln(s.out, "In a sandbox these can be made to happen, with: ovation trigger <what>")
	for _, h := range happenings {
		fmt.Fprintf(s.out, "  %-22s %s\n", h.name, h.help)
	}
	return nil
}
