package web

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/support"
	"github.com/ovationhq/ovation/internal/text"
)

// supporters are who gave to the creator, who gave most first.
type supporters struct {
	Window support.Window
	Rows   []supporter
	Total  support.BoardTotal // of all rows, also those on other pages
	Older  string
}

// supporter is one of them with their rank.
type supporter struct {
	support.Supporter
	Rank int64
	Was  int64 // the rank of the week before, 0 for none
}

const supportersAtOnce = 25

// supporterWindow reads the window in the address.
func (v *visit) supporterWindow() (support.Window, error) {
	switch w := support.Window(v.r.URL.Query().Get("window")); w {
	case "", support.Week:
		return support.Week, nil
	case support.All:
		return w, nil
	default:
		return "", fault.New(fault.InvalidParameter, "There is no window %q. Choose week or all.", fault.Clip(string(w)))
	}
}

// supportersPage shows the board of the week, or of all time.
func supportersPage(v *visit) error {
	s := &supporters{}
	err := v.listenFromNow(ofCreator)
	if err != nil {
		return err
	}
	if s.Window, err = v.supporterWindow(); err != nil {
		return err
	}
	after, rank, err := supporterAt(v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	all, err := report.Ask2(v, v.site.cfg.Reader, support.Supporters, v.me(), support.Page{Window: s.Window, After: after, Limit: supportersAtOnce + 1})
	if err != nil {
		return err
	}
	if len(all) > supportersAtOnce {
		all = all[:supportersAtOnce]
		last := all[supportersAtOnce-1].Sum
		s.Older = "/c/supporters?" + query("window", string(s.Window), "after", strings.Join([]string{numeral(last.Coins), numeral(last.LastUS), string(last.Fan), numeral(rank + supportersAtOnce)}, " "))
	}
	if s.Total, err = report.Ask2(v, v.site.cfg.Reader, support.TotalOf, v.me(), s.Window); err != nil {
		return err
	}
	was, err := v.ranksBefore(s.Window)
	if err != nil {
		return err
	}
	for i, one := range all {
		s.Rows = append(s.Rows, supporter{one, rank + int64(i) + 1, was[one.Fan]})
	}
	return v.show(http.StatusOK, supportersView(v, s))
}

// ranksBefore are the ranks of the week before of who is on the board.
func (v *visit) ranksBefore(w support.Window) (map[id.Person]int64, error) {
	was := map[id.Person]int64{}
	if w != support.Week {
		return was, nil
	}
	board, err := report.Ask1(v, v.site.cfg.Reader, support.Get, support.Ask{Of: string(v.me()), Window: support.Week, Limit: support.MaxEntries})
	for _, e := range board.Entries {
		was[e.Fan] = e.Was
	}
	return was, err
}

// supporterAt reads the place where the board goes on: the last fan, and the
// rank.
func supporterAt(after string) (last support.Sum, rank int64, err error) {
	if after == "" {
		return last, 0, nil
	}
	parts := strings.Split(after, " ")
	if len(parts) != 4 || !id.Valid(id.KindPerson, parts[2]) {
		return last, 0, fault.New(fault.CursorInvalid, "This is no place in this list. Begin at its first page.")
	}
	for i, n := range map[int]*int64{0: &last.Coins, 1: &last.LastUS, 3: &rank} {
		if *n, err = strconv.ParseInt(parts[i], 10, 64); err != nil || *n < 0 {
			return last, 0, fault.New(fault.CursorInvalid, "This is no place in this list. Begin at its first page.")
		}
	}
	last.Fan = id.Person(parts[2])
	return last, rank, nil
}

// supportersFile writes the whole board as a file.
func supportersFile(v *visit) error {
	window, err := v.supporterWindow()
	if err != nil {
		return err
	}
	all, err := report.Ask2(v, v.site.cfg.Reader, support.AllSupporters, v.me(), window)
	if err != nil {
		return err
	}
	return v.file("supporters", func(to *bufio.Writer) error {
		out, err := text.NewCSV(to, "rank", "fan", "fan_handle", "fan_name", "coins", "gifts", "first_at", "last_at")
		if err != nil {
			return err
		}
		for i, s := range all {
			if err := out.Row(numeral(int64(i+1)), string(s.Fan), s.Who.Handle, s.Who.Name, numeral(s.Coins), numeral(s.Gifts), machine(s.FirstUS), machine(s.LastUS)); err != nil {
				return err
			}
		}
		return out.Close()
	})
}

// supporterTabs lead to the boards.
func (v *visit) supporterTabs(on support.Window) []option {
	return []option{
		{Text: v.T("supporters.week"), Href: "/c/supporters", On: on == support.Week},
		{Text: v.T("supporters.all"), Href: "/c/supporters?" + query("window", string(support.All)), On: on == support.All},
	}
}

// supporterColumns are the columns of the board.
func (v *visit) supporterColumns() []column {
	return []column{{Text: v.T("supporters.rank"), Class: "rank"}, {Text: v.T("explorer.fan")}, {Text: v.T("summary.gifts"), Numeric: true, Class: "far"},
		{Text: v.T("supporters.first"), Class: "far"}, {Text: v.T("supporters.last"), Class: "far"}, {Text: v.T("explorer.coins"), Numeric: true}}
}

// rows leads to what a supporter gave, or all of them, as the explorer shows it.
func (s *supporters) rows(v *visit, fan id.Person) string {
	from := ""
	if s.Window == support.Week {
		from = support.WeekBegins(v.shown()).Format(time.DateOnly)
	}
	return "/c/earnings?" + query("group", "none", "fan", string(fan), "from", from)
}

// rankMove says how a rank has changed since the week before.
func (v *visit) rankMove(s supporter) *trend {
	switch {
	case s.Was == 0:
		return nil
	case s.Was > s.Rank:
		return &trend{Up: true, Text: v.T("supporters.from", s.Was)}
	case s.Was < s.Rank:
		return &trend{Down: true, Text: v.T("supporters.from", s.Was)}
	}
	return &trend{Text: v.T("supporters.same")}
}
