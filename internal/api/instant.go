package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ovationhq/ovation/internal/fault"
)

// Instant is a time in an answer: microseconds since 1970 in the program,
// RFC 3339 in UTC with microseconds on the wire. Zero is null.
type Instant int64

// instantForm is the form of times on the wire; all have the same length, so
// they sort as texts.
const instantForm = "2006-01-02T15:04:05.000000Z"

// MarshalJSON implements json.Marshaler.
func (i Instant) MarshalJSON() ([]byte, error) {
	if i == 0 {
		return []byte("null"), nil
	}
	b := make([]byte, 0, len(instantForm)+2)
	b = append(b, '"')
	b = time.UnixMicro(int64(i)).UTC().AppendFormat(b, instantForm)
	return append(b, '"'), nil
}

// noInstant says that something is none.
const noInstant = "This must be a time such as 2026-11-01T12:30:00Z (RFC 3339)."

// instantOf reads an instant of the query; none is the zero time.
func instantOf(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fault.New(fault.InvalidParameter, noInstant).At(name, fault.InvalidParameter, noInstant)
	}
	return t.UTC(), nil
}

// microsOf is instantOf in microseconds; none is 0.
func microsOf(name, text string) (int64, error) {
	t, err := instantOf(name, text)
	if err != nil || t.IsZero() {
		return 0, err
	}
	return t.UnixMicro(), nil
}

// Schema implements huma.SchemaProvider.
func (Instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Format: "date-time",
		Description: "RFC 3339 in UTC with microseconds", Examples: []any{"2026-11-01T12:30:00.000000Z"},
	}
}
