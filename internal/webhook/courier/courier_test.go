package courier

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/webhook"
)

// patience is how long a courier of these tests waits for a receiver that
// never ends.
const patience = 300 * time.Millisecond

var inSandbox = webhook.Guard{Sandbox: true}

func send(t *testing.T, c *Courier, url string) webhook.Outcome {
	t.Helper()
	body := []byte(`{"id":"evt_1"}`)
	m := webhook.Message{URL: url, ID: "evt_1", Timestamp: time.Unix(1_700_000_000, 0), Body: body}
	var err error
	if m.Signature, err = webhook.Sign(string(m.ID), m.Timestamp, body, webhook.NewSecret()); err != nil {
		t.Fatal(err)
	}
	return c.Send(t.Context(), m)
}

func TestSend(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `{"id":"evt_1"}` || r.Method != http.MethodPost {
			t.Errorf("%s %s: %v", r.Method, body, err)
		}
		for name, want := range map[string]string{"Webhook-Id": "evt_1", "Webhook-Timestamp": "1700000000", "Content-Type": "application/json", "Accept-Encoding": ""} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if got := r.Header.Get("Webhook-Signature"); !strings.HasPrefix(got, "v1,") {
			t.Errorf("the signature is %q", got)
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie was kept")
		}
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, "thanks")
	}))
	defer srv.Close()
	c := New(Config{Guard: inSandbox})
	for range 2 {
		if out := send(t, c, srv.URL); out.Status != 202 || out.Failure != "" || out.Answer != "thanks" || out.Took <= 0 {
			t.Errorf("%+v", out)
		}
	}
}

// TestRedirects holds that nobody is asked whom the receiver names.
func TestRedirects(t *testing.T) {
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := httptest.NewServer(http.RedirectHandler(other.URL, status))
		if out := send(t, New(Config{Guard: inSandbox}), srv.URL); out.Status != status {
			t.Errorf("%+v", out)
		}
		srv.Close()
	}
	if asked.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

// raw is a receiver that answers what it likes, on a bare connection.
func raw(t *testing.T, serve func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = http.ReadRequest(bufio.NewReader(c)) // what is sent does not matter
				serve(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// drip writes the text a byte at a time for ever.
func drip(c net.Conn, text string) {
	for i := 0; ; i++ {
		if _, err := c.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestHostileReceivers(t *testing.T) {
	quick := New(Config{Guard: inSandbox, Timeout: patience})
	for name, c := range map[string]struct {
		serve   func(c net.Conn)
		status  int
		failure webhook.Failure
	}{
		"never answers":  {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, 0, webhook.Timeout},
		"drips a header": {func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nX: "); drip(c, "x") }, 0, webhook.Timeout},
		"drips a body":   {func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"); drip(c, "x") }, 200, ""},
		"closes":         {func(net.Conn) {}, 0, webhook.Reset},
		"resets":         {func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, 0, webhook.Reset},
		"breaks off":     {func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") }, 200, ""},
		"speaks no HTTP": {func(c net.Conn) { fmt.Fprint(c, "220 smtp.example ESMTP\r\n") }, 0, webhook.Unreadable},
		"endless header": {func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\n")
			endless(c, "X-Header: "+strings.Repeat("x", 1000)+"\r\n")
		}, 0, webhook.Unreadable},
		"endless answer": {func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
			endless(c, strings.Repeat("x", 1000))
		}, 200, ""},
		"endless interim": {func(c net.Conn) { endless(c, "HTTP/1.1 103 Early Hints\r\n\r\n") }, 0, webhook.Unreadable},
		"gzip": {func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")
		}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			out := send(t, quick, raw(t, c.serve))
			if out.Status != c.status || out.Failure != c.failure || len(out.Answer) > mostKept {
				t.Errorf("status %d, %q, %d bytes kept", out.Status, out.Failure, len(out.Answer))
			}
		})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if out := send(t, quick, "http://"+l.Addr().String()); out.Failure != webhook.Refused {
		t.Errorf("nobody listens: %+v", out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if out := quick.Send(ctx, webhook.Message{URL: "http://127.0.0.1:1/"}); out.Status != 0 || out.Failure == "" {
		t.Errorf("canceled: %+v", out)
	}
}

// endless writes the text until nobody reads any more.
func endless(c net.Conn, text string) {
	for {
		if _, err := io.WriteString(c, text); err != nil {
			return
		}
	}
}

func TestTLS(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	c := New(Config{Guard: inSandbox})
	if out := send(t, c, srv.URL); out.Failure != webhook.NoTLS {
		t.Errorf("a certificate that nobody knows: %+v", out)
	}
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	c.client.Transport.(*http.Transport).TLSClientConfig.RootCAs = pool
	if out := send(t, c, srv.URL); out.Status != 200 {
		t.Errorf("a certificate that is known: %+v", out)
	}
	if out := send(t, c, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)); out.Failure != webhook.NoTLS {
		t.Errorf("a certificate for another name: %+v", out)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	if out := send(t, c, strings.Replace(plain.URL, "http:", "https:", 1)); out.Failure != webhook.NoTLS {
		t.Errorf("no TLS at all: %+v", out)
	}
}

// TestGuarded has the dialler refuse what the guard does not allow, whatever
// the URL says.
func TestGuarded(t *testing.T) {
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer srv.Close()
	strict := New(Config{})
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "0x7f.1", "2130706433", "[::1]", "[::]", "[64:ff9b::7f00:1]", "10.0.0.1", "169.254.169.254"} {
		if out := send(t, strict, "http://"+host+":"+port+"/"); out.Failure != webhook.NotAllowed && out.Failure != webhook.NoName {
			t.Errorf("%s: %+v", host, out)
		}
	}
	if asked.Load() != 0 {
		t.Error("somebody was asked")
	}
}

// TestRebinding has a name mean a public address when the endpoint is made, and
// this machine when it is sent to.
func TestRebinding(t *testing.T) {
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer srv.Close()
	var questions atomic.Int64
	resolver := nameServer(t, func() netip.Addr {
		if questions.Add(1) == 1 {
			return netip.MustParseAddr("93.184.216.34")
		}
		return netip.MustParseAddr("127.0.0.1")
	})
	first, err := resolver.LookupNetIP(t.Context(), "ip4", "rebind.example.")
	if err != nil || !(webhook.Guard{}).Allows(first[0]) {
		t.Fatalf("the first answer: %v %v", first, err)
	}
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	out := send(t, New(Config{Resolver: resolver}), "http://rebind.example.:"+port+"/")
	if out.Failure != webhook.NotAllowed || asked.Load() != 0 {
		t.Errorf("%+v, and %d requests came through", out, asked.Load())
	}
	if out := send(t, New(Config{Resolver: resolver, Guard: inSandbox}), "http://rebind.example.:"+port+"/"); out.Status != 200 || asked.Load() != 1 {
		t.Errorf("the name server of this test does not work: %+v", out)
	}
}

// nameServer answers each question for an IPv4 address with what address
// returns, and has no IPv6.
func nameServer(t *testing.T, address func() netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			end := 12
			for end < n && buf[end] != 0 { // over the labels of the name
				end += int(buf[end]) + 1
			}
			question := buf[12 : end+5]
			answer := append([]byte{}, buf[:2]...)
			count := uint16(0)
			var record []byte
			if binary.BigEndian.Uint16(question[len(question)-4:]) == 1 { // A
				count = 1
				record = append([]byte{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4}, address().AsSlice()...)
			}
			answer = append(answer, 0x81, 0x80, 0, 1)
			answer = binary.BigEndian.AppendUint16(answer, count)
			answer = append(answer, 0, 0, 0, 0)
			answer = append(append(answer, question...), record...)
			_, _ = conn.WriteTo(answer, from) // who asked may be gone
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
