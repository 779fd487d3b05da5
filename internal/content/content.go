package content

import (
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Visibility says who finds a video.
type Visibility string

// The visibilities.
const (
	Public Visibility = "public"
	Hidden Visibility = "hidden"
)

// Video is a posted video. Times are microseconds UTC.
type Video struct {
	ID          id.Video
	Creator     id.Person
	Title       string
	Description string // may have several lines, or none
	Media       string // a file name of the media folder, or an http(s) URL
	Poster      string // the same for the still picture; may be empty
	DurationMS  int64  // 0 where it is not known, as are the pixels
	Width       int64  // pixels
	Height      int64  // pixels
	GiftsOn     bool
	Visibility  Visibility
	PostedUS    int64
}

// RoomState is how far a LIVE is.
type RoomState string

// The states of a room.
const (
	Scheduled RoomState = "scheduled"
	Live      RoomState = "live"
	Ended     RoomState = "ended"
)

// Room is a LIVE room. Times are microseconds UTC, 0 before they happen.
type Room struct {
	ID        id.Live
	Creator   id.Person
	Title     string
	Poster    string // a file name of the media folder or an http(s) URL; may be empty
	State     RoomState
	GiftsOn   bool
	OpenedUS  int64
	StartedUS int64 // 0 in a room that ended without having started
	EndedUS   int64
}

// missingVideo is the answer for a video that is not there or not the asker's.
func missingVideo(video id.Video) error {
	return fault.New(fault.NotFound, "There is no video %q, or it is not yours. Ids of videos begin with vid_.", fault.Clip(string(video)))
}

// missingRoom is the answer for a room that is not there or not the asker's.
func missingRoom(room id.Live) error {
	return fault.New(fault.NotFound, "There is no LIVE %q, or it is not yours. Ids of LIVEs begin with liv_.", fault.Clip(string(room)))
}
