package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
)

// dossier is all that an operator sees of a person.
type dossier struct {
	Person    people.Person
	Roles     []people.Role
	Wallet    report.Wallet
	Balance   earnings.Balance
	Account   payout.Account
	Purchases []purchase.Purchase
	Given     []change
	Received  report.Earned
	Payouts   []payout.Payout
	Standing  []programme.Standing
	Sessions  []people.Session
	Keys      []people.Key // that hold
	Limits    limit.State
	Acts      []audit.Entry
	Problem   *problem
	Notice    string // key of a sentence
}

// rowsOfEach is how many rows of each kind a dossier shows.
const rowsOfEach = 6

func personPage(v *visit) error { return showPerson(v, nil, http.StatusOK) }

// showPerson shows the dossier of the person in the address; p is what went
// wrong with a form on it.
func showPerson(v *visit, p *problem, status int) error {
	d := &dossier{Problem: p}
	var err error
	person := id.Person(v.r.PathValue("id"))
	if d.Person, d.Roles, err = v.site.cfg.People.Person(v, person); err != nil {
		return err
	}
	for _, read := range []func(*visit, id.Person) error{d.money, d.gifts, d.access} {
		if err := read(v, person); err != nil {
			return err
		}
	}
	d.Notice = noticeOf(v.param("did"), "suspended", "reinstated", "role_granted", "role_revoked", "signed_out", "refused", "readmitted", "minor_refunded")
	return v.show(status, personView(v, d))
}

// money reads what the person has, paid and was paid.
func (d *dossier) money(v *visit, person id.Person) (err error) {
	read := v.site.cfg.Reader
	if d.Wallet, err = read.Wallet(v, person); err != nil {
		return err
	}
	if d.Balance, err = report.Ask1(v, read, earnings.BalanceOf, person); err != nil {
		return err
	}
	if d.Account, err = report.Ask1(v, read, payout.AccountOf, person); err != nil {
		return err
	}
	if d.Purchases, err = report.Ask3(v, read, purchase.OfPerson, person, id.Purchase(""), rowsOfEach); err != nil {
		return err
	}
	d.Payouts, err = report.Ask2(v, read, payout.OfCreator, person, payout.Page{Limit: rowsOfEach})
	return err
}

// gifts reads what the person gave and was given.
func (d *dossier) gifts(v *visit, person id.Person) error {
	entries, err := v.site.cfg.Reader.WalletEntries(v, person, 0, 10*rowsOfEach)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e report.WalletEntry) bool { return e.Kind != "gift.sent" })
	if d.Given, err = v.changes(entries); err != nil {
		return err
	}
	d.Given = d.Given[:min(len(d.Given), rowsOfEach)]
	d.Received, err = v.site.cfg.Reader.Earned(v, report.EarnedFilter{Creator: person, Group: report.Single}, "", rowsOfEach)
	return err
}

// access reads what the person may do, and what was decided about them.
func (d *dossier) access(v *visit, person id.Person) (err error) {
	if d.Standing, err = v.site.cfg.Creators.Standing(v, person); err != nil {
		return err
	}
	if d.Sessions, err = v.site.cfg.People.Sessions(v, person); err != nil {
		return err
	}
	if d.Keys, err = v.site.cfg.People.Keys(v, person); err != nil {
		return err
	}
	d.Keys = slices.DeleteFunc(d.Keys, func(k people.Key) bool { return k.RevokedUS != 0 })
	if d.Limits, err = report.Ask1(v, v.site.cfg.Reader, limit.Of, person); err != nil {
		return err
	}
	d.Acts, err = report.Ask1(v, v.site.cfg.Reader, audit.List, audit.Query{Subject: string(person), Limit: rowsOfEach})
	return err
}

// aboutPerson does what the form on a person's page decides, and comes back with what
// was done or what went wrong.
func aboutPerson(do func(ctx context.Context, v *visit, person id.Person, reason string) (did string, err error)) handler {
	return func(v *visit) error {
		ctx, reason, err := v.because()
		person := id.Person(v.r.PathValue("id"))
		did := ""
		if err == nil {
			did, err = do(ctx, v, person, reason)
		}
		if err == nil {
			return v.redirect("/op/people/" + string(person) + "?did=" + did)
		}
		if fault.Is(err, fault.NotFound) {
			return err
		}
		p := v.problemOf(err)
		return showPerson(v, p, p.Status)
	}
}

func suspendPerson(ctx context.Context, v *visit, person id.Person, reason string) (string, error) {
	return "suspended", v.site.cfg.People.Suspend(ctx, v.caller(), person, reason)
}

func reinstatePerson(ctx context.Context, v *visit, person id.Person, _ string) (string, error) {
	return "reinstated", v.site.cfg.People.Reinstate(ctx, v.caller(), person)
}

// changeRole gives or takes a role.
func changeRole(ctx context.Context, v *visit, person id.Person, _ string) (string, error) {
	role := people.Role(v.form("role"))
	if v.form("do") == "revoke" {
		return "role_revoked", v.site.cfg.People.RevokeRole(ctx, v.caller(), person, role)
	}
	return "role_granted", v.site.cfg.People.GrantRole(ctx, v.caller(), person, role)
}

// signOutEverywhere ends all sessions of the person, who has to be there.
func signOutEverywhere(ctx context.Context, v *visit, person id.Person, _ string) (string, error) {
	if _, _, err := v.site.cfg.People.Person(ctx, person); err != nil {
		return "", err
	}
	return "signed_out", v.site.cfg.People.LogOutEverywhere(ctx, person)
}

// judge refuses a programme to the person, or lifts a refusal.
func judge(ctx context.Context, v *visit, person id.Person, reason string) (did string, err error) {
	name := programme.Programme(v.form("programme"))
	if v.form("do") == "readmit" {
		_, err = v.site.cfg.Creators.Readmit(ctx, v.caller(), person, name)
		return "readmitted", err
	}
	_, err = v.site.cfg.Creators.Refuse(ctx, v.caller(), person, name, reason)
	return "refused", err
}

// roleDecisions are the roles that can be given to the person or taken.
func (v *visit) roleDecisions(d *dossier) (all []decision) {
	for _, role := range []people.Role{people.Creator, people.Operator} {
		name := v.T("role." + string(role))
		x := decision{ID: "grant-" + string(role), Action: "/op/people/" + string(d.Person.ID) + "/roles", Ask: v.T("op.role_grant", name), Do: v.T("op.role_grant", name),
			Text: v.T("op.role_text." + string(role)), Fields: []option{{Value: "role", Text: string(role)}, {Value: "do", Text: "grant"}}}
		if slices.Contains(d.Roles, role) {
			x.ID, x.Ask, x.Do, x.Danger = "revoke-"+string(role), v.T("op.role_revoke", name), v.T("op.role_revoke", name), true
			x.Text, x.Fields[1].Text = v.T("op.role_revoke_text"), "revoke"
		}
		all = append(all, x)
	}
	return all
}

// standingDecision refuses a programme or lifts the refusal.
func (v *visit) standingDecision(d *dossier, s *programme.Standing) decision {
	name := string(s.Evaluation.Programme)
	called := v.or("programme."+name, name)
	x := decision{ID: "refuse-" + name, Action: "/op/people/" + string(d.Person.ID) + "/programmes", Ask: v.T("op.refuse"), Do: v.T("op.refuse"), Label: v.T("op.refuse") + ": " + called,
		Text: v.T("op.refuse_text"), Danger: true, Fields: []option{{Value: "programme", Text: name}, {Value: "do", Text: "refuse"}}}
	if s.Enrolment.State == programme.Refused {
		x.ID, x.Ask, x.Do, x.Label, x.Danger = "readmit-"+name, v.T("op.readmit"), v.T("op.readmit"), v.T("op.readmit")+": "+called, false
		x.Text, x.Fields[1].Text = v.T("op.readmit_text"), "readmit"
	}
	return x
}
