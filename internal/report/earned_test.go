package report_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

// random is a world in which much was given, by chance.
type random struct {
	*gifttest.World
	rnd      *rand.Rand
	reader   *report.Reader
	creators []id.Person
	fans     []id.Person
	targets  []string // of both creators: LIVE, video
}

func newRandom(w *gifttest.World, seed uint64) *random {
	s := &random{World: w, rnd: rand.New(rand.NewPCG(seed, seed)), reader: report.NewReader(w.D)}
	for range 2 {
		c := w.Creator()
		s.creators = append(s.creators, c)
		s.targets = append(s.targets, w.Live(c), w.Video(c))
	}
	for range 4 {
		s.fans = append(s.fans, w.Fan(3000, 4000))
	}
	return s
}

// days lets so many half days pass, with gifts, taps, maturity and adding up.
func (s *random) days(n int) {
	for range n {
		s.Clk.Advance(time.Duration(6+s.rnd.IntN(12)) * time.Hour)
		s.RunDue()
		for range s.rnd.IntN(5) {
			item := []string{"rose", "lion"}[min(1, s.rnd.IntN(9)/8)]
			fan, target := s.fans[s.rnd.IntN(4)], s.targets[s.rnd.IntN(4)]
			if _, err := s.Gifts.Send(s.Ctx, gift.Request{Key: s.Key(), Sender: fan, Item: item, Quantity: 1 + s.rnd.Int64N(3), Target: target}); err != nil {
				s.Want(err, fault.InsufficientBalance)
			}
		}
		combo, fan := s.Combo(), s.fans[s.rnd.IntN(4)]
		for seq := int64(1); seq <= s.rnd.Int64N(4); seq++ {
			if _, err := s.Gifts.Send(s.Ctx, gift.Request{Key: s.Key(), Sender: fan, Item: "spark", Quantity: 1, Target: s.targets[0], Combo: combo, ComboSeq: seq}); err != nil {
				s.Want(err, fault.InsufficientBalance)
			}
		}
		if s.rnd.IntN(4) == 0 {
			s.AddUp()
		}
	}
}

// all reads every page of the filter and checks each foot.
func (s *random) all(f report.EarnedFilter, limit int) (rows []report.EarnedRow, totals []report.EarnedTotal) {
	s.T.Helper()
	for after, first := "", true; first || after != ""; first = false {
		page, err := s.reader.Earned(s.Ctx, f, after, limit)
		s.OK(err)
		if !first && fmt.Sprint(page.Totals) != fmt.Sprint(totals) {
			s.T.Errorf("the foot of another page is %v, that of the first was %v", page.Totals, totals)
		}
		if len(page.Rows) > limit || len(page.Rows) == 0 && page.Next != "" && f.Target == "" && f.Fan == "" {
			s.T.Fatalf("a page of %d rows at a limit of %d", len(page.Rows), limit)
		}
		rows, totals, after = append(rows, page.Rows...), page.Totals, page.Next
	}
	return rows, totals
}

// sumOf adds rows up; all are in dollars.
func sumOf(rows []report.EarnedRow) (t report.EarnedTotal) {
	t.Amount.Asset = money.USD
	for _, r := range rows {
		t.Sum.Add(r.Sum)
		t.Amount.Units += r.Amount.Units
		t.Pending += r.Pending
	}
	return t
}

// file sums the figures of the CSV file.
func (s *random) file(f report.EarnedFilter) (t report.EarnedTotal, lines int) {
	s.T.Helper()
	var b strings.Builder
	s.OK(s.reader.EarnedCSV(s.Ctx, f, &b))
	all, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	s.OK(err)
	column := func(row []string, name string) int64 {
		text := row[slices.Index(all[0], name)]
		n, err := strconv.ParseInt(strings.ReplaceAll(text, ".", ""), 10, 64)
		s.OK(err)
		return n
	}
	t.Amount.Asset = money.USD
	for _, row := range all[1:] {
		t.Sum.Add(earnings.Sum{Sends: column(row, "sends"), Gifts: column(row, "gifts"), Combos: column(row, "combos"), Coins: column(row, "coins"), Diamonds: column(row, "diamonds"), Units: column(row, "amount")})
		t.Amount.Units += column(row, "amount")
		t.Pending += column(row, "pending")
	}
	return t, len(all) - 1
}

// A number is computed once: in a random world the tiles, the sums of the bars,
// the feet of the lists, the sums of their rows and of the CSV file are the same,
// whatever is chosen and however it is grouped.
func TestEarnedAddsUp(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		s := newRandom(w, 7)
		s.days(60)
		for _, creator := range s.creators {
			for _, window := range report.Windows {
				in, err := s.reader.Income(s.Ctx, creator, window)
				s.OK(err)
				c := in.Currencies[0]
				tile := s.tile(t, c)
				f := report.EarnedFilter{Creator: creator, From: in.From, To: in.To}
				s.agree(t, f, tile, c.Pending)
				for i, source := range earnings.Sources {
					f.Source = source
					s.agree(t, f, c.Sources[i].Total, c.Sources[i].Pending)
				}
				f = report.EarnedFilter{Creator: creator, From: in.PreviousFrom, To: in.PreviousTo}
				s.agree(t, f, c.Previous, -1)
			}
			for _, standing := range []earnings.State{earnings.Pending, earnings.Available, earnings.PaidOut} {
				s.agree(t, report.EarnedFilter{Creator: creator, Standing: standing}, -1, -1)
			}
			var byTarget, byFan int64
			for _, target := range s.targets {
				byTarget += s.agree(t, report.EarnedFilter{Creator: creator, Target: target}, -1, -1).Amount.Units
			}
			for _, fan := range s.fans {
				byFan += s.agree(t, report.EarnedFilter{Creator: creator, Fan: fan}, -1, -1).Amount.Units
			}
			all := s.agree(t, report.EarnedFilter{Creator: creator}, -1, -1).Amount.Units
			if byTarget != all || byFan != all || all == 0 {
				t.Errorf("%d by target, %d by fan, %d in all", byTarget, byFan, all)
			}
		}
	})
}

// tile checks that a currency's days and sources add up, and returns its total.
func (s *random) tile(t *testing.T, c report.CurrencyIncome) int64 {
	t.Helper()
	var days, bars, sources, previous, sourcesBefore int64
	for _, d := range c.Days {
		days += d.Total
		previous += d.Previous
		for _, b := range d.Bars {
			bars += b
		}
	}
	for _, x := range c.Sources {
		sources += x.Total
		sourcesBefore += x.Previous
	}
	if days != c.Total || bars != c.Total || sources != c.Total || previous != c.Previous || sourcesBefore != c.Previous {
		t.Errorf("the tile says %d and before %d; days %d, bars %d, sources %d; before %d and %d", c.Total, c.Previous, days, bars, sources, previous, sourcesBefore)
	}
	return c.Total
}

// agree checks that everything about the filter says the same, and says so many
// cents if they are not below zero.
func (s *random) agree(t *testing.T, f report.EarnedFilter, want, pending int64) (foot report.EarnedTotal) {
	t.Helper()
	for i, group := range []report.Group{report.Single, report.ByDay, report.ByTarget, report.ByFan} {
		f.Group = group
		rows, totals := s.all(f, []int{7, 3, 2, 100}[i])
		file, lines := s.file(f)
		if len(totals) != 1 {
			t.Fatalf("%d feet", len(totals))
		}
		if foot = totals[0]; sumOf(rows) != foot || file != foot || lines != len(rows) || want >= 0 && foot.Amount.Units != want || pending >= 0 && foot.Pending != pending {
			t.Errorf("%s of %+v: the rows sum to %+v, the foot says %+v, the file %+v of %d lines for %d rows; want %d cents, %d of them pending",
				group, f, sumOf(rows), foot, file, lines, len(rows), want, pending)
		}
	}
	return foot
}

// Rows say what they are about, and pages go on where they ended whatever was
// added up meanwhile.
func TestEarnedRows(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		s := newRandom(w, 3)
		fan, creator, room := s.fans[0], s.creators[0], s.targets[0]
		for range 5 {
			w.Give(fan, "rose", room, 3)
			w.Clk.Advance(time.Second)
		}
		f := report.EarnedFilter{Creator: creator}
		first, err := s.reader.Earned(w.Ctx, f, "", 2)
		w.OK(err)
		w.AddUp()
		w.Give(fan, "rose", room, 1)
		second, err := s.reader.Earned(w.Ctx, f, first.Next, 5)
		w.OK(err)
		if len(first.Rows) != 2 || len(second.Rows) != 3 || second.Next != "" {
			t.Fatalf("%d and %d rows, then %q", len(first.Rows), len(second.Rows), second.Next)
		}
		var cents []int64
		for _, r := range append(first.Rows, second.Rows...) {
			cents = append(cents, r.Amount.Units)
			if r.Fan != fan || r.Target != room || r.Item != "rose" || r.Sum.Gifts != 3 || r.Sum.Coins != 15 || r.Rules[0] != "current@1" || r.Standings[0] != earnings.Pending || r.Pending != r.Amount.Units {
				t.Errorf("a row: %+v", r)
			}
		}
		if got := fmt.Sprint(cents); got != "[7 8 7 8 7]" { // 15 diamonds are seven cents and a half
			t.Errorf("the gifts are worth %s", got)
		}
		if first.People[fan].ID != fan || first.Targets[room].Title == "" {
			t.Errorf("names: %+v %+v", first.People, first.Targets)
		}
		sum, err := s.reader.TargetSummary(w.Ctx, room, creator, false)
		w.OK(err)
		if sum.Gifters != 1 || sum.Sum().Gifts != 16 || sum.Items[0].Item != "rose" || sum.Duration != 5*time.Second || sum.Totals[0].Amount.Units != 40 {
			t.Errorf("the LIVE: %+v", sum)
		}
		_, err = s.reader.TargetSummary(w.Ctx, room, fan, false)
		w.Want(err, fault.NotFound)
		for _, bad := range []string{"x", "1 2 3 4", "0 ern_x 1 1", "1 " + string(first.Rows[0].Earning) + " 99 0", "1 " + string(first.Rows[0].Earning) + " -1 0"} {
			if _, err := s.reader.Earned(w.Ctx, f, bad, 5); err != nil {
				w.Want(err, fault.CursorInvalid)
			}
		}
		for _, bad := range []report.EarnedFilter{{Group: "week"}, {Source: "tips"}, {Target: "x"}, {Fan: "x"}, {Standing: "held"}, {From: w.Clk.Now(), To: w.Clk.Now().Add(-48 * time.Hour)}} {
			bad.Creator = creator
			_, err := s.reader.Earned(w.Ctx, bad, "", 5)
			w.Want(err, fault.InvalidParameter)
		}
	})
}

// What a fan gave by day and by creator is what the entries of the wallet say.
func TestSpending(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		s := newRandom(w, 5)
		s.days(90)
		for _, fan := range s.fans {
			got, err := s.reader.Spending(w.Ctx, fan)
			w.OK(err)
			var entries, days, creators int64
			for before := int64(0); ; {
				page, err := s.reader.WalletEntries(w.Ctx, fan, before, 50)
				w.OK(err)
				if len(page) == 0 {
					break
				}
				for _, e := range page {
					if e.Kind == "gift.sent" && e.At >= got.From.Format(time.RFC3339) {
						entries -= e.Coins
					}
					before = e.Seq
				}
			}
			for _, d := range got.Days {
				days += d.Coins
			}
			for _, c := range got.Creators {
				creators += c.Coins
				if got.People[c.Creator].ID == "" {
					t.Errorf("nobody is called %s", c.Creator)
				}
			}
			if entries != got.Coins || days != got.Coins || creators != got.Coins || len(got.Days) != report.SpendingDays || got.Coins == 0 {
				t.Errorf("%d coins, the days %d, the creators %d, the entries %d", got.Coins, days, creators, entries)
			}
		}
	})
}

// A video from before it had earnings of its own shows what it earned.
func TestVideoOfOneSource(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator := w.Creator()
		video := w.Video(creator)
		w.Give(w.Fan(100), "rose", video, 2)
		w.Exec("UPDATE earning SET source = 'gift'")
		w.Exec("UPDATE earning_source_place SET seq = (SELECT seq FROM ledger_head)")
		for range 2 { // before and after it is added up
			sum, err := report.NewReader(w.D).TargetSummary(w.Ctx, video, creator, false)
			w.OK(err)
			if sum.Gifters != 1 || sum.Sum().Gifts != 2 {
				t.Errorf("the video: %+v", sum)
			}
			w.AddUp()
		}
	})
}

// giving is a writer during whose writes somebody gives.
type giving struct {
	strings.Builder
	give func()
}

func (g *giving) Write(p []byte) (int, error) {
	g.give()
	return g.Builder.Write(p)
}

// TestFileOfOneMoment has gifts come in while a file is read: a fan who moves
// to the top of the list is in it once, with what they had given.
func TestFileOfOneMoment(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		defer report.CSVAtOnce(2)()
		creator := w.Creator()
		room := w.Live(creator)
		var fans []id.Person
		for i := range 6 {
			fans = append(fans, w.Fan(10_000))
			w.Give(fans[i], "spark", room, int64(20-2*i))
		}
		for _, group := range []report.Group{report.ByFan, report.Single} {
			want, err := report.NewReader(w.D).Earned(w.Ctx, report.EarnedFilter{Creator: creator, Group: group}, "", 100)
			w.OK(err)
			out := &giving{give: func() { w.Give(fans[5], "lion", room, 1); w.Give(fans[0], "lion", w.Video(creator), 1) }}
			w.OK(report.NewReader(w.D).EarnedCSV(w.Ctx, report.EarnedFilter{Creator: creator, Group: group}, out))
			all, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
			w.OK(err)
			var got, wanted []string
			for _, row := range all[1:] {
				got = append(got, row[slices.Index(all[0], "fan")]+" "+row[slices.Index(all[0], "coins")])
			}
			for _, row := range want.Rows {
				wanted = append(wanted, fmt.Sprint(row.Fan, " ", row.Sum.Coins))
			}
			if !slices.Equal(got, wanted) {
				t.Errorf("by %s the file has\n%s\nwant\n%s", group, got, wanted)
			}
		}
	})
}
