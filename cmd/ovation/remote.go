package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/ovationhq/ovation/internal/app"
)

// sandboxOf reads what the sandbox of the folder tells programs.
func sandboxOf(folder string) (w app.World, err error) {
	text, err := os.ReadFile(filepath.Join(folder, "dev.json"))
	if err != nil {
		return w, fmt.Errorf("there is no sandbox in %s; start one with: ovation dev --data %s", folder, folder)
	}
	if err := json.Unmarshal(text, &w); err != nil {
		return w, fmt.Errorf("%s can not be read; start the sandbox again, which writes it anew: %w", filepath.Join(folder, "dev.json"), err)
	}
	return w, nil
}

// remote is a running instance, asked over its API.
type remote struct {
	ctx context.Context
	url string
	key string
	// wait is how long an answer may take; 0 leaves that to patience.
	wait time.Duration
}

// unreachable is the error of an instance that does not answer at all.
type unreachable struct{ error }

// broken is the error of an instance that answers that it can not.
type broken struct{ error }

// patience is how long an answer may take: of what is only read, and of what an
// instance does meanwhile, which gives itself a minute.
var patience = struct{ read, act time.Duration }{15 * time.Second, 75 * time.Second}

// refusal is what the API has refused, with its problem.
type refusal struct {
	status int
	code   string
	detail string
}

func (r refusal) Error() string { return r.detail }

// call asks the instance for a person ("" for nobody). Each POST has a key of
// its own. into may be nil.
func (r *remote) call(method, path, person string, body, into any) error {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		text = bytes.NewReader(b)
	}
	wait := patience.act
	if method == http.MethodGet {
		wait = patience.read
	}
	if r.wait > 0 {
		wait = r.wait
	}
	ctx, cancel := context.WithTimeoutCause(r.ctx, wait, fmt.Errorf("no answer within %s", wait))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, text)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+r.key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", rand.Text())
	}
	if person != "" {
		req.Header.Set("Ovation-Person", person)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return unreachable{fmt.Errorf("nothing answers at %s: %w", r.url, err)}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return unreachable{err}
	}
	if res.StatusCode >= 500 {
		return broken{fmt.Errorf("%s answers %s; what went wrong is in its log", r.url, res.Status)}
	}
	if res.StatusCode >= 300 {
		var p struct{ Code, Detail string }
		if err := json.Unmarshal(answer, &p); err != nil || p.Detail == "" {
			p.Detail = fmt.Sprintf("%s %s was answered with %s", method, path, res.Status)
		}
		return refusal{res.StatusCode, p.Code, p.Detail}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// refusedFor reports whether the API has refused with the code.
func refusedFor(err error, code string) bool {
	r, ok := errors.AsType[refusal](err)
	return ok && r.code == code
}
