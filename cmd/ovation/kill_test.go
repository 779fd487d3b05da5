package main

import (
	"os"
	"testing"

	"github.com/ovationhq/ovation/internal/sim"
)

// TestKills kills a server in the middle of a storm of gifts, again and again.
func TestKills(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	r, err := sim.Kills(t.Context(), sim.KillOptions{Program: program, Seed: 20261101, Rounds: rounds, Database: "sqlite", Folder: t.TempDir(), Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Differences {
		t.Error(d)
	}
	t.Logf("%d kills in %.1f s, %d gifts acknowledged, ready %.0f ms after a start (at most %.0f ms)", r.Rounds, r.Seconds, r.Acked, r.MedianMS, r.SlowestMS)
}
