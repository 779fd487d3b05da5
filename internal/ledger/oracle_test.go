package ledger_test

import (
	"maps"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/ledger"
)

// oracle is the ledger in its most naive form: a map of balances and a list.
type oracle struct {
	balances map[ledger.Ref]int64
	done     map[[2]string]bool // kind and cause
	journal  []noted
	last     time.Time
}

type noted struct {
	seq   int64
	at    time.Time
	moves []ledger.Move
}

// post applies the moves and reports whether the ledger should have, too.
func (o *oracle) post(now time.Time, seq int64, kind, cause string, moves []ledger.Move) bool {
	after := maps.Clone(o.balances)
	var real []ledger.Move
	for _, m := range moves {
		if m.Amount.Units == 0 {
			continue
		}
		if m.Amount.Units < 0 || m.From == m.To {
			return false
		}
		after[ledger.Ref{Path: m.From, Asset: m.Amount.Asset}] -= m.Amount.Units
		after[ledger.Ref{Path: m.To, Asset: m.Amount.Asset}] += m.Amount.Units
		real = append(real, m)
	}
	for ref, n := range after {
		if n < 0 && !strings.HasPrefix(ref.Path, "world/") {
			return false
		}
	}
	if len(real) == 0 || o.done[[2]string{kind, cause}] {
		return false
	}
	if now.After(o.last) {
		o.last = now
	}
	o.balances, o.done[[2]string{kind, cause}] = after, true
	o.journal = append(o.journal, noted{seq, o.last, real})
	return true
}

// at replays the journal up to an instant.
func (o *oracle) at(instant time.Time) map[ledger.Ref]int64 {
	sum := map[ledger.Ref]int64{}
	for _, n := range o.journal {
		if !n.at.After(instant) {
			for _, m := range n.moves {
				sum[ledger.Ref{Path: m.From, Asset: m.Amount.Asset}] -= m.Amount.Units
				sum[ledger.Ref{Path: m.To, Asset: m.Amount.Asset}] += m.Amount.Units
			}
		}
	}
	return sum
}
