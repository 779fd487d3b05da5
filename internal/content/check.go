package content

import (
	"net/url"
	"regexp"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/text"
)

// What people write about their content.
var (
	titleRule       = text.Rule{Name: "The title", Max: 120}
	descriptionRule = text.Rule{Name: "The description", Max: 2_000, Lines: true, Optional: true}
)

// clean brings a text to its one form, or adds what is wrong with it.
func clean(written *string, r text.Rule, pointer string, bad *fault.Fields) {
	kept, wrong := r.Clean(*written)
	bad.Add(pointer, wrong)
	*written = kept
}

const (
	maxSource     = 2_048      // bytes of a file name or URL
	maxDurationMS = 86_400_000 // a day
	maxPixels     = 16_384     // along one side
)

// fileName matches names relative to the media folder: no part begins with a
// dot, so none leads out of it.
var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$`)

// checkSource wants a file name of the media folder or an https URL: the pages
// tell the browser to load nothing over plain http.
func checkSource(source, pointer, name string, required bool, bad *fault.Fields) {
	if source == "" {
		if required {
			bad.Add(pointer, fault.Wrong(fault.ValidationFailed, "%s is missing: a file name of the media folder, or an https URL.", name))
		}
		return
	}
	if len(source) > maxSource {
		bad.Add(pointer, fault.Wrong(fault.URLNotAllowed, "%s may have %d bytes; it has %d.", name, maxSource, len(source)))
		return
	}
	if fileName.MatchString(source) {
		return
	}
	u, err := url.Parse(source)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		bad.Add(pointer, fault.Wrong(fault.URLNotAllowed, "%s is a file name of the media folder, or a URL that begins with https:// and names a host, without a password.", name))
		return
	}
	for _, r := range source {
		if r <= ' ' || r > '~' || r == '"' || r == '\'' || r == '<' || r == '>' || r == '\\' {
			bad.Add(pointer, fault.Wrong(fault.URLNotAllowed, "%s holds the character U+%04X; write it percent-encoded.", name, r))
			return
		}
	}
}

// checkNumber wants a number from 0 to most.
func checkNumber(n, most int64, pointer, name string, bad *fault.Fields) {
	if n < 0 || n > most {
		bad.Add(pointer, fault.Wrong(fault.ValidationFailed, "%s is 0 to %d; %d was sent.", name, most, n))
	}
}
