package people

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/fault"
)

func TestHandle(t *testing.T) {
	for _, good := range []string{"ana", "a_b", "a.b", "ANA", "x_1", "_ana_", "abcdefghijklmnopqrstuvwx", "@ana", "user.0"} {
		if _, field := cleanHandle(good); field != nil {
			t.Errorf("%q was refused: %s", good, field.Detail)
		}
	}
	for _, bad := range []string{"", "ab", "abcdefghijklmnopqrstuvwxy", "an a", "añb", "ana\n", ".ana", "ana.", "a..b", "___", "a__", "аna", "ana-b", "ana@b", "admin", "Admin", "a.d.m.i.n", "0vation", "{na", "[[[", "an`a", "a/b"} {
		if got, field := cleanHandle(bad); field == nil {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

func TestHandleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.OneOf(rapid.StringMatching(`[a-zA-Z0-9._]{1,26}`), rapid.String()).Draw(t, "handle")
		clean, field := cleanHandle(raw)
		if field != nil {
			return
		}
		if again, field := cleanHandle(clean); field != nil || again != clean {
			t.Fatalf("%q became %q, which became %q", raw, clean, again)
		}
		if Skeleton(raw) != Skeleton(clean) || Skeleton(clean) == "" || len(clean) > maxHandle {
			t.Fatalf("%q and %q look different", raw, clean)
		}
		// What a reader could take for it is the same name.
		twin := strings.NewReplacer("o", "0", "l", "1", ".", "", "_", "").Replace(clean)
		if Skeleton(twin) != Skeleton(clean) {
			t.Fatalf("%q and %q are two names", clean, twin)
		}
		if strings.Trim(Skeleton(clean), "abcdefghijklmnopqrstuvwxyz23456789") != "" {
			t.Fatalf("the skeleton %q", Skeleton(clean))
		}
	})
}

func TestEmail(t *testing.T) {
	for _, good := range []string{"a@b.co", "first.last+tag@sub.example.org", "A@xn--bcher-kva.example", " a@b.co ", "o'brien@example.ie"} {
		if got, field := cleanEmail(good); field != nil || got != strings.TrimSpace(good) {
			t.Errorf("%q was refused: %v", good, field)
		}
	}
	for _, bad := range []string{"", "a", "a@", "@b.co", "a@b", "a@b.", "a@.co", "a@b..co", "a@-b.co", "a@127.0.0.1", "a@[127.0.0.1]", "Ana <a@b.co>", "a@b.co,c@d.co", "a@b.co\r\nBcc: x@y.z", "a b@c.de", `"a b"@c.de`,
		"ä@b.de", "a@bücher.de", strings.Repeat("a", 65) + "@b.co", "a@" + strings.Repeat("b.", 150) + "co", "a@" + strings.Repeat("b", 64) + ".co", "a@b_c.de", "a..b@c.de", "(x)a@b.co"} {
		if got, field := cleanEmail(bad); field == nil {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

func TestRegion(t *testing.T) {
	for _, good := range []string{"FR", "KR", "JP", "US", "AD", "ZW", "BA", "GB"} {
		if !isRegion(good) {
			t.Errorf("%s is a country", good)
		}
	}
	for _, bad := range []string{"", "fr", "ZZ", "EU", "UK", "XK", "FRA", "F", " F", "F ", "\nB", "250"} {
		if isRegion(bad) {
			t.Errorf("%q is no country", bad)
		}
	}
	if n := len(strings.Fields(regions)); n != 249 {
		t.Errorf("%d codes, ISO 3166-1 has 249", n)
	}
}

func TestLocale(t *testing.T) {
	for in, want := range map[string]string{"": "en", "en": "en", "FR": "fr", "fr-ca": "fr-CA", "pt_BR": "pt-BR", "zh-Hant-TW": "zh-Hant-TW"} {
		if got, field := cleanLocale(in); field != nil || got != want {
			t.Errorf("%q became %q, %v", in, got, field)
		}
	}
	for _, bad := range []string{"english!", "x", "und", strings.Repeat("en-", 40), "\x00", "en; DROP TABLE"} {
		if got, field := cleanLocale(bad); field == nil {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

func TestAge(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		region, born, now string
		code              fault.Code
	}{
		{"FR", "2008-03-10", "2026-03-10", ""}, {"FR", "2008-03-11", "2026-03-10", fault.AgeRestricted},
		{"KR", "2007-03-10", "2026-03-10", ""}, {"KR", "2007-03-11", "2026-03-10", fault.AgeRestricted},
		{"JP", "2006-03-10", "2026-03-10", ""}, {"JP", "2006-03-11", "2026-03-10", fault.AgeRestricted},
		{"", "2008-03-10", "2026-03-10", ""}, {"FR", "", "2026-03-10", fault.AgeRestricted}, {"FR", "soon", "2026-03-10", fault.AgeRestricted},
		{"FR", "2008-02-29", "2026-02-28", fault.AgeRestricted}, {"FR", "2008-02-29", "2026-03-01", ""},
		{"FR", "2030-01-01", "2026-03-10", fault.AgeRestricted},
	} {
		err := RequireAge(Brief{Region: c.region, BirthDate: c.born}, day(c.now))
		if fault.CodeOf(err) != c.code {
			t.Errorf("%+v: %v", c, err)
		}
	}
	p := Person{Region: "FR", BirthDate: "1990-01-01", SuspendedUS: 1, SuspendedReason: "Spam."}
	if err := p.MayPay(day("2026-01-01")); fault.CodeOf(err) != fault.AccountSuspended || !strings.Contains(err.Error(), "Spam.") {
		t.Error(err)
	}
	if err := p.Brief().MayPay(day("2026-01-01")); fault.CodeOf(err) != fault.AccountSuspended {
		t.Error(err)
	}
}

func TestAgeGrowsByOneOnTheBirthday(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		born := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 27_000).Draw(t, "born"))
		now := born.AddDate(0, 0, rapid.IntRange(0, 40_000).Draw(t, "lived"))
		today, _ := ageAt(born.Format(time.DateOnly), now)
		tomorrow, _ := ageAt(born.Format(time.DateOnly), now.AddDate(0, 0, 1))
		reached := !now.AddDate(0, 0, 1).Before(born.AddDate(today+1, 0, 0))
		if (tomorrow == today+1) != reached || tomorrow < today {
			t.Fatalf("born %s: %d on %s, %d the day after", born.Format(time.DateOnly), today, now.Format(time.DateOnly), tomorrow)
		}
	})
}
