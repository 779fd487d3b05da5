package web

import (
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/report"
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
	Older string // address of the next page of videos; "" at the end
}

// Bare reports whether the person shows nothing.
func (p *profile) Bare() bool { return len(p.Rooms)+len(p.Soon)+len(p.Videos) == 0 }

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
	p.Mine = p.Person.ID == v.me()
	if next := cursorText(p.Next); next != "" {
		p.Older = profilePath(handle) + "?" + query("after", next) + "#videos"
	}
	return v.show(http.StatusOK, profileView(v, &p))
}

// profileArea is where the page stands in the navigation: one's own is me.
func profileArea(p *profile) string {
	if p.Mine {
		return "/me"
	}
	return "/"
}

// creatorHome is where creators begin, and where one becomes a creator.
func creatorHome() string {
	for _, h := range hats {
		if h.name == "creator" {
			return h.items[0].path
		}
	}
	return "/"
}
