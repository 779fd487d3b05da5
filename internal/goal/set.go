package goal

import (
	"context"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

// Service owns the use cases.
type Service struct{ db *db.DB }

// NewService returns a Service on the database.
func NewService(d *db.DB) *Service { return &Service{db: d} }

// NewGoal is what Set makes a goal of; see Goal for the fields.
type NewGoal struct {
	Creator id.Person
	Target  string // the LIVE; "" for this month
	Title   string
	Metric  Metric
	Item    string
	Wanted  int64
}

const (
	// MaxActive is how many active goals a creator may have.
	MaxActive = 3
	// MaxWanted is the most that a goal asks for.
	MaxWanted = 1_000_000_000
)

// WorkEnd is the kind of due work that ends a goal of a month; its key is the
// goal's id.
const WorkEnd = "goal.end"

var titleRule = text.Rule{Name: "The title", Max: 80}

// Set sets a goal. One that is active and the same already is returned as it
// stands, so that a second click sets no second goal. The faults are
// validation_failed and those of texts, not_found, role_required,
// state_conflict (the LIVE is over) and limit_reached.
func (s *Service) Set(ctx context.Context, n NewGoal) (g Goal, err error) {
	if err := n.check(); err != nil {
		return Goal{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		g, err = set(ctx, tx, n)
		return err
	})
	return g, err
}

// check refuses what could not be right at any time.
func (n *NewGoal) check() error {
	var bad fault.Fields
	kept, wrong := titleRule.Clean(n.Title)
	bad.Add("/title", wrong)
	n.Title = kept
	switch {
	case n.Metric == Coins && n.Item != "":
		bad.Add("/gift", fault.Wrong(fault.ValidationFailed, "A goal that counts coins names no gift."))
	case n.Metric == Gifts && n.Item == "":
		bad.Add("/gift", fault.Wrong(fault.ValidationFailed, "Name a gift of GET /v1/gift-catalog."))
	case n.Metric != Coins && n.Metric != Gifts:
		bad.Add("/metric", fault.Wrong(fault.ValidationFailed, "A goal counts coins or gifts."))
	}
	if n.Wanted < 1 || n.Wanted > MaxWanted {
		bad.Add("/wanted", fault.Wrong(fault.AmountOutOfRange, "A goal asks for 1 to %d.", int64(MaxWanted)))
	}
	return bad.Err()
}

func set(ctx context.Context, tx *db.Tx, n NewGoal) (Goal, error) {
	if err := n.allowed(ctx, tx); err != nil {
		return Goal{}, err
	}
	if err := endOver(ctx, tx); err != nil {
		return Goal{}, err
	}
	active, err := db.Collect[Goal](tx.Query(ctx, "SELECT "+columns+" FROM goal WHERE creator_id = $1 AND state = 'active' ORDER BY id", n.Creator))(scan)
	if err != nil {
		return Goal{}, err
	}
	for _, g := range active {
		if g.Target == n.Target && g.Title == n.Title && g.Metric == n.Metric && g.Item == n.Item && g.Wanted == n.Wanted {
			return g, nil
		}
	}
	if len(active) >= MaxActive {
		return Goal{}, fault.New(fault.LimitReached, "You have %d active goals, and there may be %d. End one first.", len(active), MaxActive)
	}
	g := Goal{ID: id.Goal(tx.NewID(id.KindGoal)), Creator: n.Creator, Target: n.Target, Title: n.Title, Metric: n.Metric, Item: n.Item, Wanted: n.Wanted,
		State: Active, CreatedUS: tx.NowUS()}
	if g.afterSeq, _, _, err = ledger.Head(ctx, tx); err != nil {
		return Goal{}, err
	}
	if g.Target == "" {
		g.UntilUS = monthEnds(tx.Now()).UnixMicro()
		if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkEnd, Key: string(g.ID), DueUS: g.UntilUS}); err != nil {
			return Goal{}, err
		}
	}
	// While nothing is counted the place stays behind; it need not read what
	// concerns no goal.
	if _, err := tx.Exec(ctx, "UPDATE goal_place SET seq = $1 WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM goal WHERE state = 'active' OR until_seq > goal_place.seq)", g.afterSeq); err != nil {
		return Goal{}, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO goal ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, 0, $10, $11, 0, 0, 0, 0)",
		g.ID, g.Creator, g.Target, g.Title, g.Metric, g.Item, g.Wanted, g.State, g.afterSeq, g.UntilUS, g.CreatedUS)
	if err != nil {
		return Goal{}, err
	}
	return g, emit(ctx, tx, "goal.created", &g)
}

// allowed refuses who may not set this goal.
func (n *NewGoal) allowed(ctx context.Context, tx *db.Tx) error {
	if n.Target == "" {
		roles, err := people.RolesOf(ctx, tx, n.Creator)
		if err == nil && !slices.Contains(roles, people.Creator) {
			err = fault.New(fault.RoleRequired, "This is for a person with the role %s.", people.Creator)
		}
		if err != nil {
			return err
		}
	} else {
		room, err := content.GetRoom(ctx, tx, id.Live(n.Target))
		switch {
		case err != nil:
			return err
		case room.Creator != n.Creator:
			return fault.New(fault.NotFound, "There is no LIVE %q, or it is not yours. Ids of LIVEs begin with liv_.", fault.Clip(n.Target))
		case room.State == content.Ended:
			return fault.New(fault.StateConflict, "This LIVE is over, so nothing can be given there any more.")
		}
	}
	if n.Item == "" {
		return nil
	}
	var found int64
	err := tx.Row(ctx, `SELECT COUNT(*) FROM gift_item WHERE id = $1 AND version = (SELECT version FROM gift_item WHERE from_us <= $2 ORDER BY from_us DESC, version DESC LIMIT 1)`,
		n.Item, tx.NowUS()).Scan(&found)
	if err == nil && found == 0 {
		err = fault.New(fault.ValidationFailed, "There is no gift %q in the catalogue; see GET /v1/gift-catalog.", fault.Clip(n.Item)).
			At("/gift", fault.ValidationFailed, "Name a gift of GET /v1/gift-catalog.")
	}
	return err
}

// monthEnds is the first instant of the next month, UTC.
func monthEnds(now time.Time) time.Time {
	y, m, _ := now.UTC().Date()
	return time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
}
