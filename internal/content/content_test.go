package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// ann and bob are creators.
const (
	ann id.Person = "usr_01jd0000000000000000000001"
	bob id.Person = "usr_01jd0000000000000000000002"
)

// world is a database with a clock and the verbs as a test calls them.
type world struct {
	t   testing.TB
	d   *db.DB
	clk *clock.Manual
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) { test(&world{t, d, clk}) })
}

// in runs a verb in a transaction of its own.
func in[T any](w *world, verb func(ctx context.Context, tx *db.Tx) (T, error)) (v T, err error) {
	ctx := context.Background()
	err = w.d.Write(ctx, func(tx *db.Tx) (err error) {
		v, err = verb(ctx, tx)
		return err
	})
	return v, err
}

// must runs a verb that succeeds.
func must[T any](w *world, verb func(ctx context.Context, tx *db.Tx) (T, error)) T {
	w.t.Helper()
	v, err := in(w, verb)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *world) video(creator id.Person, title string) Video {
	w.t.Helper()
	return must(w, func(ctx context.Context, tx *db.Tx) (Video, error) {
		return PostVideo(ctx, tx, NewVideo{Creator: creator, Title: title, Media: "videos/a.mp4", GiftsOn: true})
	})
}

func (w *world) room(creator id.Person, title string) Room {
	w.t.Helper()
	return must(w, func(ctx context.Context, tx *db.Tx) (Room, error) {
		return OpenRoom(ctx, tx, NewRoom{Creator: creator, Title: title, GiftsOn: true})
	})
}

func (w *world) start(by id.Person, room id.Live) (Room, error) {
	return in(w, func(ctx context.Context, tx *db.Tx) (Room, error) { return Start(ctx, tx, by, room) })
}

func (w *world) end(by id.Person, room id.Live) (Room, error) {
	return in(w, func(ctx context.Context, tx *db.Tx) (Room, error) { return End(ctx, tx, by, room) })
}

func us(t time.Time) int64 { return t.UnixMicro() }

func wrongAt(err error) (all []string) {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		for _, field := range f.Fields {
			all = append(all, field.Pointer+" "+string(field.Code))
		}
	}
	return all
}

func TestPostVideoNamesEveryWrongField(t *testing.T) {
	cases := []struct {
		name   string
		change func(n *NewVideo)
		code   fault.Code
		want   []string
	}{
		{"no title", func(n *NewVideo) { n.Title = "" }, fault.ValidationFailed, []string{"/title validation_failed"}},
		{"long title", func(n *NewVideo) { n.Title = strings.Repeat("a", 121) }, fault.TextTooLong, []string{"/title text_too_long"}},
		{"control in the title", func(n *NewVideo) { n.Title = "a\x00b" }, fault.TextNotAllowed, []string{"/title text_not_allowed"}},
		{"override in the description", func(n *NewVideo) { n.Description = "a\u202eb" }, fault.TextNotAllowed, []string{"/description text_not_allowed"}},
		{"long description", func(n *NewVideo) { n.Description = strings.Repeat("a", 2_001) }, fault.TextTooLong, []string{"/description text_too_long"}},
		{"nothing to play", func(n *NewVideo) { n.Media = "" }, fault.ValidationFailed, []string{"/media validation_failed"}},
		{"script as media", func(n *NewVideo) { n.Media = "javascript:alert(1)" }, fault.URLNotAllowed, []string{"/media url_not_allowed"}},
		{"script as poster", func(n *NewVideo) { n.Poster = "data:text/html,x" }, fault.URLNotAllowed, []string{"/poster url_not_allowed"}},
		{"negative duration", func(n *NewVideo) { n.DurationMS = -1 }, fault.ValidationFailed, []string{"/duration_ms validation_failed"}},
		{"more than a day", func(n *NewVideo) { n.DurationMS = 86_400_001 }, fault.ValidationFailed, []string{"/duration_ms validation_failed"}},
		{"too wide", func(n *NewVideo) { n.Width = 16_385 }, fault.ValidationFailed, []string{"/width validation_failed"}},
		{"negative height", func(n *NewVideo) { n.Height = -1 }, fault.ValidationFailed, []string{"/height validation_failed"}},
		{"everything", func(n *NewVideo) {
			*n = NewVideo{Title: "\u200b", Description: "\a", Poster: "//example.org/x", DurationMS: -1, Width: -1, Height: -1}
		}, fault.ValidationFailed, []string{"/title text_not_allowed", "/description text_not_allowed", "/media validation_failed",
			"/poster url_not_allowed", "/duration_ms validation_failed", "/width validation_failed", "/height validation_failed"}},
	}
	each(t, func(w *world) {
		for _, c := range cases {
			n := NewVideo{Creator: ann, Title: "Rain on a tin roof", Media: "a.mp4"}
			c.change(&n)
			_, err := in(w, func(ctx context.Context, tx *db.Tx) (Video, error) { return PostVideo(ctx, tx, n) })
			if !fault.Is(err, c.code) || !slices.Equal(wrongAt(err), c.want) {
				w.t.Errorf("%s: %v at %v, want %s at %v", c.name, err, wrongAt(err), c.code, c.want)
			}
		}
		page, _ := w.latest(Cursor{}, 10)
		if len(page) != 0 {
			w.t.Errorf("wrong videos were posted: %v", page)
		}
	})
}

func TestSources(t *testing.T) {
	for source, ok := range map[string]bool{
		"a.mp4": true, "videos/2026/a_b-c.m3u8": true, "https://cdn.example.org/v/1.m3u8?sig=a%20b": true,
		"https://127.0.0.1:8080/a.mp4": true, "https://example.org": true,
		"http://example.org/a.mp4": false, "http://127.0.0.1:8080/a.mp4": false, "HTTP://localhost/a.mp4": false,
		"": false, "/etc/passwd": false, "../a.mp4": false, "a/../b.mp4": false, ".hidden": false, "a//b": false, "a/": false, `a\b`: false,
		"a b.mp4": false, "vidéo.mp4": false, "//example.org/a": false, "https:///a": false, "https:a": false, "ftp://example.org/a": false,
		"file:///etc/passwd": false, "javascript:alert(1)": false, "JAVASCRIPT:alert(1)": false, "data:text/html,x": false,
		"https://user:pass@example.org/": false, "https://example.org/\"onerror=": false, "https://example.org/a b": false,
		"https://example.org/\n": false, "https://exämple.org/": false, "https://example.org/<script>": false, `https://example.org\a`: false,
		"https://example.org/" + strings.Repeat("a", 2_048): false, "https://[::1": false, "https://:80/": false,
	} {
		var bad fault.Fields
		checkSource(source, "/media", "The video file", true, &bad)
		if got := bad.Err() == nil; got != ok {
			t.Errorf("%q: allowed is %t, want %t", source, got, ok)
		}
	}
}

func TestPostVideo(t *testing.T) {
	each(t, func(w *world) {
		v := must(w, func(ctx context.Context, tx *db.Tx) (Video, error) {
			return PostVideo(ctx, tx, NewVideo{Creator: ann, Title: "  Cafe\u0301  ", Description: "One\r\ntwo\n", Media: "a.mp4", Poster: "https://example.org/a.webp",
				DurationMS: 12_345, Width: 1080, Height: 1920, GiftsOn: true})
		})
		want := Video{ID: v.ID, Creator: ann, Title: "Caf\u00e9", Description: "One\ntwo", Media: "a.mp4", Poster: "https://example.org/a.webp",
			DurationMS: 12_345, Width: 1080, Height: 1920, GiftsOn: true, Visibility: Public, PostedUS: us(w.clk.Now())}
		if diff := cmp.Diff(want, v); diff != "" || !id.Valid(id.KindVideo, string(v.ID)) {
			w.t.Errorf("posted %s: %s", v.ID, diff)
		}
		got := must(w, func(ctx context.Context, tx *db.Tx) (Video, error) { return GetVideo(ctx, tx, v.ID) })
		if diff := cmp.Diff(want, got); diff != "" {
			w.t.Errorf("read back: %s", diff)
		}
	})
}

func TestWhatIsNotThereOrNotYours(t *testing.T) {
	each(t, func(w *world) {
		v, r := w.video(ann, "A"), w.room(ann, "B")
		for _, s := range []string{"", "x", "vid_", "vid_01jd0000000000000000000009", "liv_01jd0000000000000000000009", string(ann), string(v.ID) + "0",
			strings.ToUpper(string(v.ID)), "vid_\x00000000000000000000000000", strings.Repeat("é", 9_000)} {
			for name, verb := range map[string]func(ctx context.Context, tx *db.Tx) (any, error){
				"GetVideo":  func(ctx context.Context, tx *db.Tx) (any, error) { return GetVideo(ctx, tx, id.Video(s)) },
				"GetRoom":   func(ctx context.Context, tx *db.Tx) (any, error) { return GetRoom(ctx, tx, id.Live(s)) },
				"HideVideo": func(ctx context.Context, tx *db.Tx) (any, error) { return HideVideo(ctx, tx, ann, id.Video(s)) },
				"SetGifts":  func(ctx context.Context, tx *db.Tx) (any, error) { return nil, SetGifts(ctx, tx, ann, s, false) },
				"Start":     func(ctx context.Context, tx *db.Tx) (any, error) { return Start(ctx, tx, ann, id.Live(s)) },
				"End":       func(ctx context.Context, tx *db.Tx) (any, error) { return End(ctx, tx, ann, id.Live(s)) },
			} {
				if _, err := in(w, verb); !fault.Is(err, fault.NotFound) || len(err.Error()) > 400 {
					w.t.Errorf("%s of %q: %v", name, fault.Clip(s), err)
				}
			}
		}
		for name, verb := range map[string]func(ctx context.Context, tx *db.Tx) (any, error){
			"HideVideo": func(ctx context.Context, tx *db.Tx) (any, error) { return HideVideo(ctx, tx, bob, v.ID) },
			"SetGifts, video": func(ctx context.Context, tx *db.Tx) (any, error) {
				return nil, SetGifts(ctx, tx, bob, string(v.ID), false)
			},
			"SetGifts, LIVE": func(ctx context.Context, tx *db.Tx) (any, error) {
				return nil, SetGifts(ctx, tx, bob, string(r.ID), false)
			},
			"Start":            func(ctx context.Context, tx *db.Tx) (any, error) { return Start(ctx, tx, bob, r.ID) },
			"End":              func(ctx context.Context, tx *db.Tx) (any, error) { return End(ctx, tx, bob, r.ID) },
			"Start by nobody":  func(ctx context.Context, tx *db.Tx) (any, error) { return Start(ctx, tx, "", r.ID) },
			"Hide for nothing": func(ctx context.Context, tx *db.Tx) (any, error) { return HideVideo(ctx, tx, "", v.ID) },
		} {
			if _, err := in(w, verb); !fault.Is(err, fault.NotFound) {
				w.t.Errorf("%s by another creator: %v", name, err)
			}
		}
		all := w.targets(string(v.ID), string(r.ID))
		if !all[string(v.ID)].GiftsOn || !all[string(v.ID)].Open || !all[string(r.ID)].GiftsOn {
			w.t.Errorf("somebody else changed %+v", all)
		}
	})
}

func (w *world) targets(ids ...string) map[string]Target {
	w.t.Helper()
	return must(w, func(ctx context.Context, tx *db.Tx) (map[string]Target, error) { return Targets(ctx, tx, ids) })
}

func TestTargets(t *testing.T) {
	each(t, func(w *world) {
		public, hidden := w.video(ann, "Public"), w.video(bob, "Hidden")
		scheduled, live, ended := w.room(ann, "Scheduled"), w.room(ann, "Live"), w.room(bob, "Ended")
		must(w, func(ctx context.Context, tx *db.Tx) (Video, error) { return HideVideo(ctx, tx, bob, hidden.ID) })
		must(w, func(ctx context.Context, tx *db.Tx) (any, error) {
			return nil, SetGifts(ctx, tx, ann, string(live.ID), false)
		})
		for _, step := range []func() (Room, error){
			func() (Room, error) { return w.start(ann, live.ID) },
			func() (Room, error) { return w.start(bob, ended.ID) },
			func() (Room, error) { return w.end(bob, ended.ID) },
		} {
			if _, err := step(); err != nil {
				w.t.Fatal(err)
			}
		}
		want := map[string]Target{}
		for _, x := range []Target{
			{string(public.ID), id.KindVideo, ann, true, true, "Public"},
			{string(hidden.ID), id.KindVideo, bob, true, false, "Hidden"},
			{string(scheduled.ID), id.KindLive, ann, true, false, "Scheduled"},
			{string(live.ID), id.KindLive, ann, false, true, "Live"},
			{string(ended.ID), id.KindLive, bob, true, false, "Ended"},
		} {
			want[x.ID] = x
		}
		ids := []string{"", "nothing", string(ann), "vid_01jd0000000000000000000009", string(public.ID), string(public.ID)}
		for s := range want {
			ids = append(ids, s)
		}
		if diff := cmp.Diff(want, w.targets(ids...)); diff != "" {
			w.t.Error(diff)
		}
		if got := w.targets(); len(got) != 0 {
			w.t.Errorf("of no ids: %v", got)
		}
		if got := w.targets(string(live.ID)); len(got) != 1 {
			w.t.Errorf("of one LIVE: %v", got)
		}
	})
}

func TestSetGifts(t *testing.T) {
	each(t, func(w *world) {
		v, r := w.video(ann, "A"), w.room(ann, "B")
		for _, on := range []bool{false, false, true, true, false} {
			for _, target := range []string{string(v.ID), string(r.ID)} {
				must(w, func(ctx context.Context, tx *db.Tx) (any, error) { return nil, SetGifts(ctx, tx, ann, target, on) })
				if got := w.targets(target)[target].GiftsOn; got != on {
					w.t.Errorf("gifts of %s are %t, want %t", target, got, on)
				}
			}
		}
	})
}

func TestHideVideo(t *testing.T) {
	each(t, func(w *world) {
		v, other := w.video(ann, "A"), w.video(ann, "B")
		for range 2 {
			got := must(w, func(ctx context.Context, tx *db.Tx) (Video, error) { return HideVideo(ctx, tx, ann, v.ID) })
			if got.Visibility != Hidden {
				w.t.Errorf("hidden: %+v", got)
			}
		}
		page, _ := w.latest(Cursor{}, 10)
		if len(page) != 1 || page[0].ID != other.ID {
			w.t.Errorf("the latest are %+v", page)
		}
	})
}

func TestRoomLife(t *testing.T) {
	each(t, func(w *world) {
		opened := us(w.clk.Now())
		r := w.room(ann, "Evening songs")
		if r.State != Scheduled || r.OpenedUS != opened || r.StartedUS != 0 || r.EndedUS != 0 || !id.Valid(id.KindLive, string(r.ID)) {
			w.t.Fatalf("opened: %+v", r)
		}
		w.clk.Advance(time.Minute)
		started := us(w.clk.Now())
		for range 2 { // the second tap changes nothing
			got, err := w.start(ann, r.ID)
			if err != nil || got.State != Live || got.StartedUS != started {
				w.t.Fatalf("started: %+v, %v", got, err)
			}
			w.clk.Advance(time.Minute)
		}
		ended := us(w.clk.Now())
		for range 2 {
			got, err := w.end(ann, r.ID)
			if err != nil || got.State != Ended || got.StartedUS != started || got.EndedUS != ended {
				w.t.Fatalf("ended: %+v, %v", got, err)
			}
			w.clk.Advance(time.Minute)
		}
		if _, err := w.start(ann, r.ID); !fault.Is(err, fault.StateConflict) {
			w.t.Errorf("started again: %v", err)
		}
		got := must(w, func(ctx context.Context, tx *db.Tx) (Room, error) { return GetRoom(ctx, tx, r.ID) })
		if got.State != Ended || got.EndedUS != ended {
			w.t.Errorf("read back: %+v", got)
		}
		never := w.room(ann, "Never")
		if got, err := w.end(ann, never.ID); err != nil || got.State != Ended || got.StartedUS != 0 {
			w.t.Errorf("ended before it started: %+v, %v", got, err)
		}
		back := w.room(ann, "The clock steps back")
		if _, err := w.start(ann, back.ID); err != nil {
			w.t.Fatal(err)
		}
		w.clk.Advance(-time.Hour)
		if got, err := w.end(ann, back.ID); err != nil || got.EndedUS != got.StartedUS {
			w.t.Errorf("ended before the start by the clock: %+v, %v", got, err)
		}
		want := []string{
			fmt.Sprintf("live.started live:%s %s %s", r.ID, stamp(started), ""),
			fmt.Sprintf("live.ended live:%s %s %s", r.ID, stamp(started), stamp(ended)),
		}
		if diff := cmp.Diff(want, w.told(string(r.ID))); diff != "" {
			w.t.Error(diff)
		}
		if told := w.told(string(never.ID)); len(told) != 0 {
			w.t.Errorf("told of a LIVE that nobody saw: %v", told)
		}
	})
}

// told writes the events of a room.
func (w *world) told(room string) []string {
	w.t.Helper()
	return must(w, func(ctx context.Context, tx *db.Tx) (all []string, err error) {
		events, err := outbox.After(ctx, tx, 0, 100)
		for _, e := range events {
			var r RoomEvent
			if err := json.Unmarshal(e.Data, &r); err != nil {
				return nil, err
			}
			if r.Creator != ann || r.Title == "" {
				w.t.Errorf("the event says %s", e.Data)
			}
			if string(r.Live) == room {
				all = append(all, fmt.Sprintf("%s %s %s %s", e.Type, e.Topic, r.StartedAt, r.EndedAt))
			}
		}
		return all, err
	})
}

func TestOpenRoomNamesEveryWrongField(t *testing.T) {
	each(t, func(w *world) {
		_, err := in(w, func(ctx context.Context, tx *db.Tx) (Room, error) {
			return OpenRoom(ctx, tx, NewRoom{Creator: ann, Title: strings.Repeat("a", 121), Poster: "javascript:x"})
		})
		if want := []string{"/title text_too_long", "/poster url_not_allowed"}; !fault.Is(err, fault.ValidationFailed) || !slices.Equal(wrongAt(err), want) {
			w.t.Errorf("%v at %v, want %v", err, wrongAt(err), want)
		}
	})
}

func (w *world) latest(from Cursor, limit int) ([]Video, Cursor) {
	w.t.Helper()
	var next Cursor
	page := must(w, func(ctx context.Context, tx *db.Tx) (page []Video, err error) {
		page, next, err = LatestVideos(ctx, tx, from, limit)
		return page, err
	})
	return page, next
}

// TestListsAreStable pages through the videos while more are posted. Several
// share an instant.
func TestListsAreStable(t *testing.T) {
	each(t, func(w *world) {
		var want []id.Video
		for i := range 23 {
			want = append(want, w.video(ann, fmt.Sprint("Video ", i)).ID)
			if i%3 == 0 {
				w.clk.Advance(time.Second)
			}
		}
		slices.Reverse(want)
		for _, limit := range []int{1, 5, 22, 23, 24, 0, -7, 1_000_000} {
			var got []id.Video
			page, next := w.latest(Cursor{}, limit)
			between := w.video(bob, "Posted while somebody reads") // on none of the further pages
			for {
				for _, v := range page {
					got = append(got, v.ID)
				}
				if len(page) > bound(limit) || len(got) > len(want) {
					w.t.Fatalf("pages of %d: %d and %d videos", limit, len(page), len(got))
				}
				if next == (Cursor{}) {
					break
				}
				page, next = w.latest(next, limit)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				w.t.Errorf("pages of %d: %s", limit, diff)
			}
			must(w, func(ctx context.Context, tx *db.Tx) (Video, error) { return HideVideo(ctx, tx, bob, between.ID) })
		}
	})
}

func TestRoomLists(t *testing.T) {
	each(t, func(w *world) {
		var rooms []Room
		for i := range 5 {
			rooms = append(rooms, w.room(ann, fmt.Sprint("Room ", i)))
			w.clk.Advance(time.Second)
		}
		for _, i := range []int{3, 1, 4} { // in this order
			if _, err := w.start(ann, rooms[i].ID); err != nil {
				w.t.Fatal(err)
			}
			w.clk.Advance(time.Second)
		}
		if _, err := w.end(ann, rooms[4].ID); err != nil {
			w.t.Fatal(err)
		}
		titles := func(list func(ctx context.Context, tx *db.Tx, from Cursor) ([]Room, Cursor, error)) string {
			var all []string
			for from, pages := (Cursor{}), 0; pages < 10; pages++ {
				must(w, func(ctx context.Context, tx *db.Tx) (any, error) {
					page, next, err := list(ctx, tx, from)
					for _, r := range page {
						all = append(all, strings.TrimPrefix(r.Title, "Room "))
					}
					from = next
					return nil, err
				})
				if from == (Cursor{}) {
					break
				}
			}
			return strings.Join(all, " ")
		}
		if got := titles(func(ctx context.Context, tx *db.Tx, from Cursor) ([]Room, Cursor, error) {
			return LiveNow(ctx, tx, from, 1)
		}); got != "1 3" {
			w.t.Errorf("live now: %s", got)
		}
	})
}

func TestCursorsOfOthersAreRefused(t *testing.T) {
	each(t, func(w *world) {
		v, r := w.video(ann, "A"), w.room(ann, "B")
		for _, c := range []Cursor{{AtUS: 1}, {ID: "x"}, {1, "\x00"}, {1, string(ann)}, {-1, "' OR 1=1"}} {
			for name, list := range map[string]func(ctx context.Context, tx *db.Tx, c Cursor) error{
				"LatestVideos": func(ctx context.Context, tx *db.Tx, c Cursor) error {
					_, _, err := LatestVideos(ctx, tx, c, 5)
					return err
				},
				"LiveNow": func(ctx context.Context, tx *db.Tx, c Cursor) error { _, _, err := LiveNow(ctx, tx, c, 5); return err },
			} {
				other := Cursor{1, string(v.ID)} // of the other kind of list
				if strings.HasPrefix(name, "Video") || strings.HasPrefix(name, "Latest") {
					other.ID = string(r.ID)
				}
				for _, c := range []Cursor{c, other} {
					_, err := in(w, func(ctx context.Context, tx *db.Tx) (any, error) { return nil, list(ctx, tx, c) })
					if !fault.Is(err, fault.CursorInvalid) {
						w.t.Errorf("%s from %+v: %v", name, c, err)
					}
				}
			}
		}
	})
}

// TestSchemaHoldsTheInvariants writes around the rules.
func TestSchemaHoldsTheInvariants(t *testing.T) {
	each(t, func(w *world) {
		w.video(ann, "A")
		w.room(ann, "B")
		for statement, constraint := range map[string]string{
			"UPDATE video SET title = ''":            "video_has_a_title",
			"UPDATE video SET media = ''":            "video_has_something_to_play",
			"UPDATE video SET width = -1":            "video_measures_are_not_negative",
			"UPDATE video SET gifts_on = 2":          "video_gifts_are_on_or_off",
			"UPDATE video SET visibility = 'secret'": "video_is_public_or_hidden",
			"UPDATE live_room SET title = ''":        "live_room_has_a_title",
			"UPDATE live_room SET gifts_on = -1":     "live_room_gifts_are_on_or_off",
			"UPDATE live_room SET state = 'live'":    "live_room_state_agrees_with_its_times",
			"UPDATE live_room SET state = 'ended'":   "live_room_state_agrees_with_its_times",
			"UPDATE live_room SET state = 'paused'":  "live_room_state_agrees_with_its_times",
			"UPDATE live_room SET started_us = 5":    "live_room_state_agrees_with_its_times",
		} {
			_, err := in(w, func(ctx context.Context, tx *db.Tx) (int64, error) { return tx.Exec(ctx, statement) })
			if err == nil || !strings.Contains(err.Error(), constraint) {
				w.t.Errorf("%s: %v, want the constraint %s", statement, err, constraint)
			}
		}
	})
}
