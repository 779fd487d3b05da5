package sandbox

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Mode is how a fault shows.
type Mode string

// The modes. Before and After answer 500, the one with nothing done, the
// other with everything done; the key then replays the true answer. Sticky
// answers 500 after the effect and stores the 500, as Stripe may. Timeout and
// Reset let the effect happen and lose the answer; TimeoutBefore and
// ResetBefore lose the request. RateLimit answers 429. Hold keeps the request
// running until Release.
const (
	Before        Mode = "before"
	After         Mode = "after"
	Sticky        Mode = "sticky"
	Timeout       Mode = "timeout"
	TimeoutBefore Mode = "timeout_before"
	Reset         Mode = "reset"
	ResetBefore   Mode = "reset_before"
	RateLimit     Mode = "rate_limit"
	Hold          Mode = "hold"
)

var modes = []Mode{Before, After, Sticky, Timeout, TimeoutBefore, Reset, ResetBefore, RateLimit, Hold}

// Fault makes matching requests go wrong: the next Next of them, or each with
// the Probability when Next is 0.
type Fault struct {
	// Operation is a method and path with * for one part:
	// "POST /v1/payment_intents/*/confirm". Empty means every request, and a
	// path that ends in /** everything below it.
	Operation   string  `json:"operation"`
	Mode        Mode    `json:"mode"`
	Next        int     `json:"next"`
	Probability float64 `json:"probability"`
}

// AddFault makes requests go wrong from now on.
func (s *Server) AddFault(f Fault) {
	s.misc.Lock()
	defer s.misc.Unlock()
	s.faults = append(s.faults, &f)
}

// Faults returns what goes wrong from now on; Next counts what is left.
func (s *Server) Faults() []Fault {
	s.misc.Lock()
	defer s.misc.Unlock()
	all := make([]Fault, len(s.faults))
	for i, f := range s.faults {
		all[i] = *f
	}
	return all
}

// ClearFaults makes everything work again and lets held requests go on.
func (s *Server) ClearFaults() {
	s.misc.Lock()
	s.faults = nil
	s.misc.Unlock()
	s.Release()
}

// Release lets the requests that a Hold fault keeps go on.
func (s *Server) Release() {
	s.misc.Lock()
	defer s.misc.Unlock()
	close(s.release)
	s.release = make(chan struct{})
}

// Held reports how many requests with an idempotency key are running now.
func (s *Server) Held() int {
	s.misc.Lock()
	defer s.misc.Unlock()
	return len(s.inflight)
}

// fault picks the fault that hits this request, if one does.
func (s *Server) fault(operation string) *Fault {
	s.misc.Lock()
	defer s.misc.Unlock()
	for i, f := range s.faults {
		if !f.matches(operation) {
			continue
		}
		if f.Next > 0 {
			f.Next--
			hit := *f
			if f.Next == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
			return &hit
		}
		if f.Probability > 0 && s.rnd.Float64() < f.Probability {
			hit := *f
			return &hit
		}
	}
	return nil
}

func (f *Fault) matches(operation string) bool {
	if f.Operation == "" || f.Operation == operation {
		return true
	}
	if below, ok := strings.CutSuffix(f.Operation, "/**"); ok {
		return operation == below || strings.HasPrefix(operation, below+"/")
	}
	hit, err := path.Match(f.Operation, operation)
	return err == nil && hit
}

func outage() *problem {
	return &problem{Type: "api_error", Message: "An unknown error occurred.", status: http.StatusInternalServerError, early: true}
}

// before shows the faults that leave nothing done. It reports whether the
// request is over.
func (s *Server) before(w http.ResponseWriter, r *http.Request, f *Fault, c *call) bool {
	if f == nil {
		return false
	}
	switch f.Mode {
	case Before:
		s.send(w, c, failed(outage()))
	case RateLimit:
		p := malformed("rate_limit", "", "Too many requests hit the API too quickly.")
		p.status = http.StatusTooManyRequests
		w.Header().Set("Stripe-Rate-Limited-Reason", "global-rate")
		s.send(w, c, failed(p))
	case TimeoutBefore:
		<-r.Context().Done()
	case ResetBefore:
		cut(w)
	default:
		return false
	}
	return true
}

// after shows the faults that lose an answer.
func (s *Server) after(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	if f == nil {
		return false
	}
	switch f.Mode {
	case After:
		a := failed(outage())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body) // the answer is meant to be bad
	case Timeout:
		<-r.Context().Done()
	case Reset:
		cut(w)
	default:
		return false
	}
	return true
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 and recorders can not be hijacked
	}
	conn.Close()
}

// hold waits for Release where a Hold fault says so.
func (s *Server) hold(ctx context.Context, f *Fault) {
	if f == nil || f.Mode != Hold {
		return
	}
	s.misc.Lock()
	release := s.release
	s.misc.Unlock()
	select {
	case <-release:
	case <-ctx.Done():
	}
}
