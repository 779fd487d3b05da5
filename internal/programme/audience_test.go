package programme

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

func (w *world) audience(s Subject) (a Audience, ok bool) {
	w.t.Helper()
	w.read(func(ctx context.Context, tx *db.Tx) (err error) {
		a, ok, err = AudienceOf(ctx, tx, s.Person)
		return err
	})
	return a, ok
}

func TestPutAudienceNamesEveryWrongValue(t *testing.T) {
	cases := []struct {
		name string
		a    Audience
		want []string
	}{
		{"negative followers", Audience{Followers: -1}, []string{"/followers"}},
		{"negative views", Audience{Views30d: -1}, []string{"/views_30d"}},
		{"negative posts", Audience{PublicPosts30d: -1}, []string{"/public_posts_30d"}},
		{"negative minutes", Audience{LiveMinutes: -1}, []string{"/live_minutes"}},
		{"more followers than anything", Audience{Followers: 1 << 62}, []string{"/followers"}},
		{"before 1970", Audience{MeasuredUS: -1}, []string{"/measured_at"}},
		{"in the future", Audience{MeasuredUS: 1 << 60}, []string{"/measured_at"}},
		{"all at once", Audience{-1, -1, -1, -1, -1}, []string{"/followers", "/live_minutes", "/measured_at", "/public_posts_30d", "/views_30d"}},
	}
	each(t, nil, func(w *world) {
		s := w.person()
		for _, c := range cases {
			err := w.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := PutAudience(ctx, tx, s, c.a)
				return err
			})
			if !fault.Is(err, fault.ValidationFailed) || !slices.Equal(pointers(err), c.want) {
				w.t.Errorf("%s: %v at %v, want %v", c.name, err, pointers(err), c.want)
			}
		}
		if a, ok := w.audience(s); ok {
			w.t.Errorf("a wrong audience was recorded: %+v", a)
		}
	})
}

func TestPutAudienceOrder(t *testing.T) {
	each(t, nil, func(w *world) {
		s, now := w.person(), w.clk.Now()
		w.put(s, Audience{Followers: 1}) // without an instant: now
		want := Audience{Followers: 1, MeasuredUS: us(now)}
		check := func(step string) {
			w.t.Helper()
			if got, ok := w.audience(s); !ok || got != want {
				w.t.Errorf("%s: %s", step, cmp.Diff(want, got))
			}
		}
		check("first")
		w.put(s, Audience{Followers: 9, MeasuredUS: us(now.Add(-time.Hour))})
		check("an older measurement that came later")
		want = Audience{2, 3, 4, 5, us(now)}
		w.put(s, want)
		check("a correction of the same instant")
		want = Audience{Followers: 7, MeasuredUS: us(now.Add(5 * time.Minute))}
		w.put(s, want)
		check("a host whose clock is ahead")
		w.put(s, Audience{Followers: 9, MeasuredUS: us(now.AddDate(-1, 0, 0))})
		check("a very old measurement")
		w.clk.Advance(60 * 24 * time.Hour)
		want = Audience{Followers: 8, MeasuredUS: us(w.clk.Now())}
		w.put(s, want)
		var kept int64
		w.read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, "SELECT COUNT(*) FROM programme_audience WHERE person_id = $1", s.Person).Scan(&kept)
		})
		if kept != 1 {
			w.t.Errorf("%d measurements are kept, want only the one within the window", kept)
		}
	})
}
