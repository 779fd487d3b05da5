package people

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// standardCost is what OWASP recommends for argon2id with one lane: 19 MiB
// and two passes.
var standardCost = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// The bounds of hashing at once: two at work, and so many waiting that the
// last of them still gets an answer in a few seconds.
const (
	hashesAtOnce  = 2
	hashesWaiting = 100
)

// hasher hashes passwords, few at a time.
type hasher struct {
	cost    argon2id.Params
	slots   chan struct{}
	waiting atomic.Int64
	nobody  string // the hash of a password that nobody has
}

func newHasher(cost argon2id.Params) *hasher {
	nobody, err := argon2id.CreateHash("nobody has this password", &cost)
	if err != nil {
		panic(err) // the machine has no randomness
	}
	return &hasher{cost: cost, slots: make(chan struct{}, hashesAtOnce), nobody: nobody}
}

// enter waits for a slot; the caller calls leave when it is done.
func (h *hasher) enter(ctx context.Context) error {
	if h.waiting.Add(1) > hashesWaiting {
		h.waiting.Add(-1)
		return fault.New(fault.Overloaded, "Too many people are logging in at this moment. Try again in a few seconds.").After(db.RetryAfterOverload)
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) leave() { <-h.slots }

// hash returns what is kept of the password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	hash, err := argon2id.CreateHash(norm.NFKC.String(password), &h.cost)
	if err != nil {
		return "", fmt.Errorf("people: hashing a password: %w", err)
	}
	return hash, nil
}

// matches compares the password with a hash. An empty hash takes as long as
// any other, and nothing matches it. stale tells that the hash was made with
// another cost.
func (h *hasher) matches(ctx context.Context, password, hash string) (ok, stale bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	if len(password) > maxPasswordBytes { // can not match, and takes no longer than one that can
		password, hash = password[:maxPasswordBytes], ""
	}
	against := hash
	if hash == "" {
		against = h.nobody
	}
	same, cost, err := argon2id.CheckHash(norm.NFKC.String(password), against)
	if err != nil {
		return false, false, fmt.Errorf("people: comparing a password: %w", err)
	}
	return same && hash != "", *cost != h.cost, nil
}

// The lengths of a password: in characters, and in bytes.
const (
	minPassword      = 10
	maxPassword      = 128
	maxPasswordBytes = 512
)

// common are passwords of enough length that are tried first.
var common = []string{
	"0123456789", "1234567890", "12345678910", "123456789a", "1q2w3e4r5t", "1qaz2wsx3edc", "abcdefghij", "abcdefghijk",
	"administrator", "changeme123", "iloveyou123", "letmein123", "passw0rd123", "password12", "password123", "password1234",
	"passwordpassword", "q1w2e3r4t5", "qwerty1234", "qwerty12345", "qwerty123456", "qwertyuiop", "welcome123", "zxcvbnm123",
}

// refusePassword says why the password is too easy to guess. Its composition
// is free.
func refusePassword(password string, p *NewPerson) *fault.Field {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		return invalid("The password is not valid UTF-8.")
	case n < minPassword:
		return invalid("The password has %d characters; it needs at least %d.", n, minPassword)
	case n > maxPassword || len(password) > maxPasswordBytes:
		return invalid("The password has more than %d characters.", maxPassword)
	case distinct(lower) < 4:
		return invalid("The password repeats very few characters, so it is easy to guess.")
	}
	for _, known := range append(common, strings.ToLower(p.Email), strings.ToLower(p.Handle), strings.ToLower(p.Name)) {
		if lower == known {
			return invalid("The password is one of the first that somebody would try. Choose another.")
		}
	}
	return nil
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
