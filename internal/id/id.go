// Package id makes and reads the ids of everything: a three-letter prefix,
// an underscore and 26 characters of Crockford base32 of a UUIDv7.
//
// Ids sort by the time they were made, which keeps the indexes of append-only
// tables growing at one end. Each kind has its own Go type, so that a lot can
// not be passed where a person is wanted.
package id

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// The id types. The comment gives the prefix.
type (
	Person     string // usr
	Lot        string // lot
	Purchase   string // cps
	Gift       string // gft
	Combo      string // cmb
	Video      string // vid
	Live       string // liv
	Earning    string // ern
	Payout     string // pyo
	Payment    string // pay
	Card       string // crd
	Event      string // evt
	Key        string // key
	Request    string // req
	Session    string // ses
	Work       string // wrk
	Refund     string // ref
	Transfer   string // txn
	PayAccount string // pac
	Endpoint   string // whe
	Delivery   string // whd
	Goal       string // gol
	Message    string // msg
	Tip        string // tip
	Dispute    string // dsp
	Claw       string // clw
	Case       string // cas
	Entry      string // ent
)

// Kind is a prefix, the part of an id before the underscore.
type Kind string

// The prefixes in use.
const (
	KindPerson     Kind = "usr"
	KindLot        Kind = "lot"
	KindPurchase   Kind = "cps"
	KindGift       Kind = "gft"
	KindCombo      Kind = "cmb"
	KindVideo      Kind = "vid"
	KindLive       Kind = "liv"
	KindEarning    Kind = "ern"
	KindPayout     Kind = "pyo"
	KindPayment    Kind = "pay"
	KindCard       Kind = "crd"
	KindEvent      Kind = "evt"
	KindKey        Kind = "key"
	KindRequest    Kind = "req"
	KindSession    Kind = "ses"
	KindWork       Kind = "wrk"
	KindRefund     Kind = "ref"
	KindTransfer   Kind = "txn"
	KindPayAccount Kind = "pac"
	KindEndpoint   Kind = "whe"
	KindDelivery   Kind = "whd"
	KindGoal       Kind = "gol"
	KindMessage    Kind = "msg"
	KindTip        Kind = "tip"
	KindDispute    Kind = "dsp"
	KindClaw       Kind = "clw"
	KindCase       Kind = "cas"
	KindEntry      Kind = "ent"
)

// Len is the length of every id: prefix, underscore, 26 characters.
const Len = 3 + 1 + 26

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's, in lower case

var digit = func() (d [256]int8) {
	for i := range d {
		d[i] = -1
	}
	for i, c := range []byte(alphabet) {
		d[c] = int8(i)
	}
	return d
}()

// Maker makes ids that never repeat and never sort before an earlier one of
// the same Maker, even when the clock stands still or steps back.
type Maker struct {
	mu   sync.Mutex
	rnd  *rand.Rand
	ms   int64
	tail uint64 // 62 random bits, counted up within one millisecond
}

// NewMaker returns a Maker whose random part comes from the source; a seeded
// source makes a reproducible run.
func NewMaker(src rand.Source) *Maker { return &Maker{rnd: rand.New(src)} }

// New returns the next id of the kind at the instant now.
func (m *Maker) New(k Kind, now time.Time) string {
	m.mu.Lock()
	ms := now.UnixMilli()
	if ms > m.ms {
		m.ms = ms
		m.tail = m.rnd.Uint64() >> 2 &^ (1 << 61) // room to count up
	} else {
		m.tail += 1 + m.rnd.Uint64()&0xffff // not guessable by adding one
	}
	hi := uint64(m.ms)<<16 | 0x7000 | m.tail>>50
	lo := 1<<63 | m.tail&(1<<62-1)
	m.mu.Unlock()
	return Format(k, hi, lo)
}

// Format writes a UUID's two halves as an id of kind k.
func Format(k Kind, hi, lo uint64) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], hi)
	binary.BigEndian.PutUint64(raw[8:], lo)
	var b [Len]byte
	copy(b[:], k)
	b[3] = '_'
	encode(b[4:], raw)
	return string(b[:])
}

// encode writes 128 bits as 26 digits of 5 bits, the first digit of 3 bits.
func encode(dst []byte, raw [16]byte) {
	hi, lo := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	for i := 25; i >= 0; i-- {
		dst[i] = alphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
}

// Valid reports whether s is a well-formed id of the kind k.
func Valid(k Kind, s string) bool {
	return len(s) == Len && s[:3] == string(k) && s[3] == '_' && wellFormed(s[4:])
}

func wellFormed(s string) bool {
	if digit[s[0]] > 7 {
		return false
	}
	for i := range len(s) {
		if digit[s[i]] < 0 {
			return false
		}
	}
	return true
}

// Halves returns the two halves of the UUID in an id, the reverse of Format.
func Halves(s string) (k Kind, hi, lo uint64, err error) {
	k = KindOf(s)
	if k == "" {
		return "", 0, 0, fmt.Errorf("id: %q is not an id", clip(s))
	}
	for i := 4; i < Len; i++ {
		hi = hi<<5 | lo>>59
		lo = lo<<5 | uint64(digit[s[i]])
	}
	return k, hi, lo, nil
}

// KindOf returns the prefix of a well-formed id, or "" if s is none.
func KindOf(s string) Kind {
	if len(s) != Len || s[3] != '_' || strings.ToLower(s) != s || !wellFormed(s[4:]) {
		return ""
	}
	return Kind(s[:3])
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// OfSequence returns the id of row number seq of a journal: a well-formed
// UUIDv7 that carries the number in its random part. Such a row needs no
// index of its own to be found by its id; see Sequence.
func OfSequence(k Kind, at time.Time, seq int64) string {
	return Format(k, uint64(at.UnixMilli())<<16|0x7000, 1<<63|uint64(seq))
}

// Sequence returns the number in an id made by OfSequence. The caller compares
// the row's id with s, because any well-formed id yields some number.
func Sequence(k Kind, s string) (int64, bool) {
	if !Valid(k, s) {
		return 0, false
	}
	_, _, lo, err := Halves(s)
	return int64(lo &^ (1 << 63)), err == nil
}
