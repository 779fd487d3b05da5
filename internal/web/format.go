package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/bojanz/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/wallet"
)

// The languages' ways to write numbers and money, by CLDR.
var (
	numbers = map[string]*message.Printer{"en": message.NewPrinter(language.English), "fr": message.NewPrinter(language.French)}
	monies  = map[string]*currency.Formatter{"en": currency.NewFormatter(currency.NewLocale("en")), "fr": currency.NewFormatter(currency.NewLocale("fr"))}
)

// number writes a count.
func (v *visit) number(n int64) string { return numbers[v.lang].Sprintf("%d", n) }

// amount writes any amount: money by the language, coins and diamonds with
// their word.
func (v *visit) amount(a money.Amount) string {
	switch a.Asset {
	case money.Coin:
		return v.coins(a.Units)
	case money.Diamond:
		return v.N("unit.diamonds", a.Units)
	}
	return v.decimal(a.Decimal(), string(a.Asset))
}

// decimal writes money by the language.
func (v *visit) decimal(number, asset string) string {
	n, err := currency.NewAmount(number, asset)
	if err != nil {
		return number + " " + asset
	}
	return strings.Replace(monies[v.lang].Format(n), "-", "−", 1) // a minus, not a hyphen
}

func (v *visit) coins(n int64) string { return v.N("unit.coins", n) }

// worth is what the coins cost when they are bought: at the price of the
// largest pack that is not larger, rounded up. ok is false without packs.
func worth(packs []wallet.Pack, coins int64) (a money.Amount, ok bool) {
	unit, ok := unitPack(packs, coins)
	if !ok {
		return a, false
	}
	n, err := money.MulDivCeil(unit.Price.Units, coins, unit.Coins)
	return money.Amount{Units: n, Asset: unit.Price.Asset}, err == nil
}

// unitPack is the pack at whose price coins are valued: the largest that is not
// larger, or the smallest.
func unitPack(packs []wallet.Pack, coins int64) (unit wallet.Pack, ok bool) {
	if len(packs) == 0 {
		return unit, false
	}
	unit = packs[0]
	for _, p := range packs {
		if p.Coins <= coins {
			unit = p
		}
	}
	return unit, true
}

// worthText writes what the coins cost, or nothing.
func (v *visit) worthText(packs []wallet.Pack, coins int64) string {
	a, ok := worth(packs, coins)
	if !ok {
		return ""
	}
	return v.amount(a)
}

// perHundred writes what a hundred coins of a pack cost, to compare packs.
func (v *visit) perHundred(p wallet.Pack) string {
	n, err := money.MulDivCeil(p.Price.Units, 100, p.Coins)
	if err != nil {
		return ""
	}
	return v.T("wallet.per_hundred", v.amount(money.Amount{Units: n, Asset: p.Price.Asset}))
}

// when writes an instant with its zone.
func (v *visit) when(us int64) string {
	if us == 0 {
		return ""
	}
	t := time.UnixMicro(us).UTC()
	return v.T("time.format", v.day(t), t.Format("15:04"))
}

// day writes a date, in CLDR's long form of the day before the month: that of
// French, where the first is written 1er as its readers expect, and for English
// the one of en-001, which nobody reads as another day (see docs/adr/0010). No
// library that is kept writes CLDR's dates: the tables of golang.org/x/text are
// its own.
func (v *visit) day(t time.Time) string {
	t = t.UTC()
	day := strconv.Itoa(t.Day())
	if v.lang == "fr" && t.Day() == 1 {
		day = "1er"
	}
	return v.T("time.day", day, v.T("month."+strconv.Itoa(int(t.Month()))), strconv.Itoa(t.Year()))
}

// machine writes an instant for the datetime attribute.
func machine(us int64) string { return time.UnixMicro(us).UTC().Format(time.RFC3339) }

// stampUS reads an instant as reports write it.
func stampUS(at string) int64 {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return 0
	}
	return t.UnixMicro()
}

// integer reads a number that a form or an address carries; 0 if it is none.
func integer(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > money.Max {
		return 0
	}
	return n
}

// counted reads a number from 1 on that something is paid by: digits and
// nothing else.
func counted(s string) (int64, bool) {
	n := integer(s)
	return n, n > 0 && strings.Trim(s, "0123456789") == ""
}

// numeral writes a number for a form or an address.
func numeral(n int64) string { return strconv.FormatInt(n, 10) }
