package api

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
)

// What a client may do with the same request after a problem.
const (
	final = false // sending it again changes nothing
	again = true  // it may succeed later as it is, under the same key
)

// outcome is what a code means to HTTP.
type outcome struct {
	status    int
	retryable bool
}

// outcomes is the one table from a code to its status. What a code means in
// words stands in help_en.go and help_fr.go.
var outcomes = map[fault.Code]outcome{
	fault.MalformedJSON:              {http.StatusBadRequest, final},
	fault.InvalidUTF8:                {http.StatusBadRequest, final},
	fault.MissingParameter:           {http.StatusBadRequest, final},
	fault.InvalidParameter:           {http.StatusBadRequest, final},
	fault.CursorInvalid:              {http.StatusBadRequest, final},
	fault.IdempotencyKeyMissing:      {http.StatusBadRequest, final},
	fault.IdempotencyKeyInvalid:      {http.StatusBadRequest, final},
	fault.WebhookSignatureInvalid:    {http.StatusBadRequest, final},
	fault.WebhookTimestampOutOfRange: {http.StatusBadRequest, final},
	fault.APIVersionUnknown:          {http.StatusBadRequest, final},

	fault.AuthRequired:   {http.StatusUnauthorized, final},
	fault.TokenInvalid:   {http.StatusUnauthorized, final},
	fault.TokenExpired:   {http.StatusUnauthorized, final},
	fault.SessionRevoked: {http.StatusUnauthorized, final},
	fault.StepUpRequired: {http.StatusUnauthorized, final},

	fault.InsufficientBalance:   {http.StatusPaymentRequired, final},
	fault.PaymentRequired:       {http.StatusPaymentRequired, final},
	fault.CardDeclined:          {http.StatusPaymentRequired, final},
	fault.PaymentActionRequired: {http.StatusPaymentRequired, final},
	fault.EntitlementRequired:   {http.StatusPaymentRequired, final},

	fault.Forbidden:        {http.StatusForbidden, final},
	fault.ScopeMissing:     {http.StatusForbidden, final},
	fault.RoleRequired:     {http.StatusForbidden, final},
	fault.CsrfFailed:       {http.StatusForbidden, final},
	fault.OriginNotAllowed: {http.StatusForbidden, final},
	fault.AccountSuspended: {http.StatusForbidden, final},
	fault.KYCRequired:      {http.StatusForbidden, final},
	fault.AgeRestricted:    {http.StatusForbidden, final},
	fault.RegionBlocked:    {http.StatusForbidden, final},
	fault.NotEligible:      {http.StatusForbidden, final},
	fault.LinkInvalid:      {http.StatusForbidden, final},
	fault.LinkExpired:      {http.StatusForbidden, final},

	fault.NotFound:         {http.StatusNotFound, final},
	fault.MethodNotAllowed: {http.StatusMethodNotAllowed, final},
	fault.NotAcceptable:    {http.StatusNotAcceptable, final},
	fault.RequestTimeout:   {http.StatusRequestTimeout, again},

	fault.IdempotencyInProgress: {http.StatusConflict, again},
	fault.StateConflict:         {http.StatusConflict, final},
	fault.AlreadyDone:           {http.StatusConflict, final},
	fault.AlreadyRefunded:       {http.StatusConflict, final},
	fault.AlreadySubscribed:     {http.StatusConflict, final},
	fault.PriceChanged:          {http.StatusConflict, final},
	fault.LimitReached:          {http.StatusConflict, final},
	fault.ContractActive:        {http.StatusConflict, final},
	fault.PayoutInProgress:      {http.StatusConflict, again},
	fault.HandleTaken:           {http.StatusConflict, final},
	fault.UploadOffsetMismatch:  {http.StatusConflict, final},

	fault.Gone:               {http.StatusGone, final},
	fault.UploadExpired:      {http.StatusGone, final},
	fault.PreconditionFailed: {http.StatusPreconditionFailed, final},

	fault.BodyTooLarge:         {http.StatusRequestEntityTooLarge, final},
	fault.FileTooLarge:         {http.StatusRequestEntityTooLarge, final},
	fault.UnsupportedMediaType: {http.StatusUnsupportedMediaType, final},
	fault.FileTypeNotAllowed:   {http.StatusUnsupportedMediaType, final},
	fault.RangeNotSatisfiable:  {http.StatusRequestedRangeNotSatisfiable, final},

	fault.ValidationFailed:      {http.StatusUnprocessableEntity, final},
	fault.UnknownField:          {http.StatusUnprocessableEntity, final},
	fault.AmountNotInteger:      {http.StatusUnprocessableEntity, final},
	fault.AmountOutOfRange:      {http.StatusUnprocessableEntity, final},
	fault.CurrencyUnsupported:   {http.StatusUnprocessableEntity, final},
	fault.CurrencyMismatch:      {http.StatusUnprocessableEntity, final},
	fault.SelfGift:              {http.StatusUnprocessableEntity, final},
	fault.RefundExceedsOriginal: {http.StatusUnprocessableEntity, final},
	fault.PayoutBelowMinimum:    {http.StatusUnprocessableEntity, final},
	fault.URLNotAllowed:         {http.StatusUnprocessableEntity, final},
	fault.TextTooLong:           {http.StatusUnprocessableEntity, final},
	fault.TextNotAllowed:        {http.StatusUnprocessableEntity, final},
	fault.HandleInvalid:         {http.StatusUnprocessableEntity, final},
	fault.CardDataNotAccepted:   {http.StatusUnprocessableEntity, final},
	fault.IdempotencyKeyReused:  {http.StatusUnprocessableEntity, final},

	fault.PreconditionRequired: {http.StatusPreconditionRequired, final},

	fault.VelocityLimit:   {http.StatusTooManyRequests, again},
	fault.DailyLimit:      {http.StatusTooManyRequests, again},
	fault.NewAccountLimit: {http.StatusTooManyRequests, again},
	fault.RateLimited:     {http.StatusTooManyRequests, again},

	fault.Internal:        {http.StatusInternalServerError, again},
	fault.UpstreamFailed:  {http.StatusBadGateway, again},
	fault.Overloaded:      {http.StatusServiceUnavailable, again},
	fault.Maintenance:     {http.StatusServiceUnavailable, again},
	fault.ReadOnly:        {http.StatusServiceUnavailable, again},
	fault.UpstreamTimeout: {http.StatusGatewayTimeout, again},
	fault.DiskFull:        {http.StatusInsufficientStorage, again},
}

// StatusOf returns the status of a code, and 500 for one that is not in the
// table.
func StatusOf(code fault.Code) int {
	if o, ok := outcomes[code]; ok {
		return o.status
	}
	return http.StatusInternalServerError
}

// help is a code in words.
type help struct {
	title string // a few words; the problem's title
	means string // what has happened
	do    string // what the reader does now
}

// helpFor returns the words of a code in a language.
func helpFor(l Language, code fault.Code) help {
	if l == French {
		return helpFrench[code]
	}
	return helpEnglish[code]
}
