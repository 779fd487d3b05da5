package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/url"

	"github.com/ovationhq/ovation/internal/fault"
)

// List is a page of a list.
type List[T any] struct {
	Object     string `json:"object" enum:"list" doc:"Always list"`
	Data       []T    `json:"data" doc:"The entries of this page"`
	HasMore    bool   `json:"has_more" doc:"Whether there are more after these"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Send it as cursor, with the same filters, to get the next page"`
}

// Page is what the input of every list embeds.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many entries at most"`
	Cursor string `query:"cursor" maxLength:"512" doc:"next_cursor of the page before; nothing for the first page"`
}

// listOut is the output of every list.
type listOut[T any] struct{ Body List[T] }

// after returns where the page begins: the position that listed was given
// for the last entry of the page before, or "" for the first page. A cursor
// of another operation, of other filters, for another person or with another
// byte is refused.
func (a *API) after(ctx context.Context, p Page) (string, error) {
	if p.Cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(p.Cursor)
	if err == nil && len(raw) > cursorMAC {
		position := raw[cursorMAC:]
		bound := boundTo(ctx)
		for _, key := range a.cfg.CursorKeys {
			if hmac.Equal(raw[:cursorMAC], sign(key, bound, position)) {
				return string(position), nil
			}
		}
	}
	return "", fault.New(fault.CursorInvalid, "This cursor was not made for this list with these filters. Begin again without a cursor.").
		At("cursor", fault.CursorInvalid, "This is not a cursor of this list.")
}

// listed makes a page of the rows, of which the use case was asked for one
// more than the limit: the one too many says that there are more. position
// names a row for the cursor, such as its id.
func listed[R, T any](ctx context.Context, a *API, p Page, rows []R, position func(R) string, view func(R) T) *listOut[T] {
	out := &listOut[T]{Body: List[T]{Object: "list", Data: make([]T, 0, min(len(rows), p.Limit))}}
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		out.Body.HasMore = true
		out.Body.NextCursor = a.cursor(ctx, position(rows[len(rows)-1]))
	}
	for _, r := range rows {
		out.Body.Data = append(out.Body.Data, view(r))
	}
	return out
}

// cursorMAC is how many bytes of the signature are in a cursor.
const cursorMAC = 16

func (a *API) cursor(ctx context.Context, position string) string {
	mac := sign(a.cfg.CursorKeys[0], boundTo(ctx), []byte(position))
	return base64.RawURLEncoding.EncodeToString(append(mac, position...))
}

// boundTo is what a cursor is good for: the operation, the path, the person,
// and the query without what only says which page and how it looks.
func boundTo(ctx context.Context) []string {
	x := exchangeOf(ctx)
	query, _ := url.ParseQuery(x.request.URL.RawQuery) // it was checked before
	query.Del("cursor")
	query.Del("limit")
	query.Del("expand")
	return []string{x.op.id, x.request.URL.EscapedPath(), string(x.caller.Person), query.Encode()}
}

func sign(key []byte, bound []string, position []byte) []byte {
	h := hmac.New(sha256.New, key)
	var length [8]byte
	for _, part := range bound {
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write([]byte(part))
	}
	h.Write(position)
	return h.Sum(nil)[:cursorMAC]
}
