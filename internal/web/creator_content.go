package web

import (
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// shownContent is a page of the creator's videos or LIVEs, with what each
// earned.
type shownContent struct {
	report.OwnContent
	Older   string
	Notice  string
	Problem *problem
	Title   string // of a LIVE that was not started: what was typed
	Poster  string
	GiftsOn bool
}

const contentAtOnce = 12

// contentFrom reads the place where a list goes on.
func (v *visit) contentFrom() (content.Cursor, error) {
	after := v.r.URL.Query().Get("after")
	if after == "" || v.r.Method == http.MethodPost {
		return content.Cursor{}, nil
	}
	from, ok := readCursor(after)
	if !ok {
		return content.Cursor{}, fault.New(fault.CursorInvalid, "This is no place in this list. Begin at its first page.")
	}
	return from, nil
}

func contentOlder(path string, c content.Cursor) string {
	if next := cursorText(c); next != "" {
		return path + "?" + query("after", next)
	}
	return ""
}

// contentPage lists the creator's videos.
func contentPage(v *visit) error {
	from, err := v.contentFrom()
	if err != nil {
		return err
	}
	c := &shownContent{Notice: v.didOf("gifts_on", "gifts_off")}
	if c.OwnContent, err = v.site.cfg.Reader.OwnVideos(v, v.me(), from, contentAtOnce); err != nil {
		return err
	}
	c.Older = contentOlder("/c/content", c.Next)
	return v.show(http.StatusOK, contentView(v, c))
}

// switchGifts switches gifts on or off for a video or a LIVE.
func switchGifts(v *visit) error {
	target, on := v.r.PathValue("id"), v.form("on") == "yes"
	if err := v.site.cfg.Creators.SetGifts(v, v.me(), target, on); err != nil {
		return err
	}
	did := "gifts_off"
	if on {
		did = "gifts_on"
	}
	to := "/c/content"
	if id.KindOf(target) == id.KindLive {
		to = "/c/lives"
	}
	return v.redirect(to + "?" + query("did", did) + "#" + target)
}

// summary is what a video or a LIVE earned, and when.
type summary struct {
	report.TargetSummary
	Line   report.Timeline
	Last   report.Earned
	Notice string
}

// timelineSlots is how many pieces a timeline has, and lastGifts how many gifts
// stand below it.
const timelineSlots, lastGifts = 30, 12

func liveSummary(v *visit) error  { return showSummary(v, id.KindLive) }
func videoSummary(v *visit) error { return showSummary(v, id.KindVideo) }

// showSummary shows what one thing earned, to its creator and to operators.
func showSummary(v *visit, kind id.Kind) error {
	target := v.r.PathValue("id")
	if !id.Valid(kind, target) {
		return fault.New(fault.NotFound, "There is no LIVE or video %s.", fault.Clip(target))
	}
	s := &summary{Notice: v.didOf("live_ended")}
	var err error
	if s.TargetSummary, s.Line, s.Last, err = v.site.cfg.Reader.TargetTimeline(v, target, v.me(), v.is(people.Operator), timelineSlots, lastGifts); err != nil {
		return err
	}
	s.Last.Targets = nil // the page says it already
	return v.show(http.StatusOK, summaryView(v, s))
}

// rows leads to the gifts of a summary, in the explorer of who owns it.
func (s *summary) rows(group string) string {
	return "/c/earnings?" + query("target", s.Target.ID, "group", group)
}

// bars are the gifts of a summary over time, in coins.
func (v *visit) giftBars(s *summary) barChart {
	c := barChart{Title: v.T("summary.timeline"), Series: []string{v.T("explorer.coins")}, Write: func(n int64) string { return v.number(n) }}
	for _, slot := range s.Line.Slots {
		t := time.UnixMicro(slot.FromUS).UTC()
		label := t.Format("15:04")
		if s.Line.ToUS-s.Line.FromUS > 2*24*time.Hour.Microseconds() {
			label = v.dayShort(t)
		}
		c.Bars = append(c.Bars, bar{Label: label, Full: v.T("summary.slot", v.when(slot.FromUS), v.N("explorer.gifts", slot.Gifts)), Parts: []int64{slot.Coins}})
	}
	return c
}

// summaryTiles are the figures of a summary.
func (v *visit) summaryTiles(s *summary) (all []tile) {
	sum := s.Sum()
	for _, t := range s.Totals {
		note := ""
		if t.Pending > 0 {
			note = v.T("hub.of_it_pending", v.money(t.Pending, t.Amount.Asset))
		}
		all = append(all, tile{Label: v.T("summary.earned"), Value: v.amount(t.Amount), Href: s.rows("none"), Note: note, Wide: true})
	}
	all = append(all,
		tile{Label: v.T("summary.gifters"), Value: v.number(int64(s.Gifters)), Href: s.rows("fan")},
		tile{Label: v.T("summary.gifts"), Value: v.number(sum.Gifts), Href: s.rows("none"), Note: v.N("summary.combos", sum.Combos)},
		tile{Label: v.T("explorer.diamonds"), Value: v.number(sum.Diamonds), Note: v.coins(sum.Coins)})
	if s.Target.Kind == id.KindLive && s.StartedUS > 0 {
		all = append(all, tile{Label: v.T("summary.duration"), Value: v.span(s.Duration)})
	}
	return all
}

// span writes how long something took.
func (v *visit) span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return v.T("span.seconds", int(d.Seconds()))
	case d < time.Hour:
		return v.T("span.minutes", int(d.Minutes()))
	}
	return v.T("span.hours", int(d.Hours()), int(d.Minutes())%60)
}
