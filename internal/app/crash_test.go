package app

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/reversal"
)

// twice has a process that was started again die once more, at each of its points:
// go test -run TestCrashes -twice.
var twice = flag.Bool("twice", false, "whether the process that goes on after a crash dies as well, at each of its points")

// errDead is what everything answers to a process that has died.
var errDead = errors.New("the process has died")

// nerve is the way of one process to its database and its provider. The process dies
// at the point that it is told: before a call, after one, or before a commit.
// Nothing that it does from then on has an effect.
type nerve struct {
	base http.RoundTripper

	mu     sync.Mutex
	left   int      // points until it dies; 0 is never
	first  string   // or how the point begins
	points []string // that it passed since it was told
	calls  int      // of the provider
	dead   bool
}

// dieAt counts the points from here on.
func (n *nerve) dieAt(point int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.left, n.first, n.points = point, "", nil
}

// dieFirst has the process die at the first point that begins so.
func (n *nerve) dieFirst(where string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.left, n.first, n.points = 0, where, nil
}

func (n *nerve) point(where string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.dead {
		return errDead
	}
	n.points = append(n.points, where)
	if n.left == len(n.points) || n.first != "" && strings.HasPrefix(where, n.first) {
		n.dead = true
		return errDead
	}
	return nil
}

// RoundTrip implements http.RoundTripper.
func (n *nerve) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := n.point("before " + r.URL.Path); err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.calls++
	n.mu.Unlock()
	res, err := n.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := n.point("after " + r.URL.Path); err != nil {
		res.Body.Close()
		return nil, err
	}
	return res, nil
}

// mortal is a shop whose process dies. No webhook reaches it.
type mortal struct {
	*shop
	nerve *nerve
}

func eachMortal(t *testing.T, test func(s *mortal)) {
	t.Helper()
	eachShop(t, func(s *shop) {
		m := &mortal{shop: s}
		m.restart()
		test(m)
	})
}

// restart starts the program again, with nothing but what is on disk.
func (s *mortal) restart() {
	s.t.Helper()
	s.ok(s.Close())
	s.nerve = &nerve{base: sandboxtest.Client(0).Transport}
	o := s.Options
	o.ProviderClient = &http.Client{Transport: s.nerve}
	var err error
	s.App, err = New(s.t.Context(), o)
	s.ok(err)
	s.DB.BeforeCommit(func() error { return s.nerve.point("before a commit") })
}

func (s *mortal) key() string {
	s.n++
	return fmt.Sprintf("key-%d", s.n)
}

// due moves the clock and does what is due.
func (s *mortal) due(d time.Duration) error {
	s.clk.Advance(d)
	_, err := s.Runner.RunDue(s.t.Context())
	return err
}

// open counts what is on its way to the provider with an outcome that nobody knows.
func (s *mortal) open() (n int64) {
	s.t.Helper()
	s.ok(s.DB.Read(s.t.Context(), func(tx *db.Tx) error {
		return tx.Row(s.t.Context(), `SELECT (SELECT COUNT(*) FROM payment_charge WHERE outcome = 'unknown') + (SELECT COUNT(*) FROM reversal WHERE state = 'asking')
			+ (SELECT COUNT(*) FROM payout WHERE state IN ('scheduled', 'sending', 'returning'))`).Scan(&n)
	}))
	return n
}

// heals lets time pass until nothing is unknown any more, a minute at most.
func (s *mortal) heals() (took time.Duration, err error) {
	began := s.clk.Now()
	for s.open() > 0 {
		if s.clk.Now().Sub(began) >= time.Minute {
			return time.Minute, errors.New("the outcome is unknown for a minute")
		}
		if err := s.due(4 * time.Second); err != nil {
			return 0, err
		}
	}
	return s.clk.Now().Sub(began), nil
}

// agree holds our books against the rules and against the provider's.
func (s *mortal) agree() {
	s.t.Helper()
	s.oracle()
	r, err := s.Reconcile(s.t.Context(), reconcile.Ask{Complete: true})
	if s.ok(err); !r.OK() || len(r.Differences) > 0 || r.InFlight != 0 {
		s.t.Errorf("reconciled: %+v", r)
	}
	ledgertest.Verify(s.t, s.DB, Checks()...)
}

// journey is something that money does. It makes what is needed, and returns what is
// done and how to see that it was done once. What is done may be done again.
type journey struct {
	name   string
	least  int // points at which the process can die on it
	points int // that were found
	begin  func(s *mortal) (act func() error, proof func())
}

// TestCrashes kills the program at each point of each journey: before and after each
// call of the provider, and before each commit. It is started again; within a minute
// every outcome is known, and whoever did not get an answer asks once more. Then the
// money has moved once, and all books agree.
func TestCrashes(t *testing.T) {
	eachMortal(t, func(s *mortal) {
		s.settled()
		for _, j := range journeys() {
			s.newCard()
			for point := 1; s.travel(&j, point, 0); point++ {
				for again := 1; *twice && s.travel(&j, point, again); again++ {
				}
			}
			s.t.Logf("%s: %d points", j.name, j.points)
			if j.points < j.least {
				s.t.Errorf("%s has %d points at which the process can die, not %d", j.name, j.points, j.least)
			}
		}
	})
}

// travel takes the journey and dies at the point, and then, if again is not 0, at
// another one on the way back to life. It returns false when the journey, or the
// way back, has no such point.
func (s *mortal) travel(j *journey, point, again int) (died bool) {
	s.t.Helper()
	act, proof := j.begin(s)
	s.nerve.dieAt(point)
	err := act()
	where := "nowhere"
	if died = s.nerve.dead; died {
		where = s.nerve.points[point-1]
		s.restart()
	} else {
		s.ok(err)
		j.points = len(s.nerve.points)
	}
	if died && again > 0 {
		s.nerve.dieAt(again)
		if _, err := s.heals(); !s.nerve.dead {
			s.ok(err)
		}
		if died = s.nerve.dead; died {
			where += ", and " + s.nerve.points[again-1]
			s.restart()
		}
	}
	s.nerve.dieAt(0)
	took, err := s.heals()
	if err == nil {
		err = act()
	}
	if err != nil && !fault.Is(err, fault.AlreadyDone) {
		s.t.Fatalf("%s, died %s: %v", j.name, where, err)
	}
	proof()
	s.agree()
	if s.t.Failed() {
		s.t.Fatalf("%s, died %s, known after %s", j.name, where, took)
	}
	return died
}

// TestDiedWhileAsking dies while the work of a charge, a refund or a payout asks the
// provider: another process may go on with it after half a minute, and knows the
// outcome within a minute.
func TestDiedWhileAsking(t *testing.T) {
	eachMortal(t, func(s *mortal) {
		s.settled()
		for kind, begin := range map[string]func(*mortal) (func() error, func()){
			collect.WorkSettle: (*mortal).buyingLost, reversal.WorkDrive: (*mortal).refundingLost, payout.WorkDrive: (*mortal).payingOut,
		} {
			act, proof := begin(s)
			s.nerve.dieFirst("before /v1/")
			if err := act(); !s.nerve.dead {
				s.t.Fatalf("%s: it did not die while it asked, but passed %v (%v)", kind, s.nerve.points, err)
			}
			s.restart()
			var leases, longest int64
			s.ok(s.DB.Read(s.t.Context(), func(tx *db.Tx) error {
				return tx.Row(s.t.Context(), "SELECT COUNT(*), MAX(lease_us) FROM due_work WHERE kind = $1 AND lease_us > 0", kind).Scan(&leases, &longest)
			}))
			if left := time.UnixMicro(longest).Sub(s.clk.Now()); leases != 1 || left <= 0 || left > 36*time.Second {
				s.t.Errorf("%s: %d leases, for %s", kind, leases, left)
			}
			_, err := s.heals()
			s.ok(err)
			proof()
			s.agree()
		}
	})
}

// TestNewsAreAskedAboutOnce takes the same news again: the provider is not asked
// about what had its effect.
func TestNewsAreAskedAboutOnce(t *testing.T) {
	eachMortal(t, func(s *mortal) {
		s.settled()
		seen := map[string]bool{}
		for _, j := range journeys() {
			act, proof := j.begin(s)
			s.ok(act())
			proof()
			for again := range 2 {
				for _, ev := range s.events() {
					before := s.nerve.calls
					handled, err := s.observe(s.t.Context(), ev)
					s.ok(err)
					if seen[ev.Object] = seen[ev.Object] || handled; handled && again > 0 && s.nerve.calls > before {
						s.t.Errorf("the provider was asked again about %s %s", ev.Type, ev.ID)
					}
				}
			}
		}
		for _, object := range []string{"payment_intent", "refund", "dispute", "payout", "account"} {
			if !seen[object] {
				s.t.Errorf("there was no news of a %s", object)
			}
		}
	})
}

// events are the news of the last month, of every account.
func (s *mortal) events() (all []payment.Event) {
	s.t.Helper()
	accounts := []string{""}
	for _, a := range s.Sandbox().Latest(sandbox.Accounts, 100) {
		accounts = append(accounts, a.ID)
	}
	for _, account := range accounts {
		found, err := s.Stripe.ListEvents(s.t.Context(), stripe.EventQuery{Account: account, Since: s.clk.Now().Add(-30 * 24 * time.Hour)})
		s.ok(err)
		all = append(all, found...)
	}
	return all
}

// TestNewsThatCanNotBeLookedUp brings signed news while the provider does not answer
// what they are about: it is asked to bring them again, and they have their effect
// then.
func TestNewsThatCanNotBeLookedUp(t *testing.T) {
	eachMortal(t, func(s *mortal) {
		site, err := s.Site()
		s.ok(err)
		s.fails("POST /v1/payment_intents", sandbox.After)
		p, err := s.Purchases.Buy(s.t.Context(), s.order(70))
		s.ok(err)
		s.is(p, payment.Unknown)
		var news payment.Event
		for _, ev := range s.events() {
			if ev.Type == "payment_intent.succeeded" && ev.Ref == string(p.Charge.ID) {
				news = ev
			}
		}
		bring := func() *httptest.ResponseRecorder {
			body := fmt.Appendf(nil, `{"id":%q,"object":"event","type":%q,"created":%d,"api_version":%q,"livemode":false,"data":{"object":{"id":%q,"object":"payment_intent","metadata":{"ovation_ref":%q}}}}`,
				news.ID, news.Type, s.clk.Now().Unix(), stripe.APIVersion, news.ObjectID, news.Ref)
			r := httptest.NewRequest(http.MethodPost, WebhookPath, bytes.NewReader(body))
			r.Host = "localhost"
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Stripe-Signature", sandbox.Signature(s.clk.Now(), body, sandbox.DefaultWebhookSecret))
			w := httptest.NewRecorder()
			site.ServeHTTP(w, r)
			return w
		}
		for _, mode := range []sandbox.Mode{sandbox.Before, sandbox.After, sandbox.Reset, sandbox.RateLimit} {
			s.fails("GET /v1/payment_intents/*", mode)
			if w := bring(); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				s.t.Errorf("%s: %d %v %s", mode, w.Code, w.Header(), w.Body)
			}
			s.is(p, payment.Unknown)
		}
		if w := bring(); w.Code != http.StatusOK {
			s.t.Errorf("at last: %d %s", w.Code, w.Body)
		}
		s.is(p, payment.Succeeded)
		s.fails("GET /v1/payment_intents/*", sandbox.Before)
		if w := bring(); w.Code != http.StatusOK { // nobody asks about it any more
			s.t.Errorf("again: %d %s", w.Code, w.Body)
		}
		s.Sandbox().ClearFaults()
	})
}
