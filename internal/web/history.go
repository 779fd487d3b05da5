package web

import (
	"bufio"
	"time"

	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/text"
)

// history is what changed the wallet, one page of it.
type history struct {
	Of      string // bought, given, other, or "" for everything
	Since   string // a UTC day, such as 2026-03-01, or "" for the beginning
	Changes []change
	Before  int64 // where this page begins; 0 at the newest
	Older   int64 // where the next page begins; 0 at the end
}

// The kinds of transfers that the history tells apart.
const boughtKind, gaveKind = "coin_purchase.completed", "gift.sent"

// entriesAtOnce is how many changes of the wallet a page shows, and looksAtMost
// how many pages of entries are gone through for those of one kind: what comes
// after them is on the next page, however many of other kinds lie between.
const entriesAtOnce, looksAtMost = 20, 10

// since is the beginning of the first day that the history shows.
func (h *history) since() time.Time {
	day, err := time.Parse(time.DateOnly, h.Since)
	if err != nil {
		return time.Time{}
	}
	return day
}

// over reports whether the entry, and so all after it, are too old to be shown.
func (h *history) over(e report.WalletEntry) bool {
	return h.Since != "" && stampUS(e.At) < h.since().UnixMicro()
}

// givenSince is the address of the gifts since the day.
func givenSince(day time.Time) string {
	return "/wallet?" + query("of", "given", "since", day.Format(time.DateOnly)) + "#entries"
}

// in reports whether the history shows the entry.
func (h *history) in(e report.WalletEntry) bool {
	switch h.Of {
	case "bought":
		return e.Kind == boughtKind
	case "given":
		return e.Kind == gaveKind
	case "other":
		return e.Kind != boughtKind && e.Kind != gaveKind
	}
	return true
}

// wanted reads what the address wants of the history.
func (v *visit) wanted() (h history, err error) {
	q := v.r.URL.Query()
	switch of := q.Get("of"); of {
	case "bought", "given", "other":
		h.Of = of
	}
	h.Since = q.Get("since")
	_, err = dayTyped(h.Since)
	return h, err
}

// history reads the page of the wallet's history that the address asks for.
func (v *visit) history() (h history, err error) {
	if h, err = v.wanted(); err != nil {
		return h, err
	}
	h.Before = integer(v.r.URL.Query().Get("before"))
	var shown []report.WalletEntry
	for at, look := h.Before, 0; ; look++ {
		entries, err := v.site.cfg.Reader.WalletEntries(v, v.me(), at, entriesAtOnce+1)
		if err != nil {
			return h, err
		}
		more := len(entries) > entriesAtOnce
		if more {
			entries = entries[:entriesAtOnce]
		}
		for _, e := range entries {
			if h.over(e) {
				more = false
				break
			}
			if at = e.Seq; h.in(e) {
				if shown = append(shown, e); len(shown) == entriesAtOnce && (more || e.Seq != entries[len(entries)-1].Seq) {
					h.Older = e.Seq
					break
				}
			}
		}
		if !more || h.Older != 0 {
			break
		}
		if look == looksAtMost {
			h.Older = at
			break
		}
	}
	h.Changes, err = v.changes(shown)
	return h, err
}

// address is that of the history with another beginning.
func (h *history) address(before int64) string {
	var pairs []string
	if h.Of != "" {
		pairs = append(pairs, "of", h.Of)
	}
	if h.Since != "" {
		pairs = append(pairs, "since", h.Since)
	}
	if before > 0 {
		pairs = append(pairs, "before", numeral(before))
	}
	return "/wallet?" + query(pairs...) + "#entries"
}

// file is the address of all that the history shows, as a file.
func (h *history) file() string {
	if h.Since == "" {
		return "/wallet/history.csv?" + query("of", h.Of)
	}
	return "/wallet/history.csv?" + query("of", h.Of, "since", h.Since)
}

// change is a line of the wallet's history: a purchase, a gift, or the taps of
// a combo together.
type change struct {
	Gift  giftOf // what was given; its Item is "" for anything else
	Text  string
	Cause string // what can be explained
	Coins int64
	US    int64

	Charge *payment.Record // of a purchase: what was paid, and what went back of it
}

// changes names what changed the wallet. Taps of one combo that follow each
// other are one line.
func (v *visit) changes(entries []report.WalletEntry) ([]change, error) {
	byID, err := v.giftsIn(entries)
	if err != nil {
		return nil, err
	}
	charges, err := v.chargesOf(entries)
	if err != nil {
		return nil, err
	}
	var all []change
	var combo id.Combo
	var count int64
	for _, e := range entries {
		g, given := byID[e.Cause]
		c := change{Text: v.T(kindOf(e)), Cause: e.Cause, Coins: e.Coins, US: stampUS(e.At)}
		switch {
		case given && g.Combo != "" && g.Combo == combo:
			last := &all[len(all)-1]
			count += g.Quantity
			last.Text, last.Cause, last.Coins = v.giftText(g, count), string(combo), last.Coins+e.Coins
			continue
		case given:
			combo, count = g.Combo, g.Quantity
			c.Gift = v.giftOf(g.Item)
			c.Text = v.giftText(g, count)
		default:
			combo = ""
			if r, paid := charges[e.Cause]; paid && e.Kind == boughtKind {
				c.Charge = &r
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// giftsIn reads the gifts that caused the entries.
func (v *visit) giftsIn(entries []report.WalletEntry) (map[string]gift.Gift, error) {
	var causes []string
	for _, e := range entries {
		if id.KindOf(e.Cause) == id.KindGift {
			causes = append(causes, e.Cause)
		}
	}
	all, err := report.Ask1(v, v.site.cfg.Reader, gift.GetMany, causes)
	gifts := make(map[string]gift.Gift, len(all))
	for _, g := range all {
		gifts[string(g.ID)] = g
	}
	return gifts, err
}

// chargesOf reads how the purchases were paid that are among the entries.
func (v *visit) chargesOf(entries []report.WalletEntry) (map[string]payment.Record, error) {
	var bought []string
	for _, e := range entries {
		if e.Kind == boughtKind {
			bought = append(bought, e.Cause)
		}
	}
	if len(bought) == 0 {
		return nil, nil
	}
	return report.Ask1(v, v.site.cfg.Reader, payment.ForSubjects[string], bought)
}

// giftText says what was given, and to whom.
func (v *visit) giftText(g gift.Gift, count int64) string {
	return v.T("entry.gift_to", v.giftOf(g.Item).Name, v.number(count), v.site.name(v, g.Creator))
}

// kindOf names the words for a change of the wallet.
func kindOf(e report.WalletEntry) string {
	switch {
	case e.Kind == boughtKind:
		return "entry.purchase"
	case e.Kind == gaveKind:
		return "entry.gift"
	case e.Coins > 0:
		return "entry.in"
	}
	return "entry.out"
}

// csvAtOnce is how many entries are read at once for a file.
const csvAtOnce = 100

// historyCSV writes the whole history that the page shows a part of, with the
// same filter: one row for each entry, the newest first.
func historyCSV(v *visit) error {
	h, err := v.wanted()
	if err != nil {
		return err
	}
	return v.file("history", func(to *bufio.Writer) error {
		var out *text.CSV
		for before, more := int64(0), true; more; {
			entries, err := v.site.cfg.Reader.WalletEntries(v, v.me(), before, csvAtOnce)
			if err != nil {
				return err
			}
			more = len(entries) == csvAtOnce
			var shown []report.WalletEntry
			for _, e := range entries {
				if h.over(e) {
					more = false
					break
				}
				if before = e.Seq; h.in(e) {
					shown = append(shown, e)
				}
			}
			if out == nil { // not before something could be read
				if out, err = text.NewCSV(to, "at", "kind", "what", "coins", "id"); err != nil {
					return err
				}
			}
			if err := v.csvRows(out, shown); err != nil {
				return err
			}
		}
		return out.Close()
	})
}

// csvRows writes entries, each with what it was.
func (v *visit) csvRows(w *text.CSV, entries []report.WalletEntry) error {
	gifts, err := v.giftsIn(entries)
	if err != nil {
		return err
	}
	for _, e := range entries {
		what := v.T(kindOf(e))
		if g, given := gifts[e.Cause]; given {
			what = v.giftText(g, g.Quantity)
		}
		if err := w.Row(e.At, e.Kind, what, numeral(e.Coins), e.Cause); err != nil {
			return err
		}
	}
	return nil
}
