// Package config is the one struct of settings of a running Ovation, and the
// check that refuses a wrong one before anything starts.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// Config is every setting of a server. The tags are read by the command line:
// each setting is a flag, an environment variable OVATION_… and a key of the
// configuration file; a flag wins over the environment, which wins over the
// file.
type Config struct {
	Data       string `help:"Folder of the database, the media and the keys." default:"./ovation-data" env:"OVATION_DATA" type:"path"`
	Database   string `help:"sqlite:<file> or postgres://…; empty means a SQLite file in the data folder." env:"OVATION_DATABASE" placeholder:"URL"`
	Listen     string `help:"Address of the site and the API." default:"127.0.0.1:8080" env:"OVATION_LISTEN"`
	Admin      string `help:"Address of /metrics and the profiler; empty means none." env:"OVATION_ADMIN" placeholder:"HOST:PORT"`
	URL        string `help:"The address that people see, such as https://ovation.example; empty means http:// and the listen address." env:"OVATION_URL" placeholder:"URL"`
	Preset     string `help:"The rules: current or classic-2022. On an instance with other rules they hold from the start of the server on." default:"current" enum:"current,classic-2022" env:"OVATION_PRESET"`
	PresetFile string `help:"A file with rules of your own, a copy of a preset with a name of its own; used instead of --preset." env:"OVATION_PRESET_FILE" placeholder:"FILE"`
	LogLevel   string `help:"debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"OVATION_LOG_LEVEL"`

	StreamsPerAddress int `help:"How many streams of events one address may have open at once." default:"100" env:"OVATION_STREAMS_PER_ADDRESS"`

	TrustedProxies []string `help:"Proxies that are believed about whom they speak for (X-Forwarded-For), as addresses or networks such as 10.0.0.0/8." env:"OVATION_TRUSTED_PROXIES" placeholder:"NETWORK"`

	StripeKey           string   `help:"Stripe's secret key (sk_test_…, sk_live_…, rk_…)." env:"OVATION_STRIPE_KEY" placeholder:"KEY"`
	StripeWebhookSecret []string `help:"Stripe's signing secrets of the webhook endpoint (whsec_…)." env:"OVATION_STRIPE_WEBHOOK_SECRET" placeholder:"SECRET"`
}

// DatabaseURL returns where the database is.
func (c *Config) DatabaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "ovation.db")
}

// PublicURL returns the address that people see, without a slash at its end.
// A server that listens on every address of its machine has none of its own to
// show, and is then found at localhost.
func (c *Config) PublicURL() string {
	if c.URL != "" {
		return strings.TrimSuffix(c.URL, "/")
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return "http://" + net.JoinHostPort("localhost", port)
	}
	return "http://" + c.Listen
}

// Proxies returns the networks of the trusted proxies; Check tells of those
// that are none.
func (c *Config) Proxies() []netip.Prefix {
	var all []netip.Prefix
	for _, text := range c.TrustedProxies {
		if p, ok := network(text); ok {
			all = append(all, p)
		}
	}
	return all
}

// network reads an address or a network.
func network(text string) (netip.Prefix, bool) {
	text = strings.TrimSpace(text)
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), true
}

// Problem is one wrong setting.
type Problem struct {
	Setting string `json:"setting"` // the flag's name, or the environment variable's
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
	add(c.Data == "", "data", "a folder is needed, such as ./ovation-data")
	scheme, rest, _ := strings.Cut(c.Database, ":")
	// What may hold a password is not repeated in a message.
	add(c.Database != "" && scheme != "sqlite" && scheme != "postgres" && scheme != "postgresql", "database", "%s is neither sqlite:<file> nor postgres://user:password@host/database", named(scheme))
	add(scheme == "sqlite" && rest == "", "database", "sqlite: is followed by the name of a file")
	add(scheme == "sqlite" && (strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "file:") || strings.ContainsAny(rest, "?#")), "database", "sqlite: is followed by the path of a file as it is, without parameters")
	add(!isAddress(c.Listen), "listen", "%q is no address; write host:port, such as 127.0.0.1:8080, with a port from 0 to 65535", c.Listen)
	add(c.Admin != "" && !isAddress(c.Admin), "admin", "%q is no address; write host:port, such as 127.0.0.1:9090, with a port from 0 to 65535", c.Admin)
	u, err := url.Parse(c.URL)
	add(c.URL != "" && (err != nil || !isSite(u)), "url", "this is no address of a site; write https://host, without a password")
	for _, text := range c.TrustedProxies {
		_, ok := network(text)
		add(!ok, "trusted-proxies", "%q is neither an address nor a network, such as 10.0.0.0/8", text)
	}
	add(c.StreamsPerAddress < 0, "streams-per-address", "%d is below 0; write how many streams one address may have open, or 0 for 100", c.StreamsPerAddress)
	if sandbox {
		return all
	}
	live := strings.Contains(c.StripeKey, "_live_")
	add(c.StripeKey != "" && !strings.HasPrefix(c.StripeKey, "sk_") && !strings.HasPrefix(c.StripeKey, "rk_"), "stripe-key", "this is no secret key of Stripe; it starts with sk_ or rk_")
	add(c.StripeKey != "" && len(c.StripeWebhookSecret) == 0, "stripe-webhook-secret", "with a Stripe key the signing secret of the webhook endpoint is needed too, or no payment is heard of")
	for _, secret := range c.StripeWebhookSecret { // which is not repeated in the message
		add(!strings.HasPrefix(secret, "whsec_") || len(secret) == len("whsec_"), "stripe-webhook-secret", "this is no signing secret of a webhook endpoint; it starts with whsec_")
	}
	add(live && err == nil && u.Scheme != "https", "url", "a live Stripe key needs the https:// address that people see")
	return all
}

// named quotes the name of a scheme. What is no name may hold a password.
func named(scheme string) string {
	if scheme == "" || strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+") != "" {
		return "this"
	}
	return strconv.Quote(scheme)
}

// isAddress reports whether a server can listen there.
func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	return err == nil && isPort(port)
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// isSite reports whether the address is that of a whole site.
func isSite(u *url.URL) bool {
	return u.Hostname() != "" && (u.Port() == "" || isPort(u.Port())) && (u.Scheme == "http" || u.Scheme == "https") &&
		strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// Err joins the problems into one error, or returns nil.
func Err(problems []Problem) error {
	var all []error
	for _, p := range problems {
		name := p.Setting
		if !strings.HasPrefix(name, prefix) {
			name = "--" + name
		}
		all = append(all, fmt.Errorf("%s: %s", name, p.Detail))
	}
	return errors.Join(all...)
}
