package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
)

// The people of a simulated world.
const (
	simFans     = 12
	simCreators = 4
)

// populate makes the fans and the creators with what they show.
func (l *life) populate(ctx context.Context) error {
	for i := range simFans {
		p, err := l.person(ctx, fmt.Sprintf("fan%02d", i+1))
		if err != nil {
			return err
		}
		l.fans = append(l.fans, &simFan{id: p})
	}
	for i := range simCreators {
		p, err := l.person(ctx, fmt.Sprintf("creator%02d", i+1))
		if err != nil {
			return err
		}
		l.creators = append(l.creators, &simCreator{id: p})
	}
	l.clk.Advance(60 * 24 * time.Hour) // programmes ask for accounts that have been there for a while
	for _, c := range l.creators {
		if err := l.show(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) person(ctx context.Context, handle string) (id.Person, error) {
	p, _, err := l.app.People.EnsureExternal(ctx, people.NewPerson{Handle: handle, Name: handle, Email: handle + "@sim.example", Region: "US", BirthDate: "1991-02-03",
		Locale: "en", AccountKind: people.Personal, ExternalID: "sim-" + handle})
	return p.ID, err
}

// show lets a creator join the programmes, post a video and go LIVE.
func (l *life) show(ctx context.Context, c *simCreator) error {
	if err := l.measure(ctx, c, 40_000); err != nil {
		return err
	}
	for _, name := range []programme.Programme{programme.VideoGifts, programme.LiveGifts} {
		if _, err := l.app.Creators.Join(ctx, c.id, name); err != nil {
			return err
		}
	}
	v, err := l.app.Creators.Post(ctx, content.NewVideo{Creator: c.id, Title: "A clip", Media: "clip1.mp4", DurationMS: 8000, Width: 540, Height: 960, GiftsOn: true})
	if err != nil {
		return err
	}
	c.video = string(v.ID)
	if err := l.goLive(ctx, c); err != nil {
		return err
	}
	return l.onboard(ctx, c, "")
}

func (l *life) measure(ctx context.Context, c *simCreator, followers int64) error {
	_, err := l.app.Creators.Measure(ctx, c.id, programme.Audience{Followers: followers, Views30d: followers * 9, PublicPosts30d: 12, LiveMinutes: 900})
	return err
}

func (l *life) goLive(ctx context.Context, c *simCreator) error {
	room, err := l.app.Creators.Open(ctx, content.NewRoom{Creator: c.id, Title: "A LIVE", GiftsOn: true})
	if err != nil {
		return err
	}
	c.room = string(room.ID)
	_, err = l.app.Creators.GoLive(ctx, c.id, room.ID)
	return err
}

// onboard completes a creator's payout account at the provider, with a bank
// account that does what its number says.
func (l *life) onboard(ctx context.Context, c *simCreator, bank string) error {
	if _, err := l.app.Payouts.Onboard(ctx, c.id, "http://sim.example/", "http://sim.example/"); err != nil {
		return err
	}
	acc, err := l.app.Payouts.Refresh(ctx, c.id)
	if err != nil {
		return err
	}
	if err := l.app.Sandbox().Onboard(acc.Provider, sandbox.Onboarding{Name: "Sim Creator", Bank: bank, Variant: sandbox.Complete}); err != nil {
		return err
	}
	_, err = l.app.Payouts.Refresh(ctx, c.id)
	return err
}
