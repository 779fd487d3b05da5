package fault

// The codes. One code has one status; package api keeps the table and a page
// for each under /problems/.
const (
	// 400
	MalformedJSON              Code = "malformed_json"
	InvalidUTF8                Code = "invalid_utf8"
	MissingParameter           Code = "missing_parameter"
	InvalidParameter           Code = "invalid_parameter"
	CursorInvalid              Code = "cursor_invalid"
	IdempotencyKeyMissing      Code = "idempotency_key_missing"
	IdempotencyKeyInvalid      Code = "idempotency_key_invalid"
	WebhookSignatureInvalid    Code = "webhook_signature_invalid"
	WebhookTimestampOutOfRange Code = "webhook_timestamp_out_of_range"
	APIVersionUnknown          Code = "api_version_unknown"
	// 401
	AuthRequired   Code = "auth_required"
	TokenInvalid   Code = "token_invalid"
	TokenExpired   Code = "token_expired"
	SessionRevoked Code = "session_revoked"
	StepUpRequired Code = "step_up_required"
	// 402
	InsufficientBalance   Code = "insufficient_balance"
	PaymentRequired       Code = "payment_required"
	CardDeclined          Code = "card_declined"
	PaymentActionRequired Code = "payment_action_required"
	EntitlementRequired   Code = "entitlement_required"
	// 403
	Forbidden        Code = "forbidden"
	ScopeMissing     Code = "scope_missing"
	RoleRequired     Code = "role_required"
	CsrfFailed       Code = "csrf_failed"
	OriginNotAllowed Code = "origin_not_allowed"
	AccountSuspended Code = "account_suspended"
	KYCRequired      Code = "kyc_required"
	AgeRestricted    Code = "age_restricted"
	RegionBlocked    Code = "region_blocked"
	NotEligible      Code = "not_eligible"
	LinkInvalid      Code = "link_invalid"
	LinkExpired      Code = "link_expired"
	// 404
	NotFound Code = "not_found"
	// 405
	MethodNotAllowed Code = "method_not_allowed"
	// 406
	NotAcceptable Code = "not_acceptable"
	// 408
	RequestTimeout Code = "request_timeout"
	// 409
	IdempotencyInProgress Code = "idempotency_in_progress"
	StateConflict         Code = "state_conflict"
	AlreadyDone           Code = "already_done"
	AlreadyRefunded       Code = "already_refunded"
	AlreadySubscribed     Code = "already_subscribed"
	PriceChanged          Code = "price_changed"
	LimitReached          Code = "limit_reached"
	ContractActive        Code = "contract_active"
	PayoutInProgress      Code = "payout_in_progress"
	HandleTaken           Code = "handle_taken"
	UploadOffsetMismatch  Code = "upload_offset_mismatch"
	// 410
	Gone          Code = "gone"
	UploadExpired Code = "upload_expired"
	// 412
	PreconditionFailed Code = "precondition_failed"
	// 413
	BodyTooLarge Code = "body_too_large"
	FileTooLarge Code = "file_too_large"
	// 415
	UnsupportedMediaType Code = "unsupported_media_type"
	FileTypeNotAllowed   Code = "file_type_not_allowed"
	// 416
	RangeNotSatisfiable Code = "range_not_satisfiable"
	// 422
	ValidationFailed      Code = "validation_failed"
	UnknownField          Code = "unknown_field"
	AmountNotInteger      Code = "amount_not_integer"
	AmountOutOfRange      Code = "amount_out_of_range"
	CurrencyUnsupported   Code = "currency_unsupported"
	CurrencyMismatch      Code = "currency_mismatch"
	SelfGift              Code = "self_gift"
	RefundExceedsOriginal Code = "refund_exceeds_original"
	PayoutBelowMinimum    Code = "payout_below_minimum"
	URLNotAllowed         Code = "url_not_allowed"
	TextTooLong           Code = "text_too_long"
	TextNotAllowed        Code = "text_not_allowed"
	HandleInvalid         Code = "handle_invalid"
	CardDataNotAccepted   Code = "card_data_not_accepted"
	IdempotencyKeyReused  Code = "idempotency_key_reused"
	// 428
	PreconditionRequired Code = "precondition_required"
	// 429
	VelocityLimit   Code = "velocity_limit"
	DailyLimit      Code = "daily_limit"
	NewAccountLimit Code = "new_account_limit"
	RateLimited     Code = "rate_limited"
	// 500
	Internal Code = "internal"
	// 502
	UpstreamFailed Code = "upstream_failed"
	// 503
	Overloaded  Code = "overloaded"
	Maintenance Code = "maintenance"
	ReadOnly    Code = "read_only"
	// 504
	UpstreamTimeout Code = "upstream_timeout"
	// 507
	DiskFull Code = "disk_full"
)
