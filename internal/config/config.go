// Package config is the one struct of settings of a running Ovation, and the
// check that refuses a wrong one before anything starts.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
)

// Config is every setting of a server. The tags are read by the command line:
// each setting is a flag, an environment variable OVATION_… and a key of the
// configuration file; a flag wins over the environment, which wins over the
// file.
type Config struct {
	Data     string `help:"Folder of the database, the media and the keys." default:"./ovation-data" env:"OVATION_DATA" type:"path"`
	Database string `help:"sqlite:<file> or postgres://…; empty means a SQLite file in the data folder." env:"OVATION_DATABASE"`
	Listen   string `help:"Address of the site and the API." default:"127.0.0.1:8080" env:"OVATION_LISTEN"`
	Admin    string `help:"Address of /metrics and the profiler; empty means none." env:"OVATION_ADMIN"`
	URL      string `help:"The address that people see, such as https://ovation.example; empty means http:// and the listen address." env:"OVATION_URL"`
	Preset   string `help:"The rules of a new instance." default:"current" enum:"current,classic-2022" env:"OVATION_PRESET"`
	LogLevel string `help:"debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"OVATION_LOG_LEVEL"`

	StripeKey           string   `help:"Stripe's secret key (sk_test_…, sk_live_…, rk_…)." env:"OVATION_STRIPE_KEY"`
	StripeWebhookSecret []string `help:"Stripe's signing secrets of the webhook endpoint (whsec_…)." env:"OVATION_STRIPE_WEBHOOK_SECRET"`
}

// DatabaseURL returns where the database is.
func (c *Config) DatabaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "ovation.db")
}

// PublicURL returns the address that people see, without a slash at its end.
func (c *Config) PublicURL() string {
	if c.URL != "" {
		return strings.TrimSuffix(c.URL, "/")
	}
	return "http://" + c.Listen
}

// Problem is one wrong setting.
type Problem struct {
	Setting string `json:"setting"`
	Detail  string `json:"detail"`
}

// Check returns every wrong setting at once. Serving real people asks for
// more than the sandbox does.
func (c *Config) Check(sandbox bool) []Problem {
	var all []Problem
	add := func(wrong bool, setting, format string, args ...any) {
		if wrong {
			all = append(all, Problem{setting, fmt.Sprintf(format, args...)})
		}
	}
	scheme, _, _ := strings.Cut(c.Database, ":")
	add(c.Database != "" && scheme != "sqlite" && scheme != "postgres" && scheme != "postgresql", "database", "%q is neither sqlite:<file> nor postgres://…", scheme)
	for name, addr := range map[string]string{"listen": c.Listen, "admin": c.Admin} {
		_, _, err := net.SplitHostPort(addr)
		add(err != nil && (addr != "" || name == "listen"), name, "%q is no address; write host:port, such as 127.0.0.1:8080", addr)
	}
	u, err := url.Parse(c.URL)
	add(c.URL != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != ""), "url", "%q is no address of a site; write https://host", c.URL)
	if sandbox {
		return all
	}
	live := strings.Contains(c.StripeKey, "_live_")
	add(c.StripeKey != "" && !strings.HasPrefix(c.StripeKey, "sk_") && !strings.HasPrefix(c.StripeKey, "rk_"), "stripe-key", "this is no secret key of Stripe; it starts with sk_ or rk_")
	add(c.StripeKey != "" && len(c.StripeWebhookSecret) == 0, "stripe-webhook-secret", "with a Stripe key the signing secret of the webhook endpoint is needed too, or no payment is heard of")
	add(live && err == nil && u.Scheme != "https", "url", "a live Stripe key needs the https:// address that people see")
	return all
}

// Err joins the problems into one error, or returns nil.
func Err(problems []Problem) error {
	var all []error
	for _, p := range problems {
		all = append(all, fmt.Errorf("--%s: %s", p.Setting, p.Detail))
	}
	return errors.Join(all...)
}
