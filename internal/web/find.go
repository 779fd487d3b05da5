package web

import (
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/id"
)

// hit is one thing that a search has found.
type hit struct{ Path, Icon, Text, Where string }

// mostHits is how many things a search shows.
const mostHits = 12

// findPage is the search: the page that it is without script, and the list
// that the dialog of every page shows.
func findPage(v *visit) error {
	q := strings.TrimSpace(v.r.URL.Query().Get("q"))
	if len(q) > 200 {
		q = strings.ToValidUTF8(q[:200], "")
	}
	if v.wants("found") {
		return v.show(http.StatusOK, foundPart(v, q, v.find(q)))
	}
	return v.show(http.StatusOK, findView(v, q, v.find(q)))
}

// find looks for pages by their name, and for anything with an id.
func (v *visit) find(q string) (hits []hit) {
	if found := idIn(strings.ToLower(q)); found != "" && id.KindOf(found) != "" {
		hits = append(hits, v.hitOf(found))
	}
	wanted := strings.Fields(strings.ToLower(q))
	for _, h := range v.worn() {
		for _, item := range v.items(h) {
			text, where := v.T(item.words), v.T("hat."+h.name)
			if holdsAll(strings.ToLower(text+" "+where), wanted) {
				hits = append(hits, hit{item.path, item.icon, text, where})
			}
		}
	}
	return hits[:min(len(hits), mostHits)]
}

// hitOf leads to what has the id.
func (v *visit) hitOf(found string) hit {
	switch id.KindOf(found) {
	case id.KindVideo:
		return hit{"/v/" + found, "video", found, v.T("find.title")}
	case id.KindLive:
		return hit{"/live/" + found, "live", found, v.T("find.title")}
	}
	return hit{"/explain/" + found, "receipt", found, v.T("find.explain")}
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
