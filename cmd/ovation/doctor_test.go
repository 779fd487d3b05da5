package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// TestReadmeEvents holds the README's two lists of events to the program's.
func TestReadmeEvents(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Go live with Stripe\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var lists [][]string
	for i, block := range strings.Split(section, "```") {
		if list, ok := strings.CutPrefix(block, "text\n"); ok && i%2 == 1 {
			lists = append(lists, strings.Fields(list))
		}
	}
	if len(lists) != 2 || !slices.Equal(lists[0], stripe.Events) || !slices.Equal(lists[1], stripe.ConnectedEvents) {
		t.Errorf("the README lists %q, and the program needs %q and %q", lists, stripe.Events, stripe.ConnectedEvents)
	}
}
