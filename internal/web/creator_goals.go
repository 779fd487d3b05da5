package web

import (
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/report"
)

// goalsShown is the page of the creator's goals.
type goalsShown struct {
	Active, Ended []goal.Goal
	Older         string
	Rooms         []content.Room // on which a goal can be set
	Items         []gift.Item
	Typed         goal.NewGoal // of a goal that was not set
	Number        string       // how it was typed
	Problem       *problem
	Notice        string
}

const goalsAtOnce = 20

func goalsPage(v *visit) error {
	return showGoals(v, &goalsShown{Typed: goal.NewGoal{Metric: goal.Coins}}, http.StatusOK)
}

// showGoals shows the goals; s holds what was typed when a form met a problem.
func showGoals(v *visit, s *goalsShown, status int) error {
	s.Notice = v.didOf("goal_set", "goal_ended")
	err := v.listenFromNow(ofCreator)
	if err != nil {
		return err
	}
	if s.Active, err = report.Ask1(v, v.site.cfg.Reader, goal.List, goal.Page{Of: string(v.me()), State: goal.Active, Limit: goal.MaxActive}); err != nil {
		return err
	}
	before := id.Goal("")
	if v.r.Method == http.MethodGet {
		before = id.Goal(v.r.URL.Query().Get("before"))
	}
	if s.Ended, err = report.Ask1(v, v.site.cfg.Reader, goal.List, goal.Page{Of: string(v.me()), State: goal.Ended, Before: before, Limit: goalsAtOnce + 1}); err != nil {
		return err
	}
	if len(s.Ended) > goalsAtOnce {
		s.Ended = s.Ended[:goalsAtOnce]
		s.Older = "/c/goals?" + query("before", string(s.Ended[goalsAtOnce-1].ID))
	}
	if s.Rooms, err = v.site.cfg.Reader.OpenRooms(v, v.me()); err != nil {
		return err
	}
	if s.Items, err = report.Ask(v, v.site.cfg.Reader, gift.Catalog); err != nil {
		return err
	}
	return v.show(status, goalsView(v, s))
}

// setGoal sets a goal. What counts is coins, or one gift of the catalogue.
func setGoal(v *visit) error {
	s := &goalsShown{Number: v.form("wanted"), Typed: goal.NewGoal{Creator: v.me(), Target: v.form("target"), Title: v.form("title"), Metric: goal.Coins}}
	if item := v.form("counts"); item != "" && item != string(goal.Coins) {
		s.Typed.Metric, s.Typed.Item = goal.Gifts, item
	}
	s.Typed.Wanted, _ = counted(strings.NewReplacer(" ", "", " ", "", " ", "", ",", "").Replace(s.Number)) // 0 is refused below, in words
	if _, err := v.site.cfg.Goals.Set(v, s.Typed); err != nil {
		s.Problem = v.problemOf(err)
		return showGoals(v, s, s.Problem.Status)
	}
	return v.redirect("/c/goals?did=goal_set")
}

// endGoal ends a goal.
func endGoal(v *visit) error {
	if _, err := v.site.cfg.Goals.End(v, v.me(), id.Goal(v.r.PathValue("id"))); err != nil {
		p := v.problemOf(err)
		return showGoals(v, &goalsShown{Typed: goal.NewGoal{Metric: goal.Coins}, Problem: p}, p.Status)
	}
	return v.redirect("/c/goals?did=goal_ended")
}

// goalCounts is what a goal counts, in words.
func (v *visit) goalCounts(g goal.Goal) string {
	if g.Metric == goal.Gifts {
		return v.giftName(g.Item)
	}
	return v.T("explorer.coins")
}

// goalText is how far a goal is.
func (v *visit) goalText(g goal.Goal) string {
	return v.T("goals.of", v.number(g.Progress), v.number(g.Wanted), v.goalCounts(g))
}

// roomTitle is the title of one of the rooms, or nothing.
func (s *goalsShown) roomTitle(target string) string {
	for _, r := range s.Rooms {
		if string(r.ID) == target {
			return r.Title
		}
	}
	return ""
}
