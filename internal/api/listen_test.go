package api

import (
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

// TestTopics tries every kind of topic for whom it is, and for whom it is not.
func TestTopics(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(600), s.g.Creator()
	room, hidden := s.g.Live(star), s.g.Video(star)
	s.g.Exec("UPDATE video SET visibility = 'hidden' WHERE id = $1", hidden)
	s.g.Give(fan, "rose", room, 2)
	wallet, creator, person := "wallet:"+string(fan), "creator:"+string(star), "person:"+string(fan)
	_, narrow, err := s.people.CreateKey(t.Context(), people.Console(), people.NewKey{Name: "narrow", Scopes: []people.Scope{people.ContentWrite}})
	s.g.OK(err)
	asFan, asStar := s.session(t, fan), s.session(t, star)

	for topics, headers := range map[string][]string{
		"live:" + room:                             nil,
		"video:" + hidden:                          {asStar},
		wallet:                                     {asFan},
		person + "," + wallet + "," + wallet:       {asFan},
		creator + ",live:" + room:                  {asStar},
		creator + "," + wallet:                     {s.host},
		creator:                                    {s.host, actingFor(star)},
		"operator," + creator + "," + wallet:       {s.operator},
		wallet + "," + person + ",live:" + room:    {s.operator},
		"creator:" + string(fan) + ",live:" + room: {asFan},
	} {
		until := "event: gift.sent\n"
		if strings.HasPrefix(topics, "video:") {
			until = ": listening"
		}
		if got := s.streamed(t, until, "/v1/stream?topics="+topics, append([]string{"Last-Event-ID: 0"}, headers...)...); !strings.Contains(got, until) {
			t.Errorf("%s: %s", topics, got)
		}
	}
	for _, c := range []struct {
		topics  string
		code    fault.Code
		headers []string
	}{
		{wallet, fault.AuthRequired, nil},
		{wallet, fault.NotFound, []string{asStar}},
		{wallet, fault.NotFound, []string{s.host, actingFor(star)}},
		{creator, fault.NotFound, []string{asFan}},
		{person, fault.NotFound, []string{asStar}},
		{"operator", fault.NotFound, []string{asStar}},
		{"operator", fault.NotFound, []string{s.host}},
		{"operator", fault.AuthRequired, nil},
		{wallet, fault.ScopeMissing, []string{"Authorization: Bearer " + narrow, actingFor(fan)}},
		{"video:" + hidden, fault.NotFound, []string{asFan}},
		{"live:liv_01kgw1ptrhe8zr2b7a5y3c9dxm", fault.NotFound, nil},
		{"live:" + room + "," + wallet, fault.NotFound, []string{asStar}},
		{"live:" + hidden, fault.InvalidParameter, nil},
		{"wallet:x", fault.InvalidParameter, nil},
		{"all", fault.InvalidParameter, nil},
		{"a,b,c,d,e,f,g,h,i,j,k", fault.InvalidParameter, nil},
		{"", fault.MissingParameter, nil},
	} {
		wantProblem(t, s.ask(t, "GET /v1/stream?topics="+c.topics, c.headers...), c.code)
	}
}

// TestStreamsOfOneAddress holds the bound on streams, which is a setting.
func TestStreamsOfOneAddress(t *testing.T) {
	s := newShop(t, func(c *Config) { c.StreamsPerAddress = 1 })
	line := "/v1/live-rooms/" + s.g.Live(s.g.Creator()) + "/events"
	s.streamed(t, ": listening", line)
	s.streamed(t, ": listening", line) // the first has gone
	s.API.cfg.StreamsPerAddress = -1   // as if one were open
	wantProblem(t, s.ask(t, "GET "+line), fault.RateLimited)
}
