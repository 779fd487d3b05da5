package gift

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
)

// Gift is a gift that was given.
type Gift struct {
	ID           id.Gift
	Key          string // the sender's idempotency key
	Sender       id.Person
	Item         string
	PriceCoins   int64 // of one
	Quantity     int64
	Diamonds     int64 // what the creator earned
	Creator      id.Person
	Target       string // the LIVE's or the video's id
	Combo        id.Combo
	ComboSeq     int64
	ComboCount   int64 // gifts in the combo up to and with this tap
	ComboCoins   int64 // coins in the combo up to and with this tap
	BalanceAfter int64 // the sender's coins after it
	TransferSeq  int64
	SentUS       int64

	Replayed bool // this answer was given before; nothing happened now

	fingerprint int64
}

// Coins returns what the gift cost.
func (g *Gift) Coins() int64 { return g.PriceCoins * g.Quantity }

// Transfer returns the id of the gift's transfer in the ledger.
func (g *Gift) Transfer() id.Transfer {
	return ledger.Posted{Seq: g.TransferSeq, At: time.UnixMicro(g.SentUS).UTC()}.ID()
}

// comboFor is how long a combo waits for the next tap.
const comboFor = 3 * time.Second

// AppendJSON appends the gift as the API shows it to its sender. It is
// written by hand because it runs for every gift.
func (g *Gift) AppendJSON(b []byte) []byte {
	b = g.appendPublic(b)
	b = append(b, `,"balance":{"amount":`...)
	b = strconv.AppendInt(b, g.BalanceAfter, 10)
	b = append(b, `,"asset":"COIN"}}`...)
	return b
}

// AppendShared appends the gift as everybody may see it who is not its
// sender: without the sender's balance.
func (g *Gift) AppendShared(b []byte) []byte { return g.appendEvent(b) }

// appendEvent appends the gift as events show it, without the sender's
// balance.
func (g *Gift) appendEvent(b []byte) []byte { return append(g.appendPublic(b), '}') }

func (g *Gift) appendPublic(b []byte) []byte {
	b = append(b, `{"object":"gift","id":"`...)
	b = append(b, g.ID...)
	b = append(b, `","gift":"`...)
	b = append(b, g.Item...)
	b = append(b, `","quantity":`...)
	b = strconv.AppendInt(b, g.Quantity, 10)
	b = append(b, `,"price":{"amount":`...)
	b = strconv.AppendInt(b, g.PriceCoins, 10)
	b = append(b, `,"asset":"COIN"},"coins":{"amount":`...)
	b = strconv.AppendInt(b, g.Coins(), 10)
	b = append(b, `,"asset":"COIN"},"diamonds":{"amount":`...)
	b = strconv.AppendInt(b, g.Diamonds, 10)
	b = append(b, `,"asset":"DIAMOND"},"sender":"`...)
	b = append(b, g.Sender...)
	b = append(b, `","creator":"`...)
	b = append(b, g.Creator...)
	b = append(b, `","target":"`...)
	b = append(b, g.Target...)
	b = append(b, `","transfer":"`...)
	b = append(b, g.Transfer()...)
	b = append(b, `","sent_at":"`...)
	b = appendTime(b, g.SentUS)
	b = append(b, '"')
	if g.Combo != "" {
		b = append(b, `,"combo":{"id":"`...)
		b = append(b, g.Combo...)
		b = append(b, `","seq":`...)
		b = strconv.AppendInt(b, g.ComboSeq, 10)
		b = append(b, `,"count":`...)
		b = strconv.AppendInt(b, g.ComboCount, 10)
		b = append(b, `,"coins_total":`...)
		b = strconv.AppendInt(b, g.ComboCoins, 10)
		b = append(b, `,"ends_at":"`...)
		b = appendTime(b, g.SentUS+comboFor.Microseconds())
		b = append(b, `"}`...)
	}
	return b
}

// timeForm is RFC 3339 in UTC with microseconds.
const timeForm = "2006-01-02T15:04:05.000000Z"

func appendTime(b []byte, us int64) []byte {
	return time.UnixMicro(us).UTC().AppendFormat(b, timeForm)
}

// MarshalJSON implements json.Marshaler with AppendJSON.
func (g *Gift) MarshalJSON() ([]byte, error) { return g.AppendJSON(nil), nil }

var _ json.Marshaler = (*Gift)(nil)
