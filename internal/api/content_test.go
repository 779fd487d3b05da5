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
	wantProblem(t, s.ask(t, "POST /v1/videos/"+video+"/hide", s.session(t, s.g.Creator())), fault.NotFound)
	for range 2 {
		if o := s.answered(t, 200, "POST /v1/videos/"+video+"/hide", s.session(t, star)); o["hidden"] != true {
			t.Errorf("the hidden video: %v", o)
		}
	}
	wantProblem(t, s.ask(t, "GET /v1/videos/"+video), fault.NotFound)
	wantProblem(t, s.ask(t, "GET /v1/videos/"+video, s.session(t, s.g.Person())), fault.NotFound)
	s.answered(t, 200, "GET /v1/videos/"+video, s.session(t, star))
	wantProblem(t, s.ask(t, "GET /v1/videos/vid_01kgw1ptrhe8zr2b7a5y3c9dxm"), fault.NotFound)
	wantProblem(t, s.ask(t, "GET /v1/videos/usr_01kgw1ptrhe8zr2b7a5y3c9dxm"), fault.NotFound)
}

// TestGiftsOffFromTheStart makes content on which no gift can be given: what
// is not said is true, and what is said counts.
func TestGiftsOffFromTheStart(t *testing.T) {
	s := newShop(t)
	me := s.session(t, s.g.Creator())
	for _, line := range []string{"POST /v1/videos", "POST /v1/live-rooms"} {
		for said, want := range map[string]bool{"": true, `,"gifts_on":null`: true, `,"gifts_on":true`: true, `,"gifts_on":false`: false} {
			body := `{"title":"A title"` + said
			if line == "POST /v1/videos" {
				body += `,"media":"clip.mp4"`
			}
			if o := s.answered(t, 201, line, me, "", body+"}"); o["gifts_on"] != want {
				t.Errorf("%s with %q: gifts_on is %v", line, said, o["gifts_on"])
			}
		}
	}
}

// TestWholePageOfContent asks for the most that a page can have, of more than
// there are on one page.
func TestWholePageOfContent(t *testing.T) {
	s := newShop(t)
	star := s.g.Creator()
	for range 101 {
		s.g.Video(star)
	}
	o := s.answered(t, 200, "GET /v1/videos?limit=100")
	if n := len(o["data"].([]any)); n != 100 || o["has_more"] != true {
		t.Fatalf("%d videos, has_more %v", n, o["has_more"])
	}
	if rest := s.answered(t, 200, "GET /v1/videos?limit=100&cursor="+o["next_cursor"].(string)); len(rest["data"].([]any)) != 1 {
		t.Errorf("the second page: %v", rest)
	}
}
