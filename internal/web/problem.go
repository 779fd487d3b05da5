package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
)

// problem is what went wrong, as a page shows it.
type problem struct {
	Status     int
	Code       fault.Code
	Title      string
	Detail     string
	DetailLang string // of the detail, when it is not the page's
	Fields     []fault.Field
	Request    string
	Missing    int64 // coins, with insufficient_balance
}

// problemOf reads an error. One that is no fault is ours: it is logged, and
// shown without its text. The log has the route and not the path, which may be
// a secret (a one-time link) or tell who looked at what.
func (v *visit) problemOf(err error) *problem {
	p := &problem{Request: v.requestID()}
	var tooLarge *http.MaxBytesError
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case errors.As(err, &tooLarge):
		f = fault.New(fault.BodyTooLarge, "The form is larger than %d bytes. Nothing was changed.", tooLarge.Limit)
	case !ok:
		v.site.log.Error("a page failed", "request", p.Request, "route", v.r.Pattern, "error", err)
		f = fault.New(fault.Internal, "%s", v.T("problem.internal"))
	}
	p.Code, p.Status, p.Fields = f.Code, v.site.cfg.Gate.Status(f.Code), f.Fields
	if p.Status >= http.StatusInternalServerError && ok {
		v.site.log.Warn("a page could not do its work", "request", p.Request, "route", v.r.Pattern, "error", err)
	}
	p.Title = v.T(titleKey(p.Code, p.Status))
	p.Detail, p.DetailLang = v.sentence(f.Detail)
	switch p.Code {
	case fault.InsufficientBalance:
		if n, ok := f.Data["missing"].(int64); ok {
			p.Missing = n
			p.Detail, p.DetailLang = v.T("problem.insufficient", v.coins(n)), ""
		} else { // of money: a payout
			p.Title = v.T("problem.insufficient_money")
		}
	case fault.CardDeclined:
		reason, _, _ := strings.Cut(f.Detail, " Nothing was charged.")
		code, _ := f.Data["decline_code"].(string)
		p.Detail, p.DetailLang = v.declined(code, reason), ""
	case fault.KYCRequired:
		p.Detail, p.DetailLang = v.T("problem.kyc"), ""
	case fault.UpstreamFailed:
		if payment.NotSetUp(err) {
			p.Title, p.Detail, p.DetailLang = v.T("problem.no_payments"), v.T("payments.none"), ""
		}
	case fault.Internal:
		p.DetailLang = ""
	}
	if f.RetryAfter > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())+1))
	}
	return p
}

// Passes reports whether the same may well work in a while: it was not what was
// asked for that failed.
func (p *problem) Passes() bool {
	return p.Status >= http.StatusInternalServerError || p.Status == http.StatusTooManyRequests || p.Status == http.StatusRequestTimeout
}

// declined says why a card was refused. What the provider says of a card that
// is not the visitor's would tell whether somebody else has it.
func (v *visit) declined(code, reason string) string {
	if payment.NoCard(code) {
		reason = "There is no such saved card."
	}
	return v.T("problem.declined", v.in(reason))
}

// fail answers with the problem: a page, or data for the page's own script.
func (v *visit) fail(err error) {
	if fault.Is(err, fault.RequestTimeout) {
		// The server ends the request's context with the wait for the body, but
		// whoever sends so slowly is still there and waits for an answer.
		v.Context = context.WithoutCancel(v.Context)
		v.w.Header().Set("Connection", "close")
	}
	if v.wrote || v.Err() != nil {
		return // the answer has begun, or nobody waits for it
	}
	p := v.problemOf(err)
	if v.wantsJSON() {
		_ = v.data(p.Status, p.json())
		return
	}
	if err := v.show(p.Status, problemPage(v, p)); err != nil {
		v.site.log.Error("the page of a problem could not be written", "request", p.Request, "error", err)
		http.Error(v.w, "Something went wrong on our side. Request "+p.Request, http.StatusInternalServerError)
	}
}

// typedFields are the fields of forms into which people write more than a choice.
var typedFields = []string{"text", "title", "name", "handle", "url", "description", "poster", "amount", "wanted", "reason"}

// wasTyped is what the visitor has written into the form that was posted: a page of
// a problem that has no form gives it back.
func (v *visit) wasTyped() (all []string) {
	if v.r.Method != http.MethodPost {
		return nil
	}
	for _, name := range typedFields {
		if text := v.form(name); text != "" {
			all = append(all, text)
		}
	}
	return all
}

func (p *problem) json() map[string]any {
	return map[string]any{"ok": false, "code": p.Code, "title": p.Title, "detail": p.Detail, "request": p.Request, "missing": p.Missing}
}

// field returns what is wrong with the field of a form.
func (p *problem) field(pointer string) string {
	if p == nil {
		return ""
	}
	for _, f := range p.Fields {
		if f.Pointer == pointer {
			return f.Detail
		}
	}
	return ""
}

// titleKey names the words of a problem's title: its own for what people meet
// often, else those of its status.
func titleKey(code fault.Code, status int) string {
	switch code {
	case fault.InsufficientBalance, fault.CardDeclined, fault.RateLimited, fault.AgeRestricted, fault.SelfGift, fault.PriceChanged,
		fault.LinkInvalid, fault.LinkExpired, fault.KYCRequired, fault.NotEligible, fault.PayoutBelowMinimum, fault.AccountSuspended, fault.LimitReached, fault.HandleTaken,
		fault.IdempotencyKeyReused, fault.IdempotencyKeyMissing, fault.UpstreamFailed, fault.ValidationFailed:
		return "problem." + string(code)
	}
	switch {
	case status == http.StatusUnauthorized:
		return "problem.401"
	case status == http.StatusForbidden:
		return "problem.403"
	case status == http.StatusNotFound, status == http.StatusGone:
		return "problem.404"
	case status == http.StatusConflict:
		return "problem.409"
	case status >= http.StatusInternalServerError:
		return "problem.500"
	}
	return "problem.422"
}
