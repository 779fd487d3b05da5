package web

import (
	"bufio"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/text"
)

// bookTree is what the tree of accounts shows.
type bookTree struct {
	Query   string // what was searched for
	Found   []report.Found
	Clock   bookClock
	Tree    report.Tree
	Crumbs  []option
	Problem *problem
}

// bookClock is the point of the books that is looked at, and how far the books
// reach.
type bookClock struct {
	Typed         string // the instant as it was typed; "" is now
	FirstS, LastS int64  // seconds of the first transfer and of now
	AtS           int64  // where the slider stands
	Transfers     int64
	Point         report.AsOf
}

// branchesAtOnce is how many branches a page shows.
const branchesAtOnce = 60

// instantForm is how a form writes an instant, in UTC.
const instantForm = "2006-01-02T15:04:05"

// ledgerPage shows the accounts as a tree, now or at a point of the past, and
// leads from any id to its page.
func ledgerPage(v *visit) error {
	x := &bookTree{Query: v.param("q")}
	if x.Query != "" {
		return x.search(v)
	}
	prefix := v.param("prefix")
	x.Crumbs = crumbs(v, prefix, func(p string) string { return v.with("/op/ledger", "prefix", p) })
	err := x.Clock.read(v)
	if err == nil {
		x.Tree, err = v.site.cfg.Reader.Tree(v, prefix, x.Clock.Point, v.param("after"), branchesAtOnce)
	}
	if err != nil { // no list, not even an empty one
		x.Problem = v.problemOf(err)
		x.Tree.Prefix = prefix
		return v.show(x.Problem.Status, ledgerView(v, x))
	}
	return v.show(http.StatusOK, ledgerView(v, x))
}

// search leads to what was found if it is one thing, and lists several.
func (x *bookTree) search(v *visit) error {
	var err error
	if x.Found, err = v.site.cfg.Reader.Search(v, x.Query); err != nil {
		return err
	}
	if len(x.Found) == 1 && v.r.Method == http.MethodGet {
		if to := foundAt(&x.Found[0]); to != "" {
			return v.redirect(to)
		}
	}
	return v.show(http.StatusOK, foundView(v, x))
}

// foundAt is the page of what a search has found.
func foundAt(f *report.Found) string {
	switch f.Kind {
	case "account":
		return "/op/ledger/account?" + query("path", f.ID, "asset", f.State)
	case "key", "event":
		if f.Owner != "" {
			return "/op/people/" + string(f.Owner)
		}
		return ""
	}
	return placeOf(f.ID)
}

// read finds out which point is asked for. The slider counts only if it was
// moved: its last place is sent along.
func (c *bookClock) read(v *visit) error {
	first, _, err := v.site.cfg.Reader.Transfers(v, report.TransferFilter{}, 2, 1)
	if err != nil {
		return err
	}
	last, _, err := v.site.cfg.Reader.Transfers(v, report.TransferFilter{}, 0, 1)
	if err != nil {
		return err
	}
	c.LastS = v.clock().Unix()
	if len(first) > 0 {
		// The journal keeps parts of a second: the slider begins behind the first
		// transfer, and ends behind the last.
		c.FirstS, c.Transfers = first[0].At.Unix()+1, last[0].Seq
		c.LastS = max(c.LastS, last[0].At.Unix()+1, c.FirstS)
	}
	c.AtS, c.Typed = c.LastS, v.param("at")
	if slid := integer(v.param("t")); slid > 0 && v.param("t") != v.param("was") {
		c.Typed = ""
		if slid < c.LastS {
			c.Typed = time.Unix(slid, 0).UTC().Format(instantForm)
		}
	}
	if c.Typed == "" {
		return nil
	}
	at, err := parseInstant(c.Typed)
	if err != nil {
		return err
	}
	c.Point.At, c.AtS = at, min(max(at.Unix(), c.FirstS), c.LastS)
	return nil
}

// slots is how many places the slider has: enough to find a moment, and few
// enough that an arrow key leads somewhere.
const slots = 200

// step is the seconds between two places of the slider, end its last place,
// which is no earlier than now, and snapped where it stands.
func (c *bookClock) step() int64 { return max(1, (c.LastS-c.FirstS)/slots) }

func (c *bookClock) end() int64 {
	return c.FirstS + (c.LastS-c.FirstS+c.step()-1)/c.step()*c.step()
}

func (c *bookClock) snapped() int64 {
	if c.AtS >= c.LastS {
		return c.end()
	}
	return c.FirstS + (c.AtS-c.FirstS)/c.step()*c.step()
}

// utc writes an instant of the books, as static/slider.js does.
func utc(seconds int64) string {
	return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04:05") + " UTC"
}

// parseInstant reads an instant as forms and people write it, in UTC.
func parseInstant(typed string) (time.Time, error) {
	for _, form := range []string{instantForm, "2006-01-02T15:04", time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(form, typed); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fault.New(fault.InvalidParameter, "%q is no instant. Write it as in 2026-03-01T12:30:00, in UTC.", fault.Clip(typed))
}

// crumbs lead from a branch back to all accounts.
func crumbs(v *visit, prefix string, href func(prefix string) string) []option {
	all := []option{{Text: v.T("op.all_accounts"), Href: href("")}}
	for at := 0; ; {
		step := strings.IndexByte(prefix[at:], '/')
		if step < 0 {
			return all
		}
		name := prefix[at : at+step]
		at += step + 1
		all = append(all, option{Text: name, Href: href(prefix[:at])})
	}
}

// branchHref leads into a branch, or to an account.
func branchHref(v *visit, b *report.Branch) string {
	if strings.HasSuffix(b.Path, "/") {
		return v.with("/op/ledger", "prefix", b.Path)
	}
	asset := ""
	if len(b.Sums) > 0 {
		asset = string(b.Sums[0].Asset)
	}
	return accountHref(b.Path, asset)
}

func accountHref(path, asset string) string {
	return "/op/ledger/account?" + query("path", path, "asset", asset)
}

// assets are the assets of the table's columns, coins and diamonds first.
func (x *bookTree) assets() (all []money.Asset) {
	for _, s := range x.Tree.Sums {
		all = append(all, s.Asset)
	}
	slices.SortStableFunc(all, func(a, b money.Asset) int { return rankOf(a) - rankOf(b) })
	return all
}

func rankOf(a money.Asset) int {
	switch a {
	case money.Coin:
		return 0
	case money.Diamond:
		return 1
	}
	return 2
}

// held is what a branch holds of the asset; ok is false if it has no account
// in it.
func held(sums []money.Amount, asset money.Asset) (a money.Amount, ok bool) {
	for _, s := range sums {
		if s.Asset == asset {
			return s, true
		}
	}
	return money.Amount{}, false
}

// stepOf is the last part of a branch's path.
func stepOf(prefix, path string) string { return strings.TrimPrefix(path, prefix) }

// ledgerFile is the branches that are shown, and those of further pages, as a
// file.
func ledgerFile(v *visit) error {
	var c bookClock
	if err := c.read(v); err != nil {
		return err
	}
	var all []report.Branch
	for after := ""; ; {
		t, err := v.site.cfg.Reader.Tree(v, v.param("prefix"), c.Point, after, 1000)
		if err != nil {
			return err
		}
		all = append(all, t.Branches...)
		if after = t.Next; after == "" {
			break
		}
	}
	return v.file("accounts", func(w *bufio.Writer) error {
		out, err := text.NewCSV(w, "path", "accounts", "asset", "balance")
		for i := range all {
			for _, s := range all[i].Sums {
				if err == nil {
					err = out.Row(all[i].Path, numeral(all[i].Accounts), string(s.Asset), s.Decimal())
				}
			}
		}
		if err != nil {
			return err
		}
		return out.Close()
	})
}

// treeColumns are the columns of the tree: one for each asset.
func (v *visit) treeColumns(x *bookTree) []column {
	all := []column{{Text: v.T("op.account")}, {Text: v.T("op.how_many"), Numeric: true}}
	for _, a := range x.assets() {
		all = append(all, column{Text: string(a), Numeric: true})
	}
	return all
}

// bare writes an amount in a column that names its asset: coins and diamonds
// without their word.
func (v *visit) bare(a money.Amount) string {
	if a.Asset == money.Coin || a.Asset == money.Diamond {
		return v.number(a.Units)
	}
	return v.amount(a)
}
