package people

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// What tokens begin with, so that a reader (and a scanner for leaked secrets)
// sees what they are.
const (
	keyPrefix     = "ovn_"    // then test_sk_ or live_sk_
	sessionPrefix = "ovn_st_" // session token
	linkPrefix    = "ovn_lk_" // one-time link
)

var tokenEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// The randomness of a token, and its length without the prefix.
const (
	tokenBytes = 32
	tokenChars = 52
)

// newToken makes a token of 256 random bits and the hash that is kept of it.
// So much randomness needs no slow hash: nobody can try even a part of it.
func newToken(random io.Reader, prefix string) (token string, hash []byte, err error) {
	var raw [tokenBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", nil, fmt.Errorf("people: reading random bytes: %w", err)
	}
	token = prefix + tokenEncoding.EncodeToString(raw[:])
	return token, hashToken(token), nil
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// isToken tells whether the text has the form of a token with the prefix, so
// that nothing else is looked up.
func isToken(token, prefix string) bool {
	rest, ok := strings.CutPrefix(token, prefix)
	if !ok || len(rest) != tokenChars {
		return false
	}
	_, err := tokenEncoding.DecodeString(rest)
	return err == nil
}
