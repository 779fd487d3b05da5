package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// SecretPrefix is what every secret begins with.
const SecretPrefix = "whsec_"

// secretBytes is within the 24 to 64 that Standard Webhooks asks for.
const secretBytes = 32

// NewSecret makes a secret.
func NewSecret() string {
	var raw [secretBytes]byte
	_, _ = rand.Read(raw[:]) // it never fails
	return SecretPrefix + base64.StdEncoding.EncodeToString(raw[:])
}

// Sign returns the signatures of a message with each secret, as the header
// webhook-signature has them.
func Sign(id string, at time.Time, body []byte, secrets ...string) (string, error) {
	all := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, SecretPrefix))
		if err != nil {
			return "", fmt.Errorf("webhook: a secret that is not base64: %w", err)
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(all, " "), nil
}

// Envelope is the body of a message: what every channel tells of an event, with
// the receiver's own sequence.
type Envelope struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Timestamp string          `json:"timestamp"`
	Sequence  int64           `json:"sequence"`
	Data      json.RawMessage `json:"data"`
}

// Bytes writes the envelope as every other channel does, to the byte.
func (e *Envelope) Bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(e)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// instant is the form of times in envelopes.
const instant = "2006-01-02T15:04:05.000000Z"
