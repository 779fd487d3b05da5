package sandbox

import (
	"maps"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// Books are the sandbox's accounts of one currency, added up twice: once from
// the balance transactions, once from what caused them.
type Books struct {
	Currency  string           `json:"currency"`
	Balances  map[string]int64 `json:"balances"`  // by account; the platform is ""
	Total     int64            `json:"total"`     // what the sandbox owes: the sum of Balances
	Charged   int64            `json:"charged"`   // paid by cards
	Fees      int64            `json:"fees"`      // kept by the sandbox, for charges and disputes
	Refunded  int64            `json:"refunded"`  // given back to cards
	Disputed  int64            `json:"disputed"`  // taken back by banks
	PaidOut   int64            `json:"paid_out"`  // sent to banks
	InTransit int64            `json:"in_flight"` // of it not yet arrived
}

// Difference is 0 when both ways of adding up agree.
func (b Books) Difference() int64 {
	return b.Total - (b.Charged - b.Fees - b.Refunded - b.Disputed - b.PaidOut)
}

// Books adds everything up, by currency.
func (s *Server) Books() []Books {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]*Books{}
	of := func(cur string) *Books {
		if all[cur] == nil {
			all[cur] = &Books{Currency: cur, Balances: map[string]int64{}}
		}
		return all[cur]
	}
	for _, r := range s.state.byID {
		switch o := r.obj.(type) {
		case *entry:
			b := of(o.Currency)
			b.Balances[r.owner] += o.Net
			b.Total += o.Net
			b.Fees += o.Fee
			if o.Type == "stripe_fee" {
				b.Fees -= o.Amount
			}
		case *charge:
			if o.Paid && o.Sandbox.EntryAt == 0 && o.SourceTransfer == "" { // a transfer in is no card's money
				in, n := o.Sandbox.Settled.of(o.Currency, o.Amount)
				of(in).Charged += n
			}
		case *refund:
			in, n := o.Sandbox.Settled.of(o.Currency, o.Amount)
			of(in).Refunded += kept(n, o.Sandbox.Back, o.Status == "failed")
		case *dispute:
			if !o.inquiry() {
				in, n := o.Sandbox.Settled.of(o.Currency, o.Amount)
				of(in).Disputed += kept(n, o.Sandbox.Back, o.Status == "won")
			}
		case *payout:
			if o.Status != "failed" && o.Status != canceled {
				of(o.Currency).PaidOut += o.Amount
			}
			if o.Status == "pending" || o.Status == "in_transit" {
				of(o.Currency).InTransit += o.Amount
			}
		}
	}
	var list []Books
	for _, cur := range slices.Sorted(maps.Keys(all)) {
		list = append(list, *all[cur])
	}
	return list
}

// kept is what is gone of so much: nothing of what came back before it was written
// down how much that was.
func kept(n, back int64, over bool) int64 {
	if over && back == 0 {
		return 0
	}
	return n - back
}

// Both is what the provider's books and ours say in one currency, in our smallest
// units.
type Both struct {
	Asset                                      money.Asset
	Theirs, Ours                               int64 // of the platform
	Creators                                   int64 // what the provider holds for them
	Charged, Fees, Refunded, Disputed, PaidOut int64
}

// BesideOurs puts the books beside our clearing accounts, which ours returns. The
// sandbox's currencies have the same smallest units with us.
func (s *Server) BesideOurs(ours func() ([]ledger.Account, error)) ([]Both, error) {
	accounts, err := ours()
	if err != nil {
		return nil, err
	}
	all := map[money.Asset]*Both{}
	of := func(a money.Asset) *Both {
		if all[a] == nil {
			all[a] = &Both{Asset: a}
		}
		return all[a]
	}
	for _, a := range accounts {
		if a.Path == ledger.Provider {
			of(a.Asset).Ours = -a.Balance
		}
	}
	for _, b := range s.Books() {
		x := of(money.Asset(strings.ToUpper(b.Currency)))
		x.Theirs, x.Creators = b.Balances[""], b.Total-b.Balances[""]
		x.Charged, x.Fees, x.Refunded, x.Disputed, x.PaidOut = b.Charged, b.Fees, b.Refunded, b.Disputed, b.PaidOut
	}
	var list []Both
	for _, asset := range slices.Sorted(maps.Keys(all)) {
		list = append(list, *all[asset])
	}
	return list, nil
}
