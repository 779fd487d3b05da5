package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/content"
)

// place names a row of a list that is sorted by an instant, for the cursor.
func place(us int64, rowID string) string { return strconv.FormatInt(us, 10) + " " + rowID }

// cursorOf reads what place wrote.
func (a *API) cursorOf(ctx context.Context, p Page) (content.Cursor, error) {
	position, err := a.after(ctx, p)
	if err != nil || position == "" {
		return content.Cursor{}, err
	}
	us, rowID, _ := strings.Cut(position, " ")
	n, err := strconv.ParseInt(us, 10, 64)
	return content.Cursor{AtUS: n, ID: rowID}, err
}
