// Package courier takes webhook messages to their receivers over HTTP.
//
// # Model
//
// A Courier makes one attempt at a time: it resolves, connects, sends, and
// reads how the answer begins. Package webhook decides what is sent, and what
// follows from the outcome.
//
// # Invariants
//
//   - It connects to no address that the guard does not allow. The guard is
//     asked about the address that is connected to, after the name was resolved
//     for the last time, so a name can not change in between.
//   - No redirect is followed, no proxy of the environment asked, no cookie
//     kept, nothing unpacked.
//   - An attempt ends after Timeout, whatever the receiver does, and 64 kB of an
//     answer are read at most.
//
// # How to change
//
// A further kind of failure is a word in package webhook, with its sentence,
// and a line in failureOf.
package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ovationhq/ovation/internal/webhook"
)

// Timeout is how long an attempt may take, as Standard Webhooks advises.
const Timeout = 15 * time.Second

const (
	mostRead   = 64 << 10 // bytes of an answer that are read, so that its connection can be used again
	mostKept   = 1 << 10  // and of these are kept
	mostHeader = 16 << 10
)

// Config is what a Courier is made of.
type Config struct {
	Guard    webhook.Guard
	Resolver *net.Resolver // nil means the system's
	Timeout  time.Duration // 0 means Timeout
}

// Courier sends messages. It is safe for concurrent use.
type Courier struct {
	client  *http.Client
	timeout time.Duration
}

var errNotAllowed = errors.New("courier: the address is not allowed")

// New returns a Courier.
func New(c Config) *Courier {
	dialer := &net.Dialer{Resolver: c.Resolver, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !c.Guard.Allows(to.Addr()) {
			return errNotAllowed
		}
		return nil
	}}
	if c.Timeout == 0 {
		c.Timeout = Timeout
	}
	return &Courier{timeout: c.Timeout, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, DisableCompression: true, MaxResponseHeaderBytes: mostHeader,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
			MaxIdleConns:    256, MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second,
		},
	}}
}

// Send implements webhook.Courier.
func (c *Courier) Send(ctx context.Context, m webhook.Message) (out webhook.Outcome) {
	begun := time.Now()
	defer func() { out.Took = time.Since(begun) }()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return webhook.Outcome{Failure: webhook.Network}
	}
	Sign(req.Header, m)
	res, err := c.client.Do(req)
	if err != nil {
		return webhook.Outcome{Failure: failureOf(err)}
	}
	defer res.Body.Close()
	// The status is the answer. What follows is for the log, and a body that
	// breaks off changes nothing.
	var kept bytes.Buffer
	_, _ = io.CopyN(&kept, res.Body, mostKept)
	_, _ = io.CopyN(io.Discard, res.Body, mostRead-mostKept)
	return webhook.Outcome{Status: res.StatusCode, Answer: kept.String(), RetryAfter: retryAfter(res)}
}

// Sign sets the headers of a message.
func Sign(h http.Header, m webhook.Message) {
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Ovation-Webhooks/1")
	h.Set("Webhook-Id", string(m.ID))
	h.Set("Webhook-Timestamp", strconv.FormatInt(m.Timestamp.Unix(), 10))
	h.Set("Webhook-Signature", m.Signature)
}

// retryAfter is how long the receiver wants to be left alone, if it says so.
// An instant counts by the receiver's own clock where it tells it.
func retryAfter(res *http.Response) time.Duration {
	if res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	said := res.Header.Get("Retry-After")
	if n, err := strconv.ParseInt(said, 10, 32); err == nil {
		return time.Duration(max(n, 0)) * time.Second
	}
	until, err := http.ParseTime(said)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(until.Sub(now), 0)
}

// failureOf names what went wrong on the way.
func failureOf(err error) webhook.Failure {
	var timeout net.Error
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var alert tls.AlertError
	var record tls.RecordHeaderError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var protocol textproto.ProtocolError
	switch {
	case errors.Is(err, errNotAllowed):
		return webhook.NotAllowed
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return webhook.Timeout
	case errors.As(err, &dns):
		return webhook.NoName
	case errors.Is(err, syscall.ECONNREFUSED):
		return webhook.Refused
	case errors.As(err, &certificate), errors.As(err, &alert), errors.As(err, &record), errors.As(err, &authority), errors.As(err, &host), errors.Is(err, http.ErrSchemeMismatch):
		return webhook.NoTLS
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return webhook.Reset
	case errors.As(err, &protocol), strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "server response headers exceeded"):
		return webhook.Unreadable
	}
	return webhook.Network
}
