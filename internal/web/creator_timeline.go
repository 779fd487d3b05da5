package web

import (
	"slices"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
)

// timelineStep is one step of a payout on its way, as its timeline shows them.
type timelineStep struct {
	Key  string // of its words
	US   int64  // when it happened, or should
	Done bool
	Bad  bool
}

// wholeTimeline is timeline from the first day on which something was earned that
// went into the payout.
func wholeTimeline(d payout.Detail) []timelineStep {
	if len(d.Lines) == 0 {
		return timeline(d.Payout)
	}
	first, available := d.Lines[0].Earning.Day, int64(0)
	for _, l := range d.Lines {
		if l.Earning.Day.Before(first) {
			first = l.Earning.Day
		}
		available = max(available, l.Earning.AvailableUS)
	}
	return append([]timelineStep{{Key: "payout.step.accrued", US: first.UnixMicro(), Done: true}, {Key: "payout.step.available", US: available, Done: true}}, timeline(d.Payout)...)
}

// timeline writes the way of a payout, from the request to the bank.
func timeline(p payout.Payout) []timelineStep {
	steps := []timelineStep{{Key: "payout.step.requested", US: p.RequestedUS, Done: true}}
	sent := timelineStep{Key: "payout.step.sent", US: p.SentUS, Done: p.SentUS != 0}
	switch p.State {
	case payout.Held:
		return append(steps, timelineStep{Key: "payout.step.held", US: p.Hold.SinceUS, Bad: true}, sent, timelineStep{Key: "payout.step.arrives"})
	case payout.Canceled:
		return append(steps, timelineStep{Key: "payout.step.canceled", US: p.EndedUS, Done: true, Bad: true})
	case payout.Failed:
		return append(steps, timelineStep{Key: "payout.step.failed", US: p.EndedUS, Done: true, Bad: true})
	case payout.Returning:
		return append(steps, sent, timelineStep{Key: "payout.step.returning", Bad: true})
	case payout.Returned:
		return append(steps, sent, timelineStep{Key: "payout.step.returned", US: p.EndedUS, Done: true, Bad: true})
	case payout.Paid:
		return append(steps, sent, timelineStep{Key: "payout.step.paid", US: p.EndedUS, Done: true})
	}
	if p.State == payout.Scheduled {
		sent = timelineStep{Key: "payout.step.goes", US: p.GoesUS}
	}
	return append(steps, sent, timelineStep{Key: "payout.step.arrives", US: p.ArrivesUS})
}

// stepWords are the keys of the steps of the way to the bank, stepWhen those of
// what their instants are.
var (
	stepWords = map[payout.StepState]string{
		payout.StepPending: "way.pending", payout.StepAvailable: "way.available", payout.StepBelow: "way.below", payout.StepCalendar: "way.calendar", payout.StepState(payout.Scheduled): "payout.scheduled",
		payout.StepState(payout.Held): "payout.held", payout.StepState(payout.Sending): "payout.sending", payout.StepState(payout.Sent): "payout.sent", payout.StepState(payout.Returning): "payout.returning",
	}
	stepWhen = map[payout.StepState]string{
		payout.StepPending: "way.at_pending", payout.StepAvailable: "way.at_available", payout.StepCalendar: "way.at_calendar", payout.StepState(payout.Scheduled): "way.at_scheduled", payout.StepState(payout.Held): "way.at_held",
		payout.StepState(payout.Sent): "way.at_sent",
	}
)

// stepKind is the colour of a step.
func stepKind(s payout.StepState) string {
	switch s {
	case payout.StepAvailable:
		return "good"
	case payout.StepCalendar, payout.StepState(payout.Sent), payout.StepState(payout.Sending), payout.StepState(payout.Scheduled):
		return "info"
	case payout.StepState(payout.Returning):
		return "bad"
	}
	return ""
}

// cameBack reports whether the money of a payout came back because of the
// account that it went to.
func cameBack(p payout.Payout) bool {
	return p.State == payout.Failed || p.State == payout.Returned || p.State == payout.Returning
}

// monthWords are the keys of what became of a month.
var monthWords = map[string]string{"": "calendar.outcome_open", "paid": "calendar.outcome_paid", "carried": "calendar.outcome_carried"}

// notAmong are those of all that are not in the others.
func notAmong(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(others, one) })
}

// linesSum adds the lines of a payout up.
func linesSum(d payout.Detail) money.Amount {
	sum := money.Amount{Asset: d.Amount.Asset}
	for _, l := range d.Lines {
		sum.Units += l.Amount.Units
	}
	return sum
}

// earningTitle is what an earning is called: its source and its day.
func (v *visit) earningTitle(e earnings.Earning) string {
	return v.T(earningWords[e.Source], v.day(e.Day))
}

// earningWords are the keys of what was earned on a day, by source.
var earningWords = map[earnings.Source]string{earnings.FromGift: "earnings.day", earnings.FromVideoGift: "earnings.day_video", earnings.FromTip: "earnings.day_tip"}
