package ledger

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
)

// Finding is one broken rule, at one place.
type Finding struct {
	Rule   string `json:"rule"`   // the name of the invariant
	Where  string `json:"where"`  // the row
	Detail string `json:"detail"` // what is there and what should be
}

// Report is the result of Verify.
type Report struct {
	Transfers int64         `json:"transfers"`
	Lines     int64         `json:"lines"`
	Accounts  int           `json:"accounts"`
	Head      string        `json:"head"`
	Checks    []string      `json:"checks"` // the names of all rules that were checked
	Findings  []Finding     `json:"findings"`
	Hidden    int           `json:"hidden"` // how many more findings there are
	Took      time.Duration `json:"-"`

	perRule map[string]int
}

// OK reports whether nothing was found.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// maxPerRule bounds a report on badly damaged books. It counts by rule, so
// that a thousand findings of one do not hide the one of another.
const maxPerRule = 20

// Add notes a finding.
func (r *Report) Add(rule, where, format string, args ...any) {
	if r.perRule == nil {
		r.perRule = map[string]int{}
	}
	r.perRule[rule]++
	if r.perRule[rule] > maxPerRule {
		r.Hidden++
		return
	}
	r.Findings = append(r.Findings, Finding{rule, where, fmt.Sprintf(format, args...)})
}

// Room reports whether a further finding of the rule would be told.
func (r *Report) Room(rule string) bool { return r.perRule[rule] < maxPerRule }

// Check is a rule that a package above the ledger adds to Verify. It
// reports each violation with Report.Add under the check's name.
type Check struct {
	Name string // a sentence, such as "a lot holds between 0 and what was bought"
	// Run looks for itself; nil for a rule that only rides.
	Run func(ctx context.Context, tx *db.Tx, r *Report) error
	// Ride goes along while Verify reads the journal, so that the lines, which are
	// most of the books, are read once for all rules that want each of them.
	Ride Ride
}

// The ledger's own rules, by name.
const (
	RuleChain       = "the hash chain is unbroken"
	RuleSequence    = "transfers are numbered without gap and never go back in time"
	RuleBalance     = "a balance equals the sum of its lines"
	RuleZero        = "all balances of an asset sum to zero"
	RuleFloor       = "no balance is or was below its floor"
	RuleLines       = "every line belongs to a transfer and moves one asset between two accounts"
	RuleHead        = "the head names the last transfer and the last account"
	RuleFloorOf     = "an account's floor is the one its path has"
	RuleTrail       = "an account and its lines name the transfers that touched it, one after another"
	RuleNoPersonMix = "coins leave a lot only to be spent, refunded or expired"
)

var ownRules = []string{RuleChain, RuleSequence, RuleBalance, RuleZero, RuleFloor, RuleLines, RuleHead, RuleFloorOf, RuleTrail, RuleNoPersonMix}

// RuleAnchor is the name of the check that Anchor makes.
const RuleAnchor = "the journal goes on from the head that was noted earlier"

// Anchor is the check that transfer number seq has the hash (in hexadecimal)
// that was noted when it was the last. Somebody who can write to the database
// can also compute a new chain, or cut the journal's end off and move the head
// and the balances back. Only a head that was kept elsewhere shows that.
func Anchor(seq int64, hash string) Check {
	return Check{Name: RuleAnchor, Run: func(ctx context.Context, tx *db.Tx, r *Report) error {
		where := fmt.Sprintf("transfer %d", seq)
		var raw []byte
		err := tx.Row(ctx, "SELECT hash FROM ledger_transfer WHERE seq = $1", seq).Scan(&raw)
		switch {
		case errors.Is(err, db.ErrNoRows):
			r.Add(RuleAnchor, where, "it is no longer there")
			return nil
		case err != nil:
			return err
		case hex.EncodeToString(raw) != hash:
			r.Add(RuleAnchor, where, "its hash is %x…, it was %.8s…", clip(raw), hash)
		}
		return nil
	}}
}

// Verify recomputes the books from the journal and runs the checks. The
// progress function, if any, is told the number of transfers read and of all.
//
// The journal and the checks are read side by side, each on a snapshot of its
// own: every rule holds at every moment, so it matters not at which.
func Verify(ctx context.Context, d *db.DB, progress func(done, all int64), checks ...Check) (*Report, error) {
	begun := d.Clock().Now()
	jobs := append([]Check{{Name: "the books"}}, checks...)
	parts := make([]Report, len(jobs))
	errs := make([]error, len(jobs))
	jobs[0].Run = func(ctx context.Context, tx *db.Tx, r *Report) error {
		v := &verifier{tx: tx, r: r, progress: progress, riders: riders(checks)}
		return v.run(ctx)
	}
	var next atomic.Int64
	var readers sync.WaitGroup
	for range min(len(jobs), runtime.GOMAXPROCS(0), verifyReaders) {
		readers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(jobs); i = int(next.Add(1)) - 1 {
				if jobs[i].Run == nil {
					continue
				}
				errs[i] = d.Read(ctx, func(tx *db.Tx) error { return jobs[i].Run(ctx, tx, &parts[i]) })
			}
		})
	}
	readers.Wait()
	r := &parts[0]
	r.Checks, r.Findings = slices.Clone(ownRules), append([]Finding{}, r.Findings...)
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("ledger: checking that %s: %w", jobs[i].Name, err)
		}
		if i > 0 {
			r.Checks = append(r.Checks, jobs[i].Name)
			r.take(&parts[i])
		}
	}
	r.Took = d.Clock().Now().Sub(begun)
	return r, nil
}

// verifyReaders bounds how many snapshots Verify reads at once, so that others
// find a connection too.
const verifyReaders = 4

type verifier struct {
	tx       *db.Tx
	r        *Report
	progress func(done, all int64)
	riders   []*rider
	accounts []tally // by id
	byID     map[int64]*tally
	head     head
	hasHead  bool

	// What the journal says, as far as it was read.
	last  head
	lines []Line // of one transfer
	buf   []byte
}

// tally is an account and what its lines sum to so far.
type tally struct {
	Account
	sum      int64
	floor    int64    // of its path
	walked   trailEnd // as the lines so far say
	wasBelow bool
}

func (v *verifier) run(ctx context.Context) error {
	if err := v.mount(ctx); err != nil {
		return err
	}
	if err := v.loadAccounts(ctx); err != nil {
		return err
	}
	if err := v.loadHead(ctx); err != nil {
		return err
	}
	if err := v.journal(ctx); err != nil {
		return err
	}
	v.checkHead()
	v.checkBalances()
	for _, r := range v.riders {
		v.r.take(&r.found)
	}
	return nil
}

// loadHead reads the head, which is one row with the id 1.
func (v *verifier) loadHead(ctx context.Context) error {
	heads, err := db.Collect[head](v.tx.Query(ctx, "SELECT id, seq, hash, last_account, at_us FROM ledger_head"))(func(r *db.Rows) (h head, err error) {
		var row int64
		err = r.Scan(&row, &h.seq, &h.hash, &h.lastAccount, &h.atUS)
		v.hasHead = row == 1
		return h, err
	})
	if err != nil {
		return err
	}
	if v.hasHead = v.hasHead && len(heads) == 1; v.hasHead {
		v.head = heads[0]
	}
	return nil
}

func (v *verifier) loadAccounts(ctx context.Context) error {
	all, err := db.Collect[tally](v.tx.Query(ctx, "SELECT id, path, asset, balance, floor, last_seq FROM ledger_account ORDER BY id"))(func(r *db.Rows) (tally, error) {
		a, err := scanAccount(r)
		return tally{Account: a, floor: FloorOf(a.Path)}, err
	})
	if err != nil {
		return err
	}
	v.accounts = all
	v.byID = make(map[int64]*tally, len(all))
	for i := range all {
		v.byID[all[i].ID] = &all[i]
		v.last.lastAccount = max(v.last.lastAccount, all[i].ID)
	}
	v.r.Accounts = len(all)
	return nil
}

func (v *verifier) checkHead() {
	v.r.Head = hex.EncodeToString(v.last.hash)
	h, l := v.head, v.last
	switch {
	case !v.hasHead:
		v.r.Add(RuleHead, "ledger_head", "it does not hold one row, with the id 1; the journal ends with %d", l.seq)
	case h.seq != l.seq || h.atUS != l.atUS || !bytes.Equal(h.hash, l.hash):
		v.r.Add(RuleHead, "ledger_head", "it names number %d of %s with the hash %x…, the journal ends with %d of %s with %x…",
			h.seq, instant(h.atUS), clip(h.hash), l.seq, instant(l.atUS), clip(l.hash))
	case h.lastAccount != l.lastAccount || h.lastAccount != int64(len(v.accounts)): // they are numbered without gap too
		v.r.Add(RuleHead, "ledger_head", "it names account %d as the last, the last of %d accounts is %d", h.lastAccount, len(v.accounts), l.lastAccount)
	}
}

func (v *verifier) checkBalances() {
	zero := map[money.Asset]int64{}
	var assets []money.Asset // in the order of their first account
	for i := range v.accounts {
		a := &v.accounts[i]
		if a.Balance != a.sum {
			v.r.Add(RuleBalance, where(a), "it holds %d, its lines sum to %d", a.Balance, a.sum)
		}
		if a.Balance < a.floor {
			v.r.Add(RuleFloor, where(a), "it holds %d, its floor is %d", a.Balance, a.floor)
		}
		if a.Floor != a.floor {
			v.r.Add(RuleFloorOf, where(a), "its floor is %d, the path's is %d", a.Floor, a.floor)
		}
		if a.last != a.walked.last {
			v.r.Add(RuleTrail, where(a), "it names transfer %d as its last, that is %d", a.last, a.walked.last)
		}
		if _, seen := zero[a.Asset]; !seen {
			assets = append(assets, a.Asset)
		}
		zero[a.Asset] += a.Balance
	}
	for _, asset := range assets {
		if zero[asset] != 0 {
			v.r.Add(RuleZero, "asset "+string(asset), "the balances sum to %d", zero[asset])
		}
	}
}

func where(a *tally) string { return fmt.Sprintf("account %d %s %s", a.ID, a.Path, a.Asset) }

func instant(us int64) string { return time.UnixMicro(us).UTC().Format(time.RFC3339Nano) }

func clip(b []byte) []byte { return b[:min(len(b), 4)] }
