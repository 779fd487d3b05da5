package content

import (
	"net/url"
	"regexp"

	"github.com/ovationhq/ovation/internal/fault"
)

// wrong gathers every wrong field of a request.
type wrong struct{ fields []fault.Field }

func (w *wrong) add(pointer string, code fault.Code, sentence string, args ...any) {
	w.fields = append(w.fields, fault.New(code, "").At(pointer, code, sentence, args...).Fields...)
}

// err returns the fault of the request, or nil. Its code is that of the fields
// if they agree, else validation_failed; its sentence is that of the only
// field, or one that counts them.
func (w *wrong) err() error {
	if len(w.fields) == 0 {
		return nil
	}
	code, detail := w.fields[0].Code, w.fields[0].Detail
	for _, f := range w.fields {
		if f.Code != code {
			code = fault.ValidationFailed
		}
	}
	e := fault.New(code, "%s", detail)
	if n := len(w.fields); n > 1 {
		e = fault.New(code, "%d fields are wrong; each is listed with what it may be.", n)
	}
	e.Fields = w.fields
	return e
}

const (
	maxSource     = 2_048      // bytes of a file name or URL
	maxDurationMS = 86_400_000 // a day
	maxPixels     = 16_384     // along one side
)

// fileName matches names relative to the media folder: no part begins with a
// dot, so none leads out of it.
var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$`)

// checkSource wants a file name of the media folder or an http(s) URL.
func checkSource(source, pointer, name string, required bool, bad *wrong) {
	if source == "" {
		if required {
			bad.add(pointer, fault.ValidationFailed, "%s is missing: a file name of the media folder, or an https URL.", name)
		}
		return
	}
	if len(source) > maxSource {
		bad.add(pointer, fault.URLNotAllowed, "%s may have %d bytes; it has %d.", name, maxSource, len(source))
		return
	}
	if fileName.MatchString(source) {
		return
	}
	u, err := url.Parse(source)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		bad.add(pointer, fault.URLNotAllowed, "%s is a file name of the media folder, or a URL that begins with https:// and names a host, without a password.", name)
		return
	}
	for _, r := range source {
		if r <= ' ' || r > '~' || r == '"' || r == '\'' || r == '<' || r == '>' || r == '\\' {
			bad.add(pointer, fault.URLNotAllowed, "%s holds the character U+%04X; write it percent-encoded.", name, r)
			return
		}
	}
}

// checkNumber wants a number from 0 to most.
func checkNumber(n, most int64, pointer, name string, bad *wrong) {
	if n < 0 || n > most {
		bad.add(pointer, fault.ValidationFailed, "%s is 0 to %d; %d was sent.", name, most, n)
	}
}
