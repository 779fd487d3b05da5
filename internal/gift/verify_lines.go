package gift

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// party is what an account is to a gift.
type party struct {
	owner        string // of a lot, or of an earning
	source       string // of an earning
	lot, earning bool
	spent        bool // takes the coins that are given
	diamonds     bool
}

// told is a gift as it stands in its row, and what its lines sum to.
type told struct {
	seq, coins, diamonds int64
	sender, creator      string
	video                bool

	spent, issued int64
}

// rideLines goes along the journal with the gifts: each took its coins and issued its
// diamonds, from its sender's lots and into its creator's earning of its place. That a
// gift has its own transfer is RuleTransfer.
func rideLines(ctx context.Context, tx *db.Tx, r *ledger.Report) (func(*ledger.Page) error, error) {
	all, err := loadParties(ctx, tx)
	if err != nil {
		return nil, err
	}
	var place int64 // up to here an earning may be of gifts of both places
	err = tx.Row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM earning_source_place WHERE id = 1").Scan(&place)
	if err != nil {
		return nil, err
	}
	w := &lineWalk{r: r, parties: all, place: place}
	return func(p *ledger.Page) error { return w.page(ctx, tx, p) }, nil
}

// parties is who is behind each account, by its number: accounts are numbered without
// gap.
type parties []party

// of is nobody for an account that there is not.
func (p parties) of(account int64) *party {
	if account < 0 || account >= int64(len(p)) {
		return &party{}
	}
	return &p[account]
}

func loadParties(ctx context.Context, tx *db.Tx) (parties, error) {
	var last int64
	if err := tx.Row(ctx, "SELECT COALESCE(MAX(id), 0) FROM ledger_account").Scan(&last); err != nil {
		return nil, err
	}
	all := make(parties, last+1)
	for _, query := range []string{
		"SELECT id, '', '', 0, 0, CASE WHEN path = '" + ledger.CoinsSpent + "' THEN 1 ELSE 0 END, CASE WHEN asset = 'DIAMOND' THEN 1 ELSE 0 END FROM ledger_account WHERE path = '" + ledger.CoinsSpent + "' OR asset = 'DIAMOND'",
		"SELECT account_id, person_id, '', 1, 0, 0, 0 FROM wallet_lot",
		"SELECT account_id, creator_id, source, 0, 1, 0, 0 FROM earning",
	} {
		if err := all.add(ctx, tx, query); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (p parties) add(ctx context.Context, tx *db.Tx, query string) error {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var account int64
		var one party
		if err := rows.Scan(&account, &one.owner, &one.source, &one.lot, &one.earning, &one.spent, &one.diamonds); err != nil {
			return err
		}
		before := p.of(account) // a lot without its account is named by another rule
		one.spent, one.diamonds = one.spent || before.spent, one.diamonds || before.diamonds
		*before = one
	}
	return rows.Err()
}

type lineWalk struct {
	r       *ledger.Report
	parties parties
	place   int64
	gifts   []told // of a page
}

func (w *lineWalk) page(ctx context.Context, tx *db.Tx, p *ledger.Page) error {
	if err := w.load(ctx, tx, p); err != nil {
		return err
	}
	at := 0
	for i := range w.gifts {
		g := &w.gifts[i]
		for at < p.Len() && p.At(at).Seq < g.seq {
			at++
		}
		for ; at < p.Len() && p.At(at).Seq == g.seq; at++ {
			if l := p.At(at); w.line(g, &l) {
				w.r.Add(RuleOwners, w.name(ctx, tx, g.seq), "line %d of its transfer moved %d from or to somebody else, or into an earning of another source", l.N, l.Amount)
			}
		}
		if g.spent != g.coins || g.issued != g.diamonds {
			w.r.Add(RuleCoins, w.name(ctx, tx, g.seq), "it cost %d coins, and %d were spent; it earned %d diamonds, and %d were issued", g.coins, g.spent, g.diamonds, g.issued)
		}
	}
	return nil
}

// load reads the gifts of the page.
func (w *lineWalk) load(ctx context.Context, tx *db.Tx, p *ledger.Page) error {
	w.gifts = w.gifts[:0]
	rows, err := tx.Query(ctx, `SELECT t.seq, g.sender_id, g.creator_id, CASE SUBSTR(g.target, 1, 4) WHEN 'vid_' THEN 1 ELSE 0 END, g.price_coins * g.quantity, g.diamonds
		FROM ledger_transfer t JOIN gift g ON g.id = t.cause WHERE t.seq >= $1 AND t.seq <= $2 AND t.kind = 'gift.sent' ORDER BY t.seq`, p.First, p.Last)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var g told
		if err := rows.Scan(&g.seq, &g.sender, &g.creator, &g.video, &g.coins, &g.diamonds); err != nil {
			return err
		}
		w.gifts = append(w.gifts, g)
	}
	return rows.Err()
}

// line adds a line to the gift's sums, and reports whether it is somebody else's.
func (w *lineWalk) line(g *told, l *ledger.PageLine) (wrong bool) {
	from, to := w.parties.of(l.From), w.parties.of(l.To)
	if to.spent {
		g.spent += l.Amount
	}
	if to.diamonds {
		g.issued += l.Amount
	}
	if from.lot && from.owner != g.sender {
		return true
	}
	if !to.earning {
		return false
	}
	source := "gift"
	if g.video {
		source = "video_gift"
	}
	return to.owner != g.creator || to.source != source && (to.source != "gift" || g.seq > w.place)
}

// name is the id of the gift with the transfer.
func (w *lineWalk) name(ctx context.Context, tx *db.Tx, seq int64) string {
	var name string
	if err := tx.Row(ctx, "SELECT cause FROM ledger_transfer WHERE seq = $1", seq).Scan(&name); err != nil {
		return "a gift that could not be read"
	}
	return name
}
