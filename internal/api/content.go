package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/report"
)

type videoView struct {
	Object   string    `json:"object" enum:"video"`
	ID       id.Video  `json:"id"`
	Creator  id.Person `json:"creator"`
	Title    string    `json:"title"`
	Media    string    `json:"media"`
	Poster   string    `json:"poster,omitempty"`
	Duration int64     `json:"duration_ms"`
	GiftsOn  bool      `json:"gifts_on"`
	Hidden   bool      `json:"hidden" doc:"Whether its creator alone sees it, and nobody can give gifts on it"`
	PostedAt Instant   `json:"posted_at"`
}

func viewVideo(v content.Video) videoView {
	return videoView{"video", v.ID, v.Creator, v.Title, v.Media, v.Poster, v.DurationMS, v.GiftsOn, v.Visibility == content.Hidden, at(v.PostedUS)}
}

func (a *API) videoList(ctx context.Context, in *struct{ Page }) (*listOut[videoView], error) {
	from, err := a.cursorOf(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask(ctx, a.cfg.Services.Reader, report.Videos(from, in.Limit+1))
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(v content.Video) string { return place(v.PostedUS, string(v.ID)) }, viewVideo), nil
}

type videoGetIn struct {
	ID id.Video `path:"id" doc:"The video"`
}

func (a *API) videoGet(ctx context.Context, in *videoGetIn) (*struct{ Body videoView }, error) {
	v, err := report.Ask1(ctx, a.cfg.Services.Reader, content.GetVideo, in.ID)
	if err != nil {
		return nil, err
	}
	if c := CallerOf(ctx); v.Visibility == content.Hidden && v.Creator != c.Person && !a.seesAll(&c) {
		return nil, fault.New(fault.NotFound, "There is no video %q, or it is not yours. Ids of videos begin with vid_.", in.ID)
	}
	return &struct{ Body videoView }{viewVideo(v)}, nil
}

type videoIn struct {
	Body struct {
		Title       string `json:"title" maxLength:"500"`
		Description string `json:"description,omitempty" maxLength:"10000"`
		Media       string `json:"media" maxLength:"2000" doc:"A file of the media folder, or an https URL"`
		Poster      string `json:"poster,omitempty" maxLength:"2000"`
		DurationMS  int64  `json:"duration_ms,omitempty" minimum:"0" maximum:"86400000"`
		Width       int64  `json:"width,omitempty" minimum:"0" maximum:"16384"`
		Height      int64  `json:"height,omitempty" minimum:"0" maximum:"16384"`
		GiftsOn     *bool  `json:"gifts_on,omitempty" default:"true"`
	}
}

func (a *API) videoCreate(ctx context.Context, in *videoIn) (*struct{ Body videoView }, error) {
	b := in.Body
	v, err := a.cfg.Services.Creators.Post(ctx, content.NewVideo{Creator: CallerOf(ctx).Person, Title: b.Title, Description: b.Description, Media: b.Media, Poster: b.Poster,
		DurationMS: b.DurationMS, Width: b.Width, Height: b.Height, GiftsOn: *b.GiftsOn})
	return &struct{ Body videoView }{viewVideo(v)}, err
}

// videoHide has no way back: what was shown and withdrawn is posted anew.
func (a *API) videoHide(ctx context.Context, in *videoGetIn) (*struct{ Body videoView }, error) {
	v, err := a.cfg.Services.Creators.Hide(ctx, CallerOf(ctx).Person, in.ID)
	return &struct{ Body videoView }{viewVideo(v)}, err
}

type roomView struct {
	Object    string    `json:"object" enum:"live_room"`
	ID        id.Live   `json:"id"`
	Creator   id.Person `json:"creator"`
	Title     string    `json:"title"`
	Poster    string    `json:"poster,omitempty"`
	State     string    `json:"state" enum:"scheduled,live,ended"`
	GiftsOn   bool      `json:"gifts_on"`
	StartedAt *Instant  `json:"started_at,omitempty"`
	EndedAt   *Instant  `json:"ended_at,omitempty"`
}

func viewRoom(r content.Room) roomView {
	return roomView{"live_room", r.ID, r.Creator, r.Title, r.Poster, string(r.State), r.GiftsOn, atOrNil(r.StartedUS), atOrNil(r.EndedUS)}
}

func (a *API) roomList(ctx context.Context, in *struct{ Page }) (*listOut[roomView], error) {
	from, err := a.cursorOf(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask(ctx, a.cfg.Services.Reader, report.Rooms(from, in.Limit+1))
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(r content.Room) string { return place(r.StartedUS, string(r.ID)) }, viewRoom), nil
}

type roomIn struct {
	Body struct {
		Title   string `json:"title" maxLength:"500"`
		Poster  string `json:"poster,omitempty" maxLength:"2000"`
		GiftsOn *bool  `json:"gifts_on,omitempty" default:"true"`
	}
}

type roomOut struct{ Body roomView }

func (a *API) roomCreate(ctx context.Context, in *roomIn) (*roomOut, error) {
	r, err := a.cfg.Services.Creators.Open(ctx, content.NewRoom{Creator: CallerOf(ctx).Person, Title: in.Body.Title, Poster: in.Body.Poster, GiftsOn: *in.Body.GiftsOn})
	return &roomOut{viewRoom(r)}, err
}

type roomGetIn struct {
	ID id.Live `path:"id"`
}

func (a *API) roomGet(ctx context.Context, in *roomGetIn) (*roomOut, error) {
	r, err := report.Ask1(ctx, a.cfg.Services.Reader, content.GetRoom, in.ID)
	return &roomOut{viewRoom(r)}, err
}

func (a *API) roomStart(ctx context.Context, in *roomGetIn) (*roomOut, error) {
	r, err := a.cfg.Services.Creators.GoLive(ctx, CallerOf(ctx).Person, in.ID)
	return &roomOut{viewRoom(r)}, err
}

func (a *API) roomEnd(ctx context.Context, in *roomGetIn) (*roomOut, error) {
	r, err := a.cfg.Services.Creators.End(ctx, CallerOf(ctx).Person, in.ID)
	return &roomOut{viewRoom(r)}, err
}

type giftsSwitchIn struct {
	Target string `path:"target" maxLength:"40" doc:"The LIVE (liv_…) or the video (vid_…)"`
	Body   struct {
		On bool `json:"on"`
	}
}

type giftsSwitchOut struct {
	Body struct {
		Target string `json:"target"`
		On     bool   `json:"on"`
	}
}

func (a *API) giftsSwitch(ctx context.Context, in *giftsSwitchIn) (*giftsSwitchOut, error) {
	out := &giftsSwitchOut{}
	out.Body.Target, out.Body.On = in.Target, in.Body.On
	return out, a.cfg.Services.Creators.SetGifts(ctx, CallerOf(ctx).Person, in.Target, in.Body.On)
}
