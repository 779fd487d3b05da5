package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/wallet"
)

// draft is a version of rules that an operator writes.
type draft struct {
	Set     report.RuleSet
	From    string // the instant as it was typed, in UTC
	Reason  string
	Rows    []draftRow
	Card    earnings.RateCard // of the rate card: what the form begins with
	Problem *problem
}

// draftRow is a gift or a pack as it stands in the form.
type draftRow struct {
	In                   bool // it belongs to the version
	Known                bool // it was there before: its id stays
	ID, Name, Emoji      string
	Price, Asset, Coins  string
	Streak, Live, OnClip bool
	At                   int // its place in what was sent, -1 for none
}

// emptyRows is how many rows for new things a form has, and mostRows how many
// rows are read from it.
const (
	emptyRows = 3
	mostRows  = 250
)

// newRules shows the form of a new version, filled with what holds.
func newRules(area string) handler {
	return func(v *visit) error {
		d := &draft{Set: report.RuleSet(v.param("set"))}
		if areaOf(d.Set) != area || !schedulable(d.Set) {
			return fault.New(fault.NotFound, "There are no rules called %s.", fault.Clip(string(d.Set)))
		}
		if isMoneySet(d.Set) {
			return newMoney(v, d.Set)
		}
		d.From = v.clock().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1).Format(instantForm)
		if err := d.begin(v); err != nil {
			return err
		}
		return v.show(http.StatusOK, draftView(v, d))
	}
}

// begin fills the form with what holds now.
func (d *draft) begin(v *visit) error {
	read := v.site.cfg.Reader
	switch d.Set {
	case report.GiftCatalogue:
		items, err := report.Ask(v, read, gift.Catalog)
		if err != nil {
			return err
		}
		for _, i := range items {
			d.Rows = append(d.Rows, draftRow{In: true, Known: true, ID: i.ID, Name: i.Name, Emoji: i.Emoji, Price: numeral(i.PriceCoins), Streak: i.Streakable, Live: i.OnLive, OnClip: i.OnVideo, At: -1})
		}
	case report.CoinPacks:
		currencies, err := report.Ask(v, read, wallet.Currencies)
		if err != nil {
			return err
		}
		for _, c := range currencies {
			packs, err := report.Ask1(v, read, wallet.Packs, c)
			if err != nil {
				return err
			}
			for _, p := range packs {
				d.Rows = append(d.Rows, draftRow{In: true, Known: true, Coins: numeral(p.Coins), Asset: string(c), Price: p.Price.Decimal(), At: -1})
			}
		}
	default:
		var err error
		d.Card, err = report.Ask(v, read, earnings.Rates)
		return err
	}
	for range emptyRows {
		d.Rows = append(d.Rows, draftRow{At: -1})
	}
	return nil
}

// scheduleRules schedules the version that was sent; one that is refused comes
// back as it was written.
func scheduleRules(area string) handler {
	return func(v *visit) error {
		d := &draft{Set: report.RuleSet(v.form("set")), From: v.form("from"), Reason: v.form("reason")}
		if areaOf(d.Set) != area || !schedulable(d.Set) {
			return fault.New(fault.NotFound, "There are no rules called %s.", fault.Clip(string(d.Set)))
		}
		if isMoneySet(d.Set) {
			return scheduleMoney(v, d.Set)
		}
		if d.Set == report.RateCards { // its currency and what the fields show else
			if err := d.begin(v); err != nil {
				return err
			}
		} else {
			d.readRows(v)
		}
		version, err := d.schedule(v)
		if err != nil {
			d.Problem = v.problemOf(err)
			return v.show(d.Problem.Status, draftView(v, d))
		}
		return v.redirect(area + "?" + query("set", string(d.Set), "version", version, "did", "scheduled"))
	}
}

// readRows reads the rows of the form.
func (d *draft) readRows(v *visit) {
	for i := range mostRows {
		f := func(name string) string { return v.form(strconv.Itoa(i) + "." + name) }
		if !v.r.PostForm.Has(strconv.Itoa(i) + ".price") {
			return
		}
		d.Rows = append(d.Rows, draftRow{In: f("in") != "", Known: f("known") != "", ID: f("id"), Name: f("name"), Emoji: f("emoji"), Price: f("price"), Asset: f("asset"), Coins: f("coins"),
			Streak: f("streak") != "", Live: f("live") != "", OnClip: f("clip") != "", At: -1})
	}
}

// schedule has the service of the rule set take the version.
func (d *draft) schedule(v *visit) (version string, err error) {
	from, err := parseInstant(d.From)
	if err != nil {
		return "", err
	}
	switch d.Set {
	case report.GiftCatalogue:
		c := gift.NewCatalogue{FromUS: from.UnixMicro(), Reason: d.Reason}
		for i := range d.Rows {
			if r := &d.Rows[i]; r.In {
				r.At = len(c.Items)
				c.Items = append(c.Items, gift.Item{ID: r.ID, Name: r.Name, Emoji: r.Emoji, PriceCoins: integer(r.Price), Streakable: r.Streak, OnLive: r.Live, OnVideo: r.OnClip})
			}
		}
		made, err := v.site.cfg.Catalogues.Schedule(v, v.caller(), c)
		return made.Name, err
	case report.CoinPacks:
		packs, err := d.packs()
		if err != nil {
			return "", err
		}
		made, err := v.site.cfg.Purchases.SchedulePacks(v, v.caller(), from.UnixMicro(), packs, d.Reason)
		return made.Name, err
	}
	return d.scheduleCard(v, from.UnixMicro())
}

// packs reads the packs of the rows. An amount that can not be read is none.
func (d *draft) packs() (packs []wallet.Pack, err error) {
	var fields fault.Fields
	for i := range d.Rows {
		r := &d.Rows[i]
		if !r.In {
			continue
		}
		r.At = len(packs)
		asset := money.Asset(r.Asset)
		if !isMoney(r.Asset) {
			fields.Add("/packs/"+strconv.Itoa(r.At)+"/price", fault.Wrong(fault.CurrencyUnsupported, "%q is no currency. Write its three letters, such as USD.", fault.Clip(r.Asset)))
		} else if units, ok := parseAmount(r.Price, asset.Digits()); ok {
			packs = append(packs, wallet.Pack{Coins: integer(r.Coins), Price: money.Amount{Units: units, Asset: asset}})
			continue
		} else {
			fields.Add("/packs/"+strconv.Itoa(r.At)+"/price", fault.Wrong(fault.ValidationFailed, "%q is no amount. Write it in figures, such as 12.50.", fault.Clip(r.Price)))
		}
		packs = append(packs, wallet.Pack{})
	}
	return packs, fields.Err()
}

// scheduleCard reads the rate card of the form and schedules it.
func (d *draft) scheduleCard(v *visit, fromUS int64) (string, error) {
	c := &d.Card
	c.FromUS = fromUS
	c.DiamondsNum, c.DiamondsDen = integer(v.form("diamonds_num")), integer(v.form("diamonds_den"))
	c.PayNum, c.PayDen = integer(v.form("pay_num")), integer(v.form("pay_den"))
	var fields fault.Fields
	days, err := strconv.ParseInt(v.form("hold_days"), 10, 64)
	if err != nil {
		fields.Add("/hold_days", fault.Wrong(fault.ValidationFailed, "The days are a whole number."))
	}
	c.HoldDays = days
	for name, into := range map[string]*int64{"daily_cap": &c.DailyCap, "minimum": &c.MinimumUnits} {
		units, ok := parseAmount(v.form(name), c.PayAsset.Digits())
		if !ok {
			fields.Add("/"+name, fault.Wrong(fault.ValidationFailed, "%q is no amount. Write it in figures, such as 12.50.", fault.Clip(v.form(name))))
		}
		*into = units
	}
	if err := fields.Err(); err != nil {
		return "", err
	}
	made, err := v.site.cfg.Payouts.ScheduleRates(v, v.caller(), *c, d.Reason)
	return made.Version, err
}

// wrong is what is wrong with a field of the row.
func (d *draft) wrong(r *draftRow, field string) string {
	if r.At < 0 {
		return ""
	}
	list := "/gifts/"
	if d.Set == report.CoinPacks {
		list = "/packs/"
	}
	return d.Problem.field(list + strconv.Itoa(r.At) + "/" + field)
}

// typedOr is what the form of the rate card shows in a field: what was typed,
// or what holds.
func (v *visit) typedOr(name, otherwise string) string {
	if v.r.PostForm.Has(name) {
		return v.form(name)
	}
	return otherwise
}
