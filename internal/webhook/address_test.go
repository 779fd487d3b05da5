package webhook_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/webhook"
)

func TestGuard(t *testing.T) {
	strict, sandbox := webhook.Guard{}, webhook.Guard{Sandbox: true}
	for _, a := range strings.Fields(`93.184.216.34 1.1.1.1 172.15.0.1 172.32.0.1 100.63.255.255 100.128.0.1 198.17.0.1 169.253.0.1 223.255.255.255 192.167.1.1
		2606:4700:4700::1111 2a00:1450:4007::200e 2001:200::1 ::ffff:93.184.216.34`) {
		if addr := netip.MustParseAddr(a); !strict.Allows(addr) || !sandbox.Allows(addr) {
			t.Errorf("%s is refused", a)
		}
	}
	for _, a := range strings.Fields(`0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 100.100.100.200 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255
		192.0.0.1 192.0.0.192 192.0.2.7 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
		:: ::2 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 100::1 fc00::1 fd00:ec2::254 fd12::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
		2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 3fff::1 4000::1 5f00::1`) {
		if addr := netip.MustParseAddr(a); strict.Allows(addr) || sandbox.Allows(addr) {
			t.Errorf("%s is allowed", a)
		}
	}
	for _, a := range []string{"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"} {
		if addr := netip.MustParseAddr(a); strict.Allows(addr) || !sandbox.Allows(addr) {
			t.Errorf("%s: outside a sandbox %v, in one %v", a, strict.Allows(addr), sandbox.Allows(addr))
		}
	}
}

// TestURLs makes endpoints outside a sandbox and in one.
func TestURLs(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	lookup := names{"hooks.example": {"93.184.216.34", "2606:4700::1"}, "inside.example": {"10.0.0.7"}, "half.example": {"93.184.216.34", "127.0.0.1"},
		"mapped.example": {"::ffff:10.0.0.7"}, "localhost": {"127.0.0.1", "::1"}, "metadata.google.internal": {"169.254.169.254"}}
	service := func(sandbox bool) *webhook.Service {
		return webhook.NewService(webhook.Config{DB: d, Resolver: lookup, Guard: webhook.Guard{Sandbox: sandbox}})
	}
	const refused, inSandbox, always = "", "sandbox", "always"
	for url, want := range map[string]string{
		"https://hooks.example/in":                           always,
		"https://hooks.example:8443/in?a=b&c":                always,
		"https://HOOKS.example./":                            refused, // the resolver of this test knows it by another form
		"https://93.184.216.34/":                             always,
		"https://[2606:4700::1]/":                            always,
		"http://hooks.example/":                              inSandbox,
		"http://localhost:3000/hook":                         inSandbox,
		"https://localhost/":                                 inSandbox,
		"http://127.0.0.1:3000/":                             inSandbox,
		"http://[::1]:3000/":                                 inSandbox,
		"https://inside.example/":                            refused,
		"https://half.example/":                              inSandbox,
		"https://mapped.example/":                            refused,
		"https://metadata.google.internal/":                  refused,
		"https://nobody.example/":                            refused,
		"https://10.0.0.1/":                                  refused,
		"https://[::ffff:10.0.0.1]/":                         refused,
		"https://[::ffff:93.184.216.34]/":                    refused,
		"https://[fe80::1%25eth0]/":                          refused,
		"https://[64:ff9b::7f00:1]/":                         refused,
		"https://0x7f.1/":                                    refused,
		"https://127.1/":                                     refused,
		"https://2130706433/":                                refused,
		"https://0177.0.0.1/":                                refused,
		"https://127.0.0.1.:443/":                            refused,
		"https://user:secret@hooks.example/":                 refused,
		"https://user@hooks.example/":                        refused,
		"https://hooks.example@127.0.0.1/":                   refused,
		"https://hooks.example/#part":                        refused,
		"https://hooks.example/#":                            refused,
		"https://hooks.example:0/":                           refused,
		"https://hooks.example:65536/":                       refused,
		"https://hooks.example:22/":                          refused,
		"https://hooks.example:25/":                          refused,
		"https://hooks.example:6379/":                        refused,
		"https://hooks.example:/":                            refused,
		"https://hooks.example:x/":                           refused,
		"https:///path":                                      refused,
		"https://":                                           refused,
		"https:hooks.example":                                refused,
		"//hooks.example/":                                   refused,
		"hooks.example":                                      refused,
		"ftp://hooks.example/":                               refused,
		"file:///etc/passwd":                                 refused,
		"gopher://hooks.example/":                            refused,
		"javascript:alert(1)":                                refused,
		"https://hooks.exam ple/":                            refused,
		"https://hooks.example/\r\nHost: x":                  refused,
		"https://höoks.example/":                             refused,
		"https://hooks..example/":                            refused,
		"https://hooks.example\\@127.0.0.1/":                 refused,
		"https://hooks_example$/":                            refused,
		"https://hooks.example/" + strings.Repeat("x", 2000): refused,
	} {
		for _, in := range []bool{false, true} {
			_, err := service(in).Create(t.Context(), manager, webhook.NewEndpoint{Key: fmt.Sprint(url, in), URL: url})
			allowed := want == always || want == inSandbox && in
			switch {
			case allowed && err != nil:
				t.Errorf("%s (sandbox %v): %v", url, in, err)
			case !allowed && !fault.Is(err, fault.URLNotAllowed):
				t.Errorf("%s (sandbox %v) is not refused: %v", url, in, err)
			}
		}
	}
}
