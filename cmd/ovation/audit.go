package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/report"
)

type auditCmd struct {
	books
	jsonFlag
	Actor   string `help:"Of this person or key, or console." placeholder:"ID"`
	Subject string `help:"Done to this, such as a payout." placeholder:"ID"`
	Verb    string `help:"Such as payout.hold." placeholder:"VERB"`
	From    string `help:"Not before this instant, RFC 3339." placeholder:"INSTANT"`
	To      string `help:"Before this instant, RFC 3339." placeholder:"INSTANT"`
	Before  int64  `help:"Entries before this number, to go on with a list." placeholder:"NUMBER"`
	Limit   int    `help:"How many entries at most, up to 1000." default:"50"`
	CSV     bool   `help:"Answer as a table for spreadsheets." name:"csv"`
}

// Run implements the command.
func (c *auditCmd) Run(s *shared) error {
	q := audit.Query{Actor: c.Actor, Subject: c.Subject, Verb: c.Verb, Before: c.Before, Limit: c.Limit}
	for _, at := range []struct {
		flag, text string
		us         *int64
	}{{"--from", c.From, &q.FromUS}, {"--to", c.To, &q.ToUS}} {
		if at.text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339Nano, at.text)
		if err != nil {
			return exit{statusUsage, fmt.Errorf("%s: %q is no instant; write it like 2026-03-01T00:00:00Z", at.flag, at.text)}
		}
		*at.us = t.UnixMicro()
	}
	if c.Limit < 1 || c.Limit > audit.MaxPage {
		return exit{statusUsage, fmt.Errorf("--limit is from 1 to %d", audit.MaxPage)}
	}
	d, err := c.open(s.ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	r := report.NewReader(d)
	all, err := report.Ask1(s.ctx, r, audit.List, q)
	if err != nil {
		return err
	}
	head, err := report.Ask(s.ctx, r, audit.End)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return printJSON(s.out, auditOf(c.name(), head, all))
	case c.CSV:
		return audit.WriteCSV(s.out, all)
	}
	printAudit(s.out, c.name(), head, all)
	return nil
}

func printAudit(w io.Writer, database string, head audit.Head, all []audit.Entry) {
	fmt.Fprintf(w, "database: %s\nhead of the log: %s\n", database, headOfLog(head))
	for i := range all {
		e := &all[i]
		fmt.Fprintf(w, "%6d  %s  %s  %s  %s", e.Seq, e.At().Format(time.RFC3339), e.Actor, e.Verb, e.Subject)
		if e.Changed != "{}" {
			fmt.Fprintf(w, "  %s", e.Changed)
		}
		if e.Reason != "" {
			fmt.Fprintf(w, "  %q", e.Reason)
		}
		fmt.Fprintln(w)
	}
}

// headOfLog is the head with its number, to be kept elsewhere.
func headOfLog(h audit.Head) string {
	if h.Seq == 0 {
		return "none"
	}
	return fmt.Sprintf("%d:%x", h.Seq, h.Hash)
}

// audited is the log for programs, each entry as the API's GET /v1/audit has
// it.
type audited struct {
	Object   string         `json:"object"`
	Database string         `json:"database"`
	Head     string         `json:"head"`
	Data     []auditedEntry `json:"data"`
}

type auditedEntry struct {
	Object  string          `json:"object"`
	Number  int64           `json:"number"`
	At      string          `json:"at"`
	Actor   string          `json:"actor"`
	Verb    string          `json:"verb"`
	Subject string          `json:"subject"`
	Reason  string          `json:"reason,omitempty"`
	Changed json.RawMessage `json:"changed"`
	Request string          `json:"request,omitempty"`
	Hash    string          `json:"hash"`
}

func auditOf(database string, head audit.Head, all []audit.Entry) audited {
	out := audited{"audit_log", database, headOfLog(head), make([]auditedEntry, 0, len(all))}
	for i := range all {
		e := &all[i]
		out.Data = append(out.Data, auditedEntry{"audit_entry", e.Seq, e.At().Format("2006-01-02T15:04:05.000000Z"), e.Actor, e.Verb, e.Subject, e.Reason,
			json.RawMessage(e.Changed), e.Request, hex.EncodeToString(e.Hash)})
	}
	return out
}
