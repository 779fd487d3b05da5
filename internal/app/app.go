package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/ovationhq/ovation/internal/api"
	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/config"
	"github.com/ovationhq/ovation/internal/creator"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/second"
	"github.com/ovationhq/ovation/internal/support"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/wallet"
	"github.com/ovationhq/ovation/internal/webhook"
	"github.com/ovationhq/ovation/internal/webhook/courier"
)

// Options say what kind of instance to make.
type Options struct {
	Config  config.Config
	Sandbox bool   // a world of its own: simulated money, a clock that can be moved
	Seed    uint64 // of the sandbox's world
	Fans    int    // simulated fans of the sandbox
	Sim     bool   // whether they act
	History int    // days that the sandbox's people have lived through when it begins
	Log     *slog.Logger
	// KeepRules leaves the rules that hold as they are, whatever the settings
	// say: for a command beside the server, which may have been given others.
	KeepRules bool
	// NoLimits switches the rate limits off, for measuring.
	NoLimits bool

	// A run that can be repeated brings its own time and chance.
	Time clock.Clock // nil means the machine's clock, and the sandbox's offset
	IDs  *id.Maker   // nil means ids by chance
	// ProviderTimeout bounds each call to the payment provider; 0 means the
	// adapter's own bound.
	ProviderTimeout time.Duration
	// ProviderClient makes the calls to the payment provider; nil means the
	// adapter's own. A simulation loses answers with it.
	ProviderClient *http.Client
}

// Sandbox returns the payment provider of a sandbox, to complete what a person
// does on its pages and to make it fail; nil outside the sandbox.
func (a *App) Sandbox() *sandbox.Server {
	if a.sandbox == nil {
		return nil
	}
	return a.sandbox.server
}

// App is an instance of Ovation.
type App struct {
	Options Options
	Clock   *clock.System // the machine's, moved by the sandbox
	DB      *db.DB
	Log     *slog.Logger

	Stripe    *stripe.Client
	People    *people.Service
	Gifts     *gift.Sender
	Collect   *collect.Service
	Purchases *purchase.Service
	Tips      *tip.Service
	Reversals *reversal.Service
	Payouts   *payout.Service
	Creators  *creator.Service
	Limits    *limit.Service
	Cases     *casework.Service
	Books     *reconcile.Service
	Reader    *report.Reader
	Support   *support.Service
	Goals     *goal.Service
	Chat      *chat.Service
	Hub       *live.Hub
	Runner    *outbox.Runner
	Webhooks  *webhook.Service
	// Senders runs the work of webhooks. It is a Runner of its own, because that
	// work waits for strangers: nobody who moves the clock waits for them.
	Senders *outbox.Runner

	api     *api.API
	time    clock.Clock   // of every rule: Clock, unless the options bring another
	turns   *turns        // who does due work
	sandbox *sandboxWorld // nil outside the sandbox
	control *control      // what its pages and its API steer it with
	world   *World        // of the sandbox, set before it serves
	crowd   *crowd        // the sandbox's simulated fans
	secret  []byte        // signs cursors
	failed  chan error    // the storage failed for good
	// stopping is closed when the server begins to drain, for those who would
	// otherwise hold a connection for as long as they are let.
	stopping  chan struct{}
	verifying singleflight.Group
	// The books beside the provider's.
	reconciling singleflight.Group
	reconciled  atomic.Int64                 // when they were compared last, by the machine's clock
	verified    atomic.Pointer[verification] // nil until the books were checked
}

// Decisions are the acts, by their verb in the audit log, that two people decide
// above a limit.
var Decisions = []string{payout.Releasing, reversal.GivingUp}

// Checks are the rules of all products for ledger verify.
func Checks() []ledger.Check {
	var all []ledger.Check
	for _, c := range [][]ledger.Check{
		wallet.Checks(), earnings.Checks(), gift.Checks(), purchase.Checks(), payout.Checks(), tip.Checks(), reversal.Checks(), report.Checks(),
		limit.Checks(id.KindPurchase, id.KindTip), payment.Checks(), casework.Checks(), second.Checks(Decisions...), reconcile.Checks(),
		webhook.Checks(), support.Checks(), goal.Checks(), chat.Checks(), policy.Checks(scheduled...),
	} {
		all = append(all, c...)
	}
	all = append(all, ledger.Check{Name: audit.Rule, Run: checkAudit})
	return append(all, ledger.KindsOnly(slices.Concat(wallet.Kinds, earnings.Kinds, gift.Kinds, purchase.Kinds, payout.Kinds, tip.Kinds, reversal.Kinds,
		casework.Kinds, reconcile.Kinds)...))
}

// checkAudit is the check of the audit log, which stands on the floor of the
// ledger and so does not know its reports.
func checkAudit(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	return audit.Verify(ctx, tx, func(where, format string, args ...any) { r.Add(audit.Rule, where, format, args...) })
}

// New opens the instance. It listens to nothing yet.
func New(ctx context.Context, o Options) (*App, error) {
	if err := config.Err(o.Config.Check(o.Sandbox)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Config.Data, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder: %w", err)
	}
	a := &App{Options: o, Clock: &clock.System{}, Log: o.Log, turns: newTurns(), crowd: newCrowd(o.Sim, o.Fans), failed: make(chan error, 1), stopping: make(chan struct{})}
	a.control = &control{app: a}
	a.time = o.Time
	if a.time == nil {
		a.time = a.Clock
	}
	var err error
	if a.secret, err = keyFile(filepath.Join(o.Config.Data, "cursor.key")); err != nil {
		return nil, err
	}
	if o.Sandbox {
		if err := a.loadOffset(); err != nil {
			return nil, err
		}
	}
	if a.DB, err = db.Open(ctx, db.Config{URL: o.Config.DatabaseURL(), Clock: a.time, IDs: o.IDs}); err != nil {
		return nil, err
	}
	a.DB.OnFailure(func(err error) {
		select {
		case a.failed <- err:
		default:
		}
	})
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// build makes the services of the products.
func (a *App) build(ctx context.Context) error {
	if err := a.rules(ctx); err != nil {
		return err
	}
	var err error
	cfg := stripe.Config{SecretKey: a.Options.Config.StripeKey, WebhookSecrets: a.Options.Config.StripeWebhookSecret}
	if a.Options.Sandbox {
		if a.sandbox, err = a.openSandbox(ctx); err != nil {
			return err
		}
		cfg = a.sandbox.stripeConfig()
	}
	cfg.Timeout, cfg.HTTPClient = a.Options.ProviderTimeout, a.Options.ProviderClient
	if cfg.SecretKey == "" {
		cfg.SecretKey, cfg.HTTPClient = noProvider, &http.Client{Transport: refusing{}}
	}
	if a.Stripe, err = stripe.New(cfg); err != nil {
		return err
	}
	mode := people.Test
	if a.Stripe.Live() {
		mode = people.Live
	}
	a.People = people.NewService(a.DB, mode)
	a.Gifts = gift.NewSender(a.DB)
	a.Collect = collect.New(a.DB, a.Stripe, people.Payer)
	a.Collect.Log = a.Log
	a.Purchases = purchase.NewService(a.DB, a.Collect)
	a.Payouts = payout.NewService(a.DB, a.Stripe)
	a.Tips = tip.NewService(a.DB, a.Collect, payout.Ready)
	a.Reversals = reversal.NewService(a.DB, a.Stripe)
	a.Creators = creator.NewService(a.DB)
	a.Creators.PayoutReady = payoutReady
	a.Limits = limit.NewService(a.DB)
	a.Cases = casework.NewService(a.DB, reversal.LimitFor)
	a.Books = reconcile.NewService(a.DB, a.Stripe)
	a.Books.LookUp = func(ctx context.Context, kind, provider string) {
		if err := a.Reversals.LookUp(ctx, kind, provider); err != nil {
			a.Log.Warn("what the provider has of a charge of ours can not be taken yet", "kind", kind, "id", provider, "error", err)
		}
	}
	a.Reader = report.NewReader(a.DB)
	a.Support = support.NewService(a.DB)
	a.Goals = goal.NewService(a.DB)
	a.Chat = chat.NewService(a.DB)
	a.Hub = live.NewHub(a.DB)
	a.Runner = outbox.NewRunner(a.DB, a.Log)
	a.Senders = outbox.NewRunner(a.DB, a.Log)
	a.Webhooks = a.webhooks()
	a.register()
	return nil
}

// payoutReady tells programmes whether a creator's payout account can receive
// money.
func payoutReady(ctx context.Context, tx *db.Tx, creator id.Person) (bool, error) {
	account, err := payout.AccountOf(ctx, tx, creator)
	return account.Ready(), err
}

// webhooks makes the service that sends events. What it signs has the machine's
// time, unless the run brings its own: a receiver compares it with its clock.
func (a *App) webhooks() *webhook.Service {
	var stamp clock.Clock = &clock.System{}
	if a.Options.Time != nil {
		stamp = a.Options.Time
	}
	guard := webhook.Guard{Sandbox: a.Options.Sandbox}
	return webhook.NewService(webhook.Config{DB: a.DB, Courier: courier.New(courier.Config{Guard: guard}), Resolver: net.DefaultResolver, Guard: guard, Stamp: stamp, Log: a.Log})
}

// rules brings the rules of the settings into force.
func (a *App) rules(ctx context.Context) error {
	return a.DB.Write(ctx, func(tx *db.Tx) error {
		if a.Options.KeepRules {
			if cards, err := earnings.History(ctx, tx); err != nil || len(cards) > 0 {
				return err
			}
		}
		if file := a.Options.Config.PresetFile; file != "" {
			return InstallPresetFile(ctx, tx, file)
		}
		return InstallPreset(ctx, tx, a.Options.Config.Preset)
	})
}

// Close closes what New opened. It may be called more than once.
func (a *App) Close() error {
	var err error
	if a.sandbox != nil {
		err = a.sandbox.close()
	}
	if a.DB != nil {
		err = errors.Join(err, a.DB.Close())
	}
	return err
}

// keyFile reads the secret in the file, or makes one.
func keyFile(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil && len(key) >= 32 {
		return key, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, key, 0o600); err != nil {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	return key, nil
}

// background runs until the context ends; group waits for all of it.
type background struct {
	group sync.WaitGroup
	log   *slog.Logger
}

func (b *background) run(ctx context.Context, name string, f func(context.Context) error) {
	b.group.Go(func() {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			b.log.Error("a part of the server ended", "part", name, "error", err)
		}
	})
}

// drainFor is how long a stopping server lets requests end.
const drainFor = 10 * time.Second
