package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// livesPage lists the creator's LIVEs and starts one.
func livesPage(v *visit) error { return showLives(v, &shownContent{GiftsOn: true}, http.StatusOK) }

// showLives shows the LIVEs; c holds what was typed when a form met a problem.
func showLives(v *visit, c *shownContent, status int) error {
	from, err := v.contentFrom()
	if err != nil {
		return err
	}
	if err := v.listenFromNow(ofCreator); err != nil {
		return err
	}
	c.Notice = v.didOf("gifts_on", "gifts_off", "live_started", "live_ended")
	if c.OwnContent, err = v.site.cfg.Reader.OwnRooms(v, v.me(), from, contentAtOnce); err != nil {
		return err
	}
	c.Older = contentOlder("/c/lives", c.Next)
	return v.show(status, livesView(v, c))
}

// onAir is the room that is live, or nil. Rooms on the air are among the
// latest.
func (c *shownContent) onAir() *content.Room {
	for i := range c.Rooms {
		if c.Rooms[i].State == content.Live {
			return &c.Rooms[i]
		}
	}
	return nil
}

// others are the rooms that are not on the air.
func (c *shownContent) others() (all []content.Room) {
	for _, r := range c.Rooms {
		if r.State != content.Live {
			all = append(all, r)
		}
	}
	return all
}

// startLive opens a room and goes on the air with it. Who is on the air already
// ends that LIVE first: else a form that is sent twice opens two.
func startLive(v *visit) error {
	typed := &shownContent{Title: v.form("title"), Poster: v.form("poster"), GiftsOn: v.form("gifts") == "yes"}
	err := v.alone("goes LIVE", func() error {
		open, err := v.site.cfg.Reader.OpenRooms(v, v.me())
		if err != nil {
			return err
		}
		if slices.ContainsFunc(open, func(r content.Room) bool { return r.State == content.Live }) {
			return fault.New(fault.StateConflict, "You are LIVE already. End that LIVE first, or go on with it.")
		}
		room, err := v.site.cfg.Creators.Open(v, content.NewRoom{Creator: v.me(), Title: typed.Title, Poster: typed.Poster, GiftsOn: typed.GiftsOn})
		if err == nil {
			_, err = v.site.cfg.Creators.GoLive(v, v.me(), room.ID)
		}
		return err
	})
	if err != nil {
		typed.Problem = v.problemOf(err)
		return showLives(v, typed, typed.Problem.Status)
	}
	return v.redirect("/c/lives?did=live_started")
}

// startOpened goes on the air with a room that was opened before.
func startOpened(v *visit) error {
	if _, err := v.site.cfg.Creators.GoLive(v, v.me(), id.Live(v.r.PathValue("id"))); err != nil {
		p := v.problemOf(err)
		return showLives(v, &shownContent{GiftsOn: true, Problem: p}, p.Status)
	}
	return v.redirect("/c/lives?did=live_started")
}

// endLive ends a LIVE and shows what it brought.
func endLive(v *visit) error {
	room := id.Live(v.r.PathValue("id"))
	if _, err := v.site.cfg.Creators.End(v, v.me(), room); err != nil {
		p := v.problemOf(err)
		return showLives(v, &shownContent{GiftsOn: true, Problem: p}, p.Status)
	}
	return v.redirect("/c/lives/" + string(room) + "?did=live_ended")
}

// lasted is how long a room was on the air.
func lasted(r content.Room) time.Duration {
	return time.Duration(max(0, r.EndedUS-r.StartedUS)) * time.Microsecond
}

// contentArea is the page of the navigation that a video or a LIVE belongs to.
func contentArea(kind id.Kind) string {
	if kind == id.KindLive {
		return "/c/lives"
	}
	return "/c/content"
}

func areaWords(kind id.Kind) string {
	if kind == id.KindLive {
		return "lives.title"
	}
	return "content.title"
}

// file is the address of the gifts of a summary as a file.
func (s *summary) file() string {
	return "/c/earnings.csv?" + query("target", s.Target.ID, "group", "none")
}

// postExample is how the host's program posts a video of the visitor.
func (v *visit) postExample() string {
	body := `{"title":"…","media":"https://media.example/clip.mp4","poster":"https://media.example/clip.jpg","gifts_on":true}`
	return "curl -sS " + v.site.cfg.PublicURL + "/v1/videos \\\n  -H \"Authorization: Bearer $KEY\" \\\n  -H \"Ovation-Person: " + string(v.me()) + "\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '" + body + "'"
}
