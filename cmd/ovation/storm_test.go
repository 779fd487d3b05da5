package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/sim"
)

// TestOneBalance spends one balance from 200 connections that are released at
// once: exactly what it holds is spent.
func TestOneBalance(t *testing.T) {
	const price, balance, clients = 5, 5*100 + 3, 200
	r := newRig(t, "", sim.Crowd{Fans: 1, Creators: 1, Coins: balance})
	body := fmt.Sprintf(`{"gift":"rose","target":%q}`, r.world.Targets[0])
	var wg sync.WaitGroup
	release := make(chan struct{})
	statuses := make(chan int, clients)
	for i := range clients {
		conn, err := net.Dial("tcp", r.server.Address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		request := fmt.Sprintf("POST /v1/gifts HTTP/1.1\r\nHost: ovation\r\nAuthorization: Bearer %s\r\nOvation-Person: %s\r\nContent-Type: application/json\r\nIdempotency-Key: once-%d\r\nContent-Length: %d\r\n\r\n%s",
			r.world.Key, r.world.Fans[0], i, len(body), body)
		last := len(request) - 1
		if _, err := conn.Write([]byte(request[:last])); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			<-release
			_, _ = conn.Write([]byte(request[last:])) // the answer tells
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				statuses <- 0
				return
			}
			res.Body.Close()
			statuses <- res.StatusCode
		})
	}
	close(release)
	wg.Wait()
	close(statuses)
	count := map[int]int{}
	for s := range statuses {
		count[s]++
	}
	if count[http.StatusCreated] != balance/price || count[http.StatusPaymentRequired] != clients-balance/price {
		t.Errorf("%d coins at %d a gift from %d connections: %v", balance, price, clients, count)
	}
	if a := r.call(http.MethodGet, "/v1/wallet", r.world.Fans[0], "", ""); a.json.Balance.Amount != balance%price {
		t.Errorf("%d coins are left, want %d", a.json.Balance.Amount, balance%price)
	}
	r.verified()
}

// verified proves the books of the rig.
func (r *rig) verified() {
	r.t.Helper()
	p, err := sim.Prove(r.t.Context(), r.launch.Database)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range p.Differences {
		r.t.Error(d)
	}
}

// TestKeyReused sends another gift with a key that was used.
func TestKeyReused(t *testing.T) {
	r := newRig(t, "", sim.Crowd{Fans: 2, Creators: 2, Coins: 100})
	gift := func(person, key, item, target string, quantity int) answer {
		return r.call(http.MethodPost, "/v1/gifts", person, key, fmt.Sprintf(`{"gift":%q,"target":%q,"quantity":%d}`, item, target, quantity))
	}
	fan, other, room := r.world.Fans[0], r.world.Fans[1], r.world.Targets[0]
	first := gift(fan, "k1", "rose", room, 1)
	if first.status != http.StatusCreated {
		t.Fatalf("the first: %d %s", first.status, first.body)
	}
	before := r.heads()
	gift(fan, "k1", "rose", room, 2).problem(t, "another quantity", 422, "idempotency_key_reused")
	gift(fan, "k1", "clap", room, 1).problem(t, "another gift", 422, "idempotency_key_reused")
	gift(fan, "k1", "rose", r.world.Targets[1], 1).problem(t, "another target", 422, "idempotency_key_reused")
	if again := gift(fan, "k1", "rose", room, 1); again.body != first.body || again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("the same gift with the same key:\nfirst %s\nagain %s", first.body, again.body)
	}
	if after := r.heads(); after != before {
		t.Errorf("refusals and replays changed %s to %s", before, after)
	}
	if a := gift(other, "k1", "rose", room, 1); a.status != http.StatusCreated || a.body == first.body {
		t.Errorf("the same key of another person: %d %s", a.status, a.body)
	}
	r.verified()
}

// TestTerminate stops a server in a storm, as a supervisor does.
func TestTerminate(t *testing.T) {
	r := newRig(t, "", sim.Crowd{Fans: 50, Creators: 2, Coins: 1 << 40})
	storm := r.storm("term", 16)
	end := r.rage(storm)
	time.Sleep(300 * time.Millisecond) // let it rage
	took, err := r.server.Stop()
	end()
	if err != nil {
		t.Errorf("the server ended with: %v", err)
	}
	if took > 10*time.Second {
		t.Errorf("stopping took %s; it has 10 s", took)
	}
	for status := range storm.Statuses() {
		if status != 0 && status != http.StatusCreated && status != http.StatusServiceUnavailable {
			t.Errorf("a stopping server answered %d", status)
		}
	}
	r.start()
	r.settle(storm)
	t.Logf("stopped in %s", took)
}

// TestPostgresRestart crashes the database server in a storm. Ovation stays
// up, loses nothing, and goes on by itself.
func TestPostgresRestart(t *testing.T) {
	pg := dbtest.DurableCluster(t)
	r := newRig(t, pg.URL("postgres"), sim.Crowd{Fans: 50, Creators: 2, Coins: 1 << 40})
	storm := r.storm("pg", 16)
	end := r.rage(storm)
	for range 2 {
		time.Sleep(400 * time.Millisecond) // let it rage
		pg.Kill()
		time.Sleep(400 * time.Millisecond) // an outage that clients feel
		if err := pg.Start(); err != nil {
			end()
			t.Fatal(err)
		}
		r.recovers(storm)
	}
	end()
	select {
	case <-r.server.Exited():
		t.Fatal("the server gave up")
	default:
	}
	r.settle(storm)
}

// TestLongOutage takes PostgreSQL away for longer than anything is tried again.
// Who asks meanwhile is told so, and gifts go on by themselves afterwards.
func TestLongOutage(t *testing.T) {
	pg := dbtest.DurableCluster(t)
	r := newRig(t, pg.URL("postgres"), sim.Crowd{Fans: 50, Creators: 2, Coins: 1 << 40})
	storm := r.storm("outage", 16)
	end := r.rage(storm)
	pg.Kill()
	for begun := time.Now(); storm.Statuses()[http.StatusServiceUnavailable] < 2*16; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			end()
			t.Fatalf("a minute into the outage the answers were %v", storm.Statuses())
		}
	}
	if a := r.call(http.MethodGet, "/readyz", "", "", ""); a.status != http.StatusServiceUnavailable {
		t.Errorf("readyz answers %d %s", a.status, a.body)
	}
	if err := pg.Start(); err != nil {
		end()
		t.Fatal(err)
	}
	r.recovers(storm)
	end()
	r.settle(storm)
}

// recovers waits until gifts get through again.
func (r *rig) recovers(s *sim.Storm) {
	r.t.Helper()
	before := s.Statuses()[http.StatusCreated]
	for begun := time.Now(); s.Statuses()[http.StatusCreated] < before+100; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			r.t.Fatalf("20 s after the outage gifts do not get through: %v %v", s.Statuses(), s.Wrong())
		}
	}
}

// TestRefusedStarts are starts that would do harm.
func TestRefusedStarts(t *testing.T) {
	r := newRig(t, "", sim.Crowd{Fans: 1, Creators: 1, Coins: 10})
	t.Run("a second process on the file", func(t *testing.T) {
		status, said := serve(t, "--data", t.TempDir(), "--database", r.launch.Database)
		if status != statusFailed || !strings.Contains(said, "another process has the database") || !strings.Contains(said, "--database") {
			t.Errorf("status %d: %s", status, said)
		}
	})
	r.server.Kill()
	t.Run("a newer schema", func(t *testing.T) {
		newerSchema(t, strings.TrimPrefix(r.launch.Database, "sqlite:"))
		status, said := serve(t, "--data", t.TempDir(), "--database", r.launch.Database)
		if status != statusFailed || !strings.Contains(said, "schema version 9999") || !strings.Contains(said, "restore a backup") {
			t.Errorf("status %d: %s", status, said)
		}
	})
}
