package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/people"
)

// home shows who is live and the latest videos.
func home(v *visit) error {
	h, err := v.site.cfg.Reader.Home(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, homePage(v, h))
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
