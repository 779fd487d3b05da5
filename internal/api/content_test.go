package api

import (
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

func TestVideoByID(t *testing.T) {
	s := newShop(t)
	star := s.g.Creator()
	video := s.g.Video(star)
	if o := s.answered(t, 200, "GET /v1/videos/"+video); o["id"] != video || o["creator"] != string(star) || o["object"] != "video" {
		t.Errorf("the video: %v", o)
	}
	s.g.Exec("UPDATE video SET visibility = 'hidden' WHERE id = $1", video)
	wantProblem(t, s.ask(t, "GET /v1/videos/"+video), fault.NotFound)
	wantProblem(t, s.ask(t, "GET /v1/videos/"+video, s.session(t, s.g.Person())), fault.NotFound)
	s.answered(t, 200, "GET /v1/videos/"+video, s.session(t, star))
	wantProblem(t, s.ask(t, "GET /v1/videos/vid_01kgw1ptrhe8zr2b7a5y3c9dxm"), fault.NotFound)
	wantProblem(t, s.ask(t, "GET /v1/videos/usr_01kgw1ptrhe8zr2b7a5y3c9dxm"), fault.NotFound)
}
