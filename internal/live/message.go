package live

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/ovationhq/ovation/internal/outbox"
)

// Message is an event as every channel of the API writes it. Its bytes are
// shared by all who listen, so nobody changes them.
type Message struct {
	Sequence int64
	Type     string
	Topic    string
	JSON     []byte // the envelope
	SSE      []byte // a whole server-sent event; JSON is its data
}

// Skipped is the type of the message that stands for what a listener does not
// get any more; it is no event of the log.
const Skipped = "stream.skipped"

// Encode writes the envelope of an event: the same on every channel.
func Encode(e *outbox.Stored) Message {
	data := e.Data
	if bytes.IndexByte(data, '\n') >= 0 { // a server-sent event ends at an empty line
		var b bytes.Buffer
		_ = json.Compact(&b, data) // it is valid JSON, or it would not be in the log
		data = b.Bytes()
	}
	b := make([]byte, 0, len(data)+200+2*len(e.Type))
	b, from := beginSSE(b, e.Sequence, e.Type)
	b = append(b, `{"id":"`...)
	b = append(b, e.ID()...)
	b = append(b, `","type":"`...)
	b = append(b, e.Type...)
	b = append(b, `","timestamp":"`...)
	b = e.At.AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	b = append(b, `","sequence":`...)
	b = strconv.AppendInt(b, e.Sequence, 10)
	b = append(b, `,"data":`...)
	b = append(b, data...)
	b = append(b, '}')
	return endSSE(Message{Sequence: e.Sequence, Type: e.Type, Topic: e.Topic}, b, from)
}

// skipped tells a listener that it does not get what happened after the one
// sequence and up to the other.
func skipped(after, upTo int64) *Message {
	b, from := beginSSE(nil, upTo, Skipped)
	b = append(b, `{"after":`...)
	b = strconv.AppendInt(b, after, 10)
	b = append(b, `,"up_to":`...)
	b = strconv.AppendInt(b, upTo, 10)
	b = append(b, '}')
	m := endSSE(Message{Sequence: upTo, Type: Skipped}, b, from)
	return &m
}

func beginSSE(b []byte, sequence int64, kind string) (begun []byte, dataAt int) {
	b = append(b, "id: "...)
	b = strconv.AppendInt(b, sequence, 10)
	b = append(b, "\nevent: "...)
	b = append(b, kind...)
	b = append(b, "\ndata: "...)
	return b, len(b)
}

func endSSE(m Message, b []byte, dataAt int) Message {
	m.JSON = b[dataAt:len(b):len(b)]
	m.SSE = append(b, "\n\n"...)
	return m
}
