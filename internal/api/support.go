package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/support"
)

// briefView is somebody as everybody may see them.
type briefView struct {
	ID     id.Person `json:"id"`
	Handle string    `json:"handle,omitempty"`
	Name   string    `json:"name"`
}

func viewBrief(person id.Person, b people.Brief) briefView {
	return briefView{person, b.Handle, b.Name}
}

type rankView struct {
	Rank     int64     `json:"rank" doc:"From 1; of the same coins, who reached them first stands first"`
	Was      *int64    `json:"rank_before,omitempty" doc:"On the board of a week: the rank in the week before, for who was among the first 1,000"`
	Person   briefView `json:"person" doc:"The fan"`
	Coins    amount    `json:"coins" doc:"What the fan gave"`
	Gifts    int64     `json:"gifts" doc:"How many gifts"`
	LastGave Instant   `json:"last_gave_at" doc:"When the fan gave last"`
}

type leaderboardView struct {
	Object  string         `json:"object" enum:"leaderboard"`
	Target  string         `json:"target,omitempty" doc:"The LIVE or the video"`
	Creator id.Person      `json:"creator"`
	Window  support.Window `json:"window" enum:"live,week,all" doc:"Over what it counts"`
	Entries []rankView     `json:"entries" doc:"Who gave most, the first first"`
	Own     *rankView      `json:"own,omitempty" doc:"The place of the person who asks, wherever it is"`
}

func viewRank(e support.Entry) rankView {
	v := rankView{Rank: e.Rank, Person: viewBrief(e.Fan, e.Who), Coins: amount{Units: e.Coins, Asset: "COIN"}, Gifts: e.Gifts, LastGave: at(e.LastUS)}
	if e.Was != 0 {
		v.Was = &e.Was
	}
	return v
}

type leaderboardIn struct {
	Target string         `path:"target" maxLength:"40" doc:"The LIVE (liv_…), the video (vid_…) or the creator (usr_…)"`
	Window support.Window `query:"window" enum:"live,week,all" doc:"live: this LIVE or video. week: the creator's week from Monday 00:00 UTC. all: the creator, from the beginning. When left out, live for a LIVE or a video and week for a creator"`
	Limit  int            `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

func (a *API) leaderboardGet(ctx context.Context, in *leaderboardIn) (*struct{ Body leaderboardView }, error) {
	limit := in.Limit
	if limit == 0 {
		limit = 20
	}
	l, err := report.Ask1(ctx, a.cfg.Services.Reader, support.Get, support.Ask{Of: in.Target, Window: in.Window, Limit: limit, Fan: CallerOf(ctx).Person})
	if err != nil {
		return nil, err
	}
	v := leaderboardView{Object: "leaderboard", Target: l.Target, Creator: l.Creator, Window: l.Window, Entries: []rankView{}}
	for _, e := range l.Entries {
		v.Entries = append(v.Entries, viewRank(e))
	}
	if l.Own != nil {
		own := viewRank(*l.Own)
		v.Own = &own
	}
	return &struct{ Body leaderboardView }{v}, nil
}

func (a *API) leaderboardRebuild(ctx context.Context, _ *struct{}) (*struct{}, error) {
	c := CallerOf(ctx)
	return nil, a.cfg.Services.Support.Rebuild(ctx, c.Caller)
}

type supporterView struct {
	Object    string    `json:"object" enum:"supporter"`
	Person    briefView `json:"person" doc:"The fan"`
	Coins     amount    `json:"coins" doc:"What the fan gave"`
	Gifts     int64     `json:"gifts" doc:"How many gifts"`
	FirstGave Instant   `json:"first_gave_at" doc:"When the fan gave first"`
	LastGave  Instant   `json:"last_gave_at" doc:"When the fan gave last"`
}

func viewSupporter(s support.Supporter) supporterView {
	return supporterView{"supporter", viewBrief(s.Fan, s.Who), amount{Units: s.Coins, Asset: "COIN"}, s.Gifts, at(s.FirstUS), at(s.LastUS)}
}

type supporterListIn struct {
	Page
	Window support.Window `query:"window" enum:"week,all" default:"all" doc:"week: from Monday 00:00 UTC. all: from the beginning"`
}

func (a *API) supporterList(ctx context.Context, in *supporterListIn) (*listOut[supporterView], error) {
	position, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	page := support.Page{Window: in.Window, Limit: in.Limit + 1}
	if position != "" {
		if page.After, err = readSupporter(position); err != nil {
			return nil, err
		}
	}
	if in.Window == "" {
		page.Window = support.All
	}
	all, err := report.Ask2(ctx, a.cfg.Services.Reader, support.Supporters, CallerOf(ctx).Person, page)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, placeSupporter, viewSupporter), nil
}

// placeSupporter is where a page of supporters ended, for readSupporter.
func placeSupporter(s support.Supporter) string {
	return fmt.Sprintf("%d %d %s", s.Coins, s.LastUS, s.Fan)
}

func readSupporter(position string) (s support.Sum, err error) {
	parts := strings.Fields(position)
	if len(parts) != 3 {
		return s, fault.New(fault.CursorInvalid, "This cursor was not made for this list with these filters. Begin again without a cursor.")
	}
	if s.Coins, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return s, err
	}
	s.LastUS, err = strconv.ParseInt(parts[1], 10, 64)
	s.Fan = id.Person(parts[2])
	return s, err
}
