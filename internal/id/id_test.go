package id

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestMakerIsSortedAndUnique(t *testing.T) {
	m := NewMaker(rand.NewPCG(1, 2))
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	last := ""
	for i := range 20_000 {
		switch i % 100 {
		case 50:
			now = now.Add(time.Millisecond)
		case 99:
			now = now.Add(-300 * time.Microsecond) // a clock that steps back
		}
		s := m.New(KindGift, now)
		if !Valid(KindGift, s) || seen[s] {
			t.Fatalf("id %d %q is malformed or repeated", i, s)
		}
		if s <= last {
			t.Fatalf("id %d %q sorts before %q", i, s, last)
		}
		seen[s], last = true, s
	}
}

func TestHalvesReverseFormat(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		hi, lo := r.Uint64(), r.Uint64()
		k, h, l, err := Halves(Format(KindLot, hi, lo))
		if err != nil || k != KindLot || h != hi || l != lo {
			t.Fatalf("%x %x became %s %x %x, %v", hi, lo, k, h, l, err)
		}
	}
}

func TestSequence(t *testing.T) {
	at := time.Date(2026, 11, 21, 1, 2, 3, 4000, time.UTC)
	s := OfSequence(KindTransfer, at, 123456789)
	n, ok := Sequence(KindTransfer, s)
	if !ok || n != 123456789 {
		t.Fatalf("got %d, %v", n, ok)
	}
	if _, hi, _, err := Halves(s); err != nil || int64(hi>>16) != at.UnixMilli() {
		t.Fatalf("the id is of %d ms, want %d (%v)", hi>>16, at.UnixMilli(), err)
	}
	if _, ok := Sequence(KindGift, s); ok {
		t.Fatal("a transfer was taken for a gift")
	}
}

func TestValidRefuses(t *testing.T) {
	good := NewMaker(rand.NewPCG(1, 2)).New(KindPerson, time.Now())
	for _, bad := range []string{"", "usr_", good[:29], good + "0", "lot" + good[3:], good[:4] + "8" + good[5:], good[:10] + "u" + good[11:], good[:10] + "I" + good[11:], good[:10] + "é" + good[12:]} {
		if Valid(KindPerson, bad) {
			t.Errorf("%q was taken for a person's id", bad)
		}
	}
}
