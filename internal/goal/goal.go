package goal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Metric says what a goal counts.
type Metric string

// The metrics.
const (
	Coins Metric = "coins"
	Gifts Metric = "gifts" // of one item
)

// State is whether a goal still counts what is given.
type State string

// The states.
const (
	Active State = "active"
	Ended  State = "ended"
)

// Goal is what fans are to reach together. Times are microseconds UTC, 0 for
// what has not happened.
type Goal struct {
	ID        id.Goal
	Creator   id.Person
	Target    string // the LIVE; "" for a goal of the month
	Title     string
	Metric    Metric
	Item      string // of the catalogue, for Gifts
	Wanted    int64
	Progress  int64
	State     State
	UntilUS   int64 // when the month is over; 0 for a LIVE
	CreatedUS int64
	ReachedUS int64
	EndedUS   int64

	afterSeq, untilSeq   int64 // the transfers that concern it lie after the one and not after the other
	toldProgress, toldUS int64
}

const columns = "id, creator_id, target, title, metric, item, wanted, progress, state, after_seq, until_seq, until_us, created_us, reached_us, ended_us, told_progress, told_us"

func scan(r *db.Rows) (g Goal, err error) {
	return g, r.Scan(&g.ID, &g.Creator, &g.Target, &g.Title, &g.Metric, &g.Item, &g.Wanted, &g.Progress, &g.State, &g.afterSeq, &g.untilSeq,
		&g.UntilUS, &g.CreatedUS, &g.ReachedUS, &g.EndedUS, &g.toldProgress, &g.toldUS)
}

// given is an accepted gift, as far as goals ask for it.
type given struct {
	seq             int64
	creator         id.Person
	target, item    string
	coins, quantity int64
	atUS            int64
}

// counts is how far the gift brings the goal.
func (g *Goal) counts(f *given) int64 {
	switch {
	case f.creator != g.Creator, f.seq <= g.afterSeq, g.State == Ended && f.seq > g.untilSeq,
		g.Target != "" && f.target != g.Target, g.UntilUS != 0 && f.atUS >= g.UntilUS:
		return 0
	case g.Metric == Coins:
		return f.coins
	case f.item == g.Item:
		return f.quantity
	}
	return 0
}

func missing(goal id.Goal) error {
	return fault.New(fault.NotFound, "There is no goal %q, or it is not yours. Ids of goals begin with gol_.", fault.Clip(string(goal)))
}

// Get returns a goal. The fault is not_found.
func Get(ctx context.Context, tx *db.Tx, goal id.Goal) (Goal, error) {
	all, err := db.Collect[Goal](tx.Query(ctx, "SELECT "+columns+" FROM goal WHERE id = $1", goal))(scan)
	if err == nil && len(all) == 0 {
		err = missing(goal)
	}
	if err != nil {
		return Goal{}, err
	}
	return all[0], nil
}

// Page is a part of a list of goals.
type Page struct {
	Of     string  // a LIVE, or a creator for all of theirs
	State  State   // "" means any
	Before id.Goal // the last one of the page before
	Limit  int
}

// List returns the goals of a LIVE or a creator, the newest first.
func List(ctx context.Context, tx *db.Tx, p Page) ([]Goal, error) {
	query := ""
	switch id.KindOf(p.Of) {
	case id.KindLive:
		query = "SELECT " + columns + " FROM goal WHERE target = $1 AND target <> ''"
	case id.KindPerson:
		query = "SELECT " + columns + " FROM goal WHERE creator_id = $1"
	default:
		return nil, fault.New(fault.InvalidParameter, "Goals are of a LIVE (liv_…) or of a creator (usr_…).").At("target", fault.InvalidParameter, "liv_… or usr_…")
	}
	args := []any{p.Of, p.Limit}
	if p.State != "" {
		args = append(args, string(p.State))
		query += fmt.Sprintf(" AND state = $%d", len(args))
	}
	if p.Before != "" {
		args = append(args, string(p.Before))
		query += fmt.Sprintf(" AND id < $%d", len(args))
	}
	return db.Collect[Goal](tx.Query(ctx, query+" ORDER BY id DESC LIMIT $2", args...))(scan)
}

// event is the data of every event about a goal. The id stands at one place,
// because verify finds it there.
type event struct {
	Object    string    `json:"object"`
	ID        id.Goal   `json:"id"`
	Creator   id.Person `json:"creator"`
	Target    string    `json:"target,omitempty"`
	Title     string    `json:"title"`
	Metric    Metric    `json:"metric"`
	Gift      string    `json:"gift,omitempty"`
	Wanted    int64     `json:"wanted"`
	Progress  int64     `json:"progress"`
	State     State     `json:"state"`
	EndsAt    string    `json:"ends_at,omitempty"`
	ReachedAt string    `json:"reached_at,omitempty"`
	EndedAt   string    `json:"ended_at,omitempty"`
}

// emit tells of the goal as it stands.
func emit(ctx context.Context, tx *db.Tx, kind string, g *Goal) error {
	topic := "person:" + string(g.Creator)
	if g.Target != "" {
		topic = "live:" + g.Target
	}
	data, err := json.Marshal(event{"goal", g.ID, g.Creator, g.Target, g.Title, g.Metric, g.Item, g.Wanted, g.Progress, g.State,
		stamp(g.UntilUS), stamp(g.ReachedUS), stamp(g.EndedUS)})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: topic, Data: data})
}

func stamp(us int64) string {
	if us == 0 {
		return ""
	}
	return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
}
