package web

import (
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// slide is one thing of the feed: a LIVE, or a video.
type slide struct {
	ID       string
	Live     bool
	Title    string
	Creator  people.Brief
	Clip     string // address of the moving picture; "" if there is none
	Poster   string
	Tall     bool // the picture is higher than wide, so it may fill a phone
	AtUS     int64
	Gifts    bool // the visitor can give here
	Tips     bool // and tip the creator
	Watching string
}

// Path is the address of its page.
func (s *slide) Path() string {
	if s.Live {
		return "/live/" + s.ID
	}
	return "/v/" + s.ID
}

// feedKeys are what keys do in the feed. A letter after g never comes here: the
// shell takes it.
var feedKeys = []pageKey{
	{[]string{"↓", "j"}, "keys.next"},
	{[]string{"↑", "k"}, "keys.previous"},
	{[]string{"Space"}, "keys.pause"},
	{[]string{"m"}, "keys.mute"},
	{[]string{"b"}, "keys.gift"},
	{[]string{"t"}, "keys.tip"},
	{[]string{"s"}, "keys.share"},
	{[]string{"Enter"}, "keys.open"},
}

// home shows the feed: who is live, then the latest videos.
func home(v *visit) error {
	w, err := v.site.cfg.Reader.Feed(v, cursorOf(v.r.URL.Query().Get("after")))
	if err != nil {
		return err
	}
	v.keys = feedKeys
	all := v.slides(w)
	if err := v.tipsOn(all); err != nil {
		return err
	}
	return v.show(http.StatusOK, homePage(v, all, cursorText(w.Next)))
}

// slides puts what there is to watch in order: LIVEs first.
func (v *visit) slides(w report.Watch) []slide {
	var all []slide
	for _, r := range w.Rooms {
		s := slide{ID: string(r.ID), Live: true, Title: r.Title, Creator: w.People[r.Creator], Poster: media(r.Poster), AtUS: r.StartedUS, Gifts: r.GiftsOn,
			Watching: v.watching(string(r.ID))}
		if clip, ok := w.Clips[r.Creator]; ok {
			s.Clip, s.Tall = media(clip.Media), tall(clip)
		}
		all = append(all, s)
	}
	for _, video := range w.Videos {
		all = append(all, slide{ID: string(video.ID), Title: video.Title, Creator: w.People[video.Creator], Clip: media(video.Media), Poster: media(video.Poster), Tall: tall(video),
			AtUS: video.PostedUS, Gifts: video.GiftsOn})
	}
	for i := range all {
		all[i].Gifts = all[i].Gifts && (v.me() == "" || all[i].Creator.ID != v.me())
	}
	return all
}

// tall reports whether a video is known to be higher than wide.
func tall(video content.Video) bool { return video.Height > video.Width }

// cursorText writes the place in a list of videos for an address; "" at the
// end of it.
func cursorText(c content.Cursor) string {
	if c == (content.Cursor{}) {
		return ""
	}
	return numeral(c.AtUS) + "-" + c.ID
}

// cursorOf reads what cursorText wrote. What it did not write is the beginning.
func cursorOf(text string) content.Cursor {
	c, _ := readCursor(text)
	return c
}

// readCursor reads a place in a list of videos or LIVEs, and whether it is one.
func readCursor(text string) (content.Cursor, bool) {
	at, last, _ := strings.Cut(text, "-")
	us, ok := counted(at)
	if !ok || !id.Valid(id.KindVideo, last) && !id.Valid(id.KindLive, last) {
		return content.Cursor{}, false
	}
	return content.Cursor{AtUS: us, ID: last}, true
}

// nameOf is how a person is called on a page.
func nameOf(p people.Brief) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.Handle != "":
		return "@" + p.Handle
	}
	return "…"
}
