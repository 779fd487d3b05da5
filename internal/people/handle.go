package people

import (
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
)

// The lengths of a handle, in characters.
const (
	minHandle = 3
	maxHandle = 24
)

// reserved are skeletons of handles that would be taken for the site itself,
// or for a part of its addresses.
var reserved = []string{
	"admin", "administrator", "api", "billing", "help", "info", "login", "moderator", "null", "official", "operator",
	"ovation", "payment", "payments", "payout", "payouts", "root", "security", "settings", "staff", "support", "system",
	"team", "undefined", "webhook", "webhooks", "www",
}

// Skeleton is what a handle looks like: handles with the same skeleton are
// the same name. It is empty for what can not be a handle.
func Skeleton(handle string) string {
	handle = strings.TrimPrefix(handle, "@")
	if len(handle) > maxHandle {
		return ""
	}
	var b strings.Builder
	for i := range len(handle) {
		switch c := handle[i]; {
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		case c >= 'a' && c <= 'z' || c >= '2' && c <= '9':
			b.WriteByte(c)
		case c == '0':
			b.WriteByte('o')
		case c == '1':
			b.WriteByte('l')
		case c != '.' && c != '_':
			return ""
		}
	}
	return b.String()
}

// cleanHandle returns the handle in lower case, or why it can not be one.
func cleanHandle(handle string) (string, *fault.Field) {
	wrong := func(detail string) (string, *fault.Field) {
		return "", &fault.Field{Code: fault.HandleInvalid, Detail: detail}
	}
	handle = strings.TrimPrefix(handle, "@")
	if len(handle) < minHandle || len(handle) > maxHandle {
		return wrong("A handle has 3 to 24 characters.")
	}
	for i := range len(handle) {
		if !letterOrDigit(handle[i]) && handle[i] != '.' && handle[i] != '_' {
			return wrong("A handle is made of the letters a to z, digits, dots and underscores.")
		}
	}
	if strings.HasPrefix(handle, ".") || strings.HasSuffix(handle, ".") || strings.Contains(handle, "..") {
		return wrong("A dot stands between two other characters of a handle.")
	}
	skeleton := Skeleton(handle)
	if len(skeleton) < 2 {
		return wrong("A handle has at least two letters or digits.")
	}
	if slices.Contains(reserved, skeleton) {
		return wrong("This handle could be taken for the site itself. Choose another.")
	}
	return strings.ToLower(handle), nil
}

// letterOrDigit reports an ASCII letter of either case, or a digit.
func letterOrDigit(c byte) bool {
	lower := c | 0x20
	return lower >= 'a' && lower <= 'z' || c >= '0' && c <= '9'
}
