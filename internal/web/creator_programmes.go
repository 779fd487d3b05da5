package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/programme"
)

// programmesShown is the page of the programmes.
type programmesShown struct {
	Standing []programme.Standing
	Problem  *problem
	Notice   string
}

func programmesPage(v *visit) error { return showProgrammes(v, nil, http.StatusOK) }

// showProgrammes shows how the visitor stands to every programme; p is what
// went wrong with a form there.
func showProgrammes(v *visit, p *problem, status int) error {
	s := &programmesShown{Problem: p, Notice: v.didOf("joined", "left", "audience")}
	var err error
	if s.Standing, err = v.site.cfg.Creators.Standing(v, v.me()); err != nil {
		return err
	}
	return v.show(status, programmesView(v, s))
}

// joinProgramme joins a programme.
func joinProgramme(v *visit) error {
	_, err := v.site.cfg.Creators.Join(v, v.me(), programme.Programme(v.form("programme")))
	if err != nil {
		p := v.problemOf(err)
		return showProgrammes(v, p, p.Status)
	}
	return v.redirect("/c/programmes?did=joined")
}

// leaveProgramme leaves a programme.
func leaveProgramme(v *visit) error {
	_, err := v.site.cfg.Creators.Leave(v, v.me(), programme.Programme(v.form("programme")))
	if err != nil {
		p := v.problemOf(err)
		return showProgrammes(v, p, p.Status)
	}
	return v.redirect("/c/programmes?did=left")
}

// programmeName is what a programme is called.
func (v *visit) programmeName(s programme.Standing) string {
	return v.or("programme."+string(s.Evaluation.Programme), string(s.Evaluation.Programme))
}

// routes are the criteria of a programme, first those that all are asked for,
// then each route of which one is enough.
func routes(s programme.Standing) (names []string, by map[string][]programme.Checked) {
	by = map[string][]programme.Checked{}
	for _, c := range s.Evaluation.Criteria {
		if _, seen := by[c.Route]; !seen && c.Route != "" {
			names = append(names, c.Route)
		}
		by[c.Route] = append(by[c.Route], c)
	}
	if len(by[""]) > 0 {
		names = append([]string{""}, names...)
	}
	return names, by
}

// measured reports whether a criterion has a number to be shown on a scale.
func measured(c programme.Checked) bool {
	switch c.Metric {
	case programme.PayoutAccountReady, programme.RegionListed, programme.AccountKind:
		return false
	}
	return c.Op == programme.AtLeast || c.Op == programme.Above
}

// regionName is the region of a policy.
func (v *visit) regionName(region string) string {
	if region == programme.Everywhere {
		return v.T("programmes.everywhere")
	}
	return region
}

// mayJoin reports whether there is a way in now.
func mayJoin(s programme.Standing) bool {
	return s.Evaluation.Eligible && (s.Enrolment.State == programme.NotJoined || s.Enrolment.State == programme.Left)
}

// isIn reports whether the person takes part.
func isIn(s programme.Standing) bool {
	return s.Enrolment.State == programme.Active || s.Enrolment.State == programme.Grace
}
