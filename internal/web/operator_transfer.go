package web

import (
	"bufio"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/text"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/wallet"
)

// journal is what the list of transfers shows.
type journal struct {
	Kind, Account, Asset, Cause string
	From, To                    string // UTC days, both in it
	Rows                        []ledger.Recorded
	Older                       int64
	Problem                     *problem
}

// transfersAtOnce is how many transfers a page shows; transfersInFile how many
// a file holds at most, so that a click does not read the whole journal.
const (
	transfersAtOnce = 30
	transfersRead   = 500 // at once, for a file
)

var transfersInFile = 50_000

func (v *visit) journal() *journal {
	return &journal{Kind: v.param("kind"), Account: v.param("account"), Asset: strings.ToUpper(v.param("asset")), Cause: v.param("cause"), From: v.param("from"), To: v.param("to")}
}

// filter is what the fields of the page choose. A kind alone is looked for from
// the beginning of the books.
func (j *journal) filter() (f report.TransferFilter, err error) {
	f.Filter = ledger.Filter{Account: j.Account, Asset: money.Asset(j.Asset), Cause: j.Cause, Kind: j.Kind}
	from, to := dayUS(j.From, 0), dayUS(j.To, 1)
	if j.From != "" && from == 0 || j.To != "" && to == 0 {
		return f, errDay()
	}
	if from != 0 {
		f.From = time.UnixMicro(from).UTC()
	}
	if to != 0 {
		f.To = time.UnixMicro(to).UTC()
	}
	if f.Kind != "" && f.Cause == "" && f.Account == "" && f.From.IsZero() {
		f.From = time.Unix(1, 0).UTC()
	}
	return f, nil
}

// transfersPage lists transfers, newest first.
func transfersPage(v *visit) error {
	j := v.journal()
	f, err := j.filter()
	if err == nil {
		j.Rows, j.Older, err = v.site.cfg.Reader.Transfers(v, f, integer(v.param("before")), transfersAtOnce)
	}
	if err != nil { // such as a path with accounts in two currencies
		j.Problem = v.problemOf(err)
		return v.show(j.Problem.Status, transfersView(v, j))
	}
	return v.show(http.StatusOK, transfersView(v, j))
}

// transferFile is what the filters choose as a file: a row for each line.
func transferFile(v *visit) error {
	f, err := v.journal().filter()
	if err != nil {
		return err
	}
	return v.file("transfers", func(w *bufio.Writer) error {
		var out *text.CSV
		for before, written := int64(0), 0; ; {
			some, next, err := v.site.cfg.Reader.Transfers(v, f, before, transfersRead)
			if err != nil {
				return err
			}
			if out == nil { // not before something could be read
				if out, err = text.NewCSV(w, "transfer", "sequence", "at", "kind", "cause", "rule", "from", "to", "asset", "amount"); err != nil {
					return err
				}
			}
			if err := transferRows(out, some); err != nil {
				return err
			}
			written += len(some)
			if before = next; next == 0 {
				return out.Close()
			}
			if written >= transfersInFile {
				return v.notTheEnd(out, written, next)
			}
		}
	})
}

// transferRows writes a row for each line.
func transferRows(out *text.CSV, all []ledger.Recorded) error {
	for i := range all {
		t := &all[i]
		for _, l := range t.Lines {
			if err := out.Row(string(t.ID()), numeral(t.Seq), t.At.Format(time.RFC3339Nano), t.Kind, t.Cause, t.Rule, l.From, l.To, string(l.Amount.Asset), l.Amount.Decimal()); err != nil {
				return err
			}
		}
	}
	return nil
}

// notTheEnd ends a file that does not hold all: it must not look as if it did.
func (v *visit) notTheEnd(out *text.CSV, written int, next int64) error {
	if err := out.Row(v.T("op.transfers_more", v.number(int64(written)), numeral(next)), "", "", "", "", "", "", "", "", ""); err != nil {
		return err
	}
	return out.Close()
}

// journalFilters are the choices of the list.
func (v *visit) journalFilters(j *journal) []filter {
	return []filter{
		{Name: "kind", Label: v.T("op.transfer_kind"), Value: j.Kind, Choices: v.kindChoices(j.Kind)},
		{Name: "account", Label: v.T("op.account"), Value: j.Account, Type: "search", Grow: true},
		{Name: "cause", Label: v.T("op.cause"), Value: j.Cause, Type: "search", Grow: true},
		{Name: "from", Label: v.T("op.from"), Value: j.From, Type: "date"},
		{Name: "to", Label: v.T("op.to"), Value: j.To, Type: "date"},
	}
}

// laterFee begins the kinds of the later fees of a dispute, which are counted.
const laterFee = "dispute.fee."

// transferKinds are the kinds of transfers that products post.
var transferKinds = slices.DeleteFunc(slices.Concat(purchase.Kinds, wallet.Kinds, gift.Kinds, earnings.Kinds, payout.Kinds, tip.Kinds, reversal.Kinds),
	func(kind string) bool { return strings.HasPrefix(kind, laterFee) })

// transferKind says what a transfer is.
func (v *visit) transferKind(kind string) string {
	if strings.HasPrefix(kind, laterFee) {
		return v.T("transfer.dispute.fee")
	}
	return v.or("transfer."+kind, kind)
}

func (v *visit) kindChoices(chosen string) []option {
	all := []option{{Text: v.T("op.any_kind")}}
	known := chosen == ""
	for _, k := range transferKinds {
		known = known || k == chosen
		all = append(all, option{Value: k, Text: v.transferKind(k)})
	}
	if !known {
		all = append(all, option{Value: chosen, Text: chosen})
	}
	return all
}

// transferPage shows one transfer with its lines.
func transferPage(v *visit) error {
	wanted := v.r.PathValue("id")
	if id.KindOf(wanted) != id.KindTransfer {
		return fault.New(fault.NotFound, "There is no transfer %s.", fault.Clip(wanted))
	}
	t, err := report.Ask1(v, v.site.cfg.Reader, ledger.Get, id.Transfer(wanted))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, transferView(v, &t))
}

// movedBy sums a transfer's lines by asset: it moves so much.
func movedBy(t *ledger.Recorded) (all []money.Amount) {
	for _, l := range t.Lines {
		all = addAmount(all, l.Amount)
	}
	return all
}
