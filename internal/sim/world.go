package sim

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/wallet"
)

// World is who sends what to whom in a storm.
type World struct {
	Key     string   // an API key of the host platform
	Fans    []string // who have coins
	Targets []string // rooms that are live
}

// Crowd says what world to make.
type Crowd struct {
	Fans, Creators int
	Coins          int64 // of each fan
}

// Populate makes fans with coins and creators who are live in an empty
// database.
func Populate(ctx context.Context, url string, c Crowd) (*World, error) {
	d, err := db.Open(ctx, db.Config{URL: url, Clock: &clock.System{}})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	w := &World{}
	err = d.Write(ctx, func(tx *db.Tx) error {
		if err := app.InstallPreset(ctx, tx, "current"); err != nil {
			return err
		}
		for i := range c.Creators {
			room, err := creator(ctx, tx, fmt.Sprintf("storm-creator-%d", i))
			if err != nil {
				return err
			}
			w.Targets = append(w.Targets, room)
		}
		for i := range c.Fans {
			fan, err := fan(ctx, tx, fmt.Sprintf("storm-fan-%d", i), c.Coins)
			if err != nil {
				return err
			}
			w.Fans = append(w.Fans, fan)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sim: making the storm's world: %w", err)
	}
	_, w.Key, err = people.NewService(d, people.Test).FirstKey(ctx, "storm")
	return w, err
}

func person(ctx context.Context, tx *db.Tx, name string) (people.Person, error) {
	p, _, err := people.EnsureExternal(ctx, tx, people.NewPerson{Name: name, Region: "US", BirthDate: "1990-01-01", ExternalID: name})
	return p, err
}

// fan makes a person with coins that were paid for.
func fan(ctx context.Context, tx *db.Tx, name string, coins int64) (string, error) {
	p, err := person(ctx, tx, name)
	if err != nil {
		return "", err
	}
	paid := money.Amount{Units: coins * 99 / 70, Asset: money.USD}
	_, err = wallet.Grant(ctx, tx, "coins.granted", wallet.NewLot{Person: p.ID, Cause: "storm-" + string(p.ID), Coins: coins, Paid: paid},
		ledger.Move{From: ledger.Provider, To: ledger.Deferred, Amount: paid})
	return string(p.ID), err
}

// creator makes a person who may receive gifts and is live, and returns the
// room.
func creator(ctx context.Context, tx *db.Tx, name string) (string, error) {
	p, err := person(ctx, tx, name)
	if err != nil {
		return "", err
	}
	s := programme.Subject{Person: p.ID, Region: "US", BirthDate: "1990-01-01", AccountKind: "personal", CreatedUS: p.CreatedUS}
	if _, err := programme.PutAudience(ctx, tx, s, programme.Audience{Followers: 50_000, Views30d: 500_000, PublicPosts30d: 9}); err != nil {
		return "", err
	}
	if _, err := programme.Join(ctx, tx, s, programme.LiveGifts); err != nil {
		return "", err
	}
	room, err := content.OpenRoom(ctx, tx, content.NewRoom{Creator: p.ID, Title: "Storm", GiftsOn: true})
	if err != nil {
		return "", err
	}
	_, err = content.Start(ctx, tx, p.ID, room.ID)
	return string(room.ID), err
}
