package api

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// trusts reports whether the address is a proxy of ours.
func (a *API) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(a.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// maxHops is how many proxies of X-Forwarded-For are looked at.
const maxHops = 10

// backwards returns the items of header lines from the last to the first.
func backwards(lines []string) []string {
	var all []string
	for _, line := range slices.Backward(lines) {
		for line != "" && len(all) < maxHops {
			at := strings.LastIndexByte(line, ',')
			all = append(all, strings.TrimSpace(line[at+1:]))
			line = line[:max(at, 0)]
		}
	}
	return all
}

// client returns the address that the request comes from. Only proxies that
// the configuration trusts are believed about whom they speak for. It is not
// valid when the connection has no address.
func (a *API) client(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.forwarded(r, addr.Unmap()).WithZone("")
}

// network returns the client's address, or the /64 of an IPv6 address, which
// is what one customer has.
func (a *API) network(r *http.Request) netip.Prefix {
	addr := a.client(r)
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits)
	return p
}

// forwarded walks X-Forwarded-For from its end as long as the address before
// it is a trusted proxy.
func (a *API) forwarded(r *http.Request, addr netip.Addr) netip.Addr {
	if len(a.cfg.TrustedProxies) == 0 {
		return addr
	}
	for _, hop := range backwards(r.Header["X-Forwarded-For"]) {
		if !a.trusts(addr) {
			break
		}
		next, err := netip.ParseAddr(hop)
		if err != nil {
			break
		}
		addr = next.Unmap()
	}
	return addr
}
