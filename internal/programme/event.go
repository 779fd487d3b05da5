package programme

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Changed is the data of eligibility.changed.
type Changed struct {
	Person     id.Person `json:"person"`
	Programme  Programme `json:"programme"`
	From       State     `json:"from"`
	To         State     `json:"to"`
	Reason     Reason    `json:"reason"`
	Note       string    `json:"note,omitempty"`
	Policy     string    `json:"policy"` // the version that judged
	Region     string    `json:"region"`
	ChangedAt  string    `json:"changed_at"`
	GraceUntil string    `json:"grace_until,omitempty"`
	ReapplyAt  string    `json:"reapply_at,omitempty"`
	Missing    []Lack    `json:"missing"` // the criteria that were not met
}

// Lack is a criterion that is not met, as events and problems show it.
type Lack struct {
	Metric    Metric   `json:"metric"`
	Op        Op       `json:"op"`
	Threshold int64    `json:"threshold"`
	Words     []string `json:"words,omitempty"`
	Value     *int64   `json:"value"` // null where it was never measured
	Missing   int64    `json:"missing"`
	Route     string   `json:"route,omitempty"`
	Label     string   `json:"-"` // of the pages' words
	Measured  string   `json:"measured_at,omitempty"`
	Estimate  string   `json:"estimated_at,omitempty"`
}

// lacks writes the missing criteria for clients; it is never nil, so that it
// reads as an empty list.
func lacks(missing []Checked) []Lack {
	all := []Lack{}
	for _, c := range missing {
		l := Lack{Metric: c.Metric, Op: c.Op, Threshold: c.Threshold, Words: c.Words, Missing: c.Missing, Route: c.Route,
			Label: c.Label, Measured: stamp(c.MeasuredUS), Estimate: stamp(c.EstimateUS)}
		if c.Known && c.Metric != AccountKind {
			l.Value = &c.Value
		}
		all = append(all, l)
	}
	return all
}

// emitChange tells the person's listeners about a change of state.
func emitChange(ctx context.Context, tx *db.Tx, from State, e Enrolment, missing []Checked) error {
	return emit(ctx, tx, "eligibility.changed", "person:"+string(e.Person), Changed{
		Person: e.Person, Programme: e.Programme, From: from, To: e.State, Reason: e.Reason, Note: e.Note,
		Policy: e.Version, Region: e.Region, ChangedAt: stamp(e.ChangedUS),
		GraceUntil: stamp(e.GraceUntilUS), ReapplyAt: stamp(e.ReapplyUS), Missing: lacks(missing),
	})
}

// PolicyChanged is the data of policy.changed as this package emits it.
type PolicyChanged struct {
	Programme Programme `json:"programme"`
	Policy    string    `json:"policy"`
	From      string    `json:"from"` // when the version starts to count
}

func emitPolicy(ctx context.Context, tx *db.Tx, p Policy) error {
	return emit(ctx, tx, "policy.changed", "programme:"+string(p.Programme), PolicyChanged{Programme: p.Programme, Policy: p.Version, From: stamp(p.FromUS)})
}

func emit(ctx context.Context, tx *db.Tx, kind, topic string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("programme: writing the event %s: %w", kind, err)
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: topic, Data: raw})
}
