// Package content keeps what creators show: videos and LIVE rooms.
//
// # Model
//
// A video is posted with what it plays: the name of a file in the media folder
// or a URL of the host platform. It is public or hidden. A LIVE room is
// opened (scheduled), started (live) and ended; it does not come back.
//
//	OpenRoom ──▶ scheduled ──Start──▶ live ──End──▶ ended
//	                  └──────────End (never started)──▶ ended
//
// Both are targets of gifts. A target is open while a gift makes sense there:
// a public video, a room that is live. The creator switches gifts on or off for
// each of them. Targets answers for many ids at once, for the path of gifts.
//
// Start and End emit live.started and live.ended under the topic live:<id>.
//
// # Invariants
//
//   - The state of a room agrees with its times; the schema holds that too.
//   - Titles and descriptions are NFC, without control characters and without
//     what turns the direction of other text; something in them is visible.
//     Lengths are counted in graphemes, as people count.
//   - Media and posters are a plain file name or an http(s) URL, so that a page
//     may put them into an attribute.
//   - What is not the creator's is answered like what does not exist.
//   - Ids and times sort alike; lists go on at a Cursor and are stable while
//     things are posted.
//
// # How to change
//
// A new field of a video: the migration, the struct, the column list beside
// it, and a rule in NewVideo.check. A new kind of target: a case in Targets.
// Who may watch is not decided here but in package access.
package content
