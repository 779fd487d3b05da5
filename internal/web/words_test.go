package web

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/api"
)

var (
	asked = regexp.MustCompile(`\bv\.T\("([^"]+)"`)
	count = regexp.MustCompile(`\bv\.N\("([^"]+)"`)
	verbs = regexp.MustCompile(`%(?:0?2?)?(?:\[\d\])?[a-z]|\{\w+\}`)
)

// TestWords wants every key that a page asks for in both languages, with the
// same values in it, and none that nobody asks for.
func TestWords(t *testing.T) {
	var source strings.Builder
	for _, pattern := range []string{"*.go", "*.templ"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasPrefix(f, "words_") || strings.HasSuffix(f, "_templ.go") || strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
	}
	want := map[string]bool{}
	for _, m := range asked.FindAllStringSubmatch(source.String(), -1) {
		if !strings.HasSuffix(m[1], ".") {
			want[m[1]] = true
		}
	}
	for _, m := range count.FindAllStringSubmatch(source.String(), -1) {
		want[m[1]+".one"], want[m[1]+".other"] = true, true
	}
	for key := range want {
		for _, lang := range languages {
			if words[lang][key] == "" {
				t.Errorf("%s lacks %q", lang, key)
			}
		}
	}
	for key, text := range words["en"] {
		other := words["fr"][key]
		if other == "" {
			t.Errorf("fr lacks %q", key)
			continue
		}
		a, b := verbs.FindAllString(text, -1), verbs.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%q has the values %v in en and %v in fr", key, a, b)
		}
		if !want[key] && !madeOfData(key) && !strings.Contains(source.String(), `"`+key+`"`) {
			t.Errorf("nothing asks for %q", key)
		}
	}
}

// kindOfWork finds the kinds of due work where they are named.
var kindOfWork = regexp.MustCompile(`(?:\bconst [wW]ork[A-Z]\w* = |\.Every\()"([a-z_]+\.[a-z_]+)"`)

// TestWorkWords wants words for each kind of due work, wherever it is named.
func TestWorkWords(t *testing.T) {
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := filepath.Glob("../*/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, f := range append(files, deeper...) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range kindOfWork.FindAllStringSubmatch(string(b), -1) {
			kinds[m[1]] = true
			if words["en"]["work."+m[1]] == "" {
				t.Errorf("%s: the work %s has no words", f, m[1])
			}
		}
	}
	if len(kinds) < 10 {
		t.Errorf("only %d kinds of work were found", len(kinds))
	}
}

// madeOfData tells of keys whose last part comes from data.
func madeOfData(key string) bool {
	for _, prefix := range []string{"month.", "role.", "hat.", "problem.", "did.", "earning.", "payout.", "standing.", "programme.", "metric.", "kind.", "tip.state.", "step.", "dev.of.",
		"op.payouts.", "op.work.", "op.limit.", "op.role_text.", "verb.", "outcome.", "work.", "transfer.", "thing.", "account_kind.",
		"op.area.", "op.area_text.", "rules.", "rule.", "op.when.", "op.flag.", "op.compare.", "op.new.", "op.rows.", "case.kind.", "case.state.", "case.decision.", "rec.kind.", "back.state.", "back.reason.", "claw.", "dispute.reason.", "dispute.became_text.", "dispute.list.", "dispute.deciding.", "second.kind.", "refund.list.", "minor.why."} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// TestTitles wants words for each code's title.
func TestTitles(t *testing.T) {
	for _, code := range api.Codes() {
		for _, lang := range languages {
			if words[lang][titleKey(code, api.StatusOf(code))] == "" {
				t.Errorf("%s has no title for %s", lang, code)
			}
		}
	}
}

func TestParseAmount(t *testing.T) {
	for text, want := range map[string]int64{"12.50": 1250, "12,5": 1250, "$3": 300, "0.01": 1, "1 000,00": 100_000, "12.505": -1, "x": -1, "-1": -1, "1.2.3": -1, ".5": -1, "9999999999999": -1} {
		n, ok := parseAmount(text, 2)
		if ok != (want >= 0) || ok && n != want {
			t.Errorf("%q is %d, %v; want %d", text, n, ok, want)
		}
	}
}

func TestLocal(t *testing.T) {
	for to, want := range map[string]string{
		"/wallet?a=b#c": "/wallet?a=b#c", "//evil.example": "/", "https://evil.example": "/", "/\\evil.example": "/", "javascript:alert(1)": "/", "": "/", "/a\r\nb": "/", "/%2f/evil": "/%2f/evil",
	} {
		if got := local(to, "/"); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}

// TestReportedInFrench wants no English left in what reports write.
func TestReportedInFrench(t *testing.T) {
	v := &visit{lang: "fr"}
	for english, want := range map[string]string{
		"⌊550 diamonds × 1/2 cent⌋ = 275 cents = 2.75 USD":                                            "⌊550 diamants × 1/2 cent⌋ = 275 cents = 2.75 USD",
		"⌊3 diamonds × 1/2 cent⌋ = 1 cent = 0.01 USD, the remaining 1/2 cent stays with the platform": "⌊3 diamants × 1/2 cent⌋ = 1 cent = 0.01 USD, le reste, 1/2 cent, va à la plateforme",
		"1 × 500 coins = 500 coins → 500 diamonds in ern_1":                                           "1 × 500 pièces = 500 pièces → 500 diamants dans ern_1",
		"300 of the 350 coins that cost 4.99 USD; 0 are left":                                         "300 des 350 pièces qui ont coûté 4.99 USD ; il en reste 0",
		"charged 4.99 USD as pi_1; the provider has not said yet what it keeps":                       "débité 4.99 USD sous pi_1 ; le prestataire n’a pas encore dit ce qu’il garde",
		"4.99 USD were asked for, and nothing was charged":                                            "4.99 USD ont été demandés, et rien n’a été débité",
		"4.99 USD are asked for; the outcome is not known yet":                                        "4.99 USD sont demandés ; l’issue n’est pas encore connue",
		"charged 4.99 USD as pi_1; the provider kept 0.44 USD of it, which the platform bore":         "débité 4.99 USD sous pi_1 ; le prestataire en a gardé 0.44 USD, à la charge de la plateforme",
		"the sum of 1 earning = 5.00 USD":                                                             "la somme de 1 gain = 5.00 USD",
		"the sum of 2 earnings = 5.00 USD":                                                            "la somme de 2 gains = 5.00 USD",
		"Gifts of 2026-03-10 (UTC)":                                                                   "Cadeaux du 2026-03-10 (UTC)",
		"other coins of this purchase":                                                                "autres pièces de cet achat",
		"5 taps = 50 coins":                                                                           "5 appuis = 50 pièces",
		"30 of the 70 coins of a promotion; 40 are left":                                              "30 des 70 pièces d’une promotion ; il en reste 40",
	} {
		if got := v.reported(english); got != want {
			t.Errorf("%q became %q, want %q", english, got, want)
		}
	}
}

// TestDay writes the first of a month as French does.
func TestDay(t *testing.T) {
	first := time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC)
	for lang, want := range map[string]string{"en": "1 December 2026", "fr": "1er décembre 2026"} {
		if got := (&visit{lang: lang}).day(first); got != want {
			t.Errorf("%s writes %q, want %q", lang, got, want)
		}
	}
}

// TestMissing names each thing that the provider wants once.
func TestMissing(t *testing.T) {
	v := &visit{lang: "en"}
	got := v.missing([]string{"individual.dob.day", "individual.dob.month", "individual.dob.year", "external_account", "something.new"})
	if want := []string{"your date of birth", "a bank account that payouts go to", "something that the provider calls “something › new”"}; !slices.Equal(got, want) {
		t.Errorf("missing: %q, want %q", got, want)
	}
}

// TestIDIn finds what can be explained in what a page shows.
func TestIDIn(t *testing.T) {
	const earning, gift = "ern_01m7z0nhk8ew79reafkqmy257e", "gft_01m7z0nhk8ew79reafkqmy257e"
	for text, want := range map[string]string{earning: earning, "creator/usr_1/" + earning: earning, gift + " " + earning: earning, "platform/revenue/gift": "", "ern_1": "", "x" + earning: ""} {
		if got := idIn(text); got != want {
			t.Errorf("%q holds %q, want %q", text, got, want)
		}
	}
}

// TestDates compares dates with CLDR 46: its long and abbreviated months, and
// its long form; the first of a month in French is the one deviation.
func TestDates(t *testing.T) {
	months := map[string][2]string{
		"fr": {"janvier février mars avril mai juin juillet août septembre octobre novembre décembre", "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."},
		"en": {"January February March April May June July August September October November December", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"},
	}
	for lang, names := range months {
		v := &visit{lang: lang}
		long, short := strings.Fields(names[0]), strings.Fields(names[1])
		for m := range 12 {
			day := time.Date(2026, time.Month(m+1), 12, 15, 4, 0, 0, time.UTC)
			if got, want := v.day(day), "12 "+long[m]+" 2026"; got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
			if got, want := v.dayShort(day), "12 "+short[m]; got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
		}
	}
	first := time.Date(2026, 3, 1, 5, 4, 0, 0, time.UTC).UnixMicro()
	for lang, want := range map[string]string{"en": "1 March 2026, 05:04 UTC", "fr": "1er mars 2026 à 05:04 UTC"} {
		if got := (&visit{lang: lang}).when(first); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}
