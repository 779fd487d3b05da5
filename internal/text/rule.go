package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"

	"github.com/ovationhq/ovation/internal/fault"
)

// Rule is what a text must be like.
type Rule struct {
	Name     string // of the text, at the beginning of a sentence: "The title"
	Max      int    // characters as people count them (grapheme clusters of UAX #29)
	Lines    bool   // line breaks and runs of spaces are kept
	Optional bool   // it may be empty
	Names    bool   // it tells people apart: nothing in it may be invisible
}

const (
	// bytesPerCharacter bounds what one visible character may weigh on average.
	bytesPerCharacter = 16
	// maxMarks is how many marks may stand on one character. The scripts of the
	// world need fewer; more is drawn over the neighbours.
	maxMarks = 8
	// maxNameMarks is the same for a name.
	maxNameMarks = 4
)

// Clean returns the text as it is kept, or what is wrong with it.
func (r Rule) Clean(text string) (string, *fault.Field) {
	if !utf8.ValidString(text) {
		return "", fault.Wrong(fault.TextNotAllowed, "%s is not valid UTF-8.", r.Name)
	}
	limit := r.Max * bytesPerCharacter
	if len(text) > 4*limit { // before any work on it
		return "", fault.Wrong(fault.TextTooLong, "%s may have %d characters; %d bytes were sent.", r.Name, r.Max, len(text))
	}
	text = strings.TrimSpace(norm.NFC.String(text))
	if r.Lines {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	} else {
		text = strings.Join(strings.FieldsFunc(text, isSpace), " ")
	}
	if wrong := r.refuse(text); wrong != nil {
		return "", wrong
	}
	n := Count(text)
	switch {
	case n > r.Max || len(text) > limit:
		return "", fault.Wrong(fault.TextTooLong, "%s may have %d characters; it has %d in %d bytes.", r.Name, r.Max, n, len(text))
	case text == "" && r.Optional:
	case text == "":
		return "", fault.Wrong(fault.ValidationFailed, "%s is missing.", r.Name)
	case !visible(text):
		return "", fault.Wrong(fault.TextNotAllowed, "%s has no character that can be seen. Write 1 to %d.", r.Name, r.Max)
	}
	return text, nil
}

// Count returns the number of characters as people see them: marks, skin
// tones and joined emoji count with what they stand on, a flag is one.
func Count(text string) int { return uniseg.GraphemeClusterCount(text) }

// refuse finds the first character that has no place in the text.
func (r Rule) refuse(text string) *fault.Field {
	most := maxMarks
	if r.Names {
		most = maxNameMarks
	}
	marks, prev := 0, rune(0)
	for _, c := range text {
		why := ""
		switch {
		case c == '\n' && r.Lines:
		case unicode.IsControl(c) || unicode.In(c, unicode.Zl, unicode.Zp):
			why = "which controls the display"
		case c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069':
			why = "which turns the direction of the text around it"
		case unicode.Is(unicode.Co, c) || c == unicode.ReplacementChar || c&0xfffe == 0xfffe || c >= '\ufdd0' && c <= '\ufdef':
			why = "which is no character of its own"
		case isJoiner(c) && (prev == 0 || isJoiner(prev)) && r.Names:
			why = "which joins nothing here"
		case r.Names && !isJoiner(c) && !isTag(c, prev) && isInvisible(c), c == '\ufeff':
			why = "which can not be seen"
		case unicode.Is(unicode.M, c):
			if marks++; marks > most {
				why = "which is one mark too many on the same character"
			} else if prev == 0 {
				why = "which is a mark on nothing"
			}
		case !isJoiner(c): // the marks before a joiner still count
			marks = 0
		}
		if why != "" {
			return fault.Wrong(fault.TextNotAllowed, "%s holds the character U+%04X, %s. Remove it.", r.Name, c, why)
		}
		prev = c
	}
	return nil
}

// fillers are letters and symbols that are drawn as nothing.
const fillers = "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d"

func isSpace(c rune) bool     { return unicode.Is(unicode.Zs, c) }
func isJoiner(c rune) bool    { return c == '\u200c' || c == '\u200d' }
func isInvisible(c rune) bool { return unicode.Is(unicode.Cf, c) || strings.ContainsRune(fillers, c) }

// isTag tells whether the two spell the flag of a region, as that of Wales is.
func isTag(c, prev rune) bool {
	const flag, first, last = '\U0001f3f4', '\U000e0020', '\U000e007f'
	return c >= first && c <= last && (prev == flag || prev >= first && prev <= last)
}

// visible tells whether something of the text can be seen.
func visible(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool {
		return unicode.In(c, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune(fillers, c)
	})
}
