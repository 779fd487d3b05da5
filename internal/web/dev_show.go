package web

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// statusKind is the colour of a status of HTTP.
func statusKind(status int) string {
	switch {
	case status >= 200 && status < 300:
		return "good"
	case status >= 300 && status < 500:
		return ""
	}
	return "bad"
}

// took writes how long something took.
func (v *visit) took(us int64) string {
	if us < 10_000 {
		return strconv.FormatFloat(float64(us)/1000, 'f', 1, 64) + " ms"
	}
	return v.number(us/1000) + " ms"
}

// second writes an instant to the second, with its zone.
func (v *visit) second(us int64) string {
	t := time.UnixMicro(us).UTC()
	return v.T("time.format", v.day(t), t.Format(time.TimeOnly))
}

// indented writes JSON for reading.
func indented(raw []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
