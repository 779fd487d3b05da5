package web

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
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
	hits, err := v.find(q)
	if err != nil {
		return err
	}
	if v.wants("found") {
		return v.show(http.StatusOK, foundPart(v, q, hits))
	}
	return v.show(http.StatusOK, findView(v, q, hits))
}

// find looks for anything with an id, for pages by their name, and for people.
func (v *visit) find(q string) (hits []hit, err error) {
	if found := lastID(strings.ToLower(q)); found != "" {
		hits = append(hits, v.hitOf(found)...)
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
	persons, err := v.findPeople(q)
	if len(hits)+len(persons) > mostHits { // who is looked for by name stands beside the pages
		hits = hits[:max(0, mostHits-len(persons))]
	}
	return append(hits, persons...), err
}

// anyID finds what may be an id.
var anyID = regexp.MustCompile(`\b[a-z]{3}_[0-9a-z]{26}\b`)

// lastID returns the last id in the text, or nothing.
func lastID(text string) string {
	all := anyID.FindAllString(text, -1)
	if len(all) == 0 || id.KindOf(all[len(all)-1]) == "" {
		return ""
	}
	return all[len(all)-1]
}

// findPeople looks for people. Everybody finds who has exactly that handle;
// operators find whose handle or name begins like this, too.
func (v *visit) findPeople(q string) (hits []hit, err error) {
	if handle := strings.TrimPrefix(q, "@"); people.Skeleton(handle) != "" {
		p, err := report.Ask1(v, v.site.cfg.Reader, people.ByHandle, handle)
		switch {
		case err == nil && p.SuspendedUS == 0:
			hits = append(hits, hit{profilePath(p.Handle), "user", nameOf(p.Brief()), "@" + p.Handle})
		case err != nil && !fault.Is(err, fault.NotFound):
			return nil, err
		}
	}
	if q == "" || !v.manages() {
		return hits, nil
	}
	found, err := v.site.cfg.People.Search(v, people.Search{Query: q, Limit: mostPeople})
	for i := range found {
		hits = append(hits, hit{"/op/people/" + string(found[i].ID), "users", nameOf(found[i].Brief()), v.T("op.people")})
	}
	return hits, err
}

// mostPeople is how many people an operator's search shows beside pages.
const mostPeople = 4

// hitOf leads to what has the id, if that is anything to the visitor. People are
// found by findPeople.
func (v *visit) hitOf(found string) []hit {
	switch kind := id.KindOf(found); {
	case kind == id.KindVideo:
		return []hit{{"/v/" + found, "video", found, v.T("nav.feed")}}
	case kind == id.KindLive:
		return []hit{{"/live/" + found, "live", found, v.T("nav.live")}}
	case canExplain(found):
		return []hit{{"/explain/" + found, "receipt", found, v.T("find.explain")}}
	case kind == id.KindTransfer && v.manages():
		return []hit{{placeOf(found), "search", found, v.T("op.transfers")}}
	}
	return nil
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
