package webhook

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// Guard says where messages may be sent. Whoever may make endpoints could
// otherwise have this server ask what only this server can reach.
type Guard struct {
	// Sandbox allows http, and the machine itself: developers receive there.
	Sandbox bool
}

// notPublic4 are the IPv4 addresses that nothing is sent to.
var notPublic4 = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
	"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32", // public by its number, and Azure's own service on every machine there
)

// public6 are the global unicast addresses, without those that stand for
// something else: IPv4 in a tunnel, documentation, tests.
var (
	public6    = netip.MustParsePrefix("2000::/3")
	notPublic6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

func prefixes(all ...string) []netip.Prefix {
	ps := make([]netip.Prefix, len(all))
	for i, p := range all {
		ps[i] = netip.MustParsePrefix(p)
	}
	return ps
}

// Allows reports whether a message may be sent to the address. IPv4 in the
// clothes of IPv6 is IPv4, because that is how it is connected to.
func (g Guard) Allows(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	in := func(p netip.Prefix) bool { return p.Contains(a) }
	switch {
	case g.Sandbox && a.IsLoopback():
		return true
	case a.Is4():
		return !slices.ContainsFunc(notPublic4, in)
	}
	return public6.Contains(a) && !slices.ContainsFunc(notPublic6, in)
}

// maxURL bounds an address, in bytes.
const maxURL = 2000

// badPorts are those of other protocols, which a message could be mistaken
// for: the list of the Fetch standard without what nobody uses.
var badPorts = []int{1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137,
	139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045,
	4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211}

func refuse(format string, args ...any) *fault.Field {
	return fault.Wrong(fault.URLNotAllowed, format, args...)
}

// hostOf returns the host of a URL that messages may be sent to as far as can
// be seen without a look-up, or what is wrong with it.
func (g Guard) hostOf(raw string) (string, *fault.Field) {
	if raw == "" || len(raw) > maxURL {
		return "", refuse("The URL has 1 to %d characters.", maxURL)
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", refuse("The URL is written in visible ASCII: other characters of a name as xn--, those of a path in percent form.")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || u.Host == "" {
		return "", refuse("The URL is not of the form https://host/path.")
	}
	switch {
	case u.Scheme != "https" && !g.Sandbox:
		return "", refuse("The URL has to begin with https://.")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", refuse("The URL has to begin with https:// or, in a sandbox, with http://.")
	case u.User != nil:
		return "", refuse("The URL may hold no name and no password. The signature says who sends.")
	case strings.Contains(raw, "#"):
		return "", refuse("The URL may hold no part after #, which is never sent.")
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 || slices.Contains(badPorts, n) {
			return "", refuse("The port %q of the URL is none on which HTTP is served.", port)
		}
	}
	return u.Hostname(), g.refuseHost(u.Hostname())
}

// refuseHost looks at the host by itself. What stands for an address in another
// form than the usual one is refused: resolvers read it in different ways.
func (g Guard) refuseHost(host string) *fault.Field {
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Is4In6() || !g.Allows(a) {
			return refuse("The URL leads to %s, which is no public address.", fault.Clip(host))
		}
		return nil
	}
	name := strings.TrimSuffix(host, ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case name == "" || len(name) > 253 || strings.ContainsFunc(name, notInName) || strings.Contains(name, ".."):
		return refuse("The URL names %q, which is no host name.", fault.Clip(host))
	case last == "" || last[0] >= '0' && last[0] <= '9':
		return refuse("The URL names %q, which is neither a name nor an address in its usual form, such as 192.0.2.7.", fault.Clip(host))
	}
	return nil
}

func notInName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
}

// resolveFor is how long a look-up may take.
const resolveFor = 5 * time.Second

// checkURL returns why no message may be sent to the URL, or nil. It asks the
// resolver, so it is not called in a transaction. Each of the name's addresses
// has to be allowed: nobody knows which one is taken.
func (s *Service) checkURL(ctx context.Context, raw string) *fault.Field {
	host, wrong := s.guard.hostOf(raw)
	if wrong != nil {
		return wrong
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolveFor)
	defer cancel()
	all, err := s.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(all) == 0 {
		return refuse("The URL names %s, which has no address at the moment.", fault.Clip(host))
	}
	for _, a := range all {
		if !s.guard.Allows(a) {
			return refuse("The URL names %s, which has an address that is not public.", fault.Clip(host))
		}
	}
	return nil
}
