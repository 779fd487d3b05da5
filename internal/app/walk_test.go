package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// newcomer is somebody who knows nothing but dev.json and the API.
type newcomer struct {
	t     *testing.T
	app   *app.App // only for what people do on the provider's pages
	world app.World
	n     int
}

// open starts a sandbox and reads its dev.json.
func open(t *testing.T, database string) *newcomer {
	t.Helper()
	return openIn(t, t.TempDir(), database, "")
}

// openIn starts the sandbox of a folder, with rules of a file if it is named.
func openIn(t *testing.T, folder, database, rules string) *newcomer {
	t.Helper()
	o := app.Options{Sandbox: true, Seed: 1, Fans: 2, NoLimits: true, Log: slog.New(slog.DiscardHandler)}
	o.Config.Data, o.Config.Database, o.Config.Listen, o.Config.Preset = folder, database, "127.0.0.1:0", "current"
	o.Config.PresetFile = rules
	a, err := app.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.RunSandbox(ctx, func(app.World) { close(ready) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the sandbox ended with: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("closing the sandbox: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the sandbox did not become ready: %v", err)
	}
	n := &newcomer{t: t, app: a}
	text, err := os.ReadFile(filepath.Join(o.Config.Data, "dev.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &n.world); err != nil {
		t.Fatal(err)
	}
	return n
}

// object is an answer of the API.
type object map[string]any

// call sends a request for a person ("" for nobody) and expects the status.
func (n *newcomer) call(method, path, person string, body any, want int) object {
	n.t.Helper()
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			n.t.Fatal(err)
		}
		text = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(n.t.Context(), method, n.world.URL+path, text)
	if err != nil {
		n.t.Fatal(err)
	}
	n.n++
	req.Header.Set("Authorization", "Bearer "+n.world.OperatorKey)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", fmt.Sprintf("walk-%d", n.n))
	}
	if person != "" {
		req.Header.Set("Ovation-Person", person)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	if res.StatusCode != want {
		n.t.Fatalf("%s %s: %d, want %d\n%s", method, path, res.StatusCode, want, answer)
	}
	var o object
	if err := json.Unmarshal(answer, &o); err != nil {
		n.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
	}
	return o
}

func (n *newcomer) get(path, person string) object {
	n.t.Helper()
	return n.call(http.MethodGet, path, person, nil, http.StatusOK)
}

// units reads an amount such as {"amount": 70, "asset": "COIN"}.
func (o object) units(t *testing.T, name, asset string) int64 {
	t.Helper()
	a, ok := o[name].(map[string]any)
	if !ok || a["asset"] != asset {
		t.Fatalf("%s is no amount of %s: %v", name, asset, o[name])
	}
	return int64(a["amount"].(float64))
}

// enrol makes a creator as a host platform does, and returns who it is and
// what they show.
func (n *newcomer) enrol() (creator, room, clip string) {
	n.t.Helper()
	creator = fmt.Sprint(n.call(http.MethodPost, "/v1/people", "", object{"external_id": "walk", "name": "Wanda Walker", "region": "US", "birth_date": "1990-01-01"}, http.StatusCreated)["id"])
	n.advance(31 * 24 * time.Hour) // the programmes ask for accounts of 30 days
	n.call(http.MethodPut, "/v1/people/"+creator+"/audience", "", object{"followers": 20_000, "views_30d": 100_000, "public_posts_30d": 4}, http.StatusOK)
	for _, programme := range []string{"video_gifts", "live_gifts"} {
		n.call(http.MethodPost, "/v1/programmes/"+programme+"/join", creator, nil, http.StatusOK)
	}
	clip = fmt.Sprint(n.call(http.MethodPost, "/v1/videos", creator, object{"title": "A walk", "media": "clip1.mp4", "gifts_on": true}, http.StatusCreated)["id"])
	room = fmt.Sprint(n.call(http.MethodPost, "/v1/live-rooms", creator, object{"title": "A walk, live", "gifts_on": true}, http.StatusCreated)["id"])
	n.call(http.MethodPost, "/v1/live-rooms/"+room+"/start", creator, nil, http.StatusOK)
	return creator, room, clip
}

// advance moves the sandbox's clock.
func (n *newcomer) advance(d time.Duration) {
	n.t.Helper()
	n.call(http.MethodPost, "/v1/clock/advance", "", object{"seconds": int64(d / time.Second)}, http.StatusOK)
}

// onboard completes the creator's payout account, as the creator would on the
// provider's page.
func (n *newcomer) onboard(creator string) {
	n.t.Helper()
	if link := n.call(http.MethodPost, "/v1/payout-account/onboarding-link", creator, object{}, http.StatusOK); !strings.HasPrefix(fmt.Sprint(link["url"]), "http://127.0.0.1:") {
		n.t.Fatalf("the onboarding link is %v", link["url"])
	}
	if acc := n.get("/v1/payout-account", creator); acc["open"] != true || acc["ready"] != false {
		n.t.Fatalf("before onboarding: %v", acc)
	}
	var provider string
	err := n.app.DB.Read(n.t.Context(), func(tx *db.Tx) error {
		acc, err := payout.AccountOf(n.t.Context(), tx, id.Person(creator))
		provider = acc.Provider
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	if err := n.app.Sandbox().Onboard(provider, sandbox.Onboarding{Name: "Mina Okafor", Variant: sandbox.Complete}); err != nil {
		n.t.Fatal(err)
	}
	if acc := n.call(http.MethodPost, "/v1/payout-account/refresh", creator, object{}, http.StatusOK); acc["ready"] != true {
		n.t.Fatalf("after onboarding: %v", acc)
	}
}

// kinds collects what an explanation is made of, from the top down.
func kinds(step map[string]any, found []string) []string {
	found = append(found, fmt.Sprint(step["kind"]))
	parts, _ := step["parts"].([]any)
	for _, p := range parts {
		found = kinds(p.(map[string]any), found)
	}
	return found
}

// TestWalk is the way of the money with nothing but the API: a card pays for
// coins, coins become gifts, gifts become earnings, earnings are paid out, and
// the payout explains itself down to the card.
func TestWalk(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { walk(t, "") })
	t.Run("postgres", func(t *testing.T) { walk(t, dbtest.PostgresURL(t)) })
}

func walk(t *testing.T, database string) {
	n := open(t, database)
	fan := string(n.world.People["fan"])
	creator, room, clip := n.enrol()

	card := n.call(http.MethodPost, "/v1/cards/test", fan, object{}, http.StatusCreated)
	bought := n.call(http.MethodPost, "/v1/coin-purchases", fan, object{"coins": 350, "card": card["id"], "expected_price": 499}, http.StatusCreated)
	if bought["outcome"] != "succeeded" || bought.units(t, "price", "USD") != 499 {
		t.Fatalf("the purchase: %v", bought)
	}
	if got := n.get("/v1/wallet", fan).units(t, "balance", "COIN"); got != 350 {
		t.Fatalf("the wallet holds %d coins, want 350", got)
	}

	live := n.call(http.MethodPost, "/v1/gifts", fan, object{"gift": "bouquet", "target": room}, http.StatusCreated)
	video := n.call(http.MethodPost, "/v1/gifts", fan, object{"gift": "encore", "target": clip, "quantity": 3}, http.StatusCreated)
	spent := live.units(t, "coins", "COIN") + video.units(t, "coins", "COIN")
	if left := video.units(t, "balance", "COIN"); left != 350-spent {
		t.Fatalf("%d coins are left after spending %d of 350", left, spent)
	}
	balance := n.get("/v1/earnings/balance", creator)
	if got := balance.units(t, "pending_diamonds", "DIAMOND"); got != spent {
		t.Fatalf("%d diamonds are pending, want %d", got, spent)
	}
	if got := balance.units(t, "available", "USD"); got != 0 {
		t.Fatalf("%d cents are available before the hold has ended", got)
	}

	n.advance(8 * 24 * time.Hour)
	cents := spent / 2 // a diamond is half a cent
	if got := n.get("/v1/earnings/balance", creator).units(t, "available", "USD"); got != cents {
		t.Fatalf("%d cents are available after the hold, want %d", got, cents)
	}
	refused := n.call(http.MethodPost, "/v1/payouts", creator, object{}, http.StatusForbidden)
	if refused["code"] != "kyc_required" {
		t.Fatalf("a payout without an account: %v", refused)
	}
	n.onboard(creator)
	pay := n.call(http.MethodPost, "/v1/payouts", creator, object{}, http.StatusCreated)
	if pay["state"] != "scheduled" || pay.units(t, "amount", "USD") != cents {
		t.Fatalf("the payout: %v", pay)
	}
	payoutID := fmt.Sprint(pay["id"])
	for range 5 {
		n.advance(24 * time.Hour)
	}
	if pay = n.get("/v1/payouts/"+payoutID, creator); pay["state"] != "paid" {
		t.Fatalf("five days later the payout is %v", pay)
	}
	n.explained(payoutID, creator)
	verdict := n.get("/v1/ledger/verification", "")
	if findings, _ := verdict["findings"].([]any); len(findings) > 0 || verdict["transfers"].(float64) < 5 {
		t.Fatalf("the books: %v", verdict)
	}
}

// explained follows the payout down to the card payment. The creator sees it
// down to the gifts; with which card a fan paid is for the operator alone.
func (n *newcomer) explained(payout, creator string) {
	n.t.Helper()
	path := "/v1/explain/" + payout
	for who, want := range map[string][]string{creator: {"payout", "earning", "gift", "lot"}, "": {"payout", "earning", "gift", "lot", "purchase"}} {
		found := kinds(n.get(path, who), nil)
		for _, kind := range []string{"payout", "earning", "gift", "lot", "purchase"} {
			if slices.Contains(found, kind) != slices.Contains(want, kind) {
				n.t.Errorf("the explanation of the payout for %q: %v, want %v", who, found, want)
			}
		}
	}
}
