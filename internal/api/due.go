package api

import (
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payout"
)

// dueInWords says in words what the provider wants to know, each thing once, in
// its order.
func dueInWords(l Language, paths []string) []string {
	all := []string{}
	for _, words := range payout.Requirements(paths) {
		all = append(all, translate(l, words))
	}
	return all
}

// detailOf is the sentence of a fault that stands beside an answer: what an account
// lacks is said in words.
func detailOf(l Language, f *fault.Error) string {
	if due, ok := f.Data["missing"].([]string); ok {
		return dueDetail(l, dueInWords(l, due))
	}
	return translate(l, f.Detail)
}

// dueDetail is the sentence of an account that lacks something.
func dueDetail(l Language, things []string) string {
	return translate(l, "The payout account lacks: "+strings.Join(things, ", ")+". Complete it with POST /v1/payout-account/onboarding-link.")
}
