package gift

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/wallet"
)

// batch is everything that a set of calls needs to be decided in memory.
type batch struct {
	tx   *db.Tx
	book *ledger.Book
	atUS int64 // the instant of the set's transfers, which prices and rates go by

	given   map[senderKey]Gift // by key, from before and from this set
	people  map[id.Person]people.Brief
	targets map[string]content.Target
	payable map[id.Person]bool  // creators who may be paid
	cooling map[id.Person]int64 // until when senders give nothing
	items   map[string]Item
	card    earnings.RateCard
	closed  map[string]error // targets whose creator may not receive gifts
	purses  map[id.Person]*wallet.Purse
	sinks   *wallet.Sinks
	buckets map[earnings.Holder]*earnings.Bucket
	issuer  *ledger.Account
	combos  map[id.Combo]*combo

	gifts  []Gift // accepted now, in order
	events []outbox.Event
	lines  []ledger.Line // scratch
}

type senderKey struct {
	sender id.Person
	key    string
}

// decide is the one closure of a set: load, judge in order, write.
func decide(ctx context.Context, tx *db.Tx, set []*db.Item[Request, Gift]) error {
	b := &batch{tx: tx, book: ledger.Open(tx)}
	if err := b.load(ctx, set); err != nil {
		return err
	}
	for _, it := range set {
		it.Res, it.Err = b.judge(ctx, &it.Req)
		if _, rule := errors.AsType[*fault.Error](it.Err); it.Err != nil && !rule {
			return it.Err
		}
	}
	return b.write(ctx)
}

// load reads all that the set touches, each table once.
func (b *batch) load(ctx context.Context, set []*db.Item[Request, Gift]) (err error) {
	if b.given, err = replays(ctx, b.tx, set); err != nil {
		return err
	}
	if b.atUS, err = b.book.Now(ctx); err != nil {
		return err
	}
	targets := distinct(set, func(r *Request) string { return r.Target })
	if b.targets, err = content.Targets(ctx, b.tx, targets); err != nil {
		return err
	}
	senders := distinct(set, func(r *Request) id.Person { return r.Sender })
	if b.people, err = people.GetMany(ctx, b.tx, senders); err != nil {
		return err
	}
	if b.cooling, err = limit.CoolingOff(ctx, b.tx, senders); err != nil {
		return err
	}
	if err := b.loadPayable(ctx); err != nil {
		return err
	}
	if b.items, err = itemsAt(ctx, b.tx, b.atUS, distinct(set, func(r *Request) string { return r.Item })); err != nil {
		return err
	}
	if b.purses, err = wallet.Purses(ctx, b.tx, b.book, senders); err != nil {
		return err
	}
	// All accounts that gifts share, in one query; what follows finds them in the Book.
	if _, err := b.book.Find(ctx, append(wallet.SinkRefs(b.purses), earnings.IssuerRef)...); err != nil {
		return err
	}
	if b.sinks, err = wallet.LoadSinks(ctx, b.book, b.purses); err != nil {
		return err
	}
	if err := b.loadCreators(ctx); err != nil {
		return err
	}
	b.combos, err = loadCombos(ctx, b.tx, set)
	return err
}

// loadPayable finds out which creators may be paid. It asks for them apart
// from the senders: one more in a full list would double its placeholders.
func (b *batch) loadPayable(ctx context.Context) error {
	b.payable = make(map[id.Person]bool, len(b.targets))
	creators := make([]id.Person, 0, len(b.targets))
	for _, t := range b.targets {
		if _, seen := b.payable[t.Creator]; !seen {
			b.payable[t.Creator] = false
			creators = append(creators, t.Creator)
		}
	}
	found, err := people.GetMany(ctx, b.tx, creators)
	for p, brief := range found {
		b.payable[p] = brief.MayBePaid(b.tx.Now()) == nil
	}
	return err
}

// loadCreators finds out which creators may receive gifts, and where their
// diamonds go.
func (b *batch) loadCreators(ctx context.Context) error {
	byProgramme := map[programme.Programme][]id.Person{}
	seen := map[programme.Programme]map[id.Person]bool{programme.VideoGifts: {}, programme.LiveGifts: {}}
	var holders []earnings.Holder
	for _, t := range b.targets {
		p := programmeOf(t)
		if seen[p][t.Creator] {
			continue
		}
		seen[p][t.Creator] = true
		byProgramme[p] = append(byProgramme[p], t.Creator)
	}
	refused := map[programme.Programme]map[id.Person]error{}
	for p, list := range byProgramme {
		var err error
		if refused[p], err = programme.RequireMany(ctx, b.tx, p, list); err != nil {
			return err
		}
	}
	b.closed = map[string]error{}
	added := map[earnings.Holder]bool{}
	for name, t := range b.targets {
		if err := refused[programmeOf(t)][t.Creator]; err != nil {
			b.closed[name] = err
		} else if h := earnings.HolderOf(t.Creator, t.ID); t.Open && t.GiftsOn && !added[h] {
			added[h] = true
			holders = append(holders, h)
		}
	}
	var err error
	if b.card, err = earnings.RatesAt(ctx, b.tx, b.atUS); err != nil {
		return err
	}
	if b.issuer, err = earnings.Issuer(ctx, b.book); err != nil {
		return err
	}
	b.buckets, err = earnings.Buckets(ctx, b.tx, b.book, b.card, b.atUS, holders)
	return err
}

func programmeOf(t content.Target) programme.Programme {
	if t.Kind == id.KindLive {
		return programme.LiveGifts
	}
	return programme.VideoGifts
}

// judge decides one call with what is in memory, and applies it to memory.
func (b *batch) judge(ctx context.Context, r *Request) (Gift, error) {
	if first, ok := b.given[senderKey{r.Sender, r.Key}]; ok {
		return replay(first, r)
	}
	item, target, err := b.allowed(r)
	if err != nil {
		return Gift{}, err
	}
	c, err := b.tap(r)
	if err != nil {
		return Gift{}, err
	}
	g := Gift{ID: id.Gift(b.tx.NewID(id.KindGift)), Key: r.Key, Sender: r.Sender, Item: r.Item, PriceCoins: item.PriceCoins, Quantity: r.Quantity,
		Creator: target.Creator, Target: r.Target, Combo: r.Combo, ComboSeq: r.ComboSeq, fingerprint: r.fingerprint()}
	if err := b.pay(ctx, &g); err != nil {
		return Gift{}, err
	}
	if c != nil {
		b.count(c, &g)
	} else {
		b.events = append(b.events, outbox.Event{Type: "gift.sent", Topic: topic(g.Target), Data: g.appendEvent(make([]byte, 0, 640))})
	}
	b.given[senderKey{r.Sender, r.Key}] = g
	b.gifts = append(b.gifts, g)
	return g, nil
}

// topic is the realtime channel of a target.
func topic(target string) string {
	if id.KindOf(target) == id.KindLive {
		return "live:" + target
	}
	return "video:" + target
}

// pay posts the gift's transfer to the book: coins out of the sender's lots,
// their money to revenue, diamonds to the creator.
func (b *batch) pay(ctx context.Context, g *Gift) error {
	purse := b.purses[g.Sender]
	lines, err := purse.Spend(b.sinks, g.Coins(), b.lines[:0])
	if err != nil {
		return err
	}
	b.lines = lines
	if g.Diamonds, err = b.card.Diamonds(g.Coins()); err != nil {
		return err
	}
	if g.Diamonds > 0 {
		bucket := b.buckets[earnings.HolderOf(g.Creator, g.Target)]
		if err := bucket.Open(ctx, b.tx, b.book); err != nil {
			return err
		}
		lines = append(lines, bucket.Credit(b.issuer, g.Diamonds))
	}
	p, err := b.book.Post(ctx, ledger.Transfer{Kind: "gift.sent", Cause: string(g.ID), Rule: b.card.Version, Lines: lines})
	if err != nil {
		return err
	}
	g.TransferSeq, g.SentUS, g.BalanceAfter = p.Seq, p.At.UnixMicro(), purse.Coins()
	return nil
}

// allowed applies the rules about who may give what to whom.
func (b *batch) allowed(r *Request) (Item, content.Target, error) {
	none := func(code fault.Code, format string, args ...any) (Item, content.Target, error) {
		return Item{}, content.Target{}, fault.New(code, format, args...)
	}
	sender, ok := b.people[r.Sender]
	if !ok {
		return none(fault.NotFound, "There is no person %s.", r.Sender)
	}
	if err := sender.MayPay(b.tx.Now()); err != nil {
		return Item{}, content.Target{}, err
	}
	if until := b.cooling[r.Sender]; until != 0 {
		return Item{}, content.Target{}, limit.ErrCooling(until, b.tx.Now())
	}
	t, ok := b.targets[r.Target]
	switch {
	case !ok:
		return none(fault.NotFound, "There is no LIVE or video %s.", r.Target)
	case !t.Open && t.Kind == id.KindLive:
		return none(fault.StateConflict, "This LIVE is not live now. Nothing was charged.")
	case !t.Open:
		return none(fault.NotFound, "There is no LIVE or video %s.", r.Target)
	case t.Creator == r.Sender:
		return none(fault.SelfGift, "Nobody can give a gift to themselves. Nothing was charged.")
	case !t.GiftsOn:
		return none(fault.StateConflict, "The creator has switched gifts off here. Nothing was charged.")
	case !b.payable[t.Creator]: // the reason is the creator's own business
		return none(fault.StateConflict, "This creator can not receive gifts now. Nothing was charged.")
	}
	if err := b.closed[r.Target]; err != nil {
		return Item{}, content.Target{}, err
	}
	item, ok := b.items[r.Item]
	switch {
	case !ok:
		return none(fault.NotFound, "There is no gift %q in the catalogue; see GET /v1/gift-catalog.", r.Item)
	case t.Kind == id.KindLive && !item.OnLive, t.Kind == id.KindVideo && !item.OnVideo:
		return none(fault.StateConflict, "%s can not be given here; see on_live and on_video in GET /v1/gift-catalog. Nothing was charged.", item.Name)
	case r.ExpectedPrice != 0 && r.ExpectedPrice != item.PriceCoins:
		return Item{}, content.Target{}, fault.New(fault.PriceChanged, "%s costs %d coins now, not %d. Show the new price and ask again; nothing was charged.", item.Name, item.PriceCoins, r.ExpectedPrice).
			With("price", item.PriceCoins)
	case r.Combo != "" && !item.Streakable:
		return none(fault.ValidationFailed, "%s can not be tapped as a combo; send it without combo.", item.Name)
	}
	return item, t, nil
}

// write puts the set's effect into the tables, each with one statement.
func (b *batch) write(ctx context.Context) error {
	if err := b.book.Flush(ctx); err != nil {
		return err
	}
	if len(b.gifts) == 0 {
		return nil
	}
	args := make([]any, 0, len(b.gifts)*len(giftColumns))
	for i := range b.gifts {
		g := &b.gifts[i]
		args = append(args, string(g.ID), g.Key, string(g.Sender), g.fingerprint, g.Item, g.PriceCoins, g.Quantity, g.Diamonds, string(g.Creator), g.Target,
			string(g.Combo), g.ComboSeq, g.ComboCount, g.ComboCoins, g.BalanceAfter, g.TransferSeq, g.SentUS)
	}
	if err := b.tx.InsertRows(ctx, "gift", giftColumns, len(b.gifts), args); err != nil {
		return err
	}
	if err := wallet.CloseEmpty(ctx, b.tx, b.purses); err != nil {
		return err
	}
	if err := b.writeCombos(ctx); err != nil {
		return err
	}
	return outbox.Add(ctx, b.tx, b.events...)
}

// distinct returns the set's values of one part of the requests, in order.
func distinct[T comparable](set []*db.Item[Request, Gift], part func(*Request) T) []T {
	seen := make(map[T]bool, len(set))
	var all []T
	for _, it := range set {
		if v := part(&it.Req); !seen[v] {
			seen[v] = true
			all = append(all, v)
		}
	}
	return all
}
