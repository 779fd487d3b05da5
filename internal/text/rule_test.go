package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/fault"
)

var (
	title       = Rule{Name: "The title", Max: 120}
	description = Rule{Name: "The description", Max: 2_000, Lines: true, Optional: true}
	name        = Rule{Name: "The name", Max: 50, Names: true}
)

func TestCount(t *testing.T) {
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
		if got := Count(text); got != want {
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
		{"empty", "", "", fault.ValidationFailed},
		{"only space", " \u3000\n", "", fault.ValidationFailed},
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
		got, wrong := title.Clean(c.text)
		if (wrong == nil) != (c.code == "") || wrong != nil && (wrong.Code != c.code || len(wrong.Detail) > 200) || got != c.want {
			t.Errorf("%s: %q, %v; want %q, %q", c.name, got, wrong, c.want, c.code)
		}
	}
}

func TestNames(t *testing.T) {
	family := "👨‍👩‍👧‍👦"
	wales := "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
	for text, want := range map[string]string{
		"Ana": "Ana", "  a  b ": "a b", "e\u0301": "é", "李小龙": "李小龙", "नमस्ते": "नमस्ते", "می\u200cخواهم": "می\u200cخواهم",
		family: family, "👍🏽": "👍🏽", "🇫🇷🇰🇷": "🇫🇷🇰🇷", wales: wales, "1️⃣": "1️⃣", "a\u3000b": "a b",
		"O'Brien-Smith, Jr.": "O'Brien-Smith, Jr.", "<script>": "<script>", strings.Repeat(family, 30): strings.Repeat(family, 30),
		"각\u1100\u1161\u11a8": "각각", strings.Repeat("é", 50): strings.Repeat("é", 50),
	} {
		if got, wrong := name.Clean(text); wrong != nil || got != want {
			t.Errorf("%q became %q, %v", text, got, wrong)
		}
	}
	for _, text := range []string{
		"a\x00b", "a\nb", "a\tb", "a\u202eb", "a\u2067b", "a\u200eb", "\u200b", "\u200d\u200d", "a\u200d\u200db", "\u3164", "a\u3164b", "\xff",
		"a\u2028b", "\ue000", "\ufffe", "\ufeffana", "Z" + strings.Repeat("\u0315", 12), "\u0301", "a\U000e0067\U000e0062", "a" + strings.Repeat("\u0315\u200d", 6),
	} {
		if got, wrong := name.Clean(text); wrong == nil || wrong.Code != fault.TextNotAllowed {
			t.Errorf("%q became %q, %v", text, got, wrong)
		}
	}
	for _, text := range []string{strings.Repeat("x", 51), strings.Repeat("x", 10_000), strings.Repeat("🇫🇷", 51)} {
		if got, wrong := name.Clean(text); wrong == nil || wrong.Code != fault.TextTooLong {
			t.Errorf("%q became %q, %v", text, got, wrong)
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
		if got, wrong := description.Clean(text); got != want || wrong != nil {
			t.Errorf("%q became %q, %v", text, got, wrong)
		}
	}
	for _, text := range []string{"a\rb", "a\tb", "a\u202eb", strings.Repeat("a", 2_001)} {
		if _, wrong := description.Clean(text); wrong == nil {
			t.Errorf("%q was allowed", text[:min(20, len(text))])
		}
	}
}

// TestCleanIsStable holds for any text: what was accepted is accepted again as
// it is, and has the promised form.
func TestCleanIsStable(t *testing.T) {
	hard := rapid.SampledFrom([]rune("a é\u0301\u0335\u200d\u200b🎉👩🇫🇷\u1100\u1161\u11a8가각\u202e\x00\n\u00a0\u3164ﬁÅ"))
	rapid.Check(t, func(r *rapid.T) {
		text := string(rapid.SliceOfN(rapid.OneOf(hard, rapid.Rune()), 0, 130).Draw(r, "text"))
		for _, rule := range []Rule{title, description, name} {
			once, wrong := rule.Clean(text)
			if wrong != nil {
				continue
			}
			if twice, wrong := rule.Clean(once); twice != once || wrong != nil {
				r.Fatalf("%q became %q and then %q, %v", text, once, twice, wrong)
			}
			if !norm.NFC.IsNormalString(once) || !utf8.ValidString(once) || Count(once) > rule.Max || Count(once) > utf8.RuneCountInString(once) {
				r.Fatalf("%q became %q", text, once)
			}
			if strings.ContainsFunc(once, func(c rune) bool { return unicode.IsControl(c) && c != '\n' }) {
				r.Fatalf("%q still controls the display", once)
			}
		}
	})
}
