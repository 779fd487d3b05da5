package people

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/ovationhq/ovation/internal/fault"
)

// The lengths of a name. Bytes are bounded too, because one character that a
// reader sees can be made of many.
const (
	maxName      = 50 // graphemes: characters as a reader counts them
	maxNameBytes = 800
	maxMarks     = 4 // accents on one letter; more are written to disturb
)

// cleanLine brings a text of one line to its one form (NFC, single spaces),
// or says why it is refused: controls, texts that turn the direction of what
// follows, and invisible characters have no place in it.
func cleanLine(s string, limit, limitBytes int) (string, *fault.Field) {
	if !utf8.ValidString(s) {
		return "", refusal("The text is not valid UTF-8.")
	}
	if len(s) > 4*limitBytes {
		return "", tooLong(limit)
	}
	s = strings.Join(strings.FieldsFunc(norm.NFC.String(s), func(r rune) bool { return unicode.Is(unicode.Zs, r) }), " ")
	if field := refuseRunes(s); field != nil {
		return "", field
	}
	if n := graphemes(s); n > limit || len(s) > limitBytes {
		return "", tooLong(limit)
	}
	return s, nil
}

func refusal(detail string) *fault.Field {
	return &fault.Field{Code: fault.TextNotAllowed, Detail: detail}
}

func tooLong(limit int) *fault.Field {
	return &fault.Field{Code: fault.TextTooLong, Detail: fmt.Sprintf("The text has more than %d characters.", limit)}
}

// refuseRunes finds the first character that has no place in a line.
func refuseRunes(s string) *fault.Field {
	seen, marks, prev := 0, 0, rune(0)
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			return refusal("The text holds a line break or another control character.")
		case r == zwj || r == zwnj:
			if prev == 0 || prev == zwj || prev == zwnj {
				return refusal("The text holds an invisible character that joins nothing.")
			}
			prev = r
			continue // and the accents before it still count
		case isTag(r) && (prev == blackFlag || isTag(prev)):
			prev = r
			continue
		case unicode.Is(unicode.Cf, r) || isFiller(r):
			return refusal(fmt.Sprintf("The text holds the invisible character U+%04X.", r))
		case unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar || r&0xfffe == 0xfffe:
			return refusal(fmt.Sprintf("The text holds U+%04X, which is no character.", r))
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks || prev == 0 {
				return refusal("The text holds more accents than letters to carry them.")
			}
			prev = r
			continue
		case !unicode.Is(unicode.Zs, r):
			seen++
		}
		marks, prev = 0, r
	}
	if seen == 0 && s != "" {
		return refusal("There is nothing to see in the text.")
	}
	return nil
}

const (
	zwnj      = '\u200c'
	zwj       = '\u200d'
	blackFlag = '\U0001f3f4' // carries the tags of the flags of regions
)

func isTag(r rune) bool { return r >= 0xe0020 && r <= 0xe007f }

// isFiller finds the letters that show nothing.
func isFiller(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800, 0x034f, 0x17b4, 0x17b5, 0x180b, 0x180c, 0x180d:
		return true
	}
	return false
}

// graphemes counts the characters that a reader sees. It follows UAX #29
// where names need it: marks, joined emoji, flags, skin tones, Hangul.
func graphemes(s string) int {
	n := 0
	prev, flags := rune(-1), 0
	for _, r := range s {
		if !continues(prev, r, flags) {
			n++
		}
		if isFlagHalf(r) {
			flags++
		} else {
			flags = 0
		}
		prev = r
	}
	return n
}

// continues tells whether r belongs to the character that prev is part of.
func continues(prev, r rune, flags int) bool {
	switch {
	case prev < 0:
		return false
	case unicode.Is(unicode.M, r), r == zwj, r == zwnj, isTag(r), r >= 0x1f3fb && r <= 0x1f3ff:
		return true
	case prev == zwj:
		return unicode.Is(unicode.So, r)
	case isFlagHalf(r):
		return flags%2 == 1
	case isHangulVowel(r):
		return isHangulLead(prev) || isHangulVowel(prev) || isSyllable(prev) && (prev-0xac00)%28 == 0
	case isHangulTail(r):
		return isHangulVowel(prev) || isHangulTail(prev) || isSyllable(prev)
	case isHangulLead(r) || isSyllable(r):
		return isHangulLead(prev)
	}
	return false
}

func isFlagHalf(r rune) bool    { return r >= 0x1f1e6 && r <= 0x1f1ff }
func isHangulLead(r rune) bool  { return r >= 0x1100 && r <= 0x115f || r >= 0xa960 && r <= 0xa97c }
func isHangulVowel(r rune) bool { return r >= 0x1160 && r <= 0x11a7 || r >= 0xd7b0 && r <= 0xd7c6 }
func isHangulTail(r rune) bool  { return r >= 0x11a8 && r <= 0x11ff || r >= 0xd7cb && r <= 0xd7fb }
func isSyllable(r rune) bool    { return r >= 0xac00 && r <= 0xd7a3 }
