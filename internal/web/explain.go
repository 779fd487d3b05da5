package web

import (
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// explainAny leads from a form with an id to its explanation.
func explainAny(v *visit) error {
	return v.redirect("/explain/" + pathSafe(strings.TrimSpace(v.r.URL.Query().Get("id"))))
}

// pathSafe keeps of a text what an id can have.
func pathSafe(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, strings.ToLower(s))
	if s == "" {
		return "-"
	}
	return s[:min(len(s), 60)]
}

// explainPage shows where an amount comes from: as a page, or as the part of
// one that the page's script puts into its side panel.
func explainPage(v *visit) error {
	step, err := v.site.cfg.Reader.Explain(v, v.r.PathValue("id"), v.me(), v.is(people.Operator))
	if err != nil {
		return err
	}
	if v.wants("explain") {
		return v.show(http.StatusOK, explainPart(v, step))
	}
	return v.show(http.StatusOK, explainView(v, step))
}

// stepState writes the state of a step. An earning is paid when a payout has
// taken it, a payout when it is in the bank.
func (v *visit) stepState(s report.Step) string {
	if s.Kind == "earning" {
		return v.or("earning."+s.State, s.State)
	}
	return v.or("step."+s.State, s.State)
}

// stepTitle writes the title of a step; a gift is called by its own name.
func (v *visit) stepTitle(s report.Step) string {
	title := s.Title
	if rest, ok := strings.CutPrefix(title, "Gift "); ok && s.Kind == "gift" {
		if item, count, ok := strings.Cut(rest, " × "); ok {
			name, emoji := v.site.giftName(v, item)
			title = "Gift " + name + " × " + count
			if emoji != "" {
				return emoji + " " + v.reported(title)
			}
		}
	}
	if rest, ok := strings.CutPrefix(title, "Combo of "); ok {
		if item, count, ok := strings.Cut(rest, " × "); ok {
			name, emoji := v.site.giftName(v, item)
			return strings.TrimSpace(emoji + " " + v.reported("Combo of "+name+" × "+count))
		}
	}
	return v.reported(title)
}
