package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/wallet"
)

// world is who sends what to whom.
type world struct {
	fans    []string
	targets []string
	key     string
}

func engineOf(database string) string {
	name, _, _ := strings.Cut(database, ":")
	return name
}

// fundedCoins is more than a fan can spend while measuring.
const fundedCoins = 1 << 40

// seed makes the database: fans with coins, and creators who are live.
func seed(ctx context.Context, url string, o Options) (*world, error) {
	d, err := db.Open(ctx, db.Config{URL: url, Clock: &clock.System{}, IDs: id.NewMaker(rand.NewPCG(1, 2))})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	w := &world{}
	if err := d.Write(ctx, func(tx *db.Tx) error { return app.InstallPreset(ctx, tx, "current") }); err != nil {
		return nil, err
	}
	creators := 1000
	if o.Mode == "hot" {
		creators = 1
	}
	const atOnce = 250
	for from := 0; from < o.Fans; from += atOnce {
		err := d.Write(ctx, func(tx *db.Tx) error { return w.seedFans(ctx, tx, from, min(from+atOnce, o.Fans)) })
		if err != nil {
			return nil, fmt.Errorf("bench: making fans: %w", err)
		}
	}
	for from := 0; from < creators; from += atOnce {
		err := d.Write(ctx, func(tx *db.Tx) error { return w.seedCreators(ctx, tx, from, min(from+atOnce, creators)) })
		if err != nil {
			return nil, fmt.Errorf("bench: making creators: %w", err)
		}
	}
	_, w.key, err = people.NewService(d, people.Test).FirstKey(ctx, "bench")
	return w, err
}

func makePerson(ctx context.Context, tx *db.Tx, name string) (people.Person, error) {
	p, _, err := people.EnsureExternal(ctx, tx, people.NewPerson{Name: name, Region: "US", BirthDate: "1990-01-01", ExternalID: name})
	return p, err
}

func (w *world) seedFans(ctx context.Context, tx *db.Tx, from, to int) error {
	for i := from; i < to; i++ {
		p, err := makePerson(ctx, tx, fmt.Sprintf("fan-%d", i))
		if err != nil {
			return err
		}
		paid := money.Amount{Units: fundedCoins * 99 / 70, Asset: money.USD}
		_, err = wallet.Grant(ctx, tx, "coins.granted", wallet.NewLot{Person: p.ID, Cause: "bench-" + string(p.ID), Coins: fundedCoins, Paid: paid},
			ledger.Move{From: ledger.Provider, To: ledger.Deferred, Amount: paid})
		if err != nil {
			return err
		}
		w.fans = append(w.fans, string(p.ID))
	}
	return nil
}

func (w *world) seedCreators(ctx context.Context, tx *db.Tx, from, to int) error {
	for i := from; i < to; i++ {
		p, err := makePerson(ctx, tx, fmt.Sprintf("creator-%d", i))
		if err != nil {
			return err
		}
		s := programme.Subject{Person: p.ID, Region: "US", BirthDate: "1990-01-01", AccountKind: "personal", CreatedUS: p.CreatedUS}
		if _, err := programme.PutAudience(ctx, tx, s, programme.Audience{Followers: 50_000, Views30d: 500_000, PublicPosts30d: 9}); err != nil {
			return err
		}
		if _, err := programme.Join(ctx, tx, s, programme.LiveGifts); err != nil {
			return err
		}
		room, err := content.OpenRoom(ctx, tx, content.NewRoom{Creator: p.ID, Title: "Bench", GiftsOn: true})
		if err != nil {
			return err
		}
		if _, err := content.Start(ctx, tx, p.ID, room.ID); err != nil {
			return err
		}
		w.targets = append(w.targets, string(room.ID))
	}
	return nil
}

// maxDifferences bounds what is printed of a failed proof.
const maxDifferences = 20

// prove compares what was acknowledged with what is in the database, and
// verifies the books.
func prove(ctx context.Context, url string, l *load, r *Result) error {
	d, err := db.Open(ctx, db.Config{URL: url, Clock: &clock.System{}, ReadOnly: true})
	if err != nil {
		return err
	}
	defer d.Close()
	differ := func(format string, args ...any) {
		if len(r.Differences) < maxDifferences {
			r.Differences = append(r.Differences, fmt.Sprintf(format, args...))
		}
	}
	stored := map[string]string{} // the id of the gift of each key
	err = d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT idem_key, id FROM gift")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key, gift string
			if err := rows.Scan(&key, &gift); err != nil {
				return err
			}
			if stored[key] != "" {
				differ("the key %s made two gifts", key)
			}
			stored[key] = gift
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	for _, w := range l.workers {
		for _, a := range w.acked {
			key := string(l.key(nil, a.number))
			if there, told := stored[key], "gft_"+string(a.id[:]); there == "" {
				differ("the gift %s was acknowledged and is not there", key)
			} else if there != told {
				differ("the gift %s was acknowledged as %s and is %s", key, told, there)
			}
		}
	}
	begun := time.Now()
	report, err := ledger.Verify(ctx, d, nil, app.Checks()...)
	if err != nil {
		return err
	}
	r.Verified, r.VerifyMS = report.Transfers, ms(time.Since(begun))
	for _, f := range report.Findings {
		differ("%s: %s: %s", f.Rule, f.Where, f.Detail)
	}
	return nil
}
