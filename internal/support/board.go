package support

import (
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Window says over what a board counts.
type Window string

// The windows.
const (
	Target Window = "live" // this LIVE or video
	Week   Window = "week" // the creator's present week, from Monday 00:00 UTC
	All    Window = "all"  // the creator, from the beginning
)

const (
	dayUS = 24 * 60 * 60 * 1_000_000
	// mondayShift makes weeks begin on Mondays: 1970-01-01 was a Thursday.
	mondayShift = 3
)

// weekOf numbers the weeks since 1970.
func weekOf(us int64) int64 { return (us/dayUS + mondayShift) / 7 }

// WeekBegins returns the Monday on which the week of the instant began.
func WeekBegins(us int64) time.Time {
	return time.UnixMicro((weekOf(us)*7 - mondayShift) * dayUS).UTC()
}

// weekBoard names the board of a creator's week.
func weekBoard(creator id.Person, week int64) string {
	return string(creator) + "/" + strconv.FormatInt(week, 10)
}

// board names the board of a window at an instant.
func board(target string, creator id.Person, w Window, us int64) (string, error) {
	switch w {
	case Target:
		if target != "" {
			return target, nil
		}
		return "", fault.New(fault.InvalidParameter, "A creator has no leaderboard of a LIVE. Name the LIVE, or ask for week or all.").
			At("window", fault.InvalidParameter, "week or all")
	case Week:
		return weekBoard(creator, weekOf(us)), nil
	case All:
		return string(creator), nil
	}
	return "", fault.New(fault.InvalidParameter, "The windows are live, week and all.").At("window", fault.InvalidParameter, "live, week or all")
}
