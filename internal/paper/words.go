package paper

import (
	"fmt"
	"strconv"
	"time"

	"github.com/bojanz/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

// words are those of one language.
type words struct {
	lang    string
	number  *message.Printer
	formats *currency.Formatter
}

var languages = map[string]words{
	"en": {"en", message.NewPrinter(language.English), currency.NewFormatter(currency.NewLocale("en"))},
	"fr": {"fr", message.NewPrinter(language.French), currency.NewFormatter(currency.NewLocale("fr"))},
}

// in returns the words of a language; English for one that is not spoken.
func in(lang string) words {
	if w, ok := languages[lang]; ok {
		return w
	}
	return languages["en"]
}

// T is the text of the key with its arguments put in.
func (w words) T(key string, args ...any) string {
	t := phrases[key][0]
	if w.lang == "fr" {
		t = phrases[key][1]
	}
	if len(args) == 0 {
		return t
	}
	return fmt.Sprintf(t, args...)
}

// day writes a date in full, as pages do.
func (w words) day(t time.Time) string {
	t = t.UTC()
	day := strconv.Itoa(t.Day())
	if w.lang == "fr" && t.Day() == 1 {
		day = "1er"
	}
	return day + " " + w.month(t)
}

func (w words) month(t time.Time) string {
	return w.T("month."+strconv.Itoa(int(t.Month()))) + " " + strconv.Itoa(t.Year())
}

// instant writes a moment with its zone.
func (w words) instant(us int64) string {
	t := time.UnixMicro(us).UTC()
	return w.T("instant", w.day(t), t.Format("15:04"))
}

// short is a date in a column.
func (w words) short(us int64) string {
	t := time.UnixMicro(us).UTC()
	day := strconv.Itoa(t.Day())
	if w.lang == "fr" && t.Day() == 1 {
		day = "1er"
	}
	return day + " " + w.T("short."+strconv.Itoa(int(t.Month())))
}

// amount writes money by the language.
func (w words) amount(a money.Amount) string {
	n, err := currency.NewAmount(a.Decimal(), string(a.Asset))
	if err != nil {
		return a.Decimal() + " " + string(a.Asset)
	}
	return written(w.formats.Format(n))
}

func (w words) count(n int64) string { return written(w.number.Sprintf("%d", n)) }

// T is a word of papers, for pages that show the same.
func T(lang, key string, args ...any) string { return in(lang).T(key, args...) }

// RowName is what a row of a statement is called.
func RowName(lang string, kind report.RowKind) string { return in(lang).T("row." + string(kind)) }

// RowDetail is what there is to say about a row beside its name.
func RowDetail(lang string, r *report.StatementRow) string { return in(lang).detail(r) }

func (w words) detail(r *report.StatementRow) string {
	switch r.Kind {
	case report.RowGift, report.RowVideoGift:
		return w.T("detail.gift", w.day(r.Day), w.count(r.Diamonds), r.Rule)
	case report.RowTip:
		return w.T("detail.tip", w.day(r.Day))
	case report.RowTipFee, report.RowTipDifference, report.RowWithheld:
		return w.T("detail.of", w.day(r.Day))
	case report.RowClawed, report.RowRestored:
		return w.reason(r.Reason)
	case report.RowPayout, report.RowPayoutReturned, report.RowPayoutFailed, report.RowPayoutCanceled:
		bank := ""
		if r.Last4 != "" {
			bank = w.T("detail.bank", r.Last4)
		}
		if r.Kind == report.RowPayout && r.State != "" {
			bank = joined(bank, w.T("payout."+r.State))
		}
		return joined(bank, r.Payout)
	}
	return ""
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

func (w words) reason(reason string) string {
	if _, known := phrases["reason."+reason]; known {
		return w.T("reason." + reason)
	}
	return w.T("reason.other")
}

// Notes are the sentences that stand under the rows of a currency.
func Notes(lang string, c *report.StatementCurrency) (all []string) {
	w := in(lang)
	if tips := c.Sum(report.RowTip); tips != 0 {
		all = append(all, w.T("note.tips", w.amount(money.Amount{Asset: c.Asset}), w.amount(money.Amount{Units: tips, Asset: c.Asset})))
	}
	if c.Sum(report.RowGift, report.RowVideoGift) != 0 {
		all = append(all, w.T("note.gifts"))
	}
	return all
}
