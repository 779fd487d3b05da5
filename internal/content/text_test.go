package content

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/fault"
)

func TestGraphemes(t *testing.T) {
	for text, want := range map[string]int{
		"":                                     0,
		"abc":                                  3,
		"é":                                    1,
		"e\u0301":                              1,
		"日本語":                                  3,
		"한국어":                                  3,
		"\u1112\u1161\u11ab\u1100\u1173\u11af": 2, // conjoining jamo
		"ไทยที่":                               4,
		"🎉":                                    1,
		"👍🏽":                                   1, // with a skin tone
		"👩‍👩‍👧‍👦":                              1, // a family
		"🏳️‍🌈":                                 1,
		"❤️":                                   1,
		"🇫🇷":                                   1,
		"🇫🇷🇯🇵":                                 2,
		"🇫🇷🇯":                                  2,
		"🏴󠁧󠁢󠁷󠁬󠁳󠁿":                              1, // Wales
		"1️⃣":                                  1,
		"a\u200db":                             2, // a joiner joins emoji only
		"Ame\u0301lie 🎤":                       8,
	} {
		if got := graphemes(text); got != want {
			t.Errorf("%q (%x) has %d graphemes, want %d", text, []rune(text), got, want)
		}
	}
}

func TestTitles(t *testing.T) {
	cases := []struct {
		name, text, want string
		code             fault.Code
	}{
		{"plain", "Rain on a tin roof", "Rain on a tin roof", ""},
		{"one character", "x", "x", ""},
		{"120 characters", strings.Repeat("é", 120), strings.Repeat("é", 120), ""},
		{"120 decomposed", strings.Repeat("e\u0301", 120), strings.Repeat("é", 120), ""},
		{"121 characters", strings.Repeat("é", 121), "", fault.TextTooLong},
		{"120 flags", strings.Repeat("🇫🇷", 120), strings.Repeat("🇫🇷", 120), ""},
		{"60 families", strings.Repeat("👩‍👩‍👧‍👦", 60), strings.Repeat("👩‍👩‍👧‍👦", 60), ""},
		{"120 heavy families", strings.Repeat("👩‍👩‍👧‍👦", 120), "", fault.TextTooLong}, // in bytes
		{"a megabyte", strings.Repeat("a", 1<<20), "", fault.TextTooLong},
		{"space around", "\u00a0 a b \t", "a b", ""},
		{"empty", "", "", fault.TextNotAllowed},
		{"only space", " \u3000\n", "", fault.TextNotAllowed},
		{"only zero width", "\u200b\u200d\u2060", "", fault.TextNotAllowed},
		{"only a mark", "\u0301", "", fault.TextNotAllowed},
		{"Hangul filler", "\u3164\u115f", "", fault.TextNotAllowed},
		{"blank braille", "\u2800", "", fault.TextNotAllowed},
		{"Arabic", "مرحبا بالعالم", "مرحبا بالعالم", ""},
		{"Arabic with marks of direction", "\u200fمرحبا\u200e (LIVE)", "\u200fمرحبا\u200e (LIVE)", ""},
		{"Vietnamese", "Tiếng Việt", "Tiếng Việt", ""},
		{"Sinhala joiner", "ශ්\u200dරී", "ශ්\u200dරී", ""},
		{"markup is text", "<b>'; DROP TABLE video; --", "<b>'; DROP TABLE video; --", ""},
		{"formula is text", "=1+1", "=1+1", ""},
		{"override", "abc\u202edef", "", fault.TextNotAllowed},
		{"embedding", "abc\u202adef", "", fault.TextNotAllowed},
		{"isolate", "abc\u2067def", "", fault.TextNotAllowed},
		{"NUL", "a\x00b", "", fault.TextNotAllowed},
		{"escape", "a\x1b[31mb", "", fault.TextNotAllowed},
		{"DEL", "a\x7fb", "", fault.TextNotAllowed},
		{"C1", "a\u0085b", "", fault.TextNotAllowed},
		{"newline", "a\nb", "", fault.TextNotAllowed},
		{"tab", "a\tb", "", fault.TextNotAllowed},
		{"line separator", "a\u2028b", "", fault.TextNotAllowed},
		{"byte order mark", "\ufeffa", "", fault.TextNotAllowed},
		{"replacement", "a\ufffdb", "", fault.TextNotAllowed},
		{"noncharacter", "a\uffffb", "", fault.TextNotAllowed},
		{"noncharacter of another plane", "a\U0001fffeb", "", fault.TextNotAllowed},
		{"private use", "a\ue000b", "", fault.TextNotAllowed},
		{"invalid UTF-8", "a\xffb", "", fault.TextNotAllowed},
		{"half a surrogate", "a\xed\xa0\x80b", "", fault.TextNotAllowed},
		{"zalgo", "Z" + strings.Repeat("\u0335", 9), "", fault.TextNotAllowed},
		{"many marks", "Z" + strings.Repeat("\u0335", 8), "Z" + strings.Repeat("\u0335", 8), ""},
	}
	for _, c := range cases {
		var bad wrong
		got := titleRule.clean(c.text, &bad)
		err := bad.err()
		if fault.CodeOf(err) != c.code || (c.code == "" && got != c.want) {
			t.Errorf("%s: %q, %v; want %q, %q", c.name, got, err, c.want, c.code)
		}
		if c.code != "" && (len(bad.fields) != 1 || bad.fields[0].Pointer != "/title" || len(bad.fields[0].Detail) > 200) {
			t.Errorf("%s: the fields are %v", c.name, bad.fields)
		}
	}
}

func TestDescriptions(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		" \n ":                     "",
		"one\r\ntwo\n\nthree":      "one\ntwo\n\nthree",
		strings.Repeat("a", 2_000): strings.Repeat("a", 2_000),
	} {
		var bad wrong
		if got := descriptionRule.clean(text, &bad); got != want || bad.err() != nil {
			t.Errorf("%q became %q, %v", text, got, bad.err())
		}
	}
	for _, text := range []string{"a\rb", "a\tb", "a\u202eb", strings.Repeat("a", 2_001)} {
		var bad wrong
		descriptionRule.clean(text, &bad)
		if bad.err() == nil {
			t.Errorf("%q was allowed", clip(text))
		}
	}
}

// TestCleanIsStable holds for any text: what was accepted is accepted again as
// it is, and has the promised form.
func TestCleanIsStable(t *testing.T) {
	hard := rapid.SampledFrom([]rune("a é\u0301\u0335\u200d\u200b🎉👩🇫🇷\u1100\u1161\u11a8가각\u202e\x00\n\u00a0\u3164ﬁÅ"))
	rapid.Check(t, func(r *rapid.T) {
		text := string(rapid.SliceOfN(rapid.OneOf(hard, rapid.Rune()), 0, 130).Draw(r, "text"))
		for _, rule := range []textRule{titleRule, descriptionRule} {
			var bad, again wrong
			once := rule.clean(text, &bad)
			if bad.err() != nil {
				continue
			}
			if twice := rule.clean(once, &again); twice != once || again.err() != nil {
				r.Fatalf("%q became %q and then %q, %v", text, once, twice, again.err())
			}
			if !norm.NFC.IsNormalString(once) || !utf8.ValidString(once) || graphemes(once) > rule.max || graphemes(once) > utf8.RuneCountInString(once) {
				r.Fatalf("%q became %q", text, once)
			}
			if strings.ContainsFunc(once, func(c rune) bool { return unicode.IsControl(c) && c != '\n' }) {
				r.Fatalf("%q still controls the display", once)
			}
		}
	})
}
