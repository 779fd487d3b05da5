package web

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/webhook"
)

// short is a key of a form with its choices, which may be long, in a few
// letters.
func short(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "page:" + hex.EncodeToString(sum[:16])
}

// typeGroup is types of events whose names begin alike.
type typeGroup struct {
	Name  string
	Types []string
}

// typeGroups are all types of events, in groups.
func typeGroups() (all []typeGroup) {
	for _, t := range eventTypes() {
		name, _, _ := strings.Cut(t, ".")
		i := slices.IndexFunc(all, func(g typeGroup) bool { return g.Name == name })
		if i < 0 {
			i, all = len(all), append(all, typeGroup{Name: name})
		}
		all[i].Types = append(all[i].Types, t)
	}
	return all
}

func groupTitle(name string) string { return strings.ReplaceAll(name, "_", " ") }

// healthOf is how an endpoint is: a colour, and the key of its words.
func healthOf(e hookRow) (kind, key string) {
	switch {
	case e.State == webhook.Disabled:
		return "bad", "dev.hooks.disabled"
	case e.FailingUS > 0:
		return "bad", "dev.hooks.failing"
	case e.Last == nil && e.Sequence == 0:
		return "off", "dev.hooks.quiet"
	case e.Last != nil && e.Last.State == webhook.Waiting && e.Last.Attempts > 0:
		return "", "dev.hooks.retrying"
	case e.Last != nil && e.Last.State == webhook.Dead:
		return "bad", "dev.hooks.failing"
	}
	return "good", "dev.hooks.healthy"
}

// deliveryKind is the colour of a delivery.
func deliveryKind(d *webhook.Delivery) string {
	switch d.State {
	case webhook.Delivered:
		return "good"
	case webhook.Dead:
		return "bad"
	}
	return ""
}

// outcome says what came of the last attempt of a delivery.
func (v *visit) outcome(d *webhook.Delivery) string {
	if len(d.Log) == 0 {
		return v.T("dev.hooks.not_tried")
	}
	return v.attempt(d.Log[len(d.Log)-1])
}

// attempt says what came of one attempt.
func (v *visit) attempt(a webhook.Attempt) string {
	switch {
	case a.Failure == "":
		return v.T("dev.hooks.answered", numeral(a.Status))
	case a.Status > 0:
		return v.T("dev.hooks.answered", numeral(a.Status)) + " · " + v.in(a.Failure.Sentence())
	}
	return v.in(a.Failure.Sentence())
}

// whyDisabled is the sentence of why an endpoint is sent nothing.
func (v *visit) whyDisabled(e webhook.Endpoint) string {
	switch {
	case e.DisabledCode != webhook.ByHand:
		return v.in(e.DisabledReason)
	case e.DisabledReason != "":
		return v.T("dev.hooks.by_hand_for", e.DisabledReason)
	}
	return v.T("dev.hooks.by_hand")
}

// curlWrong sends a message with a wrong signature, which a receiver refuses.
func curlWrong(url string) string {
	quoted := "'" + strings.ReplaceAll(url, "'", `'\''`) + "'"
	return "curl -i -X POST " + quoted + " \\\n  -H \"webhook-id: evt_wrong\" -H \"webhook-timestamp: $(date +%s)\" \\\n" +
		"  -H \"webhook-signature: v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\" \\\n  -H \"Content-Type: application/json\" -d '{\"type\": \"webhook.test\"}'"
}

// stateChoices are the states of deliveries, for a filter.
func (v *visit) stateChoices() []option {
	all := []option{{Value: "", Text: v.T("dev.hooks.all_states")}}
	for _, s := range deliveryStates {
		all = append(all, option{Value: string(s), Text: v.T("dev.of.delivery." + string(s))})
	}
	return all
}
