package api

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ovationhq/ovation/internal/fault"
)

// endless is a body that does not end.
type endless struct{ read int64 }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	e.read += int64(len(b))
	return len(b), nil
}

func (w *world) send(body io.Reader, length int64) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/v1/payments", body)
	r.ContentLength = length
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+hostKey)
	r.Header.Set(PersonHeader, string(fan))
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

func TestBodies(t *testing.T) {
	w := newWorld(t, nil)
	e := &endless{}
	wantProblem(t, w.send(e, -1), fault.BodyTooLarge)
	if e.read > 2*maxBody {
		t.Errorf("%d bytes of an endless body were read", e.read)
	}
	e = &endless{}
	wantProblem(t, w.send(e, 1<<40), fault.BodyTooLarge)
	if e.read != 0 {
		t.Errorf("%d bytes of an announced terabyte were read", e.read)
	}
	if rec := w.send(iotest.OneByteReader(strings.NewReader(payOK)), -1); rec.Code != 201 {
		t.Errorf("byte by byte: %d %s", rec.Code, rec.Body)
	}
	wantProblem(t, w.send(iotest.ErrReader(io.ErrUnexpectedEOF), 10), fault.RequestTimeout)
	wantProblem(t, w.send(iotest.ErrReader(timeout{}), 10), fault.RequestTimeout)
	if rec := w.send(strings.NewReader(payOK+strings.Repeat(" ", maxBody-len(payOK))), maxBody); rec.Code != 201 {
		t.Errorf("exactly the limit: %d", rec.Code)
	}
}

// timeout is what a connection says whose time is up.
type timeout struct{}

func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }
func (timeout) Error() string   { return "i/o timeout" }

// TestMemory sends what is meant to fill the memory.
func TestMemory(t *testing.T) {
	w := newWorld(t, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 20 {
		for _, body := range []string{strings.Repeat("[", maxBody), strings.Repeat(`{"a":`, maxBody/5), `[` + strings.Repeat("1,", maxBody/2-2) + `1]`, `"` + strings.Repeat(`\u0041`, maxBody/6-2) + `"`} {
			if rec := w.send(strings.NewReader(body), int64(len(body))); rec.Code != 400 && rec.Code != 422 {
				t.Errorf("%d %.200s", rec.Code, rec.Body)
			}
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("%d MB more are held", grown>>20)
	}
}

// TestOverTheWire sends bytes to a real server.
func TestOverTheWire(t *testing.T) {
	w := newWorld(t, nil)
	server := Server(w.Handler(), w.API.log)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	for request, want := range map[string]string{
		"GET /v1/open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                                                                                                       "HTTP/1.1 200",
		"GET http://evil.example/v1/open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                                                                                    "HTTP/1.1 400",
		"GET /v1/open HTTP/1.1\r\nConnection: close\r\n\r\n":                                                                                                                                  "HTTP/1.1 400",
		"POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\nConnection: close\r\n\r\n0\r\n\r\n":                                 "HTTP/1.1 400",
		"POST /v1/payments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nX-HTTP-Method-Override: GET\r\n\r\n0\r\n\r\n":                                            "HTTP/1.1 401",
		"GET /v1/open HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 64<<10) + "\r\n\r\n":                                                                                                  "HTTP/1.1 431",
		"POST /v1/payments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + hostKey + "\r\nOvation-Person: external:42\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n{": "HTTP/1.1 413",
	} {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(request)); err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(io.LimitReader(conn, 4096))
		conn.Close()
		if !strings.HasPrefix(string(answer), want) {
			t.Errorf("%.120q: %.300s, want %s", request, answer, want)
		}
	}
}

func TestStream(t *testing.T) {
	w := newWorld(t, nil)
	upload := func(body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/v1/uploads", body)
		r.ContentLength = -1
		r.Header.Set("Authorization", "Bearer "+hostKey)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		return rec
	}
	if rec := upload(io.LimitReader(&endless{}, 3<<20)); rec.Code != http.StatusOK {
		t.Errorf("%d", rec.Code)
	}
	for range maxStreamsOfPlace {
		w.streams.place[netip.MustParsePrefix("192.0.2.1/32")]++
	}
	wantProblem(t, upload(strings.NewReader("x")), fault.RateLimited)
	clear(w.streams.place)

	// The server ends a stream that would not.
	reading, writing := io.Pipe()
	done := make(chan int)
	go func() { done <- upload(reading).Code }()
	if _, err := writing.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	w.Drain()
	if code := <-done; code != 200 {
		t.Errorf("the stream ended with %d", code)
	}
	if w.inFlight.Load() != 0 || w.streams.open != 0 || len(w.streams.place) != 0 {
		t.Errorf("%d in flight, %d streams open of %v", w.inFlight.Load(), w.streams.open, w.streams.place)
	}
}
