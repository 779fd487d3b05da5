package app

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/programme"
)

// goodWeek is how far an audience grows in the sandbox at once.
var goodWeek = programme.Audience{Followers: 5_200, Views30d: 60_000, PublicPosts30d: 4, LiveMinutes: 300}

// growAudience measures a person's audience after a good week, as a host would.
// Who tries the sandbox has no followers, and would never see how one becomes a
// creator.
func (a *App) growAudience(ctx context.Context, person id.Person) error {
	var before programme.Audience
	var known bool
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		before, known, err = programme.AudienceOf(ctx, tx, person)
		return err
	})
	if err == nil && !known { // so that there is a pace: a week ago there was nobody
		_, err = a.Creators.Measure(ctx, person, programme.Audience{MeasuredUS: a.Clock.Now().Add(-7 * 24 * time.Hour).UnixMicro()})
	}
	if err != nil {
		return err
	}
	_, err = a.Creators.Measure(ctx, person, programme.Audience{Followers: before.Followers + goodWeek.Followers, Views30d: before.Views30d + goodWeek.Views30d,
		PublicPosts30d: before.PublicPosts30d + goodWeek.PublicPosts30d, LiveMinutes: before.LiveMinutes + goodWeek.LiveMinutes})
	return err
}
