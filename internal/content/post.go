package content

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// NewVideo is what PostVideo makes a video of; see Video for the fields.
type NewVideo struct {
	Creator     id.Person
	Title       string
	Description string
	Media       string
	Poster      string
	DurationMS  int64
	Width       int64
	Height      int64
	GiftsOn     bool
}

// PostVideo posts a video, public at once.
//
// The faults are text_too_long, text_not_allowed, url_not_allowed and
// validation_failed (several of them), with a pointer to every wrong field.
func PostVideo(ctx context.Context, tx *db.Tx, n NewVideo) (Video, error) {
	if err := n.check(); err != nil {
		return Video{}, err
	}
	v := Video{
		ID: id.Video(tx.NewID(id.KindVideo)), Creator: n.Creator, Title: n.Title, Description: n.Description,
		Media: n.Media, Poster: n.Poster, DurationMS: n.DurationMS, Width: n.Width, Height: n.Height,
		GiftsOn: n.GiftsOn, Visibility: Public, PostedUS: tx.NowUS(),
	}
	_, err := tx.Exec(ctx, "INSERT INTO video ("+videoColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		v.ID, v.Creator, v.Title, v.Description, v.Media, v.Poster, v.DurationMS, v.Width, v.Height, v.GiftsOn, v.Visibility, v.PostedUS)
	if err != nil {
		return Video{}, fmt.Errorf("content: posting a video: %w", err)
	}
	return v, nil
}

// check brings the texts into the form in which they are kept.
func (n *NewVideo) check() error {
	var bad fault.Fields
	clean(&n.Title, titleRule, "/title", &bad)
	clean(&n.Description, descriptionRule, "/description", &bad)
	checkSource(n.Media, "/media", "The video file", true, &bad)
	checkSource(n.Poster, "/poster", "The poster", false, &bad)
	checkNumber(n.DurationMS, maxDurationMS, "/duration_ms", "The duration in milliseconds", &bad)
	checkNumber(n.Width, maxPixels, "/width", "The width in pixels", &bad)
	checkNumber(n.Height, maxPixels, "/height", "The height in pixels", &bad)
	return bad.Err()
}
