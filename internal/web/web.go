package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/creator"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
)

// Config is what the pages are made of.
type Config struct {
	Reader    *report.Reader
	Gifts     *gift.Sender
	Purchases *purchase.Service
	Payouts   *payout.Service
	Creators  *creator.Service
	People    *people.Service
	Hub       *live.Hub

	// Sandbox is nil outside the sandbox.
	Sandbox *Sandbox
	// PublicURL is the address that people see, without a slash at its end.
	PublicURL string
	// Media answers everything under /media/; nil answers 404.
	Media http.Handler
	// Secure says that people come over TLS.
	Secure bool
	// Log takes what went wrong on our side; nil discards it.
	Log *slog.Logger
	// Translate returns a sentence of a rule in the language (such as "fr"),
	// or as it is. nil leaves the sentences of rules in English.
	Translate func(lang, sentence string) string
	// Address returns where a request came from; nil takes the connection's
	// own address.
	Address func(*http.Request) string
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
	ids    *id.Maker
	assets *assets
	names  nameCache
}

// New returns the handler of all pages. It answers what no other handler of
// the process does, so it belongs at the root of the multiplexer.
func New(cfg Config) (http.Handler, error) {
	switch {
	case cfg.Reader == nil, cfg.Gifts == nil, cfg.Purchases == nil, cfg.Payouts == nil, cfg.Creators == nil, cfg.People == nil, cfg.Hub == nil:
		return nil, errors.New("web: Config needs all services: Reader, Gifts, Purchases, Payouts, Creators, People and Hub")
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
	s := &site{cfg: cfg, log: cfg.Log, ids: id.NewMaker(rand.NewPCG(rand.Uint64(), rand.Uint64())), assets: a}
	mux := http.NewServeMux()
	s.routes(mux)
	return s.frame(mux), nil
}

// routes is the table of contents: every address and its handler.
func (s *site) routes(mux *http.ServeMux) {
	page := func(pattern string, h handler) { mux.Handle(pattern, s.handle(h)) }

	page("GET /{$}", home)
	page("GET /v/{id}", watchVideo)
	page("POST /v/{id}/gifts", sendGift)
	page("POST /v/{id}/topup", topUp)
	page("GET /v/{id}/events", events)
	page("GET /live/{id}", watchLive)
	page("POST /live/{id}/gifts", sendGift)
	page("POST /live/{id}/topup", topUp)
	page("GET /live/{id}/events", events)

	page("GET /wallet", signedIn(walletPage))
	page("POST /wallet/buy", signedIn(buyCoins))
	page("POST /wallet/cards", signedIn(addCard))
	page("POST /wallet/cards/test", signedIn(addTestCard))
	page("POST /wallet/cards/remove", signedIn(removeCard))
	page("GET /wallet/return", signedIn(returned))
	page("GET /purchases/{id}", signedIn(purchasePage))
	page("POST /purchases/{id}/check", signedIn(checkPurchase))

	page("GET /earnings", signedIn(earningsPage))
	page("POST /earnings/join", signedIn(joinProgramme))
	page("POST /earnings/onboarding", signedIn(onboard))
	page("POST /earnings/account", signedIn(refreshAccount))
	page("POST /earnings/payouts", signedIn(requestPayout))
	page("POST /earnings/payouts/{id}/cancel", signedIn(cancelPayout))

	page("GET /explain", signedIn(explainAny))
	page("GET /explain/{id}", signedIn(explainPage))

	page("GET /sign-in", signInPage)
	page("POST /sign-in", signIn)
	page("GET /sign-up", signUpPage)
	page("POST /sign-up", signUp)
	page("POST /sign-out", signOut)
	page("GET /setup/{token}", setUpPage)
	page("POST /setup/{token}", setUp)

	page("GET /operator", operators(operatorPage))
	page("POST /preferences", setPreferences)

	if s.cfg.Sandbox != nil {
		page("POST /sandbox/sign-in", sandboxSignIn)
		page("POST /sandbox/advance", sandboxAdvance)
	}
	if s.cfg.Media != nil {
		mux.Handle("GET /media/", s.cfg.Media)
	}
	mux.HandleFunc("GET /static/{path...}", s.assets.serve)
	page("/", nowhere)
}
