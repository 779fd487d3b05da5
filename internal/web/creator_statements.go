package web

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/paper"
	"github.com/ovationhq/ovation/internal/report"
)

// monthsAtOnce is how many statements a page lists.
const monthsAtOnce = 24

// statementsShown is what the list of statements shows.
type statementsShown struct {
	Months []report.StatementMonth
	Older  string
	Begun  bool // it is not the first page
}

// statementsPage lists the visitor's months.
func statementsPage(v *visit) error {
	before := v.r.URL.Query().Get("before")
	all, err := report.Ask3(v, v.site.cfg.Reader, report.StatementsOf, v.me(), before, monthsAtOnce+1)
	if err != nil {
		return err
	}
	s := statementsShown{Months: all, Begun: before != ""}
	if len(all) > monthsAtOnce {
		s.Months = all[:monthsAtOnce]
		s.Older = "/c/statements?" + query("before", all[monthsAtOnce-1].Month)
	}
	return v.show(http.StatusOK, statementsView(v, &s))
}

// statementPage is one month: a page, or with .csv or .pdf behind it a file of
// the same.
func statementPage(v *visit) error {
	month, form, file := strings.Cut(v.r.PathValue("month"), ".")
	if file && form != "csv" && form != "pdf" {
		month = v.r.PathValue("month") // there is none of this name
	}
	s, err := report.Ask2(v, v.site.cfg.Reader, report.StatementOf, v.me(), month)
	if err != nil {
		return err
	}
	switch {
	case !file:
		return v.show(http.StatusOK, statementView(v, &s))
	case form == "csv":
		return v.fileCalled(s.Number+".csv", "text/csv; charset=utf-8; header=present", func(out *bufio.Writer) error { return s.WriteCSV(out) })
	}
	return v.pdf(s.Number, func() ([]byte, error) { return paper.Statement(&s, v.lang, v.site.cfg.PublicURL) })
}

// pdf answers with a paper.
func (v *visit) pdf(name string, write func() ([]byte, error)) error {
	all, err := write()
	if err != nil {
		return err
	}
	return v.fileCalled(name+".pdf", "application/pdf", func(out *bufio.Writer) error {
		_, err := out.Write(all)
		return err
	})
}

// fileCalled answers with a file of the name and type. An error that comes when a
// part of it has gone out cuts the connection: half a file must not look like a
// whole one.
func (v *visit) fileCalled(name, kind string, write func(*bufio.Writer) error) error {
	to := &began{w: v.w}
	out := bufio.NewWriterSize(to, 64<<10)
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	h.Set("Cache-Control", "no-store")
	if v.r.Method == http.MethodHead {
		v.wrote = true
		return nil
	}
	err := write(out)
	if err != nil && to.yes {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("Content-Disposition")
		return err
	}
	v.wrote = true
	return out.Flush()
}

// paperWord is a word that papers use as well.
func (v *visit) paperWord(key string, args ...any) string { return paper.T(v.lang, key, args...) }

// monthName is a month of a statement, written out.
func (v *visit) monthName(t time.Time) string {
	return paper.T(v.lang, "month."+numeral(int64(t.Month()))) + " " + numeral(int64(t.Year()))
}

func (v *visit) monthCalled(month string) string {
	t, _ := time.Parse("2006-01", month)
	return v.monthName(t)
}

// statementColumns are the columns of the rows of a statement.
func (v *visit) statementColumns() []column {
	return []column{{Text: v.paperWord("col.day"), Class: "far"}, {Text: v.paperWord("col.what")}, {Text: v.paperWord("col.amount"), Numeric: true}, {Text: v.paperWord("col.balance"), Numeric: true, Class: "far"}}
}

// monthColumns are the columns of the list of statements.
func (v *visit) monthColumns() []column {
	return []column{{Text: v.T("statements.month")}, {Text: v.paperWord("opening"), Numeric: true, Class: "far"}, {Text: v.T("statements.in"), Numeric: true, Class: "far"},
		{Text: v.T("statements.out"), Numeric: true, Class: "far"}, {Text: v.paperWord("closing"), Numeric: true}, {Text: v.T("statements.files")}}
}

// dayOnly is a date in a column.
func dayOnly(us int64) string { return time.UnixMicro(us).UTC().Format(time.DateOnly) }

func clawAt(c *report.StatementClaw) int64 {
	if c.EndedUS != 0 {
		return c.EndedUS
	}
	return c.HeldUS
}

// of is an amount in the currency of a part of a statement.
func of(c *report.StatementCurrency, units int64) money.Amount {
	return money.Amount{Units: units, Asset: c.Asset}
}
