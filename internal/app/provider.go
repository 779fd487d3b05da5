package app

import (
	"io"
	"net/http"
	"strings"
)

// noProvider stands for the key of an instance without a payment provider:
// every call is refused, and the pages say so.
const noProvider = "sk_test_not_configured"

// refusing answers in the provider's place when there is none, so that nothing
// leaves the machine and no outcome stays open.
type refusing struct{}

const refusal = `{"error":{"type":"invalid_request_error","code":"not_configured","message":"This instance has no payment provider. Its operator sets one with --stripe-key."}}`

// RoundTrip implements http.RoundTripper.
func (refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body.Close()
	}
	return &http.Response{Status: "401 Unauthorized", StatusCode: http.StatusUnauthorized, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(refusal)), ContentLength: int64(len(refusal)), Request: r}, nil
}
