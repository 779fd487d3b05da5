package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	edge "github.com/ovationhq/ovation/internal/api"
	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/creator"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/support"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/wallet"
	"github.com/ovationhq/ovation/internal/web"
	"github.com/ovationhq/ovation/internal/webhook"
	"github.com/ovationhq/ovation/internal/webhook/courier"
)

// rig is a whole instance without package app: real services on a database in
// a temporary folder, and the payment sandbox on loopback.
type rig struct {
	t        testing.TB
	d        *db.DB
	box      *sandbox.Server
	people   *people.Service
	payouts  *payout.Service
	buys     *purchase.Service
	tips     *tip.Service
	creators *creator.Service
	goals    *goal.Service
	support  *support.Service
	runner   *outbox.Runner
	hooks    *webhook.Service
	url      string
	handler  http.Handler
	cfg      web.Config
	control  testControl
	gate     *edge.API
	log      lockedLog // of the gate and the site
	proxies  []netip.Prefix

	cut  func()      // every connection
	gone atomic.Bool // streams can not be reached

	front atomic.Pointer[http.HandlerFunc] // answers before the site does, if it writes anything

	fan, maker, boss people.Person
	video            content.Video
	room             content.Room
}

// newRig makes the instance; advance moves its clock.
func newRig(t testing.TB, clk clock.Clock, advance func(time.Duration)) *rig {
	t.Helper()
	r := &rig{t: t, d: dbtest.Open(t, "sqlite:"+t.TempDir()+"/web.db", clk, nil)}
	box, err := sandbox.New(sandbox.Config{Clock: clk, Seed: 3})
	r.ok(err)
	r.box = box
	provider := httptest.NewServer(box)
	t.Cleanup(provider.Close)
	api, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: provider.URL})
	r.ok(err)
	r.people = people.NewService(r.d, people.Test)
	r.creators = creator.NewService(r.d)
	r.goals, r.support = goal.NewService(r.d), support.NewService(r.d)
	r.payouts = payout.NewService(r.d, api)
	charges := collect.New(r.d, api, people.Payer)
	r.buys, r.tips = purchase.NewService(r.d, charges), tip.NewService(r.d, charges, payout.Ready)
	hub := live.NewHub(r.d)
	r.ok(hub.Start(context.Background()))
	r.runner = outbox.NewRunner(r.d, slog.New(slog.DiscardHandler))
	guard := webhook.Guard{Sandbox: true}
	r.hooks = webhook.NewService(webhook.Config{DB: r.d, Courier: courier.New(courier.Config{Guard: guard}), Resolver: net.DefaultResolver, Guard: guard, Stamp: &clock.System{}, Log: slog.New(slog.DiscardHandler)})
	r.register()
	r.seed()

	site := httptest.NewServer(http.HandlerFunc(r.serve))
	r.cut = site.CloseClientConnections
	stop := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- hub.Run(ctx) }()
	t.Cleanup(func() { close(stop); site.Close(); cancel(); ended(t, <-done) })
	r.url = site.URL
	r.gate, err = edge.New(edge.Config{Services: edge.Services{People: r.people, Reader: report.NewReader(r.d)}, CursorKeys: [][]byte{make([]byte, 32)}, NoLimits: true, Log: slog.New(slog.NewTextHandler(&r.log, nil)),
		TrustedProxies: r.proxies})
	r.ok(err)
	r.cfg = web.Config{
		Gate:   r.gate,
		Reader: report.NewReader(r.d), Gifts: gift.NewSender(r.d), Purchases: r.buys, Tips: r.tips, Payouts: r.payouts, Reversals: reversal.NewService(r.d, api), Creators: r.creators, Goals: r.goals, People: r.people,
		Chat: chat.NewService(r.d), Limits: limit.NewService(r.d), Hub: hub, Work: r.runner, Verify: r.verify, Cases: casework.NewService(r.d, reversal.LimitFor), Reconcile: reconcile.NewService(r.d, api).Run, Catalogues: gift.NewPublisher(r.d), Webhooks: r.hooks,
		PublicURL: r.url, Media: os.DirFS("../app/sample"), Stop: stop,
		Log: slog.New(slog.NewTextHandler(io.MultiWriter(testLog{t}, &r.log), nil)),
		Sandbox: &web.Sandbox{Now: clk.Now, Personas: r.personas(), Advance: func(ctx context.Context, by time.Duration) error {
			advance(by)
			return r.settle(ctx)
		}, Control: &r.control, Provider: box},
	}
	r.handler, err = web.New(r.cfg)
	r.ok(err)
	return r
}

// serve is the site, and a network that streams do not always get through.
func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	if r.gone.Load() && req.URL.Path == "/stream" {
		panic(http.ErrAbortHandler)
	}
	if front := r.front.Load(); front != nil {
		seen := &seenWriter{ResponseWriter: w}
		if (*front)(seen, req); seen.wrote {
			return
		}
	}
	r.handler.ServeHTTP(w, req)
}

// seenWriter knows whether something was written.
type seenWriter struct {
	http.ResponseWriter
	wrote bool
}

func (w *seenWriter) WriteHeader(status int) {
	w.wrote = true
	w.ResponseWriter.WriteHeader(status)
}

// before lets something happen before the site answers; nil ends that.
func (r *rig) before(front http.HandlerFunc) {
	if front == nil {
		r.front.Store(nil)
		return
	}
	r.front.Store(&front)
}

// breakStreams cuts all streams until mendStreams.
func (r *rig) breakStreams() { r.gone.Store(true); r.cut() }
func (r *rig) mendStreams()  { r.gone.Store(false) }

// verify checks the books and keeps how that ended, as the program does.
func (r *rig) verify(ctx context.Context) (*ledger.Report, error) {
	report, err := ledger.Verify(ctx, r.d, nil, wallet.Checks()...)
	if err == nil {
		err = r.d.Write(ctx, func(tx *db.Tx) error { return ledger.NoteVerification(ctx, tx, report) })
	}
	return report, err
}

// lockedLog keeps what the gate logs.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// testLog puts what the site logs into the test's output.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("unexpected error: %v", err)
	}
}

func (r *rig) personas() []web.Persona {
	return []web.Persona{{r.fan.ID, r.fan.Name, people.Fan}, {r.maker.ID, r.maker.Name, people.Creator}, {r.boss.ID, r.boss.Name, people.Operator}}
}

// register tells the runner how due work is done.
func (r *rig) register() {
	r.runner.Inside(gift.WorkCombo, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return gift.RunCombo(ctx, tx, id.Combo(key))
	})
	r.runner.Inside(earnings.WorkMature, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return earnings.RunMature(ctx, tx, id.Earning(key))
	})
	r.runner.Outside(collect.WorkSettle, func(ctx context.Context, key string) (time.Duration, error) {
		return r.buys.Settle(ctx, id.Payment(key))
	})
	r.runner.Drive(webhook.WorkDrive, r.hooks.Drive)
	r.runner.Outside(payout.WorkDrive, func(ctx context.Context, key string) (time.Duration, error) {
		return r.payouts.Drive(ctx, id.Payout(key))
	})
}

// settle runs what is due here and at the provider until nothing is.
func (r *rig) settle(ctx context.Context) error {
	for range 20 {
		if _, err := r.hooks.Fan(ctx); err != nil {
			return err
		}
		ran, err := r.runner.RunDue(ctx)
		if err != nil {
			return err
		}
		ticked, err := r.box.Tick(ctx)
		if err != nil || ran+ticked == 0 {
			return err
		}
	}
	return nil
}

// seed installs the rules and makes three people, a video and a LIVE.
func (r *rig) seed() {
	r.t.Helper()
	ctx := context.Background()
	r.ok(r.d.Write(ctx, func(tx *db.Tx) error { return install(ctx, tx) }))
	person := func(handle, name string) people.Person {
		p, _, err := r.people.EnsureExternal(ctx, people.NewPerson{ExternalID: "host-" + handle, Handle: handle, Name: name, Email: handle + "@example.org", Region: "US", BirthDate: "1990-05-17"})
		r.ok(err)
		return p
	}
	r.fan, r.maker, r.boss = person("mia.fan", "Mia Laurent"), person("theo", "Théo Marchand"), person("ada.ops", "Ada Oduya")
	r.ok(r.d.Write(ctx, func(tx *db.Tx) error { return people.Grant(ctx, tx, r.boss.ID, people.Operator) }))
	_, err := r.creators.Measure(ctx, r.maker.ID, programme.Audience{Followers: 12_400, Views30d: 150_000, PublicPosts30d: 6, LiveMinutes: 900})
	r.ok(err)
	for _, p := range []programme.Programme{programme.LiveGifts, programme.VideoGifts} {
		_, err = r.creators.Join(ctx, r.maker.ID, p)
		r.ok(err)
	}
	for n, title := range []string{"Rain on a tin roof", "Making a paper lantern", "Night train, window seat", "Two chords and the sea"} {
		file := string(rune('1' + n))
		r.video, err = r.creators.Post(ctx, content.NewVideo{Creator: r.maker.ID, Title: title, Description: "Recorded in one take.\nHeadphones help.", Media: "clip" + file + ".mp4",
			Poster: "poster" + file + ".jpg", DurationMS: 8000, GiftsOn: true})
		r.ok(err)
	}
	r.room, err = r.creators.Open(ctx, content.NewRoom{Creator: r.maker.ID, Title: "Saturday session: your requests", Poster: "poster1.jpg", GiftsOn: true})
	r.ok(err)
	r.room, err = r.creators.GoLive(ctx, r.maker.ID, r.room.ID)
	r.ok(err)
}

// install writes rates, packs, gifts and programmes.
func install(ctx context.Context, tx *db.Tx) error {
	const version = "test@1"
	err := earnings.Install(ctx, tx, earnings.RateCard{Version: version, FromUS: 1, DiamondsNum: 1, DiamondsDen: 1, PayNum: 1, PayDen: 2, PayAsset: money.USD,
		HoldDays: 7, DailyCap: 100_000, MinimumUnits: 100})
	if err != nil {
		return err
	}
	if err := payout.InstallRules(ctx, tx, payout.Rules{Version: version, FromUS: 1, NoticeDay: 1, PayDay: 15, Monthly: 5000, Agree: 50_000}); err != nil {
		return err
	}
	var packs []wallet.Pack
	for coins, price := range map[int64]int64{70: 99, 350: 499, 700: 999, 1400: 1999, 3500: 4999, 7000: 9999} {
		packs = append(packs, wallet.Pack{Version: version, Coins: coins, Price: money.Amount{Units: price, Asset: money.USD}, FromUS: 1},
			wallet.Pack{Version: version, Coins: coins, Price: money.Amount{Units: price + 10, Asset: "EUR"}, FromUS: 1})
	}
	if err := wallet.Install(ctx, tx, packs); err != nil {
		return err
	}
	var items []gift.Item
	for n, i := range []struct {
		id, name, emoji string
		coins           int64
	}{
		{"spark", "Spark", "✨", 1}, {"rose", "Rose", "🌹", 5}, {"clap", "Applause", "👏", 10}, {"popcorn", "Popcorn", "🍿", 25}, {"encore", "Encore", "🎶", 50},
		{"bouquet", "Bouquet", "💐", 99}, {"lantern", "Lantern", "🏮", 100}, {"fireworks", "Fireworks", "🎆", 500}, {"whale", "Whale", "🐋", 1000}, {"castle", "Castle", "🏰", 5000},
	} {
		items = append(items, gift.Item{Version: version, ID: i.id, Name: i.name, Emoji: i.emoji, PriceCoins: i.coins, Streakable: n < 7, OnVideo: i.coins >= 5 && i.coins <= 3000, OnLive: true, FromUS: 1})
	}
	if err := gift.Install(ctx, tx, items); err != nil {
		return err
	}
	var policies []programme.Policy
	for _, p := range []programme.Programme{programme.LiveGifts, programme.VideoGifts} {
		policies = append(policies, programme.Policy{Version: version, Preset: "test", Programme: p, Region: programme.Everywhere, FromUS: 1, GraceDays: 30, ReapplyDays: 30,
			Criteria: []programme.Criterion{
				{Metric: programme.Followers, Op: programme.AtLeast, Threshold: 1000, Label: "criterion.followers"},
				{Metric: programme.AgeYears, Op: programme.AtLeast, Threshold: 18, Label: "criterion.age_years"},
				{Metric: programme.AccountKind, Op: programme.NoneOf, Words: []string{"government"}, Label: "criterion.account_kind"},
			}})
	}
	return programme.Install(ctx, tx, policies)
}

// grant gives a person coins.
func (r *rig) grant(person id.Person, coins int64) {
	r.t.Helper()
	ctx := context.Background()
	r.ok(r.d.Write(ctx, func(tx *db.Tx) error {
		_, err := wallet.Grant(ctx, tx, "promotion.granted", wallet.NewLot{Person: person, Cause: "welcome:" + string(person), Promo: true, Coins: coins})
		return err
	}))
}

// browser is a person's browser without script.
type browser struct {
	r      *rig
	client *http.Client
	lang   string
}

func (r *rig) browser(persona id.Person) *browser {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	r.ok(err)
	b := &browser{r: r, client: &http.Client{Jar: jar}, lang: "en"}
	if persona != "" {
		b.post("/sandbox/sign-in", url.Values{"persona": {string(persona)}})
	}
	return b
}

// answer is what came back, after redirects.
type answer struct {
	status int
	header http.Header
	url    *url.URL
	body   string
}

func (b *browser) do(req *http.Request) answer {
	b.r.t.Helper()
	req.Header.Set("Accept-Language", b.lang)
	res, err := b.client.Do(req)
	b.r.ok(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.r.ok(err)
	return answer{res.StatusCode, res.Header, res.Request.URL, string(body)}
}

func (b *browser) get(path string, header ...string) answer {
	b.r.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.r.url+path, nil)
	b.r.ok(err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return b.do(req)
}

func (b *browser) post(path string, form url.Values, header ...string) answer {
	b.r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.r.url+path, strings.NewReader(form.Encode()))
	b.r.ok(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return b.do(req)
}

// ended checks how a loop ended that was told to stop.
func ended(t testing.TB, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a loop ended with %v", err)
	}
}
