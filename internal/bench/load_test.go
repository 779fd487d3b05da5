package bench

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

const someID = "01jd0000000000000000000001"

// TestNote holds that only an answer with a gift counts as acknowledged.
func TestNote(t *testing.T) {
	one := `{"object":"gift","id":"gft_` + someID + `","gift":"rose"}`
	many := `{"object":"list","data":[{"status":201,"body":` + one + `},{"status":201,"body":` + strings.Replace(one, "0001", "0002", 1) + `}]}`
	for _, c := range []struct {
		batch, status int
		body          string
		acked         int
	}{
		{1, 201, one, 1}, {1, 200, one, 0}, {1, 201, `{}`, 0}, {1, 201, `{"id":"gft_01jd"}`, 0}, {1, 201, strings.Replace(one, "gft_", "usr_", 1), 0}, {1, 500, ``, 0},
		{2, 200, many, 2}, {2, 201, many, 0}, {2, 200, strings.Replace(many, "201", "402", 1), 0}, {3, 200, many, 0},
	} {
		w := &worker{load: &load{o: Options{Batch: c.batch}}}
		w.note(7, c.status, []byte(c.body))
		if len(w.acked) != c.acked || (w.errors == 0) != (c.acked > 0) {
			t.Errorf("%d %s: %d acknowledged, %d errors", c.status, c.body, len(w.acked), w.errors)
		}
		for i, a := range w.acked {
			if want := fmt.Sprintf("%s%d", someID[:25], i+1); a.number != 7+int64(i) || string(a.id[:]) != want {
				t.Errorf("gift %d is %d %s", i, a.number, a.id)
			}
		}
	}
}

// TestClient reads the answers that a server may give, and refuses the others.
func TestClient(t *testing.T) {
	for answer, want := range map[string]string{
		"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}":                                   "201 {}",
		"HTTP/1.1 200 OK\r\nX: y\r\ncontent-length:  2 \r\n\r\n[]":                              "200 []",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n": "200 abcde",
		"HTTP/1.1 200 OK\r\n\r\n":                        "error",
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]": "error",
		"HTTP/1.1\r\n":                                   "error", "HTTP/1.1 abc\r\n": "error", "": "error",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = conn.Read(make([]byte, 100))
			_, _ = conn.Write([]byte(answer))
		}()
		c, err := dial(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		status, body, err := c.do([]byte("GET / HTTP/1.1\r\n\r\n"))
		got := fmt.Sprintf("%d %s", status, body)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q is read as %s, want %s", answer, got, want)
		}
		c.close()
		l.Close()
	}
}

func TestOptions(t *testing.T) {
	right := Options{Batch: 1, Connections: 1, Fans: 1, Duration: 1}
	if err := right.Check(); err != nil {
		t.Error(err)
	}
	for what, change := range map[string]func(*Options){
		"batch": func(o *Options) { o.Batch = 1001 }, "connections": func(o *Options) { o.Connections = 0 }, "fans": func(o *Options) { o.Fans = -1 },
		"duration": func(o *Options) { o.Duration = 0 }, "rate": func(o *Options) { o.Rate = -1 },
	} {
		o := right
		change(&o)
		if o.Check() == nil {
			t.Errorf("a wrong %s is let pass", what)
		}
	}
}

// TestCompare holds that what is lost, doubled or out of order is seen.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		got, want   []int64
		lost, twice int64
	}{
		{[]int64{1, 2, 3}, []int64{1, 2, 3}, 0, 0}, {[]int64{1, 3}, []int64{1, 2, 3}, 1, 0}, {[]int64{1, 2, 2, 2}, []int64{1, 2}, 0, 2}, {nil, []int64{1}, 1, 0},
	} {
		if lost, twice := compare(c.got, c.want); lost != c.lost || twice != c.twice {
			t.Errorf("%v of %v: %d lost, %d twice", c.got, c.want, lost, twice)
		}
	}
	r := LiveResult{Events: 1}
	if !r.Proved() {
		t.Error("nothing is wrong, and it is not proved")
	}
	if r.Disordered = 1; r.Proved() {
		t.Error("a listener out of order is let pass")
	}
	at, err := stampOf([]byte(`{"id":"evt_x","timestamp":"2026-03-01T20:15:00.000001Z","data":{}}`))
	if err != nil || at.UnixMicro() != 1772396100000001 {
		t.Errorf("%v %v", at, err)
	}
	if _, err := stampOf([]byte(`{}`)); err == nil {
		t.Error("an event without a timestamp is let pass")
	}
}
