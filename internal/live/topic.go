package live

import (
	"bytes"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Operator is the topic of every event.
const Operator = "operator"

// TopicOf returns the topic of a LIVE or a video, or "" for anything else.
func TopicOf(target string) string {
	switch id.KindOf(target) {
	case id.KindLive:
		return "live:" + target
	case id.KindVideo:
		return "video:" + target
	}
	return ""
}

// The prefixes of the topics that are derived from what an event says.
const (
	walletPrefix  = "wallet:"
	creatorPrefix = "creator:"
)

// WalletOf is the topic of what moves a fan's coins.
func WalletOf(person id.Person) string { return walletPrefix + string(person) }

// CreatorOf is the topic of what a creator's dashboard shows: gifts, earnings,
// payouts, goals.
func CreatorOf(person id.Person) string { return creatorPrefix + string(person) }

// PersonOf is the topic of a person's own state.
func PersonOf(person id.Person) string { return "person:" + string(person) }

func isDerived(topic string) bool {
	return strings.HasPrefix(topic, walletPrefix) || strings.HasPrefix(topic, creatorPrefix)
}

// The names under which events tell of persons. A text that somebody wrote
// holds no bare quote in JSON, so none of them is found inside one.
var (
	senderName  = []byte(`"sender":"usr_`)
	creatorName = []byte(`"creator":"usr_`)
	personName  = []byte(`"person":"usr_`)
)

// derived calls visit with each topic that follows from the event's data; the
// bytes are valid until visit returns.
func derived(e *outbox.Stored, scratch []byte, visit func(topic []byte)) {
	tell := func(prefix string, name []byte) {
		at := bytes.Index(e.Data, name)
		if at < 0 {
			return
		}
		at += len(name) - len("usr_")
		if end := at + id.Len; end < len(e.Data) && e.Data[end] == '"' {
			visit(append(append(scratch[:0], prefix...), e.Data[at:end]...))
		}
	}
	tell(walletPrefix, senderName)
	tell(creatorPrefix, creatorName)
	if strings.HasPrefix(e.Type, "coin_purchase.") {
		tell(walletPrefix, personName)
	}
}

// choice is the topics that somebody listens to, as a look at the log finds
// them.
type choice struct {
	topics []string
	all    bool
	stored []string // as they stand in the log
	names  []string // whose derived topics are among them
}

func choose(topics []string) choice {
	c := choice{topics: topics, all: slices.Contains(topics, Operator)}
	for _, t := range topics {
		if _, name, _ := strings.Cut(t, ":"); isDerived(t) {
			c.names = append(c.names, name)
		} else {
			c.stored = append(c.stored, t)
		}
	}
	return c
}

// look narrows a look at the log to what may be chosen.
func (c *choice) look(l outbox.Look) outbox.Look {
	if !c.all {
		l.Topics, l.Names = c.stored, c.names
	}
	return l
}

// has reports whether the event is of one of the topics.
func (c *choice) has(e *outbox.Stored) bool {
	if c.all || slices.Contains(c.stored, e.Topic) {
		return true
	}
	found := false
	if len(c.names) > 0 {
		derived(e, nil, func(topic []byte) { found = found || slices.Contains(c.topics, string(topic)) })
	}
	return found
}
