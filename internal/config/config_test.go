package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func right() Config {
	return Config{Data: "data", Listen: "127.0.0.1:8080"}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string // of the problems' settings
	}{
		{"as it is", func(*Config) {}, ""},
		{"any address", func(c *Config) { c.Listen = ":8080" }, ""},
		{"a chosen port", func(c *Config) { c.Listen = "[::1]:0" }, ""},
		{"no port", func(c *Config) { c.Listen = "127.0.0.1" }, "listen"},
		{"an empty port", func(c *Config) { c.Listen = "127.0.0.1:" }, "listen"},
		{"a port beyond the last", func(c *Config) { c.Listen = "127.0.0.1:99999" }, "listen"},
		{"a port below the first", func(c *Config) { c.Listen = "127.0.0.1:-1" }, "listen"},
		{"a word for a port", func(c *Config) { c.Admin = "127.0.0.1:metrics" }, "admin"},
		{"no folder", func(c *Config) { c.Data = "" }, "data"},
		{"no file", func(c *Config) { c.Database = "sqlite:" }, "database"},
		{"a site's port beyond the last", func(c *Config) { c.URL = "https://ovation.example:70000" }, "url"},
		{"a page instead of a site", func(c *Config) { c.URL = "https://ovation.example/?x=1" }, "url"},
		{"a webhook secret that is none", func(c *Config) { c.StripeWebhookSecret = []string{"whsec_1", "nope"} }, "stripe-webhook-secret"},
		{"a webhook secret that is empty", func(c *Config) { c.StripeWebhookSecret = []string{"whsec_"} }, "stripe-webhook-secret"},
		{"proxies", func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8", "192.0.2.1", "2001:db8::/32"} }, ""},
		{"a proxy by its name", func(c *Config) { c.TrustedProxies = []string{"10.0.0.1", "proxy.internal", "10.0.0.0/33"} }, "trusted-proxies trusted-proxies"},
		{"proxies", func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8", "::1"} }, ""},
		{"a proxy that is none", func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8", "proxy.example"} }, "trusted-proxies"},
		{"all at once", func(c *Config) { c.Listen, c.URL, c.Data = "x", "x", "" }, "data listen url"},
	} {
		cfg := right()
		c.change(&cfg)
		var got []string
		for _, p := range cfg.Check(false) {
			got = append(got, p.Setting)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: wrong are %v, want %q", c.name, got, c.want)
		}
	}
}

func TestPublicURL(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "0.0.0.0:80": "http://localhost:80", "[::]:8080": "http://localhost:8080", ":8080": "http://localhost:8080", "[::1]:1": "http://[::1]:1",
	} {
		if got := (&Config{Listen: listen}).PublicURL(); got != want {
			t.Errorf("%s: %s, want %s", listen, got, want)
		}
	}
	if got := (&Config{Listen: ":8080", URL: "https://ovation.example/"}).PublicURL(); got != "https://ovation.example" {
		t.Error(got)
	}
}

func TestEnvironment(t *testing.T) {
	got := CheckEnvironment([]string{
		"PATH=/bin", "OVATION_LISTEN=:1", "OVATION_STRIPE_WEBHOOK_SECRET=x", "OVATION_DEV_DATA=x", "OVATION_TEST_REQUIRE=postgres", "OVATION_BENCH_ADMIN=:1",
		"OVATION_PORT=tcp://10.0.0.1:80", "OVATION_PORT_80_TCP_ADDR=10.0.0.1", "OVATION_SERVICE_PORT_HTTP=80",
		"OVATION_PORTS=1", "OVATION_LISTN=:2", "OVATION_DEV_LISTEN=:3",
	})
	var names []string
	for _, p := range got {
		names = append(names, p.Setting)
	}
	if diff := cmp.Diff([]string{"OVATION_DEV_LISTEN", "OVATION_LISTN", "OVATION_PORTS"}, names); diff != "" {
		t.Error(diff)
	}
	if err := Err(got); !strings.HasPrefix(err.Error(), "OVATION_DEV_LISTEN: there is no such setting") {
		t.Error(err)
	}
}

func TestReadFile(t *testing.T) {
	got, err := ReadFile(strings.NewReader(` {"listen": ":1", "log_level": "warn", "stripe_webhook_secret": ["whsec_1", "whsec_2"]} ` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(File{"listen": ":1", "log_level": "warn", "stripe_webhook_secret": []any{"whsec_1", "whsec_2"}}, got); diff != "" {
		t.Error(diff)
	}
	for text, says := range map[string]string{
		``: "no JSON object", `[]`: "no JSON object", `"listen"`: "no JSON object", `listen = 1`: "no JSON object",
		`{"lisen": ":1"}`:                  `no setting "lisen"`,
		`{"steps": "1"}`:                   `no setting "steps"`, // a flag of another command
		`{"no_rate_limits": "true"}`:       `no setting "no_rate_limits"`,
		`{"config": "x"}`:                  `no setting "config"`,
		`{"Listen": ":1"}`:                 `no setting "Listen"`,
		`{"listen": ":1", "listen": ":1"}`: `"listen" is there twice`,
		`{"listen": null}`:                 "listen: a text",
		`{"listen": 8080}`:                 "listen: a text",
		`{"listen": [":1"]}`:               "listen: a text",
		`{"listen": {"port": "1"}}`:        "listen: a text",
		`{"stripe_webhook_secret": [1]}`:   "stripe_webhook_secret: a text",
		`{"listen": ":1"`:                  "not closed",
		`{"listen": ":1"} {}`:              "after the object",
		`{"listen": ":1"} nonsense`:        "after the object",
		`{"listen": ":1"}]`:                "after the object",
		`{"listen" ":1"}`:                  "listen: ",
		`{"listen": ":1",}`:                "no JSON object",
	} {
		if _, err := ReadFile(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}

// TestNames holds the names of the file to those of the flags.
func TestNames(t *testing.T) {
	var names []string
	for _, v := range Variables() {
		names = append(names, FileName(v))
	}
	if diff := cmp.Diff(strings.Fields("data database listen admin url preset preset_file log_level streams_per_address trusted_proxies stripe_key stripe_webhook_secret"), names); diff != "" {
		t.Error(diff)
	}
}

func TestProxies(t *testing.T) {
	c := Config{TrustedProxies: []string{" 10.1.2.3/8", "192.0.2.1", "2001:db8::1"}}
	if got := fmt.Sprint(c.Proxies()); got != "[10.0.0.0/8 192.0.2.1/32 2001:db8::1/128]" {
		t.Error(got)
	}
}
