package web

import (
	_ "embed"
	"encoding/json"
	"sync"
)

// eventSamples has one event of each type, in the order of docs/events.md; a
// test holds both to each other.
//
//go:embed samples/events.json
var eventSamples []byte

// sampleSet is the samples in their order.
type sampleSet struct {
	types []string
	data  map[string]json.RawMessage
}

var allSamples = sync.OnceValue(func() sampleSet {
	var list []struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	s := sampleSet{data: map[string]json.RawMessage{}}
	if json.Unmarshal(eventSamples, &list) != nil { // a test reads it too
		return s
	}
	for _, e := range list {
		s.types, s.data[e.Type] = append(s.types, e.Type), e.Data
	}
	return s
})

// eventTypes are all types of events.
func eventTypes() []string { return allSamples().types }

// isEventType reports whether there is such a type.
func isEventType(name string) bool { _, ok := allSamples().data[name]; return ok }

// sampleOf writes an event of the type as every channel does.
func sampleOf(name string) string {
	b, err := json.Marshal(struct {
		ID        string          `json:"id"`
		Type      string          `json:"type"`
		Timestamp string          `json:"timestamp"`
		Sequence  int64           `json:"sequence"`
		Data      json.RawMessage `json:"data"`
	}{"evt_01m7z0q3n5vk9s2e7xw8dr4thb", name, "2026-11-21T20:15:00.000000Z", 4711, allSamples().data[name]})
	if err != nil {
		return ""
	}
	return indented(b)
}
