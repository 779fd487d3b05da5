package audit

import (
	"encoding/hex"
	"io"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/text"
)

// WriteCSV writes the entries as a table for spreadsheets. Reasons are what
// somebody has typed, so every cell is guarded.
func WriteCSV(w io.Writer, entries []Entry) error {
	c, err := text.NewCSV(w, "seq", "at", "actor", "verb", "subject", "reason", "changed", "request", "hash")
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		err := c.Row(strconv.FormatInt(e.Seq, 10), e.At().Format(time.RFC3339Nano), e.Actor, e.Verb, e.Subject, e.Reason, e.Changed, e.Request, hex.EncodeToString(e.Hash))
		if err != nil {
			return err
		}
	}
	return c.Close()
}

// At is the instant of the act.
func (e *Entry) At() time.Time { return time.UnixMicro(e.AtUS).UTC() }
