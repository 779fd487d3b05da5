package ledger_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// smallHead is the hash with which the small books end. It is written down
// because a chain must read alike for ever: a change of the format would make
// every journal that exists look damaged.
const smallHead = "d16d72e7b62751b3b59ed602ded2ad478216a4db4397dbcc0ef525bdaa4aceda"

// field writes a text with its length in front.
func field(b *bytes.Buffer, text string) {
	number(b, uint32(len(text)))
	b.WriteString(text)
}

func number(b *bytes.Buffer, n any) {
	if err := binary.Write(b, binary.BigEndian, n); err != nil {
		panic(err) // a buffer takes every integer
	}
}

// TestChain computes the chain once more, from what the queries return.
func TestChain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			last, _, head, err := ledger.Head(ctx, tx)
			if err != nil {
				return err
			}
			prev := ""
			for seq := int64(1); seq <= last; seq++ {
				lines, err := ledger.OfSeq(ctx, tx, seq)
				if err != nil {
					return err
				}
				var b bytes.Buffer
				field(&b, prev)
				number(&b, seq)
				number(&b, lines[0].At.UnixMicro())
				field(&b, lines[0].Kind)
				field(&b, lines[0].Cause)
				field(&b, lines[0].Rule)
				number(&b, uint32(len(lines)))
				for _, l := range lines {
					field(&b, l.From)
					field(&b, l.To)
					field(&b, string(l.Amount.Asset))
					number(&b, l.Amount.Units)
				}
				sum := sha256.Sum256(b.Bytes())
				prev = string(sum[:])
			}
			if got := hex.EncodeToString([]byte(prev)); got != head || got != smallHead {
				t.Errorf("the head is %s, computed %s, written down %s", head, got, smallHead)
			}
			return nil
		})
	})
}
