package paper

import (
	"strings"
	"sync"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// face is the font, to ask what it has. The bold one has the same.
var face = sync.OnceValues(func() (*sfnt.Font, error) { return sfnt.Parse(goregular.TTF) })

// box stands for what the font does not have, and at most so many in a row.
const (
	box       = '\u25a1'
	boxesMost = 3
	wordMost  = 34 // characters of a word before it is parted
)

// written returns the text as the font can draw it, in one line.
func written(s string) string {
	f, err := face()
	if err != nil {
		return "" // the font is a part of the program: a test would have failed
	}
	var b sfnt.Buffer
	has := func(r rune) bool {
		n, err := f.GlyphIndex(&b, r)
		return r <= 0xffff && err == nil && n != 0
	}
	var out strings.Builder
	boxes, long := 0, 0
	put := func(r rune) {
		if long++; r == ' ' {
			long = 0
		} else if long > wordMost {
			out.WriteByte(' ')
			long = 1
		}
		out.WriteRune(r)
	}
	for g := uniseg.NewGraphemes(norm.NFC.String(strings.ToValidUTF8(s, ""))); g.Next(); {
		var drawn []rune
		lost := false
		for _, r := range g.Runes() {
			switch {
			case unicode.IsSpace(r):
				drawn = append(drawn, ' ')
			case unicode.In(r, unicode.C) || unicode.In(r, unicode.Variation_Selector): // controls, directions, joiners
			case has(r):
				drawn = append(drawn, r)
			case unicode.In(r, unicode.M): // a mark that the font can not put on its letter
			default:
				lost = true
			}
		}
		if lost {
			if boxes++; boxes <= boxesMost {
				put(box)
			}
			continue
		}
		for _, r := range drawn {
			boxes = 0
			put(r)
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// called is how a person is named on a paper: the name as far as the font has it,
// and the handle, which it always has.
func called(name, handle string) string {
	name = written(name)
	switch {
	case handle == "":
		return name
	case strings.Trim(name, string(box)+" ") == "":
		return "@" + handle
	}
	return name + " (@" + handle + ")"
}
