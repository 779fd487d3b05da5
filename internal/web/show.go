package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/wallet"
)

// page is the address of the page that is shown, to come back to: that of the
// request, or of the page that a form stands on.
func (v *visit) page() string {
	if v.r.Method == "GET" || v.r.Method == "HEAD" {
		return local(v.r.URL.RequestURI(), "/")
	}
	switch path := v.r.URL.Path; {
	case strings.HasPrefix(path, "/v/"), strings.HasPrefix(path, "/live/"):
		return v.here()
	case strings.HasPrefix(path, "/wallet"):
		return "/wallet"
	case strings.HasPrefix(path, "/me/limits"):
		return "/me/limits"
	case strings.HasPrefix(path, "/me"):
		return "/me"
	case strings.HasPrefix(path, "/purchases/"):
		return strings.TrimSuffix(path, "/check")
	case strings.HasPrefix(path, "/c/"):
		part, _, _ := strings.Cut(strings.TrimPrefix(path, "/c/"), "/")
		return "/c/" + part
	case strings.HasPrefix(path, "/dev"):
		return developerPage(path)
	case strings.HasPrefix(path, "/op/"):
		return operatorPath(path)
	case strings.HasPrefix(path, "/setup/"):
		return path
	}
	return "/"
}

// hereOf is the stage with what is chosen in its tray.
func (v *visit) hereOf(s *stage) string {
	return s.Path() + "?" + query("gift", s.Tray.Selected.ID, "quantity", numeral(s.Tray.Quantity)) + "#topup"
}

func other(lang string) string {
	if lang == "fr" {
		return "en"
	}
	return "fr"
}

func (v *visit) otherTheme() string {
	if v.theme == "dark" {
		return "light"
	}
	return "dark"
}

// in is sentence for places that can not mark its language.
func (v *visit) in(s string) string {
	text, _ := v.sentence(s)
	return text
}

// length writes how long a video is.
func (v *visit) length(ms int64) string {
	if ms <= 0 {
		return ""
	}
	d := time.Duration(ms) * time.Millisecond
	s := strconv.Itoa(int(d.Seconds()) % 60)
	if len(s) == 1 {
		s = "0" + s
	}
	return strconv.Itoa(int(d.Minutes())) + ":" + s
}

// percent is which part of the price of the pack's coins the creator receives,
// before anything is rounded; 0 when it can not be said.
func (t *tray) percent(unit wallet.Pack) int64 {
	per, err := money.MulDivFloor(100*t.Card.DiamondsNum*t.Card.PayNum, unit.Coins, max(1, t.Card.DiamondsDen*t.Card.PayDen*unit.Price.Units))
	if err != nil {
		return 0
	}
	return per
}

// costText writes what the choice of a tray costs, and what the creator earns
// of that, as the page's script does for another choice.
func (v *visit) costText(t *tray) string {
	if missing := t.cost() - t.Balance; v.person != nil && missing > 0 {
		return strings.ReplaceAll(v.T("tray.js.short"), "{coins}", v.coins(missing))
	}
	unit, _ := unitPack(t.Packs, t.cost())
	paid, ok := worth(t.Packs, t.cost())
	earned := money.Amount{Asset: t.Card.PayAsset}
	diamonds, err := money.MulDivFloor(t.cost(), t.Card.DiamondsNum, t.Card.DiamondsDen)
	if err == nil {
		earned.Units, err = money.MulDivFloor(diamonds, t.Card.PayNum, t.Card.PayDen)
	}
	if !ok || err != nil || paid.Units == 0 {
		return v.coins(t.cost())
	}
	text := "tray.js.cost"
	if paid.Asset == earned.Asset {
		text = "tray.js.share"
	}
	return strings.NewReplacer("{coins}", v.coins(t.cost()), "{money}", v.amount(paid), "{earned}", v.amount(earned), "{percent}", v.number(t.percent(unit))).Replace(v.T(text))
}

// packsText writes the price list for the page's script: currency, then coins
// and smallest units of each pack.
func packsText(packs []wallet.Pack) string {
	if len(packs) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(string(packs[0].Price.Asset) + " " + strconv.Itoa(packs[0].Price.Asset.Digits()))
	for _, p := range packs {
		b.WriteString(" " + numeral(p.Coins) + ":" + numeral(p.Price.Units))
	}
	return b.String()
}

// ratesText writes for the page's script what a creator earns: smallest units
// for each coin as a fraction, the currency and its digits.
func ratesText(c earnings.RateCard) string {
	return strings.Join([]string{numeral(c.DiamondsNum), numeral(c.DiamondsDen), numeral(c.PayNum), numeral(c.PayDen), string(c.PayAsset), strconv.Itoa(c.PayAsset.Digits())}, " ")
}

func (v *visit) signUpTitle(e *entry) string {
	if e.SetUp {
		return v.T("setup.title")
	}
	return v.T("sign_up.title")
}

// regionOr is the country that was typed, or the one that the browser's
// language names.
func (v *visit) regionOr(typed string) string {
	if typed != "" {
		return typed
	}
	for part := range strings.FieldsFuncSeq(v.r.Header.Get("Accept-Language"), func(r rune) bool { return r == ',' || r == ';' }) {
		if _, region, ok := strings.Cut(strings.TrimSpace(part), "-"); ok && len(region) == 2 {
			return strings.ToUpper(region)
		}
	}
	return ""
}

// criterion writes how somebody stands to a criterion.
func (v *visit) criterion(c programme.Checked) string {
	name := v.or("metric."+string(c.Metric), string(c.Metric))
	switch {
	case c.Op == programme.NoneOf, c.Op == programme.OneOf:
		has := v.T("criterion.untold")
		if c.Known {
			has = v.or("account_kind."+c.Word, c.Word)
		}
		return v.T("criterion.word", name, has, v.asked(c.Criterion))
	case c.Metric == programme.PayoutAccountReady, c.Metric == programme.RegionListed:
		if !c.Met {
			return v.T("criterion.no", name)
		}
		return name
	case !c.Known:
		return v.T("criterion.unknown", name, v.number(c.Need()))
	}
	return v.T("criterion.number", name, v.number(c.Value), v.number(c.Need()))
}

// watching writes how many watch a LIVE, or nothing when nobody does.
func (v *visit) watching(target string) string {
	n := v.site.cfg.Hub.Listeners(topicOf(target))
	if n == 0 {
		return ""
	}
	return v.N("watching", int64(n))
}
