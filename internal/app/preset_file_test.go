package app_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/wallet"
)

// copied writes a copy of the preset current as mine@1, with the edits: old
// and new texts in turn.
func copied(t *testing.T, edits ...string) string {
	t.Helper()
	text, err := os.ReadFile("presets/current.toml")
	if err != nil {
		t.Fatal(err)
	}
	edits = append([]string{`name = "current"`, `name = "mine"`, `version = "current@1"`, `version = "mine@1"`}, edits...)
	s := string(text)
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(s, edits[i]) {
			t.Fatalf("there is no %q to edit", edits[i])
		}
		s = strings.Replace(s, edits[i], edits[i+1], 1)
	}
	file := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestPresetFileMistakes makes one mistake in each copy, and then all.
func TestPresetFileMistakes(t *testing.T) {
	var all, wantAll []string
	for _, c := range []struct{ old, new, want string }{
		{`from = 2020-01-01T00:00:00Z`, `from = 2020-01-01`, "6: from: 2020-01-01 00:00:00 +0000 date-local is not what is wanted; write an instant such as 2026-03-01T00:00:00Z"},
		{`diamonds_per_coin = "1/1"`, `diamonds_per_coin = "1:1"`, `9: rates.diamonds_per_coin: "1:1" is no rate; write it as a fraction, such as 1/2`},
		{`currency = "USD"`, `currency = "dollars"`, `11: rates.currency: "dollars" is no currency; write three large letters, such as USD`},
		{`hold_days = 7`, `hold_days = "7"`, "12: rates.hold_days: 7 is not what is wanted; write a whole number from 0 to 3650"},
		{`daily_cap = 100000`, `dayly_cap = 100000`, "13: rates.dayly_cap: there is no such name; the names are those of the presets that ship with the program"},
		{`{ 70 = 109,`, `{ x = 109,`, `18: packs.EUR.x: "x" is no number of coins from 1 to 1000000`},
		{`JPY = {`, `JAPAN = {`, "20: packs.JAPAN: this is no currency; write three large letters, such as USD"},
		{`least_coins = 5`, `least_coins = 5000`, "26: video_gifts.most_coins: 3000 is below least_coins, 5000"},
		{`grace_days = 30 `, `grace_days = 0 `, "30: programme[0].grace_days: 0 is not what is wanted; write a whole number from 1 to 3650"},
		{`{ metric = "account_age_days", op = "at_least", threshold = 30 }`, `{ metric = "account_age_days", threshold = 30 }`, "34: programme[0].criteria[1].op: it is missing; write at_least, above, one_of or none_of"},
		{`USD = { presets = [500, 1000, 1500], least = 100`, `USD = { presets = [500, 1000, 1500], least = 20`, "70: tips.USD: of the least tip, 20, the fee of 31 leaves nothing"},
		{`EUR = { presets = [500,`, `EUR = { presets = [50,`, "71: tips.EUR: it offers 50, which can not be tipped"},
		{`KR = { age_years = 19 }`, `KR = { age = 19 }`, "39: programme[0].regions.KR.age: the programme has no such criterion, so no region can have another threshold of it"},
	} {
		got := problems(copied(t, c.old, c.new))
		want := []string{"mine.toml:" + c.want}
		if strings.HasPrefix(c.new, "dayly") {
			want = append([]string{"mine.toml:8: rates.daily_cap: it is missing; write a whole number from 1 to 1000000000"}, want...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", c.new, diff)
		}
		all, wantAll = append(all, c.old, c.new), append(wantAll, want...)
	}
	if got := problems(copied(t, all...)); len(got) != len(wantAll) {
		t.Errorf("of %d mistakes there were told:\n%s", len(wantAll), strings.Join(got, "\n"))
	}
	for _, c := range []struct{ old, new, want string }{
		{`metric = "followers", op = "at_least"`, `metric = "likes", op = "at_least"`, `mine.toml:33: programme[0].criteria[0].metric: "likes" is no metric.`},
		{`name = "live_gifts"`, `name = "karaoke"`, `mine.toml:42: programme[1].name: "karaoke" is no programme.`},
		{`version = "mine@1"`, `version = "mine"`, `mine.toml:5: version: "mine" is not what is wanted; write the name, an at sign and a number, such as mine@1`},
		{`name = "mine"`, `name = "current"`, `mine.toml:4: name: current is a preset that ships with the program; give the copy a name of its own`},
		{`EUR = {`, `KWD = {`, "18: packs.KWD.70: cards are charged in steps of 10 in KWD"},
		{`[packs]`, `[packs`, `this is no TOML: `},
	} {
		if got := strings.Join(problems(copied(t, c.old, c.new)), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.new, got, c.want)
		}
	}
	if got := problems(copied(t)); got != nil {
		t.Errorf("of a copy: %q", got)
	}
	if got := problems("nowhere.toml"); len(got) != 1 || !strings.Contains(got[0], "can not be read") {
		t.Errorf("of no file: %q", got)
	}
}

// TestPresetFileMoneyMistakes makes one mistake in each copy, in the rules of tips,
// payouts, velocity and refunds.
func TestPresetFileMoneyMistakes(t *testing.T) {
	for _, c := range []struct {
		old, new string
		want     []string
	}{
		{`most = 8000, day = 40000`, `most = 8000, week = 1, day = 40000`, []string{"72: tips.GBP.week: there is no such name; the names are those of the presets that ship with the program"}},
		{`most = 8000, day = 40000`, `most = 8000, day = 4000`, []string{"72: tips.GBP: a day holds 4000 and 100 tips; it has to hold one tip of 8000"}},
		{`day = 75000, fee_ppm = 29000`, `day = 75000, fee_ppm = 2900000`, []string{"73: tips.JPY.fee_ppm: 2900000 is not what is wanted; write a whole number from 0 to 500000", "73: tips.JPY: a fee of 2900000 millionths and 30 is none"}},
		{`notice_day = 1`, `notice_day = 31`, []string{"81: payouts.notice_day: 31 is not what is wanted; write a whole number from 1 to 28", "82: payouts.pay_day: 15 is not after the day of the notice, 31"}},
		{`pay_day = 15`, `pay_day = 1`, []string{"82: payouts.pay_day: 1 is not after the day of the notice, 1"}},
		{`monthly = 5000 `, `weekly = 5000 `, []string{"80: payouts.monthly: it is missing; write a whole number from 0 to 1000000000", "83: payouts.weekly: there is no such name; the names are those of the presets that ship with the program"}},
		{`agree = 50000 `, `agree = -1 `, []string{"84: payouts.agree: -1 is not what is wanted; write a whole number from 0 to 1000000000"}},
		{`, agree = 50000 }`, `, agree = "half" }`, []string{"91: payouts.limits.EUR.agree: half is not what is wanted; write a whole number from 0 to 1000000000"}},
		{`gift = "request", video`, `gift = "weekly", video`, []string{`85: payouts.sources.gift: "weekly" is not what is wanted; write request or monthly`}},
		{`tip = "request" }`, `tips = "request" }`, []string{"85: payouts.sources.tips: nothing is earned from a source with this name"}},
		{`GBP = { daily_cap = 80000, minimum = 100`, `GBP = { daily_cap = 80000, minimum = 90000`, []string{"92: payouts.limits.GBP: the minimum is at most the daily cap, and the month's at least the minimum"}},
		{`CAD = { daily_cap`, `Canada = { daily_cap`, []string{"94: payouts.limits.Canada: this is no currency; write three large letters, such as EUR"}},
		{`minimum = 100, monthly = 4500,`, `minimum = 100, most = 4500, monthly = 4500,`, []string{"96: payouts.limits.CHF.most: there is no such name; the names are those of the presets that ship with the program"}},
		{`SEK = { daily_cap`, `USD = { daily_cap`, []string{"97: payouts.limits.USD: the limits of this currency are those of the rates"}},
		{`hours = 24`, `hours = 0`, []string{"105: velocity.hours: 0 is not what is wanted; write a whole number from 1 to 87600"}},
		{`USD = { most = 200000`, `USD = { most = -1`, []string{"107: velocity.USD.most: -1 is not what is wanted; write a whole number from 1 to 1000000000"}},
		{`EUR = { most = 200000, new_account = 10000 }`, `EUR = { most = 200000 }`, []string{"108: velocity.EUR.new_account: it is missing; write a whole number from 1 to 1000000000"}},
		{`BHD = { most = 750000, new_account = 37000 }`, ``, []string{"104: velocity.BHD: tips are given in it, and nothing says how much of it is paid at most"}},
		{`JPY = { most = 300000, new_account = 15000 }`, `Japan = { most = 300000, new_account = 15000 }`, []string{
			"104: velocity.JPY: coins are sold in it, and nothing says how much of it is paid at most", `110: velocity.Japan: "Japan" is no currency; write its code of three capital letters`}},
		{"days = 0\nagree", "days = 200\nagree", []string{"118: refunds.days: 200 is not what is wanted; write a whole number from 0 to 180"}},
		{`agree = 20000 `, `agree = -1 `, []string{"119: refunds.agree: -1 is not what is wanted; write a whole number from 0 to 1000000000"}},
		{`agree = 20000 `, `second = 20000 `, []string{"117: refunds.agree: it is missing; write a whole number from 0 to 1000000000",
			"119: refunds.second: there is no such name; the names are those of the presets that ship with the program"}},
		{`AT = 14`, `Austria = 14`, []string{"123: refunds.regions.Austria: this is no region; write two large letters, such as FR"}},
		{`BE = 14`, `BE = "14"`, []string{"124: refunds.regions.BE: 14 is not what is wanted; write a whole number from 0 to 180"}},
	} {
		for i := range c.want {
			c.want[i] = "mine.toml:" + c.want[i]
		}
		if diff := cmp.Diff(c.want, problems(copied(t, c.old, c.new))); diff != "" {
			t.Errorf("%s:\n%s", c.new, diff)
		}
	}
}

func problems(file string) (all []string) {
	for _, p := range app.CheckPresetFile(file) {
		all = append(all, p.Detail)
	}
	return all
}

// TestPresetFile brings a copy into force, edits it, and takes it back.
func TestPresetFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		ctx := t.Context()
		install := func(file string) error {
			clk.Advance(time.Hour)
			return d.Write(ctx, func(tx *db.Tx) error { return app.InstallPresetFile(ctx, tx, file) })
		}
		version := func() (v string) {
			t.Helper()
			err := d.Read(ctx, func(tx *db.Tx) error {
				card, err := earnings.Rates(ctx, tx)
				v = card.Version
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		is := func(err error, says string) {
			t.Helper()
			if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
				t.Errorf("%v, want %q", err, says)
			}
		}
		soon := clk.Now().Add(100 * 24 * time.Hour).UTC().Format(time.RFC3339)
		is(install(copied(t, "from = 2020-01-01T00:00:00Z", "from = "+soon)), "there would be no rules at all")
		is(install(copied(t)), "")
		is(install(copied(t)), "") // the next start
		is(d.Write(ctx, func(tx *db.Tx) error { return app.InstallPreset(ctx, tx, "current") }), "")
		if v := version(); v != "current@1" {
			t.Errorf("%s holds", v)
		}
		is(install(copied(t)), "was followed by current@1")
		two := []string{`"mine@1"`, `"mine@2"`, `hold_days = 7`, `hold_days = 9`, "reapply_days = 30 ", "reapply_days = 5 ", "least_coins = 5", "least_coins = 25", "{ 70 = 99,", "{ 60 = 99,"}
		is(install(copied(t, two...)), "")
		if v := version(); v != "mine@2" {
			t.Errorf("%s holds", v)
		}
		d.Read(ctx, func(tx *db.Tx) error { //nolint:errcheck // each is looked at
			card, _ := earnings.Rates(ctx, tx)
			packs, _ := wallet.Packs(ctx, tx, "USD")
			items, _ := gift.Catalog(ctx, tx)
			policies, _ := programme.Installed(ctx, tx, "US")
			got := fmt.Sprint(card.HoldDays, " ", packs[0].Coins, " ", items[2].ID, " ", items[2].OnVideo, " ", items[3].OnVideo)
			for _, p := range policies {
				got += fmt.Sprint(" ", p.Version, " ", p.ReapplyDays)
			}
			if want := "9 60 clap false true mine@2 30 mine@2 30 mine@2 5"; got != want {
				t.Errorf("%s, want %s", got, want)
			}
			return nil
		})
		is(install(copied(t, two...)), "")
		for _, edit := range [][]string{{`hold_days = 9`, `hold_days = 8`}, {`{ 60 = 99, `, `{ `}, {`most_coins = 3000`, `most_coins = 3001`, `[packs]`, "[[gift]]\nid=\"rose\"\nname=\"R\"\nemoji=\"R\"\ncoins=2\n[packs]"},
			{"reapply_days = 5 ", "reapply_days = 6 "}, {"day = 50000", "day = 50001"}, {"most = 200000", "most = 200001"}, {`regions = { KR = { age_years = 19 }, `, `regions = { `}, {`CHF`, ``}, {"from = 2020-01-01T00:00:00Z", "from = " + soon}} {
			if edit[0] == "CHF" {
				edit = []string{`[packs]`, "[packs]\nCHF = { 1 = 1 }", "new_account_days = 30", "new_account_days = 30\nCHF = { most = 1, new_account = 1 }"}
			}
			is(install(copied(t, append(two, edit...)...)), "the version mine@2 is installed with other content than")
		}
		three := append(two, `"mine@2"`, `"mine@3"`, "from = 2020-01-01T00:00:00Z", "from = "+soon)
		is(install(copied(t, three...)), "")
		if v := version(); v != "mine@2" {
			t.Errorf("%s holds before its start", v)
		}
		is(install(copied(t, append(three, soon, clk.Now().Add(time.Hour).UTC().Format(time.RFC3339))...)), "other content") // its start was told to people
		is(install(copied(t, append(three, `"mine@3"`, `"mine@4"`)...)), "choose a later instant")
		is(install(copied(t, three...)), "")
		clk.Advance(100 * 24 * time.Hour)
		if v := version(); v != "mine@3" {
			t.Errorf("%s holds after the start of mine@3", v)
		}
	})
}

// TestOwnRules changes the rules of an instance that people use: what was given
// before stays explained by the rules of its day, and the books are right.
func TestOwnRules(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { ownRules(t, "") })
	t.Run("postgres", func(t *testing.T) { ownRules(t, dbtest.PostgresURL(t)) })
}

func ownRules(t *testing.T, database string) {
	folder := t.TempDir()
	mine := []string{`diamonds_per_coin = "1/1"`, `diamonds_per_coin = "1/2"`, `{ 70 = 99,`, `{ 70 = 199,`,
		"[packs]", "[[gift]]\nid = \"rose\"\nname = \"Rose\"\nemoji = \"🌹\"\ncoins = 8\n\n[packs]"}
	var first string
	t.Run("before", func(t *testing.T) {
		n := openIn(t, folder, database, "")
		fan := string(n.world.People["fan"])
		card := n.call(http.MethodPost, "/v1/cards/test", fan, object{}, http.StatusCreated)
		n.call(http.MethodPost, "/v1/coin-purchases", fan, object{"coins": 350, "card": card["id"]}, http.StatusCreated)
		g := n.call(http.MethodPost, "/v1/gifts", fan, object{"gift": "rose", "target": n.world.Content["live"], "quantity": 2}, http.StatusCreated)
		first = fmt.Sprint(g["id"])
		if g.units(t, "coins", "COIN") != 10 || !ruledBy(n, first, "current@1", "10") {
			t.Errorf("the first gift: %v %v", g, n.get("/v1/explain/"+first, ""))
		}
	})
	t.Run("after", func(t *testing.T) {
		n := openIn(t, folder, database, copied(t, mine...))
		n.n = 1000
		fan := string(n.world.People["fan"])
		g := n.call(http.MethodPost, "/v1/gifts", fan, object{"gift": "rose", "target": n.world.Content["live"], "quantity": 2}, http.StatusCreated)
		second := fmt.Sprint(g["id"])
		if g.units(t, "coins", "COIN") != 16 || !ruledBy(n, second, "mine@1", "8") {
			t.Errorf("the second gift: %v %v", g, n.get("/v1/explain/"+second, ""))
		}
		if !ruledBy(n, first, "current@1", "10") {
			t.Errorf("the first gift is explained anew: %v", n.get("/v1/explain/"+first, ""))
		}
		if list := fmt.Sprint(n.get("/v1/coin-packs?currency=USD", "")); !strings.Contains(list, "199") || !strings.Contains(list, "mine@1") {
			t.Errorf("the packs: %s", list)
		}
		n.advance(9 * 24 * time.Hour)
		if findings, _ := n.get("/v1/ledger/verification", "")["findings"].([]any); len(findings) > 0 {
			t.Errorf("the books: %v", findings)
		}
	})
	t.Run("edited", func(t *testing.T) {
		o := app.Options{Sandbox: true, Seed: 1, Log: slog.New(slog.DiscardHandler)}
		o.Config.Data, o.Config.Database, o.Config.Listen, o.Config.Preset = folder, database, "127.0.0.1:0", "current"
		o.Config.PresetFile = copied(t, append(mine, "hold_days = 7", "hold_days = 8")...)
		if a, err := app.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "mine@1 is installed with other content") {
			t.Errorf("an edited version: %v, %v", a, err)
		}
		o.KeepRules = true // as ovation admin create does
		a, err := app.New(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// ruledBy reports whether the explanation of a gift names the version and so
// many diamonds.
func ruledBy(n *newcomer, gift, version, diamonds string) bool {
	step := n.get("/v1/explain/"+gift, "")
	return step["rule"] == version && strings.Contains(fmt.Sprint(step["formula"]), "→ "+diamonds+" diamonds")
}

// A file of before there was an amount for two operators is the version that was
// installed from it, with the amounts that the migration has given to that.
func TestPresetFileOfBeforeAgree(t *testing.T) {
	migration, err := os.ReadFile("../db/migrations/0064_payout.sql")
	if err != nil {
		t.Fatal(err)
	}
	var updates []string
	for line := range strings.Lines(string(migration)) {
		if strings.HasPrefix(line, "UPDATE ") {
			updates = append(updates, line)
		}
	}
	if len(updates) != 2 {
		t.Fatalf("the migration updates: %q", updates)
	}
	text, err := os.ReadFile("presets/current.toml")
	if err != nil {
		t.Fatal(err)
	}
	own, _, _ := strings.Cut(string(text)[strings.Index(string(text), "[payouts]"):], "[velocity]")
	said := regexp.MustCompile(`(?m)^agree = .*\n|, agree = [0-9]+`).ReplaceAllString(own, "")
	for name, c := range map[string]struct {
		edits []string
		rates int64
		euros int64
	}{
		"none":  {[]string{own, "", "daily_cap = 100000", "daily_cap = 200000"}, 100_000, 50_000},
		"other": {[]string{own, said, "daily_cap = 100000", "daily_cap = 200001", "EUR = { daily_cap = 100000", "EUR = { daily_cap = 99999"}, 100_000, 49_999},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
				ctx, file := t.Context(), copied(t, c.edits...)
				for _, before := range [][]string{{"UPDATE payout_rules SET agree_units = 50000", "UPDATE payout_limit SET agree_units = 0", updates[0], updates[1]}, nil} { // as the migration adds the columns, and the next start
					err := d.Write(ctx, func(tx *db.Tx) error {
						if err := app.InstallPresetFile(ctx, tx, file); err != nil {
							return err
						}
						for _, statement := range before {
							if _, err := tx.Exec(ctx, statement); err != nil {
								return err
							}
						}
						r, err := payout.RulesInForce(ctx, tx)
						at := slices.IndexFunc(r.Limits, func(l payout.Limit) bool { return l.Asset == "EUR" })
						if r.Agree != c.rates || r.Limits[at].Agree != c.euros {
							t.Errorf("installed: %+v", r)
						}
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
					clk.Advance(time.Hour)
				}
			})
		})
	}
}
