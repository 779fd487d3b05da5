package sandbox

import (
	"fmt"
	"net/http"
)

// problem is an error in Stripe's shape. Declines keep what the attempt left
// behind; everything else undoes the request.
type problem struct {
	Type          string `json:"type"`
	Code          string `json:"code,omitempty"`
	DeclineCode   string `json:"decline_code,omitempty"`
	Message       string `json:"message"`
	Param         string `json:"param,omitempty"`
	Charge        string `json:"charge,omitempty"`
	DocURL        string `json:"doc_url,omitempty"`
	PaymentIntent any    `json:"payment_intent,omitempty"`
	SetupIntent   any    `json:"setup_intent,omitempty"`
	PaymentMethod any    `json:"payment_method,omitempty"`

	status int
	keep   bool // the change is committed although the answer is an error
	early  bool // failed validation: the idempotency key stays free
}

// Error implements error.
func (p *problem) Error() string {
	return fmt.Sprintf("%d %s %s: %s", p.status, p.Type, p.Code, p.Message)
}

const typeInvalid = "invalid_request_error"

// refuse is a request that can be read and will not be done.
func refuse(code, param, format string, args ...any) *problem {
	return &problem{Type: typeInvalid, Code: code, Param: param,
		Message: fmt.Sprintf(format, args...), status: http.StatusBadRequest}
}

// malformed is a request with parameters that can not be meant.
func malformed(code, param, format string, args ...any) *problem {
	p := refuse(code, param, format, args...)
	p.early = true
	return p
}

func missing(param string) *problem {
	return malformed("parameter_missing", param, "Missing required param: %s.", param)
}

// nothing says that there is no such object.
func nothing(what, param, id string) *problem {
	p := refuse("resource_missing", param, "No such %s: '%s'", what, clip(id))
	if param == "id" {
		p.status = http.StatusNotFound
	}
	return p
}

// broken is an error of the sandbox itself, such as a full disk.
func broken(err error) *problem {
	return &problem{Type: "api_error", Message: "The sandbox could not store the request. Nothing was done: " + err.Error(),
		status: http.StatusInternalServerError, early: true}
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
