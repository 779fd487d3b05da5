package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
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
// shown without its text.
func (v *visit) problemOf(err error) *problem {
	p := &problem{Request: v.requestID()}
	var tooLarge *http.MaxBytesError
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case errors.As(err, &tooLarge):
		f = fault.New(fault.BodyTooLarge, "The form is larger than %d bytes. Nothing was changed.", tooLarge.Limit)
	case !ok:
		v.site.log.Error("a page failed", "request", p.Request, "path", v.r.URL.Path, "error", err)
		f = fault.New(fault.Internal, "%s", v.T("problem.internal"))
	}
	p.Code, p.Status, p.Fields = f.Code, statusOf(f.Code), f.Fields
	if p.Status >= http.StatusInternalServerError && ok {
		v.site.log.Warn("a page could not do its work", "request", p.Request, "path", v.r.URL.Path, "error", err)
	}
	p.Title = v.T(titleKey(p.Code, p.Status))
	p.Detail, p.DetailLang = v.sentence(f.Detail)
	switch p.Code {
	case fault.InsufficientBalance:
		if n, ok := f.Data["missing"].(int64); ok {
			p.Missing = n
			p.Detail, p.DetailLang = v.T("problem.insufficient", v.coins(n)), ""
		}
	case fault.CardDeclined:
		reason, _, _ := strings.Cut(f.Detail, " Nothing was charged.")
		p.Detail, p.DetailLang = v.T("problem.declined", v.in(reason)), ""
	case fault.KYCRequired:
		p.Detail, p.DetailLang = v.T("problem.kyc"), ""
	case fault.Internal:
		p.DetailLang = ""
	}
	if f.RetryAfter > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())+1))
	}
	return p
}

// fail answers with the problem: a page, or data for the page's own script.
func (v *visit) fail(err error) {
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
		fault.LinkInvalid, fault.LinkExpired, fault.KYCRequired, fault.NotEligible, fault.PayoutBelowMinimum, fault.AccountSuspended, fault.LimitReached,
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

// statuses is the one table from a code to what browsers are told. Codes that
// are not in it are mistakes of ours.
var statuses = map[int][]fault.Code{
	400: {fault.MalformedJSON, fault.InvalidUTF8, fault.MissingParameter, fault.InvalidParameter, fault.CursorInvalid, fault.IdempotencyKeyMissing, fault.IdempotencyKeyInvalid,
		fault.WebhookSignatureInvalid, fault.WebhookTimestampOutOfRange, fault.APIVersionUnknown},
	401: {fault.AuthRequired, fault.TokenInvalid, fault.TokenExpired, fault.SessionRevoked, fault.StepUpRequired},
	402: {fault.InsufficientBalance, fault.PaymentRequired, fault.CardDeclined, fault.PaymentActionRequired, fault.EntitlementRequired},
	403: {fault.Forbidden, fault.ScopeMissing, fault.RoleRequired, fault.CsrfFailed, fault.OriginNotAllowed, fault.AccountSuspended, fault.KYCRequired, fault.AgeRestricted,
		fault.RegionBlocked, fault.NotEligible, fault.LinkInvalid, fault.LinkExpired},
	404: {fault.NotFound},
	405: {fault.MethodNotAllowed},
	406: {fault.NotAcceptable},
	408: {fault.RequestTimeout},
	409: {fault.IdempotencyInProgress, fault.StateConflict, fault.AlreadyDone, fault.AlreadyRefunded, fault.AlreadySubscribed, fault.PriceChanged, fault.LimitReached,
		fault.ContractActive, fault.PayoutInProgress, fault.HandleTaken, fault.UploadOffsetMismatch},
	410: {fault.Gone, fault.UploadExpired},
	412: {fault.PreconditionFailed},
	413: {fault.BodyTooLarge, fault.FileTooLarge},
	415: {fault.UnsupportedMediaType, fault.FileTypeNotAllowed},
	416: {fault.RangeNotSatisfiable},
	422: {fault.ValidationFailed, fault.UnknownField, fault.AmountNotInteger, fault.AmountOutOfRange, fault.CurrencyUnsupported, fault.CurrencyMismatch, fault.SelfGift,
		fault.RefundExceedsOriginal, fault.PayoutBelowMinimum, fault.URLNotAllowed, fault.TextTooLong, fault.TextNotAllowed, fault.HandleInvalid, fault.CardDataNotAccepted,
		fault.IdempotencyKeyReused},
	428: {fault.PreconditionRequired},
	429: {fault.VelocityLimit, fault.DailyLimit, fault.NewAccountLimit, fault.RateLimited},
	500: {fault.Internal},
	502: {fault.UpstreamFailed},
	503: {fault.Overloaded, fault.Maintenance, fault.ReadOnly},
	504: {fault.UpstreamTimeout},
	507: {fault.DiskFull},
}

var statusByCode = func() map[fault.Code]int {
	all := map[fault.Code]int{}
	for status, codes := range statuses {
		for _, c := range codes {
			all[c] = status
		}
	}
	return all
}()

func statusOf(code fault.Code) int {
	if status, ok := statusByCode[code]; ok {
		return status
	}
	return http.StatusInternalServerError
}
