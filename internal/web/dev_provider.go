package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/report"
)

// providerDesk is what the page of the sandbox's payment provider shows.
type providerDesk struct {
	Both     []sandbox.Both
	Webhooks sandbox.Webhooks
	Settings sandbox.Settings
	Faults   []sandbox.Fault
	Fault    sandbox.Fault // as typed
	Act      sandbox.Act   // as typed
	Kind     string
	Tabs     []option
	Things   []sandbox.Thing
	Problem  *problem
	Notice   string
}

// providerKinds are the lists of the page, in order.
var providerKinds = []string{sandbox.Charges, sandbox.Disputes, sandbox.Payouts, sandbox.Accounts, sandbox.Events}

// thingsShown is how many of a kind the page lists.
const thingsShown = 15

// providerRoutes are the pages of the sandbox's payment provider.
func (s *site) providerRoutes(page func(class, pattern string, h handler)) {
	if s.cfg.Sandbox == nil || s.cfg.Sandbox.Provider == nil {
		return
	}
	page(classRead, "GET /dev/sandbox/provider", developers(providerPage))
	for path, h := range map[string]handler{"act": providerAct, "webhooks": providerWebhooks, "settings": providerSettings, "faults": providerFaults} {
		page(classWrite, "POST /dev/sandbox/provider/"+path, developers(h))
	}
}

func (v *visit) box() *sandbox.Server { return v.site.cfg.Sandbox.Provider }

func providerPage(v *visit) error {
	return v.showProvider(&providerDesk{Notice: noticeOf(v.param("did"), "at_provider", "news", "provider_set", "broken", "mended")}, http.StatusOK)
}

// showProvider fills in what was not typed and shows the page.
func (v *visit) showProvider(d *providerDesk, status int) (err error) {
	if d.Both, err = v.box().BesideOurs(func() ([]ledger.Account, error) {
		return report.Ask3(v, v.site.cfg.Reader, ledger.Balances, ledger.Provider, 100, "")
	}); err != nil {
		return err
	}
	if d.Problem == nil || d.Webhooks == (sandbox.Webhooks{}) {
		if d.Webhooks, err = v.box().Webhooks(); err != nil {
			return err
		}
	}
	if d.Settings, err = v.box().Settings(); err != nil {
		return err
	}
	if d.Fault.Mode == "" {
		d.Fault = sandbox.Fault{Mode: sandbox.After, Probability: .3}
	}
	d.Faults = v.box().Faults()
	if d.Kind = v.param("of"); !slices.Contains(providerKinds, d.Kind) {
		d.Kind = providerKinds[0]
	}
	for _, k := range providerKinds {
		d.Tabs = append(d.Tabs, option{Value: k, Text: v.T("dev.of.thing." + k), Href: "/dev/sandbox/provider?" + query("of", k) + "#things", On: k == d.Kind})
	}
	d.Things = v.box().Latest(d.Kind, thingsShown)
	return v.show(status, providerView(v, d))
}

// refuseProvider shows the page with what went wrong and what was typed.
func (v *visit) refuseProvider(d *providerDesk, err error) error {
	d.Problem = v.problemOf(err)
	return v.showProvider(d, d.Problem.Status)
}

// providerAct has something happen there.
func providerAct(v *visit) error {
	a := sandbox.Act{What: v.form("what"), ID: v.form("id"), Reason: v.form("reason"), Amount: integer(v.form("amount")), Currency: v.form("currency")}
	if v.form("given") == "on" {
		a.Amount = -a.Amount
	}
	if _, err := v.box().Do(a); err != nil {
		return v.refuseProvider(&providerDesk{Act: a}, err)
	}
	to, hash := "/dev/sandbox/provider?did=at_provider", "#books"
	if of := v.form("of"); slices.Contains(providerKinds, of) {
		to, hash = to+"&"+query("of", of), "#things"
	}
	return v.redirect(to + hash)
}

func providerWebhooks(v *visit) error {
	w := sandbox.Webhooks{Off: v.form("off") == "on", Shuffle: v.form("shuffle") == "on", DelaySeconds: integer(v.form("delay")), Duplicate: int(integer(v.form("duplicate"))), Drop: float64(v.percent("drop")) / MaxPercent}
	if w.DelaySeconds < 0 || w.DelaySeconds > mostLate || w.Duplicate < 0 || w.Duplicate > mostTwice || w.Drop > 1 {
		return v.refuseProvider(&providerDesk{Webhooks: w}, fault.New(fault.ValidationFailed, "The news are late by at most %d seconds, sent up to %d times more, and up to 100 of a hundred of them are lost.", mostLate, mostTwice))
	}
	if err := v.box().SetWebhooks(w); err != nil {
		return v.refuseProvider(&providerDesk{Webhooks: w}, sandbox.Explain(err))
	}
	return v.redirect("/dev/sandbox/provider?did=news#news")
}

// The bounds of how the provider's news arrive.
const (
	mostLate  = 10 * 24 * 60 * 60 // seconds
	mostTwice = 10
)

func providerSettings(v *visit) error {
	st := sandbox.Settings{ExtraFee: integer(v.form("extra")), LateEntries: v.form("late") == "on", SettleIn: v.form("settle")}
	if err := v.box().SetSettings(st); err != nil {
		return v.refuseProvider(&providerDesk{}, sandbox.Explain(err))
	}
	return v.redirect("/dev/sandbox/provider?did=provider_set#settings")
}

func providerFaults(v *visit) error {
	if v.form("mend") == "on" {
		v.box().ClearFaults()
		return v.redirect("/dev/sandbox/provider?did=mended#faults")
	}
	f := sandbox.Fault{Operation: providerCalls[v.form("calls")], Mode: sandbox.Mode(v.form("how")), Next: int(min(integer(v.form("next")), MaxFaults+1)), Probability: float64(v.percent("chance")) / MaxPercent}
	_, known := providerCalls[v.form("calls")]
	if !known || !slices.Contains(sandbox.FaultModes(), f.Mode) || f.Next < 0 || f.Next > MaxFaults || f.Probability > 1 || f.Next == 0 && f.Probability == 0 {
		return v.refuseProvider(&providerDesk{Fault: f}, fault.New(fault.ValidationFailed, "Choose which calls go wrong, how, and how many: up to %d of the next, or of a hundred.", MaxFaults))
	}
	v.box().AddFault(f)
	return v.redirect("/dev/sandbox/provider?did=broken#faults")
}

// providerCalls are the operations behind the words of the page.
var providerCalls = map[string]string{"all": "", "charges": "POST /v1/payment_intents/**", "refunds": "POST /v1/refunds/**", "disputes": "POST /v1/disputes/**",
	"transfers": "POST /v1/transfers/**", "payouts": "POST /v1/payouts/**", "accounts": "POST /v1/accounts/**", "events": "GET /v1/events"}

// callsShown is the order of their words.
var callsShown = []string{"all", "charges", "refunds", "disputes", "transfers", "payouts", "accounts", "events"}

// callsOf is the word of an operation.
func callsOf(operation string) string {
	for word, op := range providerCalls {
		if op == operation {
			return word
		}
	}
	return ""
}

// faultLeft tells how many calls go wrong.
func (v *visit) faultLeft(f sandbox.Fault) string {
	if f.Next > 0 {
		return v.N("dev.box.left", int64(f.Next))
	}
	return v.T("dev.pro.chance_of", v.number(int64(f.Probability*MaxPercent+0.5)))
}

// deed is something that can be done to a thing of the list.
type deed struct {
	What, Reason string
	Danger       bool
}

// deedsOf are what can be done to it.
func deedsOf(t *sandbox.Thing) []deed {
	switch {
	case t.Kind == sandbox.Charges && t.State == "succeeded" && t.Owner == "":
		return []deed{{What: "dispute.open", Reason: "fraudulent"}, {What: "refund.give"}}
	case t.Kind == sandbox.Disputes && (t.State == "lost" || t.State == "warning_closed"):
		return []deed{{What: "dispute.turn"}, {What: "dispute.fee"}}
	case t.Kind == sandbox.Disputes && t.State != "won":
		return []deed{{What: "dispute.win"}, {What: "dispute.lose", Danger: true}, {What: "dispute.fee"}}
	case t.Kind == sandbox.Payouts && t.State != "failed" && t.State != "canceled":
		return []deed{{What: "payout.bounce", Reason: "account_closed", Danger: true}}
	case t.Kind == sandbox.Accounts && !strings.HasPrefix(t.State, "rejected."):
		return []deed{{What: "account.ask"}, {What: "account.restrict"}, {What: "account.reject", Reason: "fraud", Danger: true}}
	case t.Kind == sandbox.Events:
		return []deed{{What: "event.send"}}
	}
	return nil
}

// providerMoney writes an amount of the sandbox, whose smallest units are ours.
func (v *visit) providerMoney(t *sandbox.Thing) string {
	return v.money(t.Amount, money.Asset(strings.ToUpper(t.Currency)))
}

// ownAmount is what was typed, or a beginning.
func (v *visit) ownAmount(d *providerDesk) string {
	if d.Act.Amount != 0 {
		return numeral(max(d.Act.Amount, -d.Act.Amount))
	}
	return "500"
}

// ownCurrency is what was typed, or that of most of the money.
func (v *visit) ownCurrency(d *providerDesk) string {
	if d.Act.Currency != "" {
		return strings.ToLower(d.Act.Currency)
	}
	cur, most := "usd", int64(0)
	for _, b := range d.Both {
		if b.Theirs > most {
			cur, most = strings.ToLower(string(b.Asset)), b.Theirs
		}
	}
	return cur
}
