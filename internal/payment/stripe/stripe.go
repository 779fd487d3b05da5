package stripe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// APIVersion is the version of Stripe's API that the adapter speaks; give
// webhook endpoints the same one.
const APIVersion = sdk.APIVersion

// refKey is the metadata key that holds our row's id.
const refKey = "ovation_ref"

// Config says whom to talk to.
type Config struct {
	// SecretKey is Stripe's (sk_test_…, sk_live_… or rk_…) or the sandbox's.
	SecretKey string
	// BaseURL is where the API is, without a path; empty means Stripe.
	BaseURL string
	// WebhookSecrets verify events. Several may be given: one per endpoint,
	// and the old and the new one while a secret is rotated.
	WebhookSecrets []string
	// HTTPClient makes the calls; nil means one with sensible timeouts.
	HTTPClient *http.Client
	// Timeout bounds each call; 0 means 25 seconds.
	Timeout time.Duration
}

// Client is the adapter. It is safe for concurrent use.
type Client struct {
	api     *sdk.Client
	backend sdk.Backend // what api calls through
	secret  string
	secrets []string
	timeout time.Duration
	live    bool
}

// New returns an adapter. It makes no call.
func New(cfg Config) (*Client, error) {
	if cfg.SecretKey == "" {
		return nil, errors.New("stripe: Config.SecretKey is required")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 25 * time.Second
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = &http.Client{Timeout: cfg.Timeout + 5*time.Second}
	}
	backend := &sdk.BackendConfig{
		EnableTelemetry:   sdk.Bool(false),
		HTTPClient:        cfg.HTTPClient,
		LeveledLogger:     &sdk.LeveledLogger{Level: sdk.LevelNull},
		MaxNetworkRetries: sdk.Int64(0), // we try again ourselves, with the same key
	}
	if cfg.BaseURL != "" {
		backend.URL = sdk.String(strings.TrimRight(cfg.BaseURL, "/"))
	}
	backends := sdk.NewBackendsWithConfig(backend)
	return &Client{
		api:     sdk.NewClient(cfg.SecretKey, sdk.WithBackends(backends)),
		backend: backends.API,
		secret:  cfg.SecretKey,
		secrets: cfg.WebhookSecrets,
		timeout: cfg.Timeout,
		live:    strings.Contains(cfg.SecretKey, "_live_"),
	}, nil
}

// Live reports whether the key moves real money.
func (c *Client) Live() bool { return c.live }

// bounded gives a call its deadline.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.timeout)
}

// key makes the idempotency key of a row's attempt at an operation.
func key(operation, ref string, attempt int) *string {
	return sdk.String(operation + "/" + ref + "/" + strconv.Itoa(attempt))
}

// digest is a short fingerprint of values, for keys that depend on them.
func digest(values ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(values, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// asked refuses a request without the ids that it needs, before it is sent:
// an empty id would address another resource.
func asked(pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return &payment.Error{Kind: payment.ErrInvalid, Code: "parameter_missing", Param: pairs[i],
				Reason: "The call to the payment provider lacks " + pairs[i] + ". Nothing was sent."}
		}
	}
	return nil
}

// optional returns nil for "", so that the parameter is left out.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return sdk.String(s)
}

// instant turns Stripe's seconds into a time; 0 is the zero time.
func instant(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
