package web

import (
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// stage is what somebody watches: a video or a LIVE.
type stage struct {
	ID          string
	Live        bool
	Title       string
	Description string
	Creator     people.Brief
	Clip        string // address of the moving picture; "" if there is none
	Poster      string
	Tall        bool              // the clip is higher than wide
	State       content.RoomState // of a LIVE
	GiftsOn     bool
	Tips        bool  // the visitor can tip the creator here
	AtUS        int64 // posted, started or ended
	StartedUS   int64 // of a LIVE
	Watching    int
	Feed        []feedItem
	Last        int64 // the event up to which Feed reaches
	Tray        *tray
	Company     *company
	Sum         *report.TargetSummary // of a LIVE that has ended
	Notice      string                // key of a sentence
}

// Path is the address of the page.
func (s *stage) Path() string {
	if s.Live {
		return "/live/" + s.ID
	}
	return "/v/" + s.ID
}

// Area is the page of the navigation that it belongs to.
func (s *stage) Area() string {
	if s.Live {
		return "/live"
	}
	return "/"
}

// OnAir reports whether it is a LIVE that goes on.
func (s *stage) OnAir() bool { return s.Live && s.State == content.Live }

// Mine reports whether the visitor looks after the stage.
func (s *stage) Mine(v *visit) bool { return v.me() != "" && v.me() == s.Creator.ID }

// Lasted is how long a LIVE that has ended was.
func (s *stage) Lasted() time.Duration {
	return time.Duration(max(0, s.AtUS-s.StartedUS)) * time.Microsecond
}

// Open reports whether gifts can be given at all.
func (s *stage) Open() bool { return s.GiftsOn && (!s.Live || s.State == content.Live) }

// topic is the channel of the stage's events.
func (s *stage) topic() string { return topicOf(s.ID) }

func topicOf(target string) string {
	if id.KindOf(target) == id.KindLive {
		return "live:" + target
	}
	return "video:" + target
}

func watchVideo(v *visit) error { return watch(v, nil, http.StatusOK) }
func watchLive(v *visit) error  { return watch(v, nil, http.StatusOK) }

// watch shows the stage of the address; p is what went wrong with a form on
// it.
func watch(v *visit, p *problem, status int) error {
	s, err := v.stage()
	if err != nil {
		return err
	}
	return v.showStage(s, p, status)
}

// watchChat shows the LIVE with why a message could not be sent, and with the
// message.
func watchChat(v *visit, p *problem) error {
	s, err := v.stage()
	if err != nil {
		return err
	}
	s.Company = &company{Draft: v.form("text"), Wrong: p}
	return v.showStage(s, nil, p.Status)
}

func (v *visit) showStage(s *stage, p *problem, status int) (err error) {
	if s.Live && s.State == content.Ended {
		sum, err := v.site.cfg.Reader.TargetSummary(v, s.ID, "", true)
		if err != nil {
			return err
		}
		s.Sum = &sum
	}
	if s.Tray, err = v.tray(s, p); err != nil {
		return err
	}
	switch {
	case v.wants("tray"):
		return v.show(status, trayPart(v, s))
	case v.wants("screen"):
		return v.show(status, screen(v, s))
	}
	if s.Tips, err = v.tipsHere(s); err != nil {
		return err
	}
	if s.Feed, s.Last, err = v.recent(s.topic()); err != nil {
		return err
	}
	around, err := v.company(s)
	if err != nil {
		return err
	}
	if s.Company != nil {
		around.Draft, around.Wrong = s.Company.Draft, s.Company.Wrong
	}
	s.Company, s.Notice = around, noticeOf(v.r.URL.Query().Get("did"), "chat_hidden", "chat_muted", "chat_set", "card_added", "card_canceled")
	s.Watching = v.site.cfg.Hub.Listeners(s.topic())
	v.keys = stageKeys(s)
	v.listen(s.Last, s.topic())
	return v.show(status, watchPage(v, s))
}

// stage reads what the address names.
func (v *visit) stage() (*stage, error) {
	target := v.r.PathValue("id")
	if id.KindOf(target) == id.KindLive {
		return v.liveStage(id.Live(target))
	}
	video, err := report.Ask1(v, v.site.cfg.Reader, content.GetVideo, id.Video(target))
	if err != nil {
		return nil, err
	}
	if video.Visibility != content.Public && video.Creator != v.me() {
		return nil, fault.New(fault.NotFound, "There is no such video.")
	}
	s := &stage{ID: target, Title: video.Title, Description: video.Description, Clip: media(video.Media), Poster: media(video.Poster), Tall: tall(video),
		GiftsOn: video.GiftsOn && video.Visibility == content.Public, AtUS: video.PostedUS}
	s.Creator, err = v.brief(video.Creator)
	return s, err
}

// liveStage reads a LIVE. Its picture is the creator's latest clip, in a loop,
// until a broadcast takes its place.
func (v *visit) liveStage(room id.Live) (*stage, error) {
	r, err := report.Ask1(v, v.site.cfg.Reader, content.GetRoom, room)
	if err != nil {
		return nil, err
	}
	s := &stage{ID: string(room), Live: true, Title: r.Title, Poster: media(r.Poster), State: r.State, GiftsOn: r.GiftsOn, AtUS: r.StartedUS, StartedUS: r.StartedUS}
	if r.State == content.Ended {
		s.AtUS = r.EndedUS
	}
	if s.Creator, err = v.brief(r.Creator); err != nil {
		return nil, err
	}
	if r.State == content.Live {
		clip, err := report.Ask1(v, v.site.cfg.Reader, report.Clip, r.Creator)
		if err != nil {
			return nil, err
		}
		s.Clip, s.Tall = media(clip.Media), tall(clip)
	}
	return s, nil
}

// stageKeys are what keys do while somebody watches.
func stageKeys(s *stage) (all []pageKey) {
	if s.Open() {
		all = append(all, pageKey{[]string{"b"}, "keys.gift"})
	}
	if s.Tips {
		all = append(all, pageKey{[]string{"t"}, "keys.tip"})
	}
	if s.OnAir() {
		all = append(all, pageKey{[]string{"Enter"}, "keys.chat"}, pageKey{[]string{"Esc"}, "keys.chat_leave"}, pageKey{[]string{"c"}, "keys.clean"})
	}
	if s.Clip != "" {
		all = append(all, pageKey{[]string{"m"}, "keys.mute"})
	}
	if s.Clip != "" && s.OnAir() {
		all = append(all, pageKey{[]string{"p"}, "keys.pause"})
	}
	return append(all, pageKey{[]string{"s"}, "keys.share"})
}

// brief reads who somebody is.
func (v *visit) brief(person id.Person) (people.Brief, error) {
	all, err := report.Ask1(v, v.site.cfg.Reader, people.GetMany, []id.Person{person})
	return all[person], err
}
