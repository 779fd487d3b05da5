package web

import (
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/support"
	"github.com/ovationhq/ovation/internal/tip"
)

// profilePattern is the address of profiles: /@ and a handle. A pattern can
// not ask for the @, so the handler does.
const profilePattern = "GET /{handle}"

// profilePath is the address of a person's profile.
func profilePath(handle string) string { return "/@" + handle }

// profile is what a person's page shows.
type profile struct {
	report.Profile
	Mine  bool
	Board support.Leaderboard
	Goals []goal.Goal    // of the month
	Past  []content.Room // LIVEs that are over, the latest first
	Tips  []tip.Shown    // the latest
	Open  bool           // tips are taken
	Older string         // address of the next page of videos; "" at the end
}

// Bare reports whether the person shows nothing.
func (p *profile) Bare() bool {
	return len(p.Rooms)+len(p.Soon)+len(p.Past)+len(p.Videos) == 0
}

// roomsLooked is how many of the latest LIVEs are looked at for those that are
// over, pastShown how many of these a profile shows.
const roomsLooked, pastShown = 30, 8

// profileTabs lead to the parts of the page, where there are several.
func (v *visit) profileTabs(p *profile) (all []option) {
	part := func(there bool, words, href string) {
		if there {
			all = append(all, option{Text: v.T(words), Href: href})
		}
	}
	part(len(p.Videos) > 0, "profile.videos", "#videos")
	part(len(p.Soon)+len(p.Past) > 0, "profile.lives", "#lives")
	part(len(p.Goals)+len(p.Board.Entries)+len(p.Tips) > 0, "profile.support_tab", "#support")
	if len(all) < 2 {
		return nil
	}
	return all
}

// profilePage shows a person to everybody. What a handle reads like leads to
// the handle itself; nobody can have two addresses.
func profilePage(v *visit) error {
	handle, ok := strings.CutPrefix(v.r.PathValue("handle"), "@")
	if !ok {
		return nowhere(v)
	}
	p := profile{}
	var err error
	if p.Profile, err = v.site.cfg.Reader.Profile(v, handle, cursorOf(v.r.URL.Query().Get("after"))); err != nil {
		return err
	}
	switch {
	case p.Person.SuspendedUS != 0 && p.Person.ID != v.me():
		return fault.New(fault.NotFound, "There is no such person.")
	case p.Person.Handle != handle:
		return v.redirect(profilePath(p.Person.Handle))
	}
	if err := v.supporters(&p); err != nil {
		return err
	}
	if err := v.tipped(&p); err != nil {
		return err
	}
	if err := v.pastLives(&p); err != nil {
		return err
	}
	p.Mine = p.Person.ID == v.me()
	if next := cursorText(p.Next); next != "" {
		p.Older = profilePath(handle) + "?" + query("after", next) + "#videos"
	}
	return v.show(http.StatusOK, profileView(v, &p))
}

// supporters reads who gave the person most, and the goals of the month.
func (v *visit) supporters(p *profile) error {
	var err error
	if p.Board, err = report.Ask1(v, v.site.cfg.Reader, support.Get, support.Ask{Of: string(p.Person.ID), Window: support.All, Limit: 5, Fan: v.me()}); err != nil {
		return err
	}
	all, err := report.Ask1(v, v.site.cfg.Reader, goal.List, goal.Page{Of: string(p.Person.ID), State: goal.Active, Limit: 10})
	for _, g := range all {
		if g.Target == "" {
			p.Goals = append(p.Goals, g)
		}
	}
	return err
}

// tipsShown is how many of the latest tips a profile shows.
const tipsShown = 6

// tipped reads the person's latest tips, and whether there can be more.
func (v *visit) tipped(p *profile) (err error) {
	if p.Open, err = v.takesTips(p.Person.ID); err != nil {
		return err
	}
	p.Tips, err = report.Ask2(v, v.site.cfg.Reader, tip.Wall, p.Person.ID, tip.Page{Limit: tipsShown})
	return err
}

// pastLives reads the LIVEs of the person that are over.
func (v *visit) pastLives(p *profile) error {
	all, err := report.Ask2(v, v.site.cfg.Reader, content.RoomsOf, p.Person.ID, roomsLooked)
	for _, r := range all {
		if r.State == content.Ended && r.StartedUS > 0 && len(p.Past) < pastShown {
			p.Past = append(p.Past, r)
		}
	}
	return err
}

// profileArea is where the page stands in the navigation: one's own is me.
func profileArea(p *profile) string {
	if p.Mine {
		return "/me"
	}
	return "/"
}
