package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestPatience asks an instance that takes the call and never answers, and one
// that answers that it can not: neither is waited for for ever, and only the
// first is not there.
func TestPatience(t *testing.T) {
	was := patience
	patience.read, patience.act = time.Millisecond, time.Millisecond
	defer func() { patience = was }()
	over := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	defer hangs.Close()
	defer close(over)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		err := (&remote{ctx: t.Context(), url: hangs.URL}).call(method, "/v1/events", "", nil, nil)
		if _, gone := errors.AsType[unreachable](err); !gone || !strings.Contains(err.Error(), "no answer within 1ms") {
			t.Errorf("%s: %v", method, err)
		}
	}
	patience = was
	ill := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	defer ill.Close()
	err := (&remote{ctx: t.Context(), url: ill.URL}).call(http.MethodPost, "/v1/gifts", "", nil, nil)
	if _, answers := errors.AsType[broken](err); !answers || !strings.Contains(err.Error(), "500") {
		t.Errorf("an instance that answers with 500: %v", err)
	}
}
