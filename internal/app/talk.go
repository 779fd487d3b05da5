package app

import (
	"context"

	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
)

// lines are what simulated fans write.
var lines = []string{
	"hello from Lyon 👋", "this is so good", "play it again!", "first time here, hi everyone", "the colours 😍", "how long did you practise this?",
	"goosebumps", "can you say hi to my sister?", "okay that was smooth", "greetings from Osaka", "louder please", "one more, one more!", "I was here before it was famous", "bravo 👏👏👏",
}

// oftenTalks is in how many acts of a simulated fan one is a line in a chat.
const oftenTalks = 3

// talk lets one fan write in the chat of a LIVE. A pace that is too fast is
// nothing to report: it is what a chat does to who writes too much.
func (s *simulation) talk(ctx context.Context, fans []id.Person) error {
	if s.chatter.IntN(oftenTalks) != 0 || len(s.world.Rooms) == 0 {
		return nil
	}
	fan := fans[s.chatter.IntN(len(fans))]
	room := s.world.Rooms[s.chatter.IntN(len(s.world.Rooms))].ID
	_, err := s.app.Chat.Send(ctx, chat.NewMessage{Room: room, Author: fan, Body: lines[s.chatter.IntN(len(lines))]})
	if fault.Is(err, fault.RateLimited) || fault.Is(err, fault.StateConflict) {
		return nil
	}
	return err
}

// aims are what the rooms of a sandbox aim for, one each.
var aims = []goal.NewGoal{
	{Title: "500 roses tonight", Metric: goal.Gifts, Item: "rose", Wanted: 500},
	{Title: "A new microphone", Metric: goal.Coins, Wanted: 25_000},
	{Title: "Encore at 100", Metric: goal.Gifts, Item: "encore", Wanted: 100},
}

// seedGoals sets a goal in each room, and one of the month. Setting the same
// again changes nothing.
func (a *App) seedGoals(ctx context.Context, w *World) error {
	for i, r := range w.Rooms {
		g := aims[i%len(aims)]
		g.Creator, g.Target = r.Creator, string(r.ID)
		if _, err := a.Goals.Set(ctx, g); err != nil && !fault.Is(err, fault.LimitReached) {
			return err
		}
	}
	_, err := a.Goals.Set(ctx, goal.NewGoal{Creator: w.People["yuki"], Title: "Studio time for the new songs", Metric: goal.Coins, Wanted: 60_000})
	return err
}
