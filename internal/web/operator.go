package web

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

// operatorRoutes is the part of the table of contents that is for operators.
func (s *site) operatorRoutes(page func(class, pattern string, h handler)) {
	read := func(path string, h handler) { page(classRead, "GET "+path, operators(h)) }
	do := func(path string, h handler) { page(classWrite, "POST "+path, operators(h)) }
	read("/op", overviewPage)
	do("/op/verify", verifyNow)
	read("/op/purchases", openPurchases)

	read("/op/ledger", ledgerPage)
	read("/op/ledger.csv", ledgerFile)
	read("/op/ledger/account", accountPage)
	read("/op/ledger/account.csv", accountFile)
	read("/op/ledger/transfers", transfersPage)
	read("/op/ledger/transfers.csv", transferFile)
	read("/op/ledger/{id}", transferPage)

	read("/op/people", peoplePage)
	read("/op/people/{id}", personPage)
	do("/op/people/{id}/suspend", aboutPerson(suspendPerson))
	do("/op/people/{id}/reinstate", aboutPerson(reinstatePerson))
	do("/op/people/{id}/roles", aboutPerson(changeRole))
	do("/op/people/{id}/sign-out", aboutPerson(signOutEverywhere))
	do("/op/people/{id}/programmes", aboutPerson(judge))

	read("/op/payouts", payoutDeskPage)
	do("/op/payouts/{id}/hold", movePayout(holdPayout))
	do("/op/payouts/{id}/release", movePayout(releasePayout))
	do("/op/payouts/{id}/release/agree", movePayout(agreeRelease))
	do("/op/payouts/{id}/release/decline", movePayout(declineRelease))

	read("/op/second", proposalsPage)
	read("/op/disputes", disputesPage)
	read("/op/disputes/{id}", disputePage)
	do("/op/disputes/{id}/answer", answerDispute)
	do("/op/disputes/{id}/accept", acceptDispute)
	do("/op/disputes/{id}/accept/agree", agreeDispute)
	do("/op/disputes/{id}/accept/decline", declineDispute)
	read("/op/refunds", refundsPage)
	do("/op/refunds/{id}/agree", decideRefund("refund_agreed", "all", false, agreeRefund))
	do("/op/refunds/{id}/decline", decideRefund("refund_declined", "all", true, declineRefund))
	do("/op/refunds/{id}/repay", decideRefund("refund_repaid", "all", true, repayRefund))
	read("/op/refund", refundPage)
	do("/op/refund", makeRefund)
	do("/op/people/{id}/minor-refund", aboutPerson(refundMinor))

	read("/op/cases", casesPage)
	do("/op/cases/{id}/close", closeCase)
	read("/op/reconcile", reconcilePage)
	do("/op/reconcile", reconcileNow)

	for area := range ruleAreas {
		read(area, rulesPage(area))
		read(area+"/new", newRules(area))
		do(area+"/new", scheduleRules(area))
		do(area+"/withdraw", withdrawRules)
	}

	read("/op/jobs", jobsPage)
	do("/op/jobs/revive", reviveWork)
	read("/op/audit", auditPage)
	read("/op/audit.csv", auditFile)
}

// operators lets in who runs the site.
func operators(h handler) handler {
	return signedIn(func(v *visit) error {
		if !v.is(people.Operator) {
			return fault.New(fault.RoleRequired, "This page is for the operators of this site.")
		}
		return h(v)
	})
}

// operatorPath is the page on which the form stands that was posted to the
// address.
func operatorPath(posted string) string {
	parts := strings.Split(posted, "/") // "", op, people, usr_…, suspend
	if len(parts) > 4 && parts[2] == "people" {
		return strings.Join(parts[:4], "/")
	}
	if parts[2] == "verify" {
		return "/op"
	}
	return strings.Join(parts[:3], "/")
}

// clock is the instant of this instance.
func (v *visit) clock() time.Time {
	if v.site.cfg.Sandbox != nil {
		return v.site.cfg.Sandbox.Now()
	}
	return time.Now()
}

// reasonRule is what the reason of an operator's act is like.
var reasonRule = text.Rule{Name: "The reason", Max: maxReason}

// maxReason is how many characters a reason has at most.
const maxReason = 200

// because reads the reason from the form of an act, which has to have one, and
// returns a context that notes it with the act.
func (v *visit) because() (ctx context.Context, reason string, err error) {
	reason, wrong := reasonRule.Clean(v.form("reason"))
	var fields fault.Fields
	fields.Add("/reason", wrong)
	return audit.Because(v, reason), reason, fields.Err()
}

// caller is the visitor as the services know them.
func (v *visit) caller() people.Caller {
	if v.person == nil {
		return people.Caller{}
	}
	return v.person.Caller()
}

// decision is an act that a page asks about before it is done: a button that
// opens a form with what it means, and mostly a reason. It needs no script.
type decision struct {
	ID     string // unique on the page
	Action string
	Ask    string // on the button that opens it
	Text   string // what it means
	Do     string // on the button that does it
	Label  string // for who can not see where it stands; "" takes Ask
	Fields []option
	Free   bool        // it needs no reason
	Choice choiceField // a question more; without a name there is none
	Danger bool
}

// choiceField is a question with a few answers, the first of which holds unless
// another is chosen.
type choiceField struct {
	Name, Label string
	Answers     []option
}

// typed reports whether this is the form that was just refused, to open it
// again with what was typed.
func (v *visit) typed(d *decision) bool {
	if v.r.Method != "POST" || v.r.URL.Path != d.Action {
		return false
	}
	for _, f := range d.Fields {
		if v.form(f.Value) != f.Text {
			return false
		}
	}
	return true
}

// told is what was typed into the reason of the form, if it was refused.
func (v *visit) told(d *decision) string {
	if v.typed(d) {
		return v.form("reason")
	}
	return ""
}

// label is what a screen reader says of the button.
func (d *decision) label() string {
	if d.Label != "" {
		return d.Label
	}
	return d.Ask
}

// placeOf is the page of what has the id, for operators; "" if there is none.
func placeOf(any string) string {
	switch id.KindOf(any) {
	case id.KindPerson:
		return "/op/people/" + any
	case id.KindTransfer:
		return "/op/ledger/" + any
	case id.KindVideo:
		return "/v/" + any
	case id.KindLive:
		return "/live/" + any
	}
	if id.KindOf(any) == id.KindDispute {
		return "/op/disputes/" + any
	}
	if canExplain(any) {
		return "/explain/" + any
	}
	return ""
}

// dayUS reads a UTC day of an address, such as 2026-03-01; 0 if it is none.
// after adds days.
func dayUS(day string, after int) int64 {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return t.AddDate(0, 0, after).UnixMicro()
}

// facts writes a JSON object as lines of name and value, by name.
func facts(object string) []option {
	var all map[string]any
	if json.Unmarshal([]byte(object), &all) != nil {
		return nil
	}
	var lines []option
	for _, name := range slices.Sorted(maps.Keys(all)) {
		lines = append(lines, option{Text: strings.ReplaceAll(name, "_", " "), Value: factText(all[name])})
	}
	return lines
}

func factText(value any) string {
	switch x := value.(type) {
	case string:
		return x
	case []any:
		var parts []string
		for _, part := range x {
			parts = append(parts, factText(part))
		}
		return strings.Join(parts, ", ")
	case float64:
		return fmt.Sprint(int64(x))
	}
	b, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(b)
}

// page of an address's cursor, cut to what one can be.
func (v *visit) param(name string) string {
	s := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(v.r.URL.Query().Get(name), "\x00", ""), ""))
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return s
}

// here is the address of the page with other values of its query; "" takes one
// away.
func (v *visit) with(path string, pairs ...string) string {
	q := v.r.URL.Query()
	for _, gone := range []string{"did", "after", "before"} {
		q.Del(gone)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Del(pairs[i])
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
