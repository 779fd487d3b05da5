package content

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/ovationhq/ovation/internal/fault"
)

// textRule is what a text must be like.
type textRule struct {
	pointer  string // of the field in the request
	name     string // in a sentence, with a capital letter
	min, max int    // graphemes, as people count characters
	lines    bool   // line breaks are allowed
}

var (
	titleRule       = textRule{pointer: "/title", name: "The title", min: 1, max: 120}
	descriptionRule = textRule{pointer: "/description", name: "The description", max: 2_000, lines: true}
)

const (
	// bytesPerGrapheme bounds what one visible character may weigh on average.
	bytesPerGrapheme = 16
	// maxMarks is how many combining marks may stand on one character. The
	// scripts of the world need fewer; more is drawn over the neighbours.
	maxMarks = 8
)

// clean returns the text as it is kept: NFC, without space around it, line
// breaks as \n. It adds every fault of the text to bad.
func (t textRule) clean(text string, bad *wrong) string {
	if !utf8.ValidString(text) {
		bad.add(t.pointer, fault.TextNotAllowed, "%s is not valid UTF-8.", t.name)
		return ""
	}
	limit := t.max * bytesPerGrapheme
	if len(text) > 4*limit { // before any work on it
		bad.add(t.pointer, fault.TextTooLong, "%s may have %d characters; %d bytes were sent.", t.name, t.max, len(text))
		return ""
	}
	if t.lines {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	text = strings.TrimSpace(norm.NFC.String(text))
	if r, why := t.forbidden(text); why != "" {
		bad.add(t.pointer, fault.TextNotAllowed, "%s holds the character U+%04X, %s. Remove it.", t.name, r, why)
		return ""
	}
	switch n := graphemes(text); {
	case n > t.max || len(text) > limit:
		bad.add(t.pointer, fault.TextTooLong, "%s may have %d characters; it has %d in %d bytes.", t.name, t.max, n, len(text))
	case t.min > 0 && !visible(text):
		bad.add(t.pointer, fault.TextNotAllowed, "%s has no character that can be seen. Write 1 to %d.", t.name, t.max)
	}
	return text
}

// forbidden returns the first character that may not stand in the text, and
// why; why is "" if there is none.
func (t textRule) forbidden(text string) (rune, string) {
	marks := 0
	for _, r := range text {
		switch {
		case r == '\n' && t.lines:
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff':
			return r, "which controls the display"
		case r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069':
			return r, "which turns the direction of the text around it"
		case r >= '\ufdd0' && r <= '\ufdef' || r&0xfffe == 0xfffe || unicode.Is(unicode.Co, r) || r == utf8.RuneError:
			return r, "which is no character of its own"
		}
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Me, r) {
			marks = 0
		} else if marks++; marks > maxMarks {
			return r, "which is one mark too many on the same character"
		}
	}
	return 0, ""
}

// invisible are letters and symbols that are drawn as nothing.
const invisible = "\u115f\u1160\u3164\uffa0\u2800"

// visible reports whether something of the text can be seen.
func visible(text string) bool {
	for _, r := range text {
		if unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune(invisible, r) {
			return true
		}
	}
	return false
}

// graphemes counts characters as people see them: marks, emoji modifiers and
// joined emoji count with what they stand on, two regional indicators are one
// flag, and conjoining jamo are one syllable. It follows UAX #29 but for
// prepended marks and Indic conjuncts, which count as more than one.
func graphemes(text string) int {
	n, flags := 0, 0
	var last rune
	for _, r := range text {
		regional := r >= 0x1f1e6 && r <= 0x1f1ff
		joined := n > 0 && (extends(r) || syllable(last, r) ||
			last == '\u200d' && unicode.Is(unicode.So, r) ||
			regional && flags%2 == 1)
		if !joined {
			n++
		}
		if regional {
			flags++
		} else {
			flags = 0
		}
		last = r
	}
	return n
}

// extends reports whether the rune stands on the one before it.
func extends(r rune) bool {
	switch {
	case r == '\u200c', r == '\u200d', // zero-width (non-)joiners
		r >= 0x1f3fb && r <= 0x1f3ff, // skin tones
		r >= 0xe0020 && r <= 0xe007f: // tags, as in the flag of Wales
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc)
}

// syllable reports whether two Hangul runes belong to one syllable.
func syllable(a, b rune) bool {
	vowel := b >= 0x1160 && b <= 0x11a7
	tail := b >= 0x11a8 && b <= 0x11ff
	whole := b >= 0xac00 && b <= 0xd7a3
	switch {
	case a >= 0x1100 && a <= 0x115f: // a leading consonant
		return vowel || whole || b >= 0x1100 && b <= 0x115f
	case a >= 0x1160 && a <= 0x11a7, a >= 0xac00 && a <= 0xd7a3 && (a-0xac00)%28 == 0: // a vowel, also a syllable that ends in one
		return vowel || tail
	case a >= 0x11a8 && a <= 0x11ff, a >= 0xac00 && a <= 0xd7a3:
		return tail
	}
	return false
}
