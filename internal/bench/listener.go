package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"time"
)

// listener is one client of a room's stream.
type listener struct {
	conn   net.Conn
	body   *bufio.Reader
	from   int64 // the place in the log where it began
	got    []int64
	took   []time.Duration
	failed error
}

// open asks for the stream and waits until it listens.
func (l *listener) open(address, room string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	l.conn = conn
	if _, err := fmt.Fprintf(conn, "GET /v1/live-rooms/%s/events HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n", room); err != nil {
		return err
	}
	head := bufio.NewReaderSize(conn, 2<<10)
	line, err := head.ReadString('\n')
	if err != nil {
		return err
	}
	if len(line) < 12 || line[9:12] != "200" {
		return fmt.Errorf("the stream was answered with %q", line)
	}
	for len(line) > 2 {
		if line, err = head.ReadString('\n'); err != nil {
			return err
		}
	}
	l.body = bufio.NewReaderSize(httputil.NewChunkedReader(head), 2<<10)
	for {
		line, err := l.line()
		if err != nil {
			return err
		}
		if n, found := bytes.CutPrefix(line, []byte("id: ")); found {
			if l.from, err = strconv.ParseInt(string(n), 10, 64); err != nil {
				return err
			}
		}
		if len(line) == 0 {
			return nil
		}
	}
}

// line returns the next line without its end; of a long one the beginning.
func (l *listener) line() ([]byte, error) {
	line, err := l.body.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line = bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.body.ReadSlice('\n')
		}
	}
	return bytes.TrimSuffix(line, []byte("\n")), err
}

var stampName = []byte(`"timestamp":"`)

// listen notes which events come, and how long after their instant, until the
// server ends the stream.
func (l *listener) listen() {
	defer l.conn.Close()
	var id int64
	for {
		line, err := l.line()
		now := time.Now()
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				l.failed = err
			}
			return
		}
		if n, found := bytes.CutPrefix(line, []byte("id: ")); found {
			if id, l.failed = strconv.ParseInt(string(n), 10, 64); l.failed != nil {
				return
			}
		}
		if data, found := bytes.CutPrefix(line, []byte("data: ")); found {
			at, err := stampOf(data)
			if err != nil {
				l.failed = err
				return
			}
			l.got, l.took = append(l.got, id), append(l.took, now.Sub(at))
		}
	}
}

// stampOf reads the instant of an event from its envelope.
func stampOf(data []byte) (time.Time, error) {
	_, rest, found := bytes.Cut(data, stampName)
	text, _, whole := bytes.Cut(rest, []byte(`"`))
	if !found || !whole {
		return time.Time{}, fmt.Errorf("bench: an event without a timestamp: %.300s", data)
	}
	return time.Parse(time.RFC3339Nano, string(text))
}

// tapsOfCombo is how many taps the audience's combos have.
const tapsOfCombo = 10

// request writes the next gift or tap.
func (b *audience) request() []byte {
	fan, body := b.world.fans[0], ""
	if b.sent%2 == 0 {
		fan = b.world.fans[int(b.sent)%len(b.world.fans)]
		body = fmt.Sprintf(`{"gift":"rose","target":%q}`, b.world.targets[0])
	} else {
		if b.taps == tapsOfCombo || b.combo == 0 {
			b.combo, b.taps = time.Now().UnixNano(), 0
		}
		b.taps++
		body = fmt.Sprintf(`{"gift":"rose","target":%q,"combo":{"id":"cmb_%026d","seq":%d}}`, b.world.targets[0], b.combo, b.taps)
	}
	return fmt.Appendf(nil, "POST /v1/gifts HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nOvation-Person: %s\r\nIdempotency-Key: live-%d\r\nContent-Length: %d\r\n\r\n%s",
		b.world.key, fan, time.Now().UnixNano(), len(body), body)
}
