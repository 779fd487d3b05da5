package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/creator"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/webhook"
)

// Config is what the pages are made of.
type Config struct {
	Reader    *report.Reader
	Gifts     *gift.Sender
	Purchases *purchase.Service
	Tips      *tip.Service
	Payouts   *payout.Service
	Reversals *reversal.Service
	Creators  *creator.Service
	Goals     *goal.Service
	People    *people.Service
	Chat      *chat.Service
	Limits    *limit.Service
	Hub       *live.Hub
	Work      *outbox.Runner
	Webhooks  *webhook.Service
	// Catalogues schedules what can be given.
	Catalogues *gift.Publisher
	// Verify checks the books with the rules of all products.
	Verify func(ctx context.Context) (*ledger.Report, error)

	// Cases closes what operators close by hand.
	Cases *casework.Service
	// Reconcile compares the books with the payment provider's.
	Reconcile func(context.Context, reconcile.Ask) (reconcile.Run, error)

	// Sandbox is nil outside the sandbox.
	Sandbox *Sandbox
	// PublicURL is the address that people see, without a slash at its end.
	PublicURL string
	// NoPayments says that no payment provider is set: the pages say so, and
	// offer nothing that needs one.
	NoPayments bool
	// Media are the files under /media/; nil means that there are none.
	Media fs.FS
	// Secure says that people come over TLS.
	Secure bool
	// Log takes what went wrong on our side; nil discards it.
	Log *slog.Logger
	// Translate returns a sentence of a rule in the language (such as "fr"),
	// or as it is. nil leaves the sentences of rules in English.
	Translate func(lang, sentence string) string
	// Requests tells the latest requests that were made to the API with a key,
	// newest first; nil means that nobody keeps them.
	Requests func(key id.Key) []Requested
	// Gate is what every request goes through. Required.
	Gate Gate
	// Stop is closed when the server is about to end, so that streams end too;
	// nil means that they end with their connections.
	Stop <-chan struct{}
}

// Sandbox is what the pages of a sandbox can do beside those of a real
// instance.
type Sandbox struct {
	// Now is the sandbox's clock.
	Now func() time.Time
	// Advance moves the clock forward and does what became due.
	Advance func(ctx context.Context, by time.Duration) error
	// Personas are the people that a visitor can sign in as with one click.
	Personas []Persona
	// SignIn starts a session for a persona and returns its token; nil lets
	// the people service start one of a day.
	SignIn func(ctx context.Context, person id.Person) (token string, err error)
	// Grow measures a larger audience of a person; nil where there is none.
	Grow func(ctx context.Context, person id.Person) error
	// Provider is its payment provider; nil where it can not be steered.
	Provider *sandbox.Server
	// Control steers the world; nil where only its clock can be moved.
	Control Control
}

// Persona is one of the sandbox's people.
type Persona struct {
	ID   id.Person
	Name string
	Role people.Role
}

// site is the pages of one instance. It is safe for concurrent use.
type site struct {
	cfg    Config
	log    *slog.Logger
	guard  *http.CrossOriginProtection
	mux    *http.ServeMux
	assets *assets
	names  nameCache
	sent   sentForms
}

// New returns the handler of all pages. It answers what no other handler of
// the process does, so it belongs at the root of the multiplexer.
func New(cfg Config) (http.Handler, error) {
	switch {
	case cfg.Reader == nil, cfg.Gifts == nil, cfg.Purchases == nil, cfg.Tips == nil, cfg.Payouts == nil, cfg.Creators == nil, cfg.Goals == nil, cfg.People == nil, cfg.Chat == nil, cfg.Limits == nil, cfg.Hub == nil, cfg.Work == nil,
		cfg.Webhooks == nil, cfg.Catalogues == nil, cfg.Verify == nil, cfg.Gate == nil:
		return nil, errors.New("web: Config needs the Gate and all services: Reader, Gifts, Purchases, Tips, Payouts, Creators, Goals, People, Chat, Limits, Hub, Work, Webhooks, Catalogues and Verify")
	case cfg.Sandbox != nil && (cfg.Sandbox.Now == nil || cfg.Sandbox.Advance == nil):
		return nil, errors.New("web: Config.Sandbox needs Now and Advance")
	}
	cfg.PublicURL = strings.TrimSuffix(cfg.PublicURL, "/")
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	a, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("web: reading the assets: %w", err)
	}
	s := &site{cfg: cfg, log: cfg.Log, guard: http.NewCrossOriginProtection(), mux: http.NewServeMux(), assets: a}
	s.guard.SetDenyHandler(s.handle(fromElsewhere))
	s.routes()
	return s.mux, nil
}

// routes is the table of contents: every address, its class of limits, and its
// handler.
func (s *site) routes() {
	page := func(class, pattern string, h handler) { s.mux.Handle(pattern, s.frame(class, pattern, s.handle(h))) }

	s.watchRoutes(page)
	s.ownRoutes(page)
	s.tipRoutes(page)

	s.creatorRoutes(page)

	page(classRead, "GET /find", findPage)
	page(classStream, "GET /stream", streamPage)
	page(classRead, "GET /explain", signedIn(explainAny))
	page(classRead, "GET /explain/{id}", signedIn(explainPage))

	page(classRead, "GET /sign-in", signInPage)
	page(classWrite, "POST /sign-in", signIn)
	page(classRead, "GET /sign-up", signUpPage)
	page(classWrite, "POST /sign-up", signUp)
	page(classWrite, "POST /sign-out", signOut)
	page(classRead, "GET /setup/{token}", setUpPage)
	page(classWrite, "POST /setup/{token}", setUp)

	s.operatorRoutes(page)
	page(classWrite, "POST /preferences", setPreferences)

	s.developerRoutes(page)

	if s.cfg.Sandbox != nil {
		page(classWrite, "POST /sandbox/sign-in", sandboxSignIn)
		page(classWrite, "POST /sandbox/advance", sandboxAdvance)
		page(classWrite, "POST /sandbox/audience", signedIn(sandboxAudience))
		page(classRead, "GET /docs/ui", galleryPage)
	}
	file := func(pattern string, h handler) { s.mux.Handle(pattern, s.frame(classNone, pattern, s.bare(h))) }
	file("GET /media/{path...}", mediaFile)
	file("GET /static/{path...}", staticFile)
	page(classRead, "/", nowhere)
}

// watchRoutes are what everybody may watch, and what one does there.
func (s *site) watchRoutes(page func(class, pattern string, h handler)) {
	page(classRead, "GET /{$}", home)
	page(classRead, "GET /live", liveNow)
	page(classRead, profilePattern, profilePage)
	page(classRead, "GET /v/{id}", watchVideo)
	page(classStorm, "POST /v/{id}/gifts", sendGift)
	page(classMoney, "POST /v/{id}/topup", topUp)
	page(classRead, "GET /live/{id}", watchLive)
	page(classStorm, "POST /live/{id}/gifts", sendGift)
	page(classMoney, "POST /live/{id}/topup", topUp)
	page(classWrite, "POST /live/{id}/chat", sayInChat)
	page(classWrite, "POST /live/{id}/chat/hide", signedIn(hideMessage))
	page(classWrite, "POST /live/{id}/chat/mute", signedIn(muteAuthor))
	page(classWrite, "POST /live/{id}/chat/settings", signedIn(setChat))
}

// ownRoutes are about a visitor's own coins, account and limits.
func (s *site) ownRoutes(page func(class, pattern string, h handler)) {
	page(classRead, "GET /wallet", signedIn(walletPage))
	page(classRead, "GET /wallet/history.csv", signedIn(historyCSV))
	page(classMoney, "POST /wallet/buy", signedIn(buyCoins))
	page(classWrite, "POST /wallet/cards", signedIn(addCard))
	page(classWrite, "POST /wallet/cards/test", signedIn(addTestCard))
	page(classWrite, "POST /wallet/cards/remove", signedIn(removeCard))
	page(classWrite, "GET /wallet/return", signedIn(returned))
	page(classRead, "GET /purchases/{id}", signedIn(purchasePage))
	page(classMoney, "POST /purchases/{id}/refund", signedIn(refundOwn))
	page(classRead, "GET /purchases/{id}/receipt.pdf", signedIn(receiptFile))
	page(classWrite, "POST /purchases/{id}/check", signedIn(checkPurchase))

	page(classRead, "GET /me", signedIn(mePage))
	page(classWrite, "POST /me", signedIn(changeMe))
	page(classRead, "GET /me/limits", signedIn(limitsPage))
	page(classWrite, "POST /me/limits", signedIn(setLimits))
	page(classWrite, "POST /me/limits/withdraw", signedIn(withdrawLimits))
	page(classWrite, "POST /me/limits/break", signedIn(takeBreak))
	page(classWrite, "POST /me/password", signedIn(changePassword))
	page(classWrite, "POST /me/sessions/end", signedIn(endSession))
	page(classWrite, "POST /me/sessions/end-all", signedIn(endSessions))
}
