package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/webhook"
	"github.com/ovationhq/ovation/internal/webhook/courier"
)

type listenCmd struct {
	ForwardTo string   `help:"Where each event is sent, such as http://127.0.0.1:3000/hook or :3000/hook; left out: events are printed only." placeholder:"URL"`
	Types     []string `help:"Only these types of events, with a comma between them, such as gift.sent,payout.paid." placeholder:"TYPE"`
	Data      string   `help:"The data folder of the sandbox that is listened to." default:"./ovation-dev" type:"path" env:"OVATION_DEV_DATA"`
	Instance  string   `help:"Another instance, by its address; its key, with the scope events:read, is taken from OVATION_KEY." placeholder:"URL"`
	Key       string   `hidden:"" env:"OVATION_KEY"`
	Secret    string   `help:"Sign with this secret; left out: with a new one, which is printed." placeholder:"whsec_…" env:"OVATION_WEBHOOK_SECRET"`
	After     int64    `help:"Begin after this event of the log; left out: with what happens from now on." default:"-1" placeholder:"SEQUENCE"`
	jsonFlag
}

// The pace of listening.
const (
	listenEvery = 300 * time.Millisecond // how often is looked for news
	listenAgain = time.Second            // and when nothing answers
	listenPage  = 100
)

// listener is a run of ovation listen.
type listener struct {
	remote
	cmd    *listenCmd
	out    io.Writer
	err    io.Writer
	client *http.Client
	after  int64 // the last event that was told
	sent   int64 // numbers what is forwarded, as an endpoint's sequence does
}

// Run implements the command.
func (c *listenCmd) Run(s *shared) error {
	l := &listener{cmd: c, out: s.out, err: s.err, after: c.After, client: &http.Client{Timeout: courier.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	l.remote = remote{ctx: s.ctx, url: strings.TrimSuffix(c.Instance, "/"), key: c.Key}
	if c.Instance == "" {
		w, err := sandboxOf(c.Data)
		if err != nil {
			return err
		}
		l.url, l.key = w.URL, w.OperatorKey
	} else if c.Key == "" {
		return exit{statusUsage, errors.New("put a key with the scope events:read into OVATION_KEY")}
	}
	if err := c.target(); err != nil {
		return exit{statusUsage, err}
	}
	if c.Secret == "" {
		c.Secret = webhook.NewSecret()
	} else if _, err := webhook.Sign("", time.Time{}, nil, c.Secret); err != nil || !strings.HasPrefix(c.Secret, webhook.SecretPrefix) {
		return exit{statusUsage, errors.New("--secret is whsec_ and a key in base64")}
	}
	if l.after < 0 {
		page, err := l.page(0, 1)
		if err != nil {
			return err
		}
		l.after = page.LastSequence
	}
	l.greet()
	return l.follow()
}

// target brings --forward-to to its full form.
func (c *listenCmd) target() error {
	if c.ForwardTo == "" {
		return nil
	}
	if strings.HasPrefix(c.ForwardTo, ":") {
		c.ForwardTo = "127.0.0.1" + c.ForwardTo
	}
	if !strings.Contains(c.ForwardTo, "://") {
		c.ForwardTo = "http://" + c.ForwardTo
	}
	u, err := url.Parse(c.ForwardTo)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--forward-to %s is no address such as http://127.0.0.1:3000/hook", c.ForwardTo)
	}
	return nil
}

func (l *listener) greet() {
	if l.cmd.JSON {
		_ = json.NewEncoder(l.out).Encode(map[string]any{"listening": l.url, "forward_to": l.cmd.ForwardTo, "secret": l.cmd.Secret, "after": l.after})
		return
	}
	fmt.Fprintf(l.out, "Listening to %s from event %d on. Ctrl-C ends it.\n", l.url, l.after+1)
	if l.cmd.ForwardTo != "" {
		fmt.Fprintf(l.out, "Each event goes to %s, signed with %s\n", l.cmd.ForwardTo, l.cmd.Secret)
	}
}

// eventPage is an answer of GET /v1/events.
type eventPage struct {
	Data         []webhook.Envelope `json:"data"`
	HasMore      bool               `json:"has_more"`
	NextSequence int64              `json:"next_sequence"`
	LastSequence int64              `json:"last_sequence"`
}

func (l *listener) page(after int64, limit int) (p eventPage, err error) {
	query := fmt.Sprintf("/v1/events?after=%d&limit=%d", after, limit)
	if len(l.cmd.Types) > 0 {
		query += "&type=" + url.QueryEscape(strings.Join(l.cmd.Types, ","))
	}
	return p, l.call(http.MethodGet, query, "", nil, &p)
}

// follow tells events until the command is ended. An instance that is gone is
// asked again, from where it was left: nothing is missed or told twice.
func (l *listener) follow() error {
	lost := false
	for {
		p, err := l.page(l.after, listenPage)
		_, gone := errors.AsType[unreachable](err)
		_, ill := errors.AsType[broken](err)
		limited := refusedFor(err, "rate_limited")
		pause := listenEvery
		switch {
		case l.ctx.Err() != nil:
			return l.ctx.Err()
		case gone || ill || limited:
			if !lost {
				fmt.Fprintf(l.err, "%v; trying again\n", err)
			}
			lost, pause = true, listenAgain
		case err != nil:
			return err
		default:
			if lost {
				fmt.Fprintf(l.err, "%s answers again; going on after event %d\n", l.url, l.after)
			}
			lost = false
			for _, e := range p.Data {
				l.tell(e)
				if l.after = e.Sequence; l.ctx.Err() != nil {
					return l.ctx.Err()
				}
			}
			if l.after = p.NextSequence; p.HasMore {
				continue
			}
		}
		select {
		case <-l.ctx.Done():
			return l.ctx.Err()
		case <-time.After(pause):
		}
	}
}

// heard is an event as it was told, for programs.
type heard struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Timestamp string          `json:"timestamp"`
	Sequence  int64           `json:"sequence"` // in the log
	Forwarded int64           `json:"forwarded,omitempty"`
	Status    int             `json:"status,omitempty"` // the receiver's
	Error     string          `json:"error,omitempty"`
	TookMS    int64           `json:"took_ms,omitempty"`
	Data      json.RawMessage `json:"data"`
}

// tell prints an event and forwards it.
func (l *listener) tell(e webhook.Envelope) {
	t := heard{ID: e.ID, Type: e.Type, Timestamp: e.Timestamp, Sequence: e.Sequence, Data: e.Data}
	if l.cmd.ForwardTo != "" {
		l.sent++
		t.Forwarded, e.Sequence = l.sent, l.sent
		begun := time.Now()
		t.Status, t.Error = l.forward(e)
		t.TookMS = time.Since(begun).Milliseconds()
	}
	if l.cmd.JSON {
		_ = json.NewEncoder(l.out).Encode(t)
		return
	}
	line := fmt.Sprintf("%s  %-24s %s", e.Timestamp, e.Type, e.ID)
	switch {
	case t.Error != "":
		line += "  → " + t.Error
	case t.Status != 0:
		line += fmt.Sprintf("  → %d in %d ms", t.Status, t.TookMS)
	}
	fmt.Fprintln(l.out, line)
}

// forward sends the event as an endpoint gets it, once.
func (l *listener) forward(e webhook.Envelope) (status int, problem string) {
	body, err := e.Bytes()
	if err != nil {
		return 0, err.Error()
	}
	m := webhook.Message{ID: id.Event(e.ID), Timestamp: time.Now(), Body: body}
	if m.Signature, err = webhook.Sign(e.ID, m.Timestamp, body, l.cmd.Secret); err != nil {
		return 0, err.Error()
	}
	req, err := http.NewRequestWithContext(l.ctx, http.MethodPost, l.cmd.ForwardTo, bytes.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	courier.Sign(req.Header, m)
	res, err := l.client.Do(req)
	if err != nil {
		return 0, reasonOf(err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection is used again
	return res.StatusCode, ""
}

// reasonOf is a failure without what the reader knows already.
func reasonOf(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer within " + courier.Timeout.String()
	}
	return err.Error()
}
